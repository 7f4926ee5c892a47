"""What allauth does is traced too: signing in, and every change of what one signs in with."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa import signals as mfa
from allauth.socialaccount import signals as social
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from keguan.kernel.actors import NOBODY, Actor
from keguan.registers.parties import services
from keguan.registers.parties.access import actor_of
from keguan.registers.parties.models import Account
from keguan.registers.trace import services as trace


def write(request: HttpRequest, action: str, actor: Actor, outcome: str = "done", **what: Any) -> None:
    """One event of the web door about an account, in a transaction of its own."""
    with transaction.atomic():
        trace.write(f"web:{action}", actor, outcome=outcome, request_id=getattr(request, "request_id", ""), **what)


def failed(request: HttpRequest, username: str) -> None:
    """Somebody did not get in."""
    write(request, "sign-in:failed", NOBODY, "refused", personal={"username": username[:64]})


@receiver(account.user_logged_in)
def _signed_in(sender: Any, request: HttpRequest, user: Account, **_: Any) -> None:
    methods = [record["method"] for record in get_authentication_records(request, user)]
    write(request, "sign-in:done", actor_of(user), payload={"by": methods})


@receiver(mfa.authentication_failed)
def _second_factor_failed(sender: Any, request: HttpRequest, user: Account, **_: Any) -> None:
    write(request, "second-factor:failed", actor_of(user), "refused")


@receiver(mfa.authenticator_added)
def _added(sender: Any, request: HttpRequest, user: Account, authenticator: Any, **_: Any) -> None:
    write(request, "second-factor:added", actor_of(user), payload={"kind": authenticator.type})


@receiver(mfa.authenticator_removed)
def _removed(sender: Any, request: HttpRequest, user: Account, authenticator: Any, **_: Any) -> None:
    write(request, "second-factor:removed", actor_of(user), payload={"kind": authenticator.type})


@receiver(mfa.authenticator_reset)
def _reset(sender: Any, request: HttpRequest, user: Account, authenticator: Any, **_: Any) -> None:
    write(request, "second-factor:renewed", actor_of(user), payload={"kind": authenticator.type})


@receiver(social.social_account_added)
def _connected(sender: Any, request: HttpRequest, sociallogin: Any, **_: Any) -> None:
    write(request, "identity:connected", actor_of(sociallogin.user), personal={"subject": sociallogin.account.uid})


@receiver(social.social_account_removed)
def _disconnected(sender: Any, request: HttpRequest, socialaccount: Any, **_: Any) -> None:
    write(request, "identity:disconnected", actor_of(socialaccount.user))


@receiver(account.email_confirmed)
def _confirmed(sender: Any, request: HttpRequest, email_address: Any, **_: Any) -> None:
    """A confirmed address is the person's address in the register, too."""
    user = email_address.user
    person = user.person
    if person.email != email_address.email:
        services.correct_person(actor_of(user), person, revision=person.revision, email=email_address.email)
