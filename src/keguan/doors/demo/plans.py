"""A round of the demo as it was planned: its terms and when each of its phases began, in days before today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Plan:
    """A round. Moments are days before today; negative ones lie ahead. fates: how many cases go which way.

    phases: when each step is taken up for the round as a whole, by the step's id; a step without an entry is taken up
    as cases come. fields: the guide's fields, for key R&D. first_enterprise: with which of the enterprises it begins.
    is_proposed: its panels are proposed at the desk of the round, all at once.
    """

    code: str
    programme: str
    zh: str
    en: str
    opens: int
    closes: int
    fates: Mapping[str, int]
    phases: Mapping[str, int] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    summary_zh: str = ""
    summary_en: str = ""
    quota: int = 0
    budget_wan: int = 0
    grace_minutes: int = 30
    first_enterprise: int = 0
    is_proposed: bool = False
