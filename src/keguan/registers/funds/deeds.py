"""What is done to payments by pages, by finance: recorded as paid, and a wrong record taken back. The money itself moves in
the finance system."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.components.access import actor_on, holding, page
from keguan.components.deeds import Given, SeeOther
from keguan.components.fields import Field
from keguan.components.status import Line
from keguan.components.typed import read_money
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.money import Money
from keguan.kernel.problems import Problem
from keguan.registers.funds import lists, services
from keguan.registers.funds.models import Payment
from keguan.registers.funds.queries import sharing_voucher
from keguan.registers.trace.deeds import traced_deed_page

_MOST_NAMED = 10
PAYS = holding(Text("登记付款", "record payments"), "finance")


@page(PAYS, methods=("GET", "POST"))
def payment_paid(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Record that a payment was made. Sent twice, it is recorded once."""
    actor, found = actor_on(request), get_object_or_404(Payment.objects.select_related("payee"), pk=pk)
    back, due = reverse("payment", args=[pk]), Money(found.amount_fen)
    if found.status != "due" and request.method != "POST":
        return SeeOther(back)
    fields = [
        Field("on", "day", Text("付款日", "Paid on"), required=True),
        Field("amount", "money", Text("实付金额", "Amount paid"), due.in_wan(), required=True),
        Field(
            "difference",
            "text",
            Text("少于应付金额的原因", "Why it is less than the amount due"),
            hint=Text("足额时不填", "empty where it is all of it"),
            most=500,
        ),
        Field(
            "voucher",
            "text",
            Text("凭证号", "Voucher"),
            required=True,
            hint=Text("账务系统中的凭证号", "its number in the books"),
            most=100,
        ),
    ]
    if found.condition:
        fields.append(
            Field(
                "met",
                "text",
                Text("付款条件已满足的依据", "By what the condition is met"),
                required=True,
                hint=Text(
                    "文件名称和文号，或理由，将记入痕迹",
                    "a document with its number, or the reason; it goes into the trace",
                ),
                most=500,
            )
        )
    lines = [
        Line(Text("收款单位", "Payee"), found.payee.name),
        lists.amount_of(found),
        lists.owed_on(found),
        lists.due_by(found),
    ]

    def do(given: Given) -> tuple[Text, str]:
        given.needed("on")
        on, voucher = given.day("on"), given.text("voucher")
        amount = read_money(given.text("amount"), "amount")
        if isinstance(amount, Problem):
            given.problems.append(amount)
        if given.problems and not voucher:
            given.needed("voucher")  # once day and amount can be read, the service says it among its own problems
        given.check()
        services.record_paid(
            found,
            actor,
            on=on or clock.today(),
            voucher=voucher,
            amount=amount if isinstance(amount, Money) else None,
            difference=given.text("difference"),
            met=given.text("met"),
        )
        _ask_of_condition(given, found)
        _ask_of_voucher(given, found, voucher)
        return Text("已登记付款：{number}。", "Recorded as paid: {number}.").filled(number=found.number), back

    title = Text("登记已付：{number}", "Record as paid: {number}").filled(number=found.number)
    button = Text("登记", "Record")
    return traced_deed_page(request, title, fields, do, button=button, back=back, lines=lines, crumbs=lists.crumbs())


def _ask_of_condition(given: Given, payment: Payment) -> None:
    """No step of the programme says that the condition came true, so whoever records the payment answers for it."""
    if payment.condition is None:
        return
    said = Text(
        "该笔款附有条件：{condition}。您写明的依据是：{met}。",
        "This payment is conditional: payable only {condition}. You say that this is so by: {met}.",
    ).filled(condition=payment.condition, met=given.text("met"))
    fix = Text(
        "条件确已满足的，请再次确认；尚未满足的，不应付款，请返回。",
        "If the condition is met, confirm it; if not, nothing is payable yet: go back.",
    )
    yes = Text("条件已满足，登记", "The condition is met: record it")
    given.ask(Problem("payment.condition_asked", said, "met", given.text("met"), fix=fix), yes)


def _ask_of_voucher(given: Given, payment: Payment, voucher: str) -> None:
    """One voucher may cover several payments, and a number may be a slip: whoever records it knows."""
    others = list(sharing_voucher(payment, voucher).values_list("number", flat=True))
    if not others:
        return
    named, n = others[:_MOST_NAMED], len(others)
    rest = Text(" 等{n}笔", " and others, {n} in all").filled(n=n) if n > _MOST_NAMED else Text("", "")
    said = Text("这个凭证号已登记在 {numbers}{rest}。", "This voucher stands already at {numbers}{rest}.").filled(
        numbers=Text("、".join(named), ", ".join(named)), rest=rest
    )
    fix = Text(
        "一张凭证可以包含几笔付款。是同一张凭证的，请再次确认；不是的，请改正凭证号。",
        "One voucher may cover several payments. If it is the same voucher, confirm it; if not, correct its number.",
    )
    yes = Text("是同一张凭证，登记", "It is the same voucher: record it")
    given.ask(Problem("payment.voucher_again", said, "voucher", "、".join([voucher, *others]), fix=fix), yes)


@page(PAYS, methods=("GET", "POST"))
def payment_take_back(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take back a wrong record of a payment, for a reason; then it is due again, and recorded anew."""
    actor, found = actor_on(request), get_object_or_404(Payment.objects.select_related("payee"), pk=pk)
    back = reverse("payment", args=[pk])
    if found.status != "paid" and request.method != "POST":
        return SeeOther(back)
    fields = [Field("reason", "text", Text("理由", "Reason"), required=True, most=500)]
    lines = [Line(Text("收款单位", "Payee"), found.payee.name), *lists.as_paid(found)]

    def do(given: Given) -> tuple[Text, str]:
        services.take_back_paid(found, actor, reason=given.text("reason"))
        said = Text("已撤销付款登记：{number}。", "The record of payment is taken back: {number}.")
        return said.filled(number=found.number), back

    title = Text("撤销付款登记：{number}", "Take back the record of payment: {number}").filled(number=found.number)
    return traced_deed_page(
        request,
        title,
        fields,
        do,
        button=Text("撤销登记", "Take it back"),
        back=back,
        hint=Text(
            "只在登记有误时撤销。撤销后该笔款恢复为应付，可以重新登记；原来登记的内容和理由留在经过中。",
            "Only where the record is wrong. The payment is due again and can be recorded anew; what was recorded, and the"
            " reason, stay in its history.",
        ),
        lines=lines,
        crumbs=lists.crumbs(),
    )
