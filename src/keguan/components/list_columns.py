"""Which columns of a list its reader wants, and in which order. The choice stands in the address: `columns=title,due`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from keguan.components.list_spec import Column
from keguan.components.typed import read_whole
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem

PLACE = "place."
"""Before a column's key: the field of the form that says its place."""

_SHOWN = Text("请打开“显示哪些列”另选。", "Open “Columns” and choose again.")


@dataclass(frozen=True, slots=True)
class Place:
    """One column in the form that chooses: its place as it stands or was typed, "" where it is not shown."""

    column: Column
    name: str
    typed: str


def chosen_columns(columns: Sequence[Column], asked: QueryDict, problems: list[Problem]) -> tuple[Column, ...] | None:
    """The columns in the order that was asked for; None where the list is to stand as it is declared."""
    if any(name.startswith(PLACE) for name in asked):
        return _by_places(columns, asked, problems)
    wanted = str(asked.get("columns", ""))[:2000]
    if not wanted:
        return None
    by_key = {column.key: column for column in columns}
    keys = dict.fromkeys(wanted.split(","))
    for key in keys:
        if key not in by_key:
            say = Text("没有这一列：{key}", "There is no such column: {key}").filled(key=key[:40])
            problems.append(Problem("list.columns", say, "columns", key[:40], fix=_SHOWN))
    return tuple(by_key[key] for key in keys if key in by_key) or None


def _by_places(columns: Sequence[Column], asked: QueryDict, problems: list[Problem]) -> tuple[Column, ...] | None:
    found: list[tuple[int, Column]] = []
    for column in columns:
        typed = asked.get(PLACE + column.key, "").strip()
        place = read_whole(typed, PLACE + column.key) if typed else None
        if isinstance(place, Problem):
            problems.append(place)
        elif place is not None:
            found.append((place, column))
    if not found and not problems:
        say = Text("至少要显示一列。", "At least one column must show.")
        problems.append(Problem("list.no_columns", say, "columns", fix=_SHOWN))
    # Equal places stand as they are declared.
    return tuple(column for _, column in sorted(found, key=lambda pair: pair[0])) or None


def places_of(columns: Sequence[Column], shown: Sequence[Column], asked: QueryDict) -> list[Place]:
    """Every column with its place, those that are shown first; as typed, where something was."""
    numbers = {column.key: str(number) for number, column in enumerate(shown, start=1)}
    rest = [column for column in columns if column.key not in numbers]
    return [
        Place(column, PLACE + column.key, asked.get(PLACE + column.key, numbers.get(column.key, ""))[:20])
        for column in (*shown, *rest)
    ]
