"""Record what is owed and what was paid. Money itself moves elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.money import Money
from keguan.kernel.problems import Problem, Refused
from keguan.registers.funds.models import STATUSES, Payment, Pool
from keguan.registers.funds.queries import uncommitted
from keguan.registers.trace import services as trace


@dataclass(frozen=True, slots=True)
class Tranche:
    """One part of a grant to be paid. payee: an organisation's id. number: from 1. share: as agreed, in words."""

    payee: int
    amount: Money
    number: int
    share: str = ""
    due_day: date | None = None


@transaction.atomic
def open_pool(programme: str, round_code: str, total: Money, actor: Actor) -> Pool:
    """Set what a round may commit. Lowering it below what is committed is refused."""
    pool, made = Pool.objects.select_for_update().get_or_create(
        programme=programme, round_code=round_code, defaults={"total_fen": total.fen}
    )
    if made or pool.total_fen != total.fen:
        before, pool.total_fen = pool.total_fen, total.fen
        left = uncommitted(pool)
        if left.fen < 0:
            say = Text("总额低于已承诺金额，差 {m}", "The total is {m} below what is committed").filled(m=str(-left))
            raise Refused.because(
                Problem(
                    "pool.below-committed",
                    say,
                    "total",
                    str(total),
                    fix=Text("请先停付部分款项或提高总额", "Stop some payments first or raise the total"),
                )
            )
        pool.save(update_fields=["total_fen"])
        payload = {"pool": pool.pk, "total_fen": total.fen, "before_fen": None if made else before}
        trace.write("funds:pool:opened", actor, payload=payload)
    return pool


@transaction.atomic
def record_due(tranche: Tranche, actor: Actor, *, origin: str, pool: Pool | None = None) -> Payment:
    """Record that a tranche is owed. Asked twice for the same case and tranche, it gives the first back.

    origin: the case number, required. pool: where the money comes from; it never promises more than it holds.
    Raises Refused: no positive amount, another amount recorded for this tranche before, the pool exhausted.
    """
    problems = _problems(tranche, origin)
    if problems:
        raise Refused.because(*problems)
    if pool is not None:
        # The lock makes two officers who commit the last of it come one after the other.
        pool = Pool.objects.select_for_update().get(pk=pool.pk)
    existing = Payment.objects.filter(origin=origin, tranche=tranche.number).first()
    if existing is not None:
        if (existing.amount_fen, existing.payee_id) == (tranche.amount.fen, tranche.payee):
            return existing
        say = Text("第{n}笔已按 {m} 登记", "Tranche {n} was recorded before as {m}")
        said = say.filled(n=tranche.number, m=str(Money(existing.amount_fen)))
        raise Refused.because(
            Problem(
                "payment.recorded",
                said,
                "tranche",
                str(tranche.number),
                fix=Text("如需改动，请停付后以新的批次登记", "Stop it and record a new tranche"),
            )
        )
    if pool is not None and uncommitted(pool) < tranche.amount:
        say = Text("资金不足：尚可安排 {m}", "The pool is exhausted: {m} are left").filled(m=str(uncommitted(pool)))
        raise Refused.because(
            Problem(
                "pool.exhausted",
                say,
                "amount",
                str(tranche.amount),
                fix=Text("请追加总额或减少本笔金额", "Raise the total or lower this amount"),
            )
        )
    payment = Payment.objects.create(
        number=f"{origin}-{tranche.number}",
        origin=origin,
        payee_id=tranche.payee,
        pool=pool,
        amount_fen=tranche.amount.fen,
        tranche=tranche.number,
        share=tranche.share,
        due_day=tranche.due_day,
    )
    _trace("due", payment, actor, due_day=tranche.due_day)
    return payment


def _problems(tranche: Tranche, origin: str) -> list[Problem]:
    found = []
    if not origin:
        found.append(
            Problem(
                "payment.origin",
                Text("付款须有来源办件", "A payment needs the case it follows from"),
                "origin",
                fix=Text("请写明办件编号", "Name the case"),
            )
        )
    if tranche.amount.fen <= 0:
        say = Text("付款金额须大于零", "An amount to pay is above zero")
        found.append(
            Problem("payment.amount", say, "amount", str(tranche.amount), fix=Text("请核对金额", "Check the amount"))
        )
    if tranche.number < 1:
        say = Text("批次从1起", "Tranches are counted from 1")
        found.append(
            Problem(
                "payment.tranche", say, "tranche", str(tranche.number), fix=Text("请填 1、2、3……", "Give 1, 2, 3 …")
            )
        )
    return found


@transaction.atomic
def record_paid(payment: Payment, actor: Actor, *, on: date) -> Payment:
    """Record that a due tranche was paid on this day. Said twice with the same day, it changes nothing."""
    row = Payment.objects.select_for_update().get(pk=payment.pk)
    if row.status == "paid" and row.paid_day == on:
        return row
    _must_be_due(row)
    row.status, row.paid_day = "paid", on
    row.save(update_fields=["status", "paid_day"])
    _trace("paid", row, actor, paid_day=on)
    return row


@transaction.atomic
def stop(payment: Payment, actor: Actor, *, reason: str) -> Payment:
    """Stop a tranche that is due; its money goes back to the pool. reason: required, for the record."""
    row = Payment.objects.select_for_update().get(pk=payment.pk)
    _must_be_due(row)
    if not reason.strip():
        raise Refused.because(
            Problem(
                "payment.reason",
                Text("请写明理由", "Give a reason"),
                "reason",
                fix=Text("请写一句理由，将记入痕迹", "Write one sentence; it goes into the trace"),
            )
        )
    row.status, row.reason = "stopped", reason.strip()
    row.save(update_fields=["status", "reason"])
    _trace("stopped", row, actor, reason=row.reason)
    return row


def _must_be_due(row: Payment) -> None:
    if row.status != "due":
        say = Text("该笔款现为“{s}”", "This payment is “{s}”").filled(s=STATUSES[row.status])
        raise Refused.because(
            Problem(
                "payment.status",
                say,
                "status",
                row.status,
                fix=Text("只能办理应付的款项", "Only a payment that is due can be changed"),
            )
        )


def _trace(event: str, row: Payment, actor: Actor, **more: object) -> None:
    payload = {
        "payment": row.pk,
        "number": row.number,
        "tranche": row.tranche,
        "amount_fen": row.amount_fen,
        **more,
    }
    trace.write(f"funds:payment:{event}", actor, case_number=row.origin, payload=payload)
