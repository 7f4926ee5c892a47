"""Sanctions: what stands against a person or an organisation, and until when."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from keguan.kernel.bilingual import Text

KINDS: dict[str, Text] = {
    "admonition": Text("诫勉谈话", "Admonition"),
    "criticism": Text("通报批评", "Public criticism"),
    "funds": Text("终止并追回经费", "Termination and recovery of funds"),
    "bar_applying": Text("取消申报资格", "Barred from applying"),
    "bar_reviewing": Text("取消评审资格", "Barred from reviewing"),
    "bar_hosting": Text("取消承担资格", "Barred from hosting"),
    "severe": Text("列入科研严重失信名单", "Listed for grave breach of research integrity"),
}
SEVERITIES: dict[str, Text] = {
    "minor": Text("较轻", "Minor"),
    "considerable": Text("较重", "Considerable"),
    "serious": Text("严重", "Serious"),
    "gravest": Text("特别严重", "Gravest"),
}
STATUSES: dict[str, Text] = {"active": Text("生效", "Active"), "lifted": Text("已解除", "Lifted")}


class Sanction(models.Model):
    """A sanction in force on the days since … until, both included; until null: for life.

    person or organisation: exactly one. source: the number of the document it rests on. decided_by: the deciding body's
    name. lifted_on: its first day without force where it was lifted early.
    """

    person = models.ForeignKey("parties.Person", null=True, on_delete=models.PROTECT, related_name="sanctions")
    organisation = models.ForeignKey(
        "organisations.Organisation", null=True, on_delete=models.PROTECT, related_name="sanctions"
    )
    kind = models.TextField()
    severity = models.TextField()
    since = models.DateField()
    until = models.DateField(null=True)
    source = models.TextField()
    decided_by = models.TextField()
    origin = models.TextField(default="")
    status = models.TextField(default="active")
    lifted_on = models.DateField(null=True)
    lifted_because = models.TextField(default="")

    class Meta:
        ordering = ("-since", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=True, organisation__isnull=False)
                | Q(person__isnull=False, organisation__isnull=True),
                name="sanction_against_one",
            ),
            models.CheckConstraint(condition=Q(kind__in=list(KINDS)), name="sanction_kind_known"),
            models.CheckConstraint(condition=Q(severity__in=list(SEVERITIES)), name="sanction_severity_known"),
            models.CheckConstraint(condition=Q(status__in=list(STATUSES)), name="sanction_status_known"),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="sanction_ends_after_start"),
            models.CheckConstraint(condition=~Q(source="") & ~Q(decided_by=""), name="sanction_has_source"),
            models.CheckConstraint(
                condition=Q(status="active", lifted_on__isnull=True)
                | (Q(status="lifted", lifted_on__isnull=False) & ~Q(lifted_because="")),
                name="sanction_lifted_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.since}"
