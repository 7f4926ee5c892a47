"""What was typed into a form, kept exactly as it was typed: reading a post, the buttons of tables, and back again.

A draft holds one raw value by field: a text, several texts, rows, ids of files. A person or organisation is the id that was
chosen, or the text that was typed and not chosen yet (`?` in front where it would look like an id).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from django.http import QueryDict

from keguan.engine.state import Values
from keguan.kernel.bilingual import Text
from keguan.kernel.money import UNITS, Money
from keguan.kernel.names import halfwidth
from keguan.kernel.problems import Problem
from keguan.language.schema import Column, Field, Form

SEARCH = "?q"
FILES = "?file"
LARGE = "?large"
PASTE = "?paste"
INSTEAD = "instead"
WHO = ("person", "organisation")
MOST_ROWS = 500
_PLACE = re.compile(r"([a-z0-9_]+)\.([a-z0-9_]+)(?:\[([0-9]{1,3})\](?:\.([a-z0-9_]+))?)?")


@dataclass(frozen=True, slots=True)
class Shown:
    """A question as the page showed it. seen: the revision of its draft, None where the page as a whole says it; print: a
    short digest of what stood in its inputs, "" where the page does not say."""

    seen: int | None = None
    print: str = ""


_SHOWN = re.compile(r"([a-z0-9_.]+)(?:@([0-9]{1,9})~([0-9a-f]{8}))?")


def mark(field: Field, name: str, raw: Any, seen: int) -> str:
    """What a question carries along, for `shown_in` to read when it comes back."""
    return f"{name}@{seen}~{_print(field, name, raw)}"


def shown_in(post: QueryDict) -> dict[str, Shown]:
    """The questions that a page showed, by name."""
    found = [match for one in post.getlist("shown") if (match := _SHOWN.fullmatch(one))]
    return {one[1]: Shown(int(one[2]) if one[2] else None, one[3] or "") for one in found}


def untouched(form: Form, values: Values, shown: Mapping[str, Shown]) -> frozenset[str]:
    """The fields that came back just as they were shown, or were not shown at all."""
    same = set(values.keys())
    for field in form.fields:
        name = f"{form.form}.{field.field}"
        there = shown.get(name)
        if there is not None and field.field in same and there.print != _print(field, name, values[field.field]):
            same.discard(field.field)
    return frozenset(same)


def _print(field: Field, name: str, raw: Any) -> str:
    return f"{crc32(repr(list(_inputs(field, name, raw))).encode()):08x}"


def typed_values(form: Form, post: QueryDict, before: Values) -> dict[str, Any]:
    """Everything that was typed. before: the draft so far, which keeps the answers to questions not shown this time."""
    shown = shown_in(post).keys()
    values: dict[str, Any] = {}
    for field in form.fields:
        name = f"{form.form}.{field.field}"
        if field.computed:
            continue
        if name in shown:
            values[field.field] = _typed(field, name, post)
        elif field.field in before:
            values[field.field] = before[field.field]
    return values


def _typed(field: Field | Column, name: str, post: QueryDict) -> Any:
    match field.type:
        case "choices":
            return [_clean(one) for one in post.getlist(name)]
        case "file":
            return [int(one) for one in post.getlist(name) if re.fullmatch("[0-9]{1,18}", one)]
        case "table" if isinstance(field, Field):
            return _rows(field, name, post)
        case "person" | "organisation":
            return _who(name, post)
        case _:
            return _clean(post.get(name, ""))


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\x00", "")


def _who(name: str, post: QueryDict) -> str:
    searched = _clean(post.get(name + SEARCH, "")).strip()
    if not searched:
        return _clean(post.get(name, "")).strip()
    return f"?{searched}" if searched.isdigit() else searched


def searched_text(raw: Any) -> str:
    """The text that was typed to find somebody; "" where somebody is chosen, or nothing typed."""
    return raw.removeprefix("?") if isinstance(raw, str) and not raw.isdecimal() else ""


def chosen_id(raw: Any) -> int | None:
    """The id that was chosen, None where nobody is."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        return raw
    return int(raw) if isinstance(raw, str) and re.fullmatch("[0-9]{1,18}", raw) else None


def _rows(field: Field, name: str, post: QueryDict) -> list[dict[str, Any]]:
    pattern = re.compile(re.escape(name) + r"\[([0-9]{1,3})\]")
    numbers = sorted({int(found[1]) for key in post if (found := pattern.match(key))})
    return [
        {str(one.column): _typed(one, f"{name}[{number}].{one.column}", post) for one in field.columns}
        for number in numbers[:MOST_ROWS]
    ]


def pressed(form: Form, values: dict[str, Any], button: str) -> str:
    """Do what a button of the form says (`add:`, `remove:`, `choose:`, `clear:`, `drop:`, `up:`, `down:`) to the values; those that are done
    elsewhere (`paste:`, `find:`, `fill:`, `replace:`, `waive:`) only have their place.

    Returns the place to go back to, "" for an unknown button, which does nothing.
    """
    verb, _, rest = button.partition(":")
    place, _, given = rest.partition(":")
    found = _PLACE.fullmatch(place)
    field = next((one for one in form.fields if found and found[1] == form.form and found[2] == one.field), None)
    if found is None or field is None:
        return ""
    row = int(found[3]) - 1 if found[3] else None
    match verb:
        case "add" if field.type == "table":
            values[field.field] = [*_list(values.get(field.field)), {}]
            return place
        case "remove" if row is not None:
            values[field.field] = [one for at, one in enumerate(_list(values.get(field.field))) if at != row]
            return f"{form.form}.{field.field}"
        case "drop" if given.isdecimal():
            values[field.field] = [one for one in _list(values.get(field.field)) if str(one) != given]
            return place
        case "up" | "down" if given.isdecimal():
            values[field.field] = _moved(_list(values.get(field.field)), given, -1 if verb == "up" else 1)
            return place
        case "paste" if field.type == "table":
            return place
        case "waive" if field.type == "file":
            return place
        case "choose" | "clear" | "find" | "fill" | "replace":
            if verb in ("choose", "clear"):
                _put(values, field, row, found[4], given if verb == "choose" and given.isdecimal() else "")
            return place
    return ""


def _moved(items: list[Any], given: str, by: int) -> list[Any]:
    """The list with one of its items a place further up or down; as it was where there is no further."""
    at = next((place for place, one in enumerate(items) if str(one) == given), None)
    if at is None or not 0 <= at + by < len(items):
        return items
    moved = list(items)
    moved[at], moved[at + by] = moved[at + by], moved[at]
    return moved


def pasted(form: Form, values: dict[str, Any], post: QueryDict, button: str) -> tuple[Problem, ...]:
    """Put the lines that were pasted beside a table under its rows, or in their place (`paste:…:instead`); what is too much
    is refused and nothing is put in, and where nothing is pasted nothing is replaced.

    The columns come in the order of the form; a first line that names most of them is left out. A choice may be pasted by its name.
    """
    verb, _, rest = button.partition(":")
    where, _, way = rest.partition(":")
    field = next((one for one in form.fields if f"{form.form}.{one.field}" == where and one.type == "table"), None)
    if verb != "paste" or field is None:
        return ()
    text = _clean(post.get(where + PASTE, ""))
    try:
        lines = list(_lines(text))
    except csv.Error:  # a cell beyond all bounds, as where a quotation mark is opened and never closed
        said = Text("粘贴的内容无法按行列读取。", "What was pasted cannot be read as rows and columns.")
        fix = Text(
            '请检查有没有不成对的英文引号（"），或分次粘贴；粘贴的内容仍在框中。',
            'Look for a quotation mark (") without its partner, or paste in parts; what you pasted is still in the box.',
        )
        return (Problem("table.unreadable", said, where, fix=fix),)
    if lines and _is_head(field, lines[0][1]):
        lines = lines[1:]
    if not lines:
        said = Text("框中没有粘贴内容，表格没有改动。", "Nothing is pasted in the box; the table stays as it is.")
        fix = Text("请先把各行粘贴到框中。", "Paste the rows into the box first.")
        return (Problem("table.nothing_pasted", said, where, fix=fix),)
    rows = [dict(row) for row in _list(values.get(field.field)) if isinstance(row, Mapping) and any(row.values())]
    if problem := _too_many(field, where, [] if way == INSTEAD else rows, len(lines)):
        return (problem,)
    wide = next((n for n, line in lines if any(line[len(field.columns) :])), 0)
    if wide:
        said = Text("第 {n} 行多于 {columns} 列。", "Line {n} has more than {columns} columns.")
        fix = Text(
            "请按表格的列复制；粘贴的内容仍在框中。",
            "Copy the columns of the table; what you pasted is still in the box.",
        )
        return (Problem("table.too_wide", said.filled(n=wide, columns=len(field.columns)), where, fix=fix),)
    values[field.field] = ([] if way == INSTEAD else rows) + [_row_of(field, line) for _, line in lines]
    return ()


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that hold anything, each with its number as it was pasted: a quoted cell may run over several."""
    read, before = csv.reader(io.StringIO(text), delimiter="\t"), 0
    for line in read:
        if any(cell.strip() for cell in line):
            yield before + 1, line
        before = read.line_num


def _too_many(field: Field, where: str, rows: list[Any], lines: int) -> Problem | None:
    """What is said where the pasted lines do not fit under these rows."""
    most = min(field.most or MOST_ROWS, MOST_ROWS)
    if len(rows) + lines <= most:
        return None
    if rows:
        said = Text(
            "表格最多 {most} 行，现有 {rows} 行，粘贴的有 {lines} 行。",
            "The table takes {most} rows; it has {rows}, and {lines} were pasted.",
        )
    else:
        said = Text(
            "表格最多 {most} 行，粘贴的有 {lines} 行。", "The table takes {most} rows, and {lines} were pasted."
        )
    if rows and lines <= most:
        fix = Text(
            "要用粘贴的换掉现有各行，请按“替换现有各行”；粘贴的内容仍在框中。",
            "To put them in the place of the rows there are, press “Replace the rows”; what you pasted is still in the box.",
        )
    else:
        fix = Text("请精简后再粘贴；粘贴的内容仍在框中。", "Paste fewer; what you pasted is still in the box.")
    filled = said.filled(most=most, rows=len(rows), lines=lines)
    return Problem("table.too_many", filled, where, str(lines), fix=fix)


def _is_head(field: Field, line: list[str]) -> bool:
    """Whether most of its cells name the column they stand in. In another order they name nothing that may be left out: what
    follows would stand in the wrong columns unseen."""
    named = sum(
        _label(cell) in {_label(one.title.zh), _label(one.title.en)}
        for one, cell in zip(field.columns, line, strict=False)
        if cell.strip()
    )
    return 2 * named > sum(bool(cell.strip()) for cell in line)


def _label(text: str) -> str:
    """What a column is called: no case, no spaces, no mark of what must be filled in, no unit in brackets behind it."""
    return re.sub(r"[\s*:]|(?<=.)\([^()]*\)\W*$", "", halfwidth(text, punctuation=True)).casefold()


def _row_of(field: Field, line: list[str]) -> dict[str, Any]:
    return {str(one.column): _chosen_by_name(one, cell.strip()) for one, cell in zip(field.columns, line, strict=False)}


def _chosen_by_name(one: Column, cell: str) -> str:
    """A choice is kept by its value; somebody typed by name is searched for, also where the name is a number."""
    if one.type in WHO:
        return f"?{cell}" if cell.isdigit() else cell
    named = {choice.title.zh: choice.value for choice in one.choices} | {
        choice.title.en: choice.value for choice in one.choices
    }
    return str(named.get(cell, cell))


def _put(values: dict[str, Any], field: Field, row: int | None, column: str | None, raw: str) -> None:
    if row is None:
        values[field.field] = raw
        return
    rows = [dict(one) for one in _list(values.get(field.field)) if isinstance(one, Mapping)]
    if column and row < len(rows):
        rows[row][column] = raw
        values[field.field] = rows


def _list(raw: Any) -> list[Any]:
    return list(raw) if isinstance(raw, list | tuple) else []


def as_typed(field: Field | Column, raw: Any) -> str:
    """A simple value as it stands in its input: money in the field's unit, yes and no in words, ids as digits."""
    if raw is None or isinstance(raw, list | dict):
        return ""
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if field.type == "money" and isinstance(raw, int):
        return Money(raw).in_yuan() if UNITS.get(money_unit(field)) == UNITS["元"] else Money(raw).in_wan()
    return str(raw)


def money_unit(field: Field | Column) -> str:
    """The unit in which the amounts of a field are typed."""
    return field.unit.zh if isinstance(field, Field) and field.unit and field.unit.zh in UNITS else "万元"


def as_inputs(form: Form, values: Values) -> Iterator[tuple[str, str]]:
    """The values as names and values of hidden inputs, which `typed_values` reads back."""
    for field in form.fields:
        if field.computed or field.field not in values:
            continue
        name, raw = f"{form.form}.{field.field}", values[field.field]
        yield "shown", name
        yield from _inputs(field, name, raw)


def _inputs(field: Field | Column, name: str, raw: Any) -> Iterator[tuple[str, str]]:
    if field.type in ("choices", "file"):
        yield from ((name, str(one)) for one in _list(raw))
    elif isinstance(field, Field) and field.type == "table":
        for number, row in enumerate(_list(raw), start=1):
            yield f"{name}[{number}]", "row"
            for column in field.columns if isinstance(row, Mapping) else ():
                yield from _inputs(column, f"{name}[{number}].{column.column}", row.get(str(column.column)))
    elif field.type in WHO:
        text = searched_text(raw)
        yield (name + SEARCH, text) if text else (name, as_typed(field, raw))
    else:
        yield name, as_typed(field, raw)
