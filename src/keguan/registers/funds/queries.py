"""What asks about money."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce

from keguan.kernel.money import Money
from keguan.registers.funds.models import Payment, Pool


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


def due_payments(by: date | None = None) -> QuerySet[Payment]:
    """Payments still to be made, those due by a day where one is given."""
    due = Payment.objects.filter(status="due").select_related("payee")
    return due.filter(due_day__lte=by) if by else due
