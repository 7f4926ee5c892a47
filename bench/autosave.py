"""A form that keeps itself: one changed question sent over the web, as the page's script sends it every other second."""

from __future__ import annotations

import json
from itertools import count, cycle

from bench.act import WARM_UP, take
from bench.measure import Figure, Meter
from bench.server import Web, signed_in
from bench.world import Round

TARGET_MS = 6.0
WRITERS = 20


def measure(round_: Round, web: Web, *, n: int, batches: int) -> Figure:
    """Twenty people type in turn; each sends the question with the mark that the answer before gave it."""
    writers = [(draft.number, signed_in(draft.person)) for draft in take(round_, WRITERS)]
    marks = {number: "proposal.summary@99~00000000" for number, _ in writers}
    turn, words = cycle(writers), count()

    def keep() -> None:
        number, cookies = next(turn)
        form = {"shown": marks[number], "proposal.summary": f"针对南疆灌区缺水问题，选育抗旱棉花新品种。{next(words)}"}
        status, body = web.ask(f"/cases/{number}/form/proposal/autosave/", cookies=cookies, form=form)
        if status != 200:
            raise RuntimeError(f"{number}: {status} {body[:2000].decode(errors='replace')}")
        marks[number] = json.loads(body)["marks"]["proposal.summary"]

    for _ in range(WARM_UP):
        keep()
    spent = Meter(others=[web.pid], include_self=False).each(keep, n=n, batches=batches)
    note = f"web {spent.theirs:.2f} + PostgreSQL {spent.postgres:.2f}"
    return Figure("web: autosave of one question", spent.total, "ms", TARGET_MS, n=n, batches=batches, note=note)
