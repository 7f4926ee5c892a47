"""Who may see and keep the entries of people: each right a predicate, and a scope that agrees with it."""

from __future__ import annotations

from django.db.models import Q

from keguan.kernel.actors import Actor
from keguan.registers.parties.models import Person

SEES_EVERYBODY = frozenset({"registrar", "officer", "planning", "supervision"})
"""Roles whose work touches people of every organisation."""


def can_keep_registers(actor: Actor) -> bool:
    """Whether the actor may enter and correct people, organisations and duties."""
    return actor.is_system or actor.holds("registrar")


def can_see_person(actor: Actor, person: Person) -> bool:
    """Whether the actor may see a person's whole entry: their own, their institution's people, or everybody's."""
    if actor.is_system or any(duty.role in SEES_EVERYBODY for duty in actor.duties):
        return True
    if actor.person is not None and actor.person == person.pk:
        return True
    return person.employer_id is not None and person.employer_id in _hosts(actor)


def visible_to(actor: Actor, through: str = "") -> Q:
    """The people of whom `can_see_person` is true. through: how rows that are of a person lead to them, as "person__"."""
    if actor.is_system or any(duty.role in SEES_EVERYBODY for duty in actor.duties):
        return Q()
    if actor.person is None:
        return Q(pk__in=[])
    return Q(**{f"{through}pk": actor.person}) | Q(**{f"{through}employer__in": _hosts(actor)})


def _hosts(actor: Actor) -> set[int]:
    return {
        duty.organisation
        for duty in actor.duties
        if duty.role in ("host", "administrator") and duty.organisation is not None
    }


def can_administer(actor: Actor, organisation: int) -> bool:
    """Whether the actor invites, gives duties and lets go for this organisation: its administrator, or the registrar."""
    return actor.is_system or any(
        duty.role == "registrar" or (duty.role == "administrator" and duty.organisation == organisation)
        for duty in actor.duties
    )
