"""Read the trace. Who may see which events is for the callers: the trace knows nobody."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from keguan.registers.trace.models import Event, Personal


def events_of_case(case_number: str) -> QuerySet[Event]:
    """Everything that happened to one case, in the order it happened."""
    return Event.objects.filter(case_number=case_number).exclude(case_number="").order_by("id")


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


def personal_values(event_ids: list[int]) -> dict[int, dict[str, object]]:
    """The personal values not yet erased, by event and field; reading them is itself to be traced by the caller."""
    found: dict[int, dict[str, object]] = {}
    for event, name, value in Personal.objects.filter(event__in=event_ids).values_list("event_id", "field", "value"):
        found.setdefault(event, {})[name] = value
    return found
