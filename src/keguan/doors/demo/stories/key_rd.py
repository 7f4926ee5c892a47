"""Key R&D applications of the demo, each with its fate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from keguan.casework.models import Case, Ranking
from keguan.casework.rounds import services as rounds
from keguan.doors.demo import applications
from keguan.doors.demo.applications import Proposal
from keguan.doors.demo.plans import Plan
from keguan.doors.demo.stage import Stage, Story, Unexpected
from keguan.doors.demo.stories import meetings
from keguan.doors.demo.stories.parts import Objection, Review, after_the_notice, objected, reviewed, withdrawn
from keguan.kernel import clock
from keguan.kernel.clock import local_date
from keguan.registers.funds import services as funds
from keguan.registers.funds.models import Payment

CHECKED = tuple(f"formal.{rule}" for rule in ("guide", "attachments", "classified", "cv"))

FATES = {
    # Ended.
    "awarded": "走完全部环节，已立项",
    "awarded_less": "核减经费后立项",
    "awarded_corrected_host": "单位退回，修改后立项",
    "awarded_corrected": "形式审查退回，修改后立项",
    "awarded_objection": "异议不成立，立项",
    "awarded_kept": "申请撤回未获同意，立项",
    "awarded_refused_first": "首次提交被规则拒绝，改正后立项",
    "beyond": "排序在预算之外",
    "below": "评审未达合格线",
    "declined": "委员会不予立项",
    "struck_off": "异议成立",
    "gave_up": "放弃立项",
    "gave_up_lapsed": "逾期未签任务书",
    "screened_out": "形式审查不通过",
    "not_endorsed": "单位不同意",
    "not_endorsed_lapsed": "单位逾期未审核",
    "not_recommended": "未获推荐",
    "never_submitted": "逾期未提交",
    "withdrawn": "推荐前撤回",
    "withdrawn_late": "评审中撤回",
    # Waiting today.
    "at_apply": "草稿",
    "at_correction": "退回待修改",
    "at_endorse": "待单位审核",
    "at_recommend": "待推荐",
    "at_screen": "待形式审查",
    "at_assign": "待指派专家",
    "at_accept": "待专家接受",
    "at_score": "部分专家已评分",
    "at_rank": "待排序",
    "at_decide": "待决定",
    "at_publish": "公示中",
    "at_publish_objection": "公示中有异议",
    "at_agree": "待填任务书",
    "at_sign": "待签署",
}
"""Every way a case of the demo can go, by its code."""

BEFORE_RANKING = ("screened_out", "not_endorsed", "not_endorsed_lapsed", "not_recommended", "never_submitted")


@dataclass(frozen=True, slots=True)
class Application:
    """One case of the story: who applies for what, and what becomes of it."""

    plan: Plan
    fate: str
    host: int
    is_enterprise: bool
    proposal: Proposal
    score: int
    objector: int
    seed: int


@dataclass
class _Teller:
    """The telling of one application: the stage, the case's number once there is one, and the moment."""

    stage: Stage
    of: Application
    random: Random
    number: str = ""
    values: dict[str, Any] | None = None

    @property
    def officer(self) -> int:
        return self.stage.cast.one("officer", self.of.seed)

    @property
    def principal(self) -> int:
        return self.of.proposal.principal

    def act(self, verb: str, person: int, **content: Any) -> None:
        self.stage.act(self.number, verb, person, **content)

    def phase(self, step: str, days: int = 5) -> datetime:
        """A day of the phase in which the round takes up this step, or soon, where it is taken up as cases come."""
        begun = self.of.plan.phases.get(step)
        if begun is None:
            return self.stage.after(clock.now(), 1, 2, self.random)
        return self.stage.on(begun - self.random.randint(0, days), self.random)


def told(stage: Stage, of: Application) -> Story:
    """The story of one application, from its draft to its fate."""
    teller = _Teller(stage, of, Random(of.seed))
    yield from _applied(teller)
    fate = of.fate
    if fate in ("at_apply", "never_submitted", "at_endorse", "not_endorsed_lapsed"):
        return
    yield from _endorsed(teller)
    if fate in ("not_endorsed", "at_recommend"):
        return
    if fate == "withdrawn":
        yield stage.after(clock.now(), 1, 2, teller.random)
        yield from withdrawn(stage, teller.number, teller.principal, teller.officer, teller.random)
        return
    yield from _recommended(teller)
    if fate in ("not_recommended", "at_screen"):
        return
    yield from _screened(teller)
    if fate in ("screened_out", "at_correction"):
        return
    yield from _reviewed(teller)
    if fate in ("withdrawn_late", "at_assign", "at_accept", "at_score", "at_rank"):
        return
    yield from _decided(teller)
    if fate in ("beyond", "below", "declined", "at_decide", "at_publish", "at_publish_objection", "struck_off"):
        return
    yield from _agreed(teller)


def _applied(teller: _Teller) -> Story:
    of, stage, draw = teller.of, teller.stage, teller.random
    # Those that are to come back for correction come in early, so that there is time for it.
    latest = of.plan.closes + (12 if "corrected" in of.fate or of.fate == "at_recommend" else 2)
    least, most = (1, 3) if of.fate == "at_endorse" else (max(latest, 1), of.plan.opens - 1)
    least = max(least, 6) if of.fate == "at_recommend" else least
    begun = stage.before_closing(of.plan, stage.on(draw.randint(least, most), draw))
    yield begun
    teller.number = stage.start(of.plan.code, teller.principal, of.host)
    values = teller.values = _values(teller)
    if of.fate in ("at_apply", "never_submitted"):
        started = ("title", "domain", "principal", "summary", "asked")[: draw.randint(2, 5)]
        stage.save_draft(teller.number, "proposal", {name: values[name] for name in started}, teller.principal)
        return
    if of.seed % 4 == 0:
        stage.save_draft(teller.number, "proposal", values, teller.principal)
    yield begun + timedelta(minutes=draw.randint(20, 300))
    if of.fate == "awarded_refused_first":
        wrong = values | {"asked": "150 万元"}
        answer = stage.asked(teller.number, "submit", teller.principal, values=wrong, confirmed=True)
        if not hasattr(answer, "problems"):
            raise Unexpected(f"{teller.number}: 150 万元 is above the limit")
        yield clock.now() + timedelta(minutes=draw.randint(5, 90))
    teller.act("submit", teller.principal, values=values, confirmed=True)


def _values(teller: _Teller) -> dict[str, Any]:
    of, stage = teller.of, teller.stage
    letter = approval = None
    if of.proposal.own_wan:
        amount = f"自筹经费 {of.proposal.own_wan} 万元，立项后一个月内到位。"
        letter = stage.keep(teller.number, teller.principal, "自筹经费承诺书", of.proposal.title, amount)
    if of.proposal.is_ethical:
        approval = stage.keep(teller.number, teller.principal, "伦理审查批件", of.proposal.title, "同意开展研究。")
    return applications.proposal(of.proposal, teller.random, letter=letter, approval=approval)


def _endorsed(teller: _Teller) -> Story:
    of, stage, draw = teller.of, teller.stage, teller.random
    office = stage.cast.research_offices[of.host]
    yield stage.after(clock.now(), 1, 3, draw)
    if of.fate == "not_endorsed":
        teller.act("refuse", office, reason="与本单位已立项的重点方向重复，单位统筹后不予推荐。")
        return
    if of.fate == "awarded_corrected_host":
        remarks = {"proposal.summary": "请写明示范地点。", "proposal.targets": "单位与指南不一致的，请说明。"}
        teller.act("return", office, reason="摘要没有写明在哪里示范；考核指标请再核对。", remarks=remarks)
        yield stage.after(clock.now(), 1, 3, draw)
        _corrected(teller)
        yield stage.after(clock.now(), 1, 2, draw)
    teller.act("endorse", office, note=draw.choice(("材料属实，同意推荐。", "已核实负责人在岗情况，同意。", "")))


def _corrected(teller: _Teller) -> None:
    """Handed in once more, with what was asked for."""
    values = teller.values or {}
    teller.values = values | {"summary": f"{values['summary']}示范地点设在承担单位所在地及周边两个县市。"}
    teller.act("submit", teller.principal, values=teller.values, confirmed=True)


def _recommended(teller: _Teller, *, again: bool = False) -> Story:
    of, stage = teller.of, teller.stage
    authority = stage.cast.authorities[stage.cast.recommenders[of.host]]
    yield stage.after(clock.now(), 1, 1, teller.random) if again else teller.phase("recommend")
    if of.fate == "not_recommended":
        teller.act("refuse", authority, reason="限额内择优推荐，本项排序靠后，本批次不予推荐。")
        return
    teller.act("endorse", authority, rank=stage.next_rank(teller.number), note="符合本地区重点方向，同意推荐。")


def _screened(teller: _Teller) -> Story:
    of, stage, draw = teller.of, teller.stage, teller.random
    yield teller.phase("screen", 8)
    rules = (*CHECKED, "formal.ethics") if of.proposal.is_ethical else CHECKED
    if of.fate == "screened_out":
        rule, reason = draw.choice(
            (
                ("formal.guide", "研究内容不在当年指南支持方向之内。"),
                ("formal.attachments", "自筹经费承诺书未加盖公章，且补正通知后仍未补齐。"),
            )
        )
        stage.failed(teller.number, teller.officer, rules, rule, reason)
        return
    if of.fate in ("awarded_corrected", "at_correction"):
        reason = "附件中的项目名称与申报书不一致，摘要没有写明示范地点，请更正后重新提交。"
        remarks = {"proposal.summary": "请写明示范地点。", "proposal.attachments": "项目名称须与申报书一致。"}
        if of.fate == "at_correction":
            yield stage.on(draw.randint(1, 2), draw)
        teller.act("return", teller.officer, reason=reason, places=["proposal.title"], remarks=remarks)
        if of.fate == "at_correction":
            return
        yield stage.after(clock.now(), 1, 3, draw)
        _corrected(teller)
        yield stage.after(clock.now(), 1, 2, draw)
        teller.act("endorse", stage.cast.research_offices[of.host], note="已按要求更正。")
        yield from _recommended(teller, again=True)
        yield stage.after(clock.now(), 1, 3, draw)
    stage.passed(teller.number, teller.officer, rules)


def _reviewed(teller: _Teller) -> Story:
    of, stage, draw = teller.of, teller.stage, teller.random
    yield teller.phase("review", 3)
    if of.fate in ("withdrawn_late", "awarded_kept"):
        kept = of.fate == "awarded_kept"
        yield from withdrawn(stage, teller.number, teller.principal, teller.officer, draw, accepted=not kept)
        if not kept:
            return
    until = {"at_assign": "assign", "at_accept": "accept", "at_score": "score"}.get(of.fate, "")
    unwelcome = {one.expert for one in stage.cast.reviewers if one.person in of.proposal.unwelcome}
    declines = of.seed % 11 == 3
    review = Review(of.proposal.field, of.score, until, declines, frozenset(unwelcome), of.plan.is_proposed)
    yield from reviewed(stage, teller.number, review, teller.officer, draw)


def _decided(teller: _Teller) -> Story:
    of, stage, draw = teller.of, teller.stage, teller.random
    late = of.fate.startswith("at_publish") or of.fate == "at_decide"
    yield stage.on(of.plan.phases["decide again" if late else "decide"], draw)
    if of.fate == "at_decide":
        return
    if of.fate in ("beyond", "below", "declined"):
        meetings.decided(stage, of.plan, teller.number, "reject", _WHY_NOT[of.fate], of.seed)
        return
    if of.fate == "awarded_less":
        granted = of.proposal.asked_wan * 90 // 100 * 1_000_000
        why = "同意立项，设备费适当核减。"
        meetings.decided(stage, of.plan, teller.number, "approve", why, of.seed, granted)
    else:
        meetings.decided(stage, of.plan, teller.number, "approve", "评审意见一致，同意立项。", of.seed)
    yield from _noticed(teller)


_WHY_NOT = {
    "beyond": "排序在本批次预算之外，建议充实后下一批次申报。",
    "below": "专家评审未达到合格线，不予立项。",
    "declined": "与已部署的重大专项任务重复，经评审委员会讨论不予立项。",
}


def _noticed(teller: _Teller) -> Story:
    of, stage, draw = teller.of, teller.stage, teller.random
    if of.fate in ("awarded_objection", "struck_off", "at_publish_objection"):
        yield stage.after(clock.now(), 1, 3, draw)
        upheld = {"awarded_objection": False, "struck_off": True}.get(of.fate)
        objection = Objection(
            of.objector,
            "公示的项目负责人情况与事实不符" if upheld else "示范地点与在建项目重叠",
            "该单位公示的项目负责人已于年初离职，劳动关系不在该单位，有离职证明为据。"
            if upheld
            else "公示项目的示范地点与另一在建项目的示范地点位于同一乡镇，可能存在重复建设。",
            upheld,
        )
        yield from objected(stage, teller.number, objection, draw)
        if upheld is not False:
            return
    if of.fate != "at_publish":
        yield max(after_the_notice(teller.number), clock.now())


def _agreed(teller: _Teller) -> Story:
    of, stage, draw = teller.of, teller.stage, teller.random
    if of.fate in ("at_agree", "gave_up_lapsed"):
        return
    yield stage.after(clock.now(), 1, 5, draw)
    if of.fate == "gave_up":
        teller.act("refuse", teller.principal, reason="企业投资计划调整，自筹经费不能落实，放弃立项。")
        return
    granted, proposed = _granted(teller.number)
    enterprise = of.is_enterprise
    values = applications.agreement(proposed, granted, local_date(clock.now()), is_enterprise=enterprise)
    teller.act("fill", teller.principal, values=values)
    text = Case.objects.values_list("memo__state", flat=True).get(number=teller.number)["steps"]["agree"]["memo"][
        "text"
    ]
    parties = {
        "applicant": teller.principal,
        "host": stage.cast.research_offices[of.host],
        "officer": teller.officer,
    }
    for party, person in parties.items():
        if of.fate == "at_sign" and party == "officer":
            return
        yield stage.after(clock.now(), 1, 2, draw)
        judged = {"agreement.targets_not_lower": {"result": "meets"}} if party == "officer" else {}
        teller.act(f"sign_{party}", person, text=text, verdicts=judged)
    yield from paid(stage, teller.number, draw)


def _granted(number: str) -> tuple[int, dict[str, Any]]:
    amount, answers = Case.objects.values_list("amount_fen", "memo__answers").get(number=number)
    return int(amount or 0), answers["proposal"]


def paid(stage: Stage, number: str, random: Random) -> Story:
    """Finance records the payment of the first instalment."""
    yield stage.after(clock.now(), 8, 16, random)
    first = Payment.objects.filter(origin=number).order_by("tranche").first()
    if first is not None:
        day = local_date(clock.now())
        voucher = f"{day:%Y-%m}-记-{stage.deeds['paid'] + 1:04}"
        funds.record_paid(first, stage.cast.actor(stage.cast.one("finance")), on=day, voucher=voucher)
        stage.deeds["paid"] += 1


def ranked(stage: Stage, plan: Plan) -> Story:
    """The officer adopts the round's ranking."""
    yield stage.on(plan.phases["rank"], Random(plan.code))
    answer = rounds.adopt_ranking(plan.code, "rank", stage.cast.actor(stage.cast.one("officer")), stage.key())
    if not isinstance(answer, Ranking):
        raise Unexpected(f"{plan.code}: {[(one.code, one.value) for one in answer.problems]}")
    stage.moved()
    stage.deeds["ranked"] += 1


def project_start(stage: Stage, plan: Plan) -> date:
    """The first of a month, some months after the round closes: when its projects begin."""
    day = stage.day(plan.closes) + timedelta(days=100)
    return day.replace(day=1)
