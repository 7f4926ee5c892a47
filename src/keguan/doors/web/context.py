"""What the page shell needs to know, on every page."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from keguan.casework.versions import title_of
from keguan.components.reader import language
from keguan.doors.web import navigation
from keguan.doors.web.looks import Look
from keguan.doors.web.who import unread_by
from keguan.kernel.actors import NOBODY, HeldDuty
from keguan.kernel.bilingual import Text
from keguan.registers.parties.roles import role_name


@dataclass(frozen=True, slots=True)
class Site:
    """The shell's view of this request."""

    name: Text
    home: str
    navigation: list[navigation.Item]
    person_name: str
    duties: tuple[Text, ...]
    sign_in: str
    sign_out: str
    account: str
    messages: str
    search: str
    unread: int
    other_language_href: str
    request_id: str
    look: Look
    footer: Text | None = None


def site(request: HttpRequest) -> dict[str, object]:
    """The context processor: everything the shell shows around a page."""
    actor = getattr(request, "actor", NOBODY)
    here = request.get_full_path() if request.method in ("GET", "HEAD") else request.path
    other = "zh" if language() == "en" else "en"
    plain = request.GET.copy()
    plain.pop("lang", None)  # or the page that one comes back to would stay as it was
    same = here if "lang" not in request.GET else request.path + ("?" + plain.urlencode() if plain else "")
    sign_in = reverse("sign_in")
    onward = "" if request.path in ("/", sign_in) else "?" + urlencode({"next": here})
    return {
        "site": Site(
            name=settings.PUBLISHER.name,
            home=reverse("home"),
            navigation=navigation.items(actor, request.path),
            person_name=actor.name if actor.is_known else "",
            duties=tuple(_duty(duty) for duty in actor.duties),
            sign_in="" if request.path == sign_in else sign_in + onward,
            sign_out=reverse("sign_out"),
            account=reverse("profile"),
            messages=reverse("messages"),
            search="" if request.path == reverse("search") else reverse("search"),
            unread=unread_by(request) if actor.is_known else 0,
            other_language_href=f"{reverse('language')}?{urlencode({'to': other, 'next': same})}",
            request_id=getattr(request, "request_id", ""),
            look=Look.chosen(request, here),
        )
    }


def _duty(duty: HeldDuty) -> Text:
    role = role_name(duty.role)
    if duty.deputy_for is not None:
        role = Text("{role}（代理）", "{role} (as deputy)").filled(role=role)
    if duty.programme:
        return Text("{role} · {programme}", "{role} · {programme}").filled(
            role=role, programme=title_of(duty.programme)
        )
    return role
