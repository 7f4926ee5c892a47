"""The working-day calendar of this installation: the package's years and those declared in parameters/workdays.yaml."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from keguan.kernel.workdays import Workdays
from keguan.language.parameters import read_workdays


@lru_cache(maxsize=1)
def workdays() -> Workdays:
    """The calendar that deadlines are computed by. Read once per process."""
    return read_workdays(settings.PARAMETERS / "workdays.yaml")
