"""Files of a case, for everybody who may read the answer that they were handed in with."""

from __future__ import annotations

from urllib.parse import quote

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404

from keguan.casework.documents.stamping import BYTES_MOST, Unstampable, stamped
from keguan.casework.models import Case
from keguan.casework.pages.secrets import neutral_name, open_files
from keguan.casework.permissions import is_blinded, reads_by_seat, why_not
from keguan.casework.reviewing.watermarks import said_of
from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Forbidden, Problem
from keguan.registers.documents.models import Document
from keguan.registers.documents.pages import file_answer
from keguan.registers.documents.services import open_document

_UNSTAMPED = Problem(
    "right.unstamped",
    Text(
        "双盲评审只提供能加水印的 PDF 附件；这个文件可能透露申报人身份。",
        "A double-blind review hands out PDF attachments that can be stamped; this file might tell who applies.",
    ),
    fix=Text("需要时请联系项目主管换成 PDF。", "If you need it, ask the officer for a PDF."),
)
_CLOSED = Text("您不能下载这个文件。", "You may not download this file.")


@page(SIGNED_IN)
def case_document(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file itself, as an attachment; the reading is traced."""
    return file_for(actor_on(request), pk)


def file_for(actor: Actor, pk: int) -> HttpResponseBase:
    """The file as this reader may have it; the reading is traced. Raises Http404, and Forbidden with the reason."""
    document = get_object_or_404(Document, pk=pk)
    if document.uploaded_by_id is None or document.uploaded_by_id != actor.person:
        case = Case.objects.filter(number=document.origin).exclude(number="").first()
        problem = why_not(actor, case, "proposal") if case else None
        if case is None or problem or pk not in open_files(actor, case):
            raise Forbidden("download this file", (problem or Problem("right.document", _CLOSED),))
        if reads_by_seat(actor, case):
            return _for_a_reviewer(document, actor, case)
    return file_answer(document, actor)


def _for_a_reviewer(document: Document, actor: Actor, case: Case) -> HttpResponseBase:
    """The file with the reviewer's name across its pages. What cannot carry it goes out as it is, unless the review is
    double-blind: a file of another kind, or one that cannot be read, may say who made it. Raises Forbidden."""
    blinded, at = is_blinded(actor, case), clock.now()
    name = neutral_name(document.pk, document.name) if blinded else document.name
    with transaction.atomic(), open_document(document, actor) as stream:
        body = stream.read(BYTES_MOST + 1)
    try:
        if document.media_type != "application/pdf":
            raise Unstampable
        answer = HttpResponse(stamped(body, said_of(actor, at), at), content_type="application/pdf")
    except Unstampable:
        if blinded:
            raise Forbidden("download this file", (_UNSTAMPED,)) from None
        return file_answer(document, actor)
    answer["Content-Disposition"] = f"attachment; filename=\"attachment.pdf\"; filename*=UTF-8''{quote(name)}"
    return answer
