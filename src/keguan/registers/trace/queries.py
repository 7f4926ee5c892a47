"""Read the trace. Who may see which events is for the callers: the trace knows nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from keguan.registers.trace.models import Event, Personal


def events_of_case(case_number: str) -> QuerySet[Event]:
    """Everything that happened to one case, in the order it happened."""
    return Event.objects.filter(case_number=case_number).exclude(case_number="").order_by("id")


_COLUMNS = "tag, actor, outcome, payload, programme_digest"
_OF_CASE = "case_number = %s AND case_number <> '' AND NOT tag LIKE ANY(%s)"
_TOLD = f"""
(SELECT id, at, {_COLUMNS}, 1 AS times FROM trace_event WHERE {_OF_CASE} AND outcome <> 'read' ORDER BY id DESC LIMIT %s)
UNION ALL
(SELECT max(id), max(at), {_COLUMNS}, count(*) FROM trace_event WHERE {_OF_CASE} AND outcome = 'read'
    GROUP BY {_COLUMNS}, (at AT TIME ZONE 'Asia/Shanghai')::date ORDER BY 1 DESC LIMIT %s)
ORDER BY id"""  # noqa: S608 - texts of the house


def told_of_case(case_number: str, *, without: Sequence[str], most: int) -> list[Event]:
    """What one case's own page tells, the oldest first: the newest deeds, and beside them the newest readings. Those of one
    thing by one person on one day are one event, the last of them; its `times` says how many they were. One query.

    without: beginnings of tags that are left out. most: deeds, and readings so folded.
    """
    asked = [case_number, [f"{one}%" for one in without], most]
    return list(Event.objects.raw(_TOLD, asked * 2))


def events(
    *,
    actor: int | None = None,
    on_behalf_of: int | None = None,
    tag: str = "",
    case_number: str = "",
    outcome: str = "",
    request_id: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Event]:
    """Events that meet all the filters given, newest first.

    tag: the whole tag or its beginning (`case:`). since, until: [since, until) in UTC.
    """
    wanted = Q()
    for name, value in (
        ("actor", actor),
        ("on_behalf_of", on_behalf_of),
        ("case_number", case_number or None),
        ("outcome", outcome or None),
        ("request_id", request_id or None),
        ("tag__startswith", tag or None),
        ("at__gte", since),
        ("at__lt", until),
    ):
        if value is not None:
            wanted &= Q(**{name: value})
    return Event.objects.filter(wanted).order_by("-id")


def decided_at(one: Mapping[str, Any], event: Event) -> datetime:
    """When something was done, by the clock that decided it; what does not say that is told by when it was written.

    one: the event's payload, or a part of it.
    """
    return datetime.fromisoformat(one["at"]) if one.get("at") else event.at


def personal_values(event_ids: list[int]) -> dict[int, dict[str, object]]:
    """The personal values not yet erased, by event and field; reading them is itself to be traced by the caller."""
    found: dict[int, dict[str, object]] = {}
    for event, name, value in Personal.objects.filter(event__in=event_ids).values_list("event_id", "field", "value"):
        found.setdefault(event, {})[name] = value
    return found
