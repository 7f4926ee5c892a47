"""What is owed and what was paid. All amounts are whole fen."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from keguan.kernel.bilingual import Text

STATUSES: dict[str, Text] = {
    "due": Text("应付", "Due"),
    "paid": Text("已付", "Paid"),
    "stopped": Text("停付", "Stopped"),
}


class Pool(models.Model):
    """The money one round of one programme may commit. What is committed is counted from its payments, never stored."""

    programme = models.TextField()
    round_code = models.TextField()
    total_fen = models.BigIntegerField()

    class Meta:
        ordering = ("programme", "round_code")
        constraints = [
            models.UniqueConstraint(fields=["programme", "round_code"], name="pool_once_per_round"),
            models.CheckConstraint(condition=Q(total_fen__gte=0), name="pool_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.round_code}"


class Payment(models.Model):
    """One tranche owed to a payee.

    number: made from origin and tranche. origin: the case number it follows from. tranche: from 1. share: the part of
    the grant, as agreed. say_zh, say_en: the tranche in words; without a due_day they are the condition on which it becomes
    payable. owed_on: the day of the deed that made it owed; nothing was paid before. due_day: null where it depends on an
    event. reason: why it was stopped. paid_fen: what was paid, never more than is due; difference: why it is less. voucher:
    its number in the books. met: by what document, or why, the condition was held to be met. apart: people who acted on the
    case for another body, none of whom records it as paid.
    """

    number = models.TextField(unique=True)
    origin = models.TextField()
    payee = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="payments")
    pool = models.ForeignKey(Pool, null=True, on_delete=models.PROTECT, related_name="payments")
    amount_fen = models.BigIntegerField()
    tranche = models.IntegerField()
    share = models.TextField(default="")
    say_zh = models.TextField(default="")
    say_en = models.TextField(default="")
    status = models.TextField(default="due")
    owed_on = models.DateField()
    due_day = models.DateField(null=True)
    paid_day = models.DateField(null=True)
    paid_fen = models.BigIntegerField(null=True)
    difference = models.TextField(default="")
    voucher = models.TextField(default="")
    met = models.TextField(default="")
    apart = ArrayField(models.BigIntegerField(), default=list)
    reason = models.TextField(default="")

    class Meta:
        ordering = ("origin", "tranche")
        constraints = [
            models.UniqueConstraint(fields=["origin", "tranche"], name="payment_once_per_tranche"),
            models.CheckConstraint(condition=~Q(origin=""), name="payment_has_origin"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payment_positive"),
            models.CheckConstraint(condition=Q(tranche__gte=1), name="payment_tranche_from_one"),
            models.CheckConstraint(condition=Q(status__in=list(STATUSES)), name="payment_status_known"),
            models.CheckConstraint(
                condition=Q(status="paid", paid_day__isnull=False) | (~Q(status="paid") & Q(paid_day__isnull=True)),
                name="payment_paid_has_day",
            ),
            models.CheckConstraint(
                condition=Q(status="paid", paid_fen__isnull=False, paid_fen__gt=0)
                | (~Q(status="paid") & Q(paid_fen__isnull=True)),
                name="payment_paid_has_amount",
            ),
            models.CheckConstraint(
                condition=Q(paid_fen__isnull=True) | Q(paid_fen=F("amount_fen")) | ~Q(difference=""),
                name="payment_difference_explained",
            ),
            models.CheckConstraint(
                condition=Q(paid_fen__isnull=True) | Q(paid_fen__lte=F("amount_fen")), name="payment_not_above_due"
            ),
            models.CheckConstraint(
                condition=Q(paid_day__isnull=True) | Q(paid_day__gte=F("owed_on")), name="payment_not_before_owed"
            ),
            models.CheckConstraint(condition=~Q(status="stopped") | ~Q(reason=""), name="payment_stopped_has_reason"),
            models.CheckConstraint(
                condition=~Q(status="paid") | Q(due_day__isnull=False) | Q(say_zh="") | ~Q(met=""),
                name="payment_paid_condition_met",
            ),
        ]
        indexes = [models.Index(fields=["due_day", "number", "id"], name="payment_by_due_day")]

    def __str__(self) -> str:
        return self.number

    @property
    def condition(self) -> Text | None:
        """On what it becomes payable, in words; None where no condition stands in its way."""
        return Text(self.say_zh, self.say_en) if self.say_zh and self.due_day is None else None


CONDITIONAL = Q(due_day__isnull=True) & ~Q(say_zh="")
"""The payments that have a `condition`."""


FEE_STATUSES: dict[str, Text] = {
    "owed": Text("待支付", "Owed"),
    "handed": Text("已交付款", "Handed to payment"),
}


class ReviewFee(models.Model):
    """A fee owed for one final review. Which case was reviewed does not stand here: who pays need not know.

    key: what it is owed for, as a digest that nobody reads backwards. tax and bank particulars of the person are kept by
    the payment system, not here. batch: the handing-over that it went out with.
    """

    key = models.TextField(unique=True)
    programme = models.TextField()
    round_code = models.TextField()
    amount_fen = models.BigIntegerField()
    status = models.TextField(default="owed")
    owed_at = models.DateTimeField()
    handed_at = models.DateTimeField(null=True)
    batch = models.TextField(default="")

    class Meta:
        ordering = ("-owed_at", "-id")
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="review_fee_positive"),
            models.CheckConstraint(condition=Q(status__in=list(FEE_STATUSES)), name="review_fee_status_known"),
            models.CheckConstraint(
                condition=Q(status="owed", handed_at__isnull=True) | Q(status="handed", handed_at__isnull=False),
                name="review_fee_handed_has_a_moment",
            ),
        ]
        indexes = [models.Index(fields=["round_code", "owed_at"], name="review_fee_by_round")]

    def __str__(self) -> str:
        return f"{self.round_code} {self.pk}"


class FeePayee(models.Model):
    """Whom a fee is owed to: the one table that joins a reviewer's name to a fee. Reading it is traced."""

    fee = models.OneToOneField(ReviewFee, primary_key=True, on_delete=models.PROTECT, related_name="payee")
    person = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="review_fees")

    def __str__(self) -> str:
        return str(self.fee_id)
