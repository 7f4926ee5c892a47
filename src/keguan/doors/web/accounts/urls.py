"""The addresses of one's own account. allauth's views stand here one by one, each with the right it opens to."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.http import HttpRequest, HttpResponseBase
from django.urls import path, re_path

from keguan.components.access import PUBLIC, SIGNED_IN, Right, View, page
from keguan.doors.web.accounts import oidc, own_account

_BOTH = ("GET", "POST")


def _opened_to(right: Right) -> Callable[[View], View]:
    """A view of allauth as a page of the house: with its right, and a refused form as a 422."""

    def declare(view: View) -> View:
        @page(right, _BOTH)
        @wraps(view)
        def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            response = view(request, *args, **kwargs)
            context = getattr(response, "context_data", None) or {}
            context.pop("site", None)  # allauth's word for a host name would stand in for our shell's
            form = context.get("form")
            if request.method == "POST" and form is not None and form.is_bound and form.errors:
                response.status_code = 422
            return response

        return shown

    return declare


_public, _mine = _opened_to(PUBLIC), _opened_to(SIGNED_IN)

urlpatterns = [
    path("sign-in/second/", _public(mfa.authenticate), name="mfa_authenticate"),
    path("sign-in/passkey/", _public(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("sign-in/forgotten/", _public(account.password_reset), name="account_reset_password"),
    path("sign-in/forgotten/sent/", _public(account.password_reset_done), name="account_reset_password_done"),
    re_path(
        r"^sign-in/forgotten/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        _public(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "sign-in/forgotten/done/",
        _public(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("sign-in/provider/<slug:provider_id>/", oidc.oidc_login, name="openid_connect_login"),
    path("sign-in/provider/<slug:provider_id>/back/", oidc.oidc_callback, name="openid_connect_callback"),
    path("me/", own_account.profile, name="profile"),
    path("me/", own_account.profile, name="mfa_index"),
    path("me/", own_account.profile, name="mfa_list_webauthn"),
    path("me/email/", _mine(account.email), name="account_email"),
    path("me/email/<str:key>/", _public(account.confirm_email), name="account_confirm_email"),
    path("me/again/", _mine(account.reauthenticate), name="account_reauthenticate"),
    path("me/again/code/", _mine(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("me/again/passkey/", _mine(webauthn.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("me/authenticator/", _mine(totp.activate_totp), name="mfa_activate_totp"),
    path("me/authenticator/off/", _mine(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("me/recovery-codes/", _mine(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("me/recovery-codes/new/", _mine(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("me/recovery-codes/file/", _mine(codes.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("me/passkeys/new/", _mine(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("me/passkeys/<int:pk>/", _mine(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path("me/passkeys/<int:pk>/remove/", _mine(webauthn.remove_webauthn), name="mfa_remove_webauthn"),
    path("me/preferences/", own_account.preferences, name="preferences"),
    path("me/sessions/end/", own_account.end_sessions, name="sessions_end"),
    path("me/export/", own_account.export, name="my_data"),
    path("me/provider/disconnect/", own_account.disconnect, name="identity_disconnect"),
]
