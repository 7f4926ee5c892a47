"""What is done to people by pages: duties given and ended, accounts opened and locked, relations declared, passwords changed."""

from __future__ import annotations

from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.components import reader
from keguan.components.access import SIGNED_IN, actor_on, holding, page
from keguan.components.deeds import Given, not_one
from keguan.components.fields import Field
from keguan.components.lists import choices_of
from keguan.components.status import Crumb, Line
from keguan.components.things import Act
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.names import normal_name
from keguan.kernel.problems import Problem
from keguan.registers.organisations.deeds import organisation_named
from keguan.registers.parties import lists, services
from keguan.registers.parties.models import RELATIONS, Account, Duty, Person
from keguan.registers.parties.roles import NEEDS_ORGANISATION, ROLES, role_name
from keguan.registers.trace.deeds import traced_deed_page

KEEPS_PEOPLE = holding(Text("维护人员、职责和账户", "keep people, duties and accounts"), "registrar")

_INCLUDED = Text("含当日；写成 2026-11-22 这样", "this day included; write it like 2026-11-22")
_PASSWORD = Text("至少 12 个字符，不要用常见密码。", "At least 12 characters, and no common password.")


@page(KEEPS_PEOPLE, methods=("GET", "POST"))
def duty_new(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give a person a duty."""
    actor, person = actor_on(request), get_object_or_404(Person, pk=pk)
    needing = "、".join(ROLES[role].zh for role in sorted(NEEDS_ORGANISATION))
    needing_en = ", ".join(ROLES[role].en for role in sorted(NEEDS_ORGANISATION))
    for_whom = Text("单位全称或统一社会信用代码；以下职责必填：{zh}", "full name or credit code; owed for: {en}")
    fields = [
        Field("role", "choice", Text("职责", "Role"), choices=tuple(choices_of(ROLES)), required=True),
        Field("organisation", "text", Text("单位", "For"), hint=for_whom.filled(zh=needing, en=needing_en), most=200),
        Field(
            "programme",
            "text",
            Text("计划", "Programme"),
            hint=Text("计划代码，如 key-rd-project；空白为全部计划", "its code, such as key-rd-project; empty is all"),
            most=60,
        ),
        Field("since", "day", Text("起始日", "From"), hint=Text("空白为今日", "empty is today")),
        Field("until", "day", Text("截止日", "Until"), hint=_INCLUDED),
    ]

    def do(given: Given) -> tuple[Text, str]:
        role, since, until = given.needed("role"), given.day("since"), given.day("until")
        organisation = organisation_named(given, "organisation")
        given.check()
        services.grant_duty(
            actor,
            person,
            role,
            organisation=organisation,
            programme=given.text("programme"),
            since=since,
            until=until,
        )
        said = Text("已授予：{name}，{role}。", "Granted: {name}, {role}.")
        return said.filled(name=person.name, role=role_name(role)), _home(person)

    title = Text("授予职责：{name}", "Give a duty: {name}").filled(name=person.name)
    return traced_deed_page(
        request, title, fields, do, button=Text("授予", "Give"), back=_home(person), crumbs=_crumbs(person)
    )


@page(KEEPS_PEOPLE, methods=("GET", "POST"))
def duty_end(request: HttpRequest, pk: int) -> HttpResponseBase:
    """End a duty; the entry stays on record."""
    actor = actor_on(request)
    duty = get_object_or_404(Duty.objects.select_related("person", "organisation"), pk=pk)
    fields = [
        Field(
            "last_day",
            "day",
            Text("最后一日", "Last day"),
            hint=Text("空白为昨日，即刻失效", "empty is yesterday: it ends at once"),
        )
    ]
    lines = [
        Line(Text("人员", "Person"), duty.person.name),
        Line(Text("职责", "Role"), role_name(duty.role)),
        Line(Text("单位", "For"), duty.organisation.name if duty.organisation else ""),
        Line(Text("起始日", "From"), duty.since, "day"),
    ]

    def do(given: Given) -> tuple[Text, str]:
        day = given.day("last_day")
        given.check()
        ended = services.end_duty(actor, duty, last_day=day)
        said = Text("已结束：{name}，{role}，最后一日 {day}。", "Ended: {name}, {role}, last day {day}.")
        return said.filled(name=duty.person.name, role=role_name(duty.role), day=reader.day(ended.until)), _home(
            duty.person
        )

    title, back = Text("结束职责", "End a duty"), _home(duty.person)
    return traced_deed_page(
        request, title, fields, do, button=title, back=back, lines=lines, crumbs=_crumbs(duty.person)
    )


@page(KEEPS_PEOPLE, methods=("GET", "POST"))
def account_new(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Let a person sign in."""
    actor, person = actor_on(request), get_object_or_404(Person, pk=pk)
    fields = [
        Field("username", "text", Text("用户名", "Username"), required=True, most=60, autocomplete="off"),
        Field(
            "password", "password", Text("初始密码", "First password"), required=True, hint=_PASSWORD,
            autocomplete="new-password",
        ),
    ]  # fmt: skip

    def do(given: Given) -> tuple[Text, str]:
        username = given.needed("username")
        password = given.post.get("password", "")
        if not password:
            given.needed("password")
        given.check()
        services.open_account(actor, person, username=username, password=password)
        return Text("已开通账户：{name}。", "Account opened: {name}.").filled(name=person.name), _home(person)

    title = Text("开通账户：{name}", "Open an account: {name}").filled(name=person.name)
    hint = Text(
        "请当面把初始密码交给本人，并请其登录后修改。", "Hand the first password over in person; it is to be changed."
    )
    return traced_deed_page(
        request, title, fields, do, button=Text("开通", "Open"), back=_home(person), hint=hint, crumbs=_crumbs(person)
    )


@page(KEEPS_PEOPLE, methods=("GET", "POST"))
def account_lock(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Stop an account at once."""
    actor = actor_on(request)
    account = get_object_or_404(Account.objects.select_related("person"), person=pk, is_active=True)
    person = account.person
    if actor.person == person.pk:
        # Nobody locks themselves out: another registrar does it.
        raise KEEPS_PEOPLE.refusal()
    fields = [Field("reason", "text", Text("理由", "Reason"), required=True, most=500)]

    def do(given: Given) -> tuple[Text, str]:
        reason = given.needed("reason")
        given.check()
        services.lock_account(actor, account, reason=reason)
        return Text("账户已停用：{name}。", "Account locked: {name}.").filled(name=person.name), _home(person)

    title = Text("停用账户：{name}", "Lock the account: {name}").filled(name=person.name)
    return traced_deed_page(
        request, title, fields, do, button=Text("停用", "Lock"), back=_home(person), crumbs=_crumbs(person)
    )


@page(SIGNED_IN, methods=("GET", "POST"))
def kin_new(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Declare a near relation: one's own, or for somebody by the registrar."""
    actor, person = actor_on(request), get_object_or_404(Person, pk=pk)
    if not keeps_or_is(actor, person):
        raise KEEPS_PEOPLE.refusal()
    fields = [
        Field("name", "text", Text("对方姓名", "Their name"), required=True, most=100),
        Field("employer", "text", Text("对方工作单位", "Their employer"), hint=Text("全称", "full name"), most=200),
        Field(
            "relation", "choice", Text("对方是申报人的", "They are the declarant's"), required=True,
            choices=tuple(choices_of(RELATIONS)),
        ),
    ]  # fmt: skip

    def do(given: Given) -> tuple[Text, str]:
        relation, relative = given.needed("relation"), _relative(given)
        given.check()
        if relative is None:
            raise Http404
        services.declare_kin(actor, person, relative, relation)
        said = Text("已申报与{name}的关系。", "The relation to {name} is declared.")
        return said.filled(name=relative.name), _home(person)

    hint = Text(
        "有近亲属等关系的，互不评审对方的申报件（国家自然科学基金条例 第20条）。",
        "Near relations do not review each other's applications (NSFC Regulations, art. 20).",
    )
    title = Text("申报亲属关系", "Declare a relation")
    return traced_deed_page(
        request,
        title,
        fields,
        do,
        button=Text("申报", "Declare"),
        back=_home(person),
        hint=hint,
        crumbs=_crumbs(person),
    )


@page(SIGNED_IN, methods=("GET", "POST"))
def password_change(request: HttpRequest) -> HttpResponseBase:
    """Change one's own password."""
    actor = actor_on(request)
    account = get_object_or_404(Account, person=actor.person, is_active=True)
    fields = [
        Field(
            "old", "password", Text("现在的密码", "Present password"), required=True, autocomplete="current-password"
        ),
        Field(
            "new",
            "password",
            Text("新密码", "New password"),
            required=True,
            hint=_PASSWORD,
            autocomplete="new-password",
        ),
        Field(
            "again", "password", Text("再输一次新密码", "The new one again"), required=True, autocomplete="new-password"
        ),
    ]

    def do(given: Given) -> tuple[Text, str]:
        old, new, again = (given.post.get(name, "") for name in ("old", "new", "again"))
        if not account.check_password(old):
            given.problems.append(
                Problem("account.old", Text("现在的密码不对。", "This is not the present password."), "old")
            )
        if new != again:
            given.problems.append(
                Problem("account.again", Text("两次输入不一致。", "The two are not the same."), "again")
            )
        given.check()
        services.change_password(actor, account, new)
        account.refresh_from_db()
        request.user = account  # the session goes on under the new password; those elsewhere end
        update_session_auth_hash(request, account)
        return Text("密码已修改。", "The password is changed."), reverse("home")

    title = Text("修改密码", "Change the password")
    return traced_deed_page(request, title, fields, do, button=title, back=reverse("home"))


def keeps_or_is(actor: Actor, person: Person) -> bool:
    """Whether the actor keeps the register of people, or is this person."""
    return KEEPS_PEOPLE.holds(actor) or actor.person == person.pk


def _relative(given: Given) -> Person | None:
    name, employer = given.needed("name"), given.text("employer")
    rows = Person.objects.filter(normal_name=normal_name(name))
    if employer:
        rows = rows.filter(employer__normal_name=normal_name(employer))
    found = list(rows[:2]) if name else []
    if len(found) == 1:
        return found[0]
    if name:
        given.problems.append(not_one("name", name, len(found)))
    return None


def _home(person: Person) -> str:
    return reverse("person", args=[person.pk])


def _crumbs(person: Person) -> list[Crumb]:
    return [
        Crumb(Text("名录", "Registers"), reverse("registers")),
        Crumb(lists.PEOPLE.title, reverse("people")),
        Crumb(person.name, _home(person)),
    ]


def acts_on(actor: Actor, person: Person) -> list[Act]:
    """What this actor may do to this person, with the page where it is done."""
    acts = []
    account = getattr(person, "account", None)
    if actor.person == person.pk:
        acts.append(Act(Text("更正本人信息", "Correct my entry"), reverse("own_entry")))
    if KEEPS_PEOPLE.holds(actor):
        if actor.person != person.pk:
            acts.append(Act(Text("更正信息", "Correct the entry"), reverse("person_correct", args=[person.pk])))
        acts.append(Act(Text("授予职责", "Give a duty"), reverse("duty_new", args=[person.pk])))
        if account is None:
            acts.append(Act(Text("开通账户", "Open an account"), reverse("account_new", args=[person.pk])))
        elif account.is_active and actor.person != person.pk:
            acts.append(Act(Text("停用账户", "Lock the account"), reverse("account_lock", args=[person.pk])))
        if actor.person != person.pk:
            acts.append(Act(Text("合并重复人员", "Merge a duplicate"), reverse("person_merge", args=[person.pk])))
    # The pages of other registers ask for their right themselves; here only the way to them is shown.
    roles = {duty.role for duty in actor.duties}
    if roles & {"registrar", "officer"}:
        acts.append(Act(Text("提名为专家", "Nominate as an expert"), reverse("expert_new", args=[person.pk])))
    if "supervision" in roles:
        acts.append(Act(Text("登记惩戒", "Enter a sanction"), reverse("sanction_person", args=[person.pk])))
    if keeps_or_is(actor, person):
        acts.append(Act(Text("申报亲属关系", "Declare a relation"), reverse("kin_new", args=[person.pk])))
    if actor.person == person.pk or roles & {"registrar", "officer"}:
        acts.append(Act(Text("登记利害关系", "Enter a tie"), reverse("tie_new", args=[person.pk])))
    return acts
