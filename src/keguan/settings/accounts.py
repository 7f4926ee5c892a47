"""How people sign in: django-allauth for second factors, passkeys, forgotten passwords and an identity provider."""

from __future__ import annotations

from pathlib import Path
from typing import Any

APPS = [
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

IDENTITY_PROVIDER = "oidc"
"""The one identity provider of an installation, as its addresses name it."""

IDLE_SECONDS = 5 * 3600
"""A session ends after so long without a click. Clicks are noted every quarter of an hour, so in truth 4¾ to 5 hours."""


def allauth_settings(*, is_demo: bool, is_https: bool) -> dict[str, Any]:
    """What django-allauth reads. Nobody signs up alone: accounts come from the registrar or by invitation."""
    return {
        "ACCOUNT_ADAPTER": "keguan.doors.web.accounts.adapters.AccountAdapter",
        "ACCOUNT_DEFAULT_HTTP_PROTOCOL": "https" if is_https else "http",
        "ACCOUNT_USER_MODEL_EMAIL_FIELD": None,
        "ACCOUNT_USER_MODEL_USERNAME_FIELD": "username",
        "ACCOUNT_LOGIN_METHODS": {"username"},
        "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"],
        "ACCOUNT_EMAIL_VERIFICATION": "none",  # not asked at sign-in; an address counts only once it is confirmed
        "ACCOUNT_CHANGE_EMAIL": True,
        "ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS": False,
        "ACCOUNT_EMAIL_NOTIFICATIONS": True,
        "ACCOUNT_EMAIL_SUBJECT_PREFIX": "",
        "ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE": False,
        "ACCOUNT_REAUTHENTICATION_REQUIRED": True,
        "ACCOUNT_REAUTHENTICATION_TIMEOUT": 600,
        "PASSWORD_RESET_TIMEOUT": 2 * 3600,
        "MFA_ADAPTER": "keguan.doors.web.accounts.adapters.SecondFactorAdapter",
        "MFA_SUPPORTED_TYPES": ["totp", "recovery_codes", "webauthn"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        # Clocks of telephones are wrong by some seconds.
        "MFA_TOTP_TOLERANCE": 1,
        # Browsers themselves allow passkeys without https on localhost only.
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": is_demo or not is_https,
        "SOCIALACCOUNT_ADAPTER": "keguan.doors.web.accounts.adapters.IdentityAdapter",
        "SOCIALACCOUNT_EMAIL_AUTHENTICATION": False,
        "SOCIALACCOUNT_STORE_TOKENS": False,
    }


def identity_providers(environment: Any) -> dict[str, Any]:
    """The OpenID Connect provider named by KEGUAN_OIDC_ISSUER, _CLIENT, _SECRET (or _SECRET_FILE) and _NAME; {} for none."""
    issuer, client = environment.get("KEGUAN_OIDC_ISSUER", ""), environment.get("KEGUAN_OIDC_CLIENT", "")
    if not issuer or not client:
        return {}
    file = environment.get("KEGUAN_OIDC_SECRET_FILE", "")
    secret = Path(file).read_text().strip() if file else environment.get("KEGUAN_OIDC_SECRET", "")
    app = {
        "provider_id": IDENTITY_PROVIDER,
        "name": environment.get("KEGUAN_OIDC_NAME", "") or issuer,
        "client_id": client,
        "secret": secret,
        "settings": {"server_url": issuer.rstrip("/"), "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}


def mail_settings(environment: Any, *, is_demo: bool, folder: Path) -> dict[str, Any]:
    """Mail by the SMTP server KEGUAN_SMTP_HOST; without one into files of `folder` in a demo, onto the console else."""
    host = environment.get("KEGUAN_SMTP_HOST", "")
    backend = "smtp" if host else "filebased" if is_demo else "console"
    return {
        "EMAIL_BACKEND": f"django.core.mail.backends.{backend}.EmailBackend",
        "EMAIL_FILE_PATH": folder,
        "EMAIL_HOST": host,
        "EMAIL_PORT": int(environment.get("KEGUAN_SMTP_PORT", "587")),
        "EMAIL_HOST_USER": environment.get("KEGUAN_SMTP_USER", ""),
        "EMAIL_HOST_PASSWORD": environment.get("KEGUAN_SMTP_PASSWORD", ""),
        "EMAIL_USE_TLS": environment.get("KEGUAN_SMTP_TLS", "starttls") == "starttls",
        "EMAIL_USE_SSL": environment.get("KEGUAN_SMTP_TLS", "starttls") == "tls",
        "EMAIL_TIMEOUT": 10,
        "DEFAULT_FROM_EMAIL": environment.get("KEGUAN_MAIL_FROM", "") or "keguan@localhost",
    }
