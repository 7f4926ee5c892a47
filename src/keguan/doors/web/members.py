"""The people of an organisation, looked after by its own administrator: invited, given duties, let go."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.casework import people as cases
from keguan.casework.desks.deputies import own_at
from keguan.components import reader
from keguan.components.access import PUBLIC, actor_on, holding, page
from keguan.components.deeds import Given, SeeOther, deed_page
from keguan.components.fields import Field
from keguan.components.lists import Choice, Column, choices_of
from keguan.components.status import Crumb, Line
from keguan.components.things import Act, Section, thing_page
from keguan.doors.web.accounts import mail
from keguan.doors.web.accounts.words import PASSWORD_RULE
from keguan.doors.web.envelope import wanted_language
from keguan.doors.web.merging import TITLE as TITLE_OF_DUPLICATES
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.names import clean_text, normal_name
from keguan.kernel.problems import Problem
from keguan.registers.organisations.models import Organisation
from keguan.registers.organisations.queries import search as search_organisations
from keguan.registers.parties import joining, lists
from keguan.registers.parties.deeds import KEEPS_PEOPLE
from keguan.registers.parties.models import ID_KINDS, Account, Duty, Invitation, Person
from keguan.registers.parties.queries import in_force
from keguan.registers.parties.queries import people as people_of
from keguan.registers.parties.rights import can_administer, visible_to
from keguan.registers.parties.roles import DELEGATED, ROLES, role_name
from keguan.registers.trace.deeds import traced_deed_page

ADMINISTERS = holding(Text("管理本单位人员", "look after the people of the organisation"), "administrator", "registrar")
TITLE = Text("本单位人员", "Our people")
MOST_SHOWN = 500
MOST_FOUND = 20


@page(ADMINISTERS)
def members_home(request: HttpRequest) -> HttpResponseBase:
    """To the organisation one administers, or a choice where there are several; a registrar finds anybody's by name."""
    actor = actor_on(request)
    mine = {
        duty.organisation for duty in actor.duties if duty.role == "administrator" and duty.organisation is not None
    }
    found = list(Organisation.objects.filter(pk__in=mine).order_by("pinyin"))
    keeps = KEEPS_PEOPLE.holds(actor)
    if len(found) == 1 and not keeps:
        return SeeOther(_home(found[0]))
    name = Column("name", Text("单位", "Organisation"), lambda one: one.name, link=_home)
    sections = [Section(Text("我管理的单位", "Organisations I administer"), columns=(name,), rows=found)]
    acts: list[Act] = []
    asked = clean_text(request.GET.get("q", "")).strip()[:100]
    if keeps:
        acts = [
            Act(Text("登记人员", "Enter a person"), reverse("person_new")),
            Act(Text("登记单位", "Enter an organisation"), reverse("organisation_new")),
            Act(TITLE_OF_DUPLICATES, reverse("duplicates")),
        ]
        if asked:
            sections += _found(actor, asked, name)
    return thing_page(
        request,
        Text("单位与人员", "Organisations and people") if keeps else TITLE,
        sections,
        acts=acts,
        template="web/members_home.html",
        asked=asked,
        may_search=keeps,
    )


def _found(actor: Actor, asked: str, name: Column) -> list[Section]:
    """Organisations and people by a part of their name, or of their employer's."""
    none = Text("没有找到。", "None found.")
    staff = Person.objects.filter(employer__normal_name__contains=normal_name(asked), merge__isnull=True)
    people = people_of(actor, asked) | staff.filter(visible_to(actor)).select_related("employer")
    columns = (
        Column("name", Text("姓名", "Name"), lambda one: one.name, link=lists.person_href),
        Column(
            "employer",
            Text("工作单位", "Employer"),
            lambda one: one.employer.name if one.employer else "",
            link=lambda one: _home(one.employer) if one.employer else "",
        ),
    )
    return [
        Section(Text("单位", "Organisations"), columns=(name,), rows=search_organisations(asked), empty=none),
        Section(
            Text("人员", "People"), columns=columns, rows=list(people.order_by("pinyin", "pk")[:MOST_FOUND]), empty=none
        ),
    ]


@page(ADMINISTERS)
def members(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who works there, with which duties, and who is invited."""
    actor, organisation = actor_on(request), _administered(request, pk)
    held = Duty.objects.filter(in_force(), organisation=organisation).order_by("role")
    staff = Person.objects.filter(employer=organisation).select_related("account").order_by("pinyin", "pk")
    open_ones = Invitation.objects.filter(organisation=organisation, ended_at=None).select_related("invited_by")
    sections = [
        Section(
            TITLE,
            columns=(
                Column("name", Text("姓名", "Name"), lambda one: one.name, link=lists.person_href),
                Column("duties", Text("职责", "Duties"), _duties_of),
                Column("account", Text("账户", "Account"), _account_of),
                Column("do", Text("办理", "Do"), lambda one: _MANAGE, link=lambda one: _member_href(organisation, one)),
            ),
            rows=list(staff.prefetch_related(Prefetch("duties", held, to_attr="held_here"))[:MOST_SHOWN]),
            empty=Text("还没有人员。", "Nobody yet."),
        ),
        Section(
            Text("未使用的邀请", "Open invitations"),
            columns=(
                Column("name", Text("姓名", "Name"), lambda one: one.name),
                Column("email", Text("电子邮箱", "E-mail address"), lambda one: one.email),
                Column("role", Text("职责", "Duty"), lambda one: role_name(one.role) if one.role else ""),
                Column("until", Text("有效期至", "Valid until"), lambda one: one.expires_at, "moment"),
                Column(
                    "do",
                    Text("办理", "Do"),
                    lambda one: _TAKE_BACK,
                    link=lambda one: reverse("invitation_end", args=[organisation.pk, one.pk]),
                ),
            ),
            rows=list(open_ones),
        ),
    ]
    acts = [Act(Text("邀请成员", "Invite somebody"), reverse("member_invite", args=[organisation.pk]))]
    crumbs = [Crumb(organisation.name, reverse("organisation", args=[organisation.pk]))]
    assert actor.is_known  # noqa: S101 - the right says so
    return thing_page(request, TITLE, sections, crumbs=crumbs, acts=acts)


@page(ADMINISTERS)
def member(request: HttpRequest, pk: int, person: int) -> HttpResponseBase:
    """One member: the duties held for the organisation, and what may be done."""
    organisation = _administered(request, pk)
    found = get_object_or_404(Person.objects.select_related("account"), pk=person, employer=organisation)
    end = Column(
        "end",
        Text("办理", "Do"),
        lambda duty: _END if duty.role in DELEGATED and _runs(duty) else "",
        link=lambda duty: (
            reverse("member_duty_end", args=[organisation.pk, duty.pk])
            if duty.role in DELEGATED and _runs(duty)
            else ""
        ),
    )
    held = Duty.objects.filter(person=found, organisation=organisation).select_related("organisation")
    sections = [
        Section(
            Text("任职", "Duties"),
            columns=(lists.WHAT, lists.SINCE, lists.UNTIL, lists.STATE, end),
            rows=list(held.order_by("-since")),
            empty=Text("没有任职。", "No duties."),
        )
    ]
    acts = [Act(Text("授予职责", "Give a duty"), reverse("member_duty", args=[organisation.pk, found.pk]))]
    if getattr(found, "account", None) is None:
        href = reverse("member_invite", args=[organisation.pk]) + f"?person={found.pk}"
        acts.append(Act(Text("邀请开通账户", "Invite to open an account"), href))
    if actor_on(request).person != found.pk:
        acts.append(Act(Text("办理离开", "Let them go"), reverse("member_leave", args=[organisation.pk, found.pk])))
    return thing_page(request, found.name, sections, crumbs=_crumbs(organisation), acts=acts)


@page(ADMINISTERS, methods=("GET", "POST"))
def member_invite(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Invite somebody by a link in a mail."""
    actor, organisation = actor_on(request), _administered(request, pk)
    person = _staff(organisation, request.POST.get("person") or request.GET.get("person", ""))
    fields = [
        Field("person", "hidden", Text("人员", "Person"), str(person.pk) if person else ""),
        Field("name", "text", Text("姓名", "Name"), person.name if person else "", required=True, most=100),
        Field("email", "text", Text("电子邮箱", "E-mail address"), person.email if person else "", required=True, most=200),
        Field(
            "role", "choice", Text("职责", "Duty"), choices=_given_here(organisation),
            hint=Text("可不选；申报项目不需要职责", "may be left open; applying needs no duty"),
        ),
    ]  # fmt: skip

    def do(given: Given) -> tuple[Text, str]:
        name, email = given.needed("name"), given.needed("email")
        given.check()
        invitation = joining.invite(actor, organisation, email=email, name=name, role=given.text("role"), person=person)
        sent = _send(request, invitation)
        said = (
            Text(
                "邀请已发往 {address}，7 日内有效。",
                "The invitation is on its way to {address}; it is valid for 7 days.",
            )
            if sent
            else Text(
                "邀请已建立，但邮件未能发出，请稍后重新邀请 {address}。",
                "The invitation stands, but the mail did not go out; invite {address} again later.",
            )
        )
        return said.filled(address=invitation.email), _home(organisation)

    return traced_deed_page(
        request,
        Text("邀请成员", "Invite somebody"),
        fields,
        do,
        button=Text("发送邀请", "Send the invitation"),
        back=_home(organisation),
        crumbs=_crumbs(organisation),
        hint=Text(
            "对方会收到一封双语邮件；本人打开链接，按证件填写真实姓名后加入。",
            "They get a mail in both languages, open the link, and join under the name on their identity document.",
        ),
    )


@page(ADMINISTERS, methods=("GET", "POST"))
def invitation_end(request: HttpRequest, pk: int, invitation: int) -> HttpResponseBase:
    """Take an invitation back."""
    actor, organisation = actor_on(request), _administered(request, pk)
    found = get_object_or_404(Invitation, pk=invitation, organisation=organisation, ended_at=None)

    def do(given: Given) -> tuple[Text, str]:
        joining.take_back(actor, found)
        return Text("邀请已撤回，链接已失效。", "The invitation is taken back; its link is dead."), _home(organisation)

    lines = [Line(Text("姓名", "Name"), found.name), Line(Text("电子邮箱", "E-mail address"), found.email)]
    title = Text("撤回邀请", "Take the invitation back")
    back = _home(organisation)
    return traced_deed_page(request, title, [], do, button=title, back=back, lines=lines, crumbs=_crumbs(organisation))


@page(ADMINISTERS, methods=("GET", "POST"))
def member_duty(request: HttpRequest, pk: int, person: int) -> HttpResponseBase:
    """Give a member a duty for the organisation."""
    actor, organisation = actor_on(request), _administered(request, pk)
    found = get_object_or_404(Person, pk=person, employer=organisation)
    fields = [
        Field("role", "choice", Text("职责", "Duty"), choices=_given_here(organisation), required=True),
        Field("since", "day", Text("起始日", "From"), hint=Text("空白为今日", "empty is today")),
        Field(
            "until", "day", Text("截止日", "Until"), hint=Text("含当日；空白为不限", "this day included; empty is open")
        ),
    ]

    def do(given: Given) -> tuple[Text, str]:
        role, since, until = given.needed("role"), given.day("since"), given.day("until")
        given.check()
        joining.delegate(actor, organisation, found, role, since=since, until=until)
        if role in ("host", "authority") and (own := own_at(role, organisation.pk, found)):
            given.ask(_own_case(found, role, own), Text("仍授予", "Give it all the same"))
        said = Text("已授予：{name}，{role}。", "Granted: {name}, {role}.")
        return said.filled(name=found.name, role=role_name(role)), _member_href(organisation, found)

    title = Text("授予职责：{name}", "Give a duty: {name}").filled(name=found.name)
    button, back = Text("授予", "Give"), _member_href(organisation, found)
    return traced_deed_page(request, title, fields, do, button=button, back=back, crumbs=_crumbs(organisation))


@page(ADMINISTERS, methods=("GET", "POST"))
def member_duty_end(request: HttpRequest, pk: int, duty: int) -> HttpResponseBase:
    """End a duty held for the organisation."""
    actor, organisation = actor_on(request), _administered(request, pk)
    found = get_object_or_404(Duty.objects.select_related("person", "organisation"), pk=duty, organisation=organisation)
    hint = Text("空白为昨日，即刻失效", "empty is yesterday: it ends at once")
    fields = [Field("last_day", "day", Text("最后一日", "Last day"), hint=hint)]
    lines = [
        Line(Text("人员", "Person"), found.person.name),
        Line(Text("职责", "Duty"), role_name(found.role)),
        Line(Text("起始日", "From"), found.since, "day"),
    ]
    back = _member_href(organisation, found.person)

    def do(given: Given) -> tuple[Text, str]:
        day = given.day("last_day")
        given.check()
        ended = joining.end_delegated(actor, found, last_day=day)
        said = Text("已结束：{name}，{role}，最后一日 {day}。", "Ended: {name}, {role}, last day {day}.")
        return said.filled(name=found.person.name, role=role_name(found.role), day=reader.day(ended.until)), back

    title = Text("结束职责", "End a duty")
    return traced_deed_page(
        request, title, fields, do, button=title, back=back, lines=lines, crumbs=_crumbs(organisation)
    )


@page(ADMINISTERS, methods=("GET", "POST"))
def member_leave(request: HttpRequest, pk: int, person: int) -> HttpResponseBase:
    """Let a member go: duties end, and the running cases pass to the research office."""
    actor, organisation = actor_on(request), _administered(request, pk)
    found = get_object_or_404(Person, pk=person, employer=organisation)
    running = cases.open_cases_of(found.pk, organisation.pk)
    lines = [
        Line(Text("人员", "Person"), found.name),
        Line(Text("即刻结束的职责", "Duties that end at once"), _ending(found, organisation)),
        Line(Text("转交科研管理部门的办件", "Cases that pass to the research office"), "、".join(running)),
    ]

    def do(given: Given) -> tuple[Text, str]:
        joining.leave(actor, organisation, found)
        handed = cases.hand_to_office(actor, found.pk, organisation.pk)
        said = Text("{name}已离开；{n} 件办件已转交。", "{name} has left; cases handed over: {n}.")
        return said.filled(name=found.name, n=str(len(handed))), _home(organisation)

    title = Text("办理离开：{name}", "Let {name} go").filled(name=found.name)
    return traced_deed_page(
        request,
        title,
        [],
        do,
        button=Text("确认离开", "Yes, let them go"),
        back=_member_href(organisation, found),
        lines=lines,
        crumbs=_crumbs(organisation),
        hint=Text(
            "账户仍在，只是不再代表本单位；此人仍是其项目的负责人或成员，变更须另行办理。",
            "The account stays but speaks for the organisation no more. In their projects they stay what they are: "
            "changing that is an amendment.",
        ),
    )


@page(PUBLIC, methods=("GET", "POST"))
def join(request: HttpRequest, token: str) -> HttpResponseBase:
    """Open an invitation, and join."""
    invitation = joining.invitation_of(token)
    if invitation is None:
        return render(request, "web/invitation_closed.html", {"problems": (joining.NOT_OPEN,)}, status=410)
    if actor_on(request).is_known:
        return _join_as(request, token, invitation)
    fields = [
        Field("name", "text", Text("真实姓名", "Name"), invitation.name, required=True, most=100, autocomplete="name",
              hint=Text("与证件一致；少数民族姓名间隔用“·”", "as on the identity document"), locked=invitation.person_id is not None),
        Field("id_kind", "choice", Text("证件类型", "Identity document"), "resident", required=True,
              choices=tuple(choices_of(ID_KINDS))),
        Field("id_number", "text", Text("证件号码", "Its number"), required=True, most=30, autocomplete="off",
              hint=Text("只存校验值和末四位，不存号码本身", "only a check value and the last four signs are kept")),
        Field("username", "text", Text("用户名", "Username"), invitation.email, required=True, most=64, autocomplete="username",
              hint=Text("登录用；小写字母、数字和 . _ @ -", "to sign in with: small letters, digits and . _ @ -")),
        Field("password", "password", Text("密码", "Password"), required=True, hint=PASSWORD_RULE, autocomplete="new-password"),
        Field("again", "password", Text("再输一次密码", "The password again"), required=True, autocomplete="new-password"),
    ]  # fmt: skip

    def do(given: Given) -> tuple[Text, str]:
        password = given.post.get("password", "")
        if password != given.post.get("again", ""):
            given.problems.append(
                Problem("account.again", Text("两次输入不一致。", "The two are not the same."), "again")
            )
        given.check()
        account, _ = joining.join_as_new(
            token,
            name=given.text("name") or invitation.name,
            id_kind=given.text("id_kind"),
            id_number=given.text("id_number"),
            username=given.text("username"),
            password=password,
            language=wanted_language(request),
        )
        # The link came by this address: it is theirs.
        EmailAddress.objects.create(user=account, email=invitation.email, verified=True, primary=True)
        said = Text("您已加入{name}，请登录。", "You have joined {name}. Sign in now.")
        return said.filled(name=invitation.organisation.name), reverse("sign_in")

    title = _join_title(invitation)
    return deed_page(
        request,
        title,
        fields,
        do,
        button=Text("加入", "Join"),
        back=reverse("home"),
        hint=Text(
            "已有账户的，请先登录，再打开邮件中的链接。",
            "If you have an account, sign in first and open the link in the mail again.",
        ),
    )


def _join_as(request: HttpRequest, token: str, invitation: Invitation) -> HttpResponseBase:
    account = request.user
    assert isinstance(account, Account)  # noqa: S101 - whoever is known signed in with one

    def do(given: Given) -> tuple[Text, str]:
        joining.join_as(token, account.person)
        said = Text("您已加入{name}。", "You have joined {name}.")
        return said.filled(name=invitation.organisation.name), reverse("profile")

    lines = [
        Line(Text("用账户", "With the account"), account.username),
        Line(Text("职责", "Duty"), role_name(invitation.role)) if invitation.role else None,
    ]
    return traced_deed_page(
        request, _join_title(invitation), [], do, button=Text("加入", "Join"), back=reverse("profile"),
        lines=[line for line in lines if line],
    )  # fmt: skip


def _join_title(invitation: Invitation) -> Text:
    return Text("加入{name}", "Join {name}").filled(name=invitation.organisation.name)


def _send(request: HttpRequest, invitation: Invitation) -> bool:
    link = request.build_absolute_uri(reverse("join", args=[joining.token_of(invitation)]))
    subject = Text("{name}邀请您加入", "{name} invites you").filled(name=invitation.organisation.name)
    body = Text(
        "{who}，您好：\n\n{name}邀请您加入科研管理平台。请在 {until} 前打开下面的链接，按证件填写真实姓名：\n{link}",
        "Dear {who},\n\n{name} invites you to its research administration platform. Open this link before {until} and "
        "join under the name on your identity document:\n{link}",
    )
    until = reader.moment(invitation.expires_at)
    return mail.send(
        invitation.email,
        subject,
        body.filled(who=invitation.name, name=invitation.organisation.name, until=until, link=link),
    )


def _given_here(organisation: Organisation) -> tuple[Choice, ...]:
    return tuple(choices_of({one: ROLES[one] for one in joining.given_by(organisation)}))


def _own_case(person: Person, role: str, number: str) -> Problem:
    said = Text(
        "{name} 是在办办件 {number} 的申报人或成员，不能以“{role}”办理该件；没有其他人担任这项职责时，该件将无人办理。",
        "{name} is the applicant or a member of {number}, which runs, and may not act on it as “{role}”: where nobody else holds"
        " the duty, that case stands still.",
    )
    fix = Text("可以另选一人；确要授予的，请再次确认。", "Choose somebody else, or confirm it.")
    said = said.filled(name=person.name, number=number, role=role_name(role))
    return Problem("duty.own_case", said, "role", f"{person.pk} {role} {number}", fix=fix)


_MANAGE, _TAKE_BACK, _END = Text("办理", "Open"), Text("撤回", "Take back"), Text("结束", "End")


def _administered(request: HttpRequest, pk: int) -> Organisation:
    if not can_administer(actor_on(request), pk):
        raise ADMINISTERS.refusal()
    return get_object_or_404(Organisation, pk=pk)


def _staff(organisation: Organisation, sent: str) -> Person | None:
    if not sent.isascii() or not sent.isdigit() or len(sent) > 18:
        return None
    return Person.objects.filter(pk=int(sent), employer=organisation, account__isnull=True).first()


def _ending(person: Person, organisation: Organisation) -> Text:
    held = Duty.objects.filter(in_force(), person=person, organisation=organisation)
    names = [role_name(duty.role) for duty in held]
    return Text("、".join(one.zh for one in names), ", ".join(one.en for one in names))


def _duties_of(person: Person) -> Text:
    names = [role_name(duty.role) for duty in person.held_here]  # type: ignore[attr-defined]
    return Text("、".join(one.zh for one in names), ", ".join(one.en for one in names))


def _account_of(person: Person) -> Text:
    account = getattr(person, "account", None)
    if account is None:
        return Text("无", "none")
    return Text("有", "yes") if account.is_active else Text("已停用", "closed")


def _runs(duty: Duty) -> bool:
    return duty.until is None or duty.until >= clock.today()


def _home(organisation: Organisation) -> str:
    return reverse("members", args=[organisation.pk])


def _member_href(organisation: Organisation, person: Person) -> str:
    return reverse("member", args=[organisation.pk, person.pk])


def _crumbs(organisation: Organisation) -> list[Crumb]:
    return [
        Crumb(organisation.name, reverse("organisation", args=[organisation.pk])),
        Crumb(TITLE, _home(organisation)),
    ]
