"""The application book over the web: every text as long as its form allows, and a table of two hundred rows.

Each request asks for another case, so that nothing of the book before it is of use but what every book shares.
"""

from __future__ import annotations

from typing import Any

from bench.lists import WARM_UP
from bench.measure import Figure, Meter
from bench.server import Web, signed_in
from bench.world import Round
from keguan.casework.models import Answers, Case
from keguan.kernel.canonical import digest

TARGET_MS = 300.0
PROSE = "针对南疆灌区缺水问题，选育抗旱棉花新品种，配套节水栽培技术，并在主产区开展示范。"
TEXT_LETTERS, SUMMARY_LETTERS = 5_000, 500


def measure(round_: Round, web: Web, *, n: int, batches: int) -> list[Figure]:
    """The book of a full form, and that of one with a long table."""
    staff = signed_in(round_.officer)
    return [
        _time(
            round_, web, staff, "application book, every text full", _full(rows=20, letters=TEXT_LETTERS), n, batches
        ),
        _time(
            round_,
            web,
            staff,
            "application book, a table of 200 rows",
            _full(rows=200, letters=SUMMARY_LETTERS),
            n,
            batches,
        ),
    ]


def _full(*, rows: int, letters: int) -> dict[str, Any]:
    return {
        "summary": _prose(SUMMARY_LETTERS),
        "objectives": _prose(letters),
        "route": _prose(letters),
        "targets": [{"indicator": f"第{at}项考核指标", "value": at, "unit": "个"} for at in range(1, rows + 1)],
        "budget": [
            {"heading": "operations", "fiscal": at * 10_000, "own": 0, "basis": "按近三年平均支出测算"}
            for at in range(1, 21)
        ],
    }


def _prose(letters: int) -> str:
    text = PROSE * (letters // len(PROSE))
    return "\n".join(text[at : at + 400] for at in range(0, len(text), 400))


def _time(
    round_: Round, web: Web, cookies: dict[str, str], what: str, values: dict[str, Any], n: int, batches: int
) -> Figure:
    cases = Case.objects.filter(round__code=round_.code, step="screen").order_by("id")
    chosen = list(cases.values_list("pk", "number")[: n * batches + WARM_UP])
    for pk, number in chosen:
        row = Answers.objects.filter(case=pk, form="proposal").latest("version")
        own = row.values | values | {"objectives": number + values["objectives"]}
        Answers.objects.create(
            case_id=pk, form="proposal", version=row.version + 1, values=own, digest=digest(own), at=row.at
        )
    waiting = iter(chosen)

    def ask() -> None:
        _, number = next(waiting)
        status, body = web.ask(f"/cases/{number}/form/proposal/book.pdf", cookies=cookies)
        if status != 200 or not body.startswith(b"%PDF-"):
            raise RuntimeError(f"{number}: {status} {body[:2000].decode(errors='replace')}")

    for _ in range(WARM_UP):
        ask()
    spent = Meter(others=[web.pid], include_self=False).each(ask, n=n, batches=batches)
    note = f"web {spent.theirs:.2f} + PostgreSQL {spent.postgres:.2f}"
    return Figure(what, spent.total, "ms", TARGET_MS, n=n, batches=batches, note=note)
