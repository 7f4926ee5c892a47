"""From the account that signed in to the actor who asks: the duties in force today, in one query."""

from __future__ import annotations

from datetime import date
from typing import Any

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


def account_and_actor(pk: int, *, unread: str = "0") -> tuple[Account, Actor] | None:
    """An account with who acts when it acts today, in one way to the database; None for an account that is gone or locked.

    unread: how `account.unread` is counted, as SQL about the person `p`: messages are known to rooms above alone.
    """
    columns = [f"a.{field.column}" for field in Account._meta.concrete_fields]
    rows = _rows(
        f"{', '.join(columns)}, {unread},",
        "JOIN parties_account a ON a.person_id = p.id AND a.is_active WHERE a.id = %s",
        pk,
    )
    if not rows:
        return None
    names = [field.attname for field in Account._meta.concrete_fields]
    account = Account.from_db("default", names, list(rows[0][: len(names)]))
    account.unread = rows[0][len(names)]
    return account, _read([row[len(names) + 1 :] for row in rows])


def _actor(who: str, key: int, on: date | None) -> Actor:
    return _read(_rows("", who, key, on))


def _rows(more: str, who: str, key: int, on: date | None = None) -> list[tuple[Any, ...]]:
    day = on or clock.today()
    # Once per request for everybody: planned once, by hand a tenth of the processor time of the same through the ORM.
    with prepared.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {more} p.id, p.name, p.employer_id, d.role, d.organisation_id, d.programme, source.person_id
            FROM parties_person p
            LEFT JOIN parties_duty d ON d.person_id = p.id
              AND d.since <= %s AND (d.until IS NULL OR d.until >= %s)
            LEFT JOIN parties_duty source ON source.id = d.delegated_from_id
            {who}
            ORDER BY d.id
            """,  # noqa: S608 - texts of the house, never anything typed
            [day, day, prepared.stable(key)],
        )
        return cursor.fetchall()


def _read(rows: list[tuple[Any, ...]]) -> Actor:
    if not rows:
        return NOBODY
    person, name, employer = rows[0][:3]
    duties = tuple(HeldDuty(*row[-4:]) for row in rows if row[-4])
    belongs = {employer, *(duty.organisation for duty in duties)} - {None}
    return Actor(person, name, duties, frozenset(belongs))
