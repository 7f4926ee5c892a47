"""Who signs something proves again who they are."""

from __future__ import annotations

import time

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.mfa.utils import is_mfa_enabled
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
    account = request.user
    # allauth asks the database once for each way there is to prove it, also of who has just done so.
    if account.is_authenticated:
        if not (account.has_usable_password() or is_mfa_enabled(account)):
            return _UNPROVEN
        if _has_proved(request):
            return None
    raise_if_reauthentication_required(request, app="keguan")
    return None


def _has_proved(request: HttpRequest) -> bool:
    known = [one for one in get_authentication_records(request, request.user) if one.get("reauthenticated")]
    return bool(known) and time.time() - known[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT
