"""Ties that were declared or entered. What the registers show by themselves (one employer, a shared work or project) is
computed where it is asked for and stored nowhere."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from keguan.kernel.bilingual import Text
from keguan.registers.organisations.models import ends_in_order

KINDS: dict[str, Text] = {
    "adviser": Text("导师", "Adviser"),
    "coauthor": Text("合作者", "Co-author"),
    "advice": Text("持股或有偿顾问", "Shareholding or paid advice"),
    "nominator": Text("提名人", "Nominator"),
    "dispute": Text("争议、纠纷", "Dispute"),
    "declared": Text("其他利害关系", "Another interest"),
}
"""What the other is to the person."""
WITH_ORGANISATIONS = ("advice", "nominator", "dispute", "declared")
SEVERITIES: dict[str, Text] = {
    "hard": Text("必须回避", "Must keep out"),
    "soft": Text("由经办人判断", "For the officer to judge"),
}


class Tie(models.Model):
    """One tie between a person and another person, or an organisation. It holds in both directions.

    kind: what the other is to the person: `adviser` where the other taught them, `nominator` where the other nominated
    them. severity: soft ties do not keep out by themselves. since, until: first and last day, null where none is known.
    source: what it rests on. declared_by: null where it was imported.
    """

    kind = models.TextField()
    person = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="ties")
    other = models.ForeignKey("parties.Person", null=True, on_delete=models.PROTECT, related_name="ties_of")
    organisation = models.ForeignKey(
        "organisations.Organisation", null=True, on_delete=models.PROTECT, related_name="ties"
    )
    severity = models.TextField(default="hard")
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    source = models.TextField()
    declared_by = models.ForeignKey("parties.Person", null=True, on_delete=models.PROTECT, related_name="declared_ties")
    declared_at = models.DateTimeField()

    class Meta:
        ordering = ("-declared_at", "-id")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(KINDS)), name="tie_kind_known"),
            models.CheckConstraint(condition=Q(severity__in=list(SEVERITIES)), name="tie_severity_known"),
            models.CheckConstraint(
                condition=Q(other__isnull=False, organisation__isnull=True)
                | Q(other__isnull=True, organisation__isnull=False, kind__in=WITH_ORGANISATIONS),
                name="tie_with_one",
            ),
            models.CheckConstraint(condition=~Q(other=F("person")), name="tie_with_another"),
            models.CheckConstraint(condition=~Q(source=""), name="tie_has_source"),
            ends_in_order("tie_ends_after_start"),
            models.UniqueConstraint(
                fields=["kind", "person", "other", "organisation", "since"], nulls_distinct=False, name="tie_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.other_id or self.organisation_id}"
