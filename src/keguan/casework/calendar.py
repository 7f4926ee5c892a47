"""The working-day calendar of this installation: the package's years, and those declared as parameters."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from keguan.kernel.problems import Refusal, Refused
from keguan.kernel.workdays import Workdays
from keguan.language.workdays import load_workdays


@lru_cache(maxsize=1)
def workdays() -> Workdays:
    """The calendar that deadlines are computed by. Read once per process. Raises Refused for an unreadable file."""
    found = load_workdays(settings.WORKDAYS)
    if isinstance(found, Workdays):
        return found
    raise Refused(Refusal(found))
