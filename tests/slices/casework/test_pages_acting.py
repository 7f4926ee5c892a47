"""Acting by pages: refusals keep what was typed and carry the right status, and nobody learns what they must not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.api.machine import Machine, token_of
from tests.slices.casework.page_cast import act, form_address, holders, signed_in

from keguan.casework.models import Case, Notice, Seat
from keguan.casework.services import Done
from keguan.kernel.clock import clock_at
from keguan.kernel.ids import new_key
from keguan.kernel.problems import Refusal
from keguan.registers.parties.access import actor_for
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db
MET = {f"verdicts.formal.{rule}": "meets" for rule in ("guide", "attachments", "classified", "cv")}


@pytest.fixture
def world() -> Iterator[w.World]:
    """A round of March; everything in these tests happens on 10 April unless they say otherwise."""
    of = cases.opened()
    with clock_at(w.moment("2026-04-10")):
        yield of


@pytest.fixture
def in_march(world: w.World) -> Iterator[None]:
    """While applications still come in."""
    with clock_at(w.moment("2026-03-03")):
        yield


def page(client: Client, case: Case) -> str:
    response = client.get(reverse("case", args=[case.number]))
    assert response.status_code == 200, response.content.decode()
    return str(response.content.decode())


def test_a_principal_of_another_institution_is_the_officers_to_judge(world: w.World) -> None:
    visitor = make.person(employer=make.organisation("北河大学"), born=w.date(1980, 5, 1), title="senior")
    case = cases.case(world, at="screen", principal=visitor.pk)
    assert "名录中负责人的工作单位不是申报单位" in page(signed_in(world.people["officer"]), case)
    met = {f"formal.{rule}": {"result": "meets"} for rule in ("guide", "attachments", "classified", "cv")}
    unanswered = world.act(case.number, "pass", "officer", verdicts=met)
    assert isinstance(unanswered, Refusal)
    assert [one.where for one in unanswered.problems] == ["verdicts.formal.principal_employed"]
    met["formal.principal_employed"] = {"result": "meets", "reason": "有双聘协议"}
    assert isinstance(world.act(case.number, "pass", "officer", verdicts=met), Done)


@pytest.mark.usefixtures("in_march")
def test_a_rank_beyond_the_quota_is_refused_in_both_languages_and_stays_as_typed(world: w.World) -> None:
    case = cases.case(world, at="recommend")
    authority = signed_in(world.people["authority"])
    response = act(authority, case.number, "endorse", rank="999", reason="同意推荐")
    said = response.content.decode()
    assert response.status_code == 422
    assert "排序999超出推荐限额3项。" in said
    assert "请填写1至3之间尚未使用的整数。" in said
    assert 'value="999"' in said
    assert "同意推荐" in said
    refused = world.act(case.number, "endorse", "authority", rank=4)
    assert isinstance(refused, Refusal)
    assert [(one.code, one.where, one.value) for one in refused.problems] == [("endorse.rank_beyond", "rank", "4")]
    assert refused.problems[0].say.en == "Rank 4 is beyond the quota of 3."
    assert isinstance(world.act(case.number, "endorse", "authority", rank=3), Done)


def test_screening_without_answers_comes_back_with_each_rule_and_everything_typed(world: w.World) -> None:
    case = cases.case(world, at="screen")
    officer = signed_in(world.people["officer"])
    typed = {"verdicts.formal.guide": "fails", "verdicts.formal.guide.reason": "", "reason": "意见写到一半"}
    response = act(officer, case.number, "pass", **typed)
    said = response.content.decode()
    assert response.status_code == 422
    assert "意见写到一半" in said
    assert 'name="verdicts.formal.guide" value="fails" checked' in said
    for rule in ("guide", "attachments", "classified", "cv"):
        assert f'href="#field-verdicts-formal-{rule}"' in said
        assert f'id="field-verdicts-formal-{rule}"' in said


def test_a_return_needs_a_reason_and_keeps_the_marked_places(world: w.World, in_march: None) -> None:
    case = cases.case(world, at="endorse")
    host = signed_in(world.people["host"])
    refused = act(host, case.number, "return", reason=" ", places=["proposal.budget"])
    assert refused.status_code == 422
    assert 'value="proposal.budget" checked' in refused.content.decode()
    assert act(host, case.number, "return", reason="补充测算依据", places=["proposal.budget"]).status_code == 303
    assert Case.objects.get(number=case.number).step == "apply"


def test_whoever_comes_too_late_gets_a_409_with_what_they_typed(world: w.World, in_march: None) -> None:
    case = cases.case(world, at="endorse")
    host = signed_in(world.people["host"])
    sent = {"step": "endorse", "revision": str(case.revision), "key": new_key(), "reason": "我的意见"}
    world.act(case.number, "endorse", "host", note="同事先办了")
    response = host.post(reverse("case_do", args=[case.number, "endorse"]), sent)
    assert response.status_code == 409
    assert "我的意见" in response.content.decode()


def test_a_page_that_is_out_of_date_is_refused_even_at_the_same_step(world: w.World) -> None:
    case = cases.case(world, at="review")
    world.act(case.number, "assign", "officer", experts=world.experts[:1])
    officer = signed_in(world.people["officer"])
    sent = {"step": "review", "revision": str(case.revision), "key": new_key(), "experts": [str(world.experts[1])]}
    response = officer.post(reverse("case_do", args=[case.number, "assign"]), sent)
    assert response.status_code == 409
    assert len(holders(case.number)) == 1


def test_a_double_click_acts_once(world: w.World, in_march: None) -> None:
    case = cases.case(world, at="endorse")
    host = signed_in(world.people["host"])
    sent = {"step": "endorse", "revision": str(case.revision), "key": new_key(), "reason": "属实"}
    answers = [host.post(reverse("case_do", args=[case.number, "endorse"]), sent).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert Event.objects.filter(tag="case:endorse:accepted", case_number=case.number).count() == 1


def test_who_may_not_gets_a_403_and_the_attempt_is_traced(world: w.World) -> None:
    case = cases.case(world, at="screen")
    supervisor = signed_in(world.people["supervisor"])
    response = act(supervisor, case.number, "pass", reason="越权的意见", **MET)
    assert response.status_code == 403
    assert "越权的意见" in response.content.decode()
    assert Event.objects.filter(tag="case:pass:refused", actor=world.people["supervisor"].pk).exists()
    stranger = signed_in(make.person())
    assert stranger.get(reverse("case", args=[case.number])).status_code == 403
    assert act(stranger, case.number, "pass").status_code == 403
    assert stranger.get(reverse("case", args=["65XXXX20260000001"])).status_code == 404


def test_an_unknown_verb_or_step_or_word_is_an_answer_never_a_crash(world: w.World) -> None:
    case = cases.case(world, at="review")
    officer = signed_in(world.people["officer"])
    for verb, typed in (
        ("dance", {}),
        ("assign", {"experts": ["x", "9" * 30, "-1"]}),
        ("release", {"seat": "²", "reason": "x"}),
        ("assign", {"step": "nowhere"}),
        ("pass", {"verdicts.formal.nothing": "meets"}),
    ):
        assert act(officer, case.number, verb, **typed).status_code in (409, 422), verb


def test_experts_who_must_keep_out_are_shown_with_the_reason_and_cannot_be_ticked(world: w.World) -> None:
    from keguan.registers.experts import services as experts

    colleague = make.person("同校专家", employer=world.university)
    nominated = experts.nominate(experts.Nomination(person=colleague.pk, fields=("210",)), w.SYSTEM)
    barred = experts.verify(nominated, w.SYSTEM)
    case = cases.case(world, at="review")
    officer = signed_in(world.people["officer"])
    said = officer.get(reverse("case", args=[case.number]), {"pool": "1"}).content.decode()
    assert "同校专家" in said
    assert "同一法人单位" in said
    assert f'name="experts" value="{barred.pk}"' not in said
    assert f'name="experts" value="{world.experts[0]}"' in said
    forced = act(officer, case.number, "assign", experts=[str(barred.pk)])
    assert forced.status_code == 422
    assert "同一法人单位" in forced.content.decode()
    nobody = officer.get(reverse("case", args=[case.number]), {"pool": "1", "q": "没有这个人"}).content.decode()
    assert 'name="experts"' not in nobody


def test_looking_for_one_more_expert_keeps_those_who_are_ticked_and_assigns_nobody(world: w.World) -> None:
    case = cases.case(world, at="review")
    officer = signed_in(world.people["officer"])
    ticked, other = (str(one) for one in world.experts[:2])
    searching = {"redraw": "yes", "pool": "1", "q": "没有这个人", "experts": [ticked]}
    for asked in ("没有这个人", "９９９", "999.99"):
        looked = act(officer, case.number, "assign", **(searching | {"q": asked}))
        assert f'name="experts" value="{ticked}" checked' in looked.content.decode(), asked
    looked = act(officer, case.number, "assign", **searching)
    said = looked.content.decode()
    assert looked.status_code == 200
    assert f'name="experts" value="{ticked}" checked' in said
    assert f'name="experts" value="{other}"' not in said
    assert 'value="没有这个人"' in said
    assert not Seat.objects.filter(case=case).exists()


def test_what_may_be_done_but_nobody_waits_for_is_not_called_a_task(world: w.World) -> None:
    case = cases.case(world, at="review")
    world.act(case.number, "assign", "officer", experts=world.experts[:5])
    said = signed_in(world.people["officer"]).get(reverse("case", args=[case.number])).content.decode()
    assert "解除指派" in said
    assert "现在请您办理" not in said


def test_a_reviewer_promises_first_scores_whole_points_and_sees_their_own_total_only(world: w.World) -> None:
    case = cases.case(world, at="review")
    world.act(case.number, "assign", "officer", experts=world.experts[:2])
    first, second = (signed_in(person) for person in holders(case.number))
    assert act(first, case.number, "accept").status_code == 422
    assert act(first, case.number, "accept", declared=["interests", "confidence"]).status_code == 303
    assert act(second, case.number, "accept", declared=["interests", "confidence"]).status_code == 303
    typed = {f"scores.{name}": "10" for name in ("need", "novelty", "route", "team", "results")}
    refused = act(first, case.number, "score", comment="意见保留在此", **{**typed, "scores.need": "18.5"})
    said = refused.content.decode()
    assert refused.status_code == 422
    assert "意见保留在此" in said
    assert 'value="18.5"' in said
    assert 'href="#field-scores-need"' in said
    criteria = [str(one) for one in _criteria(case)]
    given = {f"scores.{name}": "３" for name in criteria}
    assert act(first, case.number, "score", comment="独到的评语甲", **given).status_code == 303
    mine = page(first, case)
    assert "独到的评语甲" in mine
    assert str(3 * len(criteria)) in mine
    assert "独到的评语甲" not in page(second, case)
    assert act(second, case.number, "decline", reason="时间冲突")["Location"] == reverse("todo")
    closed = second.get(reverse("case", args=[case.number]))
    assert (closed.status_code, closed["Location"]) == (303, reverse("reviews")), "closed, and told why there"


def _criteria(case: Case) -> list[str]:
    from keguan.casework.versions import definition_of

    return [str(one.criterion) for one in definition_of(case.programme).programme.rubrics[0].criteria]


def test_nobody_but_officer_and_supervision_ever_meets_a_reviewers_name(world: w.World) -> None:
    case = cases.case(world, at="scored")
    names = {person.name for person in holders(case.number)}
    assert len(names) == 5
    for who in ("applicant", "member", "host", "authority", "committee", "planner", "finance"):
        said = page(signed_in(world.people[who]), case)
        assert not any(f"{name}<" in said or f"{name} " in said for name in names), who
    reviewer = page(signed_in(holders(case.number)[0]), case)
    assert not any(name in reviewer for name in names - {holders(case.number)[0].name})
    before = Event.objects.filter(tag="read:reviewers:opened").count()
    said = page(signed_in(world.people["officer"]), case)
    assert all(name in said for name in names)
    assert Event.objects.filter(tag="read:reviewers:opened").count() == before + 1
    assert Event.objects.filter(tag="read:proposal:opened", actor=world.people["officer"].pk).count() == 1


def test_scores_and_ranks_stay_closed_to_the_applicant_until_the_decision(world: w.World) -> None:
    case = cases.case(world, at="scored")
    said = page(signed_in(world.people["applicant"]), case)
    assert "78.67" not in said
    assert "思路清楚" not in said
    with clock_at(w.moment("2026-04-11")):
        assert world.round is not None
        officer = signed_in(world.people["officer"])
        adopt = reverse("ranking_adopt", args=[world.round.code, "rank"])
        unconfirmed = officer.post(adopt, {"key": new_key()})
        assert unconfirmed.status_code == 422
        assert officer.post(adopt, {"key": new_key(), "confirmed": "yes"}).status_code == 303
        said = page(signed_in(world.people["applicant"]), case)
        assert "78.67" not in said
        world.act(case.number, "approve", "committee", amount_fen=60_000_000, reason="同意")
    said = page(signed_in(world.people["applicant"]), case)
    assert "78.67" in said
    assert "思路清楚" in said


def test_unwelcome_reviewers_are_shown_to_the_officer_and_the_applicant_alone(world: w.World) -> None:
    unwelcome = make.person("不受欢迎的专家")
    row = {"expert": unwelcome.pk, "reason": "存在学术争议"}
    case = cases.case(world, at="review", unwelcome=[row])
    world.act(case.number, "assign", "officer", experts=world.experts[:1])
    (reviewer,) = holders(case.number)
    world.act(case.number, "accept", actor_for(reviewer), confirmed=True)
    for who, sees in (("officer", True), ("applicant", True), ("host", False), ("authority", False)):
        assert ("存在学术争议" in page(signed_in(world.people[who]), case)) is sees, who
    assert "存在学术争议" not in page(signed_in(reviewer), case)
    member = make.person("只参加的成员")
    Case.objects.filter(pk=case.pk).update(members=[member.pk])
    assert "存在学术争议" not in page(signed_in(member), case), "who is only named on the team did not write it"
    assert signed_in(member).get(reverse("case_answers", args=[case.number, "proposal"])).status_code == 404


def _published(world: w.World) -> Case:
    from keguan.casework.rounds import services as rounds

    case = cases.case(world, at="scored")
    assert world.round is not None
    with clock_at(w.moment("2026-04-11")):
        rounds.adopt_ranking(world.round.code, "rank", world.actor("officer"), new_key())
        world.act(case.number, "approve", "committee", amount_fen=60_000_000, reason="同意")
    return Case.objects.get(pk=case.pk)


def test_an_objection_leads_from_the_notice_to_its_own_case_and_its_author_stays_unknown(world: w.World) -> None:
    w.version("object")
    case = _published(world)
    objector = make.person("实名举报者", employer=make.organisation("另一所大学", kind="university"))
    with clock_at(w.moment("2026-04-13")):
        notice = Notice.objects.get(case=case)
        address = reverse("notice", args=[notice.pk])
        assert Client().get(address).status_code == 200
        assert Client().post(reverse("object_to", args=[notice.pk])).status_code == 401
        client = signed_in(objector)
        assert reverse("object_to", args=[notice.pk]) in client.get(address).content.decode()
        opened = client.post(reverse("object_to", args=[notice.pk]), {"key": new_key()})
        assert opened.status_code == 303
        side = Case.objects.get(parent=case)
        form = client.get(opened["Location"])
        assert form["Location"] == form_address(side.number, "objection")
        world.act(side.number, "submit", actor_for(objector), values=_objection(world, side))
        for who in ("applicant", "host", "officer", "committee"):
            assert "实名举报者" not in page(signed_in(world.people[who]), case), who
        seen = signed_in(world.people["officer"]).get(reverse("case", args=[side.number]))
        assert "实名举报者" not in seen.content.decode()
        assert "实名举报者" in page(signed_in(world.people["supervisor"]), side)
        program = Machine(token_of(make.person("另一位实名举报者")))
        for number, status in ((case.number, 201), (side.number, 404)):
            asked = program.post(f"/api/v1/notices/{number}/objection", headers={"idempotency-key": new_key()})
            assert asked.status_code == status, asked.content
        late = w.moment("2026-05-20")
    with clock_at(late):
        refused = client.post(reverse("object_to", args=[notice.pk]), {"key": new_key()})
        assert refused.status_code == 422


def _objection(world: w.World, side: Case) -> dict[str, Any]:
    from keguan.registers.documents.services import keep

    document = keep("证据.txt", "证据".encode(), w.SYSTEM, origin=side.number)
    return {
        "objector": "实名举报者",
        "phone": "13900000000",
        "real_name": True,
        "subject": "成果权属",
        "ground": "facts",
        "facts": "公示的成果并非申报单位完成，详见所附证据材料，请予核实。",
        "evidence": [document.pk],
    }


def test_a_withdrawal_is_asked_for_on_the_case_and_decided_on_its_own_page(world: w.World) -> None:
    w.version("withdraw")
    case = cases.case(world, at="screen")
    with clock_at(w.moment("2026-04-10")):
        applicant = signed_in(world.people["applicant"])
        assert reverse("case_withdraw", args=[case.number]) in page(applicant, case)
        opened = applicant.post(reverse("case_withdraw", args=[case.number]), {"key": new_key()})
        assert opened.status_code == 303
        side = Case.objects.get(parent=case)
        assert reverse("case_withdraw", args=[case.number]) not in page(applicant, case)
        again = applicant.post(reverse("case_withdraw", args=[case.number]), {"key": new_key()})
        assert again.status_code == 422
        world.act(side.number, "submit", "applicant", values={"reason": "改报其他计划"})
        officer = signed_in(world.people["officer"])
        assert side.number in page(officer, case)
        assert act(officer, side.number, "approve", reason="同意撤回").status_code == 303
    assert Case.objects.get(pk=case.pk).end == "withdrawn"
    assert "已撤回" in page(applicant, case)


def test_the_agreement_is_signed_only_as_it_was_read(world: w.World) -> None:
    case = _published(world)
    from keguan.casework import alarms

    with clock_at(w.moment("2026-04-22", "00:01")):
        alarms.ring()
        applicant = signed_in(world.people["applicant"])
        values = {
            "start": "2026-07-01", "end": "2029-06-30", "own_funds": "0",
            "targets": [{"indicator": "新品种", "value": 1, "unit": "个"}],
            "milestones": [
                {"due": "2027-12-31", "work": "中期", "proof": "报告"},
                {"due": "2029-06-30", "work": "完成", "proof": "材料"},
            ],
        }  # fmt: skip
        assert "等待申报人填写任务书" in page(signed_in(world.people["host"]), case)
        world.act(case.number, "fill", "applicant", values=values)
        assert "作为" in page(applicant, case)
        refused = act(applicant, case.number, "sign_applicant", text="0" * 64)
        assert refused.status_code == 422
        assert "重新阅读" in refused.content.decode()
        assert act(applicant, case.number, "refuse", reason="").status_code == 422
        assert act(applicant, case.number, "refuse", reason="负责人调离").status_code == 303
    assert Case.objects.get(pk=case.pk).end == "gave_up"
