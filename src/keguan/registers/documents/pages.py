"""The pages of documents: everybody sees what they handed in. Files of others open on the page of their case, which
knows who may read them; that reading is traced."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.list_pages import list_page
from keguan.components.status import Crumb, Line
from keguan.components.things import Act, Section, thing_page
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Forbidden, Problem
from keguan.registers.documents import lists
from keguan.registers.documents.models import Document
from keguan.registers.documents.services import open_document

_NOT_YOURS = Problem(
    "right.document",
    Text("这里只列出您自己提交的文件。", "Only files that you handed in are listed here."),
    fix=Text("他人的文件请在其办件页面打开。", "Open a file of others on the page of its case."),
)


def documents_visible_to(actor: Actor) -> QuerySet[Document]:
    """What the reader handed in: even a file's name and sender may say who objects to an award."""
    mine = Q(uploaded_by=actor.person, uploaded_by__isnull=False)
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
    found = get_object_or_404(Document.objects.select_related("uploaded_by"), pk=pk)
    if found.uploaded_by_id is None or found.uploaded_by_id != actor_on(request).person:
        raise Forbidden("see files that others handed in", (_NOT_YOURS,))
    return found
