"""What an import is: the columns it knows, what makes a row the same row again, and how rows are saved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.names import halfwidth
from keguan.kernel.problems import Problem
from keguan.registers.imports.cells import Reader
from keguan.registers.imports.sheet import Table, clean_header

Progress = Callable[[Text, int, int], None]
"""Told now and then how far it is: the stage, rows done, rows in all."""

RENAMED = "import.odd.renamed"
"""The code of the warning that a row gives another name to what the register knows by its code."""

READING = Text("核对", "Checking")
SAVING = Text("写入", "Saving")


Done = Literal["created", "updated", "unchanged", "restated"]
"""What became of a row. restated: it says once more what an earlier row of the file says."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: names as they stand in headers (the first one in the template), and how its cells are read.

    required: the column must be there and no cell of it blank. blank: the value of a blank cell.
    """

    key: str
    names: tuple[str, ...]
    title: Text
    read: Reader
    required: bool = False
    blank: Any = ""

    @property
    def header(self) -> str:
        """What stands over it in the template: both languages, and a star where it is required."""
        return f"{self.names[0]}\n{self.title.en}" + (" *" if self.required else "")

    def shown(self, row: Row) -> object:
        """The row's value as people read it; None for a blank."""
        return self.told(row.values.get(self.key))

    def told(self, value: Any) -> object:
        """A value of this column as people read it; None for a blank."""
        return None if value in (None, "", []) else self.read.show(value)


@dataclass(slots=True)
class Row:
    """One row that was read: its number in the file, its values by column key, what is odd about it, what was done, and what
    that changed: by column key, what the register says and what the file says."""

    number: int
    values: dict[str, Any]
    odd: list[Problem] = field(default_factory=list)
    done: Done | None = None
    changed: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    def odd_codes(self) -> list[str]:
        """The oddities by their short codes, each once."""
        return list(dict.fromkeys(one.code.rsplit(".", 1)[-1] for one in self.odd))


@dataclass(frozen=True, slots=True)
class Counts:
    """What saving came to, in rows."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    restated: int = 0

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Counts:
        """How many rows became what."""
        done = Counter(row.done for row in rows)
        return cls(done["created"], done["updated"], done["unchanged"], done["restated"])


@dataclass(slots=True)
class Saving:
    """What a spec needs while it saves: the places of cells, and where to say what is wrong."""

    table: Table
    columns: dict[str, int]
    actor: Actor
    source: str
    progress: Progress
    total: int
    problems: list[Problem] = field(default_factory=list)
    done: int = 0

    def place(self, row: Row, key: str = "") -> str:
        """Where the row is, or the cell of one column of it."""
        return self.table.place(row.number, self.columns.get(key) if key else None)

    def refuse(self, row: Row, key: str, code: str, say: Text, value: str = "", fix: Text | None = None) -> None:
        """Say that this row cannot be saved; in the end nothing will be."""
        self.problems.append(Problem(f"import.row.{code}", say, self.place(row, key), value[:80], fix=fix))

    def warn(self, row: Row, key: str, code: str, say: Text, value: str = "") -> None:
        """Say that something about this row is odd; it is kept."""
        row.odd.append(Problem(f"import.odd.{code}", say, self.place(row, key), value[:80]))

    def saved(self, rows: int) -> None:
        """Move the progress on by so many rows."""
        self.done += rows
        self.progress(SAVING, self.done, self.total)


@dataclass(frozen=True, slots=True)
class ImportSpec:
    """One kind of import.

    key: what makes a row the same row again, None for a row without one. repeats: whether a key may come twice in one
    file (published lists repeat themselves); otherwise the second row is a problem. save: writes all rows and notes on
    each what was done.
    """

    name: str
    title: Text
    columns: tuple[Column, ...]
    key: Callable[[dict[str, Any]], Hashable | None]
    save: Callable[[Sequence[Row], Saving], None]
    repeats: bool = False
    source_kind: str = ""

    def column_of(self, header: str) -> str | None:
        """The column a header stands for, None for an unknown one."""
        return self._names().get(plain_header(header))

    def _names(self) -> dict[str, str]:
        return {
            plain_header(name): column.key
            for column in self.columns
            for name in (column.key, column.header, *column.names)
        }

    def lookup(self) -> Callable[[str], str | None]:
        """`column_of` for reading a whole file."""
        names = self._names()
        return lambda header: names.get(plain_header(header))


def plain_header(header: str) -> str:
    """A header for comparing: width, case, brackets and underscores do not count."""
    return halfwidth(clean_header(header), punctuation=True).casefold().replace("_", "")


@dataclass(frozen=True, slots=True)
class Report:
    """What came of an import: counts, problems (any problem means that nothing was saved) and warnings.

    read: rows with anything in them; read = created + updated + unchanged + restated where nothing was refused.
    problems, warnings: each with its place; warnings are rows kept although odd, and parts of the file left aside.
    first: the first rows, as they were understood, with what was, or would be, done. changed: the first of those that change
    what the register says.
    """

    spec: str
    file_name: str
    sheet: str = ""
    dry_run: bool = False
    read: int = 0
    empty: int = 0
    counts: Counts = Counts()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    first: tuple[Row, ...] = ()
    changed: tuple[Row, ...] = ()
    seconds: float = 0.0

    @property
    def is_refused(self) -> bool:
        """Whether nothing was, or would be, saved."""
        return bool(self.problems)

    @property
    def renamings(self) -> int:
        """How many rows give another name to what the register knows by its code."""
        return sum(warning.code == RENAMED for warning in self.warnings)

    @property
    def odd(self) -> dict[str, int]:
        """How many warnings of each kind there are, the most frequent first."""
        return dict(Counter(warning.code for warning in self.warnings).most_common())

    def refused(self, *problems: Problem) -> Report:
        """The same report with these problems and nothing counted as saved."""
        return replace(self, problems=(*self.problems, *problems), counts=Counts(), first=(), changed=())
