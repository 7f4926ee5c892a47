"""What an application is made of when it is handed in."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from keguan.casework.steps.form_values import typed_values
from keguan.engine.decision import Situation
from keguan.language.definition import Definition
from keguan.language.schema import Apply


def read(post: QueryDict, definition: Definition, step: Apply, verb: str, situation: Situation) -> dict[str, Any]:
    """The whole form as it was typed, with the word that it is meant; nothing where the draft is discarded."""
    if verb == "discard":
        return {}
    form = definition.programme.form(step.form)
    return {"values": typed_values(form, post, situation.state.answers.get(step.form, {})), "confirmed": True}
