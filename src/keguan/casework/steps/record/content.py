"""Entries are made by the machine; nothing is sent."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from keguan.engine.decision import Situation
from keguan.language.definition import Definition
from keguan.language.schema import Record


def read(post: QueryDict, definition: Definition, step: Record, verb: str, situation: Situation) -> dict[str, Any]:
    """Nothing."""
    return {}
