"""Files of a case, for everybody who may read the answer that they were handed in with."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404

from keguan.casework.models import Case
from keguan.casework.pages.secrets import open_files
from keguan.casework.permissions import why_not
from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Forbidden, Problem
from keguan.registers.documents.models import Document
from keguan.registers.documents.pages import file_answer

_CLOSED = Text("您不能下载这个文件。", "You may not download this file.")


@page(SIGNED_IN)
def case_document(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file itself, as an attachment; the reading is traced."""
    actor = actor_on(request)
    document = get_object_or_404(Document, pk=pk)
    if document.uploaded_by_id is None or document.uploaded_by_id != actor.person:
        case = Case.objects.filter(number=document.origin).exclude(number="").first()
        problem = why_not(actor, case, "proposal") if case else None
        if case is None or problem or pk not in open_files(actor, case):
            raise Forbidden("download this file", (problem or Problem("right.document", _CLOSED),))
    return file_answer(document, actor)
