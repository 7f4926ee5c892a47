"""The fields of a form: what is asked, what was typed, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from django.http import QueryDict

from keguan.components.lists import Choice
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem

FieldKind = Literal[
    "text", "prose", "number", "money", "day", "choice", "choices", "yes_no", "table", "file", "password", "hidden"
]
Typed = str | tuple[str, ...] | tuple[Mapping[str, str], ...]

YES_NO = (Choice("yes", Text("是", "Yes")), Choice("no", Text("否", "No")))
SPARE_ROWS = 3
MOST_ROWS = 500


def field_id(where: str) -> str:
    """The id of the field for a place such as `proposal.budget[2].amount`; links from problems lead there."""
    return "field-" + re.sub(r"[^A-Za-z0-9_\u4e00-\u9fff]+", "-", where).strip("-")


@dataclass(frozen=True, slots=True)
class Field:
    """One question on a form, ready to be shown with `{% field f %}`.

    name: the form path, also the input's name (`proposal.asked`). value: as typed, never parsed: a string, several
    strings for `choices`, one mapping per row for `table`. Money is typed in 万元. most: the longest text allowed, in
    characters. columns: the fields of one row of a table. source: the rule that asks for it. group: under what it stands in one
    short row beside others; fields of a group follow one another.
    """

    name: str
    kind: FieldKind
    label: Text
    value: Typed = ""
    hint: Text | None = None
    required: bool = False
    choices: tuple[Choice, ...] = ()
    problems: tuple[Problem, ...] = ()
    columns: tuple[Field, ...] = ()
    most: int | None = None
    unit: Text | None = None
    source: str = ""
    autocomplete: str = ""
    accept: str = ""
    locked: bool = False
    spare_rows: int = SPARE_ROWS
    group: Text | None = None

    @property
    def id(self) -> str:
        return field_id(self.name)

    @property
    def hint_id(self) -> str:
        return f"{self.id}-hint"

    @property
    def error_id(self) -> str:
        return f"{self.id}-error"

    @property
    def described_by(self) -> str:
        """What a screen reader reads after the label: the hint, the errors, also those that come while one types, and how
        long it may be."""
        told = [self.hint_id] * bool(self.hint or self.source) + [self.error_id]
        return " ".join(told + [self.most_id] * bool(self.most and not self.group))

    @property
    def most_id(self) -> str:
        return f"{self.id}-most"

    @property
    def shown_choices(self) -> tuple[Choice, ...]:
        return YES_NO if self.kind == "yes_no" and not self.choices else self.choices

    @property
    def is_short_choice(self) -> bool:
        """Whether all answers fit side by side as radio buttons; longer ones get a drop-down."""
        return len(self.shown_choices) <= 5

    @property
    def is_long_choice(self) -> bool:
        """Whether the answers are so many that they stand in columns."""
        return len(self.shown_choices) > 12

    @property
    def chosen(self) -> tuple[str, ...]:
        """The values that are chosen now, for choices."""
        return (self.value,) if isinstance(self.value, str) else tuple(str(value) for value in self.value)

    @property
    def is_chosen(self) -> bool:
        """Whether one of the answers is chosen: then nobody need be asked to choose."""
        return any(choice.value in self.chosen for choice in self.shown_choices)

    @property
    def table_rows(self) -> list[list[Field]]:
        """The fields of a table row by row, with a few empty rows at the end to type into."""
        rows = [dict(row) for row in self.value if isinstance(row, Mapping)] if self.kind == "table" else []
        if not self.locked:
            rows += [{}] * self.spare_rows
        return [[self._cell(column, number, row) for column in self.columns] for number, row in enumerate(rows)]

    def _cell(self, column: Field, number: int, row: Mapping[str, str]) -> Field:
        name = f"{self.name}[{number}].{column.name}"
        mine = tuple(problem for problem in self.problems if problem.where == name)
        return replace(column, name=name, value=row.get(column.name, ""), problems=mine, locked=self.locked)

    def typed_in(self, post: QueryDict) -> Field:
        """The same field holding what was typed, so that a refused form comes back as it was sent."""
        keeps = self.locked or self.kind == "password"  # a password is never sent back
        return self if keeps else replace(self, value=typed(self, post))

    def with_problems(self, problems: Iterable[Problem]) -> Field:
        """The same field with those problems that lie at it or inside it."""
        inside = (f"{self.name}.", f"{self.name}[")
        mine = tuple(
            p for p in problems if p.where == self.name or (self.kind == "table" and p.where.startswith(inside))
        )
        return replace(self, problems=mine)


def filled(fields: Sequence[Field], post: QueryDict, problems: Iterable[Problem] = ()) -> list[Field]:
    """A refused form as it was sent: every field with what was typed and with its own problems."""
    listed = tuple(problems)
    return [field.typed_in(post).with_problems(listed) for field in fields]


def typed(field: Field, post: QueryDict) -> Typed:
    """What was typed into a field, unparsed. Wholly empty rows of a table are left out; line ends become \\n."""
    if field.kind == "choices":
        return tuple(post.getlist(field.name))
    if field.kind == "table":
        return tuple(_typed_rows(field, post))
    return post.get(field.name, "").replace("\r\n", "\n")


def _typed_rows(field: Field, post: QueryDict) -> list[dict[str, str]]:
    pattern = re.compile(re.escape(field.name) + r"\[([0-9]{1,4})\]\.")
    numbers = sorted({int(found[1]) for key in post if (found := pattern.match(key))})
    rows = []
    for number in numbers[:MOST_ROWS]:
        row = {
            column.name: post.get(f"{field.name}[{number}].{column.name}", "").replace("\r\n", "\n")
            for column in field.columns
        }
        if any(value.strip() for value in row.values()):
            rows.append(row)
    return rows
