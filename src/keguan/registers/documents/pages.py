"""The pages of documents: those who supervise see all of them, everybody their own. Opening somebody else's file is traced."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.components.access import SIGNED_IN, actor_on, holding, page
from keguan.components.list_pages import list_page
from keguan.components.status import Crumb, Line
from keguan.components.things import Act, Section, thing_page
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.registers.documents import lists
from keguan.registers.documents.models import Document
from keguan.registers.documents.services import open_document

# Who runs a programme reads the files of a case on its page, where the case says who may: an objector's are not theirs.
SEES_DOCUMENTS = holding(Text("查看他人提交的文件", "see files that others handed in"), "supervision")


def documents_visible_to(actor: Actor) -> QuerySet[Document]:
    """All for those who supervise; otherwise what the reader handed in. A case's own page shows its files to its own people."""
    mine = Q() if SEES_DOCUMENTS.holds(actor) else Q(uploaded_by=actor.person, uploaded_by__isnull=False)
    return Document.objects.filter(mine).select_related("uploaded_by")


def file_answer(document: Document, actor: Actor) -> FileResponse:
    """The file as an attachment, checked against its digest. The caller has checked the right; the reading is traced."""
    with transaction.atomic():
        stream = open_document(document, actor)
    return FileResponse(stream, as_attachment=True, filename=document.name, content_type=document.media_type)


@page(SIGNED_IN)
def documents(request: HttpRequest) -> HttpResponseBase:
    """The files this reader may see."""
    return list_page(request, lists.DOCUMENTS, documents_visible_to(actor_on(request)))


@page(SIGNED_IN)
def document(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What is known about one file."""
    found = _found(request, pk)
    lines = [
        Line(Text("类型", "Type"), found.media_type),
        Line(Text("大小", "Size"), lists.size_of(found)),
        Line(Text("提交人", "Handed in by"), found.uploaded_by.name if found.uploaded_by else ""),
        Line(Text("提交时间", "At"), found.uploaded_at, "moment"),
        Line(Text("办件", "Case"), found.origin),
        Line(Text("摘要值", "Digest"), found.sha256, note="SHA-256"),
    ]
    crumbs = [
        Crumb(Text("名录", "Registers"), reverse("registers")),
        Crumb(lists.DOCUMENTS.title, reverse("documents")),
    ]
    acts = [Act(Text("下载", "Download"), reverse("document_file", args=[found.pk]))]
    return thing_page(request, found.name, [Section(Text("文件", "File"), lines)], crumbs=crumbs, acts=acts)


@page(SIGNED_IN)
def document_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file itself."""
    return file_answer(_found(request, pk), actor_on(request))


def _found(request: HttpRequest, pk: int) -> Document:
    actor = actor_on(request)
    found = get_object_or_404(Document.objects.select_related("uploaded_by"), pk=pk)
    is_own = found.uploaded_by_id is not None and found.uploaded_by_id == actor.person
    if not is_own and not SEES_DOCUMENTS.holds(actor):
        raise SEES_DOCUMENTS.refusal()
    return found
