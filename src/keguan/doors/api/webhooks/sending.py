"""Hand over what is due. A receiver may get the same message twice, never a lost one: its id stays the same."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from datetime import timedelta
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from keguan.doors.api.models import WebhookDelivery
from keguan.doors.api.webhooks import signing
from keguan.doors.api.webhooks.addresses import NotReachable, Target, ip_of, target_of
from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM
from keguan.kernel.problems import Problem
from keguan.registers.parties.access import actor_of
from keguan.registers.trace import services as trace

AT_ONCE: Final = 50
TIMEOUT_SECONDS: Final = 10
LEASE: Final = timedelta(minutes=30)
"""What is claimed for so long was claimed by a process that is no more."""
WAITS: Final = tuple(timedelta(minutes=n) for n in (1, 5, 30, 120, 480, 1440))
"""How long to wait after each try in vain; after the last, it is given up."""

KEPT: Final = timedelta(days=90)
"""So long a delivery that came to its end stays on its page."""

log = structlog.get_logger(__name__)


def send_due() -> int:
    """Send everything that is due now. Returns how many arrived. Several workers may do it at once."""
    WebhookDelivery.objects.filter(state="claimed", changed_at__lt=clock.now() - LEASE).update(state="waiting")
    sent = 0
    while claimed := _claim():
        for delivery in claimed:
            outcome = _sent(delivery)
            _settle(delivery, outcome)
            sent += outcome.startswith("2")
    return sent


def _claim() -> list[WebhookDelivery]:
    now = clock.now()
    with transaction.atomic():
        due = WebhookDelivery.objects.filter(state="waiting", due_at__lte=now, webhook__ended_at=None)
        rows = due.select_related("webhook__account").order_by("due_at", "pk")
        claimed = list(rows.select_for_update(of=("self",), no_key=True, skip_locked=True)[:AT_ONCE])
        keys = [one.pk for one in claimed]
        WebhookDelivery.objects.filter(pk__in=keys).update(state="claimed", changed_at=now)
    return claimed


def _sent(delivery: WebhookDelivery) -> str:
    """What came of one try: the status that was answered, or a word."""
    if not actor_of(delivery.webhook.account).is_known:
        return "account locked"
    target = target_of(delivery.webhook.address)
    if isinstance(target, Problem):
        return target.code
    body = body_of(delivery)
    message_id, now = f"msg_{delivery.pk}", int(clock.now().timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Keguan-Webhooks",
        **signing.headers(delivery.webhook, message_id, now, body),
    }
    try:
        return str(_posted(target, body, headers))
    except NotReachable as error:
        return str(error)
    except (OSError, http.client.HTTPException) as error:
        log.info("webhook not delivered", delivery=delivery.pk, error=type(error).__name__)
        return type(error).__name__


def body_of(delivery: WebhookDelivery) -> bytes:
    """What is told: that it happened, to which case, and where to read more. Never what the case says."""
    site, number = settings.PUBLISHER.address, delivery.number
    data = {"number": number}
    if number:
        data |= {"href": f"{site}{reverse('case', args=[number])}", "api": f"{site}/api/v1/cases/{number}"}
    said = {"type": delivery.kind, "timestamp": delivery.happened_at.isoformat(), "data": data}
    return json.dumps(said, separators=(",", ":")).encode()


class _Pinned(http.client.HTTPSConnection):
    """Goes to the network address that was looked at, whatever the name says by now; the certificate is the name's."""

    def __init__(self, target: Target, ip: str) -> None:
        super().__init__(target.host, target.port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
        self._ip, self._is_https, self._context_of = ip, target.is_https, ssl.create_default_context()

    def connect(self) -> None:
        self.sock = socket.create_connection((self._ip, self.port), self.timeout)
        if self._is_https:
            self.sock = self._context_of.wrap_socket(self.sock, server_hostname=self.host)


def _posted(target: Target, body: bytes, headers: dict[str, str]) -> int:
    """The status that was answered. Where it would lead on to is not followed."""
    connection = _Pinned(target, ip_of(target))
    try:
        connection.request("POST", target.path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def _settle(delivery: WebhookDelivery, outcome: str) -> None:
    now = clock.now()
    changes: dict[str, object] = {"outcome": outcome[:100], "changed_at": now}
    if outcome.isdecimal() and outcome.startswith("2"):
        changes["state"] = "sent"
    else:
        tries = delivery.tries + 1
        again = tries <= len(WAITS)
        changes |= {"tries": tries, "state": "waiting" if again else "given_up"}
        if again:
            changes["due_at"] = now + WAITS[tries - 1]
    with transaction.atomic():
        WebhookDelivery.objects.filter(pk=delivery.pk, state="claimed").update(**changes)
        if changes["state"] == "given_up":
            payload = {"webhook": delivery.webhook_id, "delivery": delivery.pk, "kind": delivery.kind}
            trace.write("api:webhook:given-up", SYSTEM, outcome="refused", payload=payload)


def forget_old() -> int:
    """Delete deliveries that came to their end long ago. Returns how many."""
    ended = WebhookDelivery.objects.filter(state__in=["sent", "given_up"], changed_at__lt=clock.now() - KEPT)
    return ended.delete()[0]
