"""The pages of payments: all for those who run and watch the programmes, and each institution's own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.components.access import SIGNED_IN, actor_on, holding, page
from keguan.components.list_pages import list_page
from keguan.components.status import Crumb, Line
from keguan.components.things import Act, Section, thing_page
from keguan.kernel.bilingual import Text
from keguan.registers.funds import lists
from keguan.registers.funds.deeds import PAYS
from keguan.registers.funds.models import Payment
from keguan.registers.funds.rights import SEES_ALL, can_see_payment, visible_to

SEES_PAYMENTS = holding(Text("查看该笔拨付", "see this payment"), *sorted(SEES_ALL), "host")


@page(SIGNED_IN)
def payments(request: HttpRequest) -> HttpResponseBase:
    """The payments this reader may see."""
    rows = Payment.objects.filter(visible_to(actor_on(request))).select_related("payee")
    return list_page(request, lists.PAYMENTS, rows)


@page(SIGNED_IN)
def payment(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One payment: what is due, and what was paid."""
    actor, found = actor_on(request), get_object_or_404(Payment.objects.select_related("payee"), pk=pk)
    if not can_see_payment(actor, found):
        raise SEES_PAYMENTS.refusal()
    due = [
        Line(Text("办件", "Case"), found.origin, href=reverse("case", args=[found.origin])),
        Line(Text("收款单位", "Payee"), found.payee.name, href=reverse("organisation", args=[found.payee_id])),
        Line(Text("批次", "Tranche"), found.tranche, "number"),
        Line(Text("比例", "Share"), found.share) if found.share else None,
        Line(Text("应付金额", "Amount due"), found.amount_fen, "money"),
        Line(Text("应付日", "Due by"), found.due_day, "day"),
        Line(Text("停付理由", "Stopped because"), found.reason) if found.reason else None,
    ]
    paid = [
        Line(Text("付款日", "Paid on"), found.paid_day, "day"),
        Line(Text("实付金额", "Amount paid"), found.paid_fen, "money"),
        Line(Text("差额原因", "Why it differs"), found.difference) if found.difference else None,
        Line(Text("凭证号", "Voucher"), found.voucher),
    ]
    sections = [
        Section(Text("应付", "Due"), due),
        Section(Text("已付", "Paid"), paid if found.status == "paid" else ()),
    ]
    crumbs = [Crumb(Text("名录", "Registers"), reverse("registers")), Crumb(lists.PAYMENTS.title, reverse("payments"))]
    may_pay = PAYS.holds(actor) and found.status == "due"
    acts = [Act(Text("登记已付", "Record as paid"), reverse("payment_paid", args=[pk]))] if may_pay else []
    return thing_page(request, found.number, sections, crumbs=crumbs, status=lists.status_of(found), acts=acts)
