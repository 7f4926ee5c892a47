"""The parts pages are made of. Each is one tag; the gallery page shows them all."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from keguan.components import reader
from keguan.components.facets import FacetBox
from keguan.components.fields import Field, field_id
from keguan.components.lists import Column, Listing, Ticks
from keguan.components.status import Line, Stage, Status, Tab
from keguan.components.templatetags.say import status as status_word
from keguan.components.turning import Turn
from keguan.kernel.bilingual import Text
from keguan.kernel.ids import new_key
from keguan.kernel.problems import Problem

register = template.Library()
_FOUND, _WHEN = Text("所填", "Found"), Text("时间", "Time")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+([+-]\d\d:\d\d|Z)?")
_TICK = Text("选取", "Pick")
_PAGES = Text("翻页", "Pages")


@register.inclusion_tag("components/problem_list.html")
def problem_list(
    problems: Iterable[Problem] | None, title: Text | None = None, *, shown: bool = False
) -> dict[str, Any]:
    """All problems at once, each with the place it lies at, the value found, its source and the way out. The focus goes to
    them, unless they are only shown."""
    return {"problems": list(problems or ()), "title": title, "shown": shown}


@register.filter
def found(problem: Problem) -> Line | None:
    """What was found at the place of a problem. A value without a place is for machines (a duty, a revision), but a time."""
    if isinstance(problem.value, str) and _MOMENT.fullmatch(problem.value):
        at = dt.datetime.fromisoformat(problem.value)
        return Line(_FOUND if problem.where else _WHEN, reader.deadline(at) if at.tzinfo else problem.value)
    return Line(_FOUND, problem.value) if problem.value and problem.where else None


@register.filter
def place(where: str) -> str:
    """The id of the field a problem lies at."""
    return field_id(where)


@register.inclusion_tag("components/field.html")
def field(f: Field) -> dict[str, Any]:
    """One field with its label, hint and errors."""
    return {"f": f}


@register.inclusion_tag("components/control.html")
def control(f: Field) -> dict[str, Any]:
    """Only the control of a field, for cells of a table; its label is for screen readers."""
    return {"f": f}


@register.simple_tag
def form_key(key: str = "") -> SafeString:
    """The hidden idempotency key that makes a double click one act. Give a key to keep one that was sent before."""
    return format_html('<input type="hidden" name="key" value="{}">', key or new_key())


@register.simple_tag
def form_revision(revision: int) -> SafeString:
    """The hidden revision of the thing this page shows; a stale one becomes a 409."""
    return format_html('<input type="hidden" name="revision" value="{}">', revision)


@register.inclusion_tag("components/step_line.html")
def step_line(stages: Sequence[Stage]) -> dict[str, Any]:
    """Where a case stands, from its first step to its last."""
    return {"stages": stages}


@register.inclusion_tag("components/definition_list.html")
def definition_list(lines: Iterable[Line | None]) -> dict[str, Any]:
    """What is known about one thing, line by line. None is left out."""
    return {"lines": [line for line in lines if line is not None]}


@register.filter
def line_value(line: Line) -> str | SafeString:
    """The value of a definition-list line as this reader reads it."""
    value: Any = line.value
    if shown := reader.BY_KIND.get(line.kind):
        return shown(value)
    return status_word(value) if line.kind == "status" else reader.as_written(value)


@register.inclusion_tag("components/tabs.html")
def tabs(items: Sequence[Tab]) -> dict[str, Any]:
    """Tabs as plain links."""
    return {"tabs": items}


@register.inclusion_tag("components/pager.html")
def pager(listing: Listing) -> dict[str, Any]:
    """First, previous and next page of a list, and how much of it one sees."""
    return {"listing": listing}


@register.inclusion_tag("components/turn.html")
def turn(turn: Turn, line: int = 0, named: Text = _PAGES, *, pressed: bool = False) -> dict[str, Any]:
    """Previous and next page of a long table, and where one stands. line: the place above the budget line, 0 for none.

    pressed: within a form, whose buttons `turn:` and the page send along what was typed.
    """
    page = turn.page_of(line) if line else 0
    return {"turn": turn, "named": named, "line_page": page, "line_href": turn.href(page), "pressed": pressed}


@register.inclusion_tag("components/empty_state.html")
def empty_state(said: Text | str, hint: Text | str = "", href: str = "", action: Text | str = "") -> dict[str, Any]:
    """Nothing here, and what one can do about it."""
    return {"said": said, "hint": hint, "href": href, "action": action}


@register.simple_tag
def list_head(listing: Listing, ticks: Ticks | None = None) -> SafeString:
    """The column titles; a sortable one is a link that sorts by it, or turns the order round."""
    tick = format_html('<th scope="col">{}</th>', reader.said(_TICK)) if ticks else ""
    titles = format_html_join("", "{}", ((_head_cell(listing, column),) for column in listing.columns))
    return format_html("{}{}", tick, titles)


def _head_cell(listing: Listing, column: Column) -> SafeString:
    css = _css(column)
    title = reader.said(column.title)
    if not column.sort:
        return format_html('<th scope="col" class="{}">{}</th>', css, title)
    order = {column.key: "ascending", f"-{column.key}": "descending"}.get(listing.sort, "none")
    wanted = f"-{column.key}" if order == "ascending" else column.key
    mark = {"ascending": "▲", "descending": "▼", "none": ""}[order]
    return format_html(
        '<th scope="col" class="{}" aria-sort="{}">'
        '<a href="{}">{}<span class="order" aria-hidden="true">{}</span></a></th>',
        css,
        order,
        listing.query(sort=wanted),
        title,
        mark,
    )


@register.simple_tag
def list_rows(listing: Listing, ticks: Ticks | None = None) -> SafeString:
    """The rows of a list. Written in Python: hundreds of cells through template includes would cost 10 ms a page."""
    return _body(listing.columns, listing.rows, ticks)


def _body(columns: Sequence[Column], rows: Sequence[Any], ticks: Ticks | None = None) -> SafeString:
    writers = [_box(ticks)] if ticks else []
    writers += [_writer(column, is_first=place_ == 0) for place_, column in enumerate(columns)]
    lines = ("".join([write(row) for write in writers]) for row in rows)
    return mark_safe("".join([f"<tr>{line}</tr>" for line in lines]))  # noqa: S308 - each writer escapes


def _box(ticks: Ticks) -> Callable[[Any], str]:
    """Writes the box before a row."""
    said = escape(reader.said(_TICK))

    def write(row: Any) -> str:
        value = escape(ticks.value(row))
        return f'<td data-title="{said}"><input type="checkbox" name="row" value="{value}" aria-label="{said} {value}"></td>'

    return write


def _css(column: Column) -> str:
    return "num" if column.is_numeric else f"k-{column.kind}{' whole' if column.is_short else ''}"


def _writer(column: Column, *, is_first: bool) -> Callable[[Any], str]:
    """Writes the cells of one column. All that is the same in each row is made once, here."""
    # Each cell carries its title, which a narrow screen shows in front of the value.
    title = escape(reader.said(column.title))
    opening, closing = f'<td class="{_css(column)}" data-title="{title}">', "</td>"
    if is_first:
        opening, closing = f'<th scope="row" class="{_css(column)}">', "</th>"
    words: dict[Any, str] = {}

    def shown(row: Any) -> str:
        if column.kind == "text":
            value = column.value(row)
            return reader.as_written(value.text if isinstance(value, Status) else value)
        if column.kind != "status":
            return escape(column.shown(row))
        state = column.value(row)
        if state not in words:
            words[state] = status_word(state)
        return words[state]

    def write(row: Any) -> str:
        href = column.link(row) if column.link else ""
        if href:
            return f'{opening}<a href="{escape(href)}">{shown(row) or "—"}</a>{closing}'
        return f"{opening}{shown(row)}{closing}"

    return write


@register.simple_tag
def plain_table(columns: Sequence[Column], rows: Sequence[Any]) -> SafeString:
    """A short table inside a page, from the same columns as a list; no sorting, no pages."""
    head = format_html_join(
        "", '<th scope="col" class="{}">{}</th>', ((_css(column), reader.said(column.title)) for column in columns)
    )
    return format_html(
        '<div class="table-wrap"><table class="rows"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>',
        head,
        _body(columns, rows),
    )


@register.simple_tag
def facet_options(box: FacetBox[Any]) -> SafeString:
    """The values of a facet as options, each with how many it would leave."""
    return format_html_join(
        "",
        '<option value="{}"{}>{} ({})</option>',
        (
            (choice.value, mark_safe(" selected" if choice.value == box.value else ""), reader.said(choice.text), count)  # noqa: S308 - a literal
            for choice, count in box.counted
        ),
    )


class Block(template.Node):
    """A part with content: `{% card … %}…{% endcard %}`."""

    def __init__(self, template_name: str, values: dict[str, FilterExpression], inside: NodeList) -> None:
        self.template_name, self.values, self.nodelist = template_name, values, inside

    def render(self, context: template.Context) -> SafeString:
        engine = context.template.engine  # type: ignore[union-attr]
        values = {key: value.resolve(context) for key, value in self.values.items()}
        with context.push(**{"title": "", "tone": "info", "id": "", **values}, inside=self.nodelist.render(context)):
            return engine.get_template(self.template_name).render(context)


def _block(parser: Parser, token: Token, name: str) -> Block:
    bits = token.split_contents()[1:]
    values = token_kwargs(bits, parser)
    if bits:
        raise template.TemplateSyntaxError(f"{name} takes name=value only, not {bits}")
    inside = parser.parse((f"end{name}",))
    parser.delete_first_token()
    return Block(f"components/{name}.html", values, inside)


@register.tag
def card(parser: Parser, token: Token) -> Block:
    """`{% card title=text id="…" %}…{% endcard %}`: a framed part of a page with a heading."""
    return _block(parser, token, "card")


@register.tag
def banner(parser: Parser, token: Token) -> Block:
    """`{% banner tone="warn" title=text %}…{% endbanner %}`: something the reader must not miss."""
    return _block(parser, token, "banner")
