"""Fields that several panels ask for: an opinion, and the places of a form that are to be corrected."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

from keguan.casework.steps import typed
from keguan.casework.steps.scene import Scene
from keguan.components.fields import Field
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.schema import Apply, Deliver, Form, Step


@dataclass(frozen=True, slots=True)
class PlaceBox:
    """A field of the form that can be marked as wrong. remark: what is said of it."""

    place: str
    title: Text
    is_marked: bool
    remark: str = ""


def opinion(scene: Scene, label: Text, hint: Text, *, required: bool = False) -> Field:
    """The opinion: a note for a yes, the reason for a no. Those concerned read it."""
    return scene.asked(Field("reason", "prose", label, hint=hint, required=required, most=2000))


def returned_form(definition: Definition, step: Step) -> Form | None:
    """The form to which a step sends a case back for correction, None where it cannot."""
    target = step.routes.get("returned", "")
    back = next((one for one in definition.programme.steps if one.id == target), None)
    return definition.programme.form(back.form) if isinstance(back, Apply | Deliver) else None


def place_boxes(scene: Scene) -> dict[str, PlaceBox]:
    """The fields of the form that the case would be sent back to, to be marked, by their place."""
    form = returned_form(scene.definition, scene.step)
    if form is None or "return" not in scene.verbs:
        return {}
    post = scene.post if scene.post is not None else QueryDict()
    marked, remarks = set(typed.places(post)), typed.remarks(post)
    found = (
        PlaceBox(place, one.title, place in marked or place in remarks, remarks.get(place, ""))
        for one in form.fields
        if not one.computed and (place := f"{form.form}.{one.field}")
    )
    return {one.place: one for one in found}
