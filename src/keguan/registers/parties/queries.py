"""Find people, what they may do today, and who is near to whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.canonical import commitment
from keguan.kernel.ids import normal_number
from keguan.kernel.names import normal_name
from keguan.registers.parties.models import Duty, Person
from keguan.registers.parties.rights import visible_to


def people(actor: Actor, text: str = "", employer: int | None = None) -> QuerySet[Person]:
    """The people the actor may see, in the order of their names.

    text: part of a name in any spelling (艾力•斯木吐拉 finds 艾力·斯木吐拉).
    """
    wanted = (
        Person.objects.filter(visible_to(actor), merge__isnull=True).select_related("employer").order_by("pinyin", "id")
    )
    if normal := normal_name(text):
        wanted = wanted.filter(normal_name__contains=normal)
    if employer is not None:
        wanted = wanted.filter(employer=employer)
    return wanted


def people_named(name: str) -> list[Person]:
    """Everybody of this name in any spelling; whether two of them are one person is for a person to say."""
    normal = normal_name(name)
    if not normal:
        return []
    return list(Person.objects.filter(normal_name=normal, merge__isnull=True).select_related("employer").order_by("id"))


def with_document(id_kind: str, id_number: str) -> Person | None:
    """Whoever is in the register with this very identity document."""
    number = normal_number(id_number)
    if not number:
        return None
    alike = Person.objects.filter(id_kind=id_kind, id_ending=number[-4:], merge__isnull=True)
    return next((one for one in alike if commitment(number, bytes(one.id_salt)) == one.id_commitment), None)


def names_of(people: Iterable[int]) -> dict[int, str]:
    """Names by id, for telling events; the caller answers for who may read them."""
    return dict(Person.objects.filter(pk__in=set(people)).values_list("pk", "name"))


def in_force(on: date | None = None) -> Q:
    """What is in force on a day, for a query on duties or on kinship."""
    day = on or clock.today()
    return (Q(since__isnull=True) | Q(since__lte=day)) & (Q(until__isnull=True) | Q(until__gte=day))


def duties(
    *,
    person: int | None = None,
    role: str = "",
    organisation: int | None = None,
    on: date | None = None,
    ever: bool = False,
) -> QuerySet[Duty]:
    """Duties in force on a day (today), or ever held, that meet the filters."""
    wanted = Duty.objects.select_related("person", "organisation").order_by("role", "since", "id")
    if not ever:
        wanted = wanted.filter(in_force(on))
    if person is not None:
        wanted = wanted.filter(person=person)
    if role:
        wanted = wanted.filter(role=role)
    if organisation is not None:
        wanted = wanted.filter(organisation=organisation)
    return wanted


def holders(
    role: str, *, organisation: int | None = None, programme: str = "", on: date | None = None
) -> QuerySet[Person]:
    """The people who hold a role on a day, by the same rule as `Actor.holds`: for these, or for all."""
    held = Duty.objects.filter(in_force(on), role=role)
    if organisation is not None:
        held = held.filter(Q(organisation=organisation) | Q(organisation__isnull=True))
    if programme:
        held = held.filter(programme__in=["", programme])
    return Person.objects.filter(pk__in=held.values("person")).order_by("pinyin", "id")


def unheld(offices: Mapping[str, int], apart: Collection[int] = ()) -> set[str]:
    """Which of these roles nobody holds today for its organisation, by the same rule as `Actor.holds`; deputies hold them.

    apart: people who do not count. One query, none where no office is asked about.
    """
    if not offices:
        return set()
    asked = [Q(role=role) & (Q(organisation=body) | Q(organisation=None)) for role, body in offices.items()]
    held = Duty.objects.filter(in_force(), reduce(or_, asked)).exclude(person__in=apart)
    return set(offices) - set(held.values_list("role", flat=True))
