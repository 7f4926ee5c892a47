"""The lists of people and of duties."""

from __future__ import annotations

from django.db.models import Q

from keguan.components.lists import Column, Filter, ListSpec, Rows, Search, choices_of, href_to
from keguan.components.status import Status
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.names import normal_name
from keguan.kernel.qualifications import DEGREES, TITLES
from keguan.registers.parties.models import Duty, Person
from keguan.registers.parties.queries import in_force
from keguan.registers.parties.roles import ROLES, role_name

IN_FORCE = Text("在任", "In force")
PAST = Text("已结束", "Ended")
AHEAD = Text("未开始", "Not begun")


def person_href(person: Person | None) -> str:
    """The page of a person; "" for none."""
    return href_to("person", person.pk) if person is not None else ""


def _employer(person: Person) -> str:
    return person.employer.name if person.employer is not None else ""


def _named(rows: Rows, text: str) -> Rows:
    return rows.filter(
        Q(normal_name__contains=normal_name(text)) | Q(employer__normal_name__contains=normal_name(text))
    )


PEOPLE = ListSpec(
    name="people",
    title=Text("人员", "People"),
    columns=(
        Column("name", Text("姓名", "Name"), lambda p: p.name, sort=("pinyin",), link=person_href),
        Column("employer", Text("工作单位", "Employer"), _employer, sort=("employer__pinyin", "pinyin")),
        Column("title", Text("职称", "Title"), lambda p: TITLES[p.title], sort=("title", "pinyin")),
        Column("degree", Text("学位", "Degree"), lambda p: DEGREES[p.degree], sort=("degree", "pinyin")),
    ),
    filters=(
        Filter("title", Text("职称", "Title"), lambda rows, word: rows.filter(title=word), choices_of(TITLES)),
        Filter("degree", Text("学位", "Degree"), lambda rows, word: rows.filter(degree=word), choices_of(DEGREES)),
    ),
    search=Search(Text("姓名或工作单位", "name or employer"), _named),
    default_sort="name",
)


def duty_status(duty: Duty) -> Status:
    """Whether a duty is in force today."""
    today = clock.today()
    if duty.since > today:
        return Status(AHEAD, "info")
    return Status(PAST) if duty.until is not None and duty.until < today else Status(IN_FORCE, "good")


_END = Text("结束", "End")


def _may_end(duty: Duty) -> bool:
    return duty.until is None or duty.until >= clock.today()


def _when(rows: Rows, word: str) -> Rows:
    return rows.filter(in_force()) if word == "now" else rows.exclude(in_force())


_AS_DEPUTY = Text("{role}（代理）", "{role} (as deputy)")


def _what(duty: Duty) -> Text:
    role = role_name(duty.role)
    return _AS_DEPUTY.filled(role=role) if duty.delegated_from_id is not None else role


WHAT = Column("role", Text("职责", "Role"), _what, sort=("role",))
BODY = Column(
    "organisation",
    Text("单位", "For"),
    lambda d: d.organisation.name if d.organisation else "",
    sort=("organisation__pinyin",),
    link=lambda d: href_to("organisation", d.organisation_id) if d.organisation_id else "",
)
PROGRAMME = Column("programme", Text("计划", "Programme"), lambda d: d.programme, sort=("programme",))
SINCE = Column("since", Text("起始日", "From"), lambda d: d.since, "day", sort=("since",))
UNTIL = Column("until", Text("截止日", "Until"), lambda d: d.until, "day", sort=("until",))
STATE = Column("state", Text("状态", "State"), duty_status, "status")
END = Column(
    "end",
    Text("办理", "Do"),
    lambda d: _END if _may_end(d) else "",
    link=lambda d: href_to("duty_end", d.pk) if _may_end(d) else "",
)


def _held_by_or_for(rows: Rows, text: str) -> Rows:
    known = normal_name(text)
    return rows.filter(Q(person__normal_name__contains=known) | Q(organisation__normal_name__contains=known))


DUTIES = ListSpec(
    name="duties",
    title=Text("任职", "Duties"),
    columns=(
        Column(
            "person",
            Text("姓名", "Name"),
            lambda d: d.person.name,
            sort=("person__pinyin",),
            link=lambda d: person_href(d.person),
        ),
        WHAT,
        BODY,
        PROGRAMME,
        SINCE,
        UNTIL,
        STATE,
    ),
    filters=(
        Filter("role", Text("职责", "Role"), lambda rows, word: rows.filter(role=word), choices_of(ROLES)),
        Filter("when", Text("状态", "State"), _when, choices_of({"now": IN_FORCE, "other": Text("其他", "Other")})),
    ),
    search=Search(Text("姓名或所代表的单位", "name, or the organisation it is held for"), _held_by_or_for),
    default_sort="role",
)
