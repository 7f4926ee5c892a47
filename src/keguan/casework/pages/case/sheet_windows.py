"""One reviewer with one sheet in two windows: what the other window kept is told, never overwritten or sent unseen.

Each question of the sheet carries prints of what it showed; coming back, they are compared with what is kept by then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.http import QueryDict

from keguan.casework.models import Case, Seat
from keguan.casework.reviewing.drafts import Draft, draft_of, print_of, storable
from keguan.engine.decision import Situation
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING
from keguan.kernel.problems import Problem, Refusal

_SHOWN = re.compile(r"([a-z0-9_.]{1,80})~([0-9a-f]{32})")
_ELSEWHERE = Text(
    "另一窗口在 {at:%H:%M} 存为：“{there}”。您这里写的还没有保存；请比较，再按“保存草稿”即以这里写的为准。",
    "Another window kept at {at:%H:%M}: “{there}”. What you typed here is not kept yet: compare, then press “Keep as a"
    " draft” for what stands here.",
)
_NEWER = Text(
    "另一窗口在 {at:%H:%M} 改了这一项，现已显示其内容，请核对后再提交。",
    "Another window changed this at {at:%H:%M}; its words stand here now. Look at them before you send.",
)


def shown_in(post: QueryDict) -> dict[str, str]:
    """The print of each field as the page showed it; none where a page carries none."""
    return {name: there for one in post.getlist("shown") for name, there in _SHOWN.findall(one)}


def marks(kept: Draft, typed: Mapping[str, str], shown: Mapping[str, str]) -> dict[str, str]:
    """What each question carries from now on, by its first field: the print of what is kept, unless its page shows
    something else still."""
    prints = {
        name: print_of(kept.values[name]) if kept.values.get(name) == storable(value) else shown.get(name, "")
        for name, value in typed.items()
    }
    return {
        name: " ".join(f"{one}~{prints[one]}" for one in dict.fromkeys((name, remark_on(name))) if prints.get(one))
        for name in typed
        if not name.startswith("comments.")
    }


def remark_on(name: str) -> str:
    """The field for what is said of a criterion, by that of its points; other names as they are."""
    return name.replace("scores.", "comments.", 1)


def clash_problems(kept: Draft) -> tuple[Problem, ...]:
    """What another window kept where this one says something else."""
    at = kept.saved_at.astimezone(BEIJING)
    return tuple(
        Problem("draft.stale", _ELSEWHERE.filled(at=at, there=there[:400] or "—"), where=name)
        for name, there in kept.clashes.items()
    )


def unseen(case: Case, situation: Situation, post: QueryDict) -> tuple[Refusal, QueryDict] | None:
    """What a reviewer who sends their scores has not seen of their own draft, and the sheet with it filled in where this
    window changed nothing; None where the page showed everything."""
    shown = shown_in(post)
    number = situation.acting.seat
    if not shown or not number:
        return None
    attempt = situation.state.current.attempt
    seat = Seat.objects.filter(case=case, step=situation.state.step, attempt=attempt, number=int(number)).first()
    draft = draft_of(seat.pk) if seat is not None else None
    if draft is None:
        return None
    sent = {name: storable(post.get(name, "")) for name in shown}
    missed = {
        name: draft.values[name]
        for name in shown
        if name in draft.values and draft.values[name] != sent[name] and shown[name] != print_of(draft.values[name])
    }
    if not missed:
        return None
    at = draft.saved_at.astimezone(BEIJING)
    filled = post.copy()
    problems = []
    for name, there in missed.items():
        if shown[name] == print_of(sent[name]):
            filled[name] = there
            problems.append(Problem("draft.stale", _NEWER.filled(at=at), where=name))
        else:
            problems.append(Problem("draft.stale", _ELSEWHERE.filled(at=at, there=there[:400] or "—"), where=name))
    return Refusal(tuple(problems)), filled
