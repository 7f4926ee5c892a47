"""Who plans a meeting, who sits in it, who may look on."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from keguan.components.access import Right, holding
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.panels.meetings.models import Meeting

WATCHES = ("officer", "supervision")
SEES_MEETINGS: Right = holding(Text("查看会议", "see meetings"), "officer", "committee", "supervision")
KEEPS_OUT: Right = holding(Text("声明或登记回避", "declare or record a recusal"), "officer", "committee")
PLANS_MEETINGS: Right = holding(Text("安排会议", "plan meetings"), "officer")


def is_secretary(actor: Actor, meeting: Meeting) -> bool:
    """Whether the actor runs the meeting's paper: an officer of its programme."""
    return actor.holds("officer", programme=meeting.round.programme.code)


def can_see(actor: Actor, meeting: Meeting) -> bool:
    """Whether the actor sits in the meeting, runs it, or watches its programme."""
    watches = any(actor.holds(role, programme=meeting.round.programme.code) for role in WATCHES)
    return watches or any(one.person_id == actor.person for one in meeting.members.all())


def visible_to(actor: Actor) -> QuerySet[Meeting]:
    """The meetings of which `can_see` is true."""
    held = [duty for duty in actor.duties if duty.role in WATCHES]
    mine = Q(members__person=actor.person or 0)
    if any(not duty.programme for duty in held):
        return Meeting.objects.all()
    codes = sorted({duty.programme for duty in held})
    return Meeting.objects.filter(Q(round__programme__code__in=codes) | mine).distinct()
