"""People, accounts and duties made up for tests."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from tests.make.organisations import organisation as make_organisation

from keguan.kernel.actors import SYSTEM, Actor
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties import services
from keguan.registers.parties.access import actor_for
from keguan.registers.parties.models import Account, Duty, Person

_numbers = count(1)
_NEEDS_ORGANISATION = {"host": "university", "authority": "bureau"}


def person(name: str | None = None, **given: Any) -> Person:
    """A person; `employer=make.organisation()` for one who works somewhere."""
    return services.register_person(SYSTEM, name=name or f"古丽·{next(_numbers)}", **given)


def account(of: Person | None = None, *, username: str | None = None, password: str | None = None) -> Account:
    """An account of a person, of a fresh one if none is given; without a password by default (hashing takes time)."""
    return services.open_account(
        SYSTEM, of or person(), username=username or f"user{next(_numbers)}", password=password
    )


def duty(
    role: str,
    of: Person | None = None,
    *,
    organisation: Organisation | None = None,
    since: date = date(2000, 1, 1),
    **given: Any,
) -> Duty:
    """A duty in force; hosts and authorities get an organisation if none is given."""
    if organisation is None and role in _NEEDS_ORGANISATION:
        organisation = make_organisation(kind=_NEEDS_ORGANISATION[role])
    return services.grant_duty(SYSTEM, of or person(), role, organisation=organisation, since=since, **given)


def actor(role: str = "", of: Person | None = None, **given: Any) -> Actor:
    """Somebody who acts: a person with this duty in force, or a plain person without any."""
    who = of or person()
    if role:
        duty(role, who, **given)
    return actor_for(who)
