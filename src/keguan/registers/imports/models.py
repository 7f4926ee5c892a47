"""Every file that came in, with what came of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class ImportRun(models.Model):
    """One import that was carried out. Dry runs and refused files leave no row here (a refusal is in the trace).

    spec: what was imported (`projects`). file_sha256: digest of the file. rows_read = created + updated + unchanged +
    restated. odd: how many rows were kept although odd, by code.
    """

    spec = models.TextField()
    file_name = models.TextField()
    file_sha256 = models.TextField()
    by = models.ForeignKey("parties.Person", null=True, on_delete=models.PROTECT, related_name="import_runs")
    at = models.DateTimeField(auto_now_add=True)
    rows_read = models.IntegerField()
    created = models.IntegerField()
    updated = models.IntegerField()
    unchanged = models.IntegerField()
    restated = models.IntegerField(default=0)
    odd = models.JSONField(default=dict)

    class Meta:
        ordering = ("-at", "-id")
        constraints = [
            models.CheckConstraint(condition=Q(file_sha256__regex=r"^[0-9a-f]{64}$"), name="import_run_digest_shape"),
            models.CheckConstraint(
                condition=Q(
                    rows_read=models.F("created") + models.F("updated") + models.F("unchanged") + models.F("restated")
                ),
                name="import_run_rows_add_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.spec} {self.file_name}"
