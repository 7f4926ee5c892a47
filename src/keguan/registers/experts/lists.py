"""The list of the pool of experts."""

from __future__ import annotations

from django.db.models import F, Func, Q, TextField, Value

from keguan.components.lists import Column, Filter, ListSpec, Rows, Search, choices_of, href_to
from keguan.components.status import Status, Tone
from keguan.kernel.bilingual import Text
from keguan.kernel.names import normal_name
from keguan.registers.experts.disciplines import FIRST_LEVEL
from keguan.registers.experts.models import STATUSES, Expert
from keguan.registers.organisations.lists import say_regions
from keguan.registers.parties.models import TITLES

TONES: dict[str, Tone] = {"candidate": "warn", "active": "good", "suspended": "bad", "left": "neutral"}


def status_of(expert: Expert) -> Status:
    """The state of an expert as pages show it."""
    return Status(STATUSES[expert.status], TONES[expert.status])


def discipline(code: str) -> Text:
    """A discipline code with the name of its first level."""
    name = FIRST_LEVEL.get(code[:3])
    return Text(f"{code} {name.zh}", f"{code} {name.en}") if name else Text(code, code)


def _employer(expert: Expert) -> str:
    return expert.person.employer.name if expert.person.employer is not None else ""


def _in_discipline(rows: Rows, code: str) -> Rows:
    every = Func(F("fields"), Value(" "), function="array_to_string", output_field=TextField())
    return rows.alias(all_fields=every).filter(all_fields__regex=rf"(^| ){code}")


def _search(rows: Rows, text: str) -> Rows:
    name = normal_name(text)
    return rows.filter(
        Q(person__normal_name__contains=name)
        | Q(person__employer__normal_name__contains=name)
        | Q(keywords__contains=[text])
    )


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
        ),
        Column("employer", Text("工作单位", "Employer"), _employer, sort=("person__employer__pinyin",)),
        Column("title", Text("职称", "Title"), lambda e: TITLES[e.person.title], sort=("person__title",)),
        Column("fields", Text("学科", "Disciplines"), lambda e: [discipline(code) for code in e.fields]),
        Column("region", Text("地区", "Region"), lambda e: e.region_said, sort=("region_code",)),
        Column("load", Text("评审上限", "Most reviews"), lambda e: e.max_load, "number", sort=("max_load",)),
        Column("status", Text("状态", "State"), status_of, "status", sort=("status",)),
        Column("keywords", Text("关键词", "Keywords"), lambda e: e.keywords, sheet_only=True),
        Column("verified_at", Text("核实时间", "Verified"), lambda e: e.verified_at, "moment", sheet_only=True),
    ),
    filters=(
        Filter("status", Text("状态", "State"), lambda rows, word: rows.filter(status=word), choices_of(STATUSES)),
        Filter("field", Text("一级学科", "Discipline"), _in_discipline, choices_of(FIRST_LEVEL)),
    ),
    search=Search(Text("姓名、单位或关键词", "name, employer or keyword"), _search),
    default_sort="name",
    prepare=say_regions,
)
