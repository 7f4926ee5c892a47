"""From the account that signed in to the actor who asks: the duties in force today, in one query."""

from __future__ import annotations

from datetime import date

from keguan.database import prepared
from keguan.kernel import clock
from keguan.kernel.actors import NOBODY, Actor, HeldDuty
from keguan.registers.parties.models import Account, Person


def actor_of(account: Account | None, on: date | None = None) -> Actor:
    """Who acts when this account acts: the person with the duties in force on that day (today if none is given).

    A locked account and no account are NOBODY. One query; the web keeps the result for the request.
    """
    if account is None or account.pk is None or not account.is_active:
        return NOBODY
    return _actor("JOIN parties_account a ON a.person_id = p.id AND a.is_active WHERE a.id = %s", account.pk, on)


def actor_for(person: Person | int, on: date | None = None) -> Actor:
    """The same for a person, whether or not they have an account (commands, demo, tests)."""
    return _actor("WHERE p.id = %s", person if isinstance(person, int) else person.pk, on)


def _actor(who: str, key: int, on: date | None) -> Actor:
    day = on or clock.today()
    # Once per request for everybody: planned once, by hand a tenth of the processor time of the same through the ORM.
    with prepared.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT p.id, p.name, p.employer_id, d.role, d.organisation_id, d.programme
            FROM (SELECT p.id, p.name, p.employer_id FROM parties_person p {who}) p
            LEFT JOIN parties_duty d ON d.person_id = p.id
              AND d.since <= %s AND (d.until IS NULL OR d.until >= %s)
            ORDER BY d.id
            """,  # noqa: S608 - `who` is one of the two above
            [prepared.stable(key), day, day],
        )
        found = cursor.fetchall()
    if not found:
        return NOBODY
    person, name, employer = found[0][:3]
    duties = tuple(HeldDuty(role, organisation, programme) for *_, role, organisation, programme in found if role)
    belongs = {employer, *(duty.organisation for duty in duties)} - {None}
    return Actor(person, name, duties, frozenset(belongs))
