"""What happened since, and who is to hear of it.

Read from the trace, in which every deed stands, so that no path can forget to tell. The last minutes are looked through
again each time: an event may become visible after a later one, when its transaction took longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Max, QuerySet

from keguan.casework.models import Case
from keguan.casework.permissions import can_see_trace
from keguan.casework.versions import definition_of
from keguan.doors.api.models import Heard, Webhook, WebhookDelivery
from keguan.doors.api.webhooks.kinds import kinds_of
from keguan.kernel import clock
from keguan.registers.parties.access import actor_of
from keguan.registers.trace.models import Event

AGAIN: Final = timedelta(minutes=10)
"""Longer than any transaction takes."""
_AT_ONCE: Final = 2000


def listen() -> int:
    """Put on its way what is new. Returns how many deliveries were looked for; one that is there already stays one."""
    heard = Heard.objects.first()
    standing = list(Webhook.objects.filter(ended_at=None).select_related("account"))
    if heard is None or not standing:
        _up_to(Event.objects.aggregate(last=Max("id"))["last"] or 0)
        return 0
    new, after, settled = 0, heard.event, heard.event
    while events := list(_events(after)):
        new += _tell(events, standing)
        after = events[-1].pk
        old = [one.pk for one in events if one.at < clock.now() - AGAIN]
        settled = max([settled, *old])
    _up_to(settled)
    return new


def _events(after: int) -> QuerySet[Event]:
    return Event.objects.filter(
        pk__gt=after, tag__startswith="case:", tag__endswith=":accepted", outcome="done"
    ).order_by("pk")[:_AT_ONCE]


def _up_to(event: int) -> None:
    Heard.objects.update_or_create(pk=1, defaults={"event": event})


def _tell(events: Sequence[Event], standing: Sequence[Webhook]) -> int:
    numbers = {one.case_number for one in events}
    found = Case.objects.filter(number__in=numbers).select_related("programme")
    cases = {case.number: case for case in found}
    happened = [
        (event, cases[event.case_number], kind)
        for event in events
        if event.case_number in cases
        for kind in kinds_of(event, definition_of(cases[event.case_number].programme))
    ]
    rows = [row for webhook in standing for row in _for(webhook, happened)]
    with transaction.atomic():
        WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _for(webhook: Webhook, happened: Sequence[tuple[Event, Case, str]]) -> list[WebhookDelivery]:
    """What this webhook hears: the kinds it asked for, since it was made, of cases whose trace its person may read now."""
    wanted = [
        (event, case, kind)
        for event, case, kind in happened
        if kind in webhook.kinds and event.at >= webhook.made_at and webhook.organisation_id in (None, case.host_id)
    ]
    if not wanted:
        return []
    actor, now = actor_of(webhook.account), clock.now()
    return [
        WebhookDelivery(
            webhook=webhook,
            event=event.pk,
            kind=kind,
            number=case.number,
            due_at=now,
            happened_at=event.at,
            changed_at=now,
        )
        for event, case, kind in wanted
        if can_see_trace(actor, case)
    ]
