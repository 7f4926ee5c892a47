"""A small cast for the tests of pages."""

from __future__ import annotations

from keguan.kernel.actors import SYSTEM
from keguan.kernel.names import normal_name
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties import services
from keguan.registers.parties.models import Account, Person

PASSWORD = "correct-horse-battery-1"


def organisation(name: str = "新疆示例大学", kind: str = "university") -> Organisation:
    return Organisation.objects.create(name=name, normal_name=normal_name(name), kind=kind, is_demo=True)


def person(
    name: str = "艾力·斯木吐拉", *roles: str, username: str = "", employer: Organisation | None = None
) -> Account:
    """Somebody with an account and these duties."""
    row: Person = services.register_person(SYSTEM, name=name, employer=employer, is_demo=True)
    for role in roles:
        needs = employer if role in ("host", "authority", "administrator") else None
        services.grant_duty(SYSTEM, row, role, organisation=needs)
    return services.open_account(SYSTEM, row, username=username or f"person{row.pk}", password=PASSWORD)
