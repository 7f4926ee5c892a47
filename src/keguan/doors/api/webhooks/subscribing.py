"""Making webhooks, changing and ending them, and sending once more."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Final

from django.db import transaction

from keguan.doors.api.models import Webhook, WebhookDelivery
from keguan.doors.api.webhooks.addresses import target_of
from keguan.doors.api.webhooks.kinds import KINDS, TRIAL
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused
from keguan.registers.parties.models import Account
from keguan.registers.trace import services as trace

MOST: Final = 10
SPEAKS_FOR: Final = ("host", "administrator")
"""The duties by which somebody sets up a webhook for a whole organisation."""


def organisations_of(actor: Actor) -> set[int]:
    """The organisations for which the actor may set up a webhook."""
    return {duty.organisation for duty in actor.duties if duty.role in SPEAKS_FOR and duty.organisation is not None}


def make(
    account: Account,
    actor: Actor,
    address: str,
    kinds: Collection[str],
    organisation: int | None = None,
    *,
    request_id: str = "",
) -> Webhook:
    """A new webhook, and a trial on its way. Raises Refused with everything that is wrong."""
    problems = _wrong(actor, address, kinds, organisation)
    if Webhook.objects.filter(account=account, ended_at=None).count() >= MOST:
        say = Text("您已有 {most} 个推送地址。", "You have {most} webhooks already.").filled(most=MOST)
        problems.append(Problem("webhook.too_many", say, fix=Text("请先停用一个。", "End one first.")))
    if problems:
        raise Refused.because(*problems)
    with transaction.atomic():
        made = Webhook.objects.create(
            account=account,
            organisation_id=organisation,
            address=address,
            kinds=sorted(set(kinds)),
            salt=secrets.token_hex(16),
            made_at=clock.now(),
        )
        _try_out(made)
        trace.write("api:webhook:made", actor, request_id=request_id, payload=_said(made))
    return made


def change(
    webhook: Webhook,
    actor: Actor,
    address: str,
    kinds: Collection[str],
    organisation: int | None,
    *,
    request_id: str = "",
) -> Webhook:
    """The webhook goes elsewhere, or hears of other things, under the same key; to a new address a trial is on its way.

    Raises Refused with everything that is wrong, also where it was ended.
    """
    problems = _wrong(actor, address, kinds, organisation if organisation != webhook.organisation_id else None)
    with transaction.atomic():
        found = Webhook.objects.select_for_update(no_key=True).get(pk=webhook.pk)
        if found.ended_at is not None:
            fix = Text("请新建一个。", "Set up a new one.")
            problems.append(Problem("webhook.ended", Text("这个推送已停用。", "This webhook was ended."), fix=fix))
        if problems:
            raise Refused.because(*problems)
        was = (found.address, found.kinds, found.organisation_id)
        found.address, found.kinds, found.organisation_id = address, sorted(set(kinds)), organisation
        if was != (found.address, found.kinds, found.organisation_id):
            found.save(update_fields=["address", "kinds", "organisation"])
            trace.write("api:webhook:changed", actor, request_id=request_id, payload=_said(found))
        if address != was[0]:
            _try_out(found)
    return found


def _wrong(actor: Actor, address: str, kinds: Collection[str], organisation: int | None) -> list[Problem]:
    problems = []
    if isinstance(target := target_of(address), Problem):
        problems.append(target)
    if not kinds or not set(kinds) <= set(KINDS):
        say = Text("请至少选择一种事件。", "Choose at least one kind of event.")
        problems.append(Problem("webhook.kinds", say, "kinds"))
    if organisation is not None and organisation not in organisations_of(actor):
        say = Text("您不能代表这个单位。", "You do not speak for this organisation.")
        problems.append(Problem("right.missing", say, "organisation"))
    return problems


def _try_out(webhook: Webhook) -> None:
    """Put the trial on its way, anew where one went out before."""
    now = clock.now()
    anew = {"state": "waiting", "tries": 0, "outcome": "", "due_at": now, "happened_at": now, "changed_at": now}
    WebhookDelivery.objects.update_or_create(webhook=webhook, event=0, kind=TRIAL, defaults=anew)


def _said(webhook: Webhook) -> dict[str, object]:
    return {"webhook": webhook.pk, "kinds": webhook.kinds, "organisation": webhook.organisation_id}


def end(webhook: Webhook, actor: Actor, *, request_id: str = "") -> bool:
    """Nothing more goes to this address. Whether something still did."""
    with transaction.atomic():
        done = Webhook.objects.filter(pk=webhook.pk, ended_at=None).update(ended_at=clock.now())
        if done:
            trace.write("api:webhook:ended", actor, request_id=request_id, payload={"webhook": webhook.pk})
    return bool(done)


def send_again(delivery: WebhookDelivery, actor: Actor, *, request_id: str = "") -> bool:
    """Put a delivery that came to its end on its way once more. Whether it was at its end."""
    now = clock.now()
    with transaction.atomic():
        ended = WebhookDelivery.objects.filter(pk=delivery.pk, state__in=["sent", "given_up"], webhook__ended_at=None)
        done = ended.update(state="waiting", tries=0, due_at=now, changed_at=now)
        if done:
            payload = {"webhook": delivery.webhook_id, "delivery": delivery.pk}
            trace.write("api:webhook:resent", actor, request_id=request_id, payload=payload)
    return bool(done)
