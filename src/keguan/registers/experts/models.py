"""Experts who may be asked to review."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from keguan.kernel.bilingual import Text

STATUSES: dict[str, Text] = {
    "candidate": Text("待核实", "Candidate"),
    "active": Text("在库", "Active"),
    "suspended": Text("暂停", "Suspended"),
    "left": Text("出库", "Left"),
}


class Expert(models.Model):
    """A person in the pool of experts.

    fields: codes of GB/T 13745-2009, digits only (3, 5 or 7). keywords: in the expert's own words.
    max_load: how many reviews at most at one time. verified_at: null until an officer verified the entry.
    """

    person = models.OneToOneField("parties.Person", on_delete=models.PROTECT, related_name="expert")
    fields = ArrayField(models.TextField(), default=list)
    keywords = ArrayField(models.TextField(), default=list)
    status = models.TextField(default="candidate")
    region_code = models.TextField(default="")
    max_load = models.IntegerField(default=10)
    verified_at = models.DateTimeField(null=True)
    origin = models.TextField(default="")

    class Meta:
        ordering = ("id",)
        indexes = [
            GinIndex(fields=["fields"], name="expert_fields"),
            models.Index(fields=["status"], name="expert_active", condition=Q(status="active")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=list(STATUSES)), name="expert_status_known"),
            models.CheckConstraint(condition=Q(max_load__gte=1, max_load__lte=100), name="expert_load_sensible"),
            models.CheckConstraint(condition=Q(region_code__regex=r"^([0-9]{6})?$"), name="expert_region_shape"),
            models.CheckConstraint(
                condition=~Q(status="active") | Q(verified_at__isnull=False), name="expert_active_is_verified"
            ),
        ]

    def __str__(self) -> str:
        return f"expert {self.person_id}"
