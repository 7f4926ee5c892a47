"""The addresses of casework, at the root of the site."""

from __future__ import annotations

from django.urls import path

from keguan.casework.pages import (
    actions,
    apply,
    calendars,
    calls,
    case,
    cases,
    documents,
    feeds,
    form,
    guide,
    notices,
    rankings,
    round_set_up,
    rounds,
    submit,
    todo,
)

urlpatterns = [
    path("calls/", calls.calls, name="calls"),
    path("calls/feed.rss", feeds.calls_rss, name="calls_rss"),
    path("calls/feed.atom", feeds.calls_atom, name="calls_atom"),
    path("calls/calendar.ics", calendars.calls_calendar, name="calls_calendar"),
    path("calls/<slug:code>/", calls.call, name="call"),
    path("calls/<slug:code>/guide/", guide.guide, name="guide"),
    path("calls/<slug:code>/calendar.ics", calendars.call_calendar, name="call_calendar"),
    path("calls/<slug:code>/apply/", apply.apply, name="apply"),
    path("notices/", notices.notices, name="notices"),
    path("notices/feed.rss", feeds.notices_rss, name="notices_rss"),
    path("notices/feed.atom", feeds.notices_atom, name="notices_atom"),
    path("notices/<int:pk>/", notices.notice, name="notice"),
    path("notices/<int:pk>/object/", actions.object_to, name="object_to"),
    path("todo/", todo.todo, name="todo"),
    path("my-cases/", cases.my_cases, name="my_cases"),
    path("cases/", cases.cases, name="cases"),
    path("cases/<slug:number>/", case.case, name="case"),
    path("cases/<slug:number>/form/", form.case_form_now, name="case_form_now"),
    path("cases/<slug:number>/form/<slug:form>/", form.case_form, name="case_form"),
    path("cases/<slug:number>/form/<slug:form>/submit/", submit.case_submit, name="case_submit"),
    path("cases/<slug:number>/do/<slug:verb>/", actions.case_do, name="case_do"),
    path("cases/<slug:number>/withdraw/", actions.withdraw, name="case_withdraw"),
    path("documents/<int:pk>/", documents.case_document, name="case_document"),
    path("rounds/", rounds.rounds, name="rounds"),
    path("rounds/new/", round_set_up.round_new, name="round_new"),
    path("rounds/<slug:code>/", rounds.round_, name="round"),
    path("rounds/<slug:code>/publish/", rounds.round_publish, name="round_publish"),
    path("rounds/<slug:code>/assign/", rounds.round_assign, name="round_assign"),
    path("rounds/<slug:code>/extend/", rounds.round_extend, name="round_extend"),
    path("rounds/<slug:code>/ranking/<slug:step>/", rankings.ranking, name="ranking"),
    path("rounds/<slug:code>/ranking/<slug:step>/adopt/", rankings.ranking_adopt, name="ranking_adopt"),
    path("rounds/<slug:code>/decide/<slug:step>/", rankings.deciding, name="deciding"),
]
