"""Money owed is recorded once per tranche, never beyond the pool, and every step of it is traced."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests import make

from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM
from keguan.kernel.bilingual import Text
from keguan.kernel.money import Money
from keguan.kernel.problems import Refused
from keguan.registers.funds import queries, services
from keguan.registers.funds.models import Payment
from keguan.registers.trace.models import Event
from keguan.registers.trace.sentences import deed


def _codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refused.value.refusal.problems]


@pytest.mark.django_db
def test_the_same_tranche_recorded_twice_is_one_payment() -> None:
    first = make.payment(10, origin="C1")
    again = make.payment(10, origin="C1", payee=first.payee_id)
    assert again.pk == first.pk
    with pytest.raises(Refused) as refused:
        make.payment(11, origin="C1", payee=first.payee_id)
    assert _codes(refused) == ["payment.recorded"]


@pytest.mark.django_db
def test_a_payment_without_amount_case_or_number_is_refused_with_all_problems() -> None:
    tranche = services.Tranche(payee=make.organisation().pk, amount=Money(0), number=0)
    with pytest.raises(Refused) as refused:
        services.record_due(tranche, SYSTEM, origin="", on=clock.today())
    assert _codes(refused) == ["payment.origin", "payment.amount", "payment.tranche"]


@pytest.mark.django_db
def test_the_database_itself_refuses_a_payment_of_nothing() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.create(
            number="x", origin="x", payee=make.organisation(), amount_fen=0, tranche=1, owed_on=clock.today()
        )


@pytest.mark.django_db
def test_paying_is_recorded_with_its_day_and_traced_by_service_and_by_trigger() -> None:
    paid = services.record_paid(make.payment(origin="C2"), SYSTEM, on=date(2026, 5, 1), voucher="记-1")
    assert (paid.status, paid.paid_day, paid.paid_fen) == ("paid", date(2026, 5, 1), paid.amount_fen)
    tags = list(Event.objects.filter(case_number="C2").order_by("id").values_list("tag", flat=True))
    assert tags.count("db:payment:status") == 2
    assert "funds:payment:due" in tags
    assert "funds:payment:paid" in tags
    assert services.record_paid(paid, SYSTEM, on=date(2026, 5, 1), voucher="记-1 ").pk == paid.pk
    assert Event.objects.filter(tag="funds:payment:paid").count() == 1
    with pytest.raises(Refused) as refused:
        services.record_paid(paid, SYSTEM, on=date(2026, 5, 1), voucher="记-2")
    assert _codes(refused) == ["payment.status"]
    with pytest.raises(Refused):
        services.stop(paid, SYSTEM, reason="验收未通过")


@pytest.mark.django_db
def test_what_is_wrong_with_a_payment_made_is_said_all_at_once() -> None:
    ahead = clock.today() + timedelta(days=1)
    with pytest.raises(Refused) as refused:
        services.record_paid(make.payment(10), SYSTEM, on=ahead, voucher=" ", amount=Money.wan(9))
    assert _codes(refused) == ["payment.day", "payment.voucher", "payment.difference"]
    with pytest.raises(Refused) as refused:
        services.record_paid(make.payment(10), SYSTEM, on=clock.today(), voucher="记-1", amount=Money(0))
    assert _codes(refused) == ["payment.amount"]


@pytest.mark.django_db
def test_another_amount_than_was_due_is_explained_and_the_pool_counts_what_was_paid() -> None:
    pool = make.pool(20)
    today = clock.today()
    less = make.payment(12, of=pool)
    services.record_paid(less, SYSTEM, on=today, voucher="记-1", amount=Money.wan(10), difference="扣回结余 2 万元")
    assert queries.committed(pool) == Money.wan(10)
    told = Event.objects.get(tag="funds:payment:paid")
    assert told.payload["paid_fen"] == Money.wan(10).fen
    assert deed(told).zh == "登记第1笔已付款 10万元，凭证号 记-1"


@pytest.mark.django_db
def test_more_than_is_due_is_refused_whatever_reason_is_given() -> None:
    due = make.payment(5, of=make.pool(500))
    paid = Money.wan("5.01")
    with pytest.raises(Refused) as refused:
        services.record_paid(due, SYSTEM, on=clock.today(), voucher="记-1", amount=paid, difference="多付")
    assert _codes(refused) == ["payment.above_due"]
    (problem,) = refused.value.refusal.problems
    assert (problem.where, problem.value) == ("amount", Money.wan("5.01").said)
    assert "5万元" in problem.say.zh
    due.refresh_from_db()
    assert due.status == "due"
    above = {"status": "paid", "paid_day": clock.today(), "paid_fen": due.amount_fen + 1, "difference": "多付"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.filter(pk=due.pk).update(**above)


@pytest.mark.django_db
def test_nothing_was_paid_before_the_day_it_became_owed() -> None:
    with clock.clock_at(datetime(2026, 5, 9, 17, tzinfo=UTC)):  # the tenth in Beijing
        due = make.payment(10, on=clock.today())
        with pytest.raises(Refused) as refused:
            services.record_paid(due, SYSTEM, on=date(2026, 5, 9), voucher="记-1")
        assert _codes(refused) == ["payment.day"]
        assert "2026-05-10" in refused.value.refusal.problems[0].say.zh
        services.record_paid(due, SYSTEM, on=date(2026, 5, 10), voucher="记-1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.filter(pk=due.pk).update(paid_day=date(2026, 5, 9))


@pytest.mark.django_db
def test_a_wrong_record_is_taken_back_for_a_reason_and_its_figures_stay_in_the_history() -> None:
    due, clerk = make.payment(10), make.actor("finance")
    with pytest.raises(Refused) as refused:
        services.take_back_paid(due, clerk, reason="登记有误")
    assert _codes(refused) == ["payment.status"]
    wrong = {"on": date(2026, 5, 8), "voucher": "记-1", "amount": Money.wan(9), "difference": "扣回结余"}
    services.record_paid(due, clerk, **wrong)
    with pytest.raises(Refused) as refused:
        services.take_back_paid(due, clerk, reason=" ")
    assert _codes(refused) == ["payment.reason"]
    back = services.take_back_paid(due, clerk, reason="金额录错")
    assert (back.status, back.paid_day, back.paid_fen, back.voucher, back.difference) == ("due", None, None, "", "")
    services.record_paid(due, clerk, on=date(2026, 5, 9), voucher="记-2")
    assert [deed(event).zh for event in queries.history_of(due)] == [
        "登记第1笔应付款 10万元",
        "登记第1笔已付款 9万元，凭证号 记-1",
        "撤销第1笔的付款登记（2026-05-08 付 9万元，凭证号 记-1）：金额录错",
        "登记第1笔已付款 10万元，凭证号 记-2",
    ]
    assert not queries.history_of(make.payment(10, origin=due.origin, number=2)).filter(tag__endswith="paid").exists()


@pytest.mark.django_db
def test_who_does_not_record_a_payment_does_not_take_its_record_back_either() -> None:
    decided, clerk = make.actor("finance"), make.actor("finance")
    paid = services.record_paid(make.payment(apart=[decided.person]), clerk, on=clock.today(), voucher="记-1")
    own = replace(clerk, organisations=frozenset({paid.payee_id}))
    for actor, code in ((decided, "right.separation"), (own, "right.own_case")):
        with pytest.raises(Refused) as refused:
            services.take_back_paid(paid, actor, reason="登记有误")
        assert _codes(refused) == [code]


@pytest.mark.django_db
def test_a_record_taken_back_promises_no_more_than_the_pool_holds() -> None:
    pool = make.pool(20)
    less = make.payment(12, of=pool)
    services.record_paid(less, SYSTEM, on=clock.today(), voucher="记-1", amount=Money.wan(10), difference="扣回")
    make.payment(9, of=pool)
    with pytest.raises(Refused) as refused:
        services.take_back_paid(less, SYSTEM, reason="金额录错")
    assert _codes(refused) == ["pool.exhausted"]
    pool = services.open_pool(pool.programme, pool.round_code, Money.wan(21), SYSTEM)
    services.take_back_paid(less, SYSTEM, reason="金额录错")
    assert queries.uncommitted(pool) == Money.wan(0)


@pytest.mark.django_db
def test_the_database_itself_refuses_an_amount_that_differs_without_a_word() -> None:
    due = make.payment(10)
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.filter(pk=due.pk).update(status="paid", paid_day=clock.today(), paid_fen=1, voucher="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.filter(pk=due.pk).update(status="paid", paid_day=clock.today(), voucher="x")


@pytest.mark.django_db
def test_a_conditional_tranche_is_paid_by_what_met_its_condition_and_the_database_holds_to_it() -> None:
    said = Text("中期检查通过后", "after the mid-term check is passed")
    later, dated = make.payment(10, say=said), make.payment(10, say=said, due_day=date(2026, 6, 1))
    assert (later.condition, dated.condition) == (said, None), "a tranche with a day is payable on it"
    assert list(queries.due_payments()) == [dated]
    assert list(queries.conditional_payments()) == [later]
    with pytest.raises(Refused) as refused:
        services.record_paid(later, SYSTEM, on=clock.today(), voucher="记-1", met=" ")
    assert _codes(refused) == ["payment.condition"]
    paid = {"status": "paid", "paid_day": clock.today(), "paid_fen": later.amount_fen}
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.filter(pk=later.pk).update(**paid)
    assert services.record_paid(later, SYSTEM, on=clock.today(), voucher="记-1", met="中检〔2026〕3号").met
    assert services.take_back_paid(later, SYSTEM, reason="登记有误").met == ""


@pytest.mark.django_db
def test_who_decided_on_the_case_or_belongs_to_the_payee_does_not_record_it_as_paid() -> None:
    decided, clerk = make.actor("finance"), make.actor("finance")
    due = make.payment(10, apart=[decided.person])
    own = replace(clerk, organisations=frozenset({due.payee_id}))
    for actor, code in ((decided, "right.separation"), (own, "right.own_case")):
        with pytest.raises(Refused) as refused:
            services.record_paid(due, actor, on=clock.today(), voucher="记-1")
        assert _codes(refused) == [code]
    services.record_paid(due, clerk, on=clock.today(), voucher="记-1")


@pytest.mark.django_db
def test_stopping_gives_the_money_back_to_the_pool_and_needs_a_reason() -> None:
    pool = make.pool(20)
    due = make.payment(15, of=pool)
    assert queries.uncommitted(pool) == Money.wan(5)
    with pytest.raises(Refused) as refused:
        services.stop(due, SYSTEM, reason=" ")
    assert _codes(refused) == ["payment.reason"]
    services.stop(due, SYSTEM, reason="项目终止")
    assert queries.uncommitted(pool) == Money.wan(20)


@pytest.mark.django_db
def test_a_pool_cannot_be_lowered_below_what_is_committed() -> None:
    pool = make.pool(20)
    make.payment(15, of=pool)
    with pytest.raises(Refused) as refused:
        services.open_pool(pool.programme, pool.round_code, Money.wan(14), SYSTEM)
    assert _codes(refused) == ["pool.below-committed"]
    pool.refresh_from_db()
    assert pool.total_fen == Money.wan(20).fen


@pytest.mark.django_db(transaction=True)
def test_ten_officers_at_once_never_commit_more_than_the_pool_holds() -> None:
    pool = make.pool(30)
    payee = make.organisation().pk

    def commit(number: int) -> bool:
        try:
            make.payment(7, origin=f"RACE-{number}", payee=payee, of=pool)
        except Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(max_workers=5) as officers:
        done = list(officers.map(commit, range(10)))
    assert sum(done) == 4
    assert queries.committed(pool) == Money.wan(28)


class ManyPayments(TestCase):
    """Properties over random lists of tranches."""

    # The database sets the pace: no deadline for one example.
    @settings(deadline=None, max_examples=25)
    @given(amounts=st.lists(st.integers(1, 50), max_size=8))
    def test_committed_is_the_sum_of_what_was_accepted_and_never_above_the_total(self, amounts: list[int]) -> None:
        pool = make.pool(100)
        payee = make.organisation().pk
        accepted = 0
        for number, wan in enumerate(amounts, start=1):
            try:
                make.payment(wan, origin=f"{pool.round_code}", number=number, payee=payee, of=pool)
            except Refused:
                assert accepted + wan > 100
            else:
                accepted += wan
        assert queries.committed(pool) == Money.wan(accepted)
        assert accepted <= 100
