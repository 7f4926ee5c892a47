"""Who wants to hear of which calls, and what they were sent."""

from __future__ import annotations

from django.db import models


class Subscription(models.Model):
    """A search for calls that goes to an address. It is deleted when it ends: nothing of the address is kept.

    language: of its mails, `zh` or `en`. words, asked: the search, as the page of calls reads it. created_at: when it was
    asked for; calls published since then are told. confirmed_at: null until the address said that it wants this.
    mailed_at: when it was last asked to confirm.
    """

    address = models.TextField()
    language = models.TextField()
    words = models.TextField(default="")
    asked = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["address", "words", "asked"], name="subscription_once"),
            models.CheckConstraint(condition=models.Q(language__in=["zh", "en"]), name="subscription_language_known"),
        ]
        indexes = [models.Index(fields=["created_at"], name="subscription_by_time")]

    def __str__(self) -> str:
        return str(self.pk)


class Announcement(models.Model):
    """That a version of a call is being, or was, told to a subscription: written before the mail goes out, so that none goes
    twice.

    version: its number; a change of a published call makes the next. sent_at: null while it is on its way, and for ever if the machine stopped in that moment: then nobody knows whether it
    arrived, and it is not sent again.
    """

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="announcements")
    round = models.ForeignKey("casework.Round", on_delete=models.PROTECT, db_index=False, related_name="+")
    version = models.IntegerField(default=1)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["subscription", "round", "version"], name="announcement_once")]

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.round_id}"
