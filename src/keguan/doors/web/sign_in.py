"""Signing in and out. In a demo one simply chooses who to be."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.conf import settings
from django.contrib import auth
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from keguan.casework.versions import title_of
from keguan.components.access import PUBLIC, actor_on, page
from keguan.components.fields import Field
from keguan.doors.demo.cast import PASSWORD as DEMO_PASSWORD
from keguan.doors.web import lockout
from keguan.doors.web.accounts import oidc, traces
from keguan.doors.web.accounts.words import is_ip_address
from keguan.doors.web.who import address_of, safe_next
from keguan.kernel.bilingual import Text
from keguan.kernel.names import clean_text
from keguan.kernel.problems import Problem
from keguan.registers.parties.models import Account, Duty
from keguan.registers.parties.queries import in_force
from keguan.registers.parties.roles import APPLICANT, ROLES, role_name

MOST_PER_ROLE = 30

WRONG = Problem(
    "sign_in.wrong",
    Text("用户名或密码不对，或者账户已停用。", "The username or the password is wrong, or the account is closed."),
    "password",
    fix=Text(
        "请检查大小写后再试；忘记密码可以用邮箱重设。",
        "Check capitals and try again; a forgotten password is set anew by mail.",
    ),
)
LOCKED = Problem(
    "sign_in.locked",
    Text("尝试次数过多，暂不能登录。", "Too many attempts; signing in is blocked for now."),
    "username",
    fix=Text("请 15 分钟后再试，或与管理员联系。", "Try again in 15 minutes, or ask the administrator."),
)
NO_SUCH_DEMO = Problem(
    "sign_in.demo",
    Text("没有这位演示人员。", "There is no such demo person."),
    fix=Text("请从列表中选择。", "Choose from the list."),
)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody one may be in a demo."""

    account: int
    name: str
    employer: str
    duties: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class DemoGroup:
    """The demo people who hold one role."""

    role: str
    title: Text
    people: list[DemoPerson]
    more: int


@page(PUBLIC, methods=("GET", "POST"))
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """The sign-in page, and signing in."""
    asked = request.POST if request.method == "POST" else request.GET
    onward = safe_next(request, asked.get("next"))
    problems: tuple[Problem, ...] = ()
    username = ""
    if request.method == "POST":
        if settings.DEMO and "account" in request.POST:
            account, by = _demo_account(request.POST["account"]), "demo"
            problems = () if account else (NO_SUCH_DEMO,)
        else:
            username = clean_text(request.POST.get("username", "")).strip().lower()
            (account, problems), by = _by_password(request, username), "password"
        if account is not None:
            return _welcome(request, account, onward, by)
    return _form(request, onward, username, problems)


@page(PUBLIC, methods=("POST",))
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """End the session. Works for people who are signed out already."""
    auth.logout(request)
    return HttpResponseRedirect(reverse("home"))


def _form(request: HttpRequest, onward: str, username: str, problems: tuple[Problem, ...]) -> HttpResponseBase:
    fields = [
        Field("username", "text", Text("用户名", "Username"), username, required=True, autocomplete="username"),
        Field("password", "password", Text("密码", "Password"), required=True, autocomplete="current-password"),
    ]
    context = {
        "fields": [field.with_problems(problems) for field in fields],
        "problems": problems,
        "next": onward,
        "is_demo": settings.DEMO,
        "provider": oidc.provider_name(),
        # A passkey belongs to a name; browsers refuse it for a bare network address.
        "has_name": not is_ip_address(request.get_host()),
        "groups": demo_groups() if settings.DEMO else [],
        "actor": actor_on(request),
    }
    return render(request, "web/sign_in.html", context, status=422 if problems else 200)


def _by_password(request: HttpRequest, username: str) -> tuple[Account | None, tuple[Problem, ...]]:
    attempt = lockout.begin(username, address_of(request))
    if attempt is None:
        return None, (LOCKED,)
    password = request.POST.get("password", "")
    found = auth.authenticate(request, username=username, password=password)
    # Everybody knows the password of demo people: outside a demo it opens nothing.
    if not isinstance(found, Account) or (password == DEMO_PASSWORD and not settings.DEMO):
        traces.failed(request, username)
        return None, (WRONG,)
    lockout.succeeded(attempt)
    return found, ()


def _demo_account(sent: str) -> Account | None:
    if not sent.isascii() or not sent.isdigit() or len(sent) > 18:
        return None
    return Account.objects.filter(pk=int(sent), is_active=True, person__is_demo=True).first()


def _welcome(request: HttpRequest, account: Account, onward: str, by: str) -> HttpResponseBase:
    """On to the second factor where one is set up, and in."""
    record_authentication(request, account, method=by)
    # The session is to go through our way of reading it, whoever found the account.
    account.backend = "keguan.doors.web.who.Accounts"
    return perform_login(request, Login(user=account, redirect_url=onward))


def demo_groups() -> list[DemoGroup]:
    """The demo people by role, in the order of the roles; people without a duty are applicants."""
    current = Duty.objects.filter(in_force()).select_related("organisation")
    accounts = (
        Account.objects.filter(is_active=True, person__is_demo=True)
        .select_related("person__employer")
        .prefetch_related(Prefetch("person__duties", current))
        .order_by("person__pinyin", "pk")
    )
    by_role: dict[str, list[DemoPerson]] = defaultdict(list)
    for account in accounts:
        duties = list(account.person.duties.all())
        employer = account.person.employer.name if account.person.employer else ""
        shown = DemoPerson(account.pk, account.person.name, employer, tuple(_duty_text(duty) for duty in duties))
        for role in {duty.role for duty in duties} or {APPLICANT}:
            by_role[role].append(shown)
    return [
        DemoGroup(role, role_name(role), people[:MOST_PER_ROLE], max(0, len(people) - MOST_PER_ROLE))
        for role in (APPLICANT, *ROLES)
        if (people := by_role.get(role))
    ]


def _duty_text(duty: Duty) -> Text:
    name = role_name(duty.role)
    if duty.organisation is not None:
        name = Text("{role}（{body}）", "{role}, {body}").filled(role=name, body=duty.organisation.name)
    if duty.programme:
        name = Text("{role} · {programme}", "{role} · {programme}").filled(
            role=name, programme=title_of(duty.programme)
        )
    return name
