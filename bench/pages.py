"""Every page that opens without more than a round or a case, for every role: statements and processor time, in this
process and in PostgreSQL. For each page the role for which it costs most."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from bench.measure import Figure, Meter, queries_of
from bench.server import signed_in
from bench.world import STAGES, Round
from keguan.casework.models import Case

PAGE_MS, PAGE_QUERIES = 50.0, 12
FORM, STEPS = "proposal", {"ranking": "rank", "deciding": "decide"}
# They end the session, write a file in the background, or say only that the server lives.
LEFT_OUT = {"sign_out", "sessions_end", "health", "language", "look", "my_data"}


def measure(round_: Round, *, n: int) -> Iterator[Figure]:
    """The figures of all pages, the dearest first."""
    worst: dict[str, Figure] = {}
    # What a page refuses or does not find is told in the log, hundreds of times here.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    clients = {who: _client(person) for who, person in round_.people.items()} | {"nobody": _client(None)}
    for name, address in _addresses(round_):
        for who, client in clients.items():
            if not _opens(client, address):
                continue
            figure = _figure(f"{name} {address}", who, client, address, n)
            if name not in worst or figure.found > worst[name].found:
                worst[name] = figure
    yield from sorted(worst.values(), key=lambda one: -one.found)


def _figure(what: str, who: str, client: Client, address: str, n: int) -> Figure:
    queries = queries_of(lambda: client.get(address))
    spent = Meter().each(lambda: client.get(address), n=n, batches=3)
    many = "  ✗ queries" if queries > PAGE_QUERIES else ""
    note = f"{who}: {queries} statements, PostgreSQL {spent.postgres:.1f}{many}"
    return Figure(what, spent.total, "ms", PAGE_MS, n=n, batches=3, note=note)


def _client(person: int | None) -> Client:
    client = Client(headers={"accept-language": "zh", "host": settings.ALLOWED_HOSTS[0]})
    for name, value in (signed_in(person) if person is not None else {}).items():
        client.cookies[name] = value
    return client


def _opens(client: Client, address: str) -> bool:
    answer = client.get(address)
    return answer.status_code == 200 and str(answer.headers["Content-Type"]).startswith("text/html")


def _addresses(round_: Round) -> Iterator[tuple[str, str]]:
    cases = {stage: Case.objects.filter(round__code=round_.code, step=stage).earliest("id").number for stage in STAGES}
    for name, route in _routes(get_resolver()):
        if name in LEFT_OUT:
            continue
        address = "/" + route.replace("<slug:code>", round_.code).replace("<slug:form>", FORM)
        address = address.replace("<slug:step>", STEPS.get(name, "<>"))
        if "<slug:number>" in address:
            for stage, number in cases.items():
                if "<" not in (one := address.replace("<slug:number>", number)):
                    yield f"{name}@{stage}", one
        elif "<" not in address:
            yield name, address
    yield "cases?round", f"/cases/?round={round_.code}"
    yield "cases?find", "/cases/?find=申请金额>1万&sort=due"
    yield "cases?q", "/cases/?q=第77号"


def _routes(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        address = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _routes(entry, address)
        elif isinstance(entry, URLPattern) and "GET" in getattr(entry.callback, "methods", ()):
            yield str(entry.name), address
