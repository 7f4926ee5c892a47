"""Signing in and out. In a demo one simply chooses who to be."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from keguan.components.access import PUBLIC, actor_on, page
from keguan.components.fields import Field
from keguan.doors.web import lockout
from keguan.doors.web.envelope import LANGUAGE_COOKIE, remember_language
from keguan.doors.web.who import address_of, safe_next
from keguan.kernel.actors import NOBODY, Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.names import clean_text
from keguan.kernel.problems import Problem
from keguan.registers.parties.access import actor_of
from keguan.registers.parties.models import Account, Duty
from keguan.registers.parties.queries import in_force
from keguan.registers.parties.roles import APPLICANT, ROLES, role_name
from keguan.registers.trace import services as trace

MOST_PER_ROLE = 30

WRONG = Problem(
    "sign_in.wrong",
    Text("用户名或密码不对，或者账户已停用。", "The username or the password is wrong, or the account is closed."),
    "password",
    fix=Text(
        "请检查大小写后再试；忘记密码请与管理员联系。",
        "Check capitals and try again; if you forgot the password, ask the administrator.",
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
            account = _demo_account(request.POST["account"])
            problems = () if account else (NO_SUCH_DEMO,)
        else:
            username = clean_text(request.POST.get("username", "")).strip().lower()
            account, problems = _by_password(request, username)
        if account is not None:
            return _welcome(request, account, onward)
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
    if not isinstance(found, Account):
        _trace_sign_in(request, NOBODY, "failed", {"username": username[:64]})
        return None, (WRONG,)
    lockout.succeeded(attempt)
    return found, ()


def _demo_account(sent: str) -> Account | None:
    if not sent.isascii() or not sent.isdigit() or len(sent) > 18:
        return None
    return Account.objects.filter(pk=int(sent), is_active=True, person__is_demo=True).first()


def _welcome(request: HttpRequest, account: Account, onward: str) -> HttpResponseBase:
    token = request.META.get("CSRF_COOKIE")
    auth.login(request, account)
    if token:
        # Django renews the CSRF token here, which would void every form open in other tabs: after an expired session
        # nothing typed there could be sent any more. Keeping it is safe because the Origin of a POST is checked too.
        request.META["CSRF_COOKIE"] = token
    _trace_sign_in(request, actor_of(account), "done", {})
    response = HttpResponseRedirect(onward)
    if LANGUAGE_COOKIE not in request.COOKIES:
        remember_language(response, "en" if account.language == "en" else "zh")
    return response


def _trace_sign_in(request: HttpRequest, actor: Actor, action: str, personal: dict[str, Any]) -> None:
    with transaction.atomic():
        trace.write(
            f"web:sign-in:{action}",
            actor,
            outcome="done" if action == "done" else "refused",
            request_id=getattr(request, "request_id", ""),
            personal=personal,
        )


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
        name = Text("{role} · {programme}", "{role} · {programme}").filled(role=name, programme=duty.programme)
    return name
