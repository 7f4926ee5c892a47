"""Every page of the site, for every role, with three large rounds: statements and processor time, in this process and in
PostgreSQL. For each page, and each stage of a case, the role for which it costs most.

Everybody asks for each page once; those two for whom it looks dearest are then measured. What nobody could open is told, so
that no page is believed to be quick because nothing stood on it.
"""

from __future__ import annotations

import gc
import logging
import sys
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.test import Client

from bench import addresses, judged
from bench.addresses import Address
from bench.measure import Figure, Meter, pace, queries_of
from bench.place import owner_connection
from bench.server import signed_in
from bench.world import Round

PAGE_MS, PAGE_QUERIES = 50.0, 12
DEAREST = 2
"""For so many roles a page is measured in earnest."""


@dataclass(frozen=True, slots=True)
class Look:
    """One role at one page, looked at once: statements, and what it seems to cost."""

    who: str
    client: Client
    queries: int
    ms: float


def measure(round_: Round, *, n: int, routes: Collection[str] | None = None) -> Iterator[Figure]:
    """The figures of all pages, or of these routes, the dearest first; then how many nobody could open, and which."""
    # What a page refuses or does not find is told in the log, hundreds of times here.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    later = judged.build(round_)
    found: list[Figure] = []
    unopened: list[str] = []
    asked = [
        one
        for one in addresses.of_all_pages(round_, later)
        if routes is None or one.name.partition("@")[0].partition("?")[0] in routes
    ]
    with owner_connection() as owner:
        owner.execute("VACUUM ANALYZE")  # once all is there: a database is counted that has stood for some days
    gc.collect()
    gc.freeze()  # the world that was made here is no server's, which would not look through it for what is no longer used
    clients = {"nobody": _client(None)} | {who: _client(one.pk) for who, one in round_.world.people.items()}
    applicants = {one.applicant: _client(one.applicant) for one in asked if one.applicant is not None}
    for at, one in enumerate(asked, start=1):
        own = {"applicant": applicants[one.applicant]} if one.applicant is not None else {}
        looks = [look for who, client in (clients | own).items() if (look := _look(who, client, one.address))]
        if looks:
            found.append(_dearest(one, looks, n))
        else:
            unopened.append(one.name)
        if at % 50 == 0:
            print(f"… {at} of {len(asked)} pages", file=sys.stderr)
    yield from sorted(found, key=lambda figure: -figure.found)
    opened = {figure.what.split()[0].partition("@")[0] for figure in found}
    never = sorted({name.partition("@")[0] for name in unopened} - opened)
    yield Figure("pages that nobody opened", len(never), "queries", 0, note=", ".join(never))


def _look(who: str, client: Client, address: str) -> Look | None:
    """None where the page does not open for them. The first time pays for what is made once, the second counts."""
    answer = client.get(address)
    if answer.status_code != 200 or not str(answer.headers["Content-Type"]).startswith("text/html"):
        return None
    began = time.perf_counter()
    queries = queries_of(lambda: client.get(address))
    return Look(who, client, queries, (time.perf_counter() - began) * 1000)


def _dearest(one: Address, looks: list[Look], n: int) -> Figure:
    most = sorted(looks, key=lambda look: -look.ms)[:DEAREST]
    wordy = max(looks, key=lambda look: look.queries)
    figures = [_figure(one, look, wordy, n) for look in most]
    return max(figures, key=lambda figure: figure.found)


def _figure(one: Address, look: Look, wordy: Look, n: int) -> Figure:
    spent, now = Meter().each(lambda: look.client.get(one.address), n=n, batches=3), pace()
    many = f"  ✗ {wordy.queries} for {wordy.who}" if wordy.queries > PAGE_QUERIES else ""
    note = f"{look.who}: {look.queries} statements, PostgreSQL {spent.postgres:.1f}{many}"
    return Figure(f"{one.name} {one.address}", spent.total, "ms", PAGE_MS, n=n, batches=3, note=note, pace=now)


def _client(person: int | None) -> Client:
    client = Client(headers={"accept-language": "zh", "host": settings.ALLOWED_HOSTS[0]})
    for name, value in (signed_in(person) if person is not None else {}).items():
        client.cookies[name] = value
    return client
