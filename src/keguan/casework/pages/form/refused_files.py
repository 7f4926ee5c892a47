"""Files that were not taken stay told, in the browser that sent them, until others come in their place or the person says
that they are done with them: nobody should believe a file to be there that is not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest, QueryDict

from keguan.casework.steps.form_values import FILES, LARGE
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.schema import Form
from keguan.registers.documents.content import shown_name
from keguan.registers.documents.services import most_bytes, too_large

_KEY = "refused_files"
_MOST_FORMS = 5
_MOST_FILES = 10
NAMED = Text("“{name}”：{say}", "“{name}”: {say}")
_NONE = Text("还没有选择文件，没有上传任何内容", "No file is chosen; nothing was uploaded")
_CHOOSE = Text("请先选择文件，再按“上传”或“替换”", "Choose a file first, then press “Upload” or “Replace”")


def too_large_at_home(form: Form, post: QueryDict) -> tuple[Problem, ...]:
    """What is said of files that the page did not even send, for they were too large."""
    most = most_bytes()
    return tuple(
        told(too_large("", most), where, name)
        for where in _file_questions(form)
        for name in post.getlist(where + LARGE)[:_MOST_FILES]
    )


def told(problem: Problem, where: str, name: str) -> Problem:
    """What is wrong with a file, with its name, at its question."""
    say = NAMED.filled(name=shown_name(name), say=problem.say)
    return Problem(problem.code, say, where, shown_name(name), problem.source, problem.fix)


def nothing_chosen(request: HttpRequest, form: Form, button: str) -> tuple[Problem, ...]:
    """What is said to somebody who presses a button that uploads, with no file chosen beside it."""
    verb, _, rest = button.partition(":")
    where = rest.partition(":")[0]
    if verb not in ("find", "replace") or where not in _file_questions(form):
        return ()
    if any(name == where + FILES or name.startswith(f"{where}{FILES}=") for name in request.FILES):
        return ()
    return (Problem("document.none", _NONE, where, fix=_CHOOSE),)


def note(request: HttpRequest, number: str, form: Form, problems: Iterable[Problem]) -> None:
    """Remember which files were refused. Where files came for a question, or were held back, only they count from now on;
    `waive:` forgets them."""
    fresh = tuple(problems)
    came = {name.partition(FILES)[0] for name in request.FILES} | {one.where for one in fresh}
    verb, _, where = request.POST.get("do", "").partition(":")
    if verb == "waive":
        came.add(where)
        fresh = tuple(one for one in fresh if one.where != where)
    before = remembered(request, number, form)
    now = [*(one for one in before if one.where not in came), *fresh][-_MOST_FILES:]
    if tuple(now) != before:
        _keep(request, f"{number}/{form.form}", now)


def remembered(request: HttpRequest, number: str, form: Form) -> tuple[Problem, ...]:
    """The refused files of a form that nobody has dealt with yet."""
    kept = request.session.get(_KEY, {}).get(f"{number}/{form.form}", [])
    return tuple(_read(one) for one in kept)


def _keep(request: HttpRequest, of: str, problems: Sequence[Problem]) -> None:
    kept = {name: one for name, one in request.session.get(_KEY, {}).items() if name != of}
    if problems:
        kept[of] = [_written(one) for one in problems]
    request.session[_KEY] = dict(list(kept.items())[-_MOST_FORMS:])


def _written(one: Problem) -> dict[str, Any]:
    fix = [one.fix.zh, one.fix.en] if one.fix else None
    say, value = [one.say.zh, one.say.en], str(one.value)
    return {"code": one.code, "where": one.where, "value": value, "source": one.source, "say": say, "fix": fix}


def _read(kept: dict[str, Any]) -> Problem:
    fix = Text(*kept["fix"]) if kept["fix"] else None
    return Problem(kept["code"], Text(*kept["say"]), kept["where"], kept["value"], kept["source"], fix)


def _file_questions(form: Form) -> tuple[str, ...]:
    return tuple(f"{form.form}.{one.field}" for one in form.fields if one.type == "file")
