"""Making, using and revoking tokens."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from keguan.doors.api.models import LONGEST, Token
from keguan.doors.api.scopes import SCOPES
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING
from keguan.kernel.problems import Problem, Refused
from keguan.registers.parties.access import account_and_actor
from keguan.registers.parties.models import Account
from keguan.registers.trace import services as trace

BEGINS: Final = "keguan_"
"""How every token begins, so that it is known for what it is wherever it leaks."""
MOST: Final = 20
NAME_MOST: Final = 80
_NOTED_EVERY: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who comes with a token: the person behind it, and what the token was made for."""

    actor: Actor
    account: Account
    token: int
    scopes: frozenset[str]


def make(
    account: Account, actor: Actor, name: str, scopes: Collection[str], last_day: date, *, request_id: str = ""
) -> tuple[Token, str]:
    """A new token, with what is shown once and never again. Raises Refused with everything that is wrong."""
    now = clock.now()
    problems = [*_wrong(name, scopes, last_day, now)]
    if standing(account).count() >= MOST:
        say = Text("您已有 {most} 个令牌。", "You have {most} tokens already.").filled(most=MOST)
        problems.append(Problem("token.too_many", say, fix=Text("请先撤销不用的。", "Revoke one that is not used.")))
    if problems:
        raise Refused.because(*problems)
    shown = BEGINS + secrets.token_urlsafe(32)
    with transaction.atomic():
        token = Token.objects.create(
            account=account,
            name=name,
            scopes=sorted(scopes),
            digest=digest_of(shown),
            hint=shown[: len(BEGINS) + 4],
            made_at=now,
            expires_at=min(datetime.combine(last_day + timedelta(days=1), time(0), BEIJING), now + LONGEST),
        )
        trace.write(
            "api:token:made",
            actor,
            request_id=request_id,
            payload={"token": token.pk, "scopes": token.scopes, "until": last_day.isoformat()},
        )
    return token, shown


def _wrong(name: str, scopes: Collection[str], last_day: date, now: datetime) -> list[Problem]:
    problems = []
    if not 0 < len(name) <= NAME_MOST:
        say = Text("请写明令牌的用途，最多 {most} 字。", "Say what the token is for, in at most {most} characters.")
        problems.append(Problem("token.name", say.filled(most=NAME_MOST), "name", name[:NAME_MOST]))
    if not scopes or not set(scopes) <= set(SCOPES):
        problems.append(Problem("token.scopes", Text("请至少选择一个范围。", "Choose at least one scope."), "scopes"))
    today = clock.local_date(now)
    if not today <= last_day < today + LONGEST:
        say = Text("到期日须在今天以后的一年之内。", "The last day must lie within a year from today.")
        problems.append(Problem("token.last_day", say, "last_day", last_day.isoformat()))
    return problems


def revoke(token: Token, actor: Actor, *, request_id: str = "") -> bool:
    """From now on the token opens nothing. Whether it still did."""
    with transaction.atomic():
        done = Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=clock.now())
        if done:
            trace.write("api:token:revoked", actor, request_id=request_id, payload={"token": token.pk})
    return bool(done)


def standing(account: Account) -> QuerySet[Token]:
    """The tokens of an account that still open something."""
    return Token.objects.filter(account=account, revoked_at=None, expires_at__gt=clock.now())


def bearer_of(shown: str) -> Bearer | None:
    """Who comes with this token; None where it is unknown, revoked or over, or its account is locked. Two queries."""
    if not shown.startswith(BEGINS):
        return None
    now = clock.now()
    token = Token.objects.filter(digest=digest_of(shown), revoked_at=None, expires_at__gt=now).first()
    found = account_and_actor(token.account_id) if token else None
    if token is None or found is None:
        return None
    # Rarely, because noting it writes.
    if token.used_at is None or now - token.used_at > _NOTED_EVERY:
        long_ago = Q(used_at=None) | Q(used_at__lt=now - _NOTED_EVERY)
        Token.objects.filter(long_ago, pk=token.pk).update(used_at=now)
    account, actor = found
    return Bearer(actor, account, token.pk, frozenset(token.scopes))


def digest_of(shown: str) -> str:
    """What is kept of a token. It holds 256 bits of chance: a plain digest is enough where a password would want more."""
    return sha256(shown.encode()).hexdigest()
