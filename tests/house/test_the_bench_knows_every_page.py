"""No page goes unmeasured because nobody gave the bench its address."""

from __future__ import annotations

from bench.addresses import WITHOUT, table
from django.urls import get_resolver
from tests.make import addresses


def test_every_page_has_an_address_in_the_bench_or_a_reason_why_not() -> None:
    lacking = {name for name, needs in addresses.pages() if needs and name not in table() and name not in WITHOUT}
    assert not lacking, (
        f"say in bench.addresses what stands in the addresses of {sorted(lacking)}, or why there is none"
    )


def test_nothing_is_left_out_that_has_an_address_or_is_no_page_any_more() -> None:
    pages = {name for name, _ in addresses.pages()}
    assert set(WITHOUT) - pages == set()
    assert set(table()) - pages == set()
    assert all(WITHOUT.values())


def test_every_address_takes_as_many_things_as_its_route_has_places() -> None:
    places = {name: route.count("<") for name, route, methods in addresses.routes(get_resolver()) if "GET" in methods}
    wrong = {name for name, takes in table().items() if len(takes.split()) != places[name]}
    assert not wrong
