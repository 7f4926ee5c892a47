"""Whatever is sent to the door, it answers in words; nothing is half-written and nothing breaks."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import make
from tests.make import world as w
from tests.unit.engine.walks import programmes

from keguan.casework import services
from keguan.casework.drafting import drafts, opening
from keguan.casework.models import Answers, Case, Draft, Round
from keguan.casework.rounds import services as rounds
from keguan.casework.services import Done
from keguan.engine.decision import Command
from keguan.kernel.clock import clock_at
from keguan.kernel.problems import Refusal
from keguan.registers.parties import services as parties
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db

TODAY = w.moment("2026-03-10")


@pytest.fixture
def world() -> w.World:
    """A world with an open key R&D round."""
    made = w.world(experts_count=0)
    with clock_at(TODAY):
        w.call(made, "key-rd-project", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00"))
    return made


def codes(answer: Any) -> set[str]:
    """The codes of a refusal's problems."""
    assert isinstance(answer, Refusal), answer
    return {problem.code for problem in answer.problems}


@pytest.mark.parametrize("nobody", [0, 999_999_999, 2**63, 10**40])
def test_a_person_who_is_not_there_is_named_with_the_place(world: w.World, nobody: int) -> None:
    with clock_at(TODAY):
        number = w.started(world)
        answer = world.act(number, "submit", "applicant", values=w.proposal(world, principal=nobody))
    assert isinstance(answer, Refusal)
    problem = answer.problems[0]
    assert problem.where == "proposal.principal"
    assert problem.say.zh
    assert problem.say.en
    assert not Answers.objects.filter(case__number=number).exists()


def test_a_file_of_somebody_elses_case_cannot_be_pointed_at(world: w.World) -> None:
    with clock_at(TODAY):
        number = w.started(world)
        theirs = make.document(origin="65KRD2026099999X")
        definition_fields = {"own_funds_letter": [theirs.pk]}
        answer = world.act(number, "submit", "applicant", values=w.proposal(world) | _file_field(definition_fields))
    assert "answer.reference" in codes(answer)


def _file_field(values: dict[str, Any]) -> dict[str, Any]:

    form = programmes()["key-rd-project"].programme.form("proposal")
    name = next(str(one.field) for one in form.fields if one.type == "file")
    return {name: next(iter(values.values()))}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(content=st.dictionaries(st.sampled_from(["values", "reason", "rank", "note", "text", "x"]), JSON), whole=JSON)
def test_any_content_is_answered_in_words(world: w.World, content: dict[str, Any], whole: Any) -> None:
    with clock_at(TODAY):
        number = w.started(world)
        values = w.proposal(world)
        mixed = values | dict.fromkeys(list(values)[:3], whole)
        for sent in (content, {"values": whole}, {"values": mixed}):
            answer = services.act(number, Command("submit", "apply", sent), world.actor("applicant"), uuid4().hex)
            assert isinstance(answer, Done | Refusal)
            if isinstance(answer, Refusal):
                assert all(problem.say.zh and problem.say.en for problem in answer.problems)
        if isinstance(whole, dict) and Case.objects.get(number=number).submitted_at is None:
            revision = getattr(Draft.objects.filter(case__number=number).first(), "revision", 0)
            saved = drafts.save_draft(number, "proposal", whole, revision, world.actor("applicant"))
            assert isinstance(saved, drafts.Saved | Refusal)


def test_every_problem_comes_at_once(world: w.World) -> None:
    with clock_at(TODAY):
        number = w.started(world)
        values = w.proposal(world, title="短", asked="很多", summary="", principal="")
        answer = world.act(number, "submit", "applicant", values=values)
    assert isinstance(answer, Refusal)
    assert {"proposal.title", "proposal.asked", "proposal.summary", "proposal.principal"} <= {
        problem.where for problem in answer.problems
    }


def test_full_width_digits_and_emoji_are_understood(world: w.World) -> None:
    with clock_at(TODAY):
        number = w.started(world)
        values = w.proposal(world, asked="８０万元", title="🌱 艾力•斯木吐拉团队：棉花抗旱新品种选育")
        answer = world.act(number, "submit", "applicant", values=values)
    assert isinstance(answer, Done), answer
    case = Case.objects.get(number=number)
    assert case.asked_fen == 80_000_000
    assert case.title.startswith("🌱")


@pytest.mark.parametrize(
    ("at", "code"),
    [(("2026-03-31", "18:31"), "apply.closed"), (("2026-04-30", "09:00"), "apply.closed")],
)
def test_after_the_deadline_and_its_grace_the_draft_is_kept_and_nothing_comes_in(
    world: w.World, at: tuple[str, str], code: str
) -> None:
    with clock_at(TODAY):
        number = w.started(world)
        assert isinstance(
            drafts.save_draft(number, "proposal", {"title": "写到一半"}, 0, world.actor("applicant")), drafts.Saved
        )
    with clock_at(w.moment(*at)):
        answer = world.act(number, "submit", "applicant", values=w.proposal(world))
    assert codes(answer) == {code}
    assert Draft.objects.get(case__number=number).values == {"title": "写到一半"}


def test_within_the_grace_a_draft_begun_in_time_comes_in_and_a_fresh_one_does_not(world: w.World) -> None:
    with clock_at(TODAY):
        begun, fresh = w.started(world), w.started(world)
        drafts.save_draft(begun, "proposal", {"title": "写到一半"}, 0, world.actor("applicant"))
    with clock_at(w.moment("2026-03-31", "18:20")):
        assert codes(world.act(fresh, "submit", "applicant", values=w.proposal(world))) == {"apply.closed"}
        answer = world.act(begun, "submit", "applicant", values=w.proposal(world))
    assert isinstance(answer, Done), answer


def test_a_clock_that_jumps_back_before_the_opening_lets_nobody_in(world: w.World) -> None:
    with clock_at(TODAY):
        number = w.started(world)
    with clock_at(w.moment("2026-02-27")):
        answer = world.act(number, "submit", "applicant", values=w.proposal(world))
    assert "apply.not_open" in codes(answer)


def test_a_duty_that_ended_yesterday_gives_no_right_today(world: w.World) -> None:
    with clock_at(TODAY):
        number = w.started(world)
        assert isinstance(world.act(number, "submit", "applicant", values=w.proposal(world)), Done)
        duty = world.people["host"].duties.get()
        parties.end_duty(w.SYSTEM, duty, last_day=w.date(2026, 3, 9))
        answer = world.act(number, "endorse", "host")
    assert codes(answer) == {"right.missing"}
    refused = Event.objects.get(case_number=number, outcome="refused")
    assert refused.actor == world.people["host"].pk


def test_a_stale_page_is_told_and_changes_nothing(world: w.World) -> None:
    with clock_at(TODAY):
        number = w.started(world)
        seen = Case.objects.get(number=number).revision
        assert isinstance(world.act(number, "submit", "applicant", values=w.proposal(world)), Done)
        command = Command("endorse", "endorse", {})
        answer = services.act(number, command, world.actor("host"), uuid4().hex, revision=seen)
    assert codes(answer) == {"case.stale"}
    assert Case.objects.get(number=number).step == "endorse"


def test_two_tabs_never_overwrite_each_other(world: w.World) -> None:
    with clock_at(TODAY):
        number, actor = w.started(world), world.actor("applicant")
        first = drafts.save_draft(number, "proposal", {"title": "左边的窗口"}, 0, actor)
        assert isinstance(first, drafts.Saved)
        answer = drafts.save_draft(number, "proposal", {"title": "右边的窗口"}, 0, actor)
    assert isinstance(answer, drafts.Saved)
    assert {name: one.value for name, one in answer.clashes.items()} == {"title": "左边的窗口"}
    assert Draft.objects.get(case__number=number).values == {"title": "左边的窗口"}


def test_a_text_with_a_nul_is_kept_without_it(world: w.World) -> None:
    with clock_at(TODAY):
        number = w.started(world)
        saved = drafts.save_draft(number, "proposal", {"title": "棉花\x00抗旱"}, 0, world.actor("applicant"))
    assert isinstance(saved, drafts.Saved)
    assert Draft.objects.get(case__number=number).values == {"title": "棉花抗旱"}


def test_whoever_drafted_a_round_does_not_publish_it(world: w.World) -> None:
    with clock_at(TODAY):
        terms = rounds.Terms(
            code="FOUR-EYES", title=w.Text("批次", "Round"), opens=TODAY, closes=w.moment("2026-06-01")
        )
        drafted = rounds.draft_round(w.version("key-rd-project"), terms, world.actor("planner"))
        assert isinstance(drafted, Round)
        assert codes(rounds.publish_round("FOUR-EYES", world.actor("planner"))) == {"right.four_eyes"}
        assert codes(rounds.publish_round("FOUR-EYES", world.actor("officer"))) == {"right.missing"}
        assert isinstance(rounds.publish_round("FOUR-EYES", world.actor("publisher")), Round)


def test_an_application_for_an_organisation_one_does_not_belong_to_is_refused(world: w.World) -> None:
    elsewhere = make.organisation(kind="university")
    assert world.round is not None
    with clock_at(TODAY):
        answer = opening.start(world.round.code, world.actor("applicant"), elsewhere.pk, uuid4().hex)
    assert codes(answer) == {"apply.organisation"}
