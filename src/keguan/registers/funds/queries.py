"""What asks about money."""

from __future__ import annotations

from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce

from keguan.kernel.money import Money
from keguan.registers.funds.models import CONDITIONAL, Payment, Pool
from keguan.registers.trace.models import Event
from keguan.registers.trace.queries import events


def committed(pool: Pool) -> Money:
    """What the payments of a pool come to: paid ones as paid, due ones as due; stopped ones give their money back."""
    counted = Coalesce("paid_fen", "amount_fen")
    total = pool.payments.exclude(status="stopped").aggregate(sum=Sum(counted))["sum"]
    # PostgreSQL sums bigint as numeric.
    return Money(int(total or 0))


def uncommitted(pool: Pool) -> Money:
    """What a pool can still promise."""
    return Money(pool.total_fen) - committed(pool)


def payments_of(origin: str) -> QuerySet[Payment]:
    """The tranches of a case, in order."""
    return Payment.objects.filter(origin=origin).select_related("payee").order_by("tranche")


def sharing_voucher(payment: Payment, voucher: str) -> QuerySet[Payment]:
    """The other payments that were recorded as paid under this number."""
    return Payment.objects.filter(status="paid", voucher__iexact=voucher).exclude(pk=payment.pk).order_by("number")


def history_of(payment: Payment) -> QuerySet[Event]:
    """What was recorded of a payment and taken back, in order, with the figures of then."""
    told = events(tag="funds:payment:", case_number=payment.origin).filter(payload__payment=payment.pk)
    return told.order_by("id")


def due_payments() -> QuerySet[Payment]:
    """Payments to be made, on which no condition stands."""
    return Payment.objects.filter(~CONDITIONAL, status="due").select_related("payee")


def conditional_payments() -> QuerySet[Payment]:
    """Payments that become payable on a condition, and are not made yet."""
    return Payment.objects.filter(CONDITIONAL, status="due").select_related("payee")
