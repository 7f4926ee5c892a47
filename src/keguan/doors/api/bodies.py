"""What becomes of webhooks when the organisation whose cases they tell of goes into another."""

from __future__ import annotations

from keguan.doors.api.models import Webhook
from keguan.registers.organisations.merging import Passing, passes_on


@passes_on("webhooks")
def webhooks_pass(passing: Passing) -> None:
    """They go on for the successor's cases, as far as who keeps them may see these."""
    passing.point(Webhook.objects.filter(ended_at=None), "organisation")
