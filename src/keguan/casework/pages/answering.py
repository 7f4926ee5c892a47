"""Answers of services as answers of the web: on to the next page, or the status that a refusal deserves."""

from __future__ import annotations

import re
from typing import cast

from django.http import HttpRequest

from keguan.kernel.problems import Refusal

_NOT_TYPED = frozenset({"key", "revision", "step", "csrfmiddlewaretoken", "shown", "next", "do", "queue", "onwards"})


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


def onward(request: HttpRequest, otherwise: str) -> str:
    """The page to go on to: a page of a round where the form named one."""
    asked = request.POST.get("next", "")
    return asked if re.fullmatch(r"/rounds/[A-Za-z0-9/_-]*", asked) else otherwise


def kept(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed into a form that is no longer there, by field name."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in _NOT_TYPED and value.strip()
    ]
