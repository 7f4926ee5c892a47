"""A case is ranked with its round; nothing is sent for one alone."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from keguan.engine.decision import Situation
from keguan.language.definition import Definition
from keguan.language.schema import Rank


def read(post: QueryDict, definition: Definition, step: Rank, verb: str, situation: Situation) -> dict[str, Any]:
    """Nothing."""
    return {}
