"""A round draws its reviewers: fixed, drawn, replaced in order, published, and checked by an outsider."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.test import Client
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import signed_in
from tests.slices.panels import drawing
from tests.slices.panels.drawing import AFTER, PREPARED, SIGNATURE, VALUE

from keguan.casework.models import Case, Seat, SeatHolder
from keguan.casework.services import Done
from keguan.engine.publication import fitness
from keguan.fairness.draw import OUT
from keguan.fairness.draw_bundle import check
from keguan.fairness.randomness import promised, written
from keguan.kernel.actors import SYSTEM
from keguan.kernel.canonical import commitment, digest
from keguan.kernel.clock import clock_at
from keguan.kernel.problems import Refusal, Refused
from keguan.panels.draws import chairs, services
from keguan.panels.draws.models import Chair, Draw
from keguan.panels.draws.pages import at
from keguan.panels.draws.queries import frozen_of
from keguan.registers.parties import services as parties
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> w.World:
    return drawing.world()


def refused(code: str, do: Any, *args: Any, **more: Any) -> None:
    with pytest.raises(Refused) as found:
        do(*args, **more)
    assert code in [one.code for one in found.value.refusal.problems]


def seats(case: Case) -> dict[int, str]:
    """The seat of each expert."""
    return dict(SeatHolder.objects.filter(seat__case=case).values_list("expert", "seat__state"))


def chairs_of(case: Case, stratum: str, *states: str) -> list[int]:
    """Experts in the order in which they were drawn."""
    rows = Chair.objects.filter(case=case, stratum=stratum, state__in=states).order_by("draw_id", "order")
    return list(rows.values_list("place__expert", flat=True))


def settle(of: w.World, draw: Draw) -> chairs.Settled:
    with clock_at(AFTER):
        return chairs.settle(draw, of.actor("officer"))


def everybody_scores(of: w.World, case: Case) -> None:
    """Whoever is invited accepts, and gives full points."""
    scores = {str(one.criterion): one.points for one in drawing.definition().programme.rubrics[0].criteria}
    for seat in Seat.objects.filter(case=case, state="invited").order_by("number"):
        actor = drawing.as_expert(seat.holder.expert_id)
        assert isinstance(of.act(case.number, "accept", actor, confirmed=True), Done)
        assert isinstance(of.act(case.number, "score", actor, scores=scores, comment="好。"), Done)


def test_the_programme_that_draws_is_sound_and_its_examples_run() -> None:
    from keguan.casework.calendar import workdays

    read = drawing.definition()
    assert [
        one.code for one in fitness(read, workdays(), ()).problems if "draw" in one.code or "assign" in one.code
    ] == []


def test_members_come_from_their_strata_and_nobody_is_assigned_by_hand(world: w.World) -> None:
    one, two = drawing.two_cases(world)
    with clock_at(PREPARED):
        answer = world.act(one.number, "assign", "officer", experts=world.experts[:5])
    assert isinstance(answer, Refusal)
    assert [problem.code for problem in answer.problems] == ["review.drawn_only"]
    draw = drawing.drawn(world)
    with clock_at(AFTER):
        for said in ({"draw": draw.name, "digest": "0" * 64}, {"draw": "other", "digest": draw.digest}, None):
            stranger = next(pk for pk in world.experts if pk not in seats(one))
            answer = world.act(one.number, "assign", "officer", experts=[stranger], draw=said)
            assert isinstance(answer, Refusal)
    outside, near = set(world.experts[:6]), set(world.experts[6:])
    for case in (one, two):
        held = seats(case)
        assert Counter(held.values()) == {"invited": 5}
        assert len(outside & set(held)) == 2
        assert len(near & set(held)) == 3
        assert len(chairs_of(case, "peers", "reserve")) == 2
    assert Event.objects.filter(tag="draw:list:fixed", payload__digest=draw.digest).count() == 1
    assert Event.objects.filter(tag="draw:value:entered", payload__value=VALUE).count() == 1


def test_the_list_says_who_is_kept_out_of_which_case_and_hides_why(world: w.World) -> None:
    case, other = drawing.two_cases(world)
    kin = world.experts[0]
    parties.declare_kin(SYSTEM, drawing.holder(kin), world.people["applicant"], "spouse")
    draw = drawing.fixed(world)
    frozen = frozen_of(draw)
    place = draw.places.get(expert=kin)
    salt = bytes(place.salt)
    assert frozen.experts[place.place].expert == commitment({"draw": draw.name, "expert": kin}, salt)
    assert place.kept_out == {case.number: ["kin"]}
    by_number = {one.case: one for one in frozen.cases}
    pool = by_number[case.number]
    hidden = commitment({"draw": draw.name, "case": case.number, "reasons": ["kin"]}, salt)
    assert [n for n, mark in enumerate(pool.stands) if mark == OUT] == [place.place]
    assert pool.kept_out == digest([hidden])
    assert [place.place in pool.experts(n) for n in range(2)] == [False, False]
    assert [place.place in by_number[other.number].experts(n) for n in range(2)] == [True, False]
    assert [one.case for one in frozen.cases] == sorted([case.number, other.number])
    assert "left_out" in draw.document["about"]


def test_a_value_is_not_entered_before_it_is_public_and_must_fit_its_signature(world: w.World) -> None:
    cases.case(world, at="review")
    draw = drawing.fixed(world)
    officer = world.actor("officer")
    with clock_at(PREPARED):
        refused("draw.early", services.enter, draw, VALUE, SIGNATURE, "", officer)
    with clock_at(AFTER):
        refused("draw.signature", services.enter, draw, VALUE, "ac" * 48, "", officer)
        draw.refresh_from_db()
        assert (draw.state, draw.value) == ("fixed", "")
        assert services.enter(draw, VALUE.upper(), SIGNATURE, "", officer).state == "drawn"
        refused("draw.state", services.enter, draw, VALUE, SIGNATURE, "", officer)
        refused("draw.state", services.void, draw, "不满意", officer)


def test_a_list_with_too_few_in_a_stratum_is_not_fixed_and_says_which(db: None) -> None:
    of = drawing.world(outside=1)
    case = cases.case(of, at="review")
    with pytest.raises(Refused) as found:
        drawing.fixed(of)
    (problem,) = found.value.refusal.problems
    assert problem.code == "draw.short"
    assert problem.where == f"cases.{case.number}.outside"


def test_who_declines_is_replaced_by_the_first_reserve_of_the_stratum(world: w.World) -> None:
    case = cases.case(world, at="review")
    draw = drawing.drawn(world)
    leaver, first = chairs_of(case, "outside", "drawn")[0], chairs_of(case, "outside", "reserve")[0]
    with clock_at(AFTER):
        assert isinstance(world.act(case.number, "decline", drawing.as_expert(leaver), reason="时间冲突"), Done)
    settled = settle(world, draw)
    assert (settled.invited, settled.replaced, settled.open) == (1, 1, 0)
    assert seats(case)[first] == "invited"
    log = [entry.content for entry in draw.entries.all()]
    assert [(one["what"], one["reason"]) for one in log] == [("left", "declined"), ("seated", "")]
    assert settle(world, draw) == chairs.Settled(0, 0, 0)


def test_who_turns_out_to_be_close_to_the_applicant_after_the_draw_is_replaced_in_order(world: w.World) -> None:
    """A former teacher, a spouse, whatever the recusals find: the member leaves, and so does a reserve who is no better."""
    case = cases.case(world, at="review")
    draw = drawing.drawn(world)
    member, (first, second) = chairs_of(case, "peers", "drawn")[1], chairs_of(case, "peers", "reserve")
    for one, relation in ((member, "spouse"), (first, "sibling")):
        parties.declare_kin(SYSTEM, drawing.holder(one), world.people["applicant"], relation)
    settled = settle(world, draw)
    assert (settled.invited, settled.replaced) == (1, 1)
    held = seats(case)
    assert (held[member], held[second]) == ("released", "invited")
    assert first not in held
    log = [entry.content for entry in draw.entries.all()]
    assert [(one["what"], one["reason"]) for one in log] == [("left", "recused"), ("passed", "recused"), ("seated", "")]
    tags = Event.objects.filter(tag__startswith="draw:seat:").order_by("id").values_list("tag", "payload__digest")
    assert list(tags) == [(f"draw:seat:{one['what']}", one["digest"]) for one in log]


def test_when_all_reserves_are_used_up_a_further_draw_with_a_reason_fills_the_seat(world: w.World) -> None:
    case = cases.case(world, at="review")
    draw = drawing.drawn(world)
    officer = world.actor("officer")
    for _ in range(3):
        sitting = [one for one in chairs_of(case, "outside", "drawn", "seated") if seats(case)[one] == "invited"]
        with clock_at(AFTER):
            world.act(case.number, "decline", drawing.as_expert(sitting[0]), reason="时间冲突")
        settled = settle(world, draw)
    assert settled.open == 1
    assert [entry.content["what"] for entry in draw.entries.all()][-1] == "exhausted"
    assert world.round is not None
    with clock_at(AFTER):
        refused("draw.no_cases", services.prepare, world.round, drawing.step(), [], "", officer)
        refused("draw.reason", services.prepare, world.round, drawing.step(), [case.number], "", officer)
        more = services.prepare(world.round, drawing.step(), [case.number], "备选已用完", officer)
        (pool,) = frozen_of(more).cases
        assert [(part.stratum, part.seats) for part in pool.strata] == [("outside", 1)]
        named_before = set(Chair.objects.filter(draw=draw).values_list("place__expert", flat=True))
        eligible = {frozen_of(more).experts[place].expert for place in pool.experts(0)}
        behind = {one.expert_id for one in more.places.all() if frozen_of(more).experts[one.place].expert in eligible}
        assert not behind & named_before
    with clock_at(AFTER):
        more = services.fix(more, drawing.drand(w.moment("2026-04-13")), (), "", "without", officer)
    with clock_at(w.moment("2026-04-14")):
        more = services.enter(more, VALUE, SIGNATURE, "", officer)
        assert chairs.settle(more, officer).problems == ()
    assert Counter(seats(case).values()) == {"invited": 5, "declined": 3}


def test_a_case_that_is_served_by_its_reserves_is_not_drawn_again(world: w.World) -> None:
    case = cases.case(world, at="review")
    drawing.drawn(world)
    assert world.round is not None
    with clock_at(AFTER):
        refused(
            "draw.already",
            services.prepare, world.round, drawing.step(), [case.number], "再抽一次", world.actor("officer"),
        )  # fmt: skip


def test_who_promised_and_kept_silent_voids_the_draw_where_that_was_the_rule(world: w.World) -> None:
    case = cases.case(world, at="review")
    secret, by = "5e" * 32, written(w.moment("2026-04-11", "20:00"))
    name = "DRAW-2026.review.1"
    draw = drawing.fixed(
        world, commitments=[("supervision", promised(name, "supervision", secret))], reveal_by=by, unrevealed="stop"
    )
    assert draw.name == name
    officer = world.actor("officer")
    with clock_at(w.moment("2026-04-11", "15:00")):
        refused("draw.other_secret", services.reveal, draw, "supervision", "00" * 32, officer)
    with clock_at(AFTER):
        refused("draw.late_reveal", services.reveal, draw, "supervision", secret, officer)
        assert services.enter(draw, VALUE, SIGNATURE, "", officer).state == "void"
    assert not Seat.objects.filter(case=case).exists()
    assert world.round is not None
    with clock_at(AFTER):
        refused("draw.reason", services.prepare, world.round, drawing.step(), [case.number], "", officer)


def test_only_those_who_run_the_step_prepare_and_nobody_for_a_case_of_their_own(world: w.World) -> None:
    cases.case(world, at="review")
    assert world.round is not None
    with clock_at(PREPARED):
        refused("right.missing", services.prepare, world.round, drawing.step(), [], "", world.actor("supervisor"))
        make.duty("officer", world.people["applicant"])
        refused("draw.own_case", services.prepare, world.round, drawing.step(), [], "", world.actor("applicant"))


def test_who_reviewed_here_lately_or_has_no_room_is_not_listed(world: w.World) -> None:
    case = cases.case(world, at="review")
    earlier = cases.bare_case(cases.bare_round(case.programme), step="rank", step_kind="rank")
    from keguan.registers.experts.models import Expert

    cases.bare_seat(earlier, Expert.objects.get(pk=world.experts[0]), state="final", changed_at=w.moment("2026-02-01"))
    Expert.objects.filter(pk=world.experts[7]).update(max_load=1)
    cases.bare_seat(earlier, Expert.objects.get(pk=world.experts[7]), number=2, changed_at=w.moment("2024-02-01"))
    draw = drawing.fixed(world)
    listed = set(draw.places.values_list("expert", flat=True))
    assert not listed & {world.experts[0], world.experts[7]}
    assert draw.document["about"]["left_out"] == {"resting": 1, "full": 1}


def test_the_published_file_is_done_again_by_an_outsider(world: w.World) -> None:
    case = cases.case(world, at="review")
    draw = drawing.drawn(world)
    officer = world.actor("officer")
    leaver = chairs_of(case, "peers", "drawn")[0]
    with clock_at(AFTER):
        world.act(case.number, "decline", drawing.as_expert(leaver), reason="时间冲突")
    settle(world, draw)
    with clock_at(AFTER):
        refused("draw.under_review", services.publish, draw, officer)
    with clock_at(w.moment("2026-05-20")):
        everybody_scores(world, case)
        published = services.publish(draw, officer)
    found = check(published.bundle.encode(), announced=draw.digest, value=VALUE)
    assert found.problems == ()
    assert (found.cases, found.replaced) == (1, 1)
    people = [drawing.holder(one).name for one in world.experts]
    assert not [name for name in people if name in published.bundle]
    assert "declined" in published.bundle
    assert not check(published.bundle.replace("declined", "recused").encode()).agrees


def test_a_review_set_aside_after_the_file_was_published_is_made_up_for_by_a_reserve_and_published_again(
    world: w.World,
) -> None:
    case = cases.case(world, at="review")
    draw = drawing.drawn(world)
    settle(world, draw)
    member, reserve = chairs_of(case, "peers", "drawn")[0], chairs_of(case, "peers", "reserve")[0]
    officer = world.actor("officer")
    with clock_at(w.moment("2026-05-20")):
        everybody_scores(world, case)
        first = services.publish(draw, officer).bundle
    refused("draw.state", settle, world, draw)
    parties.declare_kin(SYSTEM, drawing.holder(member), world.people["applicant"], "spouse")
    number = Seat.objects.get(case=case, holder__expert=member).number
    with clock_at(w.moment("2026-05-21")):
        done = world.act(case.number, "set_aside", officer, seat=str(number), reason="夫妻关系属实")
        assert isinstance(done, Done), done
    with clock_at(AFTER):
        assert "邀请并递补" in signed_in(world.people["officer"]).get(at(draw)).content.decode()
    assert (settle(world, draw).replaced, seats(case)[reserve]) == (1, "invited")
    assert Client().get(f"/draws/{draw.name}.json").content.decode() == first, (
        "what people hold stands until the next is there"
    )
    with clock_at(AFTER):
        refused("draw.under_review", services.publish, draw, officer)
    with clock_at(w.moment("2026-05-22")):
        everybody_scores(world, case)
        again = services.publish(draw, officer).bundle
    found = check(again.encode(), announced=draw.digest, value=VALUE)
    assert (found.problems, found.replaced) == ((), 1)
    assert Seat.objects.get(case=case, holder__expert=member).total is not None
