"""Published calls, for everybody: what is open, coming and past, and everything about one, its forms among it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Query, Router, Schema
from pydantic import Field

from keguan.casework.models import Round
from keguan.casework.pages.call_search import COMING, OPEN, PAST, find_calls, published, state_of, who_may_apply
from keguan.casework.pages.programme_words import forms_said, steps_said
from keguan.casework.pages.public.calls import call_or_404
from keguan.casework.versions import definition_of
from keguan.components.keyset import cursor, values_in
from keguan.doors.api.list_routes import next_page
from keguan.doors.api.shapes import Bilingual, Fen
from keguan.language import schema
from keguan.language.vocabulary import APPLICANT_KINDS

router = Router(tags=["calls"], auth=None)

Status = Literal["open", "soon", "closed"]
_WORDS: Final[dict[Any, Status]] = {OPEN: "open", COMING: "soon", PAST: "closed"}
_ORDER: Final = ("-closes", "code")
_NAME: Final = "calls"

Typed = Annotated[str, Field(max_length=100)]


class ProgrammeOf(Schema):
    """A version of a programme; a case keeps to the version it began under."""

    code: str
    version: str
    digest: str
    title: Bilingual


class Topic(Schema):
    """A topic that a call supports."""

    code: str
    title: Bilingual


class Call(Schema):
    """A published call. changed_at: when what it says was last changed, null where it stands as published; budget_fen: 0 where none is given; kinds: of organisations that may apply."""

    code: str
    title: Bilingual
    summary: Bilingual
    notes: Bilingual | None
    contact: Bilingual | None
    status: Status
    programme: ProgrammeOf
    opens: datetime
    closes: datetime
    published_at: datetime
    changed_at: datetime | None
    extended_because: str
    grace_minutes: int
    budget_fen: Fen
    quota: int
    topics: list[Topic]
    kinds: list[str]
    href: str
    guide: str


class Step(Schema):
    """A step of the procedure, in order."""

    id: str
    title: Bilingual
    who: Bilingual
    time: Bilingual | None
    source: str


class FieldChoice(Schema):
    """An answer offered."""

    value: str
    title: Bilingual


class FormColumn(Schema):
    """A column of a table in a form."""

    column: str
    type: str
    title: Bilingual
    required: bool
    choices: list[FieldChoice]


class FormField(Schema):
    """A question. least, most: characters of a text, value of a number, fen of money, rows of a table, number of files.
    Money is a text with its unit, as it is typed on pages, or a whole number of fen; a day is `2026-07-01`; people, organisations and
    files are ids."""

    field: str
    type: str
    title: Bilingual
    hint: Bilingual | None
    required: bool
    computed: bool
    shown_when: str | None
    least: int | None
    most: int | None
    unit: Bilingual | None
    choices: list[FieldChoice]
    columns: list[FormColumn]


class Form(Schema):
    """A form of the programme."""

    form: str
    title: Bilingual
    fields: list[FormField]


class CallDetails(Call):
    """A call with its procedure and its forms."""

    steps: list[Step]
    forms: list[Form]


class CallPage(Schema):
    """A piece of the list of calls. next: the address of the next piece; null after the last one."""

    items: list[Call]
    next: str | None


class CallsAsked(Schema):
    """How calls are narrowed."""

    q: Typed = ""
    status: Status | Literal[""] = ""
    programme: Typed = ""
    kind: Literal["", *APPLICANT_KINDS] = ""  # type: ignore[valid-type]
    topic: Typed = ""
    closes: Literal["", "7", "30"] = Field("", description="closes within so many days · 几天内截止")
    limit: int = Field(60, ge=1, le=200)
    cursor: str = ""


@router.get("/calls", response=CallPage, operation_id="list_calls", summary="Calls · 申报通知", url_name="list_calls")
def list_calls(request: HttpRequest, response: HttpResponse, asked: Query[CallsAsked]) -> dict[str, Any]:
    """Published calls, those that close last at the top. The latest 300 are listed."""
    found = sorted(find_calls(request.GET).narrowed.rows, key=_place)
    if asked.cursor:
        closes, code = values_in(_NAME, _ORDER, asked.cursor)
        found = [one for one in found if _place(one) > (-datetime.fromisoformat(closes).timestamp(), code)]
    shown = found[: asked.limit]
    more = cursor(_NAME, _ORDER, [shown[-1].closes.isoformat(), shown[-1].code]) if len(found) > len(shown) else ""
    return {"items": [call_as_json(request, one) for one in shown], "next": next_page(request, response, more)}


@router.get(
    "/calls/{slug:code}",
    response=CallDetails,
    operation_id="read_call",
    summary="One call · 一项通知",
    url_name="read_call",
)
def read_call(request: HttpRequest, code: str) -> dict[str, Any]:
    """One call: its terms, the steps of its procedure and the forms that are to be filled in."""
    found = call_or_404(code)
    definition = definition_of(found.programme)
    steps = zip(definition.programme.steps, steps_said(definition), strict=True)
    return call_as_json(request, found) | {
        "steps": [
            {
                "id": str(step.id),
                "title": Bilingual.of(said.title),
                "who": Bilingual.of(said.who),
                "time": Bilingual.of(said.time) if said.time else None,
                "source": said.source,
            }
            for step, said in steps
        ],
        "forms": [form_as_json(one) for one in forms_said(definition)],
    }


def _place(one: Round) -> tuple[float, str]:
    return -one.closes.timestamp(), one.code


def call_as_json(request: HttpRequest, one: Round) -> dict[str, Any]:
    """A call as it goes over the wire."""
    return {
        "code": one.code,
        "title": Bilingual.of(one.title),
        "summary": Bilingual.of(one.summary),
        "notes": Bilingual.of(one.notes) if one.notes else None,
        "contact": Bilingual.of(one.contact) if one.contact else None,
        "status": _WORDS[state_of(one)],
        "programme": programme_as_json(one.programme),
        "opens": one.opens,
        "closes": one.closes,
        "published_at": published(one),
        "changed_at": one.changed_at,
        "extended_because": one.extended_because,
        "grace_minutes": one.grace_minutes,
        "budget_fen": one.budget_fen,
        "quota": one.quota,
        "topics": [{"code": topic["code"], "title": topic} for topic in one.topics],
        "kinds": list(who_may_apply(one)),
        "href": request.build_absolute_uri(reverse("call", args=[one.code])),
        "guide": request.build_absolute_uri(reverse("guide", args=[one.code])),
    }


def programme_as_json(version: Any) -> dict[str, Any]:
    """A version of a programme as it goes over the wire."""
    return {
        "code": version.code,
        "version": version.version,
        "digest": version.digest,
        "title": Bilingual.of(version.title),
    }


def form_as_json(form: schema.Form) -> dict[str, Any]:
    """What a form asks, for programs that fill it in."""
    return {"form": str(form.form), "title": Bilingual.of(form.title), "fields": list(_fields(form))}


def _fields(form: schema.Form) -> Iterator[dict[str, Any]]:
    for one in form.fields:
        yield {
            "field": str(one.field),
            "type": one.type,
            "title": Bilingual.of(one.title),
            "hint": Bilingual.of(one.hint) if one.hint else None,
            "required": one.required,
            "computed": one.computed is not None,
            "shown_when": str(one.shown_when) if one.shown_when else None,
            "least": one.least,
            "most": one.most,
            "unit": Bilingual.of(one.unit) if one.unit else None,
            "choices": _choices(one.choices),
            "columns": [
                {
                    "column": str(column.column),
                    "type": column.type,
                    "title": Bilingual.of(column.title),
                    "required": column.required,
                    "choices": _choices(column.choices),
                }
                for column in one.columns
            ],
        }


def _choices(choices: tuple[schema.Choice, ...]) -> list[dict[str, Any]]:
    return [{"value": str(one.value), "title": Bilingual.of(one.title)} for one in choices]
