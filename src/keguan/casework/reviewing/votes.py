"""What meetings voted on cases: kept as bare counts, read by the engine when somebody enters the decision."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from keguan.casework.models import Case, CaseVote
from keguan.kernel.problems import Problem

Held = Callable[[int], Problem | None]
_asked: list[Held] = []


def held_by(ask: Held) -> Held:
    """Let this say why what a ballot carried, by its number, is not entered now; None where it may be."""
    if ask not in _asked:
        _asked.append(ask)
    return ask


def held(ballot: int) -> Problem | None:
    """Why what the ballot carried is not entered now."""
    return next((why for ask in _asked if (why := ask(ballot)) is not None), None)


def keep_vote(
    case: Case,
    motion: str,
    counts: Mapping[str, int],
    *,
    present: int,
    members: int,
    amount_fen: int | None,
    proposed_fen: int | None,
    voters: Collection[int],
    ballot: int,
    at: datetime,
) -> CaseVote:
    """Keep the counts of a closed ballot on the case where it stands. counts: `for`, `against`, `abstain`. The caller holds a
    transaction, has closed the ballot in it, and traces it."""
    return CaseVote.objects.create(
        case=case,
        step=case.step,
        attempt=_attempt(case),
        motion=motion,
        votes_for=counts["for"],
        votes_against=counts["against"],
        abstained=counts["abstain"],
        present=present,
        members=members,
        amount_fen=amount_fen,
        proposed_fen=proposed_fen,
        voters=sorted(voters),
        ballot=ballot,
        at=at,
    )


def forget_votes(case: Case) -> None:
    """Let nothing that was voted on the case since it came to its step be entered any more: somebody who voted must keep out.
    The caller holds a transaction and traces it."""
    CaseVote.objects.filter(case=case, step=case.step, attempt=_attempt(case)).delete()


def vote_on(case: Case, step: str, attempt: int) -> dict[str, Any] | None:
    """The latest ballot on the case at this coming to the step, as `engine.voting` reads it; None before there is one."""
    found = CaseVote.objects.filter(case=case, step=step, attempt=attempt).first()
    return as_result(found) if found is not None else None


def as_result(vote: CaseVote) -> dict[str, Any]:
    """A kept ballot as `engine.voting` reads it."""
    return {
        "motion": vote.motion,
        "for": vote.votes_for,
        "against": vote.votes_against,
        "abstain": vote.abstained,
        "present": vote.present,
        "members": vote.members,
        "amount_fen": vote.amount_fen,
        "proposed_fen": vote.proposed_fen,
        "ballot": vote.ballot,
    }


def _attempt(case: Case) -> int:
    return int(case.memo.state["steps"][case.step].get("attempt", 1))
