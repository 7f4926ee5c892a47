"""Register organisations, rename and merge them, and say whom they stand under. Each service traces what it did."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.ids import normal_uscc
from keguan.kernel.names import display_name, normal_name, pinyin_key
from keguan.kernel.problems import Conflict, Refused
from keguan.registers.organisations import logic, queries
from keguan.registers.organisations.changes import bodies_changed
from keguan.registers.organisations.models import FormerName, Organisation, Parent
from keguan.registers.trace import services as trace

CORRECTABLE = ("uscc", "kind", "name_en", "region_code", "address", "founded")
_HIERARCHY_LOCK = 0x6F726700  # advisory: links of a hierarchy are checked for cycles one at a time


@transaction.atomic
def register(
    actor: Actor,
    *,
    name: str,
    kind: str,
    uscc: str = "",
    name_en: str = "",
    region_code: str = "",
    address: str = "",
    founded: date | None = None,
    is_demo: bool = False,
    origin: str = "",
) -> Organisation:
    """Enter an organisation into the register.

    uscc: "" where none is known; then the name must be free. Raises Refused with every problem at once:
    `organisation.name`, `organisation.kind`, `organisation.region`, `uscc.*`, `organisation.uscc_taken`,
    `organisation.known`.
    """
    problems = logic.problems_of(name=name, kind=kind, uscc=uscc, region_code=region_code)
    if problems:
        raise Refused.because(*problems)
    row = Organisation(
        uscc=normal_uscc(uscc) or None,
        name=display_name(name),
        name_en=name_en.strip(),
        normal_name=normal_name(name),
        pinyin=pinyin_key(name),
        kind=kind,
        region_code=region_code,
        address=address.strip(),
        founded=founded,
        is_demo=is_demo,
        origin=origin,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Refused.because(logic.known_already(row)) from error
    trace.write(
        "organisations:organisation:registered",
        actor,
        on_behalf_of=row.pk,
        payload={"organisation": row.pk, "name": row.name, "uscc": row.uscc, "kind": kind, "origin": origin},
    )
    return row


@transaction.atomic
def correct(
    actor: Actor, organisation: Organisation, *, revision: int, origin: str = "", **changes: Any
) -> Organisation:
    """Correct or complete an organisation's entry; its name is changed by `rename`.

    changes: any of uscc, kind, name_en, region_code, address, founded. revision: the one the page showed. origin: the
    file that says so. Raises Conflict if somebody changed the entry meanwhile, Refused as `register`.
    """
    if unknown := set(changes) - set(CORRECTABLE):
        raise TypeError(f"an organisation has no {', '.join(sorted(unknown))} to correct")
    row = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if row.revision != revision:
        raise Conflict(logic.stale())
    if "uscc" in changes:
        changes["uscc"] = normal_uscc(changes["uscc"] or "") or None
    changed = {name: [getattr(row, name), after] for name, after in changes.items() if getattr(row, name) != after}
    if not changed:
        return row
    for name, (_, after) in changed.items():
        setattr(row, name, after)
    problems = logic.problems_of(
        name=row.name, kind=row.kind, uscc=row.uscc or "", region_code=row.region_code, entry=row
    )
    if problems:
        raise Refused.because(*problems)
    row.revision += 1
    try:
        with transaction.atomic():
            row.save(update_fields=[*changed, "revision"])
    except IntegrityError as error:
        raise Refused.because(logic.known_already(row)) from error
    _trace(actor, "corrected", row, changed=changed, origin=origin)
    return row


@transaction.atomic
def rename(actor: Actor, organisation: Organisation, name: str, *, on: date | None = None) -> Organisation:
    """Give the organisation a new name from a day on; documents that bear the old name still find it.

    on: today if none is given, never later. A name that is replaced on its first day was no name for any day: only the
    trace keeps it, and the name before it, given again, has run on. Raises Refused for an empty or unchanged name, a day
    ahead or before the present name, or a name that another organisation without a code bears.
    """
    row = Organisation.objects.select_for_update().get(pk=organisation.pk)
    day = on or clock.today()
    if not normal_name(name) or display_name(name) == row.name:
        raise Refused.because(logic.no_new_name(name))
    if day > clock.today():
        raise Refused.because(logic.not_yet(day))
    last = row.former_names.order_by("-until").first()
    since = last.until + timedelta(days=1) if last else row.founded
    if since and day < since:
        raise Refused.because(logic.before_the_last_name(day, since))
    old = row.name
    if since is None or since < day:
        FormerName.objects.create(
            organisation=row, name=old, normal_name=row.normal_name, since=since, until=day - timedelta(days=1)
        )
    elif last is not None and last.normal_name == normal_name(name):
        last.delete()
    row.name, row.normal_name, row.pinyin = display_name(name), normal_name(name), pinyin_key(name)
    row.revision += 1
    try:
        with transaction.atomic():
            row.save(update_fields=["name", "normal_name", "pinyin", "revision"])
    except IntegrityError as error:
        raise Refused.because(logic.known_already(row)) from error
    _trace(actor, "renamed", row, before=old, after=row.name, on=day)
    return row


@transaction.atomic
def attach(
    actor: Actor,
    child: Organisation,
    parent: Organisation,
    *,
    hierarchy: str = "administrative",
    since: date,
    until: date | None = None,
) -> Parent:
    """Put the organisation under another from a day on, in one of the two hierarchies.

    since, until: first and last day. Raises Refused if it stands under another one meanwhile, under itself, or in a
    circle on any of these days.
    """
    if problem := logic.link_problem(hierarchy, since, until):
        raise Refused.because(problem)
    _lock_hierarchies()
    if child.pk == parent.pk or logic.would_circle(child.pk, parent.pk, hierarchy, since, until):
        raise Refused.because(logic.circle(child, parent))
    try:
        with transaction.atomic():
            link = Parent.objects.create(child=child, parent=parent, hierarchy=hierarchy, since=since, until=until)
    except IntegrityError as error:
        raise Refused.because(logic.attached_already(child, hierarchy, since, until)) from error
    _trace(actor, "attached", child, parent=parent.pk, hierarchy=hierarchy, since=since, until=until)
    bodies_changed()
    return link


@transaction.atomic
def detach(actor: Actor, link: Parent, *, last_day: date | None = None) -> Parent:
    """End that an organisation stands under another; the link itself stays on record.

    last_day: yesterday if none is given. Raises Refused before its first day or after its known end.
    """
    row = Parent.objects.select_for_update().select_related("child").get(pk=link.pk)
    day = last_day or clock.today() - timedelta(days=1)
    if day < row.since - timedelta(days=1) or (row.until is not None and day > row.until):
        raise Refused.because(logic.link_end(row, day))
    row.until = day
    row.save(update_fields=["until"])
    _trace(actor, "detached", row.child, parent=row.parent_id, hierarchy=row.hierarchy, until=day)
    bodies_changed()
    return row


@transaction.atomic
def merge(actor: Actor, gone: Organisation, into: Organisation, *, on: date | None = None) -> Organisation:
    """Merge an organisation into another from a day on: its names then find the successor.

    What stood under it moves to the successor; its own links end. Raises Refused unless both are active and differ,
    or where the successor stands below the one that goes.
    """
    _lock_hierarchies()
    locked = Organisation.objects.select_for_update().order_by("id").in_bulk([gone.pk, into.pk])
    row, successor = locked[gone.pk], locked[into.pk]
    if row.pk == successor.pk or {row.status, successor.status} != {"active"}:
        raise Refused.because(logic.no_merging(row, successor))
    day = on or clock.today()
    before = day - timedelta(days=1)
    running = Parent.objects.filter(Q(until__isnull=True) | Q(until__gte=day), since__lte=day)
    moving = list(running.filter(parent=row))
    if any(link.child_id == successor.pk for link in moving):
        raise Refused.because(logic.circle(successor, row))
    ended = [*moving, *running.filter(child=row)]
    ends = {link.pk: link.until for link in moving}
    for link in ended:
        link.until = before
    Parent.objects.bulk_update(ended, ["until"])
    row.status, row.successor = "merged", successor
    row.revision += 1
    row.save(update_fields=["status", "successor", "revision"])
    _trace(actor, "merged", row, name=row.name, into=successor.pk, into_name=successor.name, on=day)
    bodies_changed()
    for link in moving:
        child = link.child
        attach(actor, child, successor, hierarchy=link.hierarchy, since=day, until=ends[link.pk])
    return row


@transaction.atomic
def close(actor: Actor, organisation: Organisation, *, reason: str) -> Organisation:
    """Mark an active organisation as closed; its history stays. Raises Refused if it is not active."""
    row = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if row.status != "active":
        raise Refused.because(logic.not_active(row))
    row.status = "closed"
    row.revision += 1
    row.save(update_fields=["status", "revision"])
    _trace(actor, "closed", row, reason=reason)
    return row


def host_from_name(actor: Actor, name: str, *, origin: str = "", kind: str = "other") -> Organisation:
    """The organisation a historic list names, entered without a code if nobody bears or bore that name."""
    return hosts_from_names(actor, [name], origin=origin, kind=kind)[name]


@transaction.atomic
def hosts_from_names(
    actor: Actor, names: Iterable[str], *, origin: str = "", kind: str = "other"
) -> dict[str, Organisation]:
    """The organisations that historic lists name, by the names as typed; a handful of queries however many.

    Present names are matched before former ones, one with a code before one without; a merged organisation stands for
    its successor. Names nobody bears or bore are entered without a code. Raises Refused for an empty name.
    """
    typed = {name: normal_name(name) for name in names}
    if empty := [name for name, normal in typed.items() if not normal]:
        raise Refused.because(*(logic.no_name(name) for name in empty))
    found = logic.bearers(set(typed.values()))
    missing = {normal: name for name, normal in reversed(typed.items()) if normal not in found}
    if missing:
        fresh = [
            Organisation(name=display_name(name), normal_name=normal, pinyin=pinyin_key(name), kind=kind, origin=origin)
            for normal, name in missing.items()
        ]
        # Another import may have entered the same name meanwhile: then theirs is the one.
        Organisation.objects.bulk_create(fresh, ignore_conflicts=True)
        entered = logic.bearers(set(missing))
        found |= entered
        trace.write(
            "organisations:organisation:hosts_entered",
            actor,
            payload={"origin": origin, "count": len(entered), "organisations": sorted(o.pk for o in entered.values())},
        )
    return {name: queries.standing(found[normal]) for name, normal in typed.items()}


def _trace(actor: Actor, action: str, organisation: Organisation, **payload: object) -> None:
    trace.write(
        f"organisations:organisation:{action}",
        actor,
        on_behalf_of=organisation.pk,
        payload={"organisation": organisation.pk, **payload},
    )


def _lock_hierarchies() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_HIERARCHY_LOCK])
