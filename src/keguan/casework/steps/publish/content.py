"""A notice ends by time; nothing is sent."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from keguan.engine.decision import Situation
from keguan.language.definition import Definition
from keguan.language.schema import Publish


def read(post: QueryDict, definition: Definition, step: Publish, verb: str, situation: Situation) -> dict[str, Any]:
    """Nothing."""
    return {}
