"""Scored seats against which a tie came up: what the officer reads on the page of the case, and how they set one aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from keguan.casework.models import Case, Recusal, Seat
from keguan.casework.reviewing.rechecking import UNDECIDED, recused
from keguan.casework.steps import typed
from keguan.components.fields import Field
from keguan.engine.decision import Situation
from keguan.engine.setting_aside import panel_before
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal
from keguan.language.schema import Review

_REASON = Field(
    "aside_reason", "text", Text("不予采用的理由", "Why it is set aside"), most=500, required=True,
    hint=Text("记入痕迹；评分留存，不再计入总分。", "It is traced; the scores are kept and no longer count."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TurnedOut:
    """What came up. seats: each with `said`. too_late: why nothing can be set aside any more, None while it can."""

    seats: list[Recusal]
    reason: Field
    chosen: str = ""
    too_late: Problem | None = None


def turned_out_for(
    case: Case,
    actor: Actor,
    situation: Situation,
    sees: frozenset[str],
    seats: Sequence[Seat],
    post: QueryDict | None,
    problems: tuple[Problem, ...],
) -> TurnedOut | None:
    """For who may know the reviewers of a case that is not decided; None where nothing came up. seats: all of the case.
    One query where any has scored."""
    state = situation.state
    if case.step_kind not in UNDECIDED or "reviewers" not in sees or not actor.holds("officer", programme=case.code):
        return None
    rows = (
        [one for one in recused(case) if one.seat.state == "final"]
        if any(one.state == "final" for one in seats)
        else []
    )
    if not rows:
        return None
    here = situation.definition.programme.step(state.step)
    panel = here if isinstance(here, Review) else panel_before(situation)
    reason = _REASON.typed_in(post) if post is not None and _REASON.name in post else _REASON
    named = tuple(replace(one, where=_REASON.name) for one in problems if one.where == "reason")
    return TurnedOut(
        rows,
        reason.with_problems(named) if post is not None and _REASON.name in post else reason,
        post.get("seat", "") if post is not None else "",
        panel.problems[0] if isinstance(panel, Refusal) else None,
    )


def read(post: QueryDict) -> dict[str, Any]:
    """Which seat is set aside, and why."""
    return {"seat": typed.text(post, "seat"), "reason": typed.text(post, _REASON.name)}
