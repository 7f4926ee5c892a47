"""A published call is changed by two people with a reason: nothing is taken from anybody, every version stays, who it concerns hears."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import fields_on, signed_in

from keguan.casework.models import Alarm, CallChange, Case, Message, Round, RoundVersion
from keguan.casework.rounds import amending
from keguan.casework.rounds import services as rounds
from keguan.casework.rounds.versions import TERMS, terms_of
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import clock_at
from keguan.kernel.problems import Refusal
from keguan.registers.parties import merging
from keguan.registers.parties.access import actor_for
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db
CODE = "KRD-2026"
TOPIC, OTHER = {"code": "A1", "zh": "棉花育种", "en": "Cotton"}, {"code": "A2", "zh": "节水", "en": "Saving water"}


@pytest.fixture
def world() -> Any:
    """A call open in March, with a second in its deadline, looked at on the 10th."""
    of = w.world(experts_count=0)
    with clock_at(w.moment("2026-02-20")):
        terms = rounds.Terms(
            CODE, Text("2026年度重点研发", "Key R&D 2026"), w.moment("2026-03-01"), w.moment("2026-03-31", "23:59:59"),
            150_000_000, 3, 30, Text("支持棉花", "For cotton"), [TOPIC], contact=Text("0991-1000", "0991-1000"),
        )  # fmt: skip
        assert isinstance(rounds.draft_round(w.version("key-rd-project"), terms, of.actor("planner")), Round)
        published = rounds.publish_round(CODE, of.actor("publisher"))
        assert isinstance(published, Round), published
        of.round = published
    with clock_at(w.moment("2026-03-10")):
        yield of


def form(of: w.World, who: str = "planner") -> dict[str, Any]:
    page = signed_in(of.people[who]).get(reverse("round_amend", args=[CODE]))
    assert page.status_code == 200
    return {name: values[-1] for name, values in fields_on(page.content.decode(), "").items()}


def amended(of: w.World, who: str = "planner", **changes: str) -> Any:
    return signed_in(of.people[who]).post(reverse("round_amend", args=[CODE]), form(of, who) | changes)


def publish(of: w.World, who: str = "publisher") -> Any:
    browser, address = signed_in(of.people[who]), reverse("call_change_publish", args=[CODE])
    page = browser.get(reverse("call_change", args=[CODE])).content.decode()
    return browser.post(address, {name: values[-1] for name, values in fields_on(page, address).items()})


@pytest.mark.parametrize("language", ["zh", "en"])
def test_one_drafts_a_change_another_publishes_it_and_the_public_reads_both_versions(
    world: w.World, language: str
) -> None:
    answer = amended(world, contact_zh="0991-2000 二号楼", contact_en="0991-2000", reason="电话有误")
    assert answer["Location"] == reverse("call_change", args=[CODE])
    call, asked = reverse("call", args=[CODE]), {"lang": language}
    assert "0991-1000" in Client().get(call, asked).content.decode(), "a draft changes nothing yet"
    shown = signed_in(world.people["publisher"]).get(answer["Location"], asked).content.decode()
    for said in ("0991-1000", "0991-2000", "电话有误", world.people["planner"].name):
        assert said in shown
    assert ("预算" if language == "zh" else "Budget") not in shown.partition("<table")[2], "what stays is not told"
    assert publish(world)["Location"] == reverse("round", args=[CODE])
    said = Client().get(call, asked).content.decode()
    terms, _, changes = said.partition('id="versions"')
    assert "0991-2000" in terms
    assert "0991-1000" not in terms
    assert "电话有误" in changes
    first = Client().get(reverse("call_version", args=[CODE, 1]), asked).content.decode()
    assert "0991-1000" in first
    assert "0991-2000" in first
    assert "2026-02-20" in first
    assert "2026-03-10" in first
    assert Client().get(reverse("call_version", args=[CODE, 9])).status_code == 404
    kept = list(RoundVersion.objects.order_by("number"))
    assert [(one.number, one.reason, one.drafted_by) for one in kept] == [
        (1, "", None), (2, "电话有误", world.people["planner"].pk),
    ]  # fmt: skip
    assert kept[1].by == world.people["publisher"].pk
    assert set(kept[0].terms) == set(kept[1].terms)
    assert kept[1].terms["closes"].startswith("2026-03-31T23:59:59"), "what nobody touched is as it was, to the second"
    assert CallChange.objects.count() == 0
    tags = Event.objects.filter(tag__startswith="round:c").values_list("tag", flat=True)
    assert [tag for tag in tags if "published" not in tag] == ["round:change:drafted", "round:call:amended"]
    event = Event.objects.get(tag="round:call:amended")
    assert event.payload["before"]["contact_zh"] == "0991-1000"
    assert event.payload["after"]["contact_zh"] == "0991-2000 二号楼"


def test_whom_it_concerns_hears_of_a_change_once(world: w.World) -> None:
    case = cases.case(world, at="endorse")
    Message.objects.all().delete()
    assert amended(world, summary_zh="支持棉花与节水", reason="补充说明").status_code == 303
    assert not Message.objects.exists()
    assert publish(world).status_code == 303
    told = list(Message.objects.filter(kind="call"))
    with_case = {case.applicant_id, case.principal_id}
    offices = {world.people[who].pk for who in ("host", "authority", "officer")}
    assert {one.person_id for one in told if one.case} == with_case
    assert sorted(one.person_id for one in told if not one.case) == sorted(offices - with_case)
    assert all("补充说明" in one.zh and CODE in one.en for one in told)
    assert not mail.outbox, "mails go out by preference, from the queue"


def test_a_deadline_moved_with_other_terms_moves_the_drafts_too(world: w.World) -> None:
    number = w.started(world)
    assert amended(world, closes="2026-04-10 18:00", grace_minutes="60", reason="系统故障").status_code == 303
    assert publish(world).status_code == 303
    case = Case.objects.get(number=number)
    assert case.due_at == w.moment("2026-04-10", "18:00")
    assert Alarm.objects.get(case=case, purpose="due").at == w.moment("2026-04-10", "19:00")
    assert Message.objects.filter(kind="extended", case=case).count() == 1
    assert Round.objects.get().extended_because == "系统故障"


WORSE = {
    "closes": "2026-03-20 18:00",
    "grace_minutes": "10",
    "budget": "100",
    "quota": "2",
    "topics": "A2 | 节水 | Saving water",
}


@pytest.mark.parametrize("name", WORSE)
def test_nothing_is_taken_from_anybody(world: w.World, name: str) -> None:
    answer = amended(world, **{name: WORSE[name]}, reason="调整")
    assert answer.status_code == 422
    rule = next(one for one in amending.AMENDABLE if {name, f"{name}_fen"} & set(one.terms))
    shown = answer.content.decode()
    assert f'href="#field-{name}"' in shown
    assert rule.why.zh in shown
    assert fields_on(shown, "")["reason"] == ["调整"], "what was typed stays"
    assert CallChange.objects.count() == 0


def test_what_gives_more_may_be_changed(world: w.World) -> None:
    answer = amended(
        world, budget="200", quota="0", topics="A1 | 棉花育种 | Cotton\nA2 | 节水 | Saving water", reason="追加"
    )
    assert answer.status_code == 303
    assert publish(world).status_code == 303
    now = Round.objects.get()
    assert (now.budget_fen, now.quota, now.topics) == (200_000_000, 0, [TOPIC, OTHER])


def test_what_nobody_may_change_any_more_is_not_asked_and_not_taken(world: w.World) -> None:
    shown = form(world)
    assert "opens" not in shown
    assert amended(world, opens="2026-02-01 10:00", reason="提前").status_code == 422
    refused = amending.draft_change(
        CODE, {"opens": terms_of(Round.objects.get())["opens"][:5] + "02-01T10:00:00+08:00"}, "提前", world.actor("planner")
    )  # fmt: skip
    assert isinstance(refused, Refusal)
    assert [one.where for one in refused.problems] == ["opens"]
    with clock_at(w.moment("2026-04-10")):
        after = form(world)
        assert {"quota", "topics", "grace_minutes"}.isdisjoint(after)
        assert {"title_zh", "contact_zh", "closes", "budget"} <= set(after)


def test_a_change_needs_a_reason_and_to_change_something(world: w.World) -> None:
    assert amended(world, contact_zh="0991-2000").status_code == 422
    refused = amended(world, reason="更正")
    assert refused.status_code == 422
    assert "没有任何变化" in refused.content.decode()


def test_its_drafter_does_not_publish_it_and_nobody_else_changes_it(world: w.World) -> None:
    amended(world, contact_zh="0991-2000", reason="更正")
    drafted = CallChange.objects.get()
    refused = amending.publish_change(CODE, world.actor("planner"), revision=drafted.revision)
    assert isinstance(refused, Refusal)
    assert refused.problems[0].code == "right.four_eyes"
    address = reverse("call_change", args=[CODE])
    assert "call_change_publish" not in signed_in(world.people["planner"]).get(address).content.decode()
    answer = signed_in(world.people["publisher"]).get(reverse("round_amend", args=[CODE]))
    assert answer["Location"] == address
    taken = amending.draft_change(CODE, {"contact_zh": "x"}, "x", world.actor("publisher"), revision=drafted.revision)
    assert isinstance(taken, Refusal)
    assert taken.problems[0].code == "change.another"
    for who in ("officer", "applicant"):
        for name in ("round_amend", "call_change", "call_change_drop", "call_change_send_back"):
            assert signed_in(world.people[who]).get(reverse(name, args=[CODE])).status_code == 403, (who, name)
        outside = amending.publish_change(CODE, world.actor(who), revision=drafted.revision)
        assert isinstance(outside, Refusal), who


def test_what_changed_since_the_look_is_not_published(world: w.World) -> None:
    amended(world, contact_zh="0991-2000", reason="更正")
    seen = CallChange.objects.get().revision
    amended(world, contact_zh="0991-3000", reason="更正")
    stale = amending.publish_change(CODE, world.actor("publisher"), revision=seen)
    assert isinstance(stale, Refusal)
    assert stale.problems[0].code == "round.stale"
    done = rounds.extend_round(CODE, w.moment("2026-04-05"), "系统故障", world.actor("publisher"))
    assert isinstance(done, Round)
    moved_on = publish(world)
    assert moved_on.status_code == 422
    assert "起草之后，通知又有变化" in moved_on.content.decode()
    amended(world, contact_zh="0991-3000", reason="更正")
    assert publish(world).status_code == 303
    now = Round.objects.get()
    assert (now.contact_zh, now.closes) == ("0991-3000", w.moment("2026-04-05"))


def test_it_is_sent_back_with_a_reason_and_dropped_by_its_drafter(world: w.World) -> None:
    amended(world, contact_zh="0991-2000", reason="更正")
    publisher, planner = (signed_in(world.people[who]) for who in ("publisher", "planner"))
    back = reverse("call_change_send_back", args=[CODE])
    assert publisher.post(back, {"reason": " "}).status_code == 422
    assert publisher.post(back, {"reason": "号码不全"}).status_code == 303
    (told,) = Message.objects.filter(person=world.people["planner"], kind="round")
    assert "号码不全" in told.zh
    page = publisher.get(reverse("call_change", args=[CODE])).content.decode()
    assert reverse("call_change_publish", args=[CODE]) not in page
    again = f'<a href="{reverse("call_change", args=[CODE])}">修改被退回的通知变更，重新提交核对</a>'
    assert again in planner.get(reverse("todo")).content.decode()
    assert reverse("call_change", args=[CODE]) not in publisher.get(reverse("todo")).content.decode()
    assert "号码不全" in planner.get(reverse("round_amend", args=[CODE])).content.decode()
    assert planner.post(reverse("call_change_drop", args=[CODE])).status_code == 303
    assert CallChange.objects.count() == 0
    assert again not in planner.get(reverse("todo")).content.decode()
    assert RoundVersion.objects.count() == 1
    assert planner.get(reverse("call_change", args=[CODE]))["Location"] == reverse("round", args=[CODE])


def test_it_waits_on_the_list_of_who_may_publish_it_and_is_nobodys_own_after_a_merge(world: w.World) -> None:
    amended(world, contact_zh="0991-2000", reason="更正")
    address = reverse("call_change", args=[CODE])
    assert address in signed_in(world.people["publisher"]).get(reverse("todo")).content.decode()
    assert address not in signed_in(world.people["planner"]).get(reverse("todo")).content.decode()
    registrar = make.person()
    make.duty("registrar", registrar)
    publisher, planner = world.people["publisher"], world.people["planner"]
    merging.merge(actor_for(registrar), publisher, planner, reason="同一人")
    own = amending.publish_change(CODE, actor_for(publisher), revision=0)
    assert isinstance(own, Refusal)
    assert own.problems[0].code == "right.four_eyes", "who drafted it under another entry is the same person"


def test_every_term_of_a_call_has_its_one_rule() -> None:
    assert sorted(name for one in amending.AMENDABLE for name in one.terms) == sorted(TERMS)
