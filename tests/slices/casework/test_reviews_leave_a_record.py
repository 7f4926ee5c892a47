"""A complete panel leaves a record with its experts: in parts, answered by them, and telling nobody the others' scores."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import holders, signed_in

from keguan.casework.models import Case, Seat
from keguan.doors.web.accounts.own_data import records
from keguan.kernel.clock import clock_at
from keguan.registers.experts.merits import LEAST_FOR_A_WORD, leaning, parts_of
from keguan.registers.experts.models import Expert, Merit
from keguan.registers.parties.models import Account
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[w.World]:
    made = cases.opened()
    with clock_at(w.moment("2026-04-10")):
        yield made


@pytest.fixture
def case(world: w.World) -> Case:
    return cases.case(world, at="scored")


def test_each_final_review_leaves_its_parts_once_and_names_no_case(case: Case) -> None:
    seats = list(Seat.objects.filter(case=case, state="final").select_related("holder"))
    assert Merit.objects.count() == len(seats) == 5
    for seat in seats:
        found = Merit.objects.get(expert=seat.holder.expert_id)
        others = [one.total for one in seats if one.pk != seat.pk]
        assert found.deviation == round((seat.total - sum(others) / len(others)) * 100)
        assert (found.criteria, found.characters) == (len(seat.scores), len(seat.comment))
        assert found.days_early is not None
        assert found.days_early > 0
        assert case.number not in json.dumps(list(Merit.objects.filter(pk=found.pk).values()), default=str)
    told = Event.objects.get(tag="experts:merit:entered")
    assert (told.payload["n"], told.case_number) == (5, "")


def test_an_officer_rates_with_a_reason_and_the_expert_reads_and_answers_it(world: w.World, case: Case) -> None:
    officer, (first, second, *_) = signed_in(world.people["officer"]), holders(case.number)
    page = officer.get(reverse("case_merits", args=[case.number])).content.decode()
    assert all(one.name in page for one in (first, second))
    assert reverse("case_merits", args=[case.number]) in (
        officer.get(reverse("case", args=[case.number])).content.decode()
    )
    row = Merit.objects.get(expert__person=first)
    rate, answer = reverse("merit_rate", args=[row.pk]), reverse("merit_answer", args=[row.pk])
    refused = officer.post(rate, {"rating": "best", "reason": ""})
    assert refused.status_code == 422
    assert all(said in refused.content.decode() for said in ("请选择评价", "请写明理由"))
    assert officer.post(rate, {"rating": "poor", "reason": "意见过于笼统"}).status_code == 303
    mine, other = signed_in(first), signed_in(second)
    own = reverse("expert_merits", args=[row.expert_id])
    assert "意见过于笼统" in mine.get(own).content.decode()
    for address in (own, answer):
        assert f"{case.number}" in mine.get(address).content.decode(), "its reviewer reads which review it is about"
    assert case.number not in officer.get(own).content.decode(), "and nobody else by this record"
    assert [other.get(own).status_code, other.post(answer, {"answer": "x"}).status_code] == [403, 403]
    assert mine.post(rate, {"rating": "useful", "reason": "很好"}).status_code == 403
    assert mine.post(answer, {"answer": "当时附件无法打开"}).status_code == 303
    assert "当时附件无法打开" in officer.get(own).content.decode()
    for who in ("applicant", "host", "committee", "supervisor", "finance"):
        stranger = signed_in(world.people[who])
        assert {stranger.get(one).status_code for one in (own, rate, answer)} == {403}, who
        assert stranger.get(reverse("case_merits", args=[case.number])).status_code == 403, who
    tags = set(Event.objects.filter(tag__startswith="experts:merit:").values_list("tag", flat=True))
    assert tags == {"experts:merit:entered", "experts:merit:rated", "experts:merit:answered"}


def test_the_expert_learns_how_they_lie_to_others_in_a_word_and_of_several_reviews_only(world: w.World) -> None:
    expert = Expert.objects.get(pk=world.experts[0])
    for _ in range(LEAST_FOR_A_WORD - 1):
        make.merit(expert, deviation=-777)
    assert str(LEAST_FOR_A_WORD) in leaning(parts_of(expert)).zh
    make.merit(expert, deviation=-777)
    assert "低于" in leaning(parts_of(expert)).zh
    own = signed_in(expert.person).get(reverse("expert_merits", args=[expert.pk])).content.decode()
    assert "7.8" not in own
    officer = signed_in(world.people["officer"])
    assert "-7.8" in officer.get(reverse("expert_merits", args=[expert.pk])).content.decode()
    kept = records(Account.objects.get(person=expert.person))["expert_merits"]
    assert len(kept) == LEAST_FOR_A_WORD
    assert not {"deviation", "key"} & set(kept[0])


def test_who_corrected_in_time_or_was_asked_too_late_is_not_late(world: w.World) -> None:
    case = cases.case(world, at="review")
    world.act(case.number, "assign", "officer", experts=world.experts[:5])
    given = {"need": 15, "novelty": 14, "route": 20, "team": 11, "results": 12, "budget": 3}
    comment = "思路清楚，基础扎实。"
    people = [make.actor("", of=one) for one in holders(case.number)]
    for one in people[:4]:
        world.act(case.number, "accept", one, confirmed=True)
    world.act(case.number, "score", people[0], scores=given, comment=comment)
    with clock_at(w.moment("2026-06-10")):
        world.act(case.number, "accept", people[4], confirmed=True)
        world.act(case.number, "rescore", people[0], scores=given | {"need": 10}, comment=comment)
        for one in people[1:]:
            world.act(case.number, "score", one, scores=given, comment=comment)
    early = dict(Merit.objects.values_list("expert__person", "days_early"))
    assert early.pop(people[0].person) > 0
    assert early.pop(people[4].person) is None, "who accepted after the day could not keep it"
    assert all(days < 0 for days in early.values())
