"""What registers know already fills a form by the names that its definition gives (`filled_from`), and says where it is from.

Only what is still empty is filled by itself; what somebody typed gives way only where they ask for it. Of people a form is
told what stands beside their name anyway; what belongs to nobody else (phone, date of birth) only the person themself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from keguan.casework import store
from keguan.casework.drafting.drafts import form_of, save_draft
from keguan.casework.drafting.editors import leads
from keguan.casework.drafting.reuse import is_empty
from keguan.casework.models import Case
from keguan.casework.services import situation_for
from keguan.casework.steps.form_values import chosen_id
from keguan.engine.state import Values
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.qualifications import DEGREES, TITLES
from keguan.language.schema import Column, Field, Form
from keguan.language.vocabulary import known_from
from keguan.registers.organisations.models import KINDS, Organisation
from keguan.registers.organisations.queries import regions_said
from keguan.registers.parties.models import Person

PROFILE, REGISTER = "profile", "register"
"""The sources of what a person's own entry says, and of what the registers say of others."""

_CELL = re.compile(r"[a-z0-9_]+\.(?P<table>[a-z0-9_]+)\[(?P<row>[0-9]{1,3})\]\.(?P<column>[a-z0-9_]+)")

Subject = tuple[str, int]
"""Somebody in a register: "person" or "organisation", and their id."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a register says in answer to a question. value: as it would be typed."""

    value: Any
    source: str

    def says(self, raw: Any) -> bool:
        """Whether this is what stands there: a page brings back the number of somebody chosen as a text."""
        return str(raw) == str(self.value)


def offers(form: Form, values: Values, case: Case, actor: Actor) -> dict[str, Offer]:
    """What registers say in answer to the questions of a form, by field. At most a query for each register that is read."""
    asked = {str(one.field): one for one in form.fields if one.filled_from}
    beside = {str(one.field): one for one in form.fields}
    whose = {name: _subject(one, beside, values, case, actor) for name, one in asked.items()}
    entries = _entries(whose.values(), (one.filled_from for one in asked.values()))
    found = {}
    for name, one in asked.items():
        if (offer := _offer(one, beside, whose[name], entries, actor)) is not None:
            found[name] = offer
    return found


def in_rows(form: Form, values: Values, case: Case, actor: Actor) -> dict[str, Offer]:
    """The same of the cells of its tables, by place (`form.table[2].column`)."""
    wanted: list[tuple[str, Column, dict[str, Column], Subject | None]] = []
    for table in form.fields:
        columns = {str(one.column): one for one in table.columns}
        filled = [one for one in table.columns if one.filled_from]
        for number, row in enumerate(values.get(table.field) or () if filled else (), start=1):
            for one in filled if isinstance(row, Mapping) else ():
                place = f"{form.form}.{table.field}[{number}].{one.column}"
                wanted.append((place, one, columns, _subject(one, columns, row, case, actor)))
    entries = _entries((subject for *_, subject in wanted), (one.filled_from for _, one, *_ in wanted))
    offered = ((place, _offer(one, columns, subject, entries, actor)) for place, one, columns, subject in wanted)
    return {place: offer for place, offer in offered if offer is not None}


def begin(number: str, actor: Actor, *, request_id: str = "") -> None:
    """Fill the form that a new case waits for, before anything is typed; the draft begins with it, whatever is known."""
    case = store.look(number, actor.person)
    if case is None:
        return
    situation = situation_for(case, actor, with_facts=False)
    name = form_of(situation)
    found = offers(situation.definition.programme.form(name), {}, case, actor)
    filled = {field: one.value for field, one in found.items()}
    source = {field: one.source for field, one in found.items()}
    save_draft(number, name, filled, 0, actor, source=source, request_id=request_id)


def after_pressing(
    form: Form, before: Values, values: dict[str, Any], case: Case, actor: Actor, button: str
) -> dict[str, str]:
    """Somebody was chosen, or let go: what hangs on them is filled where it is empty, and emptied where it says no more than
    the register did. `fill:` takes one answer anew, in the place of what stands there.

    Changes the values. Returns the source of each field that was filled.
    """
    verb, _, rest = button.partition(":")
    place = rest.partition(":")[0]
    found: dict[str, Offer] = {}
    if verb == "fill":
        name = place.removeprefix(f"{form.form}.")
        found = {key: one for key, one in offers(form, values, case, actor).items() if key == name}
    elif verb in ("choose", "clear") and _fills(form):
        if cell := _CELL.fullmatch(place):
            _follow_in_row(form, before, values, case, actor, cell)
            return {}
        hanging = [str(one.field) for one in form.fields if f"{form.form}.{one.filled_from.partition('.')[0]}" == place]
        gone = offers(form, before, case, actor)
        values.update({name: "" for name in hanging if name in gone and gone[name].says(values.get(name))})
        now = offers(form, values, case, actor)
        found = {name: now[name] for name in hanging if name in now and is_empty(values.get(name))}
    values.update({name: one.value for name, one in found.items()})
    return {name: one.source for name, one in found.items()}


def _follow_in_row(
    form: Form, before: Values, values: dict[str, Any], case: Case, actor: Actor, cell: re.Match[str]
) -> None:
    table, number, chosen = cell["table"], int(cell["row"]), cell["column"]
    rows = [dict(row) if isinstance(row, Mapping) else {} for row in values.get(table) or ()]
    field = next((one for one in form.fields if one.field == table), None)
    if field is None or number > len(rows):
        return
    gone, found = in_rows(form, before, case, actor), in_rows(form, values, case, actor)
    for column in field.columns:
        if column.filled_from.partition(".")[0] != chosen:
            continue
        place, name, row = f"{form.form}.{table}[{number}].{column.column}", str(column.column), rows[number - 1]
        if place in gone and gone[place].says(row.get(name)):
            row[name] = ""
        if place in found and is_empty(row.get(name)):
            row[name] = found[place].value
    values[table] = rows


def _fills(form: Form) -> bool:
    """Whether a register fills anything in a form."""
    return any(one.filled_from or any(column.filled_from for column in one.columns) for one in form.fields)


# ------------------------------------------------------------------------------------------------ what is known


def _subject(
    one: Field | Column, beside: Mapping[str, Field | Column], values: Values, case: Case, actor: Actor
) -> Subject | None:
    """Whose entry fills a question; None where it is nobody's, or not this person's to fill in."""
    whose = one.filled_from.partition(".")[0]
    if whose == "self":
        return ("person", actor.person) if actor.person is not None and leads(actor, case) else None
    if whose == "applicant":
        return ("organisation", case.host_id) if case.host_id is not None else None
    pk = chosen_id(values.get(whose))
    return (str(beside[whose].type), pk) if pk is not None else None


def _entries(subjects: Iterable[Subject | None], names: Iterable[str]) -> dict[Subject, dict[str, Any]]:
    """What the registers say of each, by the words of `vocabulary.KNOWN`. Nothing is looked up for somebody's mere id."""
    ids: dict[str, set[int]] = {"person": set(), "organisation": set()}
    for subject, name in zip(subjects, names, strict=True):
        if subject is not None and "." in name:
            ids[subject[0]].add(subject[1])
    found: dict[Subject, dict[str, Any]] = {}
    if ids["person"]:
        people = Person.objects.filter(pk__in=ids["person"]).select_related("employer", "expert")
        found |= {("person", one.pk): _of_person(one) for one in people}
    if ids["organisation"]:
        listed = list(Organisation.objects.filter(pk__in=ids["organisation"]))
        regions = regions_said(one.region_code for one in listed)
        found |= {("organisation", one.pk): _of_organisation(one, regions) for one in listed}
    return found


def _of_person(one: Person) -> dict[str, Any]:
    expert = getattr(one, "expert", None)
    return {
        "name": one.name,
        "unit": one.employer,
        # “None” is what stands there where nobody ever said, so it says nothing.
        "title": (one.title, TITLES[one.title]) if one.title != "none" else None,
        "degree": (one.degree, DEGREES[one.degree]) if one.degree != "none" else None,
        "born": one.born.isoformat() if one.born else None,
        "phone": one.phone,
        "email": one.email,
        "orcid": one.orcid,
        "disciplines": "、".join(code.rpartition(":")[2] for code in expert.fields) if expert else None,
        "keywords": "、".join(expert.keywords) if expert else None,
    }


def _of_organisation(one: Organisation, regions: Mapping[str, Text]) -> dict[str, Any]:
    region = regions.get(one.region_code)
    return {
        "name": one.name,
        "code": one.uscc,
        "kind": (one.kind, KINDS[one.kind]),
        "region": region.zh if region else None,
        "address": one.address,
        "founded": one.founded.isoformat() if one.founded else None,
    }


def _offer(
    one: Field | Column,
    beside: Mapping[str, Field | Column],
    subject: Subject | None,
    entries: Mapping[Subject, Mapping[str, Any]],
    actor: Actor,
) -> Offer | None:
    if subject is None:
        return None
    what = one.filled_from.partition(".")[2]
    known = known_from(one.filled_from, {name: str(other.type) for name, other in beside.items()})
    is_self = subject == ("person", actor.person)
    if known is None or (known.own and not is_self):
        return None
    value = _as_typed(one, entries.get(subject, {}).get(what)) if what else subject[1]
    return Offer(value, PROFILE if is_self and what else REGISTER) if value not in (None, "") else None


def _as_typed(one: Field | Column, value: Any) -> Any:
    match value:
        case Organisation():
            return value.pk if one.type == "organisation" else value.name
        case (str() as word, Text() as said):
            offered = {str(choice.value) for choice in one.choices}
            return said.zh if one.type != "choice" else word if word in offered else None
        case _:
            return value
