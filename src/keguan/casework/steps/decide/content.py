"""What the deciding body says: an amount and a reason."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from keguan.casework.steps import typed
from keguan.engine.decision import Situation
from keguan.language.definition import Definition
from keguan.language.schema import Decide


def read(post: QueryDict, definition: Definition, step: Decide, verb: str, situation: Situation) -> dict[str, Any]:
    """The reason always; an amount where one is given and the answer is yes."""
    content: dict[str, Any] = {"reason": typed.text(post, "reason")}
    if verb == "approve" and step.amount is not None and (amount := typed.fen(post, "amount_fen")) is not None:
        content["amount_fen"] = amount
    return content
