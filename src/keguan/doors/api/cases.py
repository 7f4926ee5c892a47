"""One case: where it stands, what its reader may do now, and what its forms say."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from ninja import Router, Schema

from keguan.casework import services
from keguan.casework.drafting.drafts import form_of
from keguan.casework.models import Case
from keguan.casework.pages.case_words import status_of
from keguan.casework.pages.opened import case_for, closed_parts, note_reading
from keguan.casework.pages.secrets import hidden_answers
from keguan.casework.permissions import is_blinded
from keguan.components.access import actor_on
from keguan.doors.api.calls import ProgrammeOf, programme_as_json
from keguan.doors.api.interface import needs
from keguan.doors.api.shapes import Bilingual
from keguan.engine.machine import commands_for
from keguan.kernel.problems import Forbidden

router = Router(tags=["casework"])


class Deed(Schema):
    """Something that the person may do with the case now. is_awaited: whether the case waits for it."""

    name: str
    title: Bilingual
    role: str
    is_awaited: bool


class CaseOne(Schema):
    """A case. revision: send it along with a deed, so that nothing is done on what has changed. step: where it stands, ""
    after its end. form: what its step asks to be filled in, "" for nothing. end: how it ended, "" while it runs."""

    number: str
    title: str
    programme: ProgrammeOf
    round: str
    host: str
    status: Bilingual
    step: str
    step_kind: str
    form: str
    end: str
    due: datetime | None
    submitted: datetime | None
    revision: int
    deeds: list[Deed]
    href: str


class Answers(Schema):
    """What was handed in. values: by field, as the forms of the call describe them; hidden: fields whose answer is kept
    from this reader."""

    number: str
    form: str
    values: dict[str, Any]
    hidden: list[str]


@router.get(
    "/cases/{slug:number}",
    response=CaseOne,
    operation_id="read_case",
    summary="One case · 一个办件",
    url_name="read_case",
    **needs("read:cases"),
)
def read_case(request: HttpRequest, number: str) -> dict[str, Any]:
    """Where a case stands, and what may be done with it now."""
    found, actor = case_for(request, number)
    return case_as_json(request, found, services.situation_for(found, actor))


def case_as_json(request: HttpRequest, found: Case, situation: Any) -> dict[str, Any]:
    """A case as it goes over the wire, for whom the situation is meant."""
    knows_host = found.host is not None and not is_blinded(actor_on(request), found)
    return {
        "number": found.number,
        "title": found.title,
        "programme": programme_as_json(found.programme),
        "round": found.round.code if found.round else "",
        "host": found.host.name if found.host and knows_host else "",
        "status": Bilingual.of(status_of(found).text),
        "step": found.step,
        "step_kind": found.step_kind,
        "form": form_of(situation) if not found.end else "",
        "end": found.end,
        "due": found.due_at,
        "submitted": found.submitted_at,
        "revision": found.revision,
        "deeds": [
            {
                "name": one.verb.name,
                "title": Bilingual.of(one.verb.title),
                "role": one.verb.role,
                "is_awaited": one.verb.is_awaited,
            }
            for one in commands_for(situation)
        ],
        "href": request.build_absolute_uri(reverse("case", args=[found.number])),
    }


@router.get(
    "/cases/{slug:number}/forms/{slug:form}",
    response=Answers,
    operation_id="read_answers",
    summary="What was handed in · 已提交的内容",
    url_name="read_answers",
    **needs("read:cases"),
)
def read_answers(request: HttpRequest, number: str, form: str) -> dict[str, Any]:
    """What a form of a case says, as it was handed in. Reading what is confidential is traced."""
    found, actor = case_for(request, number)
    values = services.state_of(found).answers.get(form)
    if values is None:
        raise Http404
    if problem := closed_parts(actor, found).get("proposal"):
        raise Forbidden("read this form", (problem,))
    note_reading(request, found, actor, ["proposal"])
    hidden = hidden_answers(actor, found)
    kept = sorted(name for name in values if f"{form}.{name}" in hidden)
    return {
        "number": number,
        "form": form,
        "values": {name: value for name, value in values.items() if name not in kept},
        "hidden": kept,
    }
