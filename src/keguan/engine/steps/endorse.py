"""endorse 审核推荐: a body above the applicant vouches for an application, within a quota and in an order if so declared."""

from __future__ import annotations

from keguan.engine.decision import Ask, Command, Situation, Wake
from keguan.engine.judging import answered, failing, verdicts_at
from keguan.engine.moves import Move, Verb, due_after, marks_of, names_in, reason_owed, text_of
from keguan.engine.waiting import lapsed, over, reminders
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal
from keguan.language.schema import Endorse

MOST_RANK = 9999
"""The last rank where there is no quota."""


def verbs(step: Endorse) -> tuple[Verb, ...]:
    """Let it through, send it back, or refuse it."""
    return (
        Verb("endorse", Text("同意推荐", "Endorse"), step.by),
        Verb("return", Text("退回修改", "Return for correction"), step.by),
        Verb("refuse", Text("不予推荐", "Refuse"), step.by),
        Verb("expire", Text("逾期", "Lapse"), ""),
    )


def offers(situation: Situation, step: Endorse, verb: Verb) -> bool:
    """Every verb while the step waits and its time is not over."""
    return bool(verb.role) and over(situation, situation.state.current.due) is None


def enter(situation: Situation, step: Endorse) -> Move:
    """The endorsing body has it on its desk."""
    due = due_after(situation, step)
    wakes = (Wake(step.id, due, "due"),) if due else ()
    return Move(
        due=due,
        effects=(Ask(step.id, step.by, due), *wakes, *reminders(situation, step, due)),
    )


def decide(situation: Situation, step: Endorse, command: Command) -> Move | Refusal:
    """Endorse within quota and with a rank of its own, or return or refuse with a reason."""
    if command.name == "expire":
        return lapsed(situation, situation.state.current.due)
    if late := over(situation, situation.state.current.due):
        return late
    if command.name in ("return", "refuse"):
        if owed := reason_owed(command):
            return owed
        outcome = "returned" if command.name == "return" else "refused"
        return Move(outcome=outcome, memo={"reason": text_of(command, "reason"), **marks_of(command)})
    verdicts, problems = answered(verdicts_at(situation, step.rules), command.content.get("verdicts"))
    problems += (
        failing(situation.definition.programme, verdicts)
        + _over_quota(situation, step)
        + _bad_rank(situation, step, command)
    )
    if problems:
        return Refusal(problems)
    memo = {"note": text_of(command, "note")} | ({"rank": command.content["rank"]} if step.ranked else {})
    return Move(outcome="endorsed", memo=memo, verdicts=verdicts)


def quota_of(situation: Situation, step: Endorse) -> int | None:
    """How many this body may let through in the round; None where there is no quota, or it cannot be known."""
    return situation.definition.value(step.quota, names_in(situation)) if step.quota else None


def _over_quota(situation: Situation, step: Endorse) -> tuple[Problem, ...]:
    if step.quota is None:
        return ()
    quota = quota_of(situation, step)
    used = situation.facts.get("authority.endorsed_in_round")
    if quota is None or used is None:
        said = Text("无法核对推荐限额。", "The quota cannot be checked.")
        return (Problem("endorse.quota_unknown", said, source=step.source),)
    if used < quota:
        return ()
    said = Text("推荐限额为{quota}项，已推荐{used}项。", "Quota: {quota}; recommended already: {used}.")
    fix = Text("可先退回或撤销已推荐的其他申报。", "Return another of your recommendations first.")
    return (
        Problem("endorse.quota", said.filled(quota=quota, used=used), value=str(used), source=step.source, fix=fix),
    )


def _bad_rank(situation: Situation, step: Endorse, command: Command) -> tuple[Problem, ...]:
    if not step.ranked:
        return ()
    rank = command.content.get("rank")
    if not isinstance(rank, int) or isinstance(rank, bool) or not 1 <= rank <= MOST_RANK:
        said = Text("请填写推荐排序（从1开始的整数）。", "Give a rank, a whole number from 1.")
        return (Problem("endorse.rank_missing", said, where="rank", value="" if rank is None else str(rank)),)
    quota = quota_of(situation, step)
    if quota is not None and rank > quota:
        said = Text("排序{rank}超出推荐限额{quota}项。", "Rank {rank} is beyond the quota of {quota}.")
        fix = Text("请填写1至{quota}之间尚未使用的整数。", "Give a whole number from 1 to {quota} that is not taken.")
        said, fix = said.filled(rank=rank, quota=quota), fix.filled(quota=quota)
        return (Problem("endorse.rank_beyond", said, where="rank", value=str(rank), source=step.source, fix=fix),)
    if rank in (situation.facts.get("ranks_taken") or ()):
        said = Text("排序{rank}已用于另一项申报。", "Rank {rank} is already given to another application.")
        return (Problem("endorse.rank_taken", said.filled(rank=rank), where="rank", value=str(rank)),)
    return ()
