"""What changed between two versions of a form, by its own labels: old and new beside one another, tables row by row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

from keguan.casework.pages.answers import Named, Row, shown_form
from keguan.engine.state import Values
from keguan.kernel.bilingual import Text
from keguan.language.schema import Form

State = Literal["added", "removed", "changed"]
STATES: dict[State, Text] = {
    "added": Text("新增", "Added"),
    "removed": Text("删除", "Removed"),
    "changed": Text("修改", "Changed"),
}
_CLAUSE = re.compile(r"(?<=[。！？；，\n])|(?<=[.!?;,] )")
_NOTHING = ("", (), ())


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text. is_new: whether the other version does not have it."""

    text: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table that is not as it was: for each column what stood there and what stands there now."""

    said: Text
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One question whose answer is not as it was. old, new: the pieces of a text; files stand in the rows, tables in lines.

    is_marked: whether it was to be corrected; remark: what was said of it.
    """

    state: State
    before: Row
    after: Row
    old: tuple[Piece, ...] = ()
    new: tuple[Piece, ...] = ()
    lines: tuple[Line, ...] = ()
    is_marked: bool = False
    remark: str = ""

    @property
    def columns(self) -> tuple[Text, ...]:
        """The columns of a table, by whichever version has any."""
        return self.after.columns or self.before.columns

    @property
    def said(self) -> Text:
        """What happened to it, in a word."""
        return STATES[self.state]


@dataclass(frozen=True, slots=True)
class ChangedPart:
    """A section of the form in which something changed."""

    title: Text
    changes: tuple[Change, ...]


def changes_between(
    form: Form, old: Values, new: Values, names: Named, hidden: frozenset[str] = frozenset()
) -> tuple[ChangedPart, ...]:
    """Every question of the form whose answer differs, section by section. hidden: `form.field` names whose answers this
    reader must not see; whether those changed is not told either."""
    before, after = (_by_question(form, values, names, hidden) for values in (old, new))
    found = []
    for section in form.sections:
        blank = (Row("", one.title, where=f"{form.form}.{one.field}") for one in section.fields)
        pairs = ((before.get(row.where, row), after.get(row.where, row)) for row in blank)
        if changes := tuple(_change(was, now) for was, now in pairs if was.says != now.says):
            found.append(ChangedPart(section.section, changes))
    return tuple(found)


def marked(parts: Iterable[ChangedPart], remarks: dict[str, str]) -> tuple[ChangedPart, ...]:
    """The same, with what was to be corrected. remarks: by place, "" where nothing was said of it."""

    def one(change: Change) -> Change:
        where = change.after.where
        return replace(change, is_marked=where in remarks, remark=remarks.get(where, ""))

    return tuple(replace(part, changes=tuple(map(one, part.changes))) for part in parts)


def _by_question(form: Form, values: Values, names: Named, hidden: frozenset[str]) -> dict[str, Row]:
    return {row.where: row for part in shown_form(form, values, names, hidden).parts for row in part.rows}


def _change(was: Row, now: Row) -> Change:
    state: State = "added" if was.says == _NOTHING else "removed" if now.says == _NOTHING else "changed"
    if was.columns or now.columns:
        return Change(state, was, now, lines=tuple(_lines(was.rows, now.rows)))
    old, new = _compared(_clauses(was.text), _clauses(now.text))
    return Change(state, was, now, old, new)


def _clauses(text: str) -> list[str]:
    return [one for one in _CLAUSE.split(text) if one]


def _compared(old: Sequence[str], new: Sequence[str]) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts in stretches: what only one of them says stands apart."""
    left, right = [], []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        left.append(Piece("".join(old[a:b]), kind != "equal"))
        right.append(Piece("".join(new[c:d]), kind != "equal"))
    return tuple(one for one in left if one.text), tuple(one for one in right if one.text)


def _lines(old: Sequence[tuple[str, ...]], new: Sequence[tuple[str, ...]]) -> Iterator[Line]:
    """Rows that came, went or changed; rows that only moved down because another came before them are none of these."""
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        for was, now in zip_longest(old[a:b], new[c:d]):
            state: State = "added" if was is None else "removed" if now is None else "changed"
            yield Line(STATES[state], tuple(zip_longest(was or (), now or (), fillvalue="")))
