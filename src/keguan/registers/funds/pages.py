"""The pages of payments: all for those who run and watch the programmes, and each institution's own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.components.access import SIGNED_IN, actor_on, holding, page
from keguan.components.list_pages import list_page
from keguan.components.lists import Column
from keguan.components.status import Line
from keguan.components.things import Act, Section, thing_page
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.registers.funds import lists
from keguan.registers.funds.deeds import PAYS
from keguan.registers.funds.models import Payment
from keguan.registers.funds.queries import history_of
from keguan.registers.funds.rights import SEES_ALL, can_see_payment, reads_cases, sees_all, visible_to
from keguan.registers.parties.queries import names_of
from keguan.registers.trace.queries import decided_at
from keguan.registers.trace.sentences import deed
from keguan.registers.trace.sentences import told as sentence_of

SEES_PAYMENTS = holding(Text("查看该笔拨付", "see this payment"), *sorted(SEES_ALL), "host")


@page(SIGNED_IN)
def payments(request: HttpRequest) -> HttpResponseBase:
    """The payments this reader may see."""
    rows = Payment.objects.filter(visible_to(actor_on(request))).select_related("payee")
    return list_page(request, lists.PAYMENTS, rows)


@page(SIGNED_IN)
def payment(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One payment: what is due, what was paid, and how its record came about."""
    actor, found = actor_on(request), get_object_or_404(Payment.objects.select_related("payee"), pk=pk)
    if not can_see_payment(actor, found):
        raise SEES_PAYMENTS.refusal()
    case = reverse("case", args=[found.origin])
    due = [
        Line(Text("办件", "Case"), found.origin, href=case if reads_cases(actor) else ""),
        Line(Text("收款单位", "Payee"), found.payee.name, href=reverse("organisation", args=[found.payee_id])),
        Line(Text("批次", "Tranche"), found.tranche, "number"),
        Line(Text("比例", "Share"), lists.share_of(found)) if found.share or found.say_zh else None,
        lists.amount_of(found),
        lists.owed_on(found),
        lists.due_by(found),
        Line(Text("停付理由", "Stopped because"), found.reason) if found.reason else None,
    ]
    sections = [
        Section(Text("约定", "Agreed") if found.condition else Text("应付", "Due"), due),
        Section(Text("已付", "Paid"), lists.as_paid(found) if found.status == "paid" else ()),
        _history(found, actor),
    ]
    acts = [Act(title, reverse(route, args=[pk])) for title, route in _ACTS.get(found.status, ()) if PAYS.holds(actor)]
    status = lists.status_of(found)
    return thing_page(request, found.number, sections, crumbs=lists.crumbs(), status=status, acts=acts)


_ACTS = {
    "due": [(Text("登记已付", "Record as paid"), "payment_paid")],
    "paid": [(Text("撤销付款登记", "Take back the record"), "payment_take_back")],
}


def _history(found: Payment, actor: Actor) -> Section:
    """What was recorded and taken back. Who did it is told to those who run and watch the programmes, as on the case."""
    told = list(history_of(found))
    people = {one for event in told for one in (event.actor, event.payload.get("for")) if one is not None}
    names = names_of(people) if sees_all(actor) else {}
    columns = (
        Column("at", Text("时间", "When"), lambda event: decided_at(event.payload, event), "moment"),
        Column("what", Text("经过", "What"), lambda event: sentence_of(event, names) if names else deed(event)),
    )
    return Section(Text("经过", "History"), columns=columns, rows=told)
