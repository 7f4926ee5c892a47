"""Making the plan of instalments again needs nothing but the word."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from keguan.engine.decision import Situation
from keguan.language.definition import Definition
from keguan.language.schema import Pay


def read(post: QueryDict, definition: Definition, step: Pay, verb: str, situation: Situation) -> dict[str, Any]:
    """Nothing."""
    return {}
