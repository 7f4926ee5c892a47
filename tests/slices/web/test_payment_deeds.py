"""A payment that is due is recorded as paid by finance, once, with its voucher; nobody else does it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests import make
from tests.slices.casework.page_cast import signed_in
from tests.slices.web.forms import done, refused

from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.money import Money
from keguan.registers.funds.models import Payment
from keguan.registers.parties.models import Person
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db
TYPED = {"on": "2026年5月8日", "amount": "10", "voucher": "2026-05-记-0012"}
AFTER_THE_CHECK = Text("中期检查通过后", "after the mid-term check is passed")


@pytest.fixture
def finance() -> Client:
    person = make.person("财务员")
    make.duty("finance", person)
    return signed_in(person)


def test_a_due_payment_is_found_recorded_as_paid_once_and_traced(finance: Client) -> None:
    due = make.payment(10)
    page, address = reverse("payment", args=[due.pk]), reverse("payment_paid", args=[due.pk])
    assert page in finance.get(reverse("payments"), {"state": "due"}).content.decode()
    assert address in finance.get(page).content.decode()
    assert 'value="10"' in finance.get(address).content.decode(), "the amount due stands there already"
    said = done(finance, address, **TYPED)
    assert "已登记付款" in said
    assert "2026-05-记-0012" in said
    assert address not in said
    done(finance, address, **TYPED)
    paid = Payment.objects.get()
    assert (paid.status, paid.paid_day, paid.paid_fen) == ("paid", date(2026, 5, 8), Money.wan(10).fen)
    event = Event.objects.get(tag="funds:payment:paid")
    assert (event.actor, event.case_number) == (Person.objects.get(name="财务员").pk, due.origin)
    assert Event.objects.filter(tag="db:payment:status", actor=event.actor, request_id=event.request_id).exists()
    refused(finance, address, **{**TYPED, "voucher": "另一张"})
    assert finance.get(address)["Location"] == page
    assert page in finance.get(reverse("payments"), {"q": "2026-05-记-0012", "state": "paid"}).content.decode()


def test_a_refused_form_names_every_problem_and_keeps_what_was_typed(finance: Client) -> None:
    address = reverse("payment_paid", args=[make.payment(10).pk])
    said = refused(finance, address, on="2026-02-30", amount="十", voucher="")
    for place in ("on", "amount", "voucher"):
        assert f'href="#field-{place}"' in said
    assert 'value="十"' in said
    said = refused(finance, address, **{**TYPED, "amount": "9.5", "voucher": " "})
    assert 'href="#field-difference"' in said
    assert 'href="#field-voucher"' in said
    assert "应付金额 10万元 不一致" in said
    english = finance.post(address + "?lang=en", {**TYPED, "amount": "9.5"}).content.decode()
    assert "The amount is not the CNY 100,000 that is due" in english
    said = done(finance, address, **{**TYPED, "amount": "95000元"}, difference="扣回多拨 0.5 万元")
    assert "扣回多拨 0.5 万元" in said
    assert "9.5 万元" in said


def test_too_much_and_too_early_are_refused_at_their_places(finance: Client) -> None:
    address = reverse("payment_paid", args=[make.payment(5, on=date(2026, 5, 8)).pk])
    said = refused(finance, address, **{**TYPED, "on": "2019-05-08", "amount": "99999999"}, difference="多付")
    for place in ("on", "amount"):
        assert f'href="#field-{place}"' in said
    assert "超过应付金额 5万元" in said
    assert "成为应付的 2026-05-08" in said
    english = finance.post(address + "?lang=en", {**TYPED, "amount": "6"}).content.decode()
    assert "above the CNY 50,000 that is due" in english
    assert Payment.objects.get().status == "due"


def test_a_voucher_that_stands_at_another_payment_is_asked_about_once(finance: Client) -> None:
    first, second, third = make.payment(10), make.payment(10), make.payment(10)
    addresses = [reverse("payment_paid", args=[one.pk]) for one in (first, second, third)]
    done(finance, addresses[0], **TYPED)
    said = refused(finance, addresses[1], **TYPED)
    assert 'id="asked"' in said
    assert first.number in said
    assert f'value="{TYPED["voucher"]}"' in said, "what was typed stays"
    assert Payment.objects.get(pk=second.pk).status == "due"
    assert not Event.objects.filter(tag="funds:payment:paid", payload__payment=second.pk).exists()
    sure = said.partition('name="sure" value="')[2].partition('"')[0]
    assert 'id="asked"' not in refused(finance, addresses[1], **{**TYPED, "voucher": " "}, sure=sure)
    done(finance, addresses[1], **TYPED, sure=sure)
    said = refused(finance, addresses[2], **TYPED, sure=sure)
    assert second.number in said, "a second yes holds for what was asked"
    done(finance, addresses[2], **{**TYPED, "voucher": "2026-05-记-0013"})


def test_a_conditional_payment_is_no_due_one_and_is_recorded_by_what_met_its_condition(finance: Client) -> None:
    plain, later = make.payment(10), make.payment(10, share="40 %", say=AFTER_THE_CHECK)
    found = {
        state: finance.get(reverse("payments"), {"state": state}).content.decode() for state in ("due", "conditional")
    }
    assert [number in found["due"] for number in (plain.number, later.number)] == [True, False]
    assert [number in found["conditional"] for number in (plain.number, later.number)] == [False, True]
    page, address = reverse("payment", args=[later.pk]), reverse("payment_paid", args=[later.pk])
    english = finance.get(page, {"lang": "en"}).content.decode()
    assert "Conditional: payable only after the mid-term check is passed" in english
    assert "40 % after the mid-term check is passed" in english
    assert "Owed since" not in english
    assert "Amount due" not in english
    finance.get(page, {"lang": "zh"})
    assert 'href="#field-met"' in refused(finance, address, **TYPED)
    said = refused(finance, address, **TYPED, met="中检〔2026〕3号")
    assert 'id="asked"' in said
    assert "该笔款附有条件：中期检查通过后" in said
    assert Payment.objects.get(pk=later.pk).status == "due"
    sure = said.partition('name="sure" value="')[2].partition('"')[0]
    assert 'id="asked"' in refused(finance, address, **TYPED, met="口头通知", sure=sure), (
        "the yes was to another reason"
    )
    said = done(finance, address, **TYPED, met="中检〔2026〕3号", sure=sure)
    assert "付款条件已满足：中检〔2026〕3号" in said, "the history says by what"
    assert Payment.objects.get(pk=later.pk).met == "中检〔2026〕3号"
    assert "field-met" not in finance.get(reverse("payment_paid", args=[plain.pk])).content.decode()


def test_a_wrong_record_is_taken_back_by_page_and_stays_readable(finance: Client) -> None:
    due, officer = make.payment(10), make.person("主任")
    make.duty("officer", officer)
    page, address = (reverse(one, args=[due.pk]) for one in ("payment", "payment_take_back"))
    assert finance.get(address)["Location"] == page
    done(finance, reverse("payment_paid", args=[due.pk]), **TYPED)
    assert address in finance.get(page).content.decode()
    assert signed_in(officer).post(address, {"reason": "试"}).status_code == 403
    assert 'href="#field-reason"' in refused(finance, address, reason=" ")
    said = done(finance, address, reason="凭证号录错")
    assert "已撤销付款登记" in said
    assert reverse("payment_paid", args=[due.pk]) in said
    refused(finance, address, reason="凭证号录错")
    done(finance, reverse("payment_paid", args=[due.pk]), **{**TYPED, "voucher": "2026-05-记-0021"})
    history = "财务员撤销第1笔的付款登记（2026-05-08 付 10万元，凭证号 2026-05-记-0012）：凭证号录错"
    assert history in signed_in(officer).get(page).content.decode()
    host = make.person()
    make.duty("host", host, organisation=due.payee)
    said = signed_in(host).get(page).content.decode()
    assert "凭证号录错" in said
    assert "财务员" not in said, "the payee learns what was done, not who of the staff did it"


@pytest.mark.parametrize("role", ["officer", "committee", "planning", "supervision", "registrar", ""])
def test_nobody_but_finance_records_payments(role: str) -> None:
    due, person = make.payment(), make.person()
    if role:
        make.duty(role, person)
    client, address = signed_in(person), reverse("payment_paid", args=[due.pk])
    assert Client().get(address).status_code == 302
    assert client.get(address).status_code == 403
    assert client.post(address, TYPED).status_code == 403
    page = client.get(reverse("payment", args=[due.pk]))
    assert page.status_code == (200 if role else 403)
    assert address not in page.content.decode()
    assert Payment.objects.get().status == "due"


def test_the_research_office_sees_what_its_own_institution_is_paid() -> None:
    own, other = make.payment(), make.payment()
    person = make.person()
    make.duty("host", person, organisation=own.payee)
    client = signed_in(person)
    said = client.get(reverse("payments")).content.decode()
    assert own.number in said
    assert other.number not in said
    assert client.get(reverse("payment", args=[other.pk])).status_code == 403


def test_what_is_still_to_be_paid_waits_in_the_to_do_of_finance_alone(finance: Client) -> None:
    assert "登记付款" not in finance.get(reverse("todo")).content.decode()
    make.payment(10)
    make.payment(20)
    said = finance.get(reverse("todo")).content.decode()
    assert f'<a href="{reverse("payments")}?state=due">登记付款（2笔）</a>' in said
    Payment.objects.filter(tranche=1).update(due_day=date(2020, 1, 1))
    assert "已逾期" in finance.get(reverse("todo")).content.decode()
    for days in (0, 9):
        Payment.objects.filter(pk=make.payment().pk).update(due_day=clock.today() + timedelta(days=days))
    make.payment()
    said = finance.get(reverse("todo")).content.decode()
    assert "登记付款（5笔）" in said
    assert "2笔已逾期，2笔今日或以后到期，1笔未定应付日" in said
    english = finance.get(reverse("todo"), {"lang": "en"}).content.decode()
    assert "2 overdue, 2 due today or later, 1 without a day" in english
    make.payment(say=AFTER_THE_CHECK)
    said = finance.get(reverse("todo")).content.decode()
    assert "登记付款（5笔）" in said, "what is conditional is not payable yet, and named apart"
    assert "1笔未定应付日，另有1笔附条件，尚不应付" in said
    officer = make.person()
    make.duty("officer", officer)
    assert "登记付款" not in signed_in(officer).get(reverse("todo")).content.decode()
