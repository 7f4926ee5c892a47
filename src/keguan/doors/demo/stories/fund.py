"""Applications to the natural science fund: reviewers come by a public draw, review double-blind, and a meeting decides."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from keguan.casework.models import Case, Round, SeatHolder
from keguan.casework.versions import definition_of
from keguan.doors.demo import topics
from keguan.doors.demo.plans import Plan
from keguan.doors.demo.stage import Stage, Story
from keguan.doors.demo.stories import meetings
from keguan.doors.demo.stories.key_rd import Application, paid
from keguan.doors.demo.stories.parts import after_the_notice, comment_on, shared_out
from keguan.fairness.randomness import written
from keguan.kernel import clock
from keguan.kernel.clock import local_date
from keguan.language.schema import Review
from keguan.panels.draws import chairs, services
from keguan.registers.organisations.models import Organisation

DOMAINS = {
    "agriculture": "life",
    "environment": "earth",
    "health": "health",
    "society": "engineering",
    "materials": "engineering",
    "energy": "engineering",
    "information": "information",
}
"""The fund's field for each of the demo's."""
MOST_WAN = 20
SEATS = 3
_CHECKED = tuple(f"formal.{rule}" for rule in ("scope", "attachments", "anonymous"))
_VALUE = "03 08 15 22 27 31 + 09"


def told(stage: Stage, of: Application) -> Story:
    """The story of one application, from its draft to its fate."""
    draw = Random(of.seed)
    host = stage.cast.research_offices[of.host]
    yield stage.before_closing(of.plan, stage.on(draw.randint(of.plan.closes + 2, of.plan.opens - 1), draw))
    number = stage.start(of.plan.code, of.proposal.principal, of.host)
    approval = None
    if of.proposal.is_ethical:
        approval = stage.keep(number, of.proposal.principal, "伦理审查批件", of.proposal.title, "同意开展研究。")
    values = _proposal(of, approval, draw)
    stage.act(number, "submit", of.proposal.principal, values=values, confirmed=True)
    yield stage.after(clock.now(), 1, 3, draw)
    stage.act(number, "endorse", host, note="材料属实，正文已匿名。")
    if of.fate == "at_screen":
        return
    yield stage.on(of.plan.phases["screen"] - draw.randint(0, 5), draw)
    rules = (*_CHECKED, "formal.ethics") if of.proposal.is_ethical else _CHECKED
    officer = stage.cast.one("officer", of.seed)
    if of.fate == "screened_out":
        stage.failed(number, officer, rules, "formal.anonymous", "研究方案写有申请人所在课题组名称，补正后仍未删除。")
        return
    stage.passed(number, officer, rules)
    yield from _reviewed(stage, of, number, draw)
    if of.fate == "at_score":
        return
    yield stage.on(of.plan.phases["decide"], draw)
    verb = "reject" if of.fate == "declined" else "approve"
    meetings.decided(stage, of.plan, number, verb, _SAID[of.fate], of.seed)
    if of.fate == "declined":
        return
    yield max(after_the_notice(number), clock.now())
    yield from _agreed(stage, of, number, values, draw)


_SAID = {
    "awarded": "科学问题明确，方案可行，同意资助。",
    "nonconsensus": "通讯评审分歧大，思路独到，会议讨论后同意资助。",
    "declined": "与已资助项目的科学问题重复，不予资助。",
}


def _proposal(of: Application, approval: int | None, draw: Random) -> dict[str, Any]:
    field, title = of.proposal.field, of.proposal.title
    return {
        "title": title,
        "domain": DOMAINS[field],
        "years": draw.choice((2, 3)),
        "asked": f"{of.proposal.asked_wan} 万元",
        "summary": topics.writer(field, draw).summary(title),
        "question": of.proposal.writer.objectives(title),
        "plan": of.proposal.writer.route(),
        "principal": of.proposal.principal,
        "team": [{"member": member, "months": 6} for member in of.proposal.members],
        "groundwork": topics.writer(field, draw).groundwork(Organisation.objects.get(pk=of.host).name),
        "ethics": of.proposal.is_ethical,
        "ethics_approval": [approval] if approval else [],
        "unclassified": True,
    }


def _reviewed(stage: Stage, of: Application, number: str, draw: Random) -> Story:
    """Who was drawn accepts or declines; whoever sits in the end scores."""
    review = of.plan.phases["review"]
    yield stage.on(review - 3, draw)
    while not _asked(number):
        yield stage.after(clock.now(), 1, 1, draw)
    if of.seed % 3 == 0:
        stage.act(number, "decline", _asked(number)[0], reason="近期承担其他评审任务，不能按时完成。")
        yield stage.after(clock.now(), 1, 1, draw)
    while len(panel := _asked(number)) < SEATS:
        yield stage.after(clock.now(), 1, 1, draw)
    waits = of.fate == "at_score"
    for person in panel[:-1] if waits else panel:
        stage.act(number, "accept", person, confirmed=True)
    rubric = definition_of(Case.objects.get(number=number).programme).programme.rubrics[0]
    totals = [92, 57, 55] if of.fate == "nonconsensus" else [of.score - 3, of.score, of.score + 3]
    for person, total in zip(panel[:1] if waits else panel, totals, strict=False):
        yield stage.after(clock.now(), 1, 2, draw)
        stage.act(number, "score", person, scores=shared_out(total, rubric), comment=comment_on(total, draw))


def _asked(number: str) -> list[int]:
    """Everybody who was invited and has not answered."""
    waiting = SeatHolder.objects.filter(seat__case__number=number, seat__state="invited").order_by("seat__number")
    return list(waiting.values_list("expert__person", flat=True))


def _agreed(stage: Stage, of: Application, number: str, proposed: dict[str, Any], draw: Random) -> Story:
    start = local_date(clock.now()) + timedelta(days=20)
    end = date(start.year + proposed["years"], start.month, min(start.day, 28)) - timedelta(days=1)
    work = "第一年开展调查和预试验，其后完成主要试验、数据分析和论文发表。"
    values = {"start": start.isoformat(), "end": end.isoformat(), "work": work}
    stage.act(number, "fill", of.proposal.principal, values=values)
    text = Case.objects.values_list("memo__state", flat=True).get(number=number)["steps"]["agree"]["memo"]["text"]
    for party, person in (
        ("applicant", of.proposal.principal),
        ("host", stage.cast.research_offices[of.host]),
        ("officer", stage.cast.one("officer", of.seed)),
    ):
        yield stage.after(clock.now(), 1, 2, draw)
        stage.act(number, f"sign_{party}", person, text=text)
    yield from paid(stage, number, draw)


def drawn(stage: Stage, plan: Plan) -> Story:
    """The officer fixes the list, enters the value that was named for it the day after, and settles who declined; once
    the review is over the draw is published."""
    draw = Random(f"{plan.code} draw")
    officer = stage.cast.actor(stage.cast.one("officer"))
    review = plan.phases["review"]
    yield stage.on(review, draw)
    of_round = Round.objects.select_related("programme").get(code=plan.code)
    step = definition_of(of_round.programme).programme.step("review")
    assert isinstance(step, Review)  # noqa: S101 - it is drawn
    public_at = stage.after(clock.now(), 1, 1, draw).replace(second=0, microsecond=0)
    named = {
        "source": "lottery",
        "name": f"演示开奖（虚构）{public_at:%Y%j}期 / made-up lottery of the demo",
        "chain": "",
        "round": 0,
        "outcomes": 17_721_088,
        "public_at": written(public_at),
    }
    prepared = services.prepare(of_round, step, (), "", officer)
    fixed = services.fix(prepared, named, (), "", "without", officer)
    yield public_at + timedelta(minutes=40)
    entered = services.enter(fixed, _VALUE, "", "演示材料，虚构 / made up for the demo", officer)
    chairs.settle(entered, officer)
    stage.deeds["draws"] += 1
    for days in (5, 7, 9):
        yield stage.on(review - days, draw)
        chairs.settle(entered, officer)
    if "decide" in plan.phases:
        yield stage.on(plan.phases["decide"], draw)
        services.publish(entered, officer)
