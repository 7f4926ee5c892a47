"""When a message may go out to somebody, by their wishes; and how they change them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import transaction

from keguan.casework.message_kinds import KINDS, How, MessageKind
from keguan.doors.mail.models import Delivery, Wishes
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING
from keguan.kernel.workdays import ONE_DAY, UnknownYear, Workdays
from keguan.registers.trace import services as trace

HOWS: Final[Mapping[How, Text]] = {
    "at_once": Text("立即", "At once"),
    "daily": Text("每日汇总", "Daily digest"),
    "weekly": Text("每周汇总", "Weekly digest"),
    "none": Text("不发邮件", "No mail"),
}
_TOO_LATE: Final = ("weekly", "none")
"""Not for what the law demands: a term that runs from a notice may be over before a weekly one comes."""
DIGEST_HOUR: Final = 8
"""When digests go out, in Beijing; weekly ones on Mondays."""

SATURDAY = 5


def hows(kind: MessageKind) -> tuple[How, ...]:
    """The ways that one may choose from: what the law demands comes within a day."""
    return tuple(how for how in HOWS if how not in _TOO_LATE or not kind.demanded_by)


def how(wishes: Wishes, word: str) -> How:
    """How mails of a kind come to this person."""
    kind = KINDS[word]
    chosen = wishes.by_kind.get(word)
    return chosen if chosen in hows(kind) else kind.how


def goes_out(wishes: Wishes, way: How, kind: MessageKind, at: datetime, calendar: Workdays) -> datetime | None:
    """The first moment from `at` on when it may go out; None where it is not wanted."""
    if way == "none":
        return None
    local = at.astimezone(BEIJING)
    if way != "at_once":
        days = 7 - local.weekday() if way == "weekly" else 1
        # What came before the hour of a digest goes out with it, and not a day (or a week) later.
        is_early = local.hour < DIGEST_HOUR and (way == "daily" or local.weekday() == 0)
        local = _begin_of(local.date() + timedelta(days=0 if is_early else days), DIGEST_HOUR)
    return _open(local, wishes, kind, calendar)


def _open(local: datetime, wishes: Wishes, kind: MessageKind, calendar: Workdays) -> datetime:
    start, end = wishes.quiet_from, wishes.quiet_until
    while True:
        if wishes.workdays_only and not kind.is_urgent and not _is_workday(local.date(), calendar):
            local = _begin_of(local.date() + ONE_DAY, DIGEST_HOUR)
        elif _is_quiet(local.hour, start, end):
            local = _begin_of(local.date() + (ONE_DAY if local.hour >= end else timedelta()), end)
        else:
            return local


def _is_quiet(hour: int, start: int, end: int) -> bool:
    return start <= hour < end if start <= end else hour >= start or hour < end


def _begin_of(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), BEIJING)


def _is_workday(day: date, calendar: Workdays) -> bool:
    try:
        return calendar.is_workday(day)
    except UnknownYear:
        # A deadline is never guessed; but that a mail waits for Monday needs no decree.
        return day.weekday() < SATURDAY


def wishes_of(person: int) -> Wishes:
    """A person's wishes; the defaults where they chose nothing."""
    return Wishes.objects.filter(pk=person).first() or Wishes(person_id=person)


@transaction.atomic
def choose(
    actor: Actor,
    by_kind: Mapping[str, How],
    *,
    quiet: tuple[int, int],
    workdays_only: bool,
    by_text: bool,
    request_id: str = "",
) -> Wishes:
    """Keep the actor's own wishes. What waits already is sent or stopped by the new ones. Raises ValueError for a way that a
    kind does not have."""
    assert actor.person is not None  # noqa: S101 - the page asks for somebody signed in
    for word, way in by_kind.items():
        if way not in hows(KINDS[word]):
            raise ValueError(f"{word} cannot come by {way}")
    row = wishes_of(actor.person)
    row.by_kind = {word: way for word, way in by_kind.items() if way != KINDS[word].how}
    row.quiet_from, row.quiet_until = quiet
    row.workdays_only, row.by_text = workdays_only, by_text and row.mobile_confirmed_at is not None
    row.save()
    _stop_waiting(actor.person, [word for word, way in by_kind.items() if way == "none"])
    payload = {
        "by_kind": dict(row.by_kind),
        "quiet": list(quiet),
        "workdays_only": workdays_only,
        "by_text": row.by_text,
    }
    trace.write("notice:wishes:chosen", actor, request_id=request_id, payload=payload)
    return row


@transaction.atomic
def stop(person: int, kinds: Sequence[str], actor: Actor, *, request_id: str = "") -> list[str]:
    """No more mails of these kinds to this person, but for what the law demands. Returns the kinds that stopped.

    actor: nobody, where it was a link in a mail that asked.
    """
    row = wishes_of(person)
    stopped = [word for word in kinds if word in KINDS and "none" in hows(KINDS[word])]
    row.by_kind = {**row.by_kind, **dict.fromkeys(stopped, "none")}
    row.save()
    _stop_waiting(person, stopped)
    payload = {"person": person, "kinds": stopped}
    trace.write("notice:wishes:stopped", actor, request_id=request_id, payload=payload)
    return stopped


def _stop_waiting(person: int, kinds: Sequence[str]) -> None:
    waiting = Delivery.objects.filter(person=person, channel="mail", state="waiting", message__kind__in=kinds)
    waiting.update(state="stopped", changed_at=clock.now())
