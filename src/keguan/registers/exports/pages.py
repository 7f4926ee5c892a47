"""The pages of exports: how far one is, its file for its asker alone, and giving it up."""

from __future__ import annotations

from typing import cast

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.components import reader
from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.deeds import SeeOther
from keguan.components.lists import Listing
from keguan.components.notices import tell
from keguan.components.sheets import XLSX, as_xlsx, file_name
from keguan.components.status import Crumb, Status, Tone
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.registers.exports import services
from keguan.registers.exports.models import STATES, UNFINISHED, Export

MINE = Text("我的导出", "My exports")
_TONES: dict[str, Tone] = {
    "waiting": "info",
    "running": "info",
    "done": "good",
    "failed": "bad",
    "cancelled": "neutral",
}
_AGAIN_AFTER_SECONDS = 2
_MOST = 50


def hand_out(request: HttpRequest, listing: Listing) -> HttpResponseBase:
    """A list as a file: at once where it is short, otherwise by a job with a page of its own. Traced as a reading. Raises
    Refused."""
    actor = actor_on(request)
    if actor.person is None:
        return as_xlsx(listing)
    rows = listing.queryset.order_by()[: services.AT_ONCE + 1].count()
    request_id = cast(str, getattr(request, "request_id", ""))
    if rows > services.AT_ONCE:
        made = services.put_off(actor, listing, request.path, reader.language(), request_id)
        return SeeOther(reverse("export", args=[made.pk]))
    answer = as_xlsx(listing)
    services.note_reading(actor, listing, rows, request_id)
    return answer


@page(SIGNED_IN)
def exports(request: HttpRequest) -> HttpResponseBase:
    """The spreadsheets that this reader asked for in the last days."""
    rows = [(one, _state(one)) for one in Export.objects.filter(person=actor_on(request).person)[:_MOST]]
    context = {"exports": rows, "title": MINE, "kept_days": services.KEPT.days, "crumbs": [Crumb(MINE)]}
    return render(request, "exports/exports.html", context)


@page(SIGNED_IN)
def export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """How far one spreadsheet is. The page asks again by itself until it is ready."""
    found = _mine(request, pk)
    is_silent = found.state == "running" and found.beat_at < clock.now() - services.SILENT
    context = {
        "export": found,
        "state": _state(found),
        "is_unfinished": found.state in UNFINISHED,
        "is_silent": is_silent,
        "again": f"{found.path}?{found.query}",
        "kept_until": found.made_at + services.KEPT,
        "crumbs": [Crumb(MINE, reverse("exports")), Crumb(found.title)],
    }
    answer = render(request, "exports/export.html", context)
    if found.state in UNFINISHED and not is_silent:
        answer["Refresh"] = str(_AGAIN_AFTER_SECONDS)
    return answer


@page(SIGNED_IN, methods=("POST",))
def export_cancel(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Give it up."""
    found = _mine(request, pk)
    if services.cancel(actor_on(request), found):
        tell(request, Text("已取消导出。", "The export is cancelled."))
    else:
        tell(request, Text("这个导出已经结束，没有取消。", "This export had ended already."), "warn")
    return SeeOther(reverse("export", args=[pk]))


@page(SIGNED_IN)
def export_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, for its asker."""
    found = _mine(request, pk)
    place = services.place_of(found)
    if found.state != "done" or not place.exists():
        raise Http404
    return FileResponse(
        place.open("rb"), as_attachment=True, filename=file_name(found.title.zh, found.made_at), content_type=XLSX
    )


def _mine(request: HttpRequest, pk: int) -> Export:
    return get_object_or_404(Export, pk=pk, person=actor_on(request).person)


def _state(one: Export) -> Status:
    return Status(STATES[one.state], _TONES[one.state])
