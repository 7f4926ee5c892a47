"""What asks about kept files."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from keguan.registers.documents.models import Document
from keguan.registers.documents.services import DamagedFile, open_document


def of_case(origin: str) -> QuerySet[Document]:
    """The files handed in for a case, newest first."""
    return Document.objects.filter(origin=origin) if origin else Document.objects.none()


def damaged_documents() -> Iterator[tuple[Document, str]]:
    """Every kept file that is missing or changed, with what is wrong; reads all of them."""
    for document in Document.objects.order_by("id").iterator():
        try:
            open_document(document).close()
        except DamagedFile as damage:
            yield document, str(damage)
