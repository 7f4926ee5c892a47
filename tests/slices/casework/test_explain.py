"""The trace of a case in sentences, and its explanation: whole, in both languages, and blind where review is blind."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime

import pytest
from tests import make
from tests.make import cases
from tests.make import world as w

from keguan.casework import explain, sentences
from keguan.casework.models import Case, Judgement, SeatHolder
from keguan.doors.cli import explain as command
from keguan.kernel.actors import NOBODY, SYSTEM, Actor, HeldDuty
from keguan.kernel.clock import clock_at
from keguan.kernel.problems import Forbidden
from keguan.registers.parties.access import actor_for
from keguan.registers.parties.models import Person
from keguan.registers.trace import services as trace
from keguan.registers.trace.models import Event
from keguan.registers.trace.queries import events_of_case
from keguan.registers.trace.sentences import told

pytestmark = pytest.mark.django_db
APRIL = datetime(2026, 4, 11, tzinfo=UTC)


def reviewers() -> set[str]:
    return set(SeatHolder.objects.values_list("expert__person__name", flat=True))


def everything(told_case: explain.Explanation) -> str:
    return "\n".join(line.said_in(one) for one in ("zh", "en") for line in explain.lines(told_case))


@pytest.fixture
def scored() -> tuple[w.World, Case]:
    world = cases.opened()
    found = cases.case(world, at="scored")
    names = dict(zip(SeatHolder.objects.values_list("expert__person_id", flat=True), "甲乙丙丁戊", strict=True))
    for pk, name in names.items():
        # Names that stand in no other word of the page.
        Person.objects.filter(pk=pk).update(name=f"评委{name}{name}", normal_name=f"评委{name}{name}")
    return world, found


# --------------------------------------------------------------------------------------------------- sentences


def test_every_deed_of_a_case_is_told_in_words_and_none_by_its_tag(scored: tuple[w.World, Case]) -> None:
    _, found = scored
    said = [told(event) for event in events_of_case(found.number).filter(tag__startswith="case:")]
    assert len(said) == 4 + 1 + 1 + 5 * 2
    assert not any("case" in one.zh or "执行" in one.zh or ":" in one.zh for one in said), [one.zh for one in said]
    last = said[-1]
    assert "完成了评分" in last.zh
    assert "“综合排序”" in last.zh
    assert "handed in the scores at “Expert review”, on to “Ranking”" in last.en


def test_each_command_of_the_engine_has_a_sentence() -> None:
    from keguan.engine.steps import kind_for

    for code in (
        "key-rd-project",
        "natural-science-fund",
        "rd-post-subsidy",
        "high-tech-enterprise",
        "seminar-grant",
        "withdraw",
        "object",
    ):
        for step in cases.definition(code).programme.steps:
            for verb in kind_for(step).verbs(step):
                assert verb.name.replace("_", "-") in sentences._VERBS, (code, verb.name)


def test_a_refused_attempt_is_told_as_one_with_the_number_of_its_problems() -> None:
    world = cases.opened()
    found = cases.case(world, at="endorse")
    with clock_at(w.moment("2026-03-03")):
        world.act(found.number, "endorse", "officer")
    event = Event.objects.get(case_number=found.number, outcome="refused")
    assert "试图同意推荐，未获通过（1处问题）" in told(event).zh
    assert "tried to endorse and was refused (problems: 1)" in told(event).en


@pytest.mark.parametrize("who", ["applicant", "host", "authority", "committee", "planner"])
def test_a_reviewer_is_named_to_nobody_who_may_not_know_whatever_they_did(
    scored: tuple[w.World, Case], who: str
) -> None:
    world, found = scored
    holder = SeatHolder.objects.select_related("expert__person").first()
    assert holder is not None
    reviewer = actor_for(holder.expert.person)
    trace.read(reviewer, "proposal", found.number, case_number=found.number)
    world.act(found.number, "approve", reviewer)
    events = list(events_of_case(found.number))
    said = sentences.told_to(world.actor(who), events)
    page = "\n".join(one.zh + one.en for one in said)
    assert not any(name in page for name in reviewers())
    assert f"{holder.expert.person_id}号" not in page
    assert f"Person {holder.expert.person_id}" not in page
    hidden = [event.pk for event, one in zip(events, said, strict=True) if one.zh.startswith("一位评审专家")]
    assert set(hidden) >= {event.pk for event in events if event.actor == reviewer.person}


def test_the_officer_and_the_reviewer_know_who_it_was(scored: tuple[w.World, Case]) -> None:
    world, found = scored
    holder = SeatHolder.objects.select_related("expert__person").first()
    assert holder is not None
    events = [event for event in events_of_case(found.number) if event.actor == holder.expert.person_id]
    for reader in (world.actor("officer"), actor_for(holder.expert.person)):
        said = sentences.told_to(reader, events)
        assert all(one.zh.startswith(holder.expert.person.name) for one in said)


def test_an_attempt_to_score_by_somebody_without_a_seat_is_a_reviewers_too(scored: tuple[w.World, Case]) -> None:
    world, found = scored
    stranger = make.person("路人甲子")
    with clock_at(APRIL):
        world.act(found.number, "score", actor_for(stranger))
    last = list(events_of_case(found.number))[-1]
    assert last.outcome == "refused"
    assert sentences.told_to(world.actor("applicant"), [last])[0].zh.startswith("一位评审专家")


def test_people_whom_the_reader_may_not_see_are_told_by_their_part(scored: tuple[w.World, Case]) -> None:
    world, found = scored
    passed = Event.objects.get(case_number=found.number, tag="case:pass:accepted")
    (to_applicant,) = sentences.told_to(world.actor("applicant"), [passed])
    (to_supervisor,) = sentences.told_to(world.actor("supervisor"), [passed])
    assert to_applicant.zh.startswith("专业机构项目主管")
    assert to_supervisor.zh.startswith(world.people["officer"].name)
    (own,) = sentences.told_to(world.actor("officer"), [passed])
    assert own.zh.startswith(world.people["officer"].name)


def test_who_objects_is_told_to_those_who_decide_on_objections_and_to_nobody_else() -> None:
    world = w.world()
    parent = cases.bare_case(cases.bare_round(cases.version()), applicant=world.people["applicant"])
    objector = make.person("实名人甲", employer=world.university)
    objection = cases.bare_case(None, parent=parent, applicant=objector)
    Case.objects.filter(pk=objection.pk).update(programme=cases.version("object"))
    opened = {"command": "open_side", "step": "publish", "events": [{"event": "sidemoved", "programme": "object"}]}
    trace.write("case:open-side:accepted", actor_for(objector), case_number=parent.number, payload=opened)
    trace.write(
        "case:submit:accepted", actor_for(objector), case_number=objection.number, payload={"command": "submit"}
    )
    events = list(Event.objects.filter(actor=objector.pk, tag__startswith="case:"))
    for who in ("applicant", "host", "officer", "planner"):
        assert [one.zh[:6] for one in sentences.told_to(world.actor(who), events)] == ["一位实名人员"] * 2
    for reader in (world.actor("supervisor"), actor_for(objector)):
        assert all(one.zh.startswith("实名人甲") for one in sentences.told_to(reader, events))


# ------------------------------------------------------------------------------------------------- explanation


def test_the_explanation_tells_every_step_who_acted_for_whom_and_every_rule_with_value_and_source(
    scored: tuple[w.World, Case],
) -> None:
    world, found = scored
    told_case = explain.explanation(found, world.actor("officer"))
    assert [visit.step for visit in told_case.visits] == ["apply", "endorse", "recommend", "screen", "review", "rank"]
    apply, endorse = told_case.visits[:2]
    assert [str(act.did.en) for act in apply.acts] == ["began the application", "handed in the form"]
    assert [(act.role and act.role.en, act.body and act.body.en) for act in endorse.acts] == [
        ("the host institution's research office", "applying side")
    ]
    assert apply.outcome is not None
    assert apply.outcome.en == "submitted"
    assert told_case.visits[-1].outcome is told_case.visits[-1].closed is told_case.end is None
    kept = Judgement.objects.filter(case=found)
    assert sum(len(visit.rulings) for visit in told_case.visits) == sum(len(one.verdicts) for one in kept)
    age = next(one for one in apply.rulings if one.rule == "eligibility.age")
    assert (age.result, age.source[:4], age.verified) == ("meets", "2026", False)
    assert ("负责人截止日年龄", "45") in [(title.zh, value.zh) for title, value in age.values]
    assert world.people["member"].name in [value.zh for one in apply.rulings for _, value in one.values]
    assert apply.closed == w.moment("2026-03-02")
    judged = [one for visit in told_case.visits for one in visit.rulings if one.answered]
    assert {one.rule for one in judged} == {"formal.guide", "formal.attachments", "formal.classified", "formal.cv"}


@pytest.mark.parametrize("who", ["applicant", "host", "authority", "officer", "committee", "planner", "supervisor"])
def test_no_explanation_names_a_reviewer_or_tells_scores_to_who_may_not_see_them(
    scored: tuple[w.World, Case], who: str
) -> None:
    world, found = scored
    Judgement.objects.create(
        case=found, step="rank", attempt=1, at=APRIL,
        verdicts=[{"rule": "formal.guide", "result": "meets", "values": {"review.score": "78.67", "proposal.asked": 1},
                   "missing": [], "answered": True, "reason": "得分78.67"}],
    )  # fmt: skip
    page = everything(explain.explanation(found, world.actor(who)))
    assert not any(name in page for name in reviewers())
    assert "一位评审专家" in page
    assert ("78.67" in page) == (who in ("officer", "committee", "supervisor"))
    assert ("80万元" in page) == (who != "planner")


def test_a_case_that_came_back_is_told_twice_at_the_same_step() -> None:
    world = cases.opened()
    found = cases.case(world, at="endorse")
    with clock_at(w.moment("2026-03-05")):
        world.act(found.number, "return", "host", reason="请补充预算依据", places=["proposal.budget"])
        world.act(found.number, "submit", "applicant", values=w.proposal(world))
    found = Case.objects.select_related("memo", "programme").get(pk=found.pk)
    told_case = explain.explanation(found, world.actor("applicant"))
    assert [(visit.step, visit.attempt, visit.outcome and visit.outcome.en) for visit in told_case.visits] == [
        ("apply", 1, "submitted"),
        ("endorse", 1, "returned for correction"),
        ("apply", 2, "submitted"),
        ("endorse", 2, None),
    ]
    assert all(visit.rulings for visit in told_case.visits if visit.step == "apply")
    assert "（第2次）" in everything(told_case)


def test_reviewers_and_strangers_are_refused_an_explanation(scored: tuple[w.World, Case]) -> None:
    _, found = scored
    holder = SeatHolder.objects.select_related("expert").first()
    assert holder is not None
    for reader in (actor_for(holder.expert.person_id), NOBODY, Actor(make.person().pk, "", (HeldDuty("registrar"),))):
        with pytest.raises(Forbidden) as refused:
            explain.explanation(found, reader)
        assert refused.value.problems[0].code.startswith("right.")


def test_the_command_tells_a_case_in_either_language_and_traces_the_reading(
    scored: tuple[w.World, Case], capsys: pytest.CaptureFixture[str]
) -> None:
    _, found = scored
    assert command.run(Namespace(case=found.number.lower(), lang="en")) == 0
    english = capsys.readouterr().out
    assert command.run(Namespace(case=found.number, lang="zh")) == 0
    chinese = capsys.readouterr().out
    assert "■ Expert review" in english
    assert "source:" in english
    assert "■ 专家评审" in chinese
    assert not any(name in english + chinese for name in reviewers())
    assert Event.objects.filter(tag="read:explanation:opened", case_number=found.number).count() == 2
    assert command.run(Namespace(case="65KRD20269999999", lang="zh")) == 1
    assert explain.explanation(found, SYSTEM).number == found.number
