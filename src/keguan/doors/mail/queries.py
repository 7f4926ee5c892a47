"""What became of one's notices."""

from __future__ import annotations

from datetime import timedelta

from keguan.doors.mail.models import Delivery
from keguan.kernel import clock
from keguan.kernel.actors import Actor

LATELY = timedelta(days=30)


def failed_lately(actor: Actor) -> list[Delivery]:
    """The notices to this person that could not be sent of late, or of which nobody knows; newest first, a few."""
    if actor.person is None:
        return []
    lost = Delivery.objects.filter(person=actor.person, state__in=["given_up", "unknown"])
    return list(lost.filter(changed_at__gt=clock.now() - LATELY).select_related("message").order_by("-pk")[:10])
