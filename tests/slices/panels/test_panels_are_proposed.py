"""The officer's desk of a round: panels proposed with reasons, changed by hand with a reason, confirmed case by case."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import holders, signed_in

from keguan.casework.models import Case, SeatHolder
from keguan.casework.reviewing.fields import disciplines_of
from keguan.casework.services import Done
from keguan.kernel import clock
from keguan.kernel.clock import clock_at
from keguan.kernel.ids import new_key
from keguan.kernel.problems import Refusal
from keguan.language.schema import Review
from keguan.panels.matching import services
from keguan.panels.matching.expertise import application_of, pool_of
from keguan.panels.matching.making import Bounds
from keguan.panels.matching.models import WHOLE, Proposal, ProposedSeat
from keguan.panels.matching.ports import reason_said
from keguan.panels.matching.shared import shared_words
from keguan.registers.experts import works
from keguan.registers.experts.models import Expert
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties import services as parties
from keguan.registers.parties.models import Person
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db
FREE = Bounds()


@pytest.fixture
def world() -> Any:
    """Two cases at review: on cotton and on speech. Expert 0 led a cotton project, expert 1 published on speech."""
    of = cases.opened()
    cases.case(of, at="review", title="棉花抗旱新品种选育与示范推广")
    _second(of)
    first, second, *_ = (Expert.objects.get(pk=pk) for pk in of.experts)
    project = make.project("棉花抗旱种质资源鉴定与利用", principal=first.person_id)
    assert project.principal_id == first.person_id
    Expert.objects.update(fields=["gbt13745:2009:210", "gbt13745:2009:560"])
    works.add_work(second, works.NewWork("paper", "维吾尔语语音识别声学模型", year=2024), of.actor("officer"))
    with clock_at(w.moment("2026-04-12")):
        yield of


def _second(of: w.World) -> None:
    leads = make.person(employer=of.university, title="senior", degree="doctor")
    of.people["other"] = leads
    cases.case(
        of,
        at="review",
        rank=2,
        who="other",
        title="维吾尔语语音识别关键技术研究",
        domain="society",
        principal=leads.pk,
        team=[{"member": make.person(employer=of.university).pk, "role": "lead", "months": 6}],
        summary="面向少数民族语言的语音识别，研究声学模型与语言模型的联合训练方法。",
        objectives="形成语音识别软件一套，识别准确率达到实用水平，并在政务服务中示范。",
        route="采用端到端模型和迁移学习，分三年完成数据采集、训练和示范应用。",
    )


def step_of(world: w.World) -> Review:
    found = cases.definition().programme.step("review")
    assert isinstance(found, Review)
    return found


def proposed(world: w.World, bounds: Bounds = FREE) -> Proposal:
    assert world.round is not None
    made = services.ask(world.round, step_of(world), bounds, world.actor("officer"), new_key())
    assert isinstance(made, Proposal), made
    assert made.state == "ready"
    return made


def numbers() -> tuple[str, str]:
    cotton, speech = Case.objects.order_by("pk").values_list("number", flat=True)
    return cotton, speech


def seats(number: str, **given: Any) -> list[ProposedSeat]:
    return list(ProposedSeat.objects.filter(case__case__number=number, **given).order_by("-fit", "pk"))


def desk(world: w.World) -> str:
    assert world.round is not None
    return reverse("panels", args=[world.round.code, "review"])


def officer(world: w.World) -> Client:
    return signed_in(world.people["officer"])


def test_every_free_seat_is_proposed_for_and_who_did_such_work_is_the_first_with_the_work_as_the_reason(
    world: w.World,
) -> None:
    made = proposed(world)
    assert (made.seats, made.missing, made.pool) == (10, 0, 7)
    assert made.is_proven
    assert made.upper == made.value > 0
    cotton, speech = numbers()
    led, published = seats(cotton)[0], seats(speech)[0]
    assert (led.expert_id, led.by) == (world.experts[0], "works")
    assert led.reasons[0]["title"] == "棉花抗旱种质资源鉴定与利用"
    assert led.reasons[0]["words"] == ["棉花抗旱", "鉴定"]
    assert (published.expert_id, published.by) == (world.experts[1], "works")
    assert "语音" in "".join(published.reasons[0]["words"])
    (elsewhere,) = [one for one in seats(speech) if one.expert_id == led.expert_id]
    assert (elsewhere.reasons, elsewhere.by) == ([], "codes"), "sharing 与 is no reason"


def test_an_expert_without_works_is_near_by_keywords_and_that_is_said(world: w.World) -> None:
    proposed(world)
    cotton, _ = numbers()
    others = [one for one in seats(cotton) if one.expert_id not in world.experts[:2]]
    assert others
    assert {one.by for one in others} == {"keywords"}
    page = officer(world).get(desk(world)).content.decode()
    assert "没有相近的项目或成果，依据：关键词" in page


def test_who_is_of_the_discipline_is_nearer_also_without_works_of_whatever_edition(world: w.World) -> None:
    cotton, _ = numbers()
    case = Case.objects.select_related("programme", "memo").get(number=cotton)
    (codes,) = disciplines_of(case, step_of(world).panel)
    plain, of_another = codes[0], "gbt13745:2009:320"
    told = (
        f"gbt13745:2009:{plain}",
        f"gbt13745:1992:{plain}",
        f"gbt13745:2009:{plain}10",
        of_another,
        f"nsfc:2026:{plain}",
    )
    experts = world.experts[2:]
    Expert.objects.filter(pk__in=experts).update(keywords=[])
    for expert, field in zip(experts, told, strict=True):
        Expert.objects.filter(pk=expert).update(fields=[field])
    pool = pool_of(Expert.objects.filter(pk__in=experts).select_related("person"), clock.today())
    (near,) = pool.expertise.nearest([application_of(case)])
    fits = dict(zip(near.experts.tolist(), near.fits.tolist(), strict=True))
    same, earlier, finer, other, elsewhere = (fits.get(expert, 0.0) for expert in experts)
    assert same == earlier > finer > other == elsewhere == 0


def test_a_proposal_says_whom_it_left_out_and_reading_it_looks_at_no_pool(world: w.World) -> None:
    twin, stale = (Expert.objects.get(pk=pk).person for pk in world.experts[:2])
    make.person(twin.name, employer=twin.employer)
    Expert.objects.filter(person=stale).update(confirmed_on="2020-01-01")
    made = proposed(world)
    assert (made.pool, made.left_out) == (5, {"question": 1, "stale": 1, "away": 0})
    Expert.objects.filter(person=stale).update(confirmed_on="2026-04-12")
    with CaptureQueriesContext(connection) as asked:
        page = officer(world).get(desk(world)).content.decode()
    assert "身份待核1名；信息逾期未作年度确认1名" in page, "as it was when the others were compared"
    assert not [one["sql"] for one in asked if "parties_twopeople" in str(one["sql"])]


def test_asking_twice_with_one_key_proposes_once(world: w.World) -> None:
    assert world.round is not None
    key, actor = new_key(), world.actor("officer")
    first = services.ask(world.round, step_of(world), FREE, actor, key)
    assert services.ask(world.round, step_of(world), FREE, actor, key) == first
    assert Proposal.objects.count() == 1


def test_confirming_assigns_everybody_who_is_proposed_and_a_second_time_nobody(world: w.World) -> None:
    made = proposed(world)
    client = officer(world)
    unread = client.post(reverse("panels_confirm", args=[made.round.code, "review"]), {"proposal": made.pk})
    assert unread.status_code == 422
    assert not SeatHolder.objects.exists()
    sent = {"proposal": str(made.pk), "confirmed": "yes", "changes": "0"}
    answer = client.post(reverse("panels_confirm", args=[made.round.code, "review"]), sent)
    assert answer.status_code == 303
    for number in numbers():
        assert {one.expert.person_id for one in seats(number, state="assigned")} == {one.pk for one in holders(number)}
        assert len(holders(number)) == 5
    again = client.post(reverse("panels_confirm", args=[made.round.code, "review"]), sent)
    assert again.status_code in (409, 422)
    assert SeatHolder.objects.count() == 10
    tags = set(Event.objects.filter(tag__startswith="matching:").values_list("tag", flat=True))
    assert tags == {
        "matching:proposal:asked",
        "matching:proposal:made",
        "matching:proposal:confirmed",
        "matching:proposal:done",
    }


def test_who_confirms_what_somebody_changed_meanwhile_is_told_what_and_assigns_nobody_unseen(world: w.World) -> None:
    made = proposed(world)
    cotton, _ = numbers()
    first, other = seats(cotton)[0], Expert.objects.get(pk=_not_on(cotton, world))
    client = officer(world)
    address = reverse("panels_confirm", args=[made.round.code, "review"])
    shown = _confirm_form(client.get(desk(world)).content.decode())
    assert services.replace(first, other.pk, "研究方向更近", world.actor("officer")) is None
    for sent in (shown, {name: value for name, value in shown.items() if name != "changes"}):
        answer = client.post(address, {**sent, "confirmed": "yes"})
        page = answer.content.decode()
        assert answer.status_code == 409
        assert not SeatHolder.objects.exists()
        made.refresh_from_db()
        assert made.state == "ready"
    answer = client.post(address, {**shown, "confirmed": "yes"})
    page = answer.content.decode()
    assert f"办件{cotton}：{first.expert.person.name}换为{other.person.name}" in page
    assert client.post(address, {**_confirm_form(page), "confirmed": "yes"}).status_code == 303
    assert other.pk in SeatHolder.objects.values_list("expert", flat=True)


def test_of_several_changes_only_those_not_seen_are_told(world: w.World) -> None:
    made = proposed(world)
    cotton, speech = numbers()
    actor = world.actor("officer")
    gone, last = seats(cotton)[0], seats(speech)[0]
    assert services.replace(gone, None, "不合适", actor) is None
    assert services.replace(last, None, "不合适", actor) is None
    answer = services.confirm(made, actor, seen=1)
    assert isinstance(answer, Refusal)
    told = [one.say.zh for one in answer.problems[1:]]
    assert told == [f"办件{speech}：{last.expert.person.name}换为空缺"]
    assert {one.code for one in answer.problems} == {"case.stale"}
    assert services.confirm(made, actor, seen=2) is None


def _confirm_form(page: str) -> dict[str, str]:
    form = re.search(r'<form method="post" action="[^"]*/confirm/">(.*?)</form>', page, re.DOTALL)
    assert form is not None
    return dict(re.findall(r'name="(proposal|changes)" value="(\d+)"', form[1]))


def test_bounds_stand_with_the_proposal_and_in_the_form_for_the_next(world: w.World) -> None:
    client = officer(world)
    fresh = client.get(desk(world)).content.decode()
    assert _value(fresh, "same_institution_most") == "2"
    proposed(world, Bounds(None, 3))
    page = client.get(desk(world)).content.decode()
    assert (_value(page, "same_institution_most"), _value(page, "most_new")) == ("", "3")
    assert "同一法人单位的专家最多（人）：不限；每位专家本次最多新增（件）：3" in page
    sent = {"same_institution_most": "x", "most_new": "4"}
    refused = client.post(reverse("panels_propose", args=[_code(world), "review"]), sent)
    assert refused.status_code == 422
    assert _value(refused.content.decode(), "most_new") == "4", "what was typed stays"


def _code(world: w.World) -> str:
    assert world.round is not None
    return world.round.code


def _value(page: str, name: str) -> str:
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert tag is not None
    found = re.search(r'value="([^"]*)"', tag[0])
    return found[1] if found else ""


def test_a_proposal_that_was_carried_out_says_who_declined_since_and_who_has_too_much(world: w.World) -> None:
    made = proposed(world)
    services.confirm(made, world.actor("officer"), seen=0)
    cotton, speech = numbers()
    gone = holders(cotton)[2]
    world.people["gone"] = gone
    client = officer(world)
    before = client.get(desk(world)).content.decode()
    assert "已谢绝" not in before
    assert "超出上限" not in before
    world.act(cotton, "decline", "gone", reason="出差")
    busy = next(one for one in holders(cotton) if one in holders(speech))
    Expert.objects.filter(person=busy).update(max_load=1)
    page = client.get(desk(world)).content.decode()
    rows = [row for row in page.split("<tr>") if "已谢绝" in row]
    assert len(rows) == 1
    assert gone.name in rows[0]
    over = [row for row in page.split("<tr>") if "超出上限" in row]
    assert over
    assert all(busy.name in row for row in over)


def test_a_relation_that_came_up_after_the_proposal_is_refused_with_its_reason_and_the_others_go_ahead(
    world: w.World,
) -> None:
    made = proposed(world)
    cotton, speech = numbers()
    relative = Expert.objects.get(pk=seats(cotton)[0].expert_id)
    parties.declare_kin(world.actor("officer"), relative.person, world.people["member"], "sibling")
    answer = services.confirm(made, world.actor("officer"), seen=0)
    assert answer is None
    (kept_out,) = seats(cotton, state="refused")
    assert kept_out.expert_id == relative.pk
    assert [one["code"] for one in kept_out.problems] == ["recusal.kin"]
    assert len(seats(cotton, state="assigned")) == len(holders(cotton)) == 4
    assert len(holders(speech)) == 5
    page = officer(world).get(desk(world) + "?view=refused").content.decode()
    assert "近亲属" in page
    assert relative.person.name in page


def test_filling_up_after_a_refusal_leaves_who_sits_and_asks_nobody_again_who_declined(world: w.World) -> None:
    services.confirm(proposed(world), world.actor("officer"), seen=0)
    cotton, _ = numbers()
    gone = holders(cotton)[2]
    world.people["gone"] = gone
    world.act(cotton, "decline", "gone", reason="出差")
    mended = proposed(world)
    assert (mended.seats, mended.missing) == (1, 0)
    (new,) = ProposedSeat.objects.filter(case__proposal=mended)
    assert new.expert.person_id not in {one.pk for one in holders(cotton)}


def test_proposing_again_before_confirming_keeps_what_still_can_stand(world: w.World) -> None:
    first = proposed(world)
    cotton, _ = numbers()
    before = set(ProposedSeat.objects.filter(case__proposal=first).values_list("case__case", "expert"))
    relative = Expert.objects.get(pk=seats(cotton)[0].expert_id)
    parties.declare_kin(world.actor("officer"), relative.person, world.people["member"], "sibling")
    second = proposed(world)
    after = set(ProposedSeat.objects.filter(case__proposal=second).values_list("case__case", "expert"))
    gone = (Case.objects.get(number=cotton).pk, relative.pk)
    assert before - after == {gone}
    assert (second.kept, second.changed) == (9, 1)
    first.refresh_from_db()
    assert first.state == "replaced"


def test_an_officer_puts_another_in_the_place_of_one_for_a_reason_that_is_traced(world: w.World) -> None:
    made = proposed(world)
    cotton, _ = numbers()
    first, other = seats(cotton)[0], _not_on(cotton, world)
    address = reverse("panels_replace", args=[made.round.code, "review", first.pk])
    client = officer(world)
    refused = client.post(address, {"expert": str(other)})
    assert refused.status_code == 422
    assert "请写明理由" in refused.content.decode()
    assert client.post(address, {"expert": str(other), "reason": "研究方向更近"}).status_code == 303
    first.refresh_from_db()
    assert (first.state, first.reason) == ("dropped", "研究方向更近")
    (chosen,) = seats(cotton, is_chosen=True)
    assert (chosen.expert_id, chosen.reason, chosen.state) == (other, "研究方向更近", "proposed")
    event = Event.objects.get(tag="matching:seat:replaced")
    assert event.payload["case"] == cotton
    assert event.case_number == "", "the people of the case read its trace, and may not learn who reviews it"
    assert {"gone", "came", "reason"} <= event.payload.keys()
    assert set(event.payload["came"]) == {"commitment"}, "who it is stays behind a commitment"
    services.confirm(made, world.actor("officer"), seen=services.changes(made))
    assert other in SeatHolder.objects.filter(seat__case__number=cotton).values_list("expert", flat=True)
    assert first.expert_id not in SeatHolder.objects.filter(seat__case__number=cotton).values_list("expert", flat=True)


def test_after_a_change_by_hand_the_sums_are_those_of_now_and_the_proof_is_said_to_be_of_before(world: w.World) -> None:
    made = proposed(world)
    cotton, _ = numbers()
    first, other = seats(cotton)[0], _not_on(cotton, world)
    client = officer(world)
    assert "人工更换 1 席之后" not in client.get(desk(world)).content.decode()
    assert services.replace(first, other, "更合适", world.actor("officer")) is None
    page = client.get(desk(world)).content.decode()
    stands = ProposedSeat.objects.filter(case__proposal=made).exclude(state="dropped")
    value = sum(stands.values_list("fit", flat=True))
    assert value < made.value
    assert f"{value / WHOLE:.2f} / {made.upper / WHOLE:.2f}" in page
    assert f"更换之前为 {made.value / WHOLE:.2f}" in page
    assert "人工更换 1 席之后" in page


def test_somebody_put_there_by_hand_and_taken_off_again_counts_for_nothing(world: w.World) -> None:
    made = proposed(world)
    cotton, _ = numbers()
    first, other = seats(cotton)[0], _not_on(cotton, world)
    assert services.replace(first, other, "更合适", world.actor("officer")) is None
    (chosen,) = seats(cotton, is_chosen=True)
    assert services.replace(chosen, None, "出差", world.actor("officer")) is None
    page = officer(world).get(desk(world)).content.decode()
    stands = ProposedSeat.objects.filter(case__proposal=made).exclude(state="dropped")
    assert stands.count() == made.seats - 1
    value = sum(stands.values_list("fit", flat=True))
    assert f"{value / WHOLE:.2f} / {made.upper / WHOLE:.2f}" in page
    assert "人工更换 2 席之后" in page
    assert f"<dt>拟指派席位</dt><dd>{made.seats - 1}</dd>" in re.sub(r"\s*\n\s*", "", page)


def test_who_looks_for_a_replacement_sees_hits_alone_with_their_load_or_that_there_are_none(world: w.World) -> None:
    made = proposed(world)
    cotton, _ = numbers()
    other = Expert.objects.get(pk=_not_on(cotton, world))
    address = reverse("panels_replace", args=[made.round.code, "review", seats(cotton)[0].pk])
    client = officer(world)
    assert "在手 0，本次" in client.get(address).content.decode()
    found = client.post(address, {"find": "yes", "q": other.person.name}).content.decode()
    assert re.findall(r'name="expert" value="([^"]+)"', found) == [str(other.pk), "nobody"]
    none = client.post(address, {"find": "yes", "q": "查无此人"}).content.decode()
    assert re.findall(r'name="expert" value="([^"]+)"', none) == ["nobody"]
    assert "没有找到与“查无此人”相符的专家" in none


def test_a_reason_holds_words_that_tell_something_and_disciplines_in_the_readers_language() -> None:
    assert shared_words(["技术", "大", "滴灌"]) == ["滴灌"]
    reason = {
        "title": "计算机科学技术",
        "title_en": "Computer science",
        "kind": "fields",
        "year": None,
        "words": ["计算"],
    }
    said = reason_said(reason)
    assert said.en == "disciplines “Computer science”: 计算"
    assert said.zh == "学科“计算机科学技术”：计算"


def _not_on(number: str, world: w.World) -> int:
    on = {one.expert_id for one in seats(number)}
    return next(pk for pk in world.experts if pk not in on)


def test_nobody_is_put_on_a_panel_by_hand_who_must_keep_out(world: w.World) -> None:
    proposed(world)
    cotton, _ = numbers()
    other = _not_on(cotton, world)
    parties.declare_kin(
        world.actor("officer"), Expert.objects.get(pk=other).person, world.people["applicant"], "spouse"
    )
    answer = services.replace(seats(cotton)[0], other, "更合适", world.actor("officer"))
    assert isinstance(answer, Refusal)
    assert [one.code for one in answer.problems] == ["recusal.kin"]
    twice = services.replace(seats(cotton)[0], seats(cotton)[1].expert_id, "更合适", world.actor("officer"))
    assert isinstance(twice, Refusal)
    assert [one.code for one in twice.problems] == ["matching.twice"]


def test_a_seat_may_be_left_empty_for_a_reason(world: w.World) -> None:
    made = proposed(world)
    cotton, _ = numbers()
    assert services.replace(seats(cotton)[0], None, "拟另请外地专家", world.actor("officer")) is None
    services.confirm(made, world.actor("officer"), seen=services.changes(made))
    assert len(holders(cotton)) == 4


def test_too_few_experts_leave_seats_empty_and_say_why_in_words(world: w.World) -> None:
    made = proposed(world, Bounds(most_new=1))
    assert (made.seats, made.missing) == (7, 3)
    assert made.shortages
    page = officer(world).get(desk(world)).content.decode()
    assert made.shortages[0]["zh"] in page
    held = proposed(world, Bounds(same_institution_most=2))
    assert held.missing == 6, "all seven have one employer"


def test_bounds_of_the_programme_hold_beside_those_of_the_officer(
    world: w.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    Organisation.objects.filter(pk=world.university.pk).update(region_code="650102")
    Expert.objects.update(region_code="650104")
    far = set(world.experts[-2:])
    Expert.objects.filter(pk__in=far).update(region_code="659001")
    step = replace(step_of(world), panel=replace(step_of(world).panel, outside_region_least=3, most_load=1))
    monkeypatch.setattr(services, "step_of", lambda proposal: step)
    made = proposed(world)
    seats = ProposedSeat.objects.filter(case__proposal=made)
    held = Counter(seats.values_list("expert", flat=True))
    assert set(held.values()) == {1}, "one panel of the round for each expert"
    assert far <= set(held)
    near = Counter(seats.exclude(expert__in=far).values_list("case", flat=True))
    assert list(near.values()) == [2, 2], "seats kept for other regions stay empty rather than go to others"
    assert made.missing == 10 - 6
    assert any("外地区专家" in one["zh"] for one in made.shortages)


def test_fields_seniority_and_least_loads_of_the_programme_hold_and_what_cannot_be_met_is_said(
    world: w.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    speech = set(world.experts[:3])
    Expert.objects.exclude(pk__in=speech).update(fields=["gbt13745:2009:210"])
    Person.objects.filter(expert__in=world.experts).update(title="middle")
    Person.objects.filter(expert__in=world.experts[2:5]).update(title="senior")
    asked = replace(step_of(world).panel, same_field_least=2, senior_least=2, senior_most=3, least_load=1)
    monkeypatch.setattr(services, "step_of", lambda proposal: replace(step_of(world), panel=asked))
    made = proposed(world)
    assert made.missing == 0
    panels: dict[str, set[int]] = {}
    for number, expert in ProposedSeat.objects.filter(case__proposal=made).values_list("case__case__title", "expert"):
        panels.setdefault(number, set()).add(expert)
    (spoken,) = [panel for title, panel in panels.items() if "语音" in title]
    assert len(speech & spoken) >= 2
    assert all(2 <= len(panel & set(world.experts[2:5])) <= 3 for panel in panels.values())
    assert set.union(*panels.values()) == set(world.experts), "nobody is left out while there are seats"

    Expert.objects.filter(pk__in=world.experts[1:3]).update(fields=["gbt13745:2009:210"])
    Person.objects.filter(expert__in=world.experts[3:5]).update(title="middle")
    short = [one["zh"] for one in proposed(world).shortages]
    assert any("同领域专家" in one for one in short), short
    assert any("第 2 名正高级职称专家" in one for one in short), short


def test_nobody_but_officers_of_the_programme_opens_the_desk_and_whose_case_it_is_sees_nothing_of_it(
    world: w.World,
) -> None:
    proposed(world)
    for who in ("applicant", "host", "committee", "planner", "authority"):
        assert signed_in(world.people[who]).get(desk(world)).status_code == 403, who
    page = officer(world).get(desk(world)).content.decode()
    assert Case.objects.get(number=numbers()[0]).title in page
    Case.objects.filter(number=numbers()[0]).update(members=[world.people["officer"].pk])
    page = officer(world).get(desk(world)).content.decode()
    assert numbers()[0] not in page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_desk_says_who_why_and_how_good_and_its_reading_is_traced(world: w.World, language: str) -> None:
    made = proposed(world)
    client = officer(world)
    page = client.get(desk(world), {"lang": language}).content.decode()
    said = {
        "zh": ("已证明没有更好的方案", "每个领域的专家不少于2名", "主持项目", "没有相近的项目或成果"),
        "en": ("no plan is better", "know each field that", "project led", "No project or work"),
    }
    assert all(words in page for words in said[language])
    other = said["zh" if language == "en" else "en"]
    assert not any(words in page for words in other)
    for seat in ProposedSeat.objects.filter(case__proposal=made).select_related("expert__person"):
        assert seat.expert.person.name in page
    assert "棉花抗旱种质资源鉴定与利用" in page
    assert Event.objects.filter(tag="read:reviewers:opened", payload__key=f"{made.round.code}/review").exists()


def test_that_time_begins_anew_is_said_of_cases_with_a_free_seat_alone(world: w.World) -> None:
    with clock_at(w.moment("2026-06-20")):
        assert "其中 2 件尚有空席" in officer(world).get(desk(world)).content.decode()
        for number in numbers():
            world.act(number, "assign", "officer", experts=world.experts[:5])
            assert Case.objects.get(number=number).seats.count() == 5
        assert "尚有空席" not in officer(world).get(desk(world)).content.decode()
    with clock_at(w.moment("2026-08-20")):
        assert "尚有空席" not in officer(world).get(desk(world)).content.decode()
        world.act(numbers()[0], "release", "officer", seat="1", reason="出差")
        assert "其中 1 件尚有空席" in officer(world).get(desk(world)).content.decode()


def test_the_desk_and_the_change_by_hand_take_few_statements(
    world: w.World, django_assert_max_num_queries: Any
) -> None:
    made = proposed(world)
    client = officer(world)
    client.get(desk(world))
    with django_assert_max_num_queries(12):
        assert client.get(desk(world)).status_code == 200
    address = reverse("panels_replace", args=[made.round.code, "review", seats(numbers()[0])[0].pk])
    with django_assert_max_num_queries(12):
        assert client.get(address).status_code == 200


def test_the_pool_of_a_single_case_tells_who_is_near_and_why(world: w.World) -> None:
    cotton, _ = numbers()
    page = officer(world).get(reverse("case", args=[cotton]) + "?pool=1").content.decode()
    assert "棉花抗旱种质资源鉴定与利用" in page
    assert page.index(f'value="{world.experts[0]}"') < page.index(f'value="{world.experts[3]}"')


def test_the_rounds_page_leads_officers_to_the_desk(world: w.World) -> None:
    assert world.round is not None
    address = reverse("round", args=[world.round.code])
    assert desk(world) in officer(world).get(address).content.decode()
    assert desk(world) not in signed_in(world.people["planner"]).get(address).content.decode()


def test_work_that_broke_off_is_gone_on_with_and_assigns_nobody_twice(world: w.World) -> None:
    made = proposed(world)
    cotton, _ = numbers()
    mine = [one.expert_id for one in seats(cotton)]
    world.act(cotton, "assign", "officer", experts=mine)
    Proposal.objects.filter(pk=made.pk).update(state="confirming", confirmed_by=world.people["officer"].pk)
    services.go_on(made.pk)
    assert {one.state for one in ProposedSeat.objects.filter(case__proposal=made)} == {"assigned"}
    assert SeatHolder.objects.count() == 10


def _colleges_of(world: w.World, owner: Organisation, n: int = 2) -> list[Organisation]:
    return [make.organisation(f"{owner.name}第{at}学院", kind="other", under=owner) for at in range(n)]


def test_colleges_of_one_university_are_one_legal_entity_and_its_cap_counts_them_together(world: w.World) -> None:
    owner = Person.objects.get(expert=world.experts[0]).employer
    assert owner is not None
    colleges = [owner, *_colleges_of(world, owner)]
    for at, pk in enumerate(world.experts):
        Person.objects.filter(expert=pk).update(employer=colleges[at % 3])
    held = proposed(world, Bounds(same_institution_most=2))
    assert held.missing == 6, "three employers, one university"
    firm = make.organisation("与此无关的公司", kind="enterprise")
    Person.objects.filter(expert__in=world.experts[3:]).update(employer=firm)
    assert proposed(world, Bounds(same_institution_most=2)).missing == 2, "two of the university, two of the firm"
    works = {pk: "u" if at < 3 else "f" for at, pk in enumerate(world.experts)}
    for number in numbers():
        panel = ProposedSeat.objects.filter(case__case__number=number, case__proposal__state="ready", state="proposed")
        latest = panel.order_by("-case__proposal").values_list("case__proposal", flat=True)[:1]
        counted = Counter(works[one] for one in panel.filter(case__proposal=latest).values_list("expert", flat=True))
        assert max(counted.values()) == 2


def test_who_sits_already_counts_for_their_legal_entity_and_a_college_of_the_host_is_no_other_unit(
    world: w.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = replace(step_of(world), panel=replace(step_of(world).panel, outside_unit_least=5, avoid=("kin",)))
    monkeypatch.setattr(services, "step_of", lambda proposal: step)
    (college,) = _colleges_of(world, world.university, 1)
    Person.objects.filter(expert__in=world.experts[:4]).update(employer=college)
    made = proposed(world)
    assert made.missing == 4, "three of seven are from elsewhere, five of each panel have to be"
    bounds = Bounds(same_institution_most=1)
    cotton, _ = numbers()
    assert isinstance(world.act(cotton, "assign", "officer", experts=world.experts[4:5], despite="x"), Done)
    elsewhere = Person.objects.get(expert=world.experts[4]).employer
    assert elsewhere is not None
    (branch,) = _colleges_of(world, elsewhere, 1)
    Person.objects.filter(expert__in=world.experts[5:]).update(employer=branch)
    step = replace(step, panel=replace(step.panel, outside_unit_least=None))
    again = proposed(world, bounds)
    sit = set(
        ProposedSeat.objects.filter(case__proposal=again, case__case__number=cotton).values_list("expert", flat=True)
    )
    assert sit <= set(world.experts[:4]), "a seat of that university is taken"
    assert len(sit) == 1
