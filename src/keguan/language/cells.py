"""One answer of each field type: from typed text or JSON to the value that is stored, with what is wrong with it.

A reader takes a raw value that is not None and gives `(value, problems)`: value None for nothing readable. A value out of
its bounds comes back beside its problem, so that a draft loses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any, Final

from keguan.kernel import money
from keguan.kernel.bilingual import Text
from keguan.kernel.money import Money
from keguan.kernel.names import clean_text, halfwidth
from keguan.kernel.problems import Problem
from keguan.language.schema import Choice, Column, Field
from keguan.language.slips import nearest

Cell = tuple[Any, list[Problem]]
Reader = Callable[[Any], Cell]
PlacedReader = Callable[[Any, str], Cell]

MOST_CHARACTERS: Final[Mapping[str, int]] = {"text": 500, "long_text": 20_000}
"""The bound where a form gives none."""
HARD_LIMIT: Final = 200_000
"""Characters beyond which a text is not even read."""
MOST_ROWS: Final = 500
MOST_FILES: Final = 50
NOT_CHOSEN: Final = "not_chosen"
"""What is said of a text where somebody is to be chosen: owed when the answers are handed in, and no mistake before."""
_MOST_INTEGER: Final = 10**15
_MOST_ID: Final = 2**63 - 1
_INTEGER: Final = re.compile(r"[-−]?[0-9]{1,3}(,[0-9]{3})*|[-−]?[0-9]+")
_DATES: Final = (
    re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"),
    re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})"),
    re.compile(r"([0-9]{4})\.([0-9]{1,2})\.([0-9]{1,2})"),
    re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日?"),
    re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})"),
)
_YES: Final = frozenset({"true", "yes", "on", "1", "是"})
_NO: Final = frozenset({"false", "no", "off", "0", "否"})
_BLANK: Final[Cell] = (None, [])


def reader(field: Field, where: str) -> Reader:
    """How the answers to a field are read, whatever is sent."""
    if field.type == "table":
        return _table(field, where)
    if field.type == "choices":
        one = partial(_choice, field.choices)
        return partial(_several, one, field.least, field.most or len(field.choices), Text("项", "choices"), where)
    if field.type == "file":
        return partial(_several, _identity, field.least, field.most or MOST_FILES, Text("个文件", "files"), where)
    return partial(_at, _simple(field), where)


def column_reader(column: Column) -> Reader:
    """How one cell of a table is read, whatever is sent."""
    return partial(_at, _simple(column), column.column)


def _at(read: PlacedReader, where: str, raw: Any) -> Cell:
    return read(raw, where)


def _simple(field: Field | Column) -> PlacedReader:
    match field.type:
        case "text" | "long_text":
            most = field.most if field.most is not None else MOST_CHARACTERS[field.type]
            return partial(_text, field.type == "text", field.least, most)
        case "integer":
            return partial(_integer, field.least, field.most)
        case "money":
            unit = field.unit.zh if isinstance(field, Field) and field.unit else ""
            return partial(_money, unit if unit in money.UNITS else "万元", field.least, field.most)
        case "date":
            return _date
        case "yes_no":
            return _yes_no
        case "choice":
            return partial(_choice, field.choices)
        case "person" | "organisation":
            return _party
        case _:
            return _identity


# ---------------------------------------------------------------------------------------------- simple ones


def _text(one_line: bool, least: int | None, most: int, raw: Any, where: str) -> Cell:
    if not isinstance(raw, str):
        return _wrong(where, raw, Text("文字", "a text"))
    if len(raw) > HARD_LIMIT:
        return None, [_too_long(where, len(raw), most)]
    text = clean_text(raw)
    text = " ".join(text.split()) if one_line else text.strip()
    if not text:
        return _BLANK
    if len(text) > most:
        return text, [_too_long(where, len(text), most)]
    if least is not None and len(text) < least:
        say = Text("至少{least}个字，现为{n}个", "At least {least} characters; this has {n}").filled(
            least=least, n=len(text)
        )
        return text, [_problem("too_short", where, say, text)]
    return text, []


def _too_long(where: str, length: int, most: int) -> Problem:
    say = Text("不超过{most}个字，现为{n}个", "At most {most} characters; this has {n}").filled(most=most, n=length)
    fix = Text("删去{over}个字", "Take out {over} characters").filled(over=length - most)
    return _problem("too_long", where, say, "", fix)


def _integer(least: int | None, most: int | None, raw: Any, where: str) -> Cell:
    expected = Text("整数", "a whole number")
    if isinstance(raw, str):
        typed = _plain(raw)
        if not typed:
            return _BLANK
        if not _INTEGER.fullmatch(typed) or len(typed) > 40:
            return _wrong(where, raw, expected)
        raw = int(typed.replace(",", "").replace("−", "-"))
    if not isinstance(raw, int) or isinstance(raw, bool):
        return _wrong(where, raw, expected)
    if abs(raw) > _MOST_INTEGER:
        return None, [_problem("out_of_range", where, Text("数过大", "The number is too large"), str(raw)[:40])]
    return int(raw), _bounds(where, raw, least, most, str)


def _money(unit: str, least: int | None, most: int | None, raw: Any, where: str) -> Cell:
    if isinstance(raw, str):
        if not _plain(raw):
            return _BLANK
        found = Money.parse(raw[:200], unit)
        if isinstance(found, Problem):
            return None, [Problem(found.code, found.say, where=where, value=raw[:80], fix=found.fix)]
        raw = found.fen
    if not isinstance(raw, int) or isinstance(raw, bool):
        return _wrong(where, raw, Text("金额", "an amount of money"))
    if not 0 <= raw <= money.MOST_FEN:
        code = "negative" if raw < 0 else "too_large"
        say = (
            Text("金额不能为负", "An amount must not be negative")
            if raw < 0
            else Text("金额过大", "The amount is too large")
        )
        return None, [Problem(f"money.{code}", say, where=where, value=str(raw)[:40])]
    return int(raw), _bounds(where, raw, least, most, lambda fen: str(Money(fen)))


def _bounds(where: str, value: int, least: int | None, most: int | None, said: Callable[[int], str]) -> list[Problem]:
    if least is not None and value < least:
        say = Text("不能小于{bound}", "This must not be less than {bound}").filled(bound=said(least))
        return [_problem("out_of_range", where, say, said(value))]
    if most is not None and value > most:
        say = Text("不能大于{bound}", "This must not be more than {bound}").filled(bound=said(most))
        return [_problem("out_of_range", where, say, said(value))]
    return []


def _date(raw: Any, where: str) -> Cell:
    if isinstance(raw, date):
        return raw.isoformat()[:10], []
    expected = Text("日期，例如 2018-03-01", "a date such as 2018-03-01")
    if not isinstance(raw, str):
        return _wrong(where, raw, expected)
    typed = _plain(raw)
    if not typed:
        return _BLANK
    found = next((match for shape in _DATES if (match := shape.fullmatch(typed))), None)
    try:
        day = date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 2200:
        return _wrong(where, raw, expected)
    return day.isoformat(), []


def _yes_no(raw: Any, where: str) -> Cell:
    if isinstance(raw, bool):
        return raw, []
    if isinstance(raw, str):
        typed = _plain(raw).lower()
        if not typed or typed in _YES | _NO:
            return (typed in _YES, []) if typed else _BLANK
    return _wrong(where, raw, Text("是或否", "yes or no"))


def _choice(choices: tuple[Choice, ...], raw: Any, where: str) -> Cell:
    values = [str(one.value) for one in choices]
    if isinstance(raw, str):
        typed = clean_text(raw[:500]).strip()
        if not typed:
            return _BLANK
        if typed in values:
            return typed, []
        say = Text("“{value}”不在可选项中", "“{value}” is not one of the choices").filled(value=typed[:60])
        offered = Text("、".join(one.title.zh for one in choices[:12]), ", ".join(one.title.en for one in choices[:12]))
        fix = nearest(typed, values) or Text("可选：{o}", "Choose from: {o}").filled(o=offered)
        return None, [_problem("not_offered", where, say, typed[:80], fix)]
    return _wrong(where, raw, Text("一个选项", "one of the choices"))


def _identity(raw: Any, where: str) -> Cell:
    if isinstance(raw, str):
        typed = _plain(raw)
        if not typed:
            return _BLANK
        raw = int(typed) if re.fullmatch("[0-9]{1,19}", typed) else raw
    if isinstance(raw, int) and not isinstance(raw, bool) and 0 < raw <= _MOST_ID:
        return int(raw), []
    return _wrong(where, raw, Text("从名录中选择的一项", "an entry chosen from the register"))


def _party(raw: Any, where: str) -> Cell:
    """Somebody of a register. A text is what somebody searches by: nobody is chosen yet."""
    if isinstance(raw, str) and (typed := _plain(raw)) and not _INTEGER.fullmatch(typed):
        say = Text("还没有从名录中选定", "Nobody is chosen from the register yet")
        fix = Text("请查找，并在找到的各项中选一项", "Search, and choose one of those found")
        return None, [_problem(NOT_CHOSEN, where, say, clean_text(raw[:80]), fix)]
    return _identity(raw, where)


# ---------------------------------------------------------------------------------------------- several


def _several(one: PlacedReader, least: int | None, most: int, unit: Text, where: str, raw: Any) -> Cell:
    items = list(raw) if isinstance(raw, list | tuple) else [raw]
    kept: dict[Any, None] = {}
    problems: list[Problem] = []
    for item in items[: max(most, MOST_ROWS)]:
        if item is not None:
            value, found = one(item, where)
            problems += found
            if value is not None:
                kept[value] = None
    if len(items) > max(most, MOST_ROWS):
        problems.append(_count(where, len(items), least, most, unit))
    elif kept and not problems and not (least or 0) <= len(kept) <= most:
        problems.append(_count(where, len(kept), least, most, unit))
    return list(kept) or None, problems


def _count(where: str, number: int, least: int | None, most: int, unit: Text) -> Problem:
    if number > most:
        say = Text("最多{bound}{unit}，现为{n}", "At most {bound} {unit}; there are {n}").filled(
            bound=most, unit=unit, n=number
        )
    else:
        say = Text("至少{bound}{unit}，现为{n}", "At least {bound} {unit}; there are {n}").filled(
            bound=least or 0, unit=unit, n=number
        )
    return _problem("count", where, say, str(number))


def _table(field: Field, where: str) -> Reader:
    columns = tuple((str(column.column), _simple(column), column) for column in field.columns)
    keys = frozenset(key for key, _, _ in columns)
    least, most = field.least, field.most if field.most is not None else MOST_ROWS
    unit = Text("行", "rows")

    def read(raw: Any) -> Cell:
        if not isinstance(raw, list | tuple):
            return _wrong(where, raw, Text("表格", "a table"))
        rows: list[dict[str, Any]] = []
        problems: list[Problem] = []
        for number, sent in enumerate(raw[:MOST_ROWS], start=1):
            if sent is None:
                continue
            if not isinstance(sent, Mapping):
                problems += _wrong(f"{where}[{number}]", sent, Text("表格的一行", "a row of the table"))[1]
                continue
            row, found = read_row(sent, f"{where}[{number}]")
            if row or found:
                rows += [row] if row else []
                problems += found
        if len(raw) > MOST_ROWS:
            problems.append(_count(where, len(raw), least, min(most, MOST_ROWS), unit))
        elif rows and not (least or 0) <= len(rows) <= most:
            problems.append(_count(where, len(rows), least, most, unit))
        return rows or None, problems

    def read_row(sent: Mapping[Any, Any], at: str) -> tuple[dict[str, Any], list[Problem]]:
        row: dict[str, Any] = {}
        problems: list[Problem] = []
        owed: list[Column] = []
        for key, cell, column in columns:
            raw = sent.get(key)
            value, found = cell(raw, f"{at}.{key}") if raw is not None else _BLANK
            problems += found
            if value is not None:
                row[key] = value
            elif column.required and not found:
                owed.append(column)
        for key in [str(key)[:60] for key in sent if key not in keys][:5]:
            say = Text("表格中没有“{key}”这一列", "The table has no column “{key}”").filled(key=key)
            problems.append(_problem("unknown_field", f"{at}.{key}", say, key, nearest(key, keys)))
        if row:  # an empty row owes nothing: it is dropped
            problems += [_owed(column, at) for column in owed]
        return row, problems

    return read


def _owed(column: Column, at: str) -> Problem:
    say = Text("“{title}”尚未填写", "“{title}” is not answered yet").filled(title=column.title)
    return _problem("missing", f"{at}.{column.column}", say, "", Text("请填写", "Please answer it"))


# ---------------------------------------------------------------------------------------------- wording


def _plain(text: str) -> str:
    return halfwidth(clean_text(text[:500]), punctuation=True).replace(" ", "").strip()


def _wrong(where: str, raw: Any, expected: Text) -> Cell:
    say = Text("应为{expected}", "Needed: {expected}").filled(expected=expected)
    shown = raw if isinstance(raw, str) else type(raw).__name__
    return None, [_problem("type", where, say, clean_text(shown[:80]))]


def _problem(code: str, where: str, say: Text, value: str = "", fix: Text | None = None) -> Problem:
    return Problem(code=f"answer.{code}", say=say, where=where, value=value, fix=fix)
