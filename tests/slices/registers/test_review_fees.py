"""Fees of reviewers: owed once for each final review, seen by finance alone, handed to payment once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import holders, signed_in

from keguan.kernel.clock import clock_at
from keguan.registers.funds.models import FeePayee, ReviewFee
from keguan.registers.parties.access import actor_for
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[w.World]:
    made = cases.opened()
    with clock_at(w.moment("2026-04-10")):
        yield made


def test_each_final_review_is_owed_once_by_the_rule_of_the_programme(world: w.World) -> None:
    case = cases.case(world, at="review")
    world.act(case.number, "assign", "officer", experts=world.experts[:3])
    first = actor_for(holders(case.number)[0])
    world.act(case.number, "accept", first, confirmed=True)
    assert not ReviewFee.objects.exists(), "nothing is owed for accepting"
    given = {"need": 15, "novelty": 14, "route": 20, "team": 11, "results": 12, "budget": 3}
    world.act(case.number, "score", first, scores=given, comment="思路清楚，基础扎实。")
    world.act(case.number, "rescore", first, scores=given | {"need": 10}, comment="思路清楚，基础扎实。")
    (fee,) = ReviewFee.objects.all()
    assert (fee.amount_fen, fee.status, fee.round_code) == (50_000, "owed", case.round.code if case.round else "")
    assert FeePayee.objects.get().person_id == first.person
    told = Event.objects.get(tag="funds:fee:owed")
    assert told.actor is None
    assert case.number not in str(told.payload) + told.case_number


def test_finance_alone_sees_them_by_round_and_month_and_hands_them_over_once(world: w.World) -> None:
    case = cases.case(world, at="scored")
    assert case.round is not None
    names = {person.name for person in holders(case.number)}
    address = reverse("review_fees")
    for who in ("officer", "supervisor", "committee", "planner", "applicant", "host"):
        assert signed_in(world.people[who]).get(address).status_code == 403, who
    finance = signed_in(world.people["finance"])
    said = finance.get(f"{address}?round={case.round.code}&month=2026-04").content.decode()
    assert all(name in said for name in names)
    assert case.number not in said
    assert Event.objects.filter(tag="read:reviewers:opened", actor=world.people["finance"].pk).exists()
    handed = finance.get(f"{address}?state=handed").content.decode()
    assert not any(name in handed for name in names)
    sheet = finance.get(f"{address}?format=xlsx")
    assert sheet["Content-Type"].startswith("application/vnd.openxmlformats")
    assert b"".join(sheet.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]
    for close in sheet._resource_closers:  # the file alone: closing the answer would close the test's database
        close()
    hand = f"{reverse('review_fees_hand')}?round={case.round.code}&month=2026-04"

    assert finance.post(hand, {"batch": ""}).status_code == 422
    assert finance.post(hand, {"batch": "2026-04-评审"}).status_code == 303
    assert set(ReviewFee.objects.values_list("status", "batch")) == {("handed", "2026-04-评审")}
    assert finance.post(hand, {"batch": "2026-04-又一次"}).status_code == 422
    assert Event.objects.filter(tag="funds:fee:handed").count() == 1


def test_nobody_hands_over_a_fee_of_their_own(world: w.World) -> None:
    case = cases.case(world, at="scored")
    reviewer = holders(case.number)[0]
    make.duty("finance", reviewer)
    answer = signed_in(reviewer).post(reverse("review_fees_hand"), {"batch": "B1"})
    assert answer.status_code == 422
    assert not ReviewFee.objects.filter(status="handed").exists()
