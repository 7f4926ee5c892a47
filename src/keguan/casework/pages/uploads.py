"""Files that come with a form: kept as documents of the case, or named with what is wrong with them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, BinaryIO, cast

from django.http import HttpRequest

from keguan.casework.steps.form_values import FILES
from keguan.kernel.actors import Actor
from keguan.kernel.problems import Problem, Refused
from keguan.language.schema import Form
from keguan.registers.documents.services import keep


def take_files(
    request: HttpRequest, form: Form, values: dict[str, Any], number: str, actor: Actor
) -> tuple[Problem, ...]:
    """Keep every file that was sent, and add it to its field. Returns a problem for each that is not accepted."""
    problems: list[Problem] = []
    for one in form.fields:
        where = f"{form.form}.{one.field}"
        sent = request.FILES.getlist(where + FILES) if one.type == "file" else []
        for file in sent:
            try:
                document = keep(file.name or "", cast(BinaryIO, file), actor, origin=number)
            except Refused as refused:
                problems += [replace(problem, where=where) for problem in refused.refusal.problems]
                continue
            kept = list(values.get(one.field) or [])
            values[one.field] = [*kept, document.pk] if document.pk not in kept else kept
    return tuple(problems)
