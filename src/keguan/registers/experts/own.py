"""What experts do with their own entry: confirm it once a year, correct it, say when they are away, leave."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.deeds import Given, SeeOther
from keguan.components.fields import Field
from keguan.components.lists import Column
from keguan.components.status import Crumb, Line
from keguan.kernel.bilingual import Text
from keguan.registers.codes.queries import names_of, top_choices
from keguan.registers.experts import services
from keguan.registers.experts.absences import add_absence, drop_absence
from keguan.registers.experts.applying import Application, apply, unverified
from keguan.registers.experts.deeds import FIELDS_HINT, KEYWORDS, crumbs, parts, region_typed, whole
from keguan.registers.experts.freshness import owed_on
from keguan.registers.experts.models import Absence, Expert
from keguan.registers.experts.rights import IS_EXPERT, KEEPS_ENTRY, keeps_or_is_expert
from keguan.registers.experts.waiting import waiting_for
from keguan.registers.parties.models import Person
from keguan.registers.trace.deeds import traced_deed_page


@page(SIGNED_IN)
def expert_mine(request: HttpRequest) -> HttpResponseBase:
    """To one's own entry, or to the list where one has none."""
    mine = Expert.objects.filter(person=actor_on(request).person).first()
    return SeeOther(reverse("experts") if mine is None else reverse("expert", args=[mine.pk]))


def _kept(request: HttpRequest, pk: int, *, own: bool = False) -> Expert:
    found = get_object_or_404(Expert.objects.select_related("person__employer"), pk=pk)
    actor = actor_on(request)
    if own and found.person_id != actor.person:
        raise IS_EXPERT.refusal()
    if not keeps_or_is_expert(actor, found):
        raise KEEPS_ENTRY.refusal()
    return found


def _crumbs(found: Expert) -> list[Crumb]:
    return [*crumbs(), Crumb(found.person.name, reverse("expert", args=[found.pk]))]


@page(SIGNED_IN, methods=("GET", "POST"))
def expert_apply(request: HttpRequest) -> HttpResponseBase:
    """Enter oneself as an expert; what stands there from before is filled in."""
    actor = actor_on(request)
    person = get_object_or_404(Person.objects.select_related("employer"), pk=actor.person)
    before = Expert.objects.filter(person=person).first() or Expert(person=person)
    stands = unverified(person)
    lines = [
        Line(Text("须先办理", "First of all"), [stands.say, stands.fix]) if stands else None,
        Line(Text("姓名", "Name"), person.name),
        Line(Text("工作单位", "Employer"), person.employer.name if person.employer else "—"),
        Line(Text("上次的处理", "What became of the last one"), before.because) if before.because else None,
    ]
    fields = [
        *_about(before),
        Field("orcid", "text", Text("ORCID", "ORCID"), person.orcid, most=60),
        Field("works", "prose", Text("代表性成果", "Works that show what you know"), most=5000,
              hint=Text("每行一项：题目，年份", "one on each line: title, year")),
    ]  # fmt: skip
    hint = Text(
        "姓名和工作单位取自您的个人记录，有误请联系所在单位。登记员核实之前，不会邀请您评审。",
        "Name and employer come from your record; your organisation corrects them. Nobody asks you to review before the"
        " registrar has verified the entry.",
    )

    def do(given: Given) -> tuple[Text, str]:
        about = _typed(given)
        works = tuple(line.strip() for line in given.text("works").splitlines() if line.strip())
        given.check()
        made = apply(person, Application(**about, orcid=given.text("orcid"), works=works, origin="self"), actor)
        said = Text("已提交，待登记员核实。", "Handed in; the registrar verifies it.")
        return said, reverse("expert", args=[made.pk])

    title, button = Text("申请入专家库", "Apply for the pool of experts"), Text("提交申请", "Apply")
    return traced_deed_page(
        request, title, fields, do, button=button, back=reverse("experts"), hint=hint,
        lines=[one for one in lines if one], crumbs=crumbs(),
    )  # fmt: skip


def _about(found: Expert) -> list[Field]:
    choices = top_choices()
    ticked = tuple(one.value for one in choices if one.value in found.fields)
    finer = ", ".join(code.removeprefix("gbt13745:2009:") for code in found.fields if code not in ticked)
    return [
        Field("disciplines", "choices", Text("学科", "Disciplines"), ticked, choices=choices,
              hint=Text("勾选您能评审的学科；更细的可在下一项写代码", "tick what you can review; finer ones by their codes below")),
        Field("fields", "text", Text("更细的学科代码", "Finer codes"), finer, most=500, hint=FIELDS_HINT),
        Field("keywords", "text", KEYWORDS.label, ", ".join(found.keywords), hint=KEYWORDS.hint, most=500),
        Field("region_code", "text", Text("地区代码", "Region"), found.region_code,
              hint=Text("GB/T 2260，六位", "GB/T 2260, six digits"), most=6),
        Field("max_load", "number", Text("同时评审上限", "Most reviews at one time"), str(found.max_load), required=True),
        Field("yearly_most", "number", Text("年度评审上限", "Most reviews a year"), str(found.yearly_most or ""),
              hint=Text("不填为不另设上限", "empty: no bound of your own")),
    ]  # fmt: skip


def _typed(given: Given) -> dict[str, Any]:
    """What was typed into `_about`; what is wrong with it is noted."""
    load, yearly = whole(given, "max_load", 100), whole(given, "yearly_most", 500)
    given.needed("max_load")
    region = region_typed(given)
    keywords = parts(given.text("keywords"), blanks=False)
    return {
        "fields": (*given.several("disciplines"), *parts(given.text("fields"))),
        "keywords": keywords,
        "region_code": region,
        "max_load": load,
        "yearly_most": yearly,
    }


@page(SIGNED_IN, methods=("GET", "POST"))
def expert_confirm(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One's whole entry, and one button: nothing changed."""
    found, back = _kept(request, pk, own=True), reverse("expert", args=[pk])
    employer = found.person.employer
    lines = [
        Line(Text("工作单位", "Employer"), employer.name if employer else ""),
        Line(Text("学科", "Disciplines"), list(names_of(found.fields).values())),
        Line(Text("关键词", "Keywords"), found.keywords),
        Line(Text("同时评审上限", "Most reviews at one time"), found.max_load, "number"),
        Line(Text("年度评审上限", "Most reviews a year"), found.yearly_most or "—"),
        Line(Text("成果", "Works"), found.works.count(), "number"),
        Line(Text("下次确认不晚于", "To be confirmed by"), owed_on(found), "day"),
    ]
    hint = Text(
        "有变化的，请返回后更正；更正即视为确认。工作单位由所在单位维护。",
        "If something changed, go back and correct it, which confirms the rest. The employer is kept by the organisation.",
    )

    def do(given: Given) -> tuple[Text, str]:
        services.confirm(found, actor_on(request))
        return Text("已确认，谢谢。", "Confirmed; thank you."), back

    title, button = Text("确认本人专家信息", "Confirm my entry as an expert"), Text("没有变化", "Nothing changed")
    return traced_deed_page(
        request, title, [], do, button=button, back=back, hint=hint, lines=lines, crumbs=_crumbs(found)
    )


@page(SIGNED_IN, methods=("GET", "POST"))
def expert_correct(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Correct an entry: its expert does, or who keeps the pool."""
    found, back = _kept(request, pk), reverse("expert", args=[pk])

    def do(given: Given) -> tuple[Text, str]:
        about = _typed(given)
        given.check()
        services.correct(found, actor_on(request), **about | {"keywords": list(about["keywords"])})
        return Text("已更正。", "Corrected."), back

    title = Text("更正专家信息：{name}", "Correct the entry of {name}").filled(name=found.person.name)
    button = Text("保存", "Save")
    return traced_deed_page(request, title, _about(found), do, button=button, back=back, crumbs=_crumbs(found))


@page(SIGNED_IN, methods=("GET", "POST"))
def absence_new(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Say on which days one takes no new reviews."""
    found, back = _kept(request, pk), reverse("expert", args=[pk])
    note = Text("只有本人能看到", "nobody else sees it")
    fields = [
        Field("since", "day", Text("开始日期", "First day"), required=True),
        Field("until", "day", Text("结束日期", "Last day"), required=True),
        Field("note", "text", Text("备注", "Note"), hint=note, most=200),
    ]

    def do(given: Given) -> tuple[Text, str]:
        for name in ("since", "until"):
            given.needed(name)
        since, until = given.day("since"), given.day("until")
        given.check()
        if since is not None and until is not None:
            add_absence(found, since, until, given.text("note")[:200], actor_on(request))
        return Text("已登记。", "Entered."), back

    title = Text("登记不参加评审的时段：{name}", "Enter days away: {name}").filled(name=found.person.name)
    hint = Text("两天都包括在内。已接受的评审不受影响。", "Both days are included. Reviews accepted already stay.")
    button = Text("登记", "Enter")
    return traced_deed_page(request, title, fields, do, button=button, back=back, hint=hint, crumbs=_crumbs(found))


@page(SIGNED_IN, methods=("GET", "POST"))
def absence_drop(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Be there after all."""
    row = get_object_or_404(Absence, pk=pk)
    found, back = _kept(request, row.expert_id), reverse("expert", args=[row.expert_id])
    lines = [Line(Text("开始", "From"), row.since, "day"), Line(Text("结束", "To"), row.until, "day")]
    if found.person_id == actor_on(request).person:
        lines.append(Line(Text("备注", "Note"), row.note or "—"))

    def do(given: Given) -> tuple[Text, str]:
        drop_absence(row, actor_on(request))
        return Text("已删除。", "Removed."), back

    title = Text("删除不参加评审的时段", "Remove days away")
    button = Text("删除", "Remove")
    return traced_deed_page(request, title, [], do, button=button, back=back, lines=lines, crumbs=_crumbs(found))


@page(SIGNED_IN, methods=("GET", "POST"))
def expert_exit(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Leave the pool by oneself; what still waits is listed, each with the page where it is handed back."""
    found, back = _kept(request, pk, own=True), reverse("expert", args=[pk])
    reason = Field("reason", "text", Text("理由（可不填）", "Reason, if you like"), most=500)
    waiting = waiting_for(found.pk)
    columns = (
        Column(
            "case",
            Text("尚未办结的评审", "Reviews that wait for you"),
            lambda one: one.number,
            link=lambda one: one.href,
        ),
    )
    hint = Text(
        "随时可以退出，以后可再申请入库；记录按规定保存。尚未办结的评审请先逐件完成或谢绝。",
        "You can leave at any time and apply again later; the records are kept. First finish or decline what waits for you.",
    )

    def do(given: Given) -> tuple[Text, str]:
        services.leave(found, actor_on(request), reason=given.text("reason"))
        return Text("您已退出专家库。", "You have left the pool."), back

    title, button = Text("退出专家库", "Leave the pool of experts"), Text("退出", "Leave")
    return traced_deed_page(
        request, title, [reason], do, button=button, back=back, hint=hint, crumbs=_crumbs(found),
        columns=columns, rows=waiting,
    )  # fmt: skip
