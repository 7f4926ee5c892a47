"""What the minutes of a meeting say, as plain values in no language of their own. They are fixed when the meeting ends: what
happens to its cases, its members or their names afterwards changes nothing in them, but for a dissent that is recorded later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import digest
from keguan.panels.meetings.models import OPEN, Ballot, Item, Meeting
from keguan.panels.meetings.sittings import Sitting

Content = Mapping[str, Any]


def content_of(sitting: Sitting) -> Content:
    """All that the minutes say: who was there when, who left for what, what was counted or broken off, each dissent in its
    member's words, and what was taken off the agenda. As they stand now, until the meeting has ended."""
    return sitting.meeting.minutes if sitting.meeting.minutes is not None else _content(sitting)


def digest_of(sitting: Sitting) -> str:
    """The SHA-256 of what the minutes say: one for all languages, on the page and in every copy."""
    return digest(content_of(sitting))


def fix_minutes(pk: int) -> None:
    """Keep what the minutes of a meeting say, now that it has ended. The caller holds it locked."""
    Meeting.objects.filter(pk=pk).update(minutes=_content(Sitting.of(pk)))


def add_dissents(sitting: Sitting, item: Item) -> None:
    """Let minutes that are fixed say what dissent was recorded on an item since. The caller holds the meeting locked."""
    fixed = sitting.meeting.minutes
    if fixed is None:
        return
    dissents = _dissents(Sitting.of(sitting.meeting.pk), item)
    items = [{**one, "dissents": dissents} if one["case"] == item.case.number else one for one in fixed["items"]]
    Meeting.objects.filter(pk=sitting.meeting.pk).update(minutes={**fixed, "items": items})


def _content(sitting: Sitting) -> Content:
    meeting, vote = sitting.meeting, sitting.vote
    numbers = {one.case_id for one in sitting.items}
    off = meeting.taken_off.exclude(case__in=numbers).select_related("case").order_by("at", "pk")
    return {
        "meeting": meeting.pk,
        "round": meeting.round.code,
        "round_title": _both(meeting.round.title),
        "step": meeting.step,
        "number": meeting.number,
        "kind": meeting.kind,
        "body": meeting.body,
        "place": meeting.place,
        "opened": _iso(meeting.opened_at or meeting.begins),
        "closed": _iso(meeting.closed_at),
        "adjourned": _spans(meeting.breaks),
        "rule": {
            "quorum": _both(vote.quorum.said()), "least": vote.least, "threshold": _both(vote.threshold.said()),
            "of": vote.of, "source": vote.source,
        } if vote else None,
        "members": [[one.person_id, one.person.name, _spans(one.stays)] for one in sitting.members],
        "items": [_item(sitting, one) for one in sitting.items],
        "off": [[one.case.number, one.case.title, _iso(one.at)] for one in off],
    }  # fmt: skip


def _item(sitting: Sitting, item: Item) -> Mapping[str, Any]:
    ballots = [one for one in reversed(sitting.ballots.get(item.pk, [])) if one.state != OPEN]
    out = sorted(sitting.left(item), key=lambda one: one[0].person_id)
    return {
        "place": item.place,
        "case": item.case.number,
        "title": item.case.title,
        "proposed_fen": item.amount_fen,
        "is_done": item.state == "done",
        "left": [
            [member.person_id, member.person.name, why.reason_zh, why.reason_en, _iso(why.at)] for member, why in out
        ],
        "ballots": [_ballot(one) for one in ballots],
        "dissents": _dissents(sitting, item),
    }


_OF_BALLOT = ("number", "motion", "amount_fen", "state", "counts", "present", "members", "why_void")


def _ballot(ballot: Ballot) -> Mapping[str, Any]:
    return {name: getattr(ballot, name) for name in _OF_BALLOT}


def _dissents(sitting: Sitting, item: Item) -> list[list[Any]]:
    names = {one.person_id: one.person.name for one in sitting.members}
    return [
        [ballot.number, one["person"], names.get(one["person"], ""), one["text"]]
        for ballot in reversed(sitting.ballots.get(item.pk, []))
        for one in ballot.dissented
    ]


def _both(text: Text) -> list[str]:
    return [text.zh, text.en]


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _spans(spans: Sequence[tuple[datetime, datetime | None]]) -> list[list[str]]:
    return [[_iso(since), _iso(until)] for since, until in spans]
