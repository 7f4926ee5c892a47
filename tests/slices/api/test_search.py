"""Search for machines: what the page of search finds for the same person, in pieces."""

from __future__ import annotations

import pytest
from tests import make
from tests.slices.api.machine import Machine, token_of
from tests.slices.api.test_lists import every_row

from keguan.insight.search import entries
from keguan.insight.search.finding import find
from keguan.registers.parties.access import actor_for

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("asked", ["q=棉花", "q=棉花&kind=project&year=2025", "kind=expert"])
def test_the_pieces_hold_what_the_person_finds_best_first(asked: str) -> None:
    for number in range(5):
        make.project(title=f"棉花专题{number}" + "研究" * number)
        make.expert(keywords=("棉花",))
    entries.rebuild()
    officer, outsider = make.duty("officer").person, make.person()
    typed, narrowed = (
        ("棉花" if "q=" in asked else ""),
        dict(one.split("=") for one in asked.split("&")[bool("q=" in asked) :]),
    )
    for person in (officer, outsider):
        found = find(actor_for(person), typed, narrowed).hits
        machine = Machine(token_of(person, "search"))
        rows = every_row(machine, f"/api/v1/search?{asked}&limit=2")
        assert [(row["kind"], row["score"]) for row in rows] == [(hit.kind, hit.score) for hit in found]
        assert len({row["href"] for row in rows}) == len(rows)
    assert find(actor_for(officer), "棉花", {"kind": "expert"}).hits, "nothing was there to be found"


def test_words_that_were_read_otherwise_are_told() -> None:
    make.project(title="棉花病害识别")
    entries.rebuild()
    said = Machine(token_of(make.person())).get("/api/v1/search", {"q": "绵花"}).json()
    assert said["how"] == "meant"
    assert said["meant"] == [{"word": "绵花", "instead": ["棉花"]}]
    assert [row["title"]["zh"] for row in said["items"]] == ["棉花病害识别"]


def test_only_a_token_for_search_searches() -> None:
    assert Machine().get("/api/v1/search?q=x").status_code == 401
    refused = Machine(token_of(make.person(), "read:cases", "read:registers")).get("/api/v1/search?q=x")
    assert refused.status_code == 403
    assert "search" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("asked", "code"), [("q=%20、%20", "search.no_words"), ("q=x&cursor=x", "list.cursor"), ("q=x&limit=0", "")]
)
def test_what_makes_no_sense_is_told(asked: str, code: str) -> None:
    answer = Machine(token_of(make.person())).get(f"/api/v1/search?{asked}")
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert not code or [one["code"] for one in answer.json()["problems"]] == [code]
