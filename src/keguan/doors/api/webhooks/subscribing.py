"""Making webhooks, ending them, and sending once more."""

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
    problems = []
    if isinstance(target := target_of(address), Problem):
        problems.append(target)
    if not kinds or not set(kinds) <= set(KINDS):
        say = Text("请至少选择一种事件。", "Choose at least one kind of event.")
        problems.append(Problem("webhook.kinds", say, "kinds"))
    if organisation is not None and organisation not in organisations_of(actor):
        say = Text("您不能代表这个单位。", "You do not speak for this organisation.")
        problems.append(Problem("right.missing", say, "organisation"))
    if Webhook.objects.filter(account=account, ended_at=None).count() >= MOST:
        say = Text("您已有 {most} 个推送地址。", "You have {most} webhooks already.").filled(most=MOST)
        problems.append(Problem("webhook.too_many", say, fix=Text("请先停用一个。", "End one first.")))
    if problems:
        raise Refused.because(*problems)
    now = clock.now()
    with transaction.atomic():
        made = Webhook.objects.create(
            account=account,
            organisation_id=organisation,
            address=address,
            kinds=sorted(kinds),
            salt=secrets.token_hex(16),
            made_at=now,
        )
        WebhookDelivery.objects.create(webhook=made, event=0, kind=TRIAL, due_at=now, happened_at=now, changed_at=now)
        payload = {"webhook": made.pk, "kinds": made.kinds, "organisation": organisation}
        trace.write("api:webhook:made", actor, request_id=request_id, payload=payload)
    return made


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
