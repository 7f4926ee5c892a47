"""Who may see payments: those who run and watch the programmes, and the institution that is paid."""

from __future__ import annotations

from django.db.models import Q

from keguan.kernel.actors import Actor
from keguan.registers.funds.models import Payment

SEES_ALL = frozenset({"registrar", "officer", "committee", "planning", "supervision", "finance"})

KEEPS_REGISTERS = frozenset({"registrar"})
"""Who sees payments as entries of a register, without the cases that they follow from."""


def can_see_payment(actor: Actor, payment: Payment) -> bool:
    """Whether the actor may see a payment: any for staff, those to their own institution for its research office."""
    return sees_all(actor) or payment.payee_id in _hosts(actor)


def visible_to(actor: Actor) -> Q:
    """The payments of which `can_see_payment` is true."""
    return Q() if sees_all(actor) else Q(payee__in=_hosts(actor))


def sees_all(actor: Actor) -> bool:
    """Whether the actor runs or watches the programmes, and so sees every payment."""
    return actor.is_system or any(duty.role in SEES_ALL for duty in actor.duties)


def reads_cases(actor: Actor) -> bool:
    """Whether the case of a payment they may see opens to the actor, too."""
    return actor.is_system or any(duty.role in (SEES_ALL - KEEPS_REGISTERS) | {"host"} for duty in actor.duties)


def _hosts(actor: Actor) -> set[int]:
    return {duty.organisation for duty in actor.duties if duty.role == "host" and duty.organisation is not None}
