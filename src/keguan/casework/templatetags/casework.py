"""Words of casework on pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import template

from keguan.components import reader
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.duration import counted

register = template.Library()

_OVER = Text("已到期", "time is up")
_STILL = Text("还有 {left}", "{left} left")
_BOTH = Text("{longer} {shorter}", "{longer} {shorter}")


@register.filter
def time_left(until: datetime | None) -> str:
    """How long it still is: days and hours, hours and minutes, or minutes; or that time is up."""
    return reader.said(left(until)) if until is not None else ""


@register.filter
def still_left(until: datetime | None) -> str:
    """The same as a clause: 还有 3 天 2 小时, or 已到期."""
    if until is None:
        return ""
    rest = left(until)
    return reader.said(rest if rest is _OVER else _STILL.filled(left=rest))


def left(until: datetime) -> Text:
    """The same as a Text."""
    rest = until - clock.now()
    if rest <= timedelta(0):
        return _OVER
    minutes = int(rest.total_seconds()) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return _BOTH.filled(longer=counted(days, "days"), shorter=counted(hours, "hours"))
    minute = counted(minutes, "minutes")
    return _BOTH.filled(longer=counted(hours, "hours"), shorter=minute) if hours else minute


@register.filter
def get(values: Mapping[str, Any], key: object) -> Any:
    """One value of a mapping."""
    return values.get(str(key), "")
