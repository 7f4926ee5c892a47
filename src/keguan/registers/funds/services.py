"""Record what is owed and what was paid. Money itself moves elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.money import Money
from keguan.kernel.problems import Problem, Refused
from keguan.registers.funds.models import STATUSES, Payment, Pool
from keguan.registers.funds.queries import uncommitted
from keguan.registers.trace import services as trace


@dataclass(frozen=True, slots=True)
class Tranche:
    """One part of a grant to be paid. payee: an organisation's id. number: from 1. share: as agreed. say: the tranche in
    words; without a due_day it is the condition on which it becomes payable."""

    payee: int
    amount: Money
    number: int
    share: str = ""
    say: Text | None = None
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
def record_due(
    tranche: Tranche, actor: Actor, *, origin: str, on: date, pool: Pool | None = None, apart: Iterable[int] = ()
) -> Payment:
    """Record that a tranche is owed. Asked twice for the same case and tranche, it gives the first back.

    origin: the case number, required. on: the day of the deed that made it owed. pool: where the money comes from; it never promises more than it holds.
    apart: people who acted on the case for another body; none of them records it as paid.
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
        raise Refused.because(_exhausted(uncommitted(pool), tranche.amount))
    payment = Payment.objects.create(
        number=f"{origin}-{tranche.number}",
        origin=origin,
        payee_id=tranche.payee,
        pool=pool,
        amount_fen=tranche.amount.fen,
        tranche=tranche.number,
        share=tranche.share,
        say_zh=tranche.say.zh if tranche.say else "",
        say_en=tranche.say.en if tranche.say else "",
        owed_on=on,
        due_day=tranche.due_day,
        apart=sorted(set(apart)),
    )
    _trace("due", payment, actor, due_day=tranche.due_day)
    return payment


def _exhausted(left: Money, asked: Money) -> Problem:
    say = Text("资金不足：尚可安排 {m}", "The pool is exhausted: {m} are left").filled(m=left.said)
    fix = Text("请追加总额或减少本笔金额", "Raise the total or lower this amount")
    return Problem("pool.exhausted", say, "amount", asked.said, fix=fix)


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
def record_paid(
    payment: Payment,
    actor: Actor,
    *,
    on: date,
    voucher: str,
    amount: Money | None = None,
    difference: str = "",
    met: str = "",
) -> Payment:
    """Record that a due tranche was paid. Said twice in the same words, it changes nothing.

    on: the day, not before it was owed and not after today. voucher: its number in the books. amount: what was paid, as due
    if none is given, and never more; difference: why it is less, owed then. met: by what document, or why, the condition
    of a conditional one is held to be met, owed then. Raises Refused with every problem at once: `payment.status`,
    `payment.day`, `payment.voucher`, `payment.amount`, `payment.above_due`, `payment.difference`, `payment.condition`, and
    for who may not: `right.own_case`, `right.separation`.
    """
    row = Payment.objects.select_for_update().get(pk=payment.pk)
    paid, voucher = Money(row.amount_fen) if amount is None else amount, voucher.strip()
    if (row.status, row.paid_day, row.paid_fen, row.voucher) == ("paid", on, paid.fen, voucher):
        return row
    _must_be(row, "due")
    why = difference.strip() if paid.fen != row.amount_fen else ""
    met = met.strip() if row.condition else ""
    if problems := [*_not_by(actor, row), *_not_paid(row, on, voucher, paid, why), *_not_met(row, met)]:
        raise Refused.because(*problems)
    row.status, row.paid_day, row.paid_fen, row.voucher, row.difference = "paid", on, paid.fen, voucher, why
    row.met = met
    row.save(update_fields=["status", "paid_day", "paid_fen", "voucher", "difference", "met"])
    _trace("paid", row, actor, paid_day=on, paid_fen=paid.fen, voucher=voucher, difference=why, met=met)
    return row


def _not_by(actor: Actor, row: Payment) -> Iterator[Problem]:
    """Nobody pays themselves, and who acted on the case for another body does not pay it."""
    fix = Text("请由财务的其他人员办理", "Let a colleague in finance record it")
    if row.payee_id in actor.organisations:
        yield Problem(
            "right.own_case",
            Text("不能办理付给本单位的款项", "Nobody records a payment to their own institution"),
            fix=fix,
        )
    if actor.person in row.apart:
        say = Text(
            "您已在该办件中代表另一方办理，职责应当分离",
            "You acted on this case for another body; duties are separated",
        )
        yield Problem("right.separation", say, fix=fix)


def _not_paid(row: Payment, on: date, voucher: str, paid: Money, why: str) -> Iterator[Problem]:
    due = Money(row.amount_fen)
    if on > clock.today():
        say = Text("付款日期尚未到来", "The day of payment has not come")
        yield Problem("payment.day", say, "on", on.isoformat(), fix=Text("请在付款后登记", "Record it once it is paid"))
    if on < row.owed_on:
        say = (
            Text("付款日期早于该笔款约定的 {owed}", "The day of payment is before {owed}, when this was agreed")
            if row.condition
            else Text(
                "付款日期早于该笔款成为应付的 {owed}", "The day of payment is before {owed}, when this became owed"
            )
        )
        fix = Text(
            "请核对日期；此前付的款不是这一笔，不在这里登记",
            "Check the day; what was paid before is not this payment, and is not recorded here",
        )
        yield Problem("payment.day", say.filled(owed=row.owed_on.isoformat()), "on", on.isoformat(), fix=fix)
    if not voucher:
        say = Text("请填写凭证号", "Give the number of the voucher")
        yield Problem(
            "payment.voucher", say, "voucher", fix=Text("按账务系统中的凭证号填写", "as it stands in the books")
        )
    if paid.fen <= 0:
        say = Text("付款金额须大于零", "An amount to pay is above zero")
        yield Problem("payment.amount", say, "amount", str(paid), fix=Text("请核对金额", "Check the amount"))
    elif paid > due:
        say = Text("实付金额超过应付金额 {due}", "The amount is above the {due} that is due").filled(due=due.said)
        fix = Text(
            "请核对金额。多付的部分应当追回，不作为本笔应付款登记",
            "Check the amount. What was paid too much is claimed back, and not recorded as payment of what is due",
        )
        yield Problem("payment.above_due", say, "amount", paid.said, fix=fix)
    elif paid != due and not why:
        say = Text("实付金额与应付金额 {due} 不一致", "The amount is not the {due} that is due").filled(due=due.said)
        fix = Text("请核对金额，或说明不一致的原因", "Check the amount, or say why it differs")
        yield Problem("payment.difference", say, "difference", paid.said, fix=fix)


def _not_met(row: Payment, met: str) -> Iterator[Problem]:
    if row.condition and not met:
        say = Text(
            "该笔款附有条件（{condition}），请写明条件已经满足的依据",
            "This payment is conditional ({condition}): say by what the condition is met",
        ).filled(condition=row.condition)
        fix = Text(
            "请填文件名称和文号，或写明理由；条件尚未满足的，不付款，也不登记",
            "Give the document with its number, or the reason; before the condition is met nothing is paid or recorded",
        )
        yield Problem("payment.condition", say, "met", fix=fix)


@transaction.atomic
def take_back_paid(payment: Payment, actor: Actor, *, reason: str) -> Payment:
    """Undo a wrong record of a payment: it is due again, and the trace keeps the figures that were recorded.

    reason: required. Raises Refused: `payment.status`, `payment.reason`, `pool.exhausted` where the pool has promised
    meanwhile what had been paid less, and for who may not, as `record_paid`.
    """
    row = Payment.objects.select_for_update().get(pk=payment.pk)
    _must_be(row, "paid")
    problems = [*_not_by(actor, row), *_without_reason(reason)]
    if row.pool_id is not None and row.paid_fen != row.amount_fen:
        left = uncommitted(Pool.objects.select_for_update().get(pk=row.pool_id))
        again = Money(row.amount_fen - (row.paid_fen or 0))
        if left < again:
            problems.append(_exhausted(left, again))
    if problems:
        raise Refused.because(*problems)
    recorded = {
        "paid_day": row.paid_day,
        "paid_fen": row.paid_fen,
        "voucher": row.voucher,
        "difference": row.difference,
        "met": row.met,
    }
    row.status, row.paid_day, row.paid_fen, row.voucher, row.difference, row.met = "due", None, None, "", "", ""
    row.save(update_fields=["status", *recorded])
    _trace("taken-back", row, actor, reason=reason.strip(), **recorded)
    return row


@transaction.atomic
def stop(payment: Payment, actor: Actor, *, reason: str) -> Payment:
    """Stop a tranche that is due; its money goes back to the pool. reason: required, for the record."""
    row = Payment.objects.select_for_update().get(pk=payment.pk)
    _must_be(row, "due")
    if problems := list(_without_reason(reason)):
        raise Refused.because(*problems)
    row.status, row.reason = "stopped", reason.strip()
    row.save(update_fields=["status", "reason"])
    _trace("stopped", row, actor, reason=row.reason)
    return row


def _without_reason(reason: str) -> Iterator[Problem]:
    if not reason.strip():
        fix = Text("请写一句理由，将记入痕迹", "Write one sentence; it goes into the trace")
        yield Problem("payment.reason", Text("请写明理由", "Give a reason"), "reason", fix=fix)


_ONLY = {
    "due": Text("只能办理应付的款项", "Only a payment that is due can be changed"),
    "paid": Text("只能撤销已付的登记", "Only a record of a payment made can be taken back"),
}


def _must_be(row: Payment, status: str) -> None:
    if row.status != status:
        found = STATUSES[row.status]
        say = Text("该笔款现为“{s}”", "This payment is “{s}”").filled(s=found)
        raise Refused.because(Problem("payment.status", say, "status", found, fix=_ONLY[status]))


def _trace(event: str, row: Payment, actor: Actor, **more: object) -> None:
    payload = {
        "payment": row.pk,
        "number": row.number,
        "tranche": row.tranche,
        "amount_fen": row.amount_fen,
        "at": clock.now().isoformat(),
        **more,
    }
    trace.write(f"funds:payment:{event}", actor, case_number=row.origin, payload=payload)
