"""From the account that signed in to the actor who asks: the duties in force today, in one query."""

from __future__ import annotations

from datetime import date

from django.db.models import F, FilteredRelation, Q

from keguan.kernel import clock
from keguan.kernel.actors import NOBODY, Actor, HeldDuty
from keguan.registers.parties.models import Account, Person


def actor_of(account: Account | None, on: date | None = None) -> Actor:
    """Who acts when this account acts: the person with the duties in force on that day (today if none is given).

    A locked account and no account are NOBODY. One query; the web keeps the result for the request.
    """
    if account is None or account.pk is None or not account.is_active:
        return NOBODY
    return _actor(Q(account__pk=account.pk, account__is_active=True), on)


def actor_for(person: Person | int, on: date | None = None) -> Actor:
    """The same for a person, whether or not they have an account (commands, demo, tests)."""
    return _actor(Q(pk=person if isinstance(person, int) else person.pk), on)


def _actor(who: Q, on: date | None) -> Actor:
    day = on or clock.today()
    in_force = Q(duties__since__lte=day) & (Q(duties__until__isnull=True) | Q(duties__until__gte=day))
    rows = (
        Person.objects.filter(who)
        .annotate(held=FilteredRelation("duties", condition=in_force))
        .order_by("held__id")
        .values_list("id", "name", "employer_id", F("held__role"), F("held__organisation_id"), F("held__programme"))
    )
    found = list(rows)
    if not found:
        return NOBODY
    person, name, employer = found[0][:3]
    duties = tuple(HeldDuty(role, organisation, programme) for *_, role, organisation, programme in found if role)
    belongs = {employer, *(duty.organisation for duty in duties)} - {None}
    return Actor(person, name, duties, frozenset(belongs))
