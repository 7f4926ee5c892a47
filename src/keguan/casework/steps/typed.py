"""What was typed into the panel of a step, as commands take it."""

from __future__ import annotations

import re
from typing import Any

from django.http import QueryDict

from keguan.components.typed import read_money, read_whole
from keguan.kernel.problems import Problem

REMARK = "remark."
MOST_REMARKED = 500
_VERDICT = re.compile(r"verdicts\.([a-z0-9_]+\.[a-z0-9_]+)")


def text(post: QueryDict, name: str) -> str:
    """One text, line ends as \\n, without the one character that the database cannot keep."""
    return post.get(name, "").replace("\r\n", "\n").replace("\x00", "").strip()


def whole(post: QueryDict, name: str) -> int | str | None:
    """A whole number; the text itself where it is none, so that the engine names the place; None for an empty field."""
    typed = text(post, name)
    read = read_whole(typed) if typed else None
    return typed[:80] if isinstance(read, Problem) else read


def fen(post: QueryDict, name: str) -> int | str | None:
    """An amount typed in 万元 as fen; the text itself where it is none; None for an empty field."""
    typed = text(post, name)
    read = read_money(typed) if typed else None
    return typed[:80] if isinstance(read, Problem) else read.fen if read is not None else None


def ticked_ids(post: QueryDict, name: str) -> list[int]:
    """The things that were ticked, by id; what is none is left out."""
    return [int(one) for one in post.getlist(name) if one.isdecimal() and len(one) < 19]


def places(post: QueryDict) -> list[str]:
    """The places of the form that were marked as wrong."""
    return [one[:200] for one in post.getlist("places")][:200]


def remarks(post: QueryDict) -> dict[str, str]:
    """What was said of single places of the form, by place."""
    found = {name.removeprefix(REMARK): text(post, name) for name in post if name.startswith(REMARK)}
    return {place[:200]: said[:MOST_REMARKED] for place, said in found.items() if said}


def verdicts(post: QueryDict) -> dict[str, dict[str, Any]]:
    """The answers to rules: `set.rule` → result and reason. Rules left alone are left out."""
    found: dict[str, dict[str, Any]] = {}
    for name in post:
        if (match := _VERDICT.fullmatch(name)) and (result := text(post, name)):
            found[match[1]] = {"result": result[:20], "reason": text(post, f"{name}.reason")}
    return found
