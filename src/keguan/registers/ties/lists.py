"""The list of ties."""

from __future__ import annotations

from django.db.models import Q

from keguan.components.lists import Column, Filter, ListSpec, Rows, Search, choices_of, href_to
from keguan.components.status import Status
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.names import normal_name
from keguan.registers.ties.models import KINDS, SEVERITIES, Tie


def status_of(tie: Tie) -> Status:
    """Whether the tie holds today, and how grave it is."""
    today = clock.today()
    if tie.until is not None and tie.until < today:
        return Status(Text("已截止", "Ended"), "neutral")
    return Status(SEVERITIES[tie.severity], "bad" if tie.severity == "hard" else "warn")


def other_of(tie: Tie) -> str:
    """The name of the other side."""
    if tie.other is not None:
        return tie.other.name
    return tie.organisation.name if tie.organisation is not None else ""


def _search(rows: Rows, text: str) -> Rows:
    name = normal_name(text)
    return rows.filter(
        Q(person__normal_name__contains=name)
        | Q(other__normal_name__contains=name)
        | Q(organisation__normal_name__contains=name)
    )


TIES = ListSpec(
    name="ties",
    title=Text("利害关系", "Ties"),
    columns=(
        Column(
            "person",
            Text("人员", "Person"),
            lambda one: one.person.name,
            sort=("person__pinyin",),
            link=lambda one: href_to("tie", one.pk),
        ),
        Column("kind", Text("对方是其", "The other is their"), lambda one: KINDS[one.kind], sort=("kind",)),
        Column("other", Text("对方", "The other"), other_of),
        Column("since", Text("自", "From"), lambda one: one.since, "day", sort=("since",)),
        Column("until", Text("至", "Until"), lambda one: one.until, "day", sort=("until",)),
        Column("source", Text("来源", "Source"), lambda one: one.source),
        Column("severity", Text("程度", "Gravity"), status_of, "status", sort=("severity",)),
        Column(
            "declared_at", Text("登记时间", "Entered"), lambda one: one.declared_at, "moment", sort=("declared_at",)
        ),
    ),
    filters=(
        Filter("kind", Text("关系", "Kind"), lambda rows, word: rows.filter(kind=word), choices_of(KINDS)),
        Filter(
            "severity", Text("程度", "Gravity"), lambda rows, word: rows.filter(severity=word), choices_of(SEVERITIES)
        ),
    ),
    search=Search(Text("姓名或单位", "name or organisation"), _search),
    default_sort="-declared_at",
)
