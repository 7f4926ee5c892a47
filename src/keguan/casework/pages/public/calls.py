"""The public pages of calls: what is open, coming and past, and everything about one."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from keguan.casework import queries
from keguan.casework.models import Round
from keguan.casework.pages.call_search import COMING, OPEN, PAST, find_calls, state_of
from keguan.casework.pages.programme_words import doubt_explained, forms_said, kinds_said, numbers_said, steps_said
from keguan.casework.pages.public.linked_data import linked_data
from keguan.casework.pages.rounds.changes import compared, told_versions
from keguan.casework.rounds.versions import terms_of, versions_of
from keguan.casework.versions import definition_of
from keguan.components.access import PUBLIC, page
from keguan.components.lists import Column
from keguan.components.status import Crumb, Line
from keguan.kernel.bilingual import Text

CALLS = Text("申报通知", "Calls")
PAST_SHOWN = 30
"""Past calls on the first page; asked for by themselves, all stand there."""


_PAST_COLUMNS = (
    Column("title", Text("名称", "Title"), lambda one: one.title, link=lambda one: reverse("call", args=[one.code])),
    Column("programme", Text("计划", "Programme"), lambda one: one.programme.title),
    Column("closes", Text("截止", "Closed"), lambda one: one.closes, "deadline"),
)


@page(PUBLIC)
def calls(request: HttpRequest) -> HttpResponseBase:
    """Open, coming and past calls, narrowed by words and facets; those that close first at the top."""
    found = find_calls(request.GET)
    past = found.standing(PAST)
    most = len(past) if found.is_narrowed else PAST_SHOWN
    groups = [
        (title, [(one, kinds_said(definition_of(one.programme).programme)) for one in found.standing(state)], state)
        for title, state in ((Text("正在申报", "Open now"), OPEN), (Text("即将开放", "Coming"), COMING))
    ]
    context = {
        "found": found,
        "groups": groups,
        "open": OPEN,
        "past": past[:most],
        "past_columns": _PAST_COLUMNS,
        "past_left": len(past[most:]),
    }
    return render(request, "casework/calls.html", context)


@page(PUBLIC)
def call(request: HttpRequest, code: str) -> HttpResponseBase:
    """One call: dates, terms, who may apply, the steps, what is asked; its guide has all of it."""
    found = call_or_404(code)
    definition = definition_of(found.programme)
    state = state_of(found)
    context = {
        "round": found,
        "state": state,
        "is_open": state is OPEN,
        "programme": definition.programme,
        "lines": lines_of(found, kinds_said(definition.programme)),
        "steps": steps_said(definition),
        "forms": forms_said(definition),
        "numbers": (numbers := numbers_said(definition)),
        "doubt": doubt_explained(numbers),
        "linked_data": linked_data(request, found),
        "changed": told_versions(versions_of(found)),
        "crumbs": [Crumb(Text("通知与公示", "Calls and notices"), reverse("calls")), Crumb(found.title)],
    }
    return render(request, "casework/call.html", context)


@page(PUBLIC)
def call_version(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    """A published call as it stood from its publication, or a later change, to the next change: each term beside what it says
    now."""
    found = call_or_404(code)
    versions = {one.number: one for one in versions_of(found)}
    if number not in versions:
        raise Http404
    one, after = versions[number], versions.get(number + 1)
    title = Text("第 {n} 版", "Version {n}").filled(n=number)
    context = {
        "round": found,
        "version": one,
        "until": after.at if after else None,
        "terms": compared(one.terms, terms_of(found)),
        "title": title,
        "crumbs": [
            Crumb(CALLS, reverse("calls")),
            Crumb(found.title, reverse("call", args=[found.code])),
            Crumb(title),
        ],
    }
    return render(request, "casework/call_version.html", context)


def call_or_404(code: str) -> Round:
    """The published call of this code. Raises Http404."""
    found = queries.call(code)
    if found is None:
        raise Http404
    return found


def lines_of(found: Round, who: Text) -> list[Line | None]:
    """The terms of a call."""
    grace = Text(
        "截止前已开始填写的，可在截止后{n}分钟内提交",
        "a draft begun before closing may still come in {n} minutes later",
    )
    return [
        Line(Text("谁可以申报", "Who may apply"), who),
        Line(Text("开始", "Opens"), found.opens, "moment"),
        Line(
            Text("截止", "Closes"),
            found.closes,
            "deadline",
            note=Text("北京时间，以服务器时间为准", "Beijing time, by the server's clock"),
        ),
        Line(Text("延期理由", "Extended because"), found.extended_because, "prose") if found.extended_because else None,
        Line(Text("宽限", "Grace"), grace.filled(n=found.grace_minutes)) if found.grace_minutes else None,
        Line(Text("预算", "Budget"), found.budget_fen, "money") if found.budget_fen else None,
        Line(Text("每个推荐单位的限额", "Quota per recommender"), found.quota, "number") if found.quota else None,
        Line(Text("联系方式", "Contact"), found.contact, "prose") if found.contact else None,
        Line(Text("批次编号", "Round"), found.code),
        Line(Text("计划版本", "Programme version"), str(found.programme)),
    ]
