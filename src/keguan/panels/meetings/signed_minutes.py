"""Minutes signed in the system: what was done in a meeting as plain values, their digest, and who signed it.

A signature is the trace of an account that proved again who it is; see `casework.resolutions.NOT_QUALIFIED`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from keguan.engine.moves import refuse
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import digest
from keguan.kernel.problems import Refusal
from keguan.panels.meetings.deeds import NOT_MEMBER, Said, deed, note
from keguan.panels.meetings.models import OPEN, Item, MinutesSignature
from keguan.panels.meetings.rights import is_secretary
from keguan.panels.meetings.sittings import Sitting

_CHANGED = refuse(
    "minutes.changed",
    Text("记录与您打开页面时不同。", "The minutes are not those that the page showed."),
    value="",
    fix=Text("请重新阅读后再签署。", "Read them again, then sign."),
)
_NOT_OVER = refuse("minutes.open", Text("会议结束后才能签署记录。", "Minutes are signed once the meeting is over."))


def content_of(sitting: Sitting) -> Mapping[str, Any]:
    """All that the minutes say, in no language of their own: who was there when, who left for what, what was counted or broken off, and
    each dissent in its member's words."""
    meeting = sitting.meeting
    return {
        "meeting": meeting.pk,
        "round": meeting.round.code,
        "step": meeting.step,
        "number": meeting.number,
        "place": meeting.place,
        "opened": _iso(meeting.opened_at),
        "closed": _iso(meeting.closed_at),
        "adjourned": _spans(meeting.breaks),
        "members": [[one.person_id, one.person.name, _spans(one.stays)] for one in sitting.members],
        "items": [_item(sitting, one) for one in sitting.items],
    }


def _item(sitting: Sitting, item: Item) -> Mapping[str, Any]:
    ballots = [one for one in reversed(sitting.ballots.get(item.pk, [])) if one.state != OPEN]
    return {
        "case": item.case.number,
        "title": item.case.title,
        "left": sorted([member.person_id, why.reason_zh] for member, why in sitting.left(item)),
        "ballots": [
            [one.number, one.motion, one.amount_fen, one.counts, one.present, one.members, one.why_void]
            for one in ballots
        ],
        "dissents": [[one.person, one.text] for ballot in ballots for one in ballot.dissents.all()],
    }


def _iso(moment: Any) -> str:
    return moment.isoformat() if moment else ""


def _spans(spans: Sequence[tuple[datetime, datetime | None]]) -> list[list[str]]:
    return [[_iso(since), _iso(until)] for since, until in spans]


def digest_of(sitting: Sitting) -> str:
    """The SHA-256 of what the minutes say."""
    return digest(content_of(sitting))


def signs(sitting: Sitting, actor: Actor) -> bool:
    """Whether the minutes are this actor's to sign: they came as a member, or kept them as the secretary."""
    member = sitting.member(actor.person)
    return (member is not None and bool(member.came)) or is_secretary(actor, sitting.meeting)


def sign(pk: int, seen: str, actor: Actor, request_id: str = "") -> Said:
    """Sign the minutes of a meeting that is over, as the page showed them. A dissent that is recorded afterwards changes them,
    and whoever signed before signs anew. The caller has made sure that it is really them. seen: the digest on the page."""

    def do(sitting: Sitting) -> Refusal | None:
        if not signs(sitting, actor):
            return NOT_MEMBER
        if sitting.meeting.state != "closed":
            return _NOT_OVER
        mark = digest_of(sitting)
        if seen != mark:
            return _CHANGED
        MinutesSignature.objects.update_or_create(
            meeting=sitting.meeting, person=actor.person or 0, defaults={"digest": mark, "at": clock.now()}
        )
        note(sitting, "meeting:minutes:signed", actor, n=sitting.meeting.number, digest=mark)
        return None

    return deed(pk, actor, request_id, do)
