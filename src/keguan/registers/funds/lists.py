"""The list of payments, due and made."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse

from keguan.components.lists import Column, Filter, ListSpec, Rows, Search, choices_of, href_to
from keguan.components.status import Crumb, Line, Status, Tone
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.names import normal_name
from keguan.registers.funds.models import CONDITIONAL, STATUSES, Payment

TONES: dict[str, Tone] = {"due": "warn", "paid": "good", "stopped": "bad"}
_OVERDUE = Text("到期未付", "Due by today")
_CONDITIONAL = Text("附条件，尚不应付", "Conditional, not payable yet")


def status_of(payment: Payment) -> Status:
    """The state of a payment as pages show it: a conditional one is not due before somebody says that its condition is met."""
    if payment.status == "due" and payment.condition is not None:
        said = Text("附条件：{condition}方可支付", "Conditional: payable only {condition}")
        return Status(said.filled(condition=payment.condition), "info")
    return Status(STATUSES[payment.status], TONES[payment.status])


def share_of(payment: Payment) -> Text:
    """The part of the grant that a payment is, with the tranche in words."""
    zh, en = (f"{payment.share} {said}".strip() for said in (payment.say_zh, payment.say_en))
    return Text(zh, en)


def amount_of(payment: Payment) -> Line:
    """What is due, or agreed on its condition, as its pages say it."""
    label = Text("约定金额", "Amount agreed") if payment.condition else Text("应付金额", "Amount due")
    return Line(label, payment.amount_fen, "money")


def owed_on(payment: Payment) -> Line:
    """Since when a payment is owed, or was agreed on its condition, as its pages say it."""
    label = Text("约定日", "Agreed on") if payment.condition else Text("应付形成日", "Owed since")
    return Line(label, payment.owed_on, "day")


def due_by(payment: Payment) -> Line:
    """By when, or on what condition, it is payable, as its pages say it."""
    if payment.condition:
        return Line(Text("付款条件", "Condition"), payment.condition)
    return Line(Text("应付日", "Due by"), payment.due_day, "day")


def as_paid(payment: Payment) -> list[Line | None]:
    """What was recorded when it was paid, as its pages say it."""
    return [
        Line(Text("付款日", "Paid on"), payment.paid_day, "day"),
        Line(Text("实付金额", "Amount paid"), payment.paid_fen, "money"),
        Line(Text("差额原因", "Why it differs"), payment.difference) if payment.difference else None,
        Line(Text("凭证号", "Voucher"), payment.voucher),
        Line(Text("条件已满足的依据", "Condition met by"), payment.met) if payment.met else None,
    ]


def crumbs() -> list[Crumb]:
    """The way to a payment."""
    return [Crumb(Text("名录", "Registers"), reverse("registers")), Crumb(PAYMENTS.title, reverse("payments"))]


def _search(rows: Rows, text: str) -> Rows:
    return rows.filter(Q(number__icontains=text) | Q(voucher=text) | Q(payee__normal_name__contains=normal_name(text)))


def _by_state(rows: Rows, word: str) -> Rows:
    if word == "overdue":
        return rows.filter(status="due", due_day__lte=clock.today())
    if word == "conditional":
        return rows.filter(CONDITIONAL, status="due")
    if word == "due":
        return rows.filter(~CONDITIONAL, status="due")
    return rows.filter(status=word)


PAYMENTS = ListSpec(
    name="payments",
    title=Text("经费拨付", "Payments"),
    columns=(
        Column(
            "number",
            Text("编号", "Number"),
            lambda p: p.number,
            sort=("number",),
            link=lambda p: href_to("payment", p.pk),
        ),
        Column("payee", Text("收款单位", "Payee"), lambda p: p.payee.name, sort=("payee__pinyin", "number")),
        Column("amount", Text("应付金额", "Amount due"), lambda p: p.amount_fen, "money", sort=("amount_fen",)),
        Column("due", Text("应付日", "Due by"), lambda p: p.due_day, "day", sort=("due_day", "number")),
        Column("status", Text("状态", "State"), status_of, "status", sort=("status", "due_day")),
        Column("paid_day", Text("付款日", "Paid on"), lambda p: p.paid_day, "day", sort=("paid_day", "number")),
        Column("paid", Text("实付金额", "Amount paid"), lambda p: p.paid_fen, "money", sort=("paid_fen",)),
        Column("voucher", Text("凭证号", "Voucher"), lambda p: p.voucher, sort=("voucher",)),
        Column("share", Text("比例", "Share"), share_of, sheet_only=True),
        Column("met", Text("条件已满足的依据", "Condition met by"), lambda p: p.met, sheet_only=True),
        Column("difference", Text("差额原因", "Why it differs"), lambda p: p.difference, sheet_only=True),
        Column("reason", Text("停付理由", "Stopped because"), lambda p: p.reason, sheet_only=True),
    ),
    filters=(
        Filter(
            "state",
            Text("状态", "State"),
            _by_state,
            choices_of(STATUSES | {"overdue": _OVERDUE, "conditional": _CONDITIONAL}),
        ),
    ),
    search=Search(Text("编号、凭证号或收款单位", "number, voucher or payee"), _search),
    default_sort="due",
)
