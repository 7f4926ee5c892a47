"""What is known about a file somebody handed in; the bytes lie beside the database under their digest."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

MEDIA_TYPES: dict[str, tuple[str, ...]] = {
    "application/pdf": (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "text/plain": (".txt", ".csv", ".md"),
}


class Document(models.Model):
    """A file as it was handed in: never changed, opened only while its digest holds.

    sha256: hexadecimal digest of the content. name: as typed by the person, made harmless. media_type: found by looking
    at the content. size_bytes: never zero. stored: its place under the files folder, made from the digest.
    origin: what it was handed in for, as a case number.
    """

    sha256 = models.TextField(db_index=True)
    name = models.TextField()
    media_type = models.TextField()
    size_bytes = models.BigIntegerField()
    stored = models.TextField()
    uploaded_by = models.ForeignKey("parties.Person", null=True, on_delete=models.PROTECT, related_name="documents")
    uploaded_at = models.DateTimeField()
    origin = models.TextField(default="", db_index=True)

    class Meta:
        ordering = ("-uploaded_at", "-id")
        constraints = [
            # A double click hands in one file, not two.
            models.UniqueConstraint(
                fields=["sha256", "name", "origin", "uploaded_by"], nulls_distinct=False, name="document_handed_in_once"
            ),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="document_digest_shape"),
            models.CheckConstraint(condition=Q(size_bytes__gt=0), name="document_not_empty"),
            models.CheckConstraint(condition=Q(media_type__in=list(MEDIA_TYPES)), name="document_type_known"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(name__contains="/"), name="document_name_harmless"),
        ]

    def __str__(self) -> str:
        return self.name
