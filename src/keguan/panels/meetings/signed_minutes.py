"""Minutes signed in the system: who signed what they said, by its digest.

A signature is the trace of an account that proved again who it is; see `casework.resolutions.NOT_QUALIFIED`.
"""

from __future__ import annotations

from django.db.models import OuterRef, Subquery

from keguan.engine.moves import refuse
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Refusal
from keguan.panels.meetings.deeds import NOT_MEMBER, Said, deed, note
from keguan.panels.meetings.minutes_content import digest_of
from keguan.panels.meetings.models import MinutesSignature
from keguan.panels.meetings.rights import is_secretary
from keguan.panels.meetings.sittings import Sitting
from keguan.registers.parties.models import Person

_CHANGED = refuse(
    "minutes.changed",
    Text("记录与您打开页面时不同。", "The minutes are not those that the page showed."),
    value="",
    fix=Text("请重新阅读后再签署。", "Read them again, then sign."),
)
_NOT_OVER = refuse("minutes.open", Text("会议结束后才能签署记录。", "Minutes are signed once the meeting is over."))


def signs(sitting: Sitting, actor: Actor) -> bool:
    """Whether the minutes are this actor's to sign: they came as a member, or kept them as the secretary."""
    member = sitting.member(actor.person)
    return (member is not None and bool(member.came)) or is_secretary(actor, sitting.meeting)


def signatures(sitting: Sitting) -> list[tuple[str, MinutesSignature]]:
    """Who signed the minutes, by name, in the order in which they did."""
    name = Person.objects.filter(pk=OuterRef("person")).values("name")
    signed = MinutesSignature.objects.filter(meeting=sitting.meeting).annotate(name=Subquery(name))
    return [(one.name or "", one) for one in signed.order_by("at", "pk")]


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
