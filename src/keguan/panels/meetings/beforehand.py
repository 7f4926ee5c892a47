"""What an item was given before the meeting: by reviewers in the correspondence stage, and by members in writing. No names.

Members' opinions open to all once their time is over, so that nobody writes with an eye on the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from keguan.casework.models import Seat
from keguan.casework.permissions import can_see_reviews
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.panels.meetings.models import Item, Meeting, Opinion
from keguan.panels.meetings.sittings import Sitting

_REVIEWED = Text(
    "通讯评审：{score}分（{n}位专家，{range}分）", "Correspondence review: {score} (reviewers: {n}, {range})"
)
_WRITTEN = Text(
    "书面意见：{n}份，预评分平均{mean}分（{range}分）", "Written opinions: {n}, mean score {mean} ({range})"
)
_UNSCORED = Text("书面意见：{n}份，没有评分", "Written opinions: {n}, without scores")
_CLOSED = Text("书面意见：已收{n}份，截止后公布", "Written opinions: {n} so far, opened once their time is over")


@dataclass(frozen=True, slots=True)
class Beforehand:
    """The lines of an item, and the comments that members wrote."""

    lines: tuple[Text, ...] = ()
    comments: tuple[str, ...] = ()


def are_open(meeting: Meeting) -> bool:
    """Whether the members' written opinions may be read: their time is over, or the meeting has begun."""
    return meeting.state != "planned" or meeting.written_until is None or clock.now() > meeting.written_until


def beforehand(sitting: Sitting, actor: Actor) -> dict[int, Beforehand]:
    """For each item that is shown, and that this reader may know of: what it was given before the meeting. Two queries."""
    items = [one for one in sitting.shown_items if not sitting.is_out(one, actor.person)]
    written: dict[int, list[Opinion]] = {}
    for opinion in Opinion.objects.filter(item__in=[one.pk for one in items]):
        # Who keeps out of the case has no say in it, from before they said so either.
        if opinion.person not in sitting.kept_out[opinion.item_id]:
            written.setdefault(opinion.item_id, []).append(opinion)
    reviewed = [one for one in items if can_see_reviews(actor, one.case)]
    totals: dict[int, list[int]] = {}
    seats = Seat.objects.filter(case__in=[one.case_id for one in reviewed], state="final", total__isnull=False)
    for case, total in seats.values_list("case", "total"):
        totals.setdefault(case, []).append(total or 0)
    opened = are_open(sitting.meeting)
    return {one.pk: _of(one, totals.get(one.case_id, []), written.get(one.pk, []), opened=opened) for one in items}


def _of(item: Item, totals: Sequence[int], written: Sequence[Opinion], *, opened: bool) -> Beforehand:
    lines = []
    score = item.case.score_hundredths
    if totals and score is not None:
        lines.append(_REVIEWED.filled(score=f"{score / 100:.2f}", n=len(totals), range=_range(totals)))
    scores = [one.score for one in written if one.score is not None]
    if written and not opened:
        lines.append(_CLOSED.filled(n=len(written)))
    elif scores:
        lines.append(_WRITTEN.filled(n=len(written), mean=f"{fmean(scores):.1f}", range=_range(scores)))
    elif written:
        lines.append(_UNSCORED.filled(n=len(written)))
    comments = sorted(one.comment for one in written if one.comment) if opened else []
    return Beforehand(tuple(lines), tuple(comments))


def _range(scores: Sequence[int]) -> str:
    return f"{min(scores)}–{max(scores)}" if min(scores) != max(scores) else str(scores[0])
