"""The list of projects of record."""

from __future__ import annotations

from django.db.models import Q

from keguan.components.lists import Column, Filter, ListSpec, Rows, Search, choices_of, href_to
from keguan.components.status import Status, Tone
from keguan.kernel.bilingual import Text
from keguan.kernel.names import normal_name
from keguan.registers.projects.models import GRAMMARS, STATUSES, Project

TONES: dict[str, Tone] = {"running": "info", "finished": "good", "terminated": "bad", "unknown": "neutral"}


def status_of(project: Project) -> Status:
    """The state of a project as pages show it."""
    return Status(STATUSES[project.status], TONES[project.status])


def principal_of(project: Project) -> str:
    """Who leads it: a name, or the pseudonym of the published list."""
    return project.principal.name if project.principal is not None else project.principal_pseudonym


def _search(rows: Rows, text: str) -> Rows:
    plain = text.replace(" ", "")
    return rows.filter(
        Q(title__icontains=text)
        | Q(number__icontains=plain)
        | Q(host__normal_name__contains=normal_name(text))
        | Q(principal__normal_name=normal_name(text))
    )


def _year(rows: Rows, typed: str) -> Rows:
    year = int(typed)
    if not 1900 <= year <= 2200:
        raise ValueError(typed)
    return rows.filter(approved_year=year)


def _host(rows: Rows, typed: str) -> Rows:
    return rows.filter(host=int(typed)) if typed.isdecimal() else rows.filter(host__normal_name=normal_name(typed))


PROJECTS = ListSpec(
    name="projects",
    title=Text("项目", "Projects"),
    columns=(
        Column("title", Text("项目名称", "Title"), lambda p: p.title, link=lambda p: href_to("project", p.pk)),
        Column("number", Text("编号", "Number"), lambda p: p.number, sort=("number",)),
        Column(
            "host",
            Text("承担单位", "Host"),
            lambda p: p.host.name,
            sort=("host__pinyin",),
            link=lambda p: href_to("organisation", p.host_id),
        ),
        Column("principal", Text("负责人", "Principal"), principal_of),
        Column("amount", Text("经费", "Grant"), lambda p: p.amount_fen, "money", sort=("amount_fen",)),
        # Of one year by number, as the index has them: two hundred thousand would otherwise be sorted for sixty.
        Column("year", Text("年度", "Year"), lambda p: p.approved_year, sort=("approved_year", "-number")),
        Column("status", Text("状态", "State"), status_of, "status", sort=("status",)),
        Column("programme", Text("计划", "Programme"), lambda p: p.programme, sheet_only=True),
        Column("first_day", Text("起始日", "First day"), lambda p: p.first_day, "day", sheet_only=True),
        Column("last_day", Text("截止日", "Last day"), lambda p: p.last_day, "day", sheet_only=True),
        Column("source", Text("来源", "Source"), lambda p: p.source, sheet_only=True),
    ),
    filters=(
        Filter(
            "funder",
            Text("资助方", "Funder"),
            lambda rows, word: rows.filter(number_grammar=word),
            choices_of(GRAMMARS),
        ),
        Filter("status", Text("状态", "State"), lambda rows, word: rows.filter(status=word), choices_of(STATUSES)),
        Filter("year", Text("年度", "Year"), _year),
        Filter("host", Text("承担单位（全名）", "Host (full name)"), _host),
    ),
    search=Search(Text("名称、编号、单位或负责人", "title, number, host or principal"), _search),
    default_sort="-year",
)
