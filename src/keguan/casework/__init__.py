"""Rounds and cases, lived: where the engine's decisions meet the registers, in one write door.

The door itself is `services` (`act`), with the rows in `store` and what a decision means in `effects`. `situation` is what a
decision needs to know, `drafting` what comes before a case is handed in, `reviewing` the seats and ties of review, `rounds`
what concerns a round as a whole, `desks` what is done to many cases at once. `steps` has a folder per step kind, `pages` and
`documents` are what people read.
"""
