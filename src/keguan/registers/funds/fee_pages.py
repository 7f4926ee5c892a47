"""The fees of reviewers, for finance alone: who is owed how much in which round and month. Looking at it is traced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from keguan.components.access import actor_on, holding, page
from keguan.components.deeds import Given
from keguan.components.fields import Field
from keguan.components.list_pages import list_page
from keguan.components.lists import Choice, Column, Filter, ListSpec, Rows, Search, choices_of
from keguan.components.status import Crumb, Line, Status
from keguan.components.things import Act
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING, local_date
from keguan.kernel.money import Money
from keguan.kernel.names import normal_name
from keguan.registers.funds import fees
from keguan.registers.funds.models import FEE_STATUSES, ReviewFee
from keguan.registers.trace import services as trace
from keguan.registers.trace.deeds import traced_deed_page

PAYS_FEES = holding(Text("办理评审费", "see to the fees of reviewers"), "finance")
MOST_CHOICES = 200


def _rounds() -> Sequence[Choice]:
    codes = ReviewFee.objects.order_by("-round_code").values_list("round_code", flat=True).distinct()
    return [Choice(code, Text(code, code)) for code in codes[:MOST_CHOICES]]


def _months() -> Sequence[Choice]:
    found = ReviewFee.objects.datetimes("owed_at", "month", order="DESC", tzinfo=BEIJING)[:MOST_CHOICES]
    return [Choice(f"{one:%Y-%m}", Text(f"{one:%Y-%m}", f"{one:%Y-%m}")) for one in found]


def _in_month(rows: Rows, typed: str) -> Rows:
    year, _, month = typed.partition("-")
    if not (year.isdecimal() and month.isdecimal() and len(typed) == 7 and 1 <= int(month) <= 12 and int(year)):
        return rows.none()
    first = date(int(year), int(month), 1)
    return rows.filter(owed_at__year=first.year, owed_at__month=first.month)


def _search(rows: Rows, text: str) -> Rows:
    return rows.filter(payee__person__normal_name__contains=normal_name(text))


_TONES = {"owed": "warn", "handed": "good"}

FEES = ListSpec(
    name="review_fees",
    title=Text("评审费", "Fees for reviews"),
    columns=(
        Column("payee", Text("收款人", "Payee"), lambda f: f.payee.person.name, sort=("payee__person__pinyin", "id")),
        Column("employer", Text("单位", "Employer"), lambda f: getattr(f.payee.person.employer, "name", "")),
        Column("round", Text("批次", "Round"), lambda f: f.round_code, sort=("round_code", "id")),
        Column("day", Text("发生日", "Owed since"), lambda f: local_date(f.owed_at), "day", sort=("owed_at", "id")),
        Column("amount", Text("金额", "Amount"), lambda f: f.amount_fen, "money", sort=("amount_fen", "id")),
        Column(
            "status",
            Text("状态", "State"),
            lambda f: Status(FEE_STATUSES[f.status], _TONES[f.status]),  # type: ignore[arg-type]
            "status",
            sort=("status", "id"),
        ),
        Column("batch", Text("付款批次号", "Payment batch"), lambda f: f.batch, sort=("batch", "id")),
    ),
    filters=(
        Filter("round", Text("批次", "Round"), lambda rows, code: rows.filter(round_code=code), _rounds),
        Filter("month", Text("月份", "Month"), _in_month, _months),
        Filter("state", Text("状态", "State"), lambda rows, w: rows.filter(status=w), choices_of(FEE_STATUSES)),
    ),
    search=Search(Text("收款人", "payee"), _search),
    default_sort="-day",
    empty=Text("没有评审费。", "No fees."),
)


def _fees() -> QuerySet[ReviewFee]:
    return ReviewFee.objects.select_related("payee__person__employer")


@page(PAYS_FEES)
def review_fees(request: HttpRequest) -> HttpResponseBase:
    """What reviewers are owed, by round and month; taken away as a spreadsheet like every list."""
    trace.read(actor_on(request), "reviewers", "review-fees")
    acts = [Act(Text("交付款", "Hand to payment"), f"{reverse('review_fees_hand')}?{request.GET.urlencode()}")]
    return list_page(request, FEES, _fees(), template="funds/review_fees.html", acts=acts)


@page(PAYS_FEES, methods=("GET", "POST"))
def review_fees_hand(request: HttpRequest) -> HttpResponseBase:
    """Mark what is owed in a round and month as handed to payment, all of it at once."""
    rows = _fees().filter(status="owed")
    asked = {name: request.GET.get(name, "") for name in ("round", "month")}
    if asked["round"]:
        rows = rows.filter(round_code=asked["round"])
    if asked["month"]:
        rows = _in_month(rows, asked["month"])
    ids = list(rows.values_list("pk", flat=True))
    total = Money(int(rows.aggregate(sum=Sum("amount_fen"))["sum"] or 0))
    everything = Text("全部", "all")
    lines = [
        Line(Text("批次", "Round"), asked["round"] or everything),
        Line(Text("月份", "Month"), asked["month"] or everything),
        Line(Text("笔数", "Fees"), len(ids), "number"),
        Line(Text("合计", "Total"), total.fen, "money"),
    ]
    hint = Text("付款系统中的批次号", "its number in the payment system")
    fields = [Field("batch", "text", Text("付款批次号", "Payment batch"), required=True, hint=hint, most=100)]
    back = reverse("review_fees")

    def do(given: Given) -> tuple[Text, str]:
        n = fees.hand_over(ids, given.text("batch"), actor_on(request))
        return Text("已交付款：{n}笔。", "Handed to payment: {n} fees.").filled(n=n), back

    crumbs = [Crumb(Text("名录", "Registers"), reverse("registers")), Crumb(FEES.title, back)]
    title, button = Text("评审费交付款", "Hand fees to payment"), Text("标记为已交付款", "Mark as handed over")
    return traced_deed_page(request, title, fields, do, button=button, back=back, lines=lines, crumbs=crumbs)
