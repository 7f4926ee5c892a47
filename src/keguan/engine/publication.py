"""Whether a definition is fit to be published: the checker, its examples, and whether these suffice. One answer for all doors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from keguan.engine.rehearsal import rehearse_all
from keguan.kernel.problems import Problem
from keguan.kernel.workdays import Workdays
from keguan.language.checker import check
from keguan.language.coverage import missing
from keguan.language.definition import Definition
from keguan.language.evidence import together
from keguan.language.examples import read_examples
from keguan.language.schema import Parameter
from keguan.language.tables import run_tables

_NO_WAY = frozenset({"check.no_steps", "check.no_success", "check.named_twice"})


@dataclass(frozen=True, slots=True)
class Fitness:
    """What stands against publishing. checker: the definition itself. examples: those that came out otherwise than
    they state. owed: what they still have to show. journeys, rows: how many examples were run."""

    checker: tuple[Problem, ...]
    examples: tuple[Problem, ...]
    owed: tuple[Problem, ...]
    journeys: int
    rows: int

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that stands against publishing; empty for a definition that is fit."""
        return (*self.checker, *self.examples, *self.owed)


def fitness(definition: Definition, calendar: Workdays, house: Iterable[Parameter] = ()) -> Fitness:
    """Check a definition and run all its examples. house: parameters that hold for every programme."""
    checked = check(definition, house)
    examples, unread = read_examples(definition.sources)
    # A journey through a procedure that has no steps or no way to succeed would only fall off its edge.
    walked = () if any(one.code in _NO_WAY for one in checked) else examples.journeys
    shown = together([run_tables(definition, examples.tables), rehearse_all(definition, walked, calendar)])
    wrong = (*unread, *shown.problems)
    # An example that came out otherwise shows nothing, so what is owed would only repeat it.
    owed = missing(definition, shown.evidence) if not wrong and walked == examples.journeys else ()
    rows = sum(len(table.rows) for table in examples.tables)
    return Fitness(checked, wrong, owed, len(examples.journeys), rows)
