"""The list of the pool of experts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Q

from keguan.components.lists import Column, Filter, ListSpec, Rows, Search, choices_of, href_to
from keguan.components.status import Status, Tone
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.names import normal_title
from keguan.kernel.qualifications import TITLES
from keguan.registers.codes.queries import top_choices
from keguan.registers.experts.freshness import fresh, is_stale
from keguan.registers.experts.models import STATUSES, WORK_KINDS, Expert, Work
from keguan.registers.experts.queries import known_by, say_fields, with_all_fields
from keguan.registers.organisations.lists import say_regions

TONES: dict[str, Tone] = {
    "candidate": "warn",
    "applied": "warn",
    "returned": "warn",
    "refused": "bad",
    "active": "good",
    "suspended": "bad",
    "left": "neutral",
}


def status_of(expert: Expert) -> Status:
    """The state of an expert as pages show it; an entry that nobody confirmed in time says so."""
    if is_stale(expert):
        return Status(STALE, "warn")
    return Status(STATUSES[expert.status], TONES[expert.status])


STALE = Text("待年度确认", "To be confirmed")


def _standing(rows: Rows, word: str) -> Rows:
    if word == "stale":
        return rows.filter(status="active").exclude(fresh(clock.today()))
    return rows.filter(status=word)


def _say(rows: Sequence[Expert]) -> None:
    say_regions(rows)
    say_fields(rows)


def _employer(expert: Expert) -> str:
    return expert.person.employer.name if expert.person.employer is not None else ""


def _in_discipline(rows: Rows, code: str) -> Rows:
    return with_all_fields(rows).filter(all_fields__regex=rf"(^| ){re.escape(code)}")


KNOWN_BY = Text("姓名、单位、关键词、学科或成果", "name, employer, keyword, discipline or work")
EXPERTS = ListSpec(
    name="experts",
    title=Text("专家", "Experts"),
    columns=(
        Column(
            "name",
            Text("姓名", "Name"),
            lambda e: e.person.name,
            sort=("person__pinyin",),
            link=lambda e: href_to("expert", e.pk),
            is_short=True,
        ),
        Column("employer", Text("工作单位", "Employer"), _employer, sort=("person__employer__pinyin",)),
        Column(
            "title", Text("职称", "Title"), lambda e: TITLES[e.person.title], sort=("person__title",), is_short=True
        ),
        Column("fields", Text("学科", "Disciplines"), lambda e: e.fields_said),
        Column("region", Text("地区", "Region"), lambda e: e.region_said, sort=("region_code",), is_short=True),
        Column("load", Text("评审上限", "Most reviews"), lambda e: e.max_load, "number", sort=("max_load",)),
        Column("status", Text("状态", "State"), status_of, "status", sort=("status",)),
        Column("confirmed", Text("最近确认", "Confirmed"), lambda e: e.confirmed_on, "day", sort=("confirmed_on",)),
        Column("keywords", Text("关键词", "Keywords"), lambda e: e.keywords, sheet_only=True),
        Column("verified_at", Text("核实时间", "Verified"), lambda e: e.verified_at, "moment", sheet_only=True),
    ),
    filters=(
        Filter("status", Text("状态", "State"), _standing, choices_of({**STATUSES, "stale": STALE})),
        Filter("field", Text("一级学科", "Discipline"), _in_discipline, top_choices),
    ),
    search=Search(KNOWN_BY, known_by),
    default_sort="name",
    prepare=_say,
)


ABSENCES = (
    Column("since", Text("开始", "From"), lambda one: one.since, "day"),
    Column("until", Text("结束", "To"), lambda one: one.until, "day"),
    Column("note", Text("备注（只有您能看到）", "Note (nobody else sees it)"), lambda one: one.note),
    Column(
        "drop",
        Text("删除", "Remove"),
        lambda one: Text("删除", "Remove"),
        link=lambda one: href_to("absence_drop", one.pk),
    ),
)


def _search_works(rows: Rows, text: str) -> Rows:
    title = normal_title(text)
    return rows.filter(Q(normal_title__contains=title) | Q(keywords__contains=[text]) | Q(identifier=text.casefold()))


def _drop_href(work: Work) -> str:
    return href_to("work_drop", work.pk)


WORKS = ListSpec(
    name="works",
    title=Text("成果", "Works"),
    columns=(
        Column("title", Text("题目", "Title"), lambda one: one.title, sort=("normal_title",)),
        Column("kind", Text("类别", "Kind"), lambda one: WORK_KINDS[one.kind], sort=("kind",)),
        Column("year", Text("年份", "Year"), lambda one: str(one.year or ""), sort=("year",)),
        Column("keywords", Text("关键词", "Keywords"), lambda one: one.keywords),
        Column("authors", Text("作者", "Authors"), lambda one: one.authors, sheet_only=True),
        Column("identifier", Text("标识", "Identifier"), lambda one: one.identifier),
        Column("source", Text("来源", "Source"), lambda one: one.source),
        Column("abstract", Text("摘要", "Abstract"), lambda one: one.abstract, sheet_only=True),
        Column("drop", Text("删除", "Remove"), lambda one: Text("删除", "Remove"), link=_drop_href),
    ),
    filters=(Filter("kind", Text("类别", "Kind"), lambda rows, word: rows.filter(kind=word), choices_of(WORK_KINDS)),),
    search=Search(Text("题目、关键词或标识", "title, keyword or identifier"), _search_works),
    default_sort="-year",
)
WORKS_READ = replace(WORKS, columns=tuple(one for one in WORKS.columns if one.key != "drop"))
"""The same for who reads the pool and does not keep the entry."""
