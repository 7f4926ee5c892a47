"""What the parties of an agreement send: the text they read, or why one gives up."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from keguan.casework.steps import typed
from keguan.casework.steps.form_values import typed_values
from keguan.engine.decision import Situation
from keguan.language.definition import Definition
from keguan.language.schema import Agree


def read(post: QueryDict, definition: Definition, step: Agree, verb: str, situation: Situation) -> dict[str, Any]:
    """The digest of the text that was on the page, the reason for giving up, or the form's values."""
    if verb == "refuse":
        return {"reason": typed.text(post, "reason")}
    if verb == "fill":
        form = definition.programme.form(step.form)
        return {"values": typed_values(form, post, situation.state.answers.get(step.form, {}))}
    return {"text": typed.text(post, "text"), "verdicts": typed.verdicts(post)}
