"""review 专家评审: reviewers take seats, score by a rubric, and their totals combine when the last seat has scored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from keguan.engine.decision import Ask, Command, Effect, FeeOwed, Seat, SeatMoved, Settle, Situation, Wake
from keguan.engine.moves import Move, Verb, names_in, reason_owed, refuse, text_of
from keguan.engine.waiting import reminders
from keguan.fairness.scores import NonConsensus, combined
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import local_date
from keguan.kernel.names import clean_text
from keguan.kernel.problems import Problem, Refusal
from keguan.kernel.workdays import Workdays
from keguan.language.definition import Definition
from keguan.language.schema import Review, Rubric

LIVE = ("invited", "accepted", "final")
WAITS = ("invited", "accepted")
"""States of a seat that still asks something of its holder."""
SET_ASIDE = "set_aside"
"""The verb, and the state of a seat whose scores do not count: its holder turned out to have to keep out. They are kept."""
SET_ASIDE_TITLE = Text("评分不予采用", "Set a review aside")
COMMENT_MOST = 5000
_NO_SEAT = Text("您在本评审组没有待处理的席位。", "You have no open seat on this panel.")
_SENT = Text(
    "您的评分已提交；需要更改的，请打开办件，在“修改评分”中更改。",
    "Your scores are sent already; to change them, open the case and use “Change my scores”.",
)
_DRAW = Text("请在批次的抽取页面办理。", "Go on at the page of the round's draw.")
REMARK_MOST = 1000
"""The most characters of what is said of one criterion."""

DECLARED: Mapping[str, Text] = {
    "interests": Text(
        "就我所知，我与申报人及项目组成员没有利益冲突：不是近亲属，不在同一单位，没有师生、合作或经济利益关系，也没有其他可能影响公正的关系；"
        "评审中如发现，立即停止并谢绝。",
        "To my knowledge I have no conflict of interest with the applicant or the team: no kinship, no common employer, no"
        " tie of teacher and student, of joint work or of money, nor anything else that might sway me; should I come upon"
        " one while reading, I stop and decline.",
    ),
    "confidence": Text(
        "我对申报内容、评审意见和评审过程保密，不复制、不外传，不使用人工智能工具上传申报内容，评审结束后不留存。",
        "I keep the proposal, my review and the panel's work in confidence: I neither copy nor pass them on, upload"
        " nothing of the proposal to a tool of artificial intelligence, and keep nothing when the review is over.",
    ),
}
"""What a reviewer states before the proposal opens, one by one. Kept word for word: who changes the words changes what
later reviewers state, never what others have stated."""
_BLIND_INTERESTS = Text(
    "本次评审不告知申报人是谁，我不打听。就我所看到的，我没有利益冲突；评审中如认出申报人或项目组成员，"
    "而与其有近亲属、同单位、师生、合作、经济利益或其他可能影响公正的关系，立即停止并谢绝。",
    "I am not told who applies, and do not try to find out. As far as I can see I have no conflict of interest; should I"
    " recognise the applicant or the team while reading, and be tied to them by kinship, employer, teaching, joint work,"
    " money or anything else that might sway me, I stop and decline.",
)


def statements(*, blind: bool) -> Mapping[str, Text]:
    """What a reviewer states before the proposal opens; blind: they are not told who applies, and state no more than they
    can know."""
    return {**DECLARED, "interests": _BLIND_INTERESTS} if blind else DECLARED


_STATEMENT: Mapping[str, Text] = {
    "interests": Text("无利益冲突的声明", "that you have no conflict of interest"),
    "confidence": Text("保密承诺", "that you keep confidence"),
}
_ELSE: Mapping[str, Text] = {
    "interests": Text("有利益冲突的，请谢绝评审。", "Where there is a conflict, decline the review."),
    "confidence": Text(
        "不能承诺保密的，请谢绝评审；申报内容不会打开。",
        "If you cannot promise that, decline the review; the proposal stays closed.",
    ),
}
"""What is left to whoever cannot state it."""

DECLINES: Mapping[str, Text] = {
    "conflict": Text("存在利益冲突", "A conflict of interest"),
    "field": Text("不属于我的研究领域", "Not my field"),
    "time": Text("时间不允许", "No time"),
    "other": Text("其他", "Another reason"),
}
"""Why a reviewer declines, by name."""
_DECLINED_SAY = Text(
    "请写明谢绝的理由；项目主管会看到，申报人看不到。",
    "Say why you decline; the officer reads it, the applicant does not.",
)
_RELEASED_SAY = Text(
    "请写明解除的理由；能看到评审专家姓名的管理人员会看到，申报人看不到。",
    "Say why the reviewer is released; those who run the programme and may know its reviewers read it, the applicant does not.",
)

NEEDS_WORDS = ("conflict", "other", "")
"""Reasons for declining that are to be put in words."""


def verbs(step: Review) -> tuple[Verb, ...]:
    """Officers fill seats; reviewers accept or decline theirs and score."""
    return (
        Verb("assign", Text("指派专家", "Assign reviewers"), step.assigned_by),
        Verb("release", Text("解除指派", "Release a reviewer"), step.assigned_by, is_awaited=False),
        Verb(SET_ASIDE, SET_ASIDE_TITLE, step.assigned_by, is_awaited=False),
        Verb("accept", Text("接受评审", "Accept"), step.by),
        Verb("decline", Text("谢绝评审", "Decline"), step.by),
        Verb("score", Text("评分", "Score"), step.by),
        Verb("rescore", Text("修改评分", "Change my scores"), step.by, is_awaited=False),
    )


def offers(situation: Situation, step: Review, verb: Verb) -> bool:
    """Reviewers are offered what their seat's state allows; officers may assign while a seat is free and none is drawn."""
    seats: Mapping[str, str] = situation.state.current.memo.get("seats") or {}
    state = seats.get(situation.acting.seat, "")
    match verb.name:
        case "assign":
            return _live(seats) < step.panel.size and step.panel.draw is None
        case "release":
            return any(state in ("invited", "accepted") for state in seats.values())
        case "set_aside":
            return "final" in seats.values()
        case "accept":
            return state == "invited"
        case "decline":
            return state in ("invited", "accepted")
        case "rescore":
            return state == "final"
        case _:
            return state == "accepted"


def due_from(situation: Situation, step: Review) -> datetime | None:
    """When the reviews are owed that are asked for now."""
    return owed_by(situation.definition, step, situation.terms.opens, situation.now, situation.calendar)


def owed_by(
    definition: Definition, step: Review, opens: datetime, now: datetime, calendar: Workdays
) -> datetime | None:
    """When the reviews of a panel are owed whose time begins now, in a round that opens so; None where the programme sets
    no time."""
    if step.within is None:
        return None
    return definition.span(step.within, local_date(opens)).after(now, calendar)


def late_before(owed: datetime, now: datetime) -> datetime:
    """Whose panel is due before this moment is asked late now: less than half is left of the time that everybody has."""
    return now + (owed - now) / 2


def due_anew(situation: Situation, step: Review) -> datetime | None:
    """By when reviews are owed if somebody is asked now who would be asked late: nobody is invited to what is overdue, or
    has a day where others had weeks. None while enough of the time is left, or where the programme sets none."""
    due, anew = situation.state.current.due, due_from(situation, step)
    return anew if due is not None and anew is not None and due < late_before(anew, situation.now) else None


def enter(situation: Situation, step: Review) -> Move:
    """The officer has a panel to fill. When reviews are overdue, nothing ends: the officer is told."""
    due = due_from(situation, step)
    late = (Wake(step.id, due, "due"),) if due is not None else ()
    return Move(
        due=due,
        memo={"seats": {}, "totals": {}},
        effects=(Ask(step.id, step.assigned_by, due), *reminders(situation, step, due), *late),
    )


def decide(situation: Situation, step: Review, command: Command) -> Move | Refusal:
    """Assign without conflict of interest; accept, decline and score from one's own seat.

    A conflict that came up after the seat was given leaves its holder only to decline.
    """
    match command.name:
        case "assign":
            return _assign(situation, step, command)
        case "release":
            return _release(situation, step, command)
        case "set_aside":
            return _set_aside(situation, step, command)
    seats = dict(situation.state.current.memo["seats"])
    seat = situation.acting.seat
    if seats.get(seat) not in (("final",) if command.name == "rescore" else WAITS):
        return refuse("review.no_seat", _SENT if seats.get(seat) == "final" else _NO_SEAT)
    if command.name != "decline" and (own := situation.facts.get("own_recusals")):
        return Refusal(tuple(own))
    match command.name:
        case "accept":
            return _accept(situation, step, seats, seat, command)
        case "decline":
            return _decline(situation, step, seats, seat, command)
        case _:
            return _score(situation, step, command, seats, seat)


def _ask(situation: Situation, step: Review, role: str) -> Ask:
    """Whoever is asked in the middle of a review is asked by the date that it is due."""
    return Ask(step.id, role, situation.state.current.due)


def _live(seats: Mapping[str, str]) -> int:
    return sum(state in LIVE for state in seats.values())


def _assign(situation: Situation, step: Review, command: Command) -> Move | Refusal:
    seats = dict(situation.state.current.memo["seats"])
    experts = command.content.get("experts") or ()
    if (
        not isinstance(experts, Sequence)
        or not experts
        or not all(isinstance(one, int) for one in experts)
        or len(set(experts)) != len(experts)
    ):
        said = Text("请选择专家，每人一次。", "Choose experts, each once.")
        return refuse("review.experts", said, where="experts")
    drawn = situation.facts.get("drawn") or ()
    if step.panel.draw is not None and not set(experts) <= set(drawn):
        said = Text(
            "本环节的评审专家由公开抽取产生，不得指派。", "Reviewers of this step are drawn in public, never chosen."
        )
        return refuse("review.drawn_only", said, where="experts", fix=_DRAW)
    free = step.panel.size - _live(seats)
    if len(experts) > free:
        said = Text(
            "您选了{chosen}位专家，评审组共{size}席，只余{free}席。",
            "Experts chosen: {chosen}; of the {size} seats of the panel, {free} can still be given.",
        )
        fix = Text("请至多选{free}位。", "Choose at most {free}.").filled(free=free)
        filled = said.filled(chosen=len(experts), size=step.panel.size, free=free)
        return refuse("review.panel_full", filled, where="experts", fix=fix)
    recusals: Mapping[int, Sequence[Problem]] = situation.facts.get("recusals") or {}
    missing = [expert for expert in experts if expert not in recusals]
    if missing:
        said = Text("未核对该专家的回避关系。", "This expert's conflicts of interest were not checked.")
        return refuse("review.unchecked", said, where="experts", value=str(missing))
    despite = text_of(command, "despite")
    # What is for the officer to judge stands against a seat until a reason is given; nothing else can be reasoned away.
    conflicts = tuple(
        problem for expert in experts for problem in recusals[expert] if not (problem.may_override and despite)
    )
    if conflicts:
        return Refusal(conflicts)
    effects: list[Seat | Ask] = []
    for number, expert in enumerate(experts, start=len(seats) + 1):
        seats[str(number)] = "invited"
        effects.append(Seat(step.id, str(number), expert, despite if recusals[expert] else ""))
    done = (Settle(step.id, step.assigned_by),) if len(experts) == free else ()
    due = due_anew(situation, step)
    if due is None:
        return Move(memo={"seats": seats}, effects=(*effects, *done, _ask(situation, step, step.by)))
    wakes = (*reminders(situation, step, due), Wake(step.id, due, "due"))
    return Move(due=due, memo={"seats": seats}, effects=(*effects, *done, Ask(step.id, step.by, due), *wakes))


def _release(situation: Situation, step: Review, command: Command) -> Move | Refusal:
    if owed := reason_owed(command, _RELEASED_SAY):
        return owed
    seats = dict(situation.state.current.memo["seats"])
    seat = text_of(command, "seat")
    if seats.get(seat) not in ("invited", "accepted"):
        said = Text("只能解除尚未完成评分的席位。", "Only a seat that has not scored can be released.")
        return refuse("review.seat", said, where="seat", value=seat)
    seats[seat] = "released"
    moved = SeatMoved(step.id, seat, "released", reason=text_of(command, "reason"))
    return Move(memo={"seats": seats}, effects=(moved, _ask(situation, step, step.assigned_by)))


def _set_aside(situation: Situation, step: Review, command: Command) -> Move | Refusal:
    """What somebody scored who turned out to have to keep out no longer counts, and another reviewer can be asked. The
    scores stay with their seat. Nobody sets aside what they merely do not like: a tie must stand against the seat."""
    if owed := reason_owed(command):
        return owed
    memo = situation.state.current.memo
    seats, seat = dict(memo["seats"]), text_of(command, "seat")
    if seats.get(seat) != "final":
        said = Text("请选择已评分的席位。", "Choose a seat that has scored.")
        return refuse("review.seat", said, where="seat", value=seat)
    if seat not in (situation.facts.get("turned_out") or ()):
        said = Text("该席没有发现应当回避的情形，评分不能作废。", "Nothing stands against this seat: its scores count.")
        fix = Text(
            "如确有利害关系，请先登记；登记后即时核对。",
            "Where there is a tie, have it entered first; the seat is looked at as it is.",
        )
        return refuse("review.nothing_against", said, where="seat", value=seat, fix=fix)
    seats[seat] = SET_ASIDE
    totals = {number: total for number, total in memo["totals"].items() if number != seat}
    moved = SeatMoved(step.id, seat, SET_ASIDE, reason=text_of(command, "reason"))
    left = {"seats": seats, "totals": totals, "score": None, "nonconsensus": None}
    return Move(memo=left, effects=(moved, _ask(situation, step, step.assigned_by)))


def _accept(situation: Situation, step: Review, seats: dict[str, str], seat: str, command: Command) -> Move | Refusal:
    if seats[seat] != "invited":
        return refuse("review.accepted", Text("您已接受评审。", "You have accepted already."))
    given = command.content.get("declared")
    declared = set(map(str, given)) if isinstance(given, list | tuple) else set()
    if command.content.get("confirmed") is True:
        declared = set(DECLARED)
    missing = [name for name in DECLARED if name not in declared]
    if missing:
        said = Text("请确认：{what}", "Confirm {what}")
        return Refusal(
            tuple(
                Problem("review.unconfirmed", said.filled(what=_STATEMENT[one]), f"declared.{one}", fix=_ELSE[one])
                for one in missing
            )
        )
    seats[seat] = "accepted"
    stated = statements(blind=situation.definition.programme.is_double_blind)
    return Move(memo={"seats": seats}, effects=(SeatMoved(step.id, seat, "accepted", declared=stated),))


def _decline(situation: Situation, step: Review, seats: dict[str, str], seat: str, command: Command) -> Move | Refusal:
    because = text_of(command, "because")
    if because and because not in DECLINES:
        said = Text("请从列出的理由中选择。", "Choose one of the reasons listed.")
        return refuse("review.because", said, where="because", value=because)
    if because in NEEDS_WORDS and (owed := reason_owed(command, _DECLINED_SAY)):
        return owed
    seats[seat] = "declined"
    moved = SeatMoved(step.id, seat, "declined", reason=text_of(command, "reason"), because=because or "other")
    return Move(memo={"seats": seats}, effects=(moved, _ask(situation, step, step.assigned_by)))


def _score(situation: Situation, step: Review, command: Command, seats: dict[str, str], seat: str) -> Move | Refusal:
    if seats[seat] == "invited":
        said = Text("请先接受评审。", "Accept the review first.")
        return refuse("review.not_accepted", said)
    rubric = situation.definition.programme.rubric(step.rubric)
    problems = score_problems(rubric, command)
    if problems:
        return Refusal(problems)
    scores = {str(one.criterion): command.content["scores"][one.criterion] for one in rubric.criteria}
    total = sum(scores.values())
    again = seats[seat] == "final"
    seats[seat] = "final"
    remarks = {name: said for name, said in _remarks(command).items() if name in scores and said}
    moved = SeatMoved(
        step.id,
        seat,
        "final",
        scores=scores,
        comment=text_of(command, "comment"),
        comments=remarks,
        total=total,
        again=again,
    )
    effects: tuple[Effect, ...] = (moved, *(() if again else _fee(situation, step, seat)))
    totals = {**situation.state.current.memo["totals"], seat: total}
    memo: dict[str, Any] = {"seats": seats, "totals": totals}
    finals = [totals[number] for number, state in seats.items() if state == "final"]
    if len(finals) < step.panel.size:
        return Move(memo=memo, effects=effects)
    memo["score"] = combined(step.combine, finals)
    rule = step.nonconsensus
    memo["nonconsensus"] = rule is not None and NonConsensus(rule.top, rule.spread).holds(finals)
    return Move(outcome="reviewed", memo=memo, effects=effects)


def _fee(situation: Situation, step: Review, seat: str) -> tuple[FeeOwed, ...]:
    if step.fee is None:
        return ()
    amount = situation.definition.value(step.fee, names_in(situation))
    return (FeeOwed(step.id, seat, int(amount)),) if amount and amount > 0 else ()


def _remarks(command: Command) -> dict[str, str]:
    given = command.content.get("comments")
    return (
        {str(name): clean_text(str(said)).strip() for name, said in given.items()} if isinstance(given, Mapping) else {}
    )


def score_problems(rubric: Rubric, command: Command) -> tuple[Problem, ...]:
    """Everything that is wrong with scores and comments, by `scores.<criterion>`, `comments.<criterion>` and `comment`."""
    given = command.content.get("scores")
    scores: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    problems: list[Problem] = []
    for one in rubric.criteria:
        score = scores.get(one.criterion)
        if not isinstance(score, int) or isinstance(score, bool) or not 0 <= score <= one.points:
            said = Text("“{title}”请打0至{points}的整数分。", "Score “{title}” with a whole number from 0 to {points}.")
            problems.append(
                Problem(
                    "review.score",
                    said.filled(title=one.title, points=one.points),
                    where=f"scores.{one.criterion}",
                    value="" if score is None else str(score),
                )
            )
    known = {one.criterion for one in rubric.criteria}
    for name in scores:
        if name not in known:
            said = Text("评审指标中没有这一项。", "The rubric has no such criterion.")
            problems.append(Problem("review.criterion", said, where=f"scores.{name}", value=str(name)))
    comment = text_of(command, "comment")
    if rubric.comment and not comment:
        said = Text("请写评审意见。", "Write a comment.")
        problems.append(Problem("review.comment", said, where="comment"))
    elif len(comment) < rubric.comment_least:
        said = Text(
            "评审意见不少于{least}字，现有{n}字。", "A comment has at least {least} characters; this one has {n}."
        )
        said = said.filled(least=rubric.comment_least, n=len(comment))
        problems.append(Problem("review.comment_short", said, where="comment"))
    if len(comment) > COMMENT_MOST:
        said = Text("评审意见不超过{most}字。", "A comment has at most {most} characters.")
        problems.append(Problem("review.comment_long", said.filled(most=COMMENT_MOST), where="comment"))
    problems += _remark_problems(rubric, scores, _remarks(command))
    return tuple(problems)


def _remark_problems(rubric: Rubric, scores: Mapping[str, Any], remarks: Mapping[str, str]) -> Iterator[Problem]:
    for one in rubric.criteria:
        where, remark = f"comments.{one.criterion}", remarks.get(one.criterion, "")
        if rubric.comment_at_ends and scores.get(one.criterion) in (0, one.points) and not remark:
            said = Text(
                "“{title}”打了零分或满分，请说明理由。", "“{title}” has no points or all of them: say why."
            ).filled(title=one.title)
            yield Problem("review.end_unexplained", said, where=where)
        if len(remark) > REMARK_MOST:
            said = Text("逐项说明不超过{most}字。", "A remark on a criterion has at most {most} characters.")
            yield Problem("review.remark_long", said.filled(most=REMARK_MOST), where=where)
