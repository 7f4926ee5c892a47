"""What a decision needs to know of a case: what it is about, who acts, what the registers and other cases say."""
