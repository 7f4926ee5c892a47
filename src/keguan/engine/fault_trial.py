"""Whether the house notices when a programme is broken: each seeded fault put to the loader, the checker and the examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from keguan.engine.rehearsal import rehearse
from keguan.kernel.workdays import Workdays
from keguan.language.checker import check
from keguan.language.coverage import missing
from keguan.language.definition import Definition
from keguan.language.evidence import together
from keguan.language.examples import Examples, read_examples
from keguan.language.faults import Fault, seeded
from keguan.language.loader import load_sources
from keguan.language.schema import Parameter
from keguan.language.tables import run_table

CAUGHT_BY = ("loader", "checker", "examples", "coverage")
"""Who refuses a fault, in the order in which they are asked."""


SAME = "same"
"""The answer for a slip that changes nothing: the broken text reads the same as the sound one."""


@dataclass
class Tally:
    """How the faults of one programme fared. caught: by who refused them. by_class: (caught, tried)."""

    programme: str
    caught: Counter[str] = field(default_factory=Counter)
    by_class: dict[str, tuple[int, int]] = field(default_factory=dict)
    survivors: list[str] = field(default_factory=list)

    @property
    def tried(self) -> int:
        """How many faults were tried."""
        return sum(self.caught.values()) + len(self.survivors)

    @property
    def share(self) -> float:
        """The share of faults that were refused, 0 to 1."""
        return sum(self.caught.values()) / self.tried if self.tried else 1.0

    def count(self, fault: Fault, caught_by: str) -> None:
        """Note how one fault fared; caught_by "" means that nobody noticed. One that changes nothing is not counted."""
        if caught_by == SAME:
            return
        before = self.by_class.get(fault.kind, (0, 0))
        self.by_class[fault.kind] = (before[0] + bool(caught_by), before[1] + 1)
        if caught_by:
            self.caught[caught_by] += 1
        else:
            self.survivors.append(str(fault))


class Trial:
    """One programme on trial: sound to begin with, then broken one fault at a time."""

    def __init__(self, definition: Definition, calendar: Workdays, house: Iterable[Parameter] = ()) -> None:
        self.definition = definition
        self.calendar = calendar
        self.house = tuple(house)
        self.examples: Examples
        self.examples, _ = read_examples(definition.sources)

    def faults(self) -> tuple[Fault, ...]:
        """The faults that will be tried."""
        return tuple(fault for fault in seeded(self.sources) if not self.superseded(fault))

    @property
    def sources(self) -> Mapping[str, str]:
        """The texts that are broken."""
        return self.definition.sources

    def superseded(self, fault: Fault) -> bool:
        """Whether the fault touches a value of the law that was replaced before any round of the examples."""
        if fault.file != "parameters.yaml":
            return False
        first = min((str(one.round.get("opens", "9999"))[:10] for one in self.examples.journeys), default="")
        lines = self.sources[fault.file].split("\n")
        since = [(at, line.split()[-1]) for at, line in enumerate(lines, 1) if line.strip().startswith("- since:")]
        names = [at for at, line in enumerate(lines, 1) if line.startswith("- name:")]
        later = [day for at, day in since if at > fault.line and not any(fault.line < name <= at for name in names)]
        inside = any(at <= fault.line for at, _ in since if not any(at < name <= fault.line for name in names))
        return inside and bool(later) and bool(first) and min(later) <= first <= date.max.isoformat()

    def caught_by(self, fault: Fault) -> str:
        """Who refuses the programme with this fault; "" if nobody does."""
        broken = load_sources({**self.sources, fault.file: fault.text})
        if isinstance(broken, tuple):
            return "loader"
        if broken.programme == self.definition.programme:
            return SAME
        if check(broken, self.house):
            return "checker"
        shown = []
        for table in self.examples.tables:
            shown.append(run_table(broken, table))
            if shown[-1].problems:
                return "examples"
        for journey in self.examples.journeys:
            shown.append(rehearse(broken, journey, self.calendar))
            if shown[-1].problems:
                return "examples"
        return "coverage" if missing(broken, together(shown).evidence) else ""
