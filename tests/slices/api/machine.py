"""A program that comes with a token."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client
from tests import make

from keguan.doors.api import tokens
from keguan.doors.api.scopes import SCOPES, Scope
from keguan.kernel import clock
from keguan.kernel.clock import local_date
from keguan.registers.parties.access import actor_of
from keguan.registers.parties.models import Account, Person


def token_of(person: Person, *scopes: Scope) -> str:
    """A token of this person, for everything unless scopes are given."""
    account = Account.objects.filter(person=person).first() or make.account(person)
    last_day = local_date(clock.now() + timedelta(days=30))
    return tokens.make(account, actor_of(account), "测试", scopes or tuple(SCOPES), last_day)[1]


class Machine(Client):
    """A program; without a token it comes as nobody."""

    def __init__(self, token: str = "", **more: Any) -> None:
        super().__init__(headers={"authorization": f"Bearer {token}"} if token else None, **more)
