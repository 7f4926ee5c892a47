"""Where a case stands between the meetings of a body: on whose agenda it is, which ballot on it stands, and whose that was.

Of all ballots on a case the last one counts since it came to the step; one that was held before it came back decides nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, OuterRef, Q, Subquery

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


def standings(meeting: Meeting, step: Decide, items: Sequence[Item]) -> Mapping[int, Standing]:
    """How each of these items of a meeting stands, by its number. One query, however many there are; two where another meeting
    has voted on some."""
    at = f"case__memo__state__steps__{step.id}"
    votes = CaseVote.objects.filter(case__in=[one.case_id for one in items], step=step.id)
    votes = votes.annotate(coming=F(f"{at}__attempt"), outcome=F(f"{at}__outcome"), by=_BY)
    last = {vote.case_id: vote for vote in votes.order_by("case_id", "id") if vote.attempt == (vote.coming or 1)}
    meetings = _meetings((vote.by for vote in last.values()), {meeting.pk: meeting})
    found = {}
    for item in items:
        is_past = item.case.step != step.id
        if item.case_id not in last:
            found[item.pk] = Standing(is_past)
            continue
        counts = last[item.case_id]
        has_outcome, by = counts.outcome in _DECIDED, meetings.get(counts.by)
        carried = carries(step.vote, as_result(counts)) if step.vote else ""
        found[item.pk] = Standing(is_past, is_past and has_outcome, counts.ballot, by, carried)
    return found


def taken(of_round: Round, step: Decide) -> Mapping[int, Taken]:
    """The cases at this step that are not free for another agenda: on that of a meeting that is planned or in session, or
    voted on with a result that waits to be entered. Two queries, and one where a meeting that is over has voted."""
    items = Item.objects.filter(meeting__state__in=LIVE, case__round=of_round, case__step=step.id)
    on = {one.case_id: one.meeting for one in items.select_related("meeting")}
    voted = _voted(of_round, step)
    meetings = _meetings(voted.values(), {one.pk: one for one in on.values()})
    found = {case: Taken(meetings[by], is_voted=True) for case, by in voted.items() if by in meetings}
    return found | {case: Taken(by, is_voted=False) for case, by in on.items()}


def elsewhere(meeting: Meeting, step: Decide) -> list[tuple[Meeting, int]]:
    """The other meetings that have cases of the round which wait for this decision, each with how many: what `taken` knows, counted
    by the database. The meeting is not over yet. Two queries."""
    # What stands on an agenda is counted there, whoever voted on it.
    voted = Counter(_voted(meeting.round, step, is_free=True).values())
    on = Count("items", filter=Q(state__in=LIVE, items__case__step=step.id))
    others = Meeting.objects.filter(round=meeting.round_id).exclude(pk=meeting.pk).annotate(on=on).defer("minutes")
    return [(one, one.on + voted[one.pk]) for one in others if one.on + voted[one.pk]]


def _voted(of_round: Round, step: Decide, *, is_free: bool = False) -> Mapping[int, int]:
    """The cases at this step with a result that waits to be entered, each with the meeting that voted. is_free: only those that
    stand on no agenda of a meeting that is planned or in session."""
    votes = CaseVote.objects.filter(case__round=of_round, case__step=step.id, step=step.id)
    if is_free:
        votes = votes.exclude(
            case__in=Item.objects.filter(meeting__state__in=LIVE, meeting__round=of_round).values("case")
        )
    votes = votes.annotate(coming=F(f"case__memo__state__steps__{step.id}__attempt"), by=_BY)
    return {
        vote.case_id: vote.by
        for vote in votes.order_by("case_id", "-id").distinct("case")
        if vote.attempt == (vote.coming or 1) and step.vote and carries(step.vote, as_result(vote))
    }


_BY = Subquery(Ballot.objects.filter(pk=OuterRef("ballot")).order_by().values("item__meeting"))
"""The meeting of the ballot of a vote."""


def _meetings(wanted: Iterable[int | None], known: Mapping[int, Meeting]) -> Mapping[int, Meeting]:
    """These meetings by number, with those that are known already."""
    missing = {one for one in wanted if one is not None} - known.keys()
    return {**known, **(Meeting.objects.defer("minutes").in_bulk(missing) if missing else {})}
