"""What becomes of sanctions when the organisation that they stand against goes into another."""

from __future__ import annotations

from keguan.registers.integrity.models import Sanction
from keguan.registers.organisations.merging import Passing, passes_on


@passes_on("sanctions")
def sanctions_pass(passing: Passing) -> None:
    """Nobody gets rid of a sanction by merging: those in force bind the successor."""
    passing.point(Sanction.objects.filter(status="active"), "organisation")
