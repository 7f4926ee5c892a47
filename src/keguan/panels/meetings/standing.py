"""Where a case stands between the meetings of a body: on whose agenda it is, which ballot on it stands, and whose that was.

Of all ballots on a case the last one counts since it came to the step; one that was held before it came back decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import F

from keguan.casework.models import CaseVote, Round
from keguan.casework.reviewing.votes import as_result
from keguan.engine.voting import carries
from keguan.language.schema import Decide
from keguan.panels.meetings.models import LIVE, Ballot, Item, Meeting

_DECIDED = ("approved", "rejected")


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with the case of an item. is_past: it waits for this decision no longer; is_decided: because it was made.

    ballot: the number of the one that stands, and by: its meeting; None where none does. carried: what may be decided after
    it, "" where nothing.
    """

    is_past: bool = False
    is_decided: bool = False
    ballot: int | None = None
    by: Meeting | None = None
    carried: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """Why a case is not free for an agenda. by: the meeting that has it on its own, or has voted on it: is_voted."""

    by: Meeting
    is_voted: bool


def standings(meeting: Meeting, step: Decide, items: Iterable[Item]) -> Mapping[int, Standing]:
    """How each of these items of a meeting stands, by its number. Two queries, however many there are."""
    rows = list(items)
    at = f"case__memo__state__steps__{step.id}"
    votes = CaseVote.objects.filter(case__in=[one.case_id for one in rows], step=step.id)
    last: dict[int, tuple[CaseVote, bool]] = {}
    for vote in votes.annotate(coming=F(f"{at}__attempt"), outcome=F(f"{at}__outcome")).order_by("case_id", "id"):
        if vote.attempt == (vote.coming or 1):
            last[vote.case_id] = (vote, vote.outcome in _DECIDED)
    ballots = Ballot.objects.filter(pk__in=[vote.ballot for vote, _ in last.values()])
    meetings = {one.pk: one.item.meeting for one in ballots.select_related("item__meeting")}
    found = {}
    for item in rows:
        is_past = item.case.step != step.id
        if item.case_id not in last:
            found[item.pk] = Standing(is_past)
            continue
        counts, has_outcome = last[item.case_id]
        by = meetings.get(counts.ballot)
        carried = carries(step.vote, as_result(counts)) if step.vote else ""
        found[item.pk] = Standing(is_past, is_past and has_outcome, counts.ballot, by, carried)
    return found


def taken(of_round: Round, step: Decide) -> Mapping[int, Taken]:
    """The cases at this step that are not free for another agenda: on that of a meeting that is planned or in session, or
    voted on with a result that waits to be entered. Three queries."""
    waiting = {"case__round": of_round, "case__step": step.id}
    coming = F(f"case__memo__state__steps__{step.id}__attempt")
    votes = CaseVote.objects.filter(step=step.id, **waiting).annotate(coming=coming)
    last = {
        vote.ballot: vote.case_id
        for vote in votes.order_by("case_id", "-id").distinct("case")
        if vote.attempt == (vote.coming or 1) and step.vote and carries(step.vote, as_result(vote))
    }
    ballots = Ballot.objects.filter(pk__in=last).select_related("item__meeting")
    found = {last[one.pk]: Taken(one.item.meeting, is_voted=True) for one in ballots}
    items = Item.objects.filter(meeting__state__in=LIVE, **waiting).select_related("meeting")
    return found | {one.case_id: Taken(one.meeting, is_voted=False) for one in items}
