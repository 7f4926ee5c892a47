"""What the door for machines keeps: tokens, and answers to requests that may come twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

LONGEST: Final = timedelta(days=366)
"""So long a token lives at most."""


class Token(models.Model):
    """One machine's way in, for one person. It never can more than that person; scopes only narrow.

    digest: SHA-256 of the token, which itself is kept nowhere; hint: how it begins, to tell it from others.
    """

    account = models.ForeignKey("parties.Account", on_delete=models.PROTECT, related_name="tokens")
    name = models.TextField()
    scopes = ArrayField(models.TextField())
    digest = models.TextField(unique=True)
    hint = models.TextField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = (F("id").desc(),)
        constraints = [
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="token_digest_shape"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at"), expires_at__lte=F("made_at") + LONGEST),
                name="token_lives_a_year_at_most",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class KeptAnswer(models.Model):
    """The answer to a request that was carried out, under the key its sender gave it: asked again, it is told again.

    asked: SHA-256 of what was asked; the same key for something else is refused.
    """

    account = models.ForeignKey("parties.Account", on_delete=models.PROTECT, db_index=False, related_name="+")
    key = models.TextField()
    asked = models.TextField()
    status = models.IntegerField()
    content = models.JSONField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="kept_answer_key_once"),
            models.CheckConstraint(condition=Q(status__range=(200, 299)), name="kept_answer_of_a_deed"),
        ]

    def __str__(self) -> str:
        return self.key
