"""How values look to the reader of this request: language, Beijing time, 万元."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import Any

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import override

from keguan.kernel.bilingual import Language, Text
from keguan.kernel.clock import BEIJING, aware, local_date
from keguan.kernel.money import Money

# Asked hundreds of times for one page: Django's own name of the language takes a hundred times as long to find.
_LANGUAGE: ContextVar[Language] = ContextVar("language", default="zh")
_DJANGO_NAMES: dict[Language, str] = {"zh": "zh-hans", "en": "en"}
_CHINESE = re.compile("[\u3400-\u9fff]")
_YES, _NO = Text("是", "yes"), Text("否", "no")


def language() -> Language:
    """The language of this reader: Chinese unless they chose English."""
    return _LANGUAGE.get()


@contextmanager
def reading_in(chosen: str) -> Iterator[None]:
    """Whatever is said within is said in this language ("zh" or "en"), by us and by the libraries."""
    read: Language = "en" if chosen == "en" else "zh"
    before = _LANGUAGE.set(read)
    try:
        with override(_DJANGO_NAMES[read]):
            yield
    finally:
        _LANGUAGE.reset(before)


def said(value: Any) -> str:
    """Any value as this reader reads it: Text in their language, moments in Beijing time, yes and no in words."""
    if isinstance(value, str):
        return value
    if isinstance(value, Text):
        return value.en if language() == "en" else value.zh
    if value is None:
        return ""
    if isinstance(value, bool):
        return said(_YES if value else _NO)
    if isinstance(value, dt.datetime):
        return moment(value)
    if isinstance(value, (list, tuple)):
        return ("、" if language() == "zh" else ", ").join(said(part) for part in value)
    return str(value)


def as_written(value: Any) -> SafeString:
    """A value as HTML. What people wrote, and names, stand in the language they have: among English, Chinese is marked
    as Chinese, so that voices and fonts take it for what it is. Our own words are never marked: they are to be translated."""
    if isinstance(value, (list, tuple)):
        return format_html_join("、" if language() == "zh" else ", ", "{}", ((as_written(part),) for part in value))
    text = conditional_escape(said(value))
    return format_html('<span lang="zh-Hans">{}</span>', text) if is_foreign(value) else text


def is_foreign(value: Any) -> bool:
    """Whether this is Chinese among English: written by people, or the same in both languages, as names are."""
    if isinstance(value, Text):
        value = value.en if value.en == value.zh else ""
    return isinstance(value, str) and language() == "en" and is_chinese(value)


def is_chinese(text: str) -> bool:
    """Whether there is any Chinese in it."""
    return _CHINESE.search(text) is not None


def moment(value: dt.datetime | None) -> str:
    """A point in time by Beijing clocks, to the minute: 2026-11-22 17:55. A naive time is a bug and raises."""
    if value is None:
        return ""
    return aware(value).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def deadline(value: dt.datetime | None) -> str:
    """The end of a time, to the minute. What ends with a day ends at its 24:00, as people say and notices print it."""
    if value is not None and aware(value).astimezone(BEIJING).time() == dt.time(0):
        return f"{day(value - dt.timedelta(days=1))} 24:00"
    return moment(value)


def day(value: dt.date | dt.datetime | None) -> str:
    """A calendar day in Beijing: 2026-11-22."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        value = local_date(value)
    return value.isoformat()


def in_wan(fen: int) -> Decimal:
    """Fen as 万元, exact."""
    return Decimal(fen).scaleb(-6)


def grouped(number: Decimal | int) -> str:
    """A number with thousands separators and without trailing zeros: 1,234.5."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(fen: int | Money | None) -> str:
    """An amount in fen as people write it: 12.5 万元, in English CNY 125,000."""
    if fen is None:
        return ""
    amount = fen.fen if isinstance(fen, Money) else int(fen)
    # Hundreds of amounts stand on a page: written in the one language.
    if language() == "en":
        return "CNY " + f"{Decimal(amount).scaleb(-2):,.2f}".removesuffix(".00")
    return f"{grouped(in_wan(amount))} 万元"


def about(fen: int) -> int:
    """An amount in fen to the hundred yuan (0.01 万元), as sums over many cases are told."""
    return round(fen, -4)


def number(value: Decimal | int | float | None) -> str:
    """A number with thousands separators."""
    if value is None:
        return ""
    return grouped(Decimal(str(value)) if isinstance(value, float) else value)


def code(value: str) -> SafeString:
    """What is typed into a machine as it stands."""
    return format_html("<code>{}</code>", value)


BY_KIND: dict[str, Callable[[Any], str]] = {
    "money": money,
    "number": number,
    "day": day,
    "moment": moment,
    "deadline": deadline,
    "code": code,
}
"""The kinds of value, in lists and in parts of pages, that are more than words, and how each is shown."""
