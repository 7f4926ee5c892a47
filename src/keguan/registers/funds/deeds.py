"""What is done to payments by pages: recorded as paid, by finance. The money itself moves in the finance system."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.components.access import actor_on, holding, page
from keguan.components.deeds import Given, SeeOther
from keguan.components.fields import Field
from keguan.components.status import Crumb, Line
from keguan.components.typed import read_money
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.money import Money
from keguan.kernel.problems import Problem
from keguan.registers.funds import lists, services
from keguan.registers.funds.models import Payment
from keguan.registers.trace.deeds import traced_deed_page

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
            Text("与应付金额不一致的原因", "Why it is not the amount due"),
            hint=Text("一致时不填", "empty where it is"),
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
    lines = [
        Line(Text("收款单位", "Payee"), found.payee.name),
        Line(Text("应付金额", "Amount due"), found.amount_fen, "money"),
        Line(Text("应付日", "Due by"), found.due_day, "day"),
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
        )
        return Text("已登记付款：{number}。", "Recorded as paid: {number}.").filled(number=found.number), back

    title = Text("登记已付：{number}", "Record as paid: {number}").filled(number=found.number)
    crumbs = [Crumb(Text("名录", "Registers"), reverse("registers")), Crumb(lists.PAYMENTS.title, reverse("payments"))]
    button = Text("登记", "Record")
    return traced_deed_page(request, title, fields, do, button=button, back=back, lines=lines, crumbs=crumbs)
