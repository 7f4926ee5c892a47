"""Who asks: the actor behind a request, found only when somebody wants to know."""

from __future__ import annotations

from functools import partial

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme

from keguan.doors.web.envelope import GetResponse
from keguan.kernel.actors import NOBODY, Actor
from keguan.registers.parties.access import account_and_actor
from keguan.registers.parties.models import Account


class Who:
    """Sets `request.actor`. Without a session cookie that is NOBODY and costs no query; otherwise it waits."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        request.actor = SimpleLazyObject(partial(_actor, request)) if has_session else NOBODY  # type: ignore[attr-defined]
        return self.get_response(request)


class Accounts(ModelBackend):
    """Django's way from a session to an account, with the actor found on the same way. A session ends with its password."""

    def get_user(self, user_id: int) -> Account | None:
        """The account, with who acts for it as `acting`; None where it is gone or locked."""
        found = account_and_actor(int(user_id))
        if found is None:
            return None
        account, actor = found
        account.acting = actor
        return account


def _actor(request: HttpRequest) -> Actor:
    account = auth.get_user(request)
    return account.acting if isinstance(account, Account) and account.acting is not None else NOBODY


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
