"""What stories of several programmes share: reviewing, withdrawing, objecting, waiting for a notice to end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from keguan.casework.models import Case, Round, Seat
from keguan.casework.versions import definition_of
from keguan.doors.demo.plans import Plan
from keguan.doors.demo.stage import Stage, Story, Unexpected
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.problems import Refusal
from keguan.language.schema import Review as ReviewStep
from keguan.language.schema import Rubric
from keguan.panels.matching import services as matching
from keguan.panels.matching.bounds import Bounds
from keguan.panels.matching.models import Proposal, ProposedCase

PANEL = 5
PATIENCE = 12
"""So many working days the story waits for a proposal, before the officer asks by hand."""

_GOOD = (
    "选题切合区域需求，技术路线清楚，团队基础扎实，建议支持。",
    "目标明确，指标可考核，前期工作充分；建议补充成本效益分析。",
    "创新点突出，示范条件具备，经费安排合理。",
)
_FAIR = (
    "研究内容较完整，但创新性一般，部分指标偏低。",
    "技术路线可行，示范规模和应用单位需进一步落实。",
    "选题有意义，与已有工作的区别论述不够充分。",
)
_POOR = (
    "目标过于笼统，考核指标难以测量，技术难点分析不足。",
    "前期基础薄弱，经费测算依据不充分，暂不建议支持。",
)


@dataclass(frozen=True, slots=True)
class Review:
    """How a panel judges. score: the panel's mean. until: where the story stops ("assign", "accept", "score" or "").
    is_proposed: the round's officer has the panel proposed; what stays empty is filled by hand."""

    field: str
    score: int
    until: str = ""
    declines: bool = False
    avoid: frozenset[int] = frozenset()
    is_proposed: bool = False


def reviewed(stage: Stage, number: str, review: Review, officer: int, random: Random) -> Story:
    """A panel of five is assigned; they accept and score, each in their own time. Begins at once."""
    if review.until == "assign":
        return
    case = Case.objects.select_related("programme").get(number=number)
    rubric = definition_of(case.programme).programme.rubrics[0]
    panel: list[int] = []
    for _ in range(PATIENCE if review.is_proposed else 0):
        yield stage.after(clock.now(), 1, 1, random)
        if panel := _seated(number):
            break
    if len(panel) < PANEL:
        panel += assigned(stage, number, replace(review, avoid=review.avoid | {*panel}), officer, PANEL - len(panel))
    moment = clock.now()
    if review.declines:
        yield (moment := stage.after(moment, 1, 1, random))
        stage.act(number, "decline", stage.person_of(panel[0]), reason="近期出差，不能按时完成评审。")
        yield (moment := stage.after(moment, 1, 1, random))
        avoid = review.avoid | {*panel}
        again = Review(review.field, review.score, avoid=avoid)
        panel = panel[1:] + assigned(stage, number, again, officer, 1)
    if review.until == "accept":
        return
    totals = spread(review.score, random)
    times = sorted((stage.after(moment, 1, 2, random), expert) for expert in panel)
    for at, expert in times:
        yield at
        stage.act(number, "accept", stage.person_of(expert), confirmed=True)
    begun = max(at for at, _ in times)
    hours = sorted(stage.after(begun, 1, 9, random) for _ in panel)
    stops_after = 2 if review.until == "score" else len(panel)
    for at, expert, total in list(zip(hours, panel, totals, strict=True))[:stops_after]:
        yield at
        scores = shared_out(total, rubric)
        stage.act(number, "score", stage.person_of(expert), scores=scores, comment=comment_on(total, random))


def proposed(stage: Stage, plan: Plan) -> Story:
    """The officer has the panels of a round proposed at its desk, looks them over and confirms them all."""
    yield stage.on(plan.phases["review"] - 4, Random(plan.code))
    officer = stage.cast.actor(stage.cast.one("officer"))
    of_round = Round.objects.select_related("programme").get(code=plan.code)
    step = definition_of(of_round.programme).programme.step("review")
    assert isinstance(step, ReviewStep)  # noqa: S101 - it is proposed for
    made = matching.ask(of_round, step, Bounds(), officer, stage.key())
    if isinstance(made, Refusal):
        raise Unexpected(f"{plan.code}: {[one.code for one in made.problems]}")
    if made.state == "making":
        matching.go_on(made.pk)
        made.refresh_from_db()
    replaced = _one_replaced(made, officer)
    matching.confirm(made, officer, seen=replaced)
    made.refresh_from_db()
    if made.state == "confirming":
        matching.go_on(made.pk)
    stage.deeds["proposed"] += made.seats


def _one_replaced(proposal: Proposal, officer: Actor) -> int:
    """The officer puts one of the runners-up in somebody's place, and says why. Answers with how many were changed."""
    for of in ProposedCase.objects.filter(proposal=proposal).order_by("pk"):
        seat = of.seats.filter(state="proposed").order_by("pk").last()
        for other in of.others:
            said = "该专家去年主持过同类示范工程，更熟悉本件的应用场景。"
            if seat is not None and matching.replace(seat, other["expert"], said, officer) is None:
                return 1
    return 0


def _seated(number: str) -> list[int]:
    held = Seat.objects.filter(case__number=number, state="invited").order_by("number")
    return list(held.values_list("holder__expert", flat=True))


def assigned(stage: Stage, number: str, review: Review, officer: int, seats: int) -> list[int]:
    """Experts of the field take the seats; one who must keep out is refused by the door, and another is asked."""
    avoid = review.avoid
    while True:
        chosen = stage.panel(review.field, seats, avoid)
        answer = stage.asked(number, "assign", officer, experts=chosen)
        if not isinstance(answer, Refusal):
            held = Seat.objects.filter(case__number=number, holder__expert__in=chosen).order_by("number")
            return list(held.values_list("holder__expert", flat=True))
        out = {int(str(one.value)) for one in answer.problems if one.code.startswith("recusal.")}
        if not out:
            stage.act(number, "assign", officer, experts=chosen)
        avoid |= out


def spread(score: int, random: Random) -> list[int]:
    """Five totals of which the mean, trimmed or not, is the score."""
    near, far = random.randint(0, 2), random.randint(3, 7)
    far = min(far, 100 - score)
    totals = [score - far, score - near, score, score + near, score + far]
    random.shuffle(totals)
    return totals


def shared_out(total: int, rubric: Rubric) -> dict[str, int]:
    """Scores by criterion that add up to the total, each in proportion to its points."""
    scores = {str(one.criterion): one.points * total // 100 for one in rubric.criteria}
    left = total - sum(scores.values())
    for one in rubric.criteria:
        more = min(left, one.points - scores[str(one.criterion)], 1)
        scores[str(one.criterion)] += more
        left -= more
    return scores


def comment_on(total: int, random: Random) -> str:
    """What a reviewer writes under such a total."""
    return random.choice(_GOOD if total >= 80 else _FAIR if total >= 70 else _POOR)


def withdrawn(stage: Stage, number: str, person: int, officer: int, random: Random, *, accepted: bool = True) -> Story:
    """The applicant asks to take the application back; the officer agrees, or not. Begins at once."""
    side = stage.open_side(number, "withdraw", person)
    reason = random.choice(
        ("因负责人调整，拟重新组织后再报。", "改报国家级项目，内容重复，申请撤回。", "合作单位情况有变，申请撤回。")
    )
    stage.act(side, "submit", person, values={"reason": reason}, confirmed=True)
    yield stage.after(clock.now(), 1, 2, random)
    if accepted:
        stage.act(side, "approve", officer, reason="理由充分，同意撤回。")
    else:
        stage.act(side, "reject", officer, reason="与申报人沟通后，本人决定继续申报。")


@dataclass(frozen=True, slots=True)
class Objection:
    """Somebody objects during a notice. upheld: what the supervision department finds; None while it is still at it."""

    by: int
    subject: str
    facts: str
    upheld: bool | None
    ground: str = "facts"


def objected(stage: Stage, number: str, objection: Objection, random: Random) -> Story:
    """An objection is made under a real name, and decided by supervision. Begins at once."""
    side = stage.open_side(number, "object", objection.by)
    evidence = stage.keep(side, objection.by, "异议证明材料", objection.subject)
    values = {
        "objector": stage.cast.actor(objection.by).name,
        "phone": "0991-0000000",
        "real_name": True,
        "subject": objection.subject,
        "ground": objection.ground,
        "facts": objection.facts,
        "evidence": [evidence],
    }
    stage.act(side, "submit", objection.by, values=values, confirmed=True)
    if objection.upheld is None:
        return
    yield stage.after(clock.now(), 2, 4, random)
    verb, reason = (
        ("approve", "经核实，公示内容与事实不符，异议成立。")
        if objection.upheld
        else ("reject", "经核实，所述情况与事实不符，异议不成立。")
    )
    stage.act(side, verb, stage.cast.one("supervision", len(number)), reason=reason)


def after_the_notice(number: str) -> datetime:
    """The morning after a case's notice is over."""
    until = Case.objects.values_list("due_at", flat=True).get(number=number)
    return (until or clock.now()) + timedelta(hours=10)
