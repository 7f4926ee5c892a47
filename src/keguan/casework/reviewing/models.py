"""What hangs on a seat beside its scores. No holder's name stands here: that is in `casework.SeatHolder` alone."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class SeatDraft(models.Model):
    """What the holder of a seat has typed so far, right or wrong, by the name of its field: for their eyes alone."""

    seat = models.OneToOneField(
        "casework.Seat", primary_key=True, on_delete=models.PROTECT, db_index=False, related_name="draft"
    )
    values = models.JSONField(default=dict)
    revision = models.IntegerField(default=1)
    saved_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.seat_id)


class Declaration(models.Model):
    """What a reviewer stated on accepting, word for word. digest: SHA-256 of both languages as canonical JSON."""

    seat = models.ForeignKey("casework.Seat", on_delete=models.PROTECT, db_index=False, related_name="declarations")
    statement = models.TextField()
    zh = models.TextField()
    en = models.TextField()
    digest = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("seat_id", "id")
        constraints = [
            models.UniqueConstraint(fields=["seat", "statement"], name="declaration_once"),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="declaration_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.statement}"


class EarlierScore(models.Model):
    """What a reviewer had scored before they changed it, the first as version 1. at: when it had been given."""

    seat = models.ForeignKey("casework.Seat", on_delete=models.PROTECT, db_index=False, related_name="earlier")
    version = models.IntegerField()
    scores = models.JSONField()
    comment = models.TextField()
    comments = models.JSONField()
    total = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("seat_id", "version")
        constraints = [models.UniqueConstraint(fields=["seat", "version"], name="earlier_score_once")]

    def __str__(self) -> str:
        return f"{self.seat_id} v{self.version}"
