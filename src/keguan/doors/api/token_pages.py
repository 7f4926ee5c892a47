"""One's own tokens: what there is, a new one, shown once, and revoking."""

from __future__ import annotations

from typing import cast

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.deeds import Given, SeeOther
from keguan.components.fields import Field
from keguan.components.lists import Column, choices_of
from keguan.components.notices import tell
from keguan.components.status import Crumb, Status
from keguan.doors.api import tokens
from keguan.doors.api.models import Token
from keguan.doors.api.scopes import SCOPES
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import local_date
from keguan.kernel.problems import Problem, Refused
from keguan.registers.parties.models import Account

ACCOUNT = Text("我的账户", "My account")
TOKENS = Text("接口令牌", "API tokens")
NEW = Text("新建令牌", "New token")

_MOST_SHOWN = 100
_COLUMNS = (
    Column("name", Text("用途", "For"), lambda one: one.name, link=lambda one: reverse("token", args=[one.pk])),
    Column("hint", Text("开头", "Begins"), lambda one: f"{one.hint}…"),
    Column("scopes", Text("范围", "Scopes"), lambda one: [SCOPES[scope] for scope in one.scopes]),
    Column("state", Text("状态", "State"), lambda one: state_of(one), "status"),
    Column("until", Text("到期", "Ends"), lambda one: one.expires_at, "deadline"),
    Column("used", Text("最近使用", "Last used"), lambda one: one.used_at, "moment"),
)


def state_of(token: Token) -> Status:
    """Whether a token still opens anything."""
    if token.revoked_at is not None:
        return Status(Text("已撤销", "Revoked"), "bad")
    if token.expires_at <= clock.now():
        return Status(Text("已到期", "Over"), "neutral")
    return Status(Text("有效", "In force"), "good")


@page(SIGNED_IN)
def token_list(request: HttpRequest) -> HttpResponseBase:
    """The reader's own tokens."""
    rows = list(Token.objects.filter(account=_account(request))[:_MOST_SHOWN])
    context = {"title": TOKENS, "rows": rows, "columns": _COLUMNS, "crumbs": [_home(), Crumb(TOKENS)]}
    return render(request, "api/tokens.html", context)


@page(SIGNED_IN, methods=("GET", "POST"))
def token_new(request: HttpRequest) -> HttpResponseBase:
    """Make a token, after showing once more that it is oneself. It is shown on the answer to this and never again."""
    account = _account(request)
    raise_if_reauthentication_required(request, app="keguan")
    fields, problems = _fields(), tuple[Problem, ...]()
    if request.method == "POST":
        given = Given(request.POST, {one.name: one.label for one in fields})
        try:
            made, shown = _made(request, account, given)
        except Refused as refused:
            problems = refused.refusal.problems
            fields = [one.typed_in(request.POST).with_problems(problems) for one in fields]
        else:
            return _shown_once(request, made, shown)
    context = {
        "title": NEW,
        "hint": Text(
            "令牌代表您本人办事，范围只会缩小您的权限。请只交给您信任的程序。",
            "A token acts as you; its scopes only narrow what you may do. Give it only to programs you trust.",
        ),
        "fields": fields,
        "problems": problems,
        "button": Text("建立", "Make it"),
        "back": reverse("tokens"),
        "crumbs": [_home(), Crumb(TOKENS, reverse("tokens")), Crumb(NEW)],
    }
    return render(request, "components/deed_page.html", context, status=422 if problems else 200)


def _fields() -> list[Field]:
    last_day = local_date(clock.now() + tokens.LONGEST / 4)
    return [
        Field("name", "text", Text("用途", "What it is for"), required=True, most=tokens.NAME_MOST),
        Field("scopes", "choices", Text("范围", "Scopes"), (), choices=choices_of(SCOPES), required=True),
        Field("last_day", "day", Text("最后一天", "Last day"), last_day.isoformat(), required=True,
              hint=Text("最长一年", "a year at most")),
    ]  # fmt: skip


def _made(request: HttpRequest, account: Account, given: Given) -> tuple[Token, str]:
    name, last_day = given.needed("name"), given.day("last_day")
    if last_day is None and not given.problems:
        given.needed("last_day")
    given.check()
    assert last_day is not None  # noqa: S101 - checked
    chosen = request.POST.getlist("scopes")
    return tokens.make(account, actor_on(request), name, chosen, last_day, request_id=_request_id(request))


def _shown_once(request: HttpRequest, made: Token, shown: str) -> HttpResponse:
    context = {
        "title": NEW,
        "token": made,
        "shown": shown,
        "crumbs": [_home(), Crumb(TOKENS, reverse("tokens")), Crumb(NEW)],
    }
    response = render(request, "api/token_made.html", context, status=201)
    response["Cache-Control"] = "private, no-store"
    return response


@page(SIGNED_IN, methods=("GET", "POST"))
def token(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One of the reader's own tokens; POST revokes it."""
    found = get_object_or_404(Token, pk=pk, account=_account(request))
    if request.method == "POST":
        if tokens.revoke(found, actor_on(request), request_id=_request_id(request)):
            tell(request, Text("已撤销令牌“{name}”。", "The token “{name}” is revoked.").filled(name=found.name))
        return SeeOther(reverse("tokens"))
    context = {
        "token": found,
        "rows": [found],
        "columns": _COLUMNS[1:],
        "stands": found.revoked_at is None and found.expires_at > clock.now(),
        "crumbs": [_home(), Crumb(TOKENS, reverse("tokens")), Crumb(found.name)],
    }
    return render(request, "api/token.html", context)


def _account(request: HttpRequest) -> Account:
    return cast(Account, request.user)


def _home() -> Crumb:
    return Crumb(ACCOUNT, reverse("profile"))


def _request_id(request: HttpRequest) -> str:
    return cast(str, getattr(request, "request_id", ""))
