"""One reviewer with one sheet in two windows: what the other window kept is told, never overwritten or sent unseen.

Each question of the sheet carries prints of what it showed; coming back, they are compared with what is kept by then.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.http import QueryDict

from keguan.casework.models import Case, Seat
from keguan.casework.reviewing.drafts import Draft, as_read, draft_of, print_of, storable, who_changed
from keguan.casework.steps.review.panel import on_the_sheet
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


def met(
    values: Mapping[str, str], at: datetime, post: QueryDict, names: Iterable[str]
) -> tuple[QueryDict, tuple[Problem, ...]]:
    """A sheet that comes back, as it is to be shown again: where this window changed nothing it takes what is kept by now,
    where both changed it keeps its own words; and what is to be told of either, beside the field.

    values: what is kept, by field, since `at`. names: the fields that the page carries prints of, in its order.
    """
    shown = shown_in(post)
    filled = post.copy()
    problems: list[Problem] = []
    at = at.astimezone(BEIJING)
    for name in names:
        if name not in shown or name not in values:
            continue
        there, here = values[name], storable(post.get(name, ""))
        if as_read(name, there) == as_read(name, here):
            continue
        match who_changed(shown[name], print_of(there), print_of(here)):
            case "there":
                filled[name] = there
                problems.append(Problem("draft.stale", _NEWER.filled(at=at), where=name))
            case "both":
                said = _ELSEWHERE.filled(at=at, there=there[:400] or "—")
                problems.append(Problem("draft.stale", said, where=name))
    return filled, tuple(problems)


def unseen(case: Case, situation: Situation, post: QueryDict) -> tuple[Refusal, QueryDict] | None:
    """What a reviewer who sends their scores has not seen of what they kept or sent from another window, and the sheet with
    it filled in where this window changed nothing; None where the page showed everything."""
    number = situation.acting.seat
    if not number or "shown" not in post:
        return None
    attempt = situation.state.current.attempt
    seat = Seat.objects.filter(case=case, step=situation.state.step, attempt=attempt, number=int(number)).first()
    if seat is None:
        return None
    draft = draft_of(seat.pk)
    at = draft.saved_at if draft else seat.changed_at
    filled, problems = met(on_the_sheet(seat, draft), at, post, shown_in(post))
    return (Refusal(problems), filled) if problems else None
