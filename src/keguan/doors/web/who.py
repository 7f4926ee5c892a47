"""Who asks: the actor behind a request, found only when somebody wants to know."""

from __future__ import annotations

import ipaddress
import time
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme

from keguan.casework.messages import UNREAD
from keguan.doors.web.envelope import GetResponse
from keguan.kernel.actors import NOBODY, Actor
from keguan.registers.parties.access import account_and_actor, actor_of
from keguan.registers.parties.models import Account

NOTED_EVERY_SECONDS = 15 * 60
LONGEST_SECONDS = 16 * 3600
"""However busy, after so long one signs in anew: more than any working day, less than a day and a night."""
BEGUN, SEEN = "keguan.begun", "keguan.seen"
"""When one signed in, and was last here: seconds kept in the session."""


class Who:
    """Sets `request.user` and `request.actor`. Without a session cookie it is nobody and costs no query; otherwise both wait."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        request.user = SimpleLazyObject(partial(_account, request)) if has_session else AnonymousUser()  # type: ignore[assignment]
        request.actor = SimpleLazyObject(partial(_actor, request)) if has_session else NOBODY  # type: ignore[attr-defined]
        response = self.get_response(request)
        if has_session:
            _note_activity(request)
        return response


class Accounts(ModelBackend):
    """Django's way from a session to an account, with the actor found on the same way. A session ends with its password."""

    def get_user(self, user_id: int) -> Account | None:
        """The account, with who acts for it as `acting`; None where it is gone or locked."""
        found = account_and_actor(int(user_id), unread=UNREAD)
        if found is None:
            return None
        account, actor = found
        account.acting = actor
        return account


def _account(request: HttpRequest) -> AbstractBaseUser | AnonymousUser:
    begun = request.session.get(BEGUN)
    if begun is not None and time.time() - begun > LONGEST_SECONDS:
        request.session.flush()
        return AnonymousUser()
    return auth.get_user(request)


def _actor(request: HttpRequest) -> Actor:
    account = request.user
    if not isinstance(account, Account):
        return NOBODY
    return account.acting if account.acting is not None else actor_of(account)


def unread_by(request: HttpRequest) -> int:
    """How many messages the reader has not read; no query beyond the one that finds them."""
    account = getattr(request, "user", None)
    return account.unread if isinstance(account, Account) else 0


def _begin_session(sender: Any, request: HttpRequest | None, **_: Any) -> None:
    if request is not None:
        request.session[BEGUN] = request.session[SEEN] = int(time.time())


user_logged_in.connect(_begin_session, dispatch_uid="keguan.session.begun")


def _note_activity(request: HttpRequest) -> None:
    """Let the session live on from now. Noted rarely, because noting it writes."""
    session = request.session
    if session.accessed and SEEN in session and time.time() - session[SEEN] > NOTED_EVERY_SECONDS:
        session[SEEN] = int(time.time())


def safe_next(request: HttpRequest, address: str | None, otherwise: str = "/") -> str:
    """An address on this site to go on to; anything that leads elsewhere is replaced."""
    if (
        address
        and address.startswith("/")
        and url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure())
    ):
        return address
    return otherwise


def address_of(request: HttpRequest) -> str:
    """The network address of the visitor; behind a proxy, what the proxy (the last in the line) saw."""
    if settings.SECURE_PROXY_SSL_HEADER:
        line = request.headers.get("X-Forwarded-For", "").split(",")
        if line[-1].strip():
            return line[-1].strip()[:64]
    return str(request.META.get("REMOTE_ADDR", ""))[:64]


def sound_address_of(request: HttpRequest) -> str:
    """The same where only a real network address will do; 0.0.0.0 for anything else."""
    try:
        return str(ipaddress.ip_address(address_of(request)))
    except ValueError:
        return "0.0.0.0"  # noqa: S104 - the address of nobody, nothing is bound to it
