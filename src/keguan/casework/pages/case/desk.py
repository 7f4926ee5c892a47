"""The desk of a formal check: the answers on one side, each with a box to mark it; rules, history and decision on the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from keguan.casework.pages.answers import Part, Row, Shown, shown_form
from keguan.casework.pages.case.parts import Parts
from keguan.casework.pages.secrets import hidden_answers
from keguan.casework.steps.opinion import PlaceBox, place_boxes, returned_form
from keguan.casework.steps.scene import Scene
from keguan.engine.moves import names_in
from keguan.language.schema import kind_of

KINDS = ("endorse", "screen", "check")
"""Steps at which somebody reads what was handed in and says yes, no or once more."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on the desk: the forms to be read, the one that may be sent back open and with boxes to mark it."""

    forms: tuple[Shown, ...]
    open_form: str


def desk_of(scene: Scene, parts: Parts) -> Desk | None:
    """The desk, for whom the case waits for at such a step; None for everybody else. No query."""
    state = scene.situation.state
    awaited = any(verb.is_awaited for verb in scene.verbs.values())
    if not state.step or not awaited or kind_of(scene.step) not in KINDS or not parts.forms:
        return None
    target = returned_form(scene.definition, scene.step)
    if target is None or target.form not in state.answers:
        return Desk(parts.forms, parts.forms[-1].name)
    values = state.answers[target.form]
    unasked = scene.definition.hidden_fields(str(target.form), values, names_in(scene.situation))
    # What could be left empty is told as left empty, so that it can be asked for.
    asked = {str(one.field): None for one in target.fields if one.field not in unasked and not one.computed} | dict(
        values
    )
    shown = shown_form(target, asked, parts.names, hidden_answers(scene.actor, scene.case))
    changed = {one.after.where for part in parts.since.parts for one in part.changes} if parts.since else set()
    whole = _marked(shown, place_boxes(scene), changed)
    return Desk(tuple(whole if one.name == whole.name else one for one in parts.forms), whole.name)


def _marked(shown: Shown, boxes: Mapping[str, PlaceBox], changed: Collection[str]) -> Shown:
    def one(row: Row) -> Row:
        return replace(row, mark=boxes.get(row.where), is_changed=row.where in changed)

    return replace(shown, parts=tuple(Part(part.title, tuple(map(one, part.rows))) for part in shown.parts))
