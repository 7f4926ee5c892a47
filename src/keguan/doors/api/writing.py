"""What machines do with cases: through the same doors as pages, as the person behind the token, once for each key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import BaseModel, ConfigDict, Field

from keguan.casework import services, sides
from keguan.casework.drafting import opening
from keguan.casework.drafting.drafts import save_draft
from keguan.casework.models import Case, Notice, Round
from keguan.casework.pages.answering import request_id, status_of_refusal
from keguan.casework.pages.form.sheet import sheet_for
from keguan.casework.pages.opened import case_for, closed_parts
from keguan.casework.permissions import is_own
from keguan.components.access import actor_on
from keguan.doors.api import list_routes
from keguan.doors.api.idempotency import Key, once
from keguan.doors.api.interface import needs
from keguan.doors.api.shapes import Bilingual, ProblemOne
from keguan.doors.web.problem_details import problem_as_json, problem_response
from keguan.engine.decision import Command
from keguan.engine.moves import refuse
from keguan.kernel.bilingual import Text
from keguan.kernel.ids import new_key
from keguan.kernel.problems import Forbidden, Problem, Refusal

router = Router(tags=["casework"])

MOST_ID = 2**63 - 1


class Body(BaseModel):
    """What is sent. A member that is not described is a slip, and refused."""

    model_config = ConfigDict(extra="forbid")


class Beginning(Body):
    """An application in a call. host: the id of an organisation one belongs to."""

    call: str = Field(max_length=40, pattern=r"^[A-Za-z0-9-]+$")
    host: int = Field(ge=1, le=MOST_ID)


class Doing(Body):
    """A deed. step: where the case stands (`read_case`); revision: as read, so that nothing is done on what has changed;
    content: what the deed takes, as `values` for a form, `verdicts`, `reason`, `amount_fen`, `scores`."""

    step: str = Field(max_length=100)
    revision: int | None = Field(None, ge=0, le=2**31 - 1)
    content: dict[str, Any] = {}


class Typed(Body):
    """Answers to keep in a draft, by field. seen: the revision of the draft that they were made from; what was changed
    later is not overwritten."""

    values: dict[str, Any]
    seen: int = Field(0, ge=0, le=2**31 - 1)


class Submission(Body):
    """Handing in a draft. revision: of the draft, as it was read; confirmed: the applicant's declaration."""

    revision: int = Field(ge=0, le=2**31 - 1)
    confirmed: bool


class Done(Schema):
    """It happened. step: where the case is now, "" after its end."""

    number: str
    revision: int
    step: str
    end: str


class KeptField(Schema):
    """What stands in a field of a draft, since when."""

    value: Any
    revision: int
    at: datetime


class DraftSaved(Schema):
    """The draft is kept. clashes: the fields that were changed meanwhile, with what stands there: only these were not
    written. problems: what is wrong with the answers as such; they are kept all the same."""

    revision: int
    clashes: dict[str, KeptField]
    problems: list[ProblemOne]


class DraftOne(Schema):
    """A draft as it would be gone on from. is_open: whether it can be typed into now; closed: sections that are kept from
    this person, by title."""

    number: str
    form: str
    revision: int
    is_open: bool
    values: dict[str, Any]
    closed: list[Bilingual]


def _writes(operation_id: str, summary: str, *statuses: int) -> dict[str, Any]:
    guarded = needs("write:cases")
    guarded["openapi_extra"]["x-statuses"] = [409, *statuses]
    return {"operation_id": operation_id, "url_name": operation_id, "summary": summary, **guarded}


# Beside the list at the same address: one router answers for all methods of a path.
@list_routes.router.post(
    "/cases", response={201: Done}, tags=["casework"], **_writes("begin_case", "Begin an application · 开始申报")
)
def begin_case(request: HttpRequest, key: Key, body: Beginning) -> HttpResponse:
    """Begin an application in a call. Its form then waits as a draft."""

    def do() -> dict[str, Any] | Refusal:
        try:
            done = opening.start(body.call, actor_on(request), body.host, new_key(), request_id=request_id(request))
        except Round.DoesNotExist:
            return refuse("call.unknown", Text("没有这项通知。", "There is no such call."), where="call")
        return _done(done)

    return once(request, key, body.model_dump(), do, status=201)


@router.post("/cases/{slug:number}/deeds/{slug:verb}", response=Done, **_writes("do_deed", "Act on a case · 办理"))
def do_deed(request: HttpRequest, number: str, verb: str, key: Key, body: Doing) -> HttpResponse:
    """Ask something of a case: what its `deeds` name. A refusal carries every problem at once."""
    case_for(request, number)

    def do() -> dict[str, Any] | Refusal:
        command = Command(verb, body.step, body.content)
        return _done(
            services.act(
                number, command, actor_on(request), new_key(), revision=body.revision, request_id=request_id(request)
            )
        )

    return once(request, key, body.model_dump(), do)


@router.post(
    "/cases/{slug:number}/withdrawal",
    response={201: Done},
    **_writes("withdraw_case", "Ask for an application back · 申请撤回"),
)
def withdraw_case(request: HttpRequest, number: str, key: Key) -> HttpResponse:
    """Open the withdrawal of a case: a side case, whose form then waits."""
    case_for(request, number)

    def do() -> dict[str, Any] | Refusal:
        opened = sides.open_side(number, "withdraw", actor_on(request), new_key(), request_id=request_id(request))
        return _done(opened)

    return once(request, key, {}, do, status=201)


@router.post(
    "/notices/{slug:number}/objection",
    response={201: Done},
    **_writes("object_to_notice", "Object to what a notice says · 对公示提出异议"),
)
def object_to_notice(request: HttpRequest, number: str, key: Key) -> HttpResponse:
    """Open an objection to the notice on a case of this number (`list_notices`), under one's real name: a side case, whose
    form then waits."""
    if not Notice.objects.filter(case__number=number).exists():
        raise Http404

    def do() -> dict[str, Any] | Refusal:
        return _done(sides.open_side(number, "object", actor_on(request), new_key(), request_id=request_id(request)))

    return once(request, key, {}, do, status=201)


@router.get(
    "/cases/{slug:number}/drafts/{slug:form}",
    response=DraftOne,
    operation_id="read_draft",
    url_name="read_draft",
    summary="A draft · 草稿",
    **needs("read:cases"),
)
def read_draft(request: HttpRequest, number: str, form: str) -> dict[str, Any]:
    """A form as its people have it so far."""
    sheet = sheet_for(request, number, form, with_facts=False)
    if not (sheet.is_open or is_own(sheet.actor, sheet.case)):
        if problem := closed_parts(sheet.actor, sheet.case).get("proposal"):
            raise Forbidden("read this form", (problem,))
        raise Http404
    return {
        "number": number,
        "form": form,
        "revision": sheet.revision,
        "is_open": sheet.is_open,
        "values": sheet.values,
        "closed": [Bilingual.of(sheet.form.sections[at].section) for at in sorted(sheet.closed)],
    }


@router.patch(
    "/cases/{slug:number}/drafts/{slug:form}", response=DraftSaved, **_writes("save_draft", "Keep a draft · 保存草稿")
)
def patch_draft(request: HttpRequest, number: str, form: str, body: Typed) -> dict[str, Any] | HttpResponse:
    """Keep answers, field by field; fields that are not sent stay as they are. Incomplete or wrong ones are kept, too."""
    sheet = sheet_for(request, number, form, with_facts=False)
    known = {str(one.field) for one in sheet.form.fields}
    if unknown := sorted(body.values.keys() - known):
        say = Text("表单没有这一项。", "The form has no such field.")
        problems = [Problem("draft.field", say, f"{form}.{name[:80]}") for name in unknown[:20]]
        return problem_response(request, 422, problems)
    try:
        saved = save_draft(number, form, body.values, body.seen, actor_on(request), request_id=request_id(request))
    except Case.DoesNotExist as gone:
        raise Http404 from gone
    if isinstance(saved, Refusal):
        return problem_response(request, status_of_refusal(saved), saved.problems)
    clashes = {
        name: {"value": one.value, "revision": one.revision, "at": one.at} for name, one in saved.clashes.items()
    }
    problems_said = [problem_as_json(one) for one in saved.problems]
    return {"revision": saved.revision, "clashes": clashes, "problems": problems_said}


@router.post(
    "/cases/{slug:number}/drafts/{slug:form}/submission",
    response=Done,
    **_writes("submit_draft", "Hand in · 提交"),
)
def submit_draft(request: HttpRequest, number: str, form: str, key: Key, body: Submission) -> HttpResponse:
    """Hand in a draft as it stands. The write door checks everything; what is wrong comes back all at once."""
    sheet = sheet_for(request, number, form, with_facts=False)

    def do() -> dict[str, Any] | Refusal:
        if not sheet.is_open:
            said = Text("该办件已进入下一环节，表单不再可改。", "The case has moved on; the form is closed.")
            return refuse("case.moved_on", said, value=form)
        if body.revision != sheet.revision:
            said = Text("草稿又有修改，请重新读取、核对。", "The draft has changed; read it again and check it.")
            return refuse("draft.stale", said, where="revision", value=str(sheet.revision))
        if not body.confirmed:
            said = Text("须作出承诺（confirmed 为 true）。", "The declaration is needed (confirmed is true).")
            return refuse("submit.unconfirmed", said, where="confirmed")
        command = Command(sheet.verb, str(sheet.step.id), {"values": sheet.values, "confirmed": True})
        return _done(services.act(number, command, sheet.actor, new_key(), request_id=request_id(request)))

    return once(request, key, body.model_dump(), do)


def _done(answer: services.Done | Refusal) -> dict[str, Any] | Refusal:
    if isinstance(answer, Refusal):
        return answer
    return {"number": answer.number, "revision": answer.revision, "step": answer.step, "end": answer.end}
