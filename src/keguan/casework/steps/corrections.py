"""Why a form came back: the step that returned it, its reason, and the places it named."""

from __future__ import annotations

from dataclasses import dataclass

from keguan.engine.state import CaseState
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.wording import step_title, title_of


@dataclass(frozen=True, slots=True)
class Correction:
    """What has to be corrected. places: path and title of each field that was marked."""

    by: Text
    reason: str
    places: tuple[tuple[str, Text], ...]


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
    places = tuple((str(place), title_of(definition.programme, str(place))) for place in memo.get("places") or ())
    title = step_title(definition.programme.step(step_id))
    return Correction(title, str(memo.get("reason", "")), places)
