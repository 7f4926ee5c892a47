"""How people wish to be told, and what became of each message that was to leave the house."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import F, Q

from keguan.kernel.bilingual import Text

STATES: Final[dict[str, Text]] = {
    "waiting": Text("待发送", "Waiting"),
    "claimed": Text("正在发送", "Being sent"),
    "sent": Text("已交邮件（短信）服务器", "Handed to the server"),
    "unknown": Text("不确定是否送出", "Perhaps sent"),
    "given_up": Text("未能送出", "Not sent"),
    "stopped": Text("本人不再接收", "No longer wanted"),
}
CHANNELS: Final[dict[str, Text]] = {"mail": Text("邮件", "E-mail"), "text": Text("短信", "Text message")}


class Wishes(models.Model):
    """How one person wishes to be told. Without a row, the defaults hold.

    by_kind: word of the kind → how mails of it come, where it is not the kind's own way. quiet_from, quiet_until: whole
    hours in Beijing between which nothing goes out; the same twice for none. workdays_only: nothing urgent aside, nothing
    goes out on days off. mobile: confirmed by a code at mobile_confirmed_at; by_text: whether to use it.
    """

    person = models.OneToOneField(
        "parties.Person", primary_key=True, on_delete=models.PROTECT, related_name="notice_wishes"
    )
    by_kind = models.JSONField(default=dict)
    quiet_from = models.IntegerField(default=22)
    quiet_until = models.IntegerField(default=7)
    workdays_only = models.BooleanField(default=False)
    mobile = models.TextField(default="")
    mobile_confirmed_at = models.DateTimeField(null=True)
    by_text = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__range=(0, 23), quiet_until__range=(0, 23)), name="wishes_hours_of_a_day"
            ),
            models.CheckConstraint(
                condition=Q(by_text=False) | Q(mobile_confirmed_at__isnull=False), name="wishes_mobile_confirmed"
            ),
        ]

    def __str__(self) -> str:
        return str(self.person_id)


class Delivery(models.Model):
    """One message on its way out by one channel.

    due_at: not before. tries: how often the server refused it so far. envelope: the id under which it was handed over,
    with others of the same person; in a mail, its Message-ID begins with it.
    """

    message = models.ForeignKey("casework.Message", on_delete=models.CASCADE, related_name="deliveries")
    person = models.ForeignKey(
        "parties.Person", on_delete=models.PROTECT, db_index=False, related_name="notice_deliveries"
    )
    channel = models.TextField()
    state = models.TextField(default="waiting")
    due_at = models.DateTimeField()
    tries = models.IntegerField(default=0)
    envelope = models.TextField(default="")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = (F("id").desc(),)
        constraints = [
            models.UniqueConstraint(fields=["message", "channel"], name="delivery_once"),
            models.CheckConstraint(condition=Q(state__in=list(STATES)), name="delivery_state_known"),
            models.CheckConstraint(condition=Q(channel__in=list(CHANNELS)), name="delivery_channel_known"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "given_up", "stopped"]) | ~Q(envelope=""),
                name="delivery_in_an_envelope",
            ),
        ]
        indexes = [
            models.Index(fields=["channel", "due_at"], name="delivery_waiting", condition=Q(state="waiting")),
            models.Index(fields=["changed_at"], name="delivery_claimed", condition=Q(state="claimed")),
            models.Index(fields=["person", "-id"], name="delivery_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.channel} {self.state}"
