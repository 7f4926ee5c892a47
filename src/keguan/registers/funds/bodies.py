"""What becomes of payments when their payee goes into another organisation."""

from __future__ import annotations

from keguan.registers.funds.models import Payment
from keguan.registers.organisations.merging import Passing, passes_on


@passes_on("payments")
def payments_pass(passing: Passing) -> None:
    """What is still due is paid to the successor; what was paid, was paid to whom it was paid."""
    passing.point(Payment.objects.filter(status="due"), "payee")
