"""Certificates: what a holder may show, from its first day to its last."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Func, Q, Value

from keguan.kernel.bilingual import Text
from keguan.registers.organisations.models import same

STATUSES: dict[str, Text] = {
    "valid": Text("有效", "Valid"),
    "expired": Text("已到期", "Expired"),
    "revoked": Text("已撤销", "Revoked"),
    "replaced": Text("已换发", "Replaced"),
}


def _days() -> Func:
    """The days a certificate stands for, both ends included."""
    return Func(F("first_day"), F("last_day"), Value("[]"), function="daterange")


class RegisterKind(models.Model):
    """One register of certificates, as `high-tech-enterprise`."""

    code = models.TextField(unique=True)
    title_zh = models.TextField()
    title_en = models.TextField()

    class Meta:
        ordering = ("code",)
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[a-z][a-z0-9-]*$"), name="register_kind_code_shape")
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def title(self) -> Text:
        """Its name in both languages."""
        return Text(self.title_zh, self.title_en)


class Certificate(models.Model):
    """A certificate of one register. At any day a holder has at most one valid certificate per register.

    holder or holder_person: exactly one. first_day, last_day: both included. origin: the case it came from.
    """

    register = models.ForeignKey(RegisterKind, on_delete=models.PROTECT, related_name="certificates")
    number = models.TextField()
    holder = models.ForeignKey(
        "organisations.Organisation", null=True, on_delete=models.PROTECT, related_name="certificates"
    )
    holder_person = models.ForeignKey(
        "parties.Person", null=True, on_delete=models.PROTECT, related_name="certificates"
    )
    title = models.TextField()
    first_day = models.DateField()
    last_day = models.DateField()
    status = models.TextField(default="valid")
    reason = models.TextField(default="")
    origin = models.TextField(default="", db_index=True)

    class Meta:
        ordering = ("-first_day", "number")
        constraints = [
            models.UniqueConstraint(fields=["register", "number"], name="certificate_number_once"),
            models.CheckConstraint(condition=~Q(number=""), name="certificate_numbered"),
            models.CheckConstraint(condition=Q(status__in=list(STATUSES)), name="certificate_status_known"),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="certificate_ends_after_start"),
            models.CheckConstraint(
                condition=Q(holder__isnull=True, holder_person__isnull=False)
                | Q(holder__isnull=False, holder_person__isnull=True),
                name="certificate_one_holder",
            ),
            ExclusionConstraint(
                name="certificate_one_valid_per_organisation",
                expressions=[(same("register"), "&&"), (same("holder"), "&&"), (_days(), "&&")],
                condition=Q(status="valid", holder__isnull=False),
            ),
            ExclusionConstraint(
                name="certificate_one_valid_per_person",
                expressions=[(same("register"), "&&"), (same("holder_person"), "&&"), (_days(), "&&")],
                condition=Q(status="valid", holder_person__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"
