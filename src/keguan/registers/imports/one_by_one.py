"""Rows saved one at a time by a register's own services, each refusal put at its row."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from keguan.kernel.problems import Problem, Refused
from keguan.registers.imports.spec import Done, Row, Saving

_TOLD_EVERY = 50


def save_each(rows: Sequence[Row], saving: Saving, save: Callable[[Row], Done | None]) -> None:
    """Save each row and note what came of it. save: None where it refused the row itself; a Refused goes to its row."""
    for done, row in enumerate(rows, start=1):
        try:
            row.done = save(row)
        except Refused as refused:
            saving.problems += [at_row(problem, row, saving) for problem in refused.refusal.problems]
        if done % _TOLD_EVERY == 0:
            saving.saved(_TOLD_EVERY)
    saving.saved(len(rows) % _TOLD_EVERY)


def at_row(problem: Problem, row: Row, saving: Saving) -> Problem:
    """The problem of a service, at the cell it speaks of where that is one of the columns."""
    key = problem.where if problem.where in saving.columns else ""
    return Problem(
        problem.code,
        problem.say,
        saving.place(row, key),
        problem.value,
        problem.source,
        problem.fix,
        problem.may_override,
    )
