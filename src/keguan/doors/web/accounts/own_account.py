"""One's own account: particulars, preferences, what one signs in with, where one is signed in, and one's own data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.internal.flows.connect import disconnect as drop_identity
from allauth.socialaccount.internal.flows.connect import validate_disconnect
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.deeds import Given, SeeOther, deed_page
from keguan.components.fields import Field
from keguan.components.lists import Choice
from keguan.components.notices import tell
from keguan.components.status import Crumb
from keguan.doors.mail.addresses import address_of
from keguan.doors.mail.queries import failed_lately
from keguan.doors.web.accounts import oidc, own_data, traces
from keguan.doors.web.accounts.words import is_ip_address
from keguan.doors.web.envelope import remember_language
from keguan.doors.web.who import SEEN
from keguan.kernel.bilingual import Text
from keguan.registers.parties import services
from keguan.registers.parties.models import Account

TITLE = Text("我的账户", "My account")
_LANGUAGES = (Choice("zh", Text("中文", "Chinese")), Choice("en", Text("英文", "English")))


@dataclass(frozen=True, slots=True)
class Place:
    """A browser in which the account is signed in."""

    browser: str
    ip: str
    begun_at: datetime
    seen_at: datetime
    is_here: bool


@page(SIGNED_IN)
def profile(request: HttpRequest) -> HttpResponseBase:
    """Everything about one's own account on one page."""
    account = _mine(request)
    factors = list(Authenticator.objects.filter(user=account).order_by("created_at"))
    context = {
        "title": TITLE,
        "account": account,
        "person_href": reverse("person", args=[account.person_id]),
        "has_password": account.has_usable_password(),
        "address": address_of(account.person_id),
        "waiting": EmailAddress.objects.filter(user=account, verified=False).first(),
        "has_app": any(one.type == Authenticator.Type.TOTP for one in factors),
        "has_codes": any(one.type == Authenticator.Type.RECOVERY_CODES for one in factors),
        "passkeys": [one for one in factors if one.type == Authenticator.Type.WEBAUTHN],
        "provider": oidc.provider_name(),
        "identity": SocialAccount.objects.filter(user=account).first(),
        "places": _places(request, account),
        "has_name": not is_ip_address(request.get_host()),
        "lost": failed_lately(actor_on(request)),
        "language": next(one.text for one in _LANGUAGES if one.value == account.language),
    }
    return render(request, "account/profile.html", context)


@page(SIGNED_IN, methods=("GET", "POST"))
def preferences(request: HttpRequest) -> HttpResponseBase:
    """Choose the language the platform writes to one in."""
    account = _mine(request)
    fields = [
        Field("language", "choice", Text("界面与通知的语言", "Language of pages and notices"), account.language,
              choices=_LANGUAGES, required=True),
    ]  # fmt: skip

    def do(given: Given) -> tuple[Text, str]:
        language = given.needed("language")
        given.check()
        services.prefer_language(actor_on(request), account, language)
        return Text("已保存。", "Saved."), reverse("profile")

    title = Text("偏好设置", "Preferences")
    back = reverse("profile")
    response = deed_page(
        request, title, fields, do, button=Text("保存", "Save"), back=back, crumbs=[Crumb(TITLE, back)]
    )
    if isinstance(response, SeeOther):
        remember_language(response, "en" if request.POST["language"] == "en" else "zh")
    return response


@page(SIGNED_IN, methods=("POST",))
def end_sessions(request: HttpRequest) -> HttpResponseBase:
    """Sign out everywhere but here."""
    account = _mine(request)
    end_other_sessions(request, account)
    traces.write(request, "sessions:ended", actor_on(request))
    tell(request, Text("其他设备上的登录已全部结束。", "You are signed out everywhere else."))
    return SeeOther(reverse("profile"))


@page(SIGNED_IN, methods=("GET", "POST"))
def export(request: HttpRequest) -> HttpResponseBase:
    """One's own data as an archive, after showing once more that it is oneself. Traced."""
    account = _mine(request)
    raise_if_reauthentication_required(request, app="keguan")
    if request.method == "POST":
        traces.write(request, "own-data:exported", actor_on(request))
        response = HttpResponse(own_data.archive(account), content_type="application/zip")
        response["Content-Disposition"] = 'attachment; filename="keguan-my-data.zip"'
        response["Cache-Control"] = "private, no-store"
        return response
    return render(request, "account/export.html", {"crumbs": [Crumb(TITLE, reverse("profile")), Crumb(EXPORT)]})


EXPORT = Text("导出本人数据", "Export my data")


@page(SIGNED_IN, methods=("POST",))
def disconnect(request: HttpRequest) -> HttpResponseBase:
    """Let go of the identity provider."""
    identity = SocialAccount.objects.filter(user=_mine(request)).first()
    if identity is None:
        raise Http404
    raise_if_reauthentication_required(request, app="allauth.socialaccount")
    try:
        validate_disconnect(request, identity)
    except ValidationError as error:
        one = " ".join(error.messages)
        tell(request, Text(one, one), "bad")
    else:
        drop_identity(request, identity)
    return SeeOther(reverse("profile"))


def _mine(request: HttpRequest) -> Account:
    account = request.user
    if not isinstance(account, Account):
        raise Http404
    return account


def _places(request: HttpRequest, account: Account) -> list[Place]:
    """The sessions that still open the account; those from before the last change of password do not."""
    known = {one.session_key: one for one in UserSession.objects.filter(user=account)}
    alive = Session.objects.filter(session_key__in=known, expire_date__gt=timezone.now())
    here, password = request.session.session_key, account.get_session_auth_hash()
    places = []
    for session in alive:
        content, entry = session.get_decoded(), known[session.session_key]
        if content.get(HASH_SESSION_KEY) == password:
            seen = datetime.fromtimestamp(content.get(SEEN, entry.created_at.timestamp()), UTC)
            places.append(
                Place(_browser(entry.user_agent), entry.ip, entry.created_at, seen, session.session_key == here)
            )
    return sorted(places, key=lambda place: (not place.is_here, -place.seen_at.timestamp()))


def _browser(agent: str) -> str:
    """The browser and the system in two words, as people know them."""
    browsers = (("Edg", "Edge"), ("OPR", "Opera"), ("Chrome", "Chrome"), ("Firefox", "Firefox"), ("Safari", "Safari"))
    systems = (("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
               ("Mac OS", "macOS"), ("Linux", "Linux"))  # fmt: skip
    browser = next((name for mark, name in browsers if mark in agent), agent[:30] or "—")
    system = next((name for mark, name in systems if mark in agent), "")
    return f"{browser} · {system}" if system else browser
