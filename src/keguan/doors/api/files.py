"""Files over the interface: handed in for a form, and read again by everybody who may read its answers."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from ninja import File, Router, Schema
from ninja.files import UploadedFile

from keguan.casework.documents.files import file_for
from keguan.casework.pages.form.sheet import sheet_for
from keguan.casework.situation.attachments import no_room
from keguan.components.access import actor_on
from keguan.doors.api.idempotency import told
from keguan.doors.api.interface import needs
from keguan.doors.api.scopes import Scope
from keguan.doors.api.writing import MOST_ID
from keguan.doors.web.problem_details import problem_response
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.registers.documents.models import MEDIA_TYPES
from keguan.registers.documents.services import keep

router = Router(tags=["casework"])

_CLOSED = Problem(
    "case.moved_on",
    Text("该表单现在不能填写，文件没有收下。", "The form cannot be filled in now; the file was not taken."),
)


class FileKept(Schema):
    """A file of a case. id: what a field of type file takes, in its list. sha256: of what was kept."""

    id: int
    name: str
    media_type: str
    size_bytes: int
    sha256: str


def _guarded(scope: Scope, **described: Any) -> dict[str, Any]:
    guarded = needs(scope)
    guarded["openapi_extra"] |= described
    return guarded


_CONTENT = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES}


@router.post(
    "/cases/{slug:number}/drafts/{slug:form}/files",
    response={201: FileKept},
    operation_id="hand_in_file",
    url_name="hand_in_file",
    summary="Hand in a file · 上传文件",
    **_guarded("write:cases", **{"x-statuses": [409]}),
)
def hand_in_file(request: HttpRequest, number: str, form: str, file: File[UploadedFile]) -> HttpResponse:
    """Keep a file for a form that is open. It stands nowhere before its id is put into a field of the draft (`save_draft`).
    The same file handed in again is the same one."""
    sheet = sheet_for(request, number, form, with_facts=False)
    if not sheet.is_open:
        return problem_response(request, 409, [_CLOSED])
    answers = {**sheet.situation.state.answers, form: sheet.values}
    if problem := no_room(number, sheet.situation.definition, answers, file.size or 0):
        return problem_response(request, 422, [problem])
    kept = keep(file.name or "", cast(BinaryIO, file), sheet.actor, origin=number)
    names = ("name", "media_type", "size_bytes", "sha256")
    return told(request, 201, {"id": kept.pk} | {name: getattr(kept, name) for name in names})


@router.get(
    "/files/{int:pk}",
    operation_id="read_file",
    url_name="read_file",
    summary="A file · 一个文件",
    **_guarded("read:cases", responses={200: {"content": _CONTENT}}),
)
def read_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file itself. The reading is traced, and a reviewer's copy bears their name."""
    if pk > MOST_ID:
        raise Http404
    return file_for(actor_on(request), pk)
