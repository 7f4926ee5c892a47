"""Fields that several panels ask for: an opinion, and the places of a form that are to be corrected."""

from __future__ import annotations

from dataclasses import dataclass

from keguan.casework.steps.scene import Scene
from keguan.components.fields import Field
from keguan.kernel.bilingual import Text
from keguan.language.schema import Apply, Deliver


@dataclass(frozen=True, slots=True)
class PlaceBox:
    """A field of the form that can be marked as wrong."""

    place: str
    title: Text
    is_marked: bool


def opinion(scene: Scene, label: Text, hint: Text, *, required: bool = False) -> Field:
    """The opinion: a note for a yes, the reason for a no. Those concerned read it."""
    return scene.asked(Field("reason", "prose", label, hint=hint, required=required, most=2000))


def place_boxes(scene: Scene) -> list[PlaceBox]:
    """The fields of the form that the case would be sent back to, to be marked."""
    target = scene.step.routes.get("returned", "")
    step = next((one for one in scene.definition.programme.steps if one.id == target), None)
    if not isinstance(step, Apply | Deliver) or "return" not in scene.verbs:
        return []
    form = scene.definition.programme.form(step.form)
    marked = set(scene.post.getlist("places")) if scene.post is not None else set()
    names = [(f"{form.form}.{field.field}", field.title) for field in form.fields if not field.computed]
    return [PlaceBox(name, title, name in marked) for name, title in names]
