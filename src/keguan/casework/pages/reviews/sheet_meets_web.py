"""A score sheet that comes back meets what was typed on the web meanwhile, each field by itself.

What one side alone changed since the sheet was taken away is taken over; where both did, they are shown side by side and
their writer chooses: neither goes over the other unseen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from keguan.casework.models import Seat
from keguan.casework.reviewing.drafts import as_read, print_of, who_changed
from keguan.casework.reviewing.models import SeatDraft
from keguan.casework.steps.review.panel import Totals, on_the_sheet, totals
from keguan.components.fields import field_id
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.schema import Rubric

LONGEST_CELL = 32_767
Side = Literal["", "web", "sheet"]
_PRINT = 8
"""Characters of a print in the sheet: enough to tell one's own two texts apart."""


def in_a_cell(name: str, value: str) -> str:
    """A value as a spreadsheet gives it back."""
    return as_read(name, value.replace("\r\n", "\n")[:LONGEST_CELL])


def prints(names: Sequence[str], values: Mapping[str, str]) -> str:
    """What a row of the sheet carries along, to find on its way back which side changed what."""
    return "".join(_print(name, values.get(name, "")) for name in names if name)


def prints_in(names: Sequence[str], carried: str) -> dict[str, str]:
    """The prints in a row, by field. Of a row without them: as if its fields had been taken away empty, so that whatever
    stands on both sides is asked about."""
    named = [name for name in names if name]
    if len(carried) != _PRINT * len(named):
        return {name: _print(name, "") for name in named}
    return {name: carried[at * _PRINT : (at + 1) * _PRINT] for at, name in enumerate(named)}


def _print(name: str, value: str) -> str:
    return print_of(in_a_cell(name, value))[:_PRINT]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet that came back. values: by field; taken: prints of what stood there when it was taken away."""

    number: str
    values: Mapping[str, str]
    taken: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Differs:
    """One field that both sides changed. chosen: whose text is to stand, "" until its writer says."""

    where: str
    title: Text
    web: str
    sheet: str
    chosen: Side = ""
    problem: Problem | None = None

    @property
    def id(self) -> str:
        return field_id(self.where)


@dataclass(frozen=True, slots=True)
class Met:
    """A row beside its seat as it stands on the web. kept: what the sheet would write; stays: how many fields only the web
    changed; shown: prints of what stands on the web where the sheet says something else; totals: of the seat once that is
    written, while nothing is still to be chosen."""

    number: str
    title: str
    saved_at: datetime | None
    kept: Mapping[str, str]
    differs: tuple[Differs, ...]
    stays: int
    shown: Mapping[str, str]
    totals: Totals

    @property
    def at(self) -> str:
        """Where problems of the whole row lie."""
        return field_id(f"take.{self.number}")

    @property
    def waits(self) -> bool:
        """Whether a choice is still owed."""
        return any(not one.chosen for one in self.differs)


def met(row: Row, seat: Seat, rubric: Rubric, titles: Mapping[str, Text], chosen: Mapping[str, str]) -> Met:
    """The row beside its seat. chosen: "web" or "sheet", by `take.<case>.<field>`."""
    draft: SeatDraft | None = getattr(seat, "draft", None)
    web = on_the_sheet(seat, draft)
    kept: dict[str, str] = {}
    differs: list[Differs] = []
    stays = 0
    for name, sheet in row.values.items():
        there = web.get(name, "")
        changed = who_changed(row.taken[name], _print(name, there), _print(name, sheet))
        if changed == "nobody":
            continue
        if changed == "there":
            stays += 1
            continue
        if changed == "both":
            where = f"take.{row.number}.{name}"
            side = _side(chosen.get(where, ""))
            differs.append(Differs(where, titles[name], there, sheet, side))
            if side != "sheet":
                continue
        kept[name] = sheet
    asked = {*kept, *(one.where.removeprefix(f"take.{row.number}.") for one in differs)}
    return Met(
        row.number,
        seat.case.title,
        draft.saved_at if draft else None,
        kept,
        tuple(differs),
        stays,
        {name: print_of(web.get(name, "")) for name in sorted(asked)},
        totals(rubric, {**web, **kept}),
    )


def _side(said: str) -> Side:
    return "web" if said == "web" else "sheet" if said == "sheet" else ""
