"""Submitting by the web: the POST of the page that shows everything once more, through granian and the real WSGI stack.

Counted is what all processes spend on it: the web server's, and PostgreSQL's. The client's own time is not.
"""

from __future__ import annotations

from uuid import uuid4

from bench.act import WARM_UP, take
from bench.measure import Figure, Meter
from bench.server import Web, signed_in
from bench.world import Round

TARGET_MS = 15.0


def measure(round_: Round, web: Web, *, n: int, batches: int) -> Figure:
    """Submit drafts, each by its own applicant who is signed in already."""
    waiting = iter([(draft, signed_in(draft.person)) for draft in take(round_, n * batches + WARM_UP)])

    def submit() -> None:
        draft, cookies = next(waiting)
        form = {"key": uuid4().hex, "revision": "1", "step": "apply", "confirmed": "yes"}
        address = f"/cases/{draft.number}/form/proposal/submit/"
        status, body = web.ask(address, cookies=cookies, form=form)
        if status != 303:
            raise RuntimeError(f"{draft.number}: {status} {body[:2000].decode(errors='replace')}")

    for _ in range(WARM_UP):
        submit()
    spent = Meter(others=[web.pid], include_self=False).each(submit, n=n, batches=batches)
    note = f"web {spent.theirs:.2f} + PostgreSQL {spent.postgres:.2f}"
    return Figure("web: POST submit", spent.total, "ms", TARGET_MS, n=n, batches=batches, note=note)
