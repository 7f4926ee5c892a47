"""What becomes of files when two people were one."""

from __future__ import annotations

from keguan.registers.documents.models import Document
from keguan.registers.parties.merging import Moving, follows


@follows("documents")
def documents_follow(moving: Moving) -> None:
    """Files pass over, but for one that both handed in for the same case: answers point at it, so it stays as it is."""
    keys: list[int] = []
    for row in Document.objects.filter(uploaded_by=moving.gone).order_by("pk"):
        same = Document.objects.filter(sha256=row.sha256, name=row.name, origin=row.origin, uploaded_by=moving.kept)
        if not same.exists():
            keys.append(row.pk)
            Document.objects.filter(pk=row.pk).update(uploaded_by=moving.kept)
    moving.note("documents.document.uploaded_by", keys)
