"""Finding people, organisations and files for a form: those that were chosen, and those who go by what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Q, TextField, Value
from django.db.models.functions import Replace

from keguan.casework.pages.answers import File, files_named, ids_in
from keguan.casework.steps.form_values import searched_text
from keguan.engine.state import Values
from keguan.kernel.actors import Actor
from keguan.kernel.names import MIDDLE_DOT, normal_name, pinyin_key
from keguan.language.schema import Column, Field, Form
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties.models import Person

MOST = 20
MOST_ROWS = 400


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody in a register. note: what tells them from others of the name."""

    pk: int
    name: str
    note: str
    normal: str
    is_colleague: bool = False

    @property
    def undotted(self) -> str:
        """The name without the dots that many leave out when they type it."""
        return _undotted(self.normal)


@dataclass(frozen=True, slots=True)
class Found:
    """Everybody that one form names or searches for."""

    people: Mapping[int, Party] = field(default_factory=dict)
    organisations: Mapping[int, Party] = field(default_factory=dict)
    files: Mapping[int, File] = field(default_factory=dict)

    def chosen(self, pk: int, *, is_person: bool) -> Party | None:
        """Who was chosen; None for an id that nobody has."""
        return (self.people if is_person else self.organisations).get(pk)

    def for_text(self, text: str, *, is_person: bool) -> tuple[Party, ...]:
        """Who goes by this text: people of exactly this name, with its dot or without, colleagues and organisations by a part
        of it."""
        wanted = normal_name(text)
        if not wanted:
            return ()
        if is_person:
            undotted = _undotted(wanted)
            hits = [
                one
                for one in self.people.values()
                if one.undotted == undotted or (one.is_colleague and undotted in one.undotted)
            ]
        else:
            hits = [one for one in self.organisations.values() if wanted in one.normal]
        return tuple(sorted(hits, key=lambda one: (one.normal != wanted, one.name))[:MOST])


def found_for(form: Form, values: Values, number: str, actor: Actor) -> Found:
    """Look up everybody that the values name, in at most one query each for people, organisations and files.

    People are found by their whole name, with its dot or without, so that nobody can leaf through the register; colleagues
    by a part of it.
    """
    texts = {kind: _texts(form, values, kind) for kind in ("person", "organisation")}
    files = ids_in(form, values, ("file",))
    return Found(
        people=_people(ids_in(form, values, ("person",)), texts["person"], actor),
        organisations=_organisations(ids_in(form, values, ("organisation",)), texts["organisation"]),
        files=files_named(files, number) if files else {},
    )


def people_like(text: str, actor: Actor) -> tuple[Party, ...]:
    """Who goes by a name: anybody by the whole of it, colleagues by a part."""
    wanted = normal_name(text)
    return Found(people=_people(set(), {wanted}, actor)).for_text(text, is_person=True) if wanted else ()


def _texts(form: Form, values: Values, kind: str) -> set[str]:
    found: set[str] = set()

    def look(one: Field | Column, raw: object) -> None:
        if one.type == kind and (text := normal_name(searched_text(raw))):
            found.add(text)

    for one in form.fields:
        raw = values.get(one.field)
        if one.type == "table":
            for row in raw if isinstance(raw, list) else ():
                for column in one.columns if isinstance(row, Mapping) else ():
                    look(column, row.get(column.column))
        else:
            look(one, raw)
    return found


def _people(ids: set[int], texts: set[str], actor: Actor) -> dict[int, Party]:
    if not ids and not texts:
        return {}
    # An entry that was merged into another is still told by its number, but found no more.
    # By the key that leaves dots out: a surname is read as one in a name without a dot alone.
    keys = {key for text in texts for key in (pinyin_key(text), pinyin_key(_undotted(text), person=True))}
    wanted = Q(pk__in=ids) | Q(pinyin__in=keys, merge__isnull=True)
    for text in texts:
        wanted |= Q(employer__in=actor.organisations, undotted__contains=_undotted(text), merge__isnull=True)
    people = Person.objects.alias(undotted=Replace("normal_name", Value(MIDDLE_DOT), output_field=TextField()))
    rows = people.filter(wanted).values_list("pk", "name", "employer__name", "normal_name", "employer")
    return {
        pk: Party(pk, name, employer or "", normal, of in actor.organisations)
        for pk, name, employer, normal, of in rows[:MOST_ROWS]
    }


def _undotted(normal: str) -> str:
    return normal.replace(MIDDLE_DOT, "")


def _organisations(ids: set[int], texts: set[str]) -> dict[int, Party]:
    wanted = Q(pk__in=[])
    for text in texts:
        wanted |= Q(normal_name__contains=text)
    columns = ("pk", "name", "uscc", "normal_name")
    rows = list(Organisation.objects.filter(pk__in=ids).values_list(*columns)) if ids else []
    if texts:
        # A short text finds many; those that were chosen must not fall off the end.
        rows += Organisation.objects.filter(wanted).order_by("pinyin").values_list(*columns)[:MOST_ROWS]
    return {pk: Party(pk, name, uscc or "", normal) for pk, name, uscc, normal in rows}
