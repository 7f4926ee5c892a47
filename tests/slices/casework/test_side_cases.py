"""Withdrawals and objections: what they hold up, what they end, and who hears of them."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import act, send, signed_in

from keguan.casework import alarms, queries, services, sides
from keguan.casework.drafting import drafts
from keguan.casework.models import Case, Draft, Notice, Ranking, Task
from keguan.casework.rounds import services as rounds
from keguan.casework.sentences import told_to
from keguan.casework.services import Done
from keguan.engine import machine
from keguan.engine.decision import Command
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import clock_at
from keguan.kernel.problems import Problem, Refusal
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db

DURING = w.moment("2026-04-15")
AFTER = w.moment("2026-04-23")


def codes(answer: Any) -> set[str]:
    """The codes of a refusal's problems."""
    assert isinstance(answer, Refusal), answer
    return {problem.code for problem in answer.problems}


@pytest.fixture
def world() -> w.World:
    """A world with a key R&D round, and the side programmes in force."""
    made = cases.opened()
    for code in ("withdraw", "object"):
        w.version(code)
    made.people["objector"] = make.person()
    return made


@pytest.fixture
def published(world: w.World) -> str:
    """The number of a case whose award stands in a public notice until 21 April 2026."""
    number = cases.case(world, at="scored").number
    with clock_at(w.moment("2026-04-10")):
        assert world.round is not None
        assert isinstance(rounds.adopt_ranking(world.round.code, "rank", world.actor("officer"), "r"), Ranking)
        assert isinstance(world.act(number, "approve", "committee", reason="同意立项"), Done)
    assert Case.objects.get(number=number).step == "publish"
    return number


def opened(world: w.World, number: str, programme: str, who: str) -> str:
    """The number of a side case just opened."""
    answer = sides.open_side(number, programme, world.actor(who), uuid4().hex)
    assert isinstance(answer, Done), answer
    return answer.number


def objection(world: w.World, side: str) -> dict[str, Any]:
    """An objection that is admissible."""
    return {
        "objector": "王实名",
        "phone": "13900000000",
        "real_name": True,
        "subject": "负责人在研项目超限",
        "ground": "facts",
        "facts": "该负责人在另一项目中仍为主持人，至今没有结题，公示内容与事实不符。",
        "evidence": [make.document(origin=side).pk],
    }


def objected(world: w.World, number: str) -> str:
    """An objection that was handed in."""
    side = opened(world, number, "object", "objector")
    assert isinstance(world.act(side, "submit", "objector", values=objection(world, side)), Done)
    return side


def withdrawal(world: w.World, number: str) -> str:
    """A withdrawal that was handed in."""
    side = opened(world, number, "withdraw", "applicant")
    assert isinstance(world.act(side, "submit", "applicant", values={"reason": "改报其他计划"}), Done)
    return side


def test_side_cases_are_handed_in_while_the_clock_goes_on(
    world: w.World, published: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = count(1)
    monkeypatch.setattr(clock, "now", lambda: DURING + timedelta(milliseconds=next(ticks)))
    assert Case.objects.get(number=objected(world, published)).step == "decide"
    assert Case.objects.get(number=withdrawal(world, published)).step != "apply"


def test_who_decides_a_case_reads_there_that_a_withdrawal_of_it_is_open() -> None:
    world = cases.opened()
    w.version("withdraw")
    number = cases.case(world, at="recommend").number
    side = withdrawal(world, number)
    page = signed_in(world.people["authority"]).get(reverse("case", args=[number])).content.decode()
    desk = page[page.index("现在请您办理") :]
    assert desk.index("正在办理，结果可能使本件终止或退回") < desk.index('name="rank"')
    assert side in desk


def test_nobody_ends_a_side_case_of_a_case_but_the_side_case_itself(world: w.World, published: str) -> None:
    with clock_at(DURING):
        side = opened(world, published, "withdraw", "applicant")
        content = {"number": side, "programme": "withdraw", "end": "accepted"}
        for who in ("applicant", "objector", "officer"):
            answer = services.act(published, Command("close_side", "publish", content), world.actor(who), uuid4().hex)
            assert isinstance(answer, Refusal)
    assert Case.objects.get(number=published).end == ""


def test_a_side_case_that_does_not_exist_is_not_opened_at_the_door(world: w.World, published: str) -> None:
    with clock_at(DURING):
        for content in ({"number": "65YY2026999999X", "programme": "object"}, {}):
            command = Command("open_side", "publish", content)
            answer = services.act(published, command, world.actor("objector"), uuid4().hex)
            assert isinstance(answer, Refusal)
    with clock_at(AFTER):
        alarms.ring()
    assert Case.objects.get(number=published).step == "agree"


def test_a_withdrawal_that_is_open_does_not_keep_a_notice_up_once_the_objection_is_answered(
    world: w.World, published: str
) -> None:
    with clock_at(DURING):
        side = objected(world, published)
        withdrawal(world, published)
    with clock_at(AFTER):
        alarms.ring()
        assert Case.objects.get(number=published).step == "publish"
        assert isinstance(world.act(side, "reject", "supervisor", reason="经核实不成立"), Done)
    assert Case.objects.get(number=published).step == "agree"


def test_an_objection_that_was_never_handed_in_does_not_hold_up_the_notice(world: w.World, published: str) -> None:
    with clock_at(DURING):
        side = opened(world, published, "object", "objector")
    with clock_at(AFTER):
        alarms.ring()
        assert Case.objects.get(number=published).step == "agree"
        assert isinstance(world.act(side, "submit", "objector", values=objection(world, side)), Refusal)


def test_an_objection_is_handed_in_while_the_notice_stands_and_not_after(world: w.World, published: str) -> None:
    with clock_at(DURING):
        world.people["second"] = make.person()
        first = opened(world, published, "object", "objector")
        late = opened(world, published, "object", "second")
        assert isinstance(world.act(first, "submit", "objector", values=objection(world, first)), Done)
    with clock_at(AFTER):
        assert codes(world.act(late, "submit", "second", values=objection(world, late))) == {"apply.closed"}
        alarms.ring()
        assert Case.objects.get(number=published).step == "publish"
        assert isinstance(world.act(first, "approve", "supervisor", reason="经核实成立"), Done)
    assert Case.objects.get(number=published).end == "struck_off"


def test_who_objects_is_known_from_their_entry_and_may_be_reached_elsewhere(world: w.World, published: str) -> None:
    objector = make.person("热依汗·艾山", phone="0991-5550404")
    browser = signed_in(objector)
    with clock_at(DURING):
        notice = Notice.objects.get(case__number=published)
        begun = browser.post(reverse("object_to", args=[notice.pk]), {"key": uuid4().hex}, follow=True)
        side = Case.objects.get(parent__number=published, applicant=objector).number
        page = begun.content.decode()
        draft = Draft.objects.get(case__number=side)
        assert (draft.values["objector"], draft.values["phone"]) == (objector.name, "0991-5550404")
        assert page.count("取自您的个人资料，2026-04-15，请核对。") == 2
        send(browser, side, "save", "objection", phone="office@example.org")
    assert Draft.objects.get(case__number=side).values["phone"] == "office@example.org"


def test_one_person_has_one_objection_open_on_a_case(world: w.World, published: str) -> None:
    with clock_at(DURING):
        opened(world, published, "object", "objector")
        answer = sides.open_side(published, "object", world.actor("objector"), uuid4().hex)
    assert codes(answer) == {"side.open"}


def test_a_withdrawal_takes_the_notice_down(world: w.World, published: str) -> None:
    with clock_at(DURING):
        side = withdrawal(world, published)
        assert isinstance(world.act(side, "approve", "officer", reason="同意撤回"), Done)
        assert Case.objects.get(number=published).end == "withdrawn"
        assert not queries.notices(DURING).exists()
        assert Notice.objects.get(case__number=published).outcome == "withdrawn"


def test_a_withdrawal_cannot_be_accepted_once_the_case_has_ended_otherwise(world: w.World, published: str) -> None:
    with clock_at(DURING):
        withdrawn, contested = withdrawal(world, published), objected(world, published)
        assert isinstance(world.act(contested, "approve", "supervisor", reason="经核实成立"), Done)
        assert Case.objects.get(number=published).end == "struck_off"
        assert codes(world.act(withdrawn, "approve", "officer", reason="同意撤回")) == {"side.parent_ended"}
        assert isinstance(world.act(withdrawn, "reject", "officer", reason="原办件已办结"), Done)


def test_a_notice_names_the_principal_that_the_programme_shows(world: w.World, published: str) -> None:
    shown = {one["name"]: one["value"] for one in Notice.objects.get(case__number=published).shown}
    assert shown["principal.name"] == world.people["applicant"].name
    assert all(shown.values()), shown


def test_a_withdrawal_gives_rank_and_quota_free() -> None:
    world = cases.opened(quota=1)
    w.version("withdraw")
    world.people["second"] = make.person(employer=world.university, born=w.date(1980, 5, 1), title="senior")
    team = [{"member": make.person(employer=world.university).pk, "role": "lead", "months": 6}]
    first = cases.case(world, at="screen").number
    second = cases.case(world, at="recommend", who="second", principal=world.people["second"].pk, team=team).number
    with clock_at(w.moment("2026-03-20")):
        assert "endorse.quota" in codes(world.act(second, "endorse", "authority", rank=1))
        side = withdrawal(world, first)
        assert isinstance(world.act(side, "approve", "officer", reason="同意撤回"), Done)
        assert isinstance(world.act(second, "endorse", "authority", rank=1), Done)


def test_who_watches_does_not_find_an_objection_to_their_own_case_among_their_tasks(
    world: w.World, published: str
) -> None:
    make.duty("supervision", world.people["member"])
    with clock_at(DURING):
        side = objected(world, published)
        assert side in {task.case.number for task in queries.tasks_of(world.actor("supervisor"))}
        assert side not in {task.case.number for task in queries.tasks_of(world.actor("member"))}


def test_a_side_case_that_its_parent_cannot_hear_does_not_end(
    world: w.World, published: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = machine.decide

    def deaf(situation: Any, command: Command) -> Any:
        if command.name == "close_side":
            return Refusal((Problem("workdays.unknown_year", Text("年份未知", "Unknown year")),))
        return real(situation, command)

    with clock_at(DURING):
        side = objected(world, published)
        monkeypatch.setattr(machine, "decide", deaf)
        answer = world.act(side, "reject", "supervisor", reason="经核实不成立")
    assert codes(answer) == {"workdays.unknown_year"}
    assert Case.objects.get(number=side).step == "decide"


def test_a_refused_side_case_is_traced(world: w.World) -> None:
    number = cases.case(world).number
    with clock_at(w.moment("2026-03-03")):
        assert codes(sides.open_side(number, "object", world.actor("objector"), uuid4().hex)) == {"object.no_notice"}
    event = Event.objects.get(case_number=number, outcome="refused")
    assert (event.tag, event.actor) == ("case:open-side:refused", world.people["objector"].pk)
    assert Case.objects.count() == 1


def listed(of: w.World, number: str, who: str) -> str:
    """The side cases on the page of a case, as this person reads it."""
    said = signed_in(of.people[who]).get(reverse("case", args=[number])).content.decode()
    return said.partition("<h2>关联办件</h2>")[2].partition("</section>")[0]


def test_a_side_case_that_was_never_handed_in_is_listed_for_its_opener_alone(world: w.World, published: str) -> None:
    with clock_at(DURING):
        objected(world, published)
        draft = opened(world, published, "object", "officer")
        asked = opened(world, published, "withdraw", "applicant")
        assert draft in listed(world, published, "officer")
        assert asked in listed(world, published, "applicant")
        for who in ("host", "supervisor", "applicant", "planner"):
            assert draft not in listed(world, published, who), who
        for who in ("host", "supervisor", "officer"):
            assert asked not in listed(world, published, who), who
            assert "对公示提出异议" in listed(world, published, who), who
        assert isinstance(world.act(asked, "submit", "applicant", values={"reason": "改报其他计划"}), Done)
        assert asked in listed(world, published, "host")


def test_whoever_opened_a_side_case_by_mistake_discards_it_and_may_open_another(world: w.World, published: str) -> None:
    with clock_at(DURING):
        side = opened(world, published, "object", "objector")
        assert codes(world.act(side, "discard", "applicant")) == {"right.missing"}
        browser = signed_in(world.people["objector"])
        assert "/do/discard/" in browser.get(reverse("case", args=[side])).content.decode()
        assert act(browser, side, "discard").status_code == 303
        ended = Case.objects.get(number=side)
        assert (ended.end, ended.submitted_at) == ("withdrawn", None)
        assert not Task.objects.filter(case=ended).exists()
        event = Event.objects.get(case_number=side, tag="case:discard:accepted")
        assert event.actor == world.people["objector"].pk
        assert "放弃了从未提交的草稿" in told_to(world.actor("objector"), [event])[0].zh
        assert opened(world, published, "object", "objector") != side
        assert side not in listed(world, published, "supervisor")
    with clock_at(AFTER):
        alarms.ring()
        assert Case.objects.get(number=published).step == "agree"


def test_an_application_is_discarded_while_it_is_a_draft_and_not_once_it_came_in(world: w.World) -> None:
    draft, handed_in = cases.case(world).number, cases.case(world, at="endorse").number
    with clock_at(w.moment("2026-03-04")):
        assert isinstance(
            drafts.save_draft(draft, "proposal", {"title": "留着"}, 0, world.actor("applicant")), drafts.Saved
        )
        assert codes(world.act(draft, "discard", "host")) == {"right.missing"}
        assert act(signed_in(world.people["applicant"]), draft, "discard").status_code == 303
        assert Case.objects.get(number=draft).end == "withdrawn"
        assert Draft.objects.get(case__number=draft).values == {"title": "留着"}
        world.act(handed_in, "return", "host", reason="请补充")
        said = signed_in(world.people["applicant"]).get(reverse("case", args=[handed_in])).content.decode()
        assert "/do/discard/" not in said
        assert codes(world.act(handed_in, "discard", "applicant")) == {"discard.handed_in"}


def test_a_case_that_was_pushed_to_an_institution_is_not_discarded(world: w.World) -> None:
    number = cases.case(world).number
    Case.objects.filter(number=number).update(applicant=None)
    with clock_at(w.moment("2026-03-04")):
        assert codes(world.act(number, "discard", "host")) == {"discard.owed"}
        page = signed_in(world.people["host"]).get(reverse("case", args=[number])).content.decode()
    assert "填写表单" in page
    assert "/do/discard/" not in page
