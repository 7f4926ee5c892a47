"""What can be found of each room: its things as documents, with what each says and what it is narrowed by."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

from django.db.models import QuerySet

from keguan.casework.models import Answers, Case, Notice, Round
from keguan.casework.versions import definition_of
from keguan.components.lists import CHUNK
from keguan.insight.awards.queries import HOST, PRINCIPAL, award_of, awards
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import local_date
from keguan.language.definition import Definition
from keguan.language.schema import Apply, Deliver, Form
from keguan.registers.experts.models import Expert
from keguan.registers.experts.queries import say_fields
from keguan.registers.projects.models import Project

LONGEST: Final = 20_000
"""Characters of a text that are searched in."""
_HEADINGS: Final = ("case.number", HOST, PRINCIPAL)


@dataclass(frozen=True, slots=True)
class Document:
    """One thing as search knows it; the words are those of `Entry`. names: numbers and names that it is found by, too.
    number: by which, typed whole, it is found, and which is shown nowhere."""

    kind: str
    key: int
    slug: str
    title: Text
    names: str = ""
    text: str = ""
    case: int | None = None
    programme: str = ""
    year: int | None = None
    region: str = ""
    host: str = ""
    day: date | None = None
    number: str = ""


Keys = Collection[int] | None
Source = Callable[[Keys], Iterator[Document]]


def _of(rows: QuerySet[Any], keys: Keys, field: str = "pk") -> Iterator[Any]:
    wanted = rows if keys is None else rows.filter(**{f"{field}__in": keys})
    return wanted.order_by("pk").iterator(chunk_size=CHUNK)


def _day(at: datetime | None) -> date | None:
    return None if at is None else local_date(at)


def _prefecture(code: str) -> str:
    return f"{code[:4]}00" if code else ""


def _lines(*parts: str) -> str:
    return "\n".join(dict.fromkeys(part for part in parts if part))[:LONGEST]


def _calls(keys: Keys) -> Iterator[Document]:
    rows = Round.objects.filter(status__in=("published", "closed"), kind="open").select_related("programme")
    for one in _of(rows.defer("programme__sources"), keys):
        topics = [said for topic in one.topics for said in (topic.get("zh", ""), topic.get("en", ""))]
        yield Document(
            kind="call",
            key=one.pk,
            slug=one.code,
            title=one.title,
            names=_lines(one.code, one.programme.title_zh, one.programme.title_en),
            text=_lines(one.summary_zh, one.summary_en, *topics),
            programme=one.programme.code,
            year=local_date(one.opens).year,
            day=local_date(one.opens),
        )


def _notices(keys: Keys) -> Iterator[Document]:
    """Every notice, as a result once it is one. Nothing is taken but what it shows."""
    results = {one.pk: award_of(one) for one in _of(awards(), keys)}
    rows = Notice.objects.select_related("case__programme", "case__round").defer("case__programme__sources")
    for one in _of(rows, keys):
        said = {line["name"]: line for line in one.shown if line.get("value")}
        values = [str(line[part]) for line in said.values() for part in ("value", "value_en") if line.get(part)]
        about = [line for name, line in said.items() if name not in _HEADINGS and not name.endswith(".amount")]
        first = next(iter(about or said.values()), {"value": "—"})
        zh = str(first["value"])
        result = results.get(one.pk)
        day = local_date(one.since)
        yield Document(
            kind="award" if result else "notice",
            key=one.pk,
            slug=str(one.pk),
            title=result.title if result else Text(zh, str(first.get("value_en") or zh)),
            names=_lines(*(str(said[name]["value"]) for name in _HEADINGS if name in said)),
            text=_lines(*values, one.case.round.title_zh if one.case.round else ""),
            programme=one.case.programme.code,
            year=result.year if result else day.year,
            region=result.region if result else "",
            host=str(said[HOST]["value"]) if HOST in said else "",
            day=day,
            # Whoever has the number of an awarded case, from a letter or an agreement, looks for what became of it.
            number=one.case.number if result else "",
        )


def _projects(keys: Keys) -> Iterator[Document]:
    for one in _of(Project.objects.select_related("host", "principal"), keys):
        principal = one.principal.name if one.principal else one.principal_pseudonym
        yield Document(
            kind="project",
            key=one.pk,
            slug=str(one.pk),
            title=Text(one.title, one.title),
            names=_lines(one.number, one.host.name, one.host_name_as_given, principal),
            text=_lines(one.programme, one.kind),
            programme=one.programme,
            year=one.approved_year,
            region=_prefecture(one.host.region_code),
            host=one.host.name,
            day=one.first_day,
        )


_CASES = ("programme", "round", "host", "principal")


def _case(one: Case, kind: str, text: str = "") -> Document:
    """A case by its title, number, host and principal. Its reviewers are not among what it is found by, and they do not
    find it: `scopes` leaves panels out."""
    at = one.submitted_at or one.created_at
    return Document(
        kind=kind,
        key=one.pk,
        slug=one.number,
        case=one.pk,
        title=Text(one.title or one.number, one.title or one.number),
        names=_lines(one.number, one.host.name if one.host else "", one.principal.name if one.principal else ""),
        text=text,
        programme=one.programme.code,
        year=local_date(at).year,
        region=_prefecture(one.host.region_code) if one.host else "",
        host=one.host.name if one.host else "",
        day=local_date(at),
    )


def _cases(keys: Keys) -> Iterator[Document]:
    rows = Case.objects.filter(parent=None).select_related(*_CASES).defer("programme__sources")
    for one in _of(rows, keys):
        yield _case(one, "case")


def _proposals(keys: Keys) -> Iterator[Document]:
    rows = Case.objects.filter(parent=None).select_related(*_CASES, "memo")
    for one in _of(rows.defer("programme__sources"), keys):
        forms = _forms(definition_of(one.programme), Apply)
        said = [_prose(form, one.memo.answers.get(name) or {}) for name, form in forms.items()]
        yield _case(one, "proposal", _lines(*said))


def _reports(keys: Keys) -> Iterator[Document]:
    """What was handed in as work done; its latest version. keys are those of cases."""
    cases = Case.objects.filter(parent=None) if keys is None else Case.objects.filter(parent=None, pk__in=keys)
    rows = Answers.objects.filter(case__in=cases).select_related("case__programme", "case__host", "case__principal")
    latest: dict[tuple[int, str], int] = {}
    for pk, case, form in rows.order_by("version").values_list("pk", "case", "form"):
        latest[case, form] = pk
    for one in _of(rows.defer("case__programme__sources").filter(pk__in=latest.values()), None):
        handed_in = _forms(definition_of(one.case.programme), Deliver).get(one.form)
        if handed_in is None:
            continue
        about = _case(one.case, "report")
        called = Text("{title}：{form}", "{title}: {form}").filled(title=about.title, form=handed_in.title)
        yield Document(
            kind="report",
            key=one.pk,
            slug=f"{one.case.number}/{one.form}",
            case=one.case_id,
            title=called,
            names=about.names,
            text=_prose(handed_in, one.values),
            programme=about.programme,
            year=local_date(one.at).year,
            region=about.region,
            host=about.host,
            day=_day(one.at),
        )


def _forms(definition: Definition, step: type) -> dict[str, Form]:
    named = {str(one.form) for one in definition.programme.steps if isinstance(one, step)}  # type: ignore[attr-defined]
    return {str(form.form): form for form in definition.programme.forms if form.form in named}


def _prose(form: Form, values: Mapping[str, Any]) -> str:
    """What people wrote in their own words; nothing that the law may order erased."""
    fields = (one for one in form.fields if one.type in ("text", "long_text") and not one.personal)
    return _lines(*(value for one in fields if isinstance(value := values.get(one.field), str)))


def _experts(keys: Keys) -> Iterator[Document]:
    found = _of(Expert.objects.select_related("person__employer").prefetch_related("works"), keys)
    while part := list(islice(found, CHUNK)):
        say_fields(part)
        yield from map(_expert, part)


def _expert(one: Expert) -> Document:
    employer = one.person.employer
    fields: Sequence[Text] = one.fields_said  # type: ignore[attr-defined]
    works = [said for work in one.works.all() for said in (work.title, *work.keywords)]
    return Document(
        kind="expert",
        key=one.pk,
        slug=str(one.pk),
        title=Text(one.person.name, one.person.name),
        names=employer.name if employer else "",
        text=_lines(*one.keywords, *(said for field in fields for said in (field.zh, field.en)), *works),
        region=_prefecture(one.region_code),
        host=employer.name if employer else "",
    )


SOURCES: Final[Mapping[tuple[str, ...], Source]] = {
    ("call",): _calls,
    ("notice", "award"): _notices,
    ("project",): _projects,
    ("case",): _cases,
    ("proposal",): _proposals,
    ("report",): _reports,
    ("expert",): _experts,
}
"""The kinds, with where they come from. The keys of reports are asked for by their cases."""


def counted() -> int:
    """About how many documents there are, for a progress bar."""
    cases = Case.objects.filter(parent=None).count()
    return 2 * cases + sum(room.objects.count() for room in (Round, Notice, Project, Expert))
