"""One append-only table of events, and beside it the personal values that the law may order erased."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce

OUTCOMES = ("done", "refused", "read")


class Event(models.Model):
    """What one actor did, tried or read at one moment. Never changed, never removed: triggers refuse both.

    tag: `source:subject:action`, as `case:submit:accepted`. actor: a person's id, null for the system and for nobody;
    on_behalf_of: an organisation's id. Both are plain numbers, because the trace knows nobody. payload: canonical JSON
    without personal values in clear; `payload_digest` is its SHA-256 in hexadecimal.
    """

    at = models.DateTimeField(db_default=Func(function="clock_timestamp"), editable=False)
    tag = models.TextField()
    actor = models.BigIntegerField(null=True)
    on_behalf_of = models.BigIntegerField(null=True)
    case_number = models.TextField(default="")
    programme_digest = models.TextField(default="")
    # The request is stamped on the transaction once (`services.stamp`), so every row written in it knows the request.
    request_id = models.TextField(
        db_default=Coalesce(Func(Value("keguan.request"), Value(True), function="current_setting"), Value(""))
    )
    outcome = models.TextField(default="done")
    payload = models.JSONField(default=dict)
    payload_digest = models.TextField()

    class Meta:
        db_table = "trace_event"
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=OUTCOMES), name="trace_event_outcome_known"),
            models.CheckConstraint(
                condition=Q(tag__regex=r"^[a-z0-9_.-]+:[a-z0-9_.-]+:[a-z0-9_.-]+$"), name="trace_event_tag_three_words"
            ),
            models.CheckConstraint(condition=Q(payload_digest__regex=r"^[0-9a-f]{64}$"), name="trace_event_digest"),
        ]
        indexes = [
            models.Index(F("case_number"), F("id"), name="trace_event_case", condition=~Q(case_number="")),
            models.Index(F("actor"), F("id"), name="trace_event_actor", condition=Q(actor__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.tag}"


class Personal(models.Model):
    """A personal value an event refers to by salted commitment; erasing it leaves the event provable.

    field: its place in the payload, where `{"commitment": …}` stands instead of the value.
    """

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="personal")
    field = models.TextField()
    salt = models.BinaryField()
    value = models.JSONField()

    class Meta:
        db_table = "trace_personal"
        constraints = [models.UniqueConstraint(fields=["event", "field"], name="trace_personal_once")]

    def __str__(self) -> str:
        return f"{self.event_id}.{self.field}"
