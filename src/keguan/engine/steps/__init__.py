"""The twelve step kinds, one file each. A kind answers with moves; where a case goes next is the machine's business."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from keguan.engine.moves import Kind
from keguan.engine.steps import (
    agree,
    apply,
    check,
    decide,
    deliver,
    endorse,
    pay,
    publish,
    rank,
    record,
    review,
    screen,
)
from keguan.language.schema import Step, kind_of

KINDS: Mapping[str, Kind] = {
    "apply": cast(Kind, apply),
    "endorse": cast(Kind, endorse),
    "screen": cast(Kind, screen),
    "review": cast(Kind, review),
    "rank": cast(Kind, rank),
    "decide": cast(Kind, decide),
    "publish": cast(Kind, publish),
    "agree": cast(Kind, agree),
    "pay": cast(Kind, pay),
    "deliver": cast(Kind, deliver),
    "check": cast(Kind, check),
    "record": cast(Kind, record),
}


def kind_for(step: Step) -> Kind:
    """The kind's module for a step of a definition."""
    return KINDS[kind_of(step)]
