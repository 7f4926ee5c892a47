"""Seeding faults: always the same ones, each a real change in one file, of every class that a programme allows."""

from __future__ import annotations

from tests.unit.language.sound import SOURCES, house, loaded

from keguan.engine.fault_trial import SAME, Tally, Trial
from keguan.kernel.workdays import Workdays
from keguan.language.faults import MOST_PER_CLASS, NOT_SEEDED, seeded


def test_the_same_faults_are_seeded_each_time() -> None:
    assert seeded(SOURCES) == seeded(dict(SOURCES))


def test_every_fault_changes_one_file_and_says_where() -> None:
    faults = seeded(SOURCES)
    assert len(faults) > 300
    for fault in faults:
        assert fault.text != SOURCES[fault.file]
        assert fault.before in SOURCES[fault.file].split("\n")[fault.line - 1]


def test_no_class_outweighs_the_others() -> None:
    counts: dict[str, int] = {}
    for fault in seeded(SOURCES):
        counts[fault.kind] = counts.get(fault.kind, 0) + 1
    assert max(counts.values()) <= MOST_PER_CLASS
    assert len(counts) >= 40


def test_what_is_not_seeded_is_said_with_its_reason() -> None:
    assert all(reason.zh and reason.en for reason in NOT_SEEDED.values())


def test_loader_and_checker_alone_refuse_more_than_half() -> None:
    trial = Trial(loaded(), Workdays(), house())  # type: ignore[arg-type]
    tally = Tally("sound")
    faults = [
        fault
        for fault in trial.faults()
        if fault.kind in ("drop a route", "delete a step", "misspell a name", "points off by one")
    ]
    for fault in faults:
        tally.count(fault, trial.caught_by(fault))
    # Without examples the coverage question refuses everything else: count only what shape and types caught.
    assert tally.caught["loader"] + tally.caught["checker"] > len(faults) * 0.5
    assert tally.tried == len(faults)


def test_a_slip_that_changes_nothing_is_not_counted() -> None:
    tally = Tally("sound")
    fault = seeded(SOURCES)[0]
    tally.count(fault, SAME)
    assert tally.tried == 0
    tally.count(fault, "")
    tally.count(fault, "checker")
    assert (tally.tried, tally.share, len(tally.survivors)) == (2, 0.5, 1)
