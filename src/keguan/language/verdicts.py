"""Three-valued verdicts: a rule is met, not met, or a person has to answer it. A missing answer never passes silently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from keguan.kernel.bilingual import Text

Result = Literal["meets", "fails", "person", "exempt"]

SAID: Mapping[str, Text] = {
    "meets": Text("符合", "meets"),
    "fails": Text("不符合", "does not meet"),
    "person": Text("需人工判断", "needs a person"),
    "exempt": Text("不适用", "does not apply"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule said of a case, with everything it rested on, frozen.

    rule: `set.rule`. values: every name the rule read, with its value. missing: the names that had none.
    answered: whether a person gave the answer, and `reason` is theirs.
    """

    rule: str
    result: Result
    say: Text
    source: str
    values: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    fix: Text | None = None
    ask: Text | None = None
    override: bool = False
    answered: bool = False
    reason: str = ""
