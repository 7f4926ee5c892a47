"""What becomes of projects when their host goes into another organisation."""

from __future__ import annotations

from keguan.registers.organisations.merging import Passing, passes_on
from keguan.registers.projects.models import Project


@passes_on("projects")
def projects_pass(passing: Passing) -> None:
    """Running projects go on at the successor; finished ones were done by whom they were done."""
    passing.point(Project.objects.filter(status="running"), "host")
