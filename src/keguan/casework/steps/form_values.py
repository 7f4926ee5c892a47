"""What was typed into a form, kept exactly as it was typed: reading a post, the buttons of tables, and back again.

A draft holds one raw value by field: a text, several texts, rows, ids of files. A person or organisation is the id that was
chosen, or the text that was typed and not chosen yet (`?` in front where it would look like an id).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.http import QueryDict

from keguan.engine.state import Values
from keguan.kernel.money import UNITS, Money
from keguan.language.schema import Column, Field, Form

SEARCH = "?q"
FILES = "?file"
WHO = ("person", "organisation")
MOST_ROWS = 500
_PLACE = re.compile(r"([a-z0-9_]+)\.([a-z0-9_]+)(?:\[([0-9]{1,3})\](?:\.([a-z0-9_]+))?)?")


def typed_values(form: Form, post: QueryDict, before: Values) -> dict[str, Any]:
    """Everything that was typed. before: the draft so far, which keeps the answers to questions not shown this time."""
    shown = set(post.getlist("shown"))
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
    """Do what a button of the form says (`add:`, `remove:`, `choose:`, `clear:`, `drop:`) to the values.

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
        case "choose" | "clear" | "find":
            if verb != "find":
                _put(values, field, row, found[4], given if verb == "choose" and given.isdecimal() else "")
            return place
    return ""


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
