"""What the door for machines keeps: tokens, answers to requests that may come twice, how fast they come, and webhooks."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from keguan.kernel.bilingual import Text

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


class Pace(models.Model):
    """How much of its requests a token or a network address has spent: all is there again at this moment. Not logged by the
    database: after a crash everybody begins anew."""

    who = models.TextField(primary_key=True)
    spent_until = models.DateTimeField()

    def __str__(self) -> str:
        return self.who


WEBHOOK_STATES: Final[dict[str, Text]] = {
    "waiting": Text("待发送", "Waiting"),
    "claimed": Text("正在发送", "Being sent"),
    "sent": Text("已送达", "Delivered"),
    "given_up": Text("未能送达", "Not delivered"),
}


class Webhook(models.Model):
    """An address that hears of events, on behalf of one person: of what that person may read at that moment, no more.

    organisation: only of this organisation's cases, null for all. salt: what its signing key is derived with, next to the
    secret key of the installation; the key itself is kept nowhere.
    """

    account = models.ForeignKey("parties.Account", on_delete=models.PROTECT, related_name="webhooks")
    organisation = models.ForeignKey(
        "organisations.Organisation", null=True, on_delete=models.PROTECT, related_name="webhooks"
    )
    address = models.TextField()
    kinds = ArrayField(models.TextField())
    salt = models.TextField()
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = (F("id").desc(),)
        constraints = [models.CheckConstraint(condition=~Q(kinds=[]), name="webhook_hears_something")]

    def __str__(self) -> str:
        return self.address


class WebhookDelivery(models.Model):
    """One event on its way to one address.

    event: of the trace, 0 for a trial. due_at: not before. tries: how often it was tried in vain; outcome: what came of
    the last try, in a word or as a status.
    """

    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="deliveries")
    event = models.BigIntegerField()
    kind = models.TextField()
    number = models.TextField(default="")
    state = models.TextField(default="waiting")
    due_at = models.DateTimeField()
    tries = models.IntegerField(default=0)
    outcome = models.TextField(default="")
    happened_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = (F("id").desc(),)
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event", "kind"], name="webhook_delivery_once"),
            models.CheckConstraint(condition=Q(state__in=list(WEBHOOK_STATES)), name="webhook_delivery_state_known"),
        ]
        indexes = [models.Index(fields=["due_at"], name="webhook_delivery_waiting", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.webhook_id} {self.event} {self.kind}"


class Heard(models.Model):
    """Up to which event of the trace webhooks have been looked for: one row."""

    event = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.event)
