"""Reading pages: the staff list, the public calls, the case; processor time over the web, statements in this process."""

from __future__ import annotations

from django.conf import settings
from django.test import Client
from django.urls import reverse

from bench.measure import Figure, Meter, queries_of
from bench.server import Web, signed_in
from bench.world import STAGES, Round
from keguan.casework.models import Case

STAFF_LIST_MS, STAFF_LIST_QUERIES, CALLS_MS, CASE_QUERIES = 40.0, 8, 8.0, 12
WARM_UP = 10


def measure(round_: Round, web: Web, *, n: int, batches: int) -> list[Figure]:
    """The figures of all pages."""
    staff = signed_in(round_.officer)
    listed = f"{reverse('cases')}?round={round_.code}"
    cases = {stage: Case.objects.filter(round__code=round_.code, step=stage).latest("id") for stage in STAGES}
    pages = {stage: reverse("case", args=[one.number]) for stage, one in cases.items() if stage != "apply"}
    asked = {stage: _queries(address, staff) for stage, address in pages.items()}
    worst = max(asked, key=lambda stage: asked[stage])
    return [
        _time(web, f"staff list, 60 of {round_.cases}", listed, staff, STAFF_LIST_MS, n, batches),
        Figure("staff list, statements", _queries(listed, staff), "queries", STAFF_LIST_QUERIES),
        _time(web, "public call list", reverse("calls"), {}, CALLS_MS, n, batches),
        Figure("public call list, statements", _queries(reverse("calls"), {}), "queries"),
        Figure("case page, statements (worst stage)", asked[worst], "queries", CASE_QUERIES, note=worst),
        _time(web, f"case page at {worst}", pages[worst], staff, None, n, batches),
        _time(web, "to-do list of an officer", reverse("todo"), staff, None, n, batches),
    ]


def _time(
    web: Web, what: str, address: str, cookies: dict[str, str], target: float | None, n: int, batches: int
) -> Figure:
    def ask() -> None:
        status, body = web.ask(address, cookies=cookies)
        if status != 200:
            raise RuntimeError(f"{address}: {status} {body[:2000].decode(errors='replace')}")

    for _ in range(WARM_UP):
        ask()
    spent = Meter(others=[web.pid], include_self=False).each(ask, n=n, batches=batches)
    note = f"web {spent.theirs:.2f} + PostgreSQL {spent.postgres:.2f}"
    return Figure(what, spent.total, "ms", target, n=n, batches=batches, note=note)


def _queries(address: str, cookies: dict[str, str]) -> int:
    """The statements of a page, those of session and actor among them; the second time, when caches are filled."""
    client = Client(headers={"accept-language": "zh", "host": settings.ALLOWED_HOSTS[0]})
    for name, value in cookies.items():
        client.cookies[name] = value

    def ask() -> None:
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")

    ask()
    return queries_of(ask)
