"""Who signs something proves again who they are."""

from __future__ import annotations

from allauth.account.internal.flows.reauthentication import (
    get_reauthentication_flows,
    raise_if_reauthentication_required,
)
from django.http import HttpRequest

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem

_UNPROVEN = Problem(
    "account.unproven",
    Text(
        "您的账户没有口令、动态口令或通行密钥，不能再次确认身份。",
        "Your account has no password, authenticator app or passkey to prove again who you are.",
    ),
    fix=Text(
        "请先在“我的账户”设置其中一种，再回来签署。", "Set one of them up under “My account”, then come back and sign."
    ),
)


def prove_again(request: HttpRequest) -> Problem | None:
    """Send whoever has not done so lately to prove who they are; a problem for who has nothing to prove it by, and whom
    allauth therefore asks for nothing. Raises allauth's way there."""
    raise_if_reauthentication_required(request, app="keguan")
    # A password is one way, and is seen without a query for each other way.
    account = request.user
    has_password = account.is_authenticated and account.has_usable_password()
    return None if has_password or get_reauthentication_flows(account) else _UNPROVEN
