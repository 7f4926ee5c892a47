"""Times of day as they are typed: a day and an hour of Beijing."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from keguan.components.deeds import Given
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING
from keguan.kernel.names import halfwidth
from keguan.kernel.problems import Problem


def moment_in(given: Given, day: date | None, name: str) -> datetime | None:
    """The moment that `09:00` in the field `name` means on that day; None without a day. Problem `typed.time`."""
    typed = halfwidth(given.text(name), punctuation=True).replace("：", ":").replace(" ", "")
    found = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", typed)
    if found is None:
        said = Text("请写成 09:00 这样的时间。", "Write a time such as 09:00.")
        given.problems.append(Problem("typed.time", said, name, typed[:20]))
        return None
    return None if day is None else datetime.combine(day, time(int(found[1]), int(found[2])), BEIJING)
