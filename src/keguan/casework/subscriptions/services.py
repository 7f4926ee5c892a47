"""Subscriptions are asked for, confirmed by the address itself, told of new calls, and ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import structlog
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import QueryDict

from keguan.casework import queries
from keguan.casework.models import Round, RoundVersion
from keguan.casework.pages.call_search import FACETS, LASTING, news_at, published, tidy_words
from keguan.casework.rounds.versions import changes_of
from keguan.casework.subscriptions import mail
from keguan.casework.subscriptions.models import Announcement, Subscription
from keguan.components.facets import narrowed
from keguan.kernel import clock
from keguan.kernel.actors import NOBODY, SYSTEM
from keguan.kernel.bilingual import Language, Text
from keguan.kernel.problems import Problem, Refused
from keguan.registers.trace import services as trace

LONGEST_ADDRESS = 254
MOST_OF_AN_ADDRESS = 20
MOST_ASKED_AN_HOUR = 200
"""Requests that wait for their confirmation: more in an hour is somebody playing with other people's addresses."""
PATIENCE = timedelta(minutes=10)
"""How long an address is not asked again."""
KEPT_UNCONFIRMED = timedelta(days=3)

_log = structlog.get_logger(__name__)


def ask(address: str, words: str, asked: Mapping[str, str], language: Language) -> None:
    """Ask for a subscription; its address gets a mail to confirm it. An address that has it already gets none, and the
    answer is the same, so that nobody learns who subscribes.

    asked: facets of calls; those that change with the days are left out. Raises Refused.
    """
    address = _readable(address)
    now = clock.now()
    wanted = {key: asked[key][:100] for key in LASTING if asked.get(key)}
    with transaction.atomic():
        waiting = Subscription.objects.filter(confirmed_at=None, created_at__gt=now - timedelta(hours=1))
        if waiting.count() >= MOST_ASKED_AN_HOUR or _is_full(address):
            say = Text("现在不能再接受订阅申请。", "No more subscriptions can be taken now.")
            fix = Text("请过一小时再试，或改用 RSS。", "Try again in an hour, or use the feed.")
            raise Refused.because(Problem("subscription.too_many", say, "address", fix=fix))
        found, is_new = Subscription.objects.get_or_create(
            address=address,
            words=tidy_words(words),
            asked=wanted,
            defaults={"language": language, "created_at": now},
        )
        if found.confirmed_at or (found.mailed_at and now - found.mailed_at < PATIENCE):
            return
        Subscription.objects.filter(pk=found.pk).update(mailed_at=now)
        if is_new:
            trace.write("subscription:calls:asked", NOBODY, payload={"subscription": found.pk})
    try:
        mail.ask_to_confirm(found)
    except OSError as error:
        Subscription.objects.filter(pk=found.pk).update(mailed_at=None)
        say = Text("邮件没有发出去。", "The mail could not be sent.")
        fix = Text("请核对地址，或稍后再试。", "Check the address, or try again later.")
        raise Refused.because(Problem("subscription.mail", say, "address", fix=fix)) from error


def _is_full(address: str) -> bool:
    return Subscription.objects.filter(address=address).count() >= MOST_OF_AN_ADDRESS


def _readable(typed: str) -> str:
    address = typed.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        address = ""
    if not address or len(address) > LONGEST_ADDRESS:
        say = Text("这不是一个电子邮件地址。", "This is not a mail address.")
        fix = Text("请写成 name@example.org 这样。", "Write it like name@example.org.")
        raise Refused.because(Problem("subscription.address", say, "address", typed[:80], fix=fix))
    return address


def confirm(subscription: Subscription) -> None:
    """The address wants it. Asked twice, it stays confirmed."""
    with transaction.atomic():
        if Subscription.objects.filter(pk=subscription.pk, confirmed_at=None).update(confirmed_at=clock.now()):
            trace.write("subscription:calls:confirmed", NOBODY, payload={"subscription": subscription.pk})


def end(subscription: Subscription) -> None:
    """The address does not want it any more: it is deleted, with all that it was sent."""
    with transaction.atomic():
        pk = subscription.pk
        if Subscription.objects.filter(pk=pk).delete()[0]:
            trace.write("subscription:calls:ended", NOBODY, payload={"subscription": pk})


def tell_all() -> int:
    """Tell every confirmed subscription of the calls, and of the changes of calls, it has not been told of; returns the mails
    that went out.

    A mail that cannot be handed over is tried again by the next run. Whatever happens, none is sent twice.
    """
    now = clock.now()
    Subscription.objects.filter(confirmed_at=None, created_at__lt=now - KEPT_UNCONFIRMED).delete()
    mails = 0
    found: dict[tuple[str, tuple[tuple[str, str], ...]], list[Round]] = {}
    changes = changes_of(_calls("", ()))
    for subscription in Subscription.objects.exclude(confirmed_at=None).iterator():
        search = (subscription.words, tuple(sorted(subscription.asked.items())))
        if search not in found:
            found[search] = _calls(*search)
        mails += _told(subscription, found[search], changes)
    if mails:
        with transaction.atomic():
            trace.write("subscription:calls:told", SYSTEM, payload={"mails": mails})
    return mails


def _calls(words: str, asked: tuple[tuple[str, str], ...]) -> list[Round]:
    """The calls of a search that one can still apply for, or soon can."""
    wanted = QueryDict(mutable=True)
    wanted.update(dict(asked))
    standing = queries.calls(clock.now(), words.split())
    return list(narrowed([*standing.open, *standing.coming], FACETS, wanted).rows)


def _told(subscription: Subscription, calls: list[Round], changes: Mapping[int, RoundVersion]) -> bool:
    since = [one for one in calls if news_at(one) >= subscription.created_at]
    fresh = _claimed(subscription, since, changes) if since else []
    if not fresh:
        return False
    rows = Announcement.objects.filter(pk__in=[row.pk for row, _ in fresh])
    try:
        mail.tell_of(subscription, [(row.round, why) for row, why in fresh])
    except OSError as error:
        # It was not handed over, so it may be tried again.
        rows.delete()
        _log.error("subscription mail not sent", subscription=subscription.pk, error=type(error).__name__)
        return False
    rows.update(sent_at=clock.now())
    return True


def _claimed(
    subscription: Subscription, calls: list[Round], changes: Mapping[int, RoundVersion]
) -> list[tuple[Announcement, str]]:
    """What nobody has told this subscription yet, each with why it was changed, "" for what is new to it; from now on it counts
    as told."""
    with transaction.atomic():
        # Two workers at once: the second waits here, and then finds the rows of the first.
        if not Subscription.objects.select_for_update(no_key=True).filter(pk=subscription.pk).exists():
            return []
        rows = Announcement.objects.filter(subscription=subscription.pk).order_by("version")
        told = dict(rows.values_list("round", "version"))
        fresh: list[tuple[Announcement, str]] = []
        for one in calls:
            change = changes.get(one.pk)
            version = change.number if change else 1
            if told.get(one.pk, 0) < version:
                is_new = one.pk not in told and published(one) >= subscription.created_at
                row = Announcement(subscription=subscription, round=one, version=version)
                fresh.append((row, change.reason if change and not is_new else ""))
        Announcement.objects.bulk_create(row for row, _ in fresh)
    return fresh
