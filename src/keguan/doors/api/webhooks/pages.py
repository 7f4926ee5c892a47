"""One's own webhooks: what there is, a new one, its key shown once, changing it, its deliveries, sending once more, ending it."""

from __future__ import annotations

from typing import cast

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.deeds import Given, SeeOther
from keguan.components.fields import Field
from keguan.components.lists import Choice, Column, choices_of
from keguan.components.notices import tell
from keguan.components.status import Crumb, Line, Status
from keguan.doors.api.models import WEBHOOK_STATES, Webhook, WebhookDelivery
from keguan.doors.api.webhooks import signing, subscribing
from keguan.doors.api.webhooks.addresses import LONGEST
from keguan.doors.api.webhooks.kinds import KINDS, TRIAL, TRIAL_SAID
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties.models import Account

ACCOUNT = Text("我的账户", "My account")
WEBHOOKS = Text("事件推送", "Webhooks")
NEW = Text("新建推送", "New webhook")
CHANGE = Text("修改推送", "Change a webhook")

_MOST_SHOWN = 100
_COLUMNS = (
    Column("address", Text("地址", "Address"), lambda w: w.address, link=lambda w: reverse("webhook", args=[w.pk])),
    Column("kinds", Text("事件", "Events"), lambda w: [KINDS[kind] for kind in w.kinds]),
    Column("organisation", Text("单位", "Organisation"), lambda w: w.organisation.name if w.organisation else ""),
    Column("state", Text("状态", "State"), lambda w: state_of(w), "status"),
    Column("made", Text("建立时间", "Made"), lambda w: w.made_at, "moment"),
)
_TONES = {"sent": "good", "given_up": "bad"}


def state_of(webhook: Webhook) -> Status:
    """Whether an address still hears of anything."""
    if webhook.ended_at is not None:
        return Status(Text("已停用", "Ended"), "neutral")
    return Status(Text("启用", "In force"), "good")


@page(SIGNED_IN)
def webhook_list(request: HttpRequest) -> HttpResponseBase:
    """The reader's own webhooks."""
    rows = Webhook.objects.filter(account=_account(request)).select_related("organisation")[:_MOST_SHOWN]
    context = {"title": WEBHOOKS, "rows": list(rows), "columns": _COLUMNS, "crumbs": [_home(), Crumb(WEBHOOKS)]}
    return render(request, "api/webhooks.html", context)


@page(SIGNED_IN, methods=("GET", "POST"))
def webhook_new(request: HttpRequest) -> HttpResponseBase:
    """Set up a webhook, after showing once more that it is oneself. Its key is shown on the answer and never again."""
    raise_if_reauthentication_required(request, app="keguan")
    fields, problems = _fields(actor_on(request)), tuple[Problem, ...]()
    if request.method == "POST":
        try:
            return _shown_once(request, _made(request, fields))
        except Refused as refused:
            problems = refused.refusal.problems
    crumbs = [_home(), Crumb(WEBHOOKS, reverse("webhooks")), Crumb(NEW)]
    return _asked(request, NEW, Text("建立", "Set it up"), fields, problems, reverse("webhooks"), crumbs)


@page(SIGNED_IN, methods=("GET", "POST"))
def webhook_change(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Send a webhook elsewhere, or let it hear of other things, after showing once more that it is oneself."""
    raise_if_reauthentication_required(request, app="keguan")
    found = get_object_or_404(Webhook, pk=pk, account=_account(request), ended_at=None)
    fields, problems = _fields(actor_on(request), found), tuple[Problem, ...]()
    back = reverse("webhook", args=[pk])
    if request.method == "POST":
        try:
            subscribing.change(found, actor_on(request), *_given(request, fields), request_id=_request_id(request))
        except Refused as refused:
            problems = refused.refusal.problems
        else:
            tell(request, Text("已保存。", "It is saved."))
            return SeeOther(back)
    crumbs = [_home(), Crumb(WEBHOOKS, reverse("webhooks")), Crumb(found.address, back), Crumb(CHANGE)]
    return _asked(request, CHANGE, Text("保存", "Save"), fields, problems, back, crumbs)


def _asked(
    request: HttpRequest,
    title: Text,
    button: Text,
    fields: list[Field],
    problems: tuple[Problem, ...],
    back: str,
    crumbs: list[Crumb],
) -> HttpResponse:
    context = {
        "title": title,
        "hint": Text(
            "推送只说明发生了什么、编号和链接，不含办件内容；只涉及您当时有权查看的办件。",
            "A webhook tells what happened, the number and a link, never what a case says; only about cases that you may "
            "read at that moment.",
        ),
        "fields": [one.typed_in(request.POST).with_problems(problems) for one in fields] if problems else fields,
        "problems": problems,
        "button": button,
        "back": back,
        "crumbs": crumbs,
    }
    return render(request, "components/deed_page.html", context, status=422 if problems else 200)


def _fields(actor: Actor, now: Webhook | None = None) -> list[Field]:
    found = Organisation.objects.filter(pk__in=subscribing.organisations_of(actor)).order_by("pinyin")
    mine = {str(one.pk): one.name for one in found}
    if now is not None and now.organisation is not None:
        mine[str(now.organisation_id)] = now.organisation.name
    every = Choice("", Text("我可以查看的全部办件", "All cases that I may read"))
    address, kinds = (now.address, tuple(now.kinds)) if now else ("", ())
    fields = [
        Field("address", "text", Text("接收地址", "Address"), address, required=True, most=LONGEST,
              hint=Text("以 https:// 开头的公网地址", "a public address that begins with https://")),
        Field("kinds", "choices", Text("事件", "Events"), kinds, choices=choices_of(KINDS), required=True),
    ]  # fmt: skip
    if mine:
        chosen = str(now.organisation_id or "") if now else ""
        choices = (every, *(Choice(pk, name) for pk, name in mine.items()))
        fields.append(Field("organisation", "choice", Text("哪些办件", "Which cases"), chosen, choices=choices))
    return fields


def _given(request: HttpRequest, fields: list[Field]) -> tuple[str, list[str], int | None]:
    given = Given(request.POST, {one.name: one.label for one in fields})
    address, organisation = given.needed("address"), given.text("organisation")
    given.check()
    # What is no number is nobody's organisation: the service refuses it.
    number = int(organisation) if organisation.isdecimal() and len(organisation) < 18 else 0
    return address, request.POST.getlist("kinds"), number if organisation else None


def _made(request: HttpRequest, fields: list[Field]) -> Webhook:
    given = _given(request, fields)
    return subscribing.make(_account(request), actor_on(request), *given, request_id=_request_id(request))


def _shown_once(request: HttpRequest, made: Webhook) -> HttpResponse:
    crumbs = [_home(), Crumb(WEBHOOKS, reverse("webhooks")), Crumb(NEW)]
    context = {"title": NEW, "webhook": made, "shown": signing.shown(made), "crumbs": crumbs}
    response = render(request, "api/webhook_made.html", context, status=201)
    response["Cache-Control"] = "private, no-store"
    return response


@page(SIGNED_IN, methods=("GET", "POST"))
def webhook(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One of the reader's webhooks with its last deliveries; POST ends it, or sends one delivery again."""
    found = get_object_or_404(Webhook.objects.select_related("organisation"), pk=pk, account=_account(request))
    if request.method == "POST":
        return _done(request, found)
    deliveries = [(one, _kind(one), _state(one)) for one in found.deliveries.all()[:_MOST_SHOWN]]
    context = {
        "webhook": found,
        "lines": [
            Line(column.title, column.value(found), "status" if column.kind == "status" else "text")
            for column in _COLUMNS[1:4]
            if column.value(found)
        ],
        "deliveries": deliveries,
        "crumbs": [_home(), Crumb(WEBHOOKS, reverse("webhooks")), Crumb(found.address)],
    }
    return render(request, "api/webhook.html", context)


def _done(request: HttpRequest, found: Webhook) -> HttpResponseBase:
    actor, wanted = actor_on(request), request.POST.get("again", "")
    if not wanted:
        if subscribing.end(found, actor, request_id=_request_id(request)):
            tell(request, Text("已停用。", "It is ended."))
        return SeeOther(reverse("webhooks"))
    pk = int(wanted) if wanted.isdecimal() and len(wanted) < 18 else 0
    delivery = get_object_or_404(WebhookDelivery, pk=pk, webhook=found)
    if subscribing.send_again(delivery, actor, request_id=_request_id(request)):
        tell(request, Text("将在一分钟内重发。", "It is sent again within a minute."))
    else:
        tell(request, Text("它正在发送途中。", "It is on its way already."), "warn")
    return SeeOther(reverse("webhook", args=[found.pk]))


def _kind(delivery: WebhookDelivery) -> Text:
    return TRIAL_SAID if delivery.kind == TRIAL else KINDS[delivery.kind]


def _state(delivery: WebhookDelivery) -> Status:
    return Status(WEBHOOK_STATES[delivery.state], _TONES.get(delivery.state, "info"))  # type: ignore[arg-type]


def _account(request: HttpRequest) -> Account:
    return cast(Account, request.user)


def _home() -> Crumb:
    return Crumb(ACCOUNT, reverse("profile"))


def _request_id(request: HttpRequest) -> str:
    return cast(str, getattr(request, "request_id", ""))
