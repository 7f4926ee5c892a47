"""All addresses of the site. Rooms that are not built yet are left out, so that the others can stand."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from keguan.doors.web import (
    gallery,
    home,
    looks,
    members,
    merging,
    merging_bodies,
    registers,
    sign_in,
    tour,
    trace_pages,
)

REGISTERS = (
    "organisations",
    "parties",
    "codes",
    "experts",
    "projects",
    "documents",
    "certificates",
    "integrity",
    "funds",
    "ties",
    "imports",
)

# Addresses are tried one after the other: those first that are asked for most.
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("", include("keguan.casework.urls")),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/", sign_in.sign_in, name="account_login"),  # as allauth calls it
    path("", include("keguan.doors.web.accounts.urls")),
    path("", include("keguan.doors.mail.urls")),
    path("", include("keguan.doors.api.urls")),
    path("members/", members.members_home, name="members_home"),
    path("members/<int:pk>/", members.members, name="members"),
    path("members/<int:pk>/invite/", members.member_invite, name="member_invite"),
    path("members/<int:pk>/invitations/<int:invitation>/end/", members.invitation_end, name="invitation_end"),
    path("members/<int:pk>/duties/<int:duty>/end/", members.member_duty_end, name="member_duty_end"),
    path("members/<int:pk>/<int:person>/", members.member, name="member"),
    path("members/<int:pk>/<int:person>/duty/", members.member_duty, name="member_duty"),
    path("members/<int:pk>/<int:person>/leave/", members.member_leave, name="member_leave"),
    path("join/<str:token>/", members.join, name="join"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("language/", home.language, name="language"),
    path("look/", looks.look, name="look"),
    path("gallery/", gallery.gallery, name="gallery"),
    path("tour/", tour.tour, name="tour"),
    path("tour/<slug:role>/", tour.tour_role, name="tour_role"),
    path("health/", home.health, name="health"),
    path("registers/people/duplicates/", merging.duplicates, name="duplicates"),
    path("registers/people/<int:pk>/apart/<int:other>/", merging.person_apart, name="person_apart"),
    path("registers/people/<int:pk>/merge/", merging.person_merge, name="person_merge"),
    path("registers/organisations/<int:pk>/merge/", merging_bodies.organisation_merge, name="organisation_merge"),
    path("registers/", registers.registers, name="registers"),
    path("registers/trace/", trace_pages.trace, name="trace"),
    path("registers/trace/<int:pk>/", trace_pages.event, name="event"),
]
_standing = [f"keguan.registers.{name}" for name in REGISTERS if f"keguan.registers.{name}" in settings.INSTALLED_APPS]
urlpatterns += [path("registers/", include(f"{app}.urls")) for app in _standing if find_spec(f"{app}.urls")]
urlpatterns.append(path("", include("keguan.casework.subscriptions.urls")))
urlpatterns.append(path("", include("keguan.registers.exports.urls")))
urlpatterns.append(path("", include("keguan.registers.views.urls")))
urlpatterns.append(path("", include("keguan.panels.matching.urls")))
urlpatterns.append(path("", include("keguan.panels.draws.urls")))
urlpatterns.append(path("", include("keguan.panels.meetings.urls")))
urlpatterns.append(path("", include("keguan.insight.awards.urls")))
urlpatterns.append(path("", include("keguan.insight.rounds.urls")))
urlpatterns.append(path("", include("keguan.insight.similarity.urls")))
urlpatterns.append(path("", include("keguan.insight.search.urls")))

handler400 = "keguan.doors.web.refusals.bad_request"
handler403 = "keguan.doors.web.refusals.forbidden"
handler404 = "keguan.doors.web.refusals.not_found"
handler500 = "keguan.doors.web.refusals.broken"
