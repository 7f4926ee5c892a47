"""Fees of reviewers: owed when a review is final, handed to payment by finance. Money itself moves elsewhere, and so do a
person's tax and bank particulars."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM, Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import digest
from keguan.kernel.money import Money
from keguan.kernel.problems import Problem, Refused
from keguan.registers.funds.models import FeePayee, ReviewFee
from keguan.registers.trace import services as trace


@transaction.atomic
def owe_fee(
    of: Iterable[object], person: int, amount: Money, programme: str, round_code: str, at: datetime
) -> ReviewFee:
    """Record that a reviewer is owed a fee. Asked twice for the same review, it gives the first back.

    of: what names the review, kept as a digest. The trace says the amount and the round, and neither case nor person.
    """
    key = digest([str(one) for one in of])
    fee, made = ReviewFee.objects.get_or_create(
        key=key,
        defaults={"programme": programme, "round_code": round_code, "amount_fen": amount.fen, "owed_at": at},
    )
    if made:
        FeePayee.objects.create(fee=fee, person_id=person)
        trace.write("funds:fee:owed", SYSTEM, payload={"fee": fee.pk, "round": round_code, "amount_fen": amount.fen})
    return fee


@transaction.atomic
def hand_over(fees: Iterable[int], batch: str, actor: Actor) -> int:
    """Mark fees as handed to payment. batch: the number of the list in the payment system. Returns how many.

    Raises Refused: no batch, nothing that is still owed, or a fee of the actor's own among them.
    """
    problems: list[Problem] = []
    if not batch.strip():
        fix = Text("按付款系统中的批次号填写", "as it stands in the payment system")
        problems.append(
            Problem("fee.batch", Text("请填写付款批次号", "Give the number of the batch"), "batch", fix=fix)
        )
    rows = list(ReviewFee.objects.select_for_update().filter(pk__in=list(fees), status="owed").order_by("pk"))
    if not rows:
        say = Text("没有待支付的评审费", "No fee is owed here")
        problems.append(
            Problem("fee.none", say, fix=Text("可能已由同事交付款", "A colleague may have handed them over"))
        )
    if actor.person is not None and FeePayee.objects.filter(fee__in=rows, person=actor.person).exists():
        say = Text("不能办理付给本人的评审费", "Nobody hands over a fee of their own")
        problems.append(
            Problem("right.own_case", say, fix=Text("请由财务的其他人员办理", "Let a colleague in finance do it"))
        )
    if problems:
        raise Refused.because(*problems)
    ids = [one.pk for one in rows]
    ReviewFee.objects.filter(pk__in=ids).update(status="handed", handed_at=clock.now(), batch=batch.strip()[:100])
    total = sum(one.amount_fen for one in rows)
    trace.write(
        "funds:fee:handed", actor, payload={"n": len(ids), "amount_fen": total, "batch": batch.strip(), "fees": ids}
    )
    return len(ids)
