"""Answers of services as answers of the web: on to the next page, or the status that a refusal deserves."""

from __future__ import annotations

import re
from typing import cast

from django.http import HttpRequest, QueryDict

from keguan.casework.drafting.reuse import Taken
from keguan.casework.steps.review.content import words_of
from keguan.components.notices import tell
from keguan.components.reader import said
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Refusal
from keguan.language.schema import Programme

_TAKEN = Text("已从 {number} 带入 {n} 项，请逐项核对。", "{n} answers were taken from {number}: check each of them.")
_NOTHING_TAKEN = Text(
    "{number} 没有可带入的内容：相同的项都已填写。",
    "Nothing to take from {number}: what both ask is filled in already.",
)
_WORDS = {
    "reason": Text("理由", "Reason"),
    "because": Text("原因", "Why"),
    "despite": Text("仍然指派的理由", "Why all the same"),
    "amount": Text("金额（万元）", "Amount (10 000 yuan)"),
    "note": Text("备注", "Note"),
}
_NOT_TYPED = frozenset(
    {"key", "revision", "step", "csrfmiddlewaretoken", "shown", "next", "do", "queue", "onwards", "upto", "office_item"}
)


def status_of_refusal(refusal: Refusal) -> int:
    """403 where the right is missing, 409 where somebody was faster, 422 for everything else."""
    codes = [problem.code for problem in refusal.problems]
    if any(code.startswith("right.") for code in codes):
        return 403
    if any(code in ("case.moved_on", "case.stale", "draft.stale", "case.key_reused", "case.ended") for code in codes):
        return 409
    return 422


def request_id(request: HttpRequest) -> str:
    """The number of this request, for the trace."""
    return cast(str, getattr(request, "request_id", ""))


def onward(post: QueryDict, otherwise: str) -> str:
    """The page to go on to: a page of a round where the form named one."""
    asked = post.get("next", "")
    return asked if re.fullmatch(r"/rounds/[A-Za-z0-9/_-]*", asked) else otherwise


def kept(request: HttpRequest, programme: Programme, begins: tuple[str, ...] = ("",)) -> list[tuple[str, str]]:
    """What was typed into a form that is no longer there, beside what each place was called; by its name where it was called
    nothing. begins: the names looked for, by how they begin."""
    words = {**_WORDS, **{name: word for rubric in programme.rubrics for name, word in words_of(rubric).items()}}
    return [
        (said(words[name]) if name in words else name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in _NOT_TYPED and name.startswith(begins) and value.strip()
    ]


def tell_taken(request: HttpRequest, taken: Taken | Refusal, source: str) -> None:
    """Say on the next page what was taken from an earlier application, or why nothing was."""
    if isinstance(taken, Refusal):
        for problem in taken.problems:
            tell(request, problem.say, "warn")
        return
    tell(request, (_TAKEN if taken.count else _NOTHING_TAKEN).filled(n=taken.count, number=source))
