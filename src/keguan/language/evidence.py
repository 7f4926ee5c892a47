"""What examples have shown of a programme: the outcomes they went through, and the values on which they stated a result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from keguan.kernel.problems import Problem

Side = Literal["missing", "absent", "least", "below", "most", "above"]
"""Where a form's answer stood: left out though required, or rightly; at the least, below it; at the most, above it."""


@dataclass
class Evidence:
    """Only what an example states counts; what merely happens on the way shows nothing.

    outcomes: (step, outcome) of stated paths. verdicts: results stated, by rule. readings: by expression
    (`uses.Use.name`), the names and values under which a result was stated. stated: lengths of time (`endorse.lapse`)
    and names that steps leave (`review.score`) with a stated value. refused: (step, code). answers: form limits.
    """

    outcomes: set[tuple[str, str]] = field(default_factory=set)
    ends: set[str] = field(default_factory=set)
    verdicts: dict[str, set[str]] = field(default_factory=dict)
    readings: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    stated: set[str] = field(default_factory=set)
    refused: set[tuple[str, str]] = field(default_factory=set)
    answers: set[tuple[str, Side]] = field(default_factory=set)

    def add(self, other: Evidence) -> None:
        """Take over everything that another piece of evidence shows."""
        self.outcomes |= other.outcomes
        self.ends |= other.ends
        self.stated |= other.stated
        self.refused |= other.refused
        self.answers |= other.answers
        for rule, results in other.verdicts.items():
            self.verdicts.setdefault(rule, set()).update(results)
        for name, readings in other.readings.items():
            self.readings.setdefault(name, []).extend(readings)

    def judged(self, rule: str, result: str, names: Mapping[str, Any]) -> None:
        """An example stated this result of a rule for these values."""
        self.verdicts.setdefault(rule, set()).add(result)
        self.read(f"{rule}.when", names)
        if result != "exempt":
            self.read(f"{rule}.must", names)

    def read(self, use: str, names: Mapping[str, Any]) -> None:
        """An example stated what this expression yields for these values."""
        self.readings.setdefault(use, []).append(names)


@dataclass(frozen=True, slots=True)
class Shown:
    """What some examples showed, and where they were wrong about the programme (or the programme about them)."""

    evidence: Evidence
    problems: tuple[Problem, ...] = ()


def together(parts: Iterable[Shown]) -> Shown:
    """Several results as one."""
    evidence = Evidence()
    problems: list[Problem] = []
    for part in parts:
        evidence.add(part.evidence)
        problems.extend(part.problems)
    return Shown(evidence, tuple(problems))
