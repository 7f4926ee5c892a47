"""Cases of the other programmes of the demo: post-subsidy claims, certifications, seminar grants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from keguan.doors.demo import applications
from keguan.doors.demo.plans import Plan
from keguan.doors.demo.stage import Stage, Story
from keguan.doors.demo.stories.key_rd import paid
from keguan.doors.demo.stories.parts import Objection, Review, after_the_notice, objected, reviewed, withdrawn
from keguan.kernel import clock


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who applies in which round, with which fate. number: which case of the round, from 0."""

    plan: Plan
    fate: str
    host: int
    person: int
    objector: int
    number: int
    seed: int


def _began(stage: Stage, of: Applicant, draw: Random) -> Story:
    """The moment at which the application is begun."""
    least = max(1, of.plan.closes + 1)
    # What waits for an endorsement today came in lately: endorsements lapse.
    most = least + 2 if of.fate == "at_endorse" else of.plan.opens - 1
    yield stage.before_closing(of.plan, stage.on(draw.randint(least, most), draw))


# ------------------------------------------------------------------------------------------------- post-subsidy


def post_subsidy(stage: Stage, of: Applicant) -> Story:
    """A claim on technology contracts."""
    draw = Random(of.seed)
    yield from _began(stage, of, draw)
    number = stage.start(of.plan.code, of.person, of.host)
    if of.fate in ("never_submitted", "refused"):
        stage.save_draft(number, "claim", {"claimant": "buyer", "first_claim": True}, of.person)
    if of.fate == "never_submitted":
        return
    values = _claim(stage, of, number, draw)
    if of.fate == "refused":
        # The rules of the gate speak: a sanctioned organisation never gets past its draft.
        stage.asked(number, "submit", of.person, values=values, confirmed=True)
        return
    yield clock.now() + timedelta(minutes=draw.randint(20, 200))
    stage.act(number, "submit", of.person, values=values, confirmed=True)
    officer = stage.cast.one("officer", of.seed)
    if of.fate in ("at_endorse", "not_endorsed_lapsed"):
        return
    yield stage.after(clock.now(), 1, 4, draw)
    if of.fate == "withdrawn":
        yield from withdrawn(stage, number, of.person, officer, draw)
        return
    authority = stage.cast.authorities[stage.cast.recommenders[of.host]]
    if of.fate == "not_endorsed":
        stage.act(number, "refuse", authority, reason="经实地核查，合同约定的技术未在本单位实施。")
        return
    if of.fate == "paid_corrected":
        stage.act(number, "return", authority, reason="第二份合同缺少付款凭证，请补齐。", places=["claim.vouchers"])
        yield stage.after(clock.now(), 1, 3, draw)
        stage.act(number, "submit", of.person, values=values, confirmed=True)
        yield stage.after(clock.now(), 1, 2, draw)
    stage.act(number, "endorse", authority, note="情况属实。")
    if of.fate == "at_screen":
        return
    yield stage.on(of.plan.phases["screen"] - draw.randint(0, 5), draw)
    rules = tuple(f"evidence.{rule}" for rule in ("registered", "vouchers", "tax_seat"))
    rules += ("evidence.recognised_broker",) if values["claimant"] == "broker" else ()
    if of.fate == "not_verified":
        reason = "付款凭证金额与合同清单不一致，且未能说明。"
        stage.failed(number, officer, rules, "evidence.vouchers", reason)
        return
    stage.passed(number, officer, rules)
    if of.fate == "at_rank":
        return
    again = of.fate in ("at_decide", "at_publish")
    yield stage.on(of.plan.phases["decide again" if again else "decide"], draw)
    if of.fate == "at_decide":
        return
    committee = stage.cast.one("committee", of.seed)
    if of.fate == "declined":
        stage.act(number, "reject", committee, reason="同一技术上年度已获补助，不再重复补助。")
        return
    stage.act(number, "approve", committee, reason="核算无误，同意补助。")
    if of.fate == "at_publish":
        return
    if of.fate == "struck_off":
        yield stage.after(clock.now(), 1, 2, draw)
        subject, facts = (
            "合同双方存在关联关系",
            "申报单位与合同对方由同一自然人控股，有工商登记信息为据，属于关联交易。",
        )
        yield from objected(stage, number, Objection(of.objector, subject, facts, True), draw)
        return
    yield max(after_the_notice(number), clock.now())
    yield from paid(stage, number, draw)


def _claim(stage: Stage, of: Applicant, number: str, draw: Random) -> applications.Values:
    name = stage.cast.actor(of.person).name
    contracts = stage.keep(number, of.person, "技术合同及登记证明", f"联系人：{name}")
    vouchers = stage.keep(number, of.person, "发票和银行付款凭证", f"联系人：{name}")
    recognition = None
    if of.number % 9 == 4:
        recognition = stage.keep(number, of.person, "技术转移服务机构认定文件", f"联系人：{name}")
    year = stage.day(of.plan.opens).year
    papers = (contracts, vouchers, recognition)
    return applications.claim(of.person, year, draw, papers=papers, buyer=of.number % 3 != 0)


# ------------------------------------------------------------------------------------------------ certification


def certification(stage: Stage, of: Applicant) -> Story:
    """An enterprise asks to be certified."""
    draw = Random(of.seed)
    yield from _began(stage, of, draw)
    number = stage.start(of.plan.code, of.person, of.host)
    if of.fate == "never_submitted":
        stage.save_draft(number, "application", {"main_product": "滴灌带", "staff": 42}, of.person)
        return
    values = _certification(stage, of, number, draw)
    yield clock.now() + timedelta(minutes=draw.randint(30, 300))
    stage.act(number, "submit", of.person, values=values, confirmed=True)
    officer = stage.cast.one("officer", of.seed)
    if of.fate == "at_screen":
        return
    yield stage.on(of.plan.phases["screen"] - draw.randint(0, 6), draw)
    if of.fate == "withdrawn":
        yield from withdrawn(stage, number, of.person, officer, draw)
        return
    papers = tuple(f"papers.{rule}" for rule in ("complete", "core_rights", "domain"))
    if of.fate == "not_accepted":
        reason = "所列知识产权的权属人不是申请企业。"
        stage.failed(number, officer, papers, "papers.core_rights", reason)
        return
    if of.fate in ("certified_corrected", "at_correction"):
        if of.fate == "at_correction":
            yield stage.on(draw.randint(1, 3), draw)
        reason = "审计报告缺少最近一个会计年度，请补正。"
        stage.act(number, "return", officer, reason=reason, places=["application.audit_reports"])
        if of.fate == "at_correction":
            return
        yield stage.after(clock.now(), 1, 5, draw)
        stage.act(number, "submit", of.person, values=values, confirmed=True)
        yield stage.after(clock.now(), 1, 2, draw)
    stage.passed(number, officer, papers)
    yield from _examined(stage, of, number, officer, draw)


def _certification(stage: Stage, of: Applicant, number: str, draw: Random) -> applications.Values:
    name = stage.cast.actor(of.person).name
    rights = stage.keep(number, of.person, "知识产权证书", f"经办人：{name}")
    audit = stage.keep(number, of.person, "专项审计报告", f"经办人：{name}")
    year = stage.day(of.plan.opens).year
    return applications.certification(of.person, year, draw, ip_paper=rights, audit=audit)


_FIELD_OF = ("materials", "information", "energy", "environment", "agriculture", "health")


def _examined(stage: Stage, of: Applicant, number: str, officer: int, draw: Random) -> Story:
    yield stage.on(of.plan.phases["review"] - draw.randint(0, 3), draw)
    # Exactly 70 is not enough: one of those below stands on the line.
    score = (70 if of.number % 2 else draw.randint(58, 69)) if of.fate == "below_standard" else draw.randint(72, 93)
    until = {"at_assign": "assign", "at_accept": "accept", "at_score": "score"}.get(of.fate, "")
    review = Review(_FIELD_OF[of.number % len(_FIELD_OF)], score, until)
    yield from reviewed(stage, number, review, officer, draw)
    if until or of.fate == "at_overall":
        return
    yield stage.on(of.plan.phases["overall"] - draw.randint(0, 2), draw)
    rules = ("overall.no_record",)
    if of.fate == "below_standard":
        stage.act(
            number,
            "fail",
            officer,
            verdicts={"overall.no_record": {"result": "meets"}},
            reason="创新能力评价得分未超过70分，不符合认定条件。",
        )
        return
    stage.passed(number, officer, rules)
    if of.fate == "at_decide":
        return
    yield stage.on(of.plan.phases["decide"], draw)
    committee = stage.cast.one("committee", of.seed)
    if of.fate == "declined":
        stage.act(number, "reject", committee, reason="主要产品的核心技术不属于规定范围，不予认定。")
        return
    stage.act(number, "approve", committee, reason="符合认定条件，同意认定。")
    if of.fate == "struck_off":
        yield stage.after(clock.now(), 1, 4, draw)
        subject, facts = "专利权属存在争议", "公示企业所列发明专利正处于权属诉讼中，法院已受理，有受理通知书为据。"
        yield from objected(stage, number, Objection(of.objector, subject, facts, True, "ownership"), draw)


# -------------------------------------------------------------------------------------------------- seminar grant


def seminar(stage: Stage, of: Applicant) -> Story:
    """A small grant for a seminar, with a report afterwards."""
    draw = Random(of.seed)
    yield from _began(stage, of, draw)
    number = stage.start(of.plan.code, of.person, of.host)
    asked = draw.randint(2, 5)
    held = stage.day(of.plan.closes) + timedelta(days=draw.randint(30, 60))
    values = applications.seminar(of.person, 3 * of.number + int(of.plan.code[-1]), held, asked)
    stage.act(number, "submit", of.person, values=values, confirmed=True)
    if of.fate == "at_decide":
        return
    yield stage.on(of.plan.phases["decide again" if of.fate == "at_publish" else "decide"], draw)
    # The planning department decides here; who of it drafts and publishes calls does not matter to the case.
    decider = stage.cast.one("planning", of.seed)
    if of.fate == "declined":
        stage.act(number, "reject", decider, reason="与年度支持主题关联不大。")
        return
    stage.act(number, "approve", decider, reason="同意资助。")
    if of.fate == "at_publish":
        return
    yield max(after_the_notice(number), clock.now())
    if of.fate == "at_deliver":
        return
    yield from paid(stage, number, Random(f"{of.seed} paid"))
    yield stage.on(of.plan.phases["deliver"] - draw.randint(0, 6), draw)
    stage.act(number, "submit", of.person, values=applications.seminar_report(asked, draw))
    if of.fate == "at_check":
        return
    yield stage.after(clock.now(), 2, 6, draw)
    officer = stage.cast.one("officer", of.seed)
    if of.fate == "completed_corrected":
        stage.act(number, "return", officer, reason="请补充参会人员构成。", places=["report.summary"])
        yield stage.after(clock.now(), 1, 3, draw)
        stage.act(number, "submit", of.person, values=applications.seminar_report(asked, draw))
        yield stage.after(clock.now(), 1, 3, draw)
    if of.fate == "not_accepted":
        reason = "总结所附照片显示活动未按申请规模举办。"
        stage.failed(number, officer, ("result.held_as_planned",), "result.held_as_planned", reason)
        return
    stage.passed(number, officer, ("result.held_as_planned",))
