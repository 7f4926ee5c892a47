"""Why a form came back: the step that returned it, its reason, and the places it marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keguan.engine.state import CaseState
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.wording import step_title, title_of


@dataclass(frozen=True, slots=True)
class Mark:
    """A field that was marked for correction. remark: what was said of it, "" where nothing was."""

    place: str
    title: Text
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """What has to be corrected."""

    by: Text
    reason: str
    marks: tuple[Mark, ...]

    @property
    def remarks(self) -> dict[str, str]:
        """What was said of each marked field, by its place."""
        return {one.place: one.remark for one in self.marks}


def marks_in(definition: Definition, memo: Mapping[str, Any]) -> tuple[Mark, ...]:
    """The places that a return marked. Returns of earlier days say nothing of single places."""
    remarks = memo.get("remarks") or {}
    return tuple(
        Mark(str(place), title_of(definition.programme, str(place)), str(remarks.get(place, "")))
        for place in memo.get("places") or ()
    )


def corrections(definition: Definition, state: CaseState) -> Correction | None:
    """The latest return, if the case stands where it was sent back to; None for one that was never returned."""
    if not state.step:
        return None
    returned = [
        (one.closed, step_id) for step_id, one in state.steps.items() if one.outcome == "returned" and one.closed
    ]
    if not returned:
        return None
    closed, step_id = max(returned)
    if closed is None or closed < state.current.entered:
        return None
    memo = state.steps[step_id].memo
    title = step_title(definition.programme.step(step_id))
    return Correction(title, str(memo.get("reason", "")), marks_in(definition, memo))
