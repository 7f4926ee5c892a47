"""The public pages of results: the list, one result, statistics with charts, open data with its dictionary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.casework.rounds.kept_counts import COUNTED_ANEW
from keguan.components.access import PUBLIC, page
from keguan.components.list_pages import list_page
from keguan.components.lists import Column, Rows
from keguan.components.reader import about
from keguan.components.status import Crumb, Line
from keguan.components.typed import read_day
from keguan.insight import charts
from keguan.insight.awards import open_data
from keguan.insight.awards.lists import AWARDS, list_for
from keguan.insight.awards.pictures import tables
from keguan.insight.awards.queries import all_totals, award_of
from keguan.insight.awards.queries import awards as public_awards
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.registers.organisations.queries import regions_said

STATISTICS = Text("统计图表", "Statistics")
DATA = Text("开放数据", "Open data")


@page(PUBLIC)
def awards(request: HttpRequest) -> HttpResponseBase:
    """All results, the latest first."""
    rows = public_awards()
    return list_page(request, list_for(request.GET, rows), rows, template="awards/awards.html")


@page(PUBLIC)
def award(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One result, as its notice showed it."""
    found = award_of(get_object_or_404(public_awards(), pk=pk))
    region = regions_said([found.region])[found.region] if found.region else None
    context = {
        "award": found,
        "lines": [
            *(Line(Text(one["zh"], one["en"]), _value(one)) for one in found.shown),
            Line(Text("地区", "Region"), region) if region else None,
            Line(Text("计划", "Programme"), found.programme),
            Line(Text("批次", "Round"), found.round, href=reverse("call", args=[found.round_code]))
            if found.round_code
            else None,
            Line(
                Text("公示", "Public notice"), f"{found.since} – {found.until}", href=reverse("notice", args=[found.pk])
            ),
        ],
        "crumbs": [Crumb(AWARDS, reverse("awards")), Crumb(found.title)],
    }
    return render(request, "awards/award.html", context)


def _value(shown: Mapping[str, Any]) -> Text:
    return Text(str(shown["value"]), str(shown.get("value_en") or shown["value"]))


@page(PUBLIC)
def statistics(request: HttpRequest) -> HttpResponseBase:
    """Results by year, region, programme and host: a table each, and its charts once they are drawn."""
    columns = (
        Column("name", Text("类别", "Group"), lambda row: row.name),
        Column("count", Text("项数", "Results"), lambda row: row.count, "number"),
        Column("amount", Text("金额", "Amount"), lambda row: about(row.fen) or None, "money"),
    )
    found = all_totals()
    shown = [(table, [(chart, charts.is_drawn(chart)) for chart in table.charts]) for table in tables(found)]
    context = {
        "tables": shown,
        "columns": columns,
        "counted": found,
        "is_large": found.cases > COUNTED_ANEW,
        "is_waiting": any(not drawn for _, pictures in shown for _, drawn in pictures),
        "crumbs": [Crumb(AWARDS, reverse("awards")), Crumb(STATISTICS)],
    }
    return render(request, "awards/statistics.html", context)


@page(PUBLIC)
def picture(request: HttpRequest, digest: str) -> HttpResponseBase:
    """One chart as SVG. Its address changes with its numbers, so it may be kept for ever."""
    place = charts.place_of(digest)
    if not default_storage.exists(place):
        raise Http404
    answer = FileResponse(default_storage.open(place), content_type="image/svg+xml")
    answer["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer


@page(PUBLIC)
def data(request: HttpRequest) -> HttpResponseBase:
    """What there is as open data: the files, the licence, what each column means."""
    context = {
        "publisher": settings.PUBLISHER,
        "columns": open_data.COLUMNS,
        "today": clock.today(),
        "crumbs": [Crumb(AWARDS, reverse("awards")), Crumb(DATA)],
    }
    return render(request, "awards/data.html", context)


@page(PUBLIC)
def data_csv(request: HttpRequest) -> HttpResponseBase:
    """All results as CSV; `?until=2026-06-30` as of that day, `?for=spreadsheets` with a byte order mark."""
    until = _until(request)
    lines = open_data.as_csv(_published(request, until), for_spreadsheets=request.GET.get("for") == "spreadsheets")
    return _file(lines, f"awards-{until}.csv", "text/csv; charset=utf-8")


@page(PUBLIC)
def data_360giving(request: HttpRequest) -> HttpResponseBase:
    """Results with a published amount as a 360Giving package; 404 while there is none, for a package is never empty."""
    until = _until(request)
    if not _as_of(until).filter(fen__isnull=False).exists():
        raise Http404
    text = open_data.as_360giving(
        _published(request, until),
        page=request.build_absolute_uri(reverse("awards_data")),
        download=request.build_absolute_uri(),
        now=clock.now(),
        until=until,
    )
    return _file(text, f"360giving-{until}.json", "application/json")


def _until(request: HttpRequest) -> date:
    asked = request.GET.get("until", "")
    read = read_day(asked, "until") if asked else clock.today()
    if isinstance(read, Problem):
        raise Http404
    return min(read, clock.today())


def _as_of(until: date) -> Rows:
    over = datetime.combine(until + timedelta(days=1), datetime.min.time(), clock.BEIJING)
    return public_awards().filter(until__lte=over)


def _published(request: HttpRequest, until: date) -> Iterator[open_data.Published]:
    root = request.build_absolute_uri("/").rstrip("/")
    rows = open_data.streamed(_as_of(until).order_by("until", "pk"))
    return open_data.published(rows, lambda pk: root + reverse("award", args=[pk]))


def _file(lines: Iterator[str], name: str, kind: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(lines, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Link"] = f'<{settings.PUBLISHER.licence}>; rel="license"'
    # Open data is for machines of other sites too; it carries no cookie and no secret.
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
