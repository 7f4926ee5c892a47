"""Entries of people kept by pages: entered by hand and corrected by the registrar, and what one changes of one's own."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.components import reader
from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.deeds import Given
from keguan.components.fields import Field
from keguan.components.lists import choices_of
from keguan.components.status import Crumb, Line
from keguan.components.typed import posted_revision
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.kernel.qualifications import DEGREES, TITLES
from keguan.registers.organisations.deeds import organisation_named
from keguan.registers.parties import lists, logic, queries, services
from keguan.registers.parties.deeds import KEEPS_PEOPLE
from keguan.registers.parties.models import ID_KINDS, Person
from keguan.registers.trace.deeds import traced_deed_page

_NAME = Text("姓名", "Name")
_AS_DOCUMENT = Text("与证件一致；少数民族姓名间隔用“·”", "as on the identity document")
_TITLE, _DEGREE, _BORN = Text("职称", "Title"), Text("学位", "Degree"), Text("出生日期", "Born")
_PHONE, _EMAIL = Text("电话", "Telephone"), Text("电子邮箱", "E-mail")
_REVISION = Text("版本", "Revision")


@page(KEEPS_PEOPLE, methods=("GET", "POST"))
def person_new(request: HttpRequest) -> HttpResponseBase:
    """Enter a person by hand; whoever is in the register with the same document is not entered again, and of a namesake one is
    asked."""
    actor = actor_on(request)
    fields = [
        Field("name", "text", _NAME, required=True, hint=_AS_DOCUMENT, most=100),
        Field("employer", "text", Text("工作单位", "Employer"), hint=Text("单位全称或统一社会信用代码", "full name or credit code"), most=200),
        Field("id_kind", "choice", Text("证件类型", "Identity document"), "resident", choices=tuple(choices_of(ID_KINDS))),
        Field("id_number", "text", Text("证件号码", "Its number"), most=30, autocomplete="off",
              hint=Text("只存校验值和末四位，不存号码本身", "only a check value and the last four signs are kept")),
        *_particulars(None),
        Field("email", "text", _EMAIL, most=200),
    ]  # fmt: skip

    def do(given: Given) -> tuple[Text, str]:
        name, born = given.needed("name"), given.day("born")
        employer = organisation_named(given, "employer")
        kind, number = given.text("id_kind") or "resident", given.text("id_number")
        if known := queries.with_document(kind, number):
            given.problems.append(logic.known_document(known.name))
        given.check()
        namesakes = queries.people_named(name)
        made = services.register_person(
            actor,
            name=name,
            born=born,
            id_kind=kind,
            id_number=number,
            title=given.text("title") or "none",
            degree=given.text("degree") or "none",
            email=given.text("email"),
            phone=given.text("phone"),
            employer=employer,
        )
        if namesakes:
            given.ask(_of_namesakes(namesakes), Text("不是同一人，登记", "Somebody else: enter them"))
        return Text("已登记：{name}。", "Entered: {name}.").filled(name=made.name), lists.person_href(made)

    title, back = Text("登记人员", "Enter a person"), reverse("people")
    hint = Text(
        "成批登记请用导入；本单位人员也可由单位管理员邀请本人加入。",
        "Many are entered by an import; an organisation's administrator can invite its people to join by themselves.",
    )
    button = Text("登记", "Enter")
    return traced_deed_page(request, title, fields, do, button=button, back=back, hint=hint, crumbs=_crumbs())


def _of_namesakes(people: list[Person]) -> Problem:
    named = [f"{one.name}（{one.employer.name}）" if one.employer else one.name for one in people[:5]]
    said = Text("名录中已有同名人员：{who}。", "The register has people of this name: {who}.")
    fix = Text("是同一人的，请返回使用已有的记录。", "If they are one person, go back and use the entry there is.")
    who = Text("、".join(named), ", ".join(named))
    return Problem("person.namesake", said.filled(who=who), "name", " ".join(str(one.pk) for one in people), fix=fix)


@page(KEEPS_PEOPLE, methods=("GET", "POST"))
def person_correct(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Correct what the register says of a person, for a reason; they hear of it."""
    actor = actor_on(request)
    found = get_object_or_404(Person.objects.select_related("account"), pk=pk, merge__isnull=True)
    if actor.person == found.pk:
        # As with a duty: nobody keeps their own entry, another registrar does.
        raise KEEPS_PEOPLE.refusal()
    has_account = getattr(found, "account", None) is not None
    fields = [
        Field("name", "text", _NAME, found.name, required=True, hint=_AS_DOCUMENT, most=100),
        *_particulars(found),
        # Whoever signs in has an address that they confirmed themselves.
        *([] if has_account else [Field("email", "text", _EMAIL, found.email, most=200)]),
        Field("reason", "text", Text("理由", "Reason"), required=True, most=500, hint=Text("本人会看到；记入痕迹", "they read it, and it is traced")),
        Field("revision", "hidden", _REVISION, str(found.revision)),
    ]  # fmt: skip

    def do(given: Given) -> tuple[Text, str]:
        name, born = given.needed("name"), given.day("born")
        given.check()
        changes = {
            "name": name,
            "born": born,
            "title": given.text("title") or "none",
            "degree": given.text("degree") or "none",
            "phone": given.text("phone"),
        }
        if not has_account:
            changes["email"] = given.text("email")
        services.correct_for_them(
            actor, found, revision=posted_revision(request), reason=given.text("reason"), **changes
        )
        return Text("已更正，本人会收到消息。", "Corrected; they get a message."), lists.person_href(found)

    title = Text("更正信息：{name}", "Correct the entry: {name}").filled(name=found.name)
    hint = Text(
        "证件和编号不变，仍是同一人；两条记录是同一人的，请办理合并。",
        "The document and the number stay: it is the same person. Two entries of one person are merged.",
    )
    back, button = lists.person_href(found), Text("更正", "Correct")
    return traced_deed_page(
        request, title, fields, do, button=button, back=back, hint=hint, crumbs=[*_crumbs(), Crumb(found.name, back)]
    )


@page(SIGNED_IN, methods=("GET", "POST"))
def own_entry(request: HttpRequest) -> HttpResponseBase:
    """Change one's own telephone; what else is wrong, and who corrects it, is told. A title is read by conditions of
    eligibility, so that nobody gives it to themselves."""
    actor = actor_on(request)
    found = get_object_or_404(Person, pk=actor.person)
    fields = [
        Field("phone", "text", _PHONE, found.phone, most=40, autocomplete="tel"),
        Field("revision", "hidden", _REVISION, str(found.revision)),
    ]

    def do(given: Given) -> tuple[Text, str]:
        services.correct_person(actor, found, revision=posted_revision(request), phone=given.text("phone"))
        return Text("已保存。", "Saved."), lists.person_href(found)

    kept = Line(
        Text("姓名、出生日期、职称、学位、证件", "Name, birth date, title, degree, document"),
        Text(
            "{name}；{born}；{title}；{degree}。有误的，请持证件或证书与名录管理员联系，由其写明理由更正；申报条件以此为准，不能自行更改。",
            "{name}; {born}; {title}; {degree}. Where they are wrong, show your document or certificate to the registrar, who"
            " corrects them with a reason; conditions of eligibility go by them, so that nobody changes their own.",
        ).filled(
            title=TITLES[found.title],
            name=found.name,
            born=reader.day(found.born) if found.born else Text("未登记出生日期", "no birth date"),
            degree=DEGREES[found.degree],
        ),
    )
    contact = settings.PUBLISHER.contact
    lines = [
        kept,
        *([Line(Text("名录管理员", "Registrar"), contact)] if contact else []),
        Line(Text("电子邮箱", "E-mail"), Text("在“我的账户”中更改并确认", "changed and confirmed under “My account”"), href=reverse("profile")),
    ]  # fmt: skip
    title, button = Text("更正本人信息", "Correct my entry"), Text("保存", "Save")
    back = lists.person_href(found)
    return traced_deed_page(request, title, fields, do, button=button, back=back, lines=lines)


def _particulars(found: Person | None) -> list[Field]:
    return [
        Field("born", "day", _BORN, reader.day(found.born) if found and found.born else ""),
        Field("title", "choice", _TITLE, found.title if found else "none", choices=tuple(choices_of(TITLES))),
        Field("degree", "choice", _DEGREE, found.degree if found else "none", choices=tuple(choices_of(DEGREES))),
        Field("phone", "text", _PHONE, found.phone if found else "", most=40),
    ]


def _crumbs() -> list[Crumb]:
    return [Crumb(Text("名录", "Registers"), reverse("registers")), Crumb(lists.PEOPLE.title, reverse("people"))]
