"""What-if and resolutions of many cases come page by page; sums, the line, digests and signatures are of all of them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import signed_in
from tests.slices.casework.test_resolutions_are_signed import Committee, committee, proven, sign

from keguan.casework.models import Case, Ranking, ResolutionSignature
from keguan.casework.rounds import orders, resolution_reading
from keguan.casework.rounds import services as rounds
from keguan.components import turning
from keguan.kernel.clock import clock_at
from keguan.kernel.ids import new_key

pytestmark = pytest.mark.django_db
__all__ = ["committee"]
NOON = w.moment("2026-04-20")


# ------------------------------------------------------------------------------------------------------ what if


@pytest.fixture
def ranked() -> w.World:
    """A round with an adopted ranking of 450 places that ask 100 yuan each, with money for 300."""
    world = cases.opened()
    lines = [
        {"number": f"N{at}", "position": at, "order": "80.00", "asked_fen": 10_000, "within": at <= 300}
        | {"amount_fen": 10_000 * (at <= 300), "why": "" if at <= 300 else "budget"}
        for at in range(1, 451)
    ]
    Ranking.objects.create(
        round=world.round, step="rank", lines=lines, budget_fen=3_000_000, spent_fen=3_000_000, at=NOON
    )
    return world


def what_if(world: w.World, **asked: str) -> str:
    assert world.round is not None
    answer = signed_in(world.people["officer"]).get(reverse("what_if", args=[world.round.code, "rank"]), asked)
    assert answer.status_code == 200
    return str(answer.content.decode())


def places(page: str) -> list[int]:
    return [int(found) for found in re.findall(r'<th scope="row" class="num">(\d+)</th>', page)]


def test_every_place_of_what_if_stands_on_one_page_and_the_effects_are_of_all(ranked: w.World) -> None:
    pages = [what_if(ranked, line="440", page=str(page)) for page in (1, 2, 3)]
    assert [one for page in pages for one in places(page)] == list(range(1, 451))
    for page in pages:
        assert "增加 140 件" in page, "whichever page is read"
        assert "4.4 万元" in page, "what all of them would get"
    assert ['class="budget-line"' in page for page in pages] == [False, False, True]
    assert "预算线在第 3 页" in pages[0]


def test_what_was_asked_goes_along_when_the_page_is_turned_and_the_line_is_moved(ranked: w.World) -> None:
    page = what_if(ranked, line="200", budget="9", percent="50")
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]*what-if/\?[^"]*)"', page)]
    onward = [link for link in links if "line=200" in link]
    assert onward, links
    assert all("budget=9" in link and "percent=50" in link for link in onward)
    moved = {found[0]: link for link in links if (found := re.findall(r"line=(199|201)", link))}
    assert "page=1" in moved["199"]
    assert "page=2" in moved["201"], "the line goes on to the next page, and so does its reader"
    assert all("budget=9" in link and "percent=50" in link for link in moved.values())


def test_what_each_group_loses_is_summed_over_all_its_places() -> None:
    world = cases.opened()
    assert world.round is not None
    numbers = [cases.case(world, at="scored").number, "N2", "N3"]
    lines = [
        {
            "number": number,
            "position": at,
            "order": "80.00",
            "asked_fen": at * 10_000,
            "amount_fen": at * 10_000,
            "why": "",
        }
        for at, number in enumerate(numbers, start=1)
    ]
    Ranking.objects.create(round=world.round, step="rank", lines=lines, budget_fen=60_000, spent_fen=60_000, at=NOON)
    by_host = what_if(world, line="2").split("按申报单位")[1].split("</table>")[0]
    rows = [re.findall(r">([^<>]+)</t[hd]>", row) for row in by_host.split("<tr>")[2:]]
    assert rows == [["（未登记）", "2", "1", "0.05 万元", "0.02 万元", "-0.03 万元"]], "who loses nothing is not named"
    by_host = what_if(world, line="0").split("按申报单位")[1].split("</table>")[0]
    rows = [re.findall(r">([^<>]+)</t[hd]>", row) for row in by_host.split("<tr>")[2:]]
    assert rows == [
        ["（未登记）", "2", "0", "0.05 万元", "0 万元", "-0.05 万元"],
        [world.university.name, "1", "0", "0.01 万元", "0 万元", "-0.01 万元"],
    ]


def test_an_order_that_is_not_adopted_is_looked_over_each_minute_and_adopting_shows_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(orders, "COUNTED_ANEW", 0)
    monkeypatch.setattr(orders, "FEW", 0)
    world = cases.opened()
    case = cases.case(world, at="scored")
    assert world.round is not None
    step = cases.definition().programme.step("rank")
    with clock_at(NOON):
        assert [one.order for one in orders.order_of(world.round, step).places([1])] == ["78.67"]  # type: ignore[arg-type]
    memo = case.memo
    memo.state["steps"]["review"]["memo"]["score"] = 9000
    memo.save()
    Case.objects.filter(pk=case.pk).update(revision=case.revision + 1)
    with clock_at(NOON + timedelta(seconds=59)):
        assert orders.order_of(world.round, step).places([1])[0].order == "78.67"  # type: ignore[arg-type]
    with clock_at(NOON + timedelta(seconds=60)):
        assert orders.order_of(world.round, step).places([1])[0].order == "90.00"  # type: ignore[arg-type]
        assert not orders.order_of(world.round, step).is_adopted  # type: ignore[arg-type]
        rounds.adopt_ranking(world.round.code, "rank", world.actor("officer"), new_key())
        assert orders.order_of(world.round, step).is_adopted  # type: ignore[arg-type]


def test_a_small_order_shows_at_once_what_was_done_to_a_case_and_within_a_minute_what_registers_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(orders, "FEW", 0)
    world = cases.opened()
    case = cases.case(world, at="scored")
    assert world.round is not None
    of_round, step = world.round, cases.definition().programme.step("rank")
    asked: list[int] = []
    computed = rounds.preview_ranking
    monkeypatch.setattr(rounds, "preview_ranking", lambda *of: asked.append(1) or computed(*of))

    def shown(seconds: int) -> tuple[str, int]:
        with clock_at(NOON + timedelta(seconds=seconds)):
            return orders.order_of(of_round, step).places([1])[0].order, len(asked)  # type: ignore[arg-type]

    assert shown(0) == ("78.67", 1)
    assert shown(1) == ("78.67", 1), "kept"
    memo = case.memo
    memo.state["steps"]["review"]["memo"]["score"] = 9000
    memo.save()
    Case.objects.filter(pk=case.pk).update(revision=case.revision + 1)
    assert shown(2) == ("90.00", 2), "a case was acted on"
    assert shown(61) == ("90.00", 2)
    assert shown(62) == ("90.00", 3), "a register may say something else by now"


# --------------------------------------------------------------------------------------------------- resolutions


@pytest.fixture
def one_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (turning, resolution_reading):
        monkeypatch.setattr(module, "MOST_ROWS", 1)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolution_reading, "COUNTED_ANEW", 1)


@pytest.mark.usefixtures("one_a_page")
@pytest.mark.parametrize("is_kept", [False, True])
def test_a_resolution_is_read_page_by_page_and_signed_as_a_whole(
    committee: Committee, monkeypatch: pytest.MonkeyPatch, *, is_kept: bool
) -> None:
    if is_kept:
        monkeypatch.setattr(resolution_reading, "COUNTED_ANEW", 1)
    committee.decide()
    fixed = committee.fixed()
    first, second = Case.objects.order_by("position").values_list("title", flat=True)
    member = proven(committee.world.people["second"])
    for address in (committee.address(), committee.address("resolution_sign")):
        pages = [member.get(address, {"page": page}).content.decode() for page in (1, 2)]
        assert [(first in page, second in page) for page in pages] == [(True, False), (False, True)]
        assert all(fixed.digest in page for page in pages)
        assert all("60 万元" in page for page in pages), "what is granted to all of them"
        assert f'rel="next" href="{address}?page=2#decisions"' in pages[0]
    assert sign(member, committee).status_code == 303
    assert ResolutionSignature.objects.get(person=committee.world.people["second"].pk).digest == fixed.digest
    assert first in member.get(committee.address("resolution_json")).content.decode()
    assert second in member.get(committee.address("resolution_json")).content.decode()


@pytest.mark.usefixtures("kept")
def test_a_long_resolution_is_computed_once_a_minute_and_a_decision_or_signature_shows_at_once(
    committee: Committee, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(committee.world.people["committee"])
    committee.world.act(committee.numbers[0], "approve", "committee", amount_fen=60_000_000, reason="同意立项")
    assert "还有 1 件尚未决定" in client.get(committee.address()).content.decode()
    committee.world.act(committee.numbers[1], "reject", "second", reason="研究基础不足")
    assert "研究基础不足" in client.get(committee.address()).content.decode()
    fixed = committee.fixed()
    member = proven(committee.world.people["second"])
    assert sign(member, committee).status_code == 303
    with django_assert_max_num_queries(12):
        assert "已签署" in member.get(committee.address()).content.decode()
    content = fixed.content
    content["decisions"][0]["amount_fen"] += 1
    type(fixed).objects.update(content=content)
    with clock_at(NOON + timedelta(seconds=61)):
        assert "不一致" in member.get(committee.address()).content.decode()


@pytest.mark.usefixtures("kept")
def test_a_text_that_was_seen_before_something_changed_is_refused_and_shown_anew(committee: Committee) -> None:
    committee.decide()
    client = signed_in(committee.world.people["committee"])
    client.get(committee.address())
    Case.objects.filter(number=committee.numbers[0]).update(title="改过的题目")
    sent = {"digest": re.findall(r"[0-9a-f]{64}", client.get(committee.address()).content.decode())[0]}
    refused = client.post(committee.address("resolution_fix"), {**sent, "confirmed": "yes"})
    assert refused.status_code == 409
    assert "改过的题目" in refused.content.decode(), "not what was kept of it"
