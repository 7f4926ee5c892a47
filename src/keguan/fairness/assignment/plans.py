"""What an assignment answers: a plan, what it is worth, what is proven about it and what it lacks."""

from __future__ import annotations

from dataclasses import dataclass

from keguan.fairness.assignment.terms import Candidates, Whole
from keguan.kernel.bilingual import Text


@dataclass(frozen=True, slots=True)
class Shortage:
    """Why seats stay empty or experts idle, and which bound is responsible: without it there would be no shortage.

    code: `candidates`, `most_load`, `least_load`, `same_institution_most`, a bound's own code, or several joined by
    `+` where no single one is responsible. cases, experts: positions concerned. missing: seats, or panels.
    """

    code: str
    say: Text
    cases: tuple[int, ...] = ()
    experts: tuple[int, ...] = ()
    missing: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Who reviews what.

    chosen: positions among the candidates, in their order. value: the sum of fits. upper: no plan with as many seats
    filled has a larger sum. seats, missing: seats filled and empty. idle: panels that experts are short of
    their least load. shortages: what is missing, and why.
    """

    candidates: Candidates
    chosen: Whole
    value: float
    upper: float
    seats: int
    missing: int
    idle: int
    shortages: tuple[Shortage, ...] = ()

    @property
    def gap(self) -> float:
        """How far the plan may be from the best one: a share of the upper bound, 0 where it is proven the best."""
        return max(0.0, (self.upper - self.value) / self.upper) if self.upper > 0 else 0.0

    @property
    def proven(self) -> bool:
        """Whether no better plan exists."""
        return self.gap < 1e-9

    def pairs(self) -> list[tuple[int, int]]:
        """Case and expert of every seat, in the order of cases."""
        case, expert = self.candidates.case[self.chosen], self.candidates.expert[self.chosen]
        return sorted(zip(case.tolist(), expert.tolist(), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Repaired:
    """A plan made from an earlier one with the fewest changes.

    gone: pairs of case and expert that no longer stand. added: pairs that are new. dropped: pairs given up though their
    expert is still a candidate. least_dropped: no plan with as many seats filled drops fewer; equal to `dropped` where
    that is proven.
    """

    plan: Plan
    gone: tuple[tuple[int, int], ...]
    added: tuple[tuple[int, int], ...]
    dropped: int
    least_dropped: int
