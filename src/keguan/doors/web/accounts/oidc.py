"""Signing in by the identity provider of the installation (OpenID Connect with PKCE)."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render

from keguan.components.access import PUBLIC, page
from keguan.settings.accounts import IDENTITY_PROVIDER


class SignedIdToken(OpenIDConnectOAuth2Adapter):
    """Checks the signature of the ID token always, and that the answer about the person is about the same one."""

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        # allauth trusts the connection over which the token came; inside a government network TLS often ends early.
        return dict(
            jwtkit.verify_and_decode(
                credential=id_token,
                keys_url=self.openid_config["jwks_uri"],
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                lookup_kid=jwtkit.lookup_kid_jwk,
                verify_signature=True,
            )
        )

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> Any:
        if not kwargs["response"].get("id_token"):
            raise _unsound("no ID token")
        login = super().complete_login(request, app, token, **kwargs)
        data = login.account.extra_data
        userinfo, id_token = data.get("userinfo") or {}, data.get("id_token") or {}
        if userinfo and userinfo.get("sub") != id_token.get("sub"):
            raise _unsound("userinfo about somebody else")
        return login


def _unsound(why: str) -> Exception:
    from allauth.socialaccount.providers.oauth2.client import OAuth2Error

    return OAuth2Error(why)


def provider_name() -> str:
    """What the provider of this installation is called; "" where none is configured."""
    for provider in settings.SOCIALACCOUNT_PROVIDERS.values():
        for app in provider.get("APPS", ()):
            return str(app["name"])
    return ""


@page(PUBLIC, methods=("POST",))
def oidc_login(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Go to the identity provider."""
    response = _adapted(OAuth2LoginView, request, provider_id)
    if isinstance(response, HttpResponseRedirect) and not response.url.startswith("/"):
        # Our policy lets no form lead to another site, so a page of ours leads there.
        shown = render(request, "socialaccount/leaving.html", {"address": response.url, "name": provider_name()})
        shown["Referrer-Policy"] = "no-referrer"
        return shown
    return response


@page(PUBLIC)
def oidc_callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Come back from the identity provider."""
    return _adapted(OAuth2CallbackView, request, provider_id)


def _adapted(view: Any, request: HttpRequest, provider_id: str) -> HttpResponseBase:
    if provider_id != IDENTITY_PROVIDER or not provider_name():
        raise Http404
    answer: HttpResponseBase = view.adapter_view(SignedIdToken(request, IDENTITY_PROVIDER))(request)
    return answer
