"""review 专家评审: reviewers take seats, score by a rubric, and their totals combine when the last seat has scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from keguan.engine.decision import Ask, Command, Seat, SeatMoved, Settle, Situation
from keguan.engine.moves import Move, Verb, due_after, reason_owed, refuse, text_of
from keguan.engine.waiting import reminders
from keguan.fairness.scores import NonConsensus, combined
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal
from keguan.language.schema import Review, Rubric

LIVE = ("invited", "accepted", "final")
WAITS = ("invited", "accepted")
"""States of a seat that still asks something of its holder."""
COMMENT_MOST = 5000
_DRAW = Text("请在批次的抽取页面办理。", "Go on at the page of the round's draw.")


def verbs(step: Review) -> tuple[Verb, ...]:
    """Officers fill seats; reviewers accept or decline theirs and score."""
    return (
        Verb("assign", Text("指派专家", "Assign reviewers"), step.assigned_by),
        Verb("release", Text("解除指派", "Release a reviewer"), step.assigned_by, is_awaited=False),
        Verb("accept", Text("接受评审", "Accept"), step.by),
        Verb("decline", Text("谢绝评审", "Decline"), step.by),
        Verb("score", Text("评分", "Score"), step.by),
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
        case "accept":
            return state == "invited"
        case "decline":
            return state in ("invited", "accepted")
        case _:
            return state == "accepted"


def enter(situation: Situation, step: Review) -> Move:
    """The officer has a panel to fill."""
    due = due_after(situation, step)
    return Move(
        due=due,
        memo={"seats": {}, "totals": {}},
        effects=(Ask(step.id, step.assigned_by, due), *reminders(situation, step, due)),
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
    seats = dict(situation.state.current.memo["seats"])
    seat = situation.acting.seat
    if seats.get(seat) not in ("invited", "accepted"):
        said = Text("您在本评审组没有待处理的席位。", "You have no open seat on this panel.")
        return refuse("review.no_seat", said)
    if command.name != "decline" and (own := situation.facts.get("own_recusals")):
        return Refusal(tuple(own))
    match command.name:
        case "accept":
            return _accept(step, seats, seat, command)
        case "decline":
            if owed := reason_owed(command):
                return owed
            seats[seat] = "declined"
            moved = SeatMoved(step.id, seat, "declined", reason=text_of(command, "reason"))
            return Move(memo={"seats": seats}, effects=(moved, _ask(situation, step, step.assigned_by)))
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
        said = Text("评审组共{size}席，尚余{free}席。", "The panel has {size} seats, {free} of them free.")
        return refuse("review.panel_full", said.filled(size=step.panel.size, free=free), where="experts")
    recusals: Mapping[int, Sequence[Problem]] = situation.facts.get("recusals") or {}
    missing = [expert for expert in experts if expert not in recusals]
    if missing:
        said = Text("未核对该专家的回避关系。", "This expert's conflicts of interest were not checked.")
        return refuse("review.unchecked", said, where="experts", value=str(missing))
    conflicts = tuple(problem for expert in experts for problem in recusals[expert])
    if conflicts:
        return Refusal(conflicts)
    effects: list[Seat | Ask] = []
    for number, expert in enumerate(experts, start=len(seats) + 1):
        seats[str(number)] = "invited"
        effects.append(Seat(step.id, str(number), expert))
    done = (Settle(step.id, step.assigned_by),) if len(experts) == free else ()
    return Move(memo={"seats": seats}, effects=(*effects, *done, _ask(situation, step, step.by)))


def _release(situation: Situation, step: Review, command: Command) -> Move | Refusal:
    if owed := reason_owed(command):
        return owed
    seats = dict(situation.state.current.memo["seats"])
    seat = text_of(command, "seat")
    if seats.get(seat) not in ("invited", "accepted"):
        said = Text("只能解除尚未完成评分的席位。", "Only a seat that has not scored can be released.")
        return refuse("review.seat", said, where="seat", value=seat)
    seats[seat] = "released"
    moved = SeatMoved(step.id, seat, "released", reason=text_of(command, "reason"))
    return Move(memo={"seats": seats}, effects=(moved, _ask(situation, step, step.assigned_by)))


def _accept(step: Review, seats: dict[str, str], seat: str, command: Command) -> Move | Refusal:
    if seats[seat] != "invited":
        return refuse("review.accepted", Text("您已接受评审。", "You have accepted already."))
    if command.content.get("confirmed") is not True:
        said = Text(
            "请确认无利益冲突并承诺保密。", "Confirm that you have no conflict of interest and will keep confidence."
        )
        return refuse("review.unconfirmed", said, where="confirmed")
    seats[seat] = "accepted"
    return Move(memo={"seats": seats}, effects=(SeatMoved(step.id, seat, "accepted"),))


def _score(situation: Situation, step: Review, command: Command, seats: dict[str, str], seat: str) -> Move | Refusal:
    if seats[seat] != "accepted":
        said = Text("请先接受评审。", "Accept the review first.")
        return refuse("review.not_accepted", said)
    rubric = situation.definition.programme.rubric(step.rubric)
    problems = _score_problems(rubric, command)
    if problems:
        return Refusal(problems)
    scores = {str(one.criterion): command.content["scores"][one.criterion] for one in rubric.criteria}
    total = sum(scores.values())
    seats[seat] = "final"
    moved = SeatMoved(step.id, seat, "final", scores=scores, comment=text_of(command, "comment"), total=total)
    totals = {**situation.state.current.memo["totals"], seat: total}
    memo: dict[str, Any] = {"seats": seats, "totals": totals}
    finals = [totals[number] for number, state in seats.items() if state == "final"]
    if len(finals) < step.panel.size:
        return Move(memo=memo, effects=(moved,))
    memo["score"] = combined(step.combine, finals)
    rule = step.nonconsensus
    memo["nonconsensus"] = rule is not None and NonConsensus(rule.top, rule.spread).holds(finals)
    return Move(outcome="reviewed", memo=memo, effects=(moved,))


def _score_problems(rubric: Rubric, command: Command) -> tuple[Problem, ...]:
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
    if len(comment) > COMMENT_MOST:
        said = Text("评审意见不超过{most}字。", "A comment has at most {most} characters.")
        problems.append(Problem("review.comment_long", said.filled(most=COMMENT_MOST), where="comment"))
    return tuple(problems)
