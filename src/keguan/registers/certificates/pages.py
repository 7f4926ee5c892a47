"""The pages of certificates."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.components.access import SIGNED_IN, page
from keguan.components.list_pages import list_page
from keguan.components.status import Crumb, Line
from keguan.components.things import Section, thing_page
from keguan.kernel.bilingual import Text
from keguan.registers.certificates import lists
from keguan.registers.certificates.models import Certificate

_ALL = Certificate.objects.select_related("register", "holder", "holder_person")


@page(SIGNED_IN)
def certificates(request: HttpRequest) -> HttpResponseBase:
    """The registers of certificates."""
    return list_page(request, lists.CERTIFICATES, _ALL.all())


@page(SIGNED_IN)
def certificate(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One certificate."""
    found = get_object_or_404(_ALL, pk=pk)
    lines = [
        Line(Text("名录", "Register"), found.register.title),
        Line(
            Text("持有者", "Holder"),
            lists.holder_of(found),
            href=reverse("organisation", args=[found.holder_id]) if found.holder_id else "",
        ),
        Line(Text("名称", "Title"), found.title),
        Line(Text("起始日", "First day"), found.first_day, "day"),
        Line(Text("截止日", "Last day"), found.last_day, "day", note=Text("含当日", "included")),
        Line(Text("原因", "Reason"), found.reason) if found.reason else None,
        Line(Text("办件", "Case"), found.origin) if found.origin else None,
    ]
    crumbs = [
        Crumb(Text("名录", "Registers"), reverse("registers")),
        Crumb(lists.CERTIFICATES.title, reverse("certificates")),
    ]
    sections = [Section(Text("证书", "Certificate"), lines)]
    return thing_page(request, found.number, sections, crumbs=crumbs, status=lists.status_of(found))
