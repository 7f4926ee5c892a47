"""Words and values on pages: both languages side by side, money in 万元, Beijing time."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from keguan.components import reader
from keguan.components.status import Status
from keguan.kernel.bilingual import Text

register = template.Library()


class Say(template.Node):
    """Two literals; the one for this reader is written out, with its {places} filled."""

    def __init__(self, zh: str, en: str, values: dict[str, FilterExpression], name: str) -> None:
        self.zh, self.en = mark_safe(zh), mark_safe(en)  # noqa: S308 - our own literals
        self.values, self.name = values, name

    def render(self, context: template.Context) -> SafeString:
        said = self.en if reader.language() == "en" else self.zh
        if self.values:
            filled = {key: conditional_escape(_shown(value.resolve(context))) for key, value in self.values.items()}
            said = mark_safe(said.format_map(filled))  # noqa: S308 - the same, with escaped values
        if self.name:
            context[self.name] = said
            return SafeString()
        return said


def _shown(value: Any) -> Any:
    return value if isinstance(value, SafeString) else reader.said(value)


@register.tag
def say(parser: Parser, token: Token) -> Say:
    """`{% say "中文" "English" %}`, with `{place}` filled by `place=value`; `as name` keeps it for later.

    The literals are ours and are written as they stand (they may hold markup); values are escaped.
    """
    bits = token.split_contents()[1:]
    name = ""
    if len(bits) > 3 and bits[-2] == "as":
        name, bits = bits[-1], bits[:-2]
    if len(bits) < 2 or any(bit[0] not in "\"'" or bit[-1] != bit[0] for bit in bits[:2]):
        raise template.TemplateSyntaxError('say needs two quoted texts: {% say "中文" "English" %}')
    rest = bits[2:]
    values = token_kwargs(rest, parser)
    if rest:
        raise template.TemplateSyntaxError(f"say does not understand {rest}")
    return Say(bits[0][1:-1], bits[1][1:-1], values, name)


@register.filter
def said(value: Any) -> str:
    """A Text (or any value) as this reader reads it."""
    return reader.said(value)


@register.filter
def as_written(value: Any) -> SafeString:
    """A name, or what somebody wrote, marked with its language where that is not the page's. For text, not attributes."""
    return reader.as_written(value)


@register.filter
def lang_of(value: Any) -> SafeString:
    """The lang attribute where `as_written` would mark, for an option, which holds no marks."""
    return mark_safe(' lang="zh-Hans"' if reader.is_foreign(value) else "")  # noqa: S308 - our own literal


@register.filter
def english_of(value: Text) -> SafeString:
    """The lang attribute for a text that is the same in both languages and has no Chinese: what programmers read."""
    is_english = value.en == value.zh and not reader.is_chinese(value.en)
    return mark_safe(' lang="en"' if is_english else "")  # noqa: S308 - our own literal


@register.filter
def money(fen: int | None) -> str:
    """Fen as 12.5 万元."""
    return reader.money(fen)


@register.filter
def money_about(fen: int) -> str:
    """A sum over many cases, in fen, to the hundred yuan."""
    return reader.money(reader.about(fen))


@register.filter
def number(value: Any) -> str:
    """A number with thousands separators."""
    return reader.number(value)


@register.filter
def moment(value: Any) -> str:
    """A point in time in Beijing: 2026-11-22 17:55."""
    return reader.moment(value)


@register.filter
def deadline(value: Any) -> str:
    """The end of a time in Beijing: 2026-11-22 17:55, and 24:00 where it ends with the day."""
    return reader.deadline(value)


@register.filter
def day(value: Any) -> str:
    """A calendar day in Beijing: 2026-11-22."""
    return reader.day(value)


@register.filter
def status(value: Status | Text | str | None) -> SafeString:
    """A state as a small coloured word."""
    if value is None or value == "":
        return SafeString()
    tone = value.tone if isinstance(value, Status) else "neutral"
    text = value.text if isinstance(value, Status) else value
    return format_html('<span class="status status-{}">{}</span>', tone, reader.said(text))


@register.simple_tag
def page_language() -> str:
    """The language of the page for the lang attribute: zh-Hans or en."""
    return "en" if reader.language() == "en" else "zh-Hans"
