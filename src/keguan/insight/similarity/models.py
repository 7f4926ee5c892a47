"""What similarity keeps of its own: fingerprints of documents, an index over them, and what was found.

Everything but the decisions of people can be made again from casework and the registers. Of texts only those of files stand
here, taken out of them once; what else a finding quotes are places in answers that never change.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from keguan.kernel.bilingual import Text

STATES: dict[str, Text] = {
    "open": Text("待核看", "To be looked at"),
    "no_matter": Text("不构成问题", "No matter"),
    "matters": Text("构成问题", "Matters"),
}


PARTS: dict[str, Text] = {
    "application": Text("申报", "Application"),
    "attachments": Text("附件", "Attachments"),
    "report": Text("报告", "Report"),
}
"""What of a case is compared as one: the answers it applies with, the files with all its forms, the answers it reports with."""
ASKED = ("application", "attachments")
"""The parts that are held against all others. A report is what others are held against."""


class FileText(models.Model):
    """What a file says, as far as it could be read: a text for each page. is_whole: whether that is all of it."""

    file = models.OneToOneField(
        "documents.Document", primary_key=True, on_delete=models.CASCADE, related_name="text_read"
    )
    pages = models.JSONField(default=list)
    is_whole = models.BooleanField()
    read_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"text of file {self.file_id}"


class Document(models.Model):
    """One version of something that texts are compared with: a part of a case as it was handed in, or a project's title.

    part: one of PARTS; "" for a project.
    versions: which version of each form was read, the `files` of attachments, the `title` of a project. size: characters and words that count.
    fingerprints: sorted uint32. gone_at: when a later version took its place, or it was withdrawn. is_packed: whether it stands
    in the index; until then it is looked through by itself. compared_at: when it was held against all others.
    """

    case = models.ForeignKey(
        "casework.Case", null=True, on_delete=models.CASCADE, db_index=False, related_name="similarity_documents"
    )
    project = models.ForeignKey(
        "projects.Project", null=True, on_delete=models.CASCADE, db_index=False, related_name="similarity_documents"
    )
    part = models.TextField(default="")
    versions = models.JSONField(default=dict)
    size = models.IntegerField()
    fingerprints = models.BinaryField()
    made_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    compared_at = models.DateTimeField(null=True)
    is_packed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "part"], condition=Q(gone_at__isnull=True), name="similarity_case_once"
            ),
            models.UniqueConstraint(
                fields=["project"], condition=Q(gone_at__isnull=True), name="similarity_project_once"
            ),
            models.CheckConstraint(
                condition=Q(case__isnull=False, project__isnull=True, part__in=list(PARTS))
                | Q(case__isnull=True, project__isnull=False, part=""),
                name="similarity_document_of_one_thing",
            ),
            # The index keeps numbers of documents in four bytes.
            models.CheckConstraint(condition=Q(id__lt=2**32), name="similarity_document_fits"),
        ]
        indexes = [
            models.Index(fields=["id"], name="similarity_fresh", condition=Q(is_packed=False)),
            models.Index(fields=["id"], name="similarity_gone", condition=Q(gone_at__isnull=False)),
            models.Index(
                fields=["id"],
                name="similarity_to_compare",
                condition=Q(compared_at__isnull=True, gone_at__isnull=True, part__in=list(ASKED)),
            ),
            models.Index(fields=["case", "id"], name="similarity_by_case", condition=Q(case__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"document {self.pk}"


class Packed(models.Model):
    """A piece of the index: which documents of a generation have the fingerprints that begin with these 16 bits.

    entries: n times the last 16 bits (uint16, sorted), then n times the document (uint32).
    """

    pk = models.CompositePrimaryKey("bucket", "generation")
    bucket = models.IntegerField()
    generation = models.IntegerField()
    entries = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.bucket} of generation {self.generation}"


class Generation(models.Model):
    """A part of the index that was written at once. documents: how many stand in it."""

    number = models.IntegerField(unique=True)
    documents = models.IntegerField()

    def __str__(self) -> str:
        return str(self.number)


class Finding(models.Model):
    """What one application, or its attachments, share with one other document, and what a person made of it.

    share: thousandths of the application, its fields weighted; other_share: of the other. by_field: list of {"field", "share",
    "size"}. passages: list of [field, first, after, other field, first, after, equal], offsets in characters.
    """

    document = models.ForeignKey(Document, on_delete=models.CASCADE, db_index=False, related_name="findings")
    other = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="found_in")
    share = models.IntegerField()
    other_share = models.IntegerField()
    by_field = models.JSONField(default=list)
    passages = models.JSONField(default=list)
    found_at = models.DateTimeField()
    state = models.TextField(default="open")
    reason = models.TextField(default="")
    decided_by = models.ForeignKey(
        "parties.Person", null=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "other"], name="similarity_found_once"),
            models.CheckConstraint(condition=Q(state__in=list(STATES)), name="similarity_state_known"),
            models.CheckConstraint(
                condition=Q(share__range=(0, 1000), other_share__range=(0, 1000)), name="similarity_share_in_bounds"
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True)
                | (~Q(state="open") & Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(reason="")),
                name="similarity_decided_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"finding {self.pk}"


class Reached(models.Model):
    """How far the trace of hand-ins was read: everything handed in before this moment is indexed. One row."""

    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.at)
