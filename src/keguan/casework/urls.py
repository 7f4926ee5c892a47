"""The addresses of casework, at the root of the site."""

from __future__ import annotations

from django.urls import path

from keguan.casework.documents import files
from keguan.casework.documents import pages as papers
from keguan.casework.pages.case import actions, handling, keeping
from keguan.casework.pages.case import merits as case_merits
from keguan.casework.pages.case import page as case
from keguan.casework.pages.case import versions as case_versions
from keguan.casework.pages.desks import batches, cases, deputies, messages, office_checks, recommendations, todo
from keguan.casework.pages.form import apply, autosave, submit, writers
from keguan.casework.pages.form import page as form
from keguan.casework.pages.public import calendars, calls, feeds, guide, notices, prechecks
from keguan.casework.pages.reviews import agenda, declining, late, reviews
from keguan.casework.pages.reviews import sheets as review_sheets
from keguan.casework.pages.rounds import amending as round_amending
from keguan.casework.pages.rounds import progress, rankings, resolutions, rounds, score_readings, what_if
from keguan.casework.pages.rounds import set_up as round_set_up

urlpatterns = [
    # First what everybody who types asks for every other second: addresses are tried one after the other.
    path("cases/<slug:number>/form/<slug:form>/autosave/", autosave.case_form_autosave, name="case_form_autosave"),
    path("calls/", calls.calls, name="calls"),
    path("calls/feed.rss", feeds.calls_rss, name="calls_rss"),
    path("calls/feed.atom", feeds.calls_atom, name="calls_atom"),
    path("calls/calendar.ics", calendars.calls_calendar, name="calls_calendar"),
    path("calls/<slug:code>/", calls.call, name="call"),
    path("calls/<slug:code>/versions/<int:number>/", calls.call_version, name="call_version"),
    path("calls/<slug:code>/guide/", guide.guide, name="guide"),
    path("calls/<slug:code>/calendar.ics", calendars.call_calendar, name="call_calendar"),
    path("calls/<slug:code>/check/", prechecks.call_check, name="call_check"),
    path("calls/<slug:code>/apply/", apply.apply, name="apply"),
    path("notices/", notices.notices, name="notices"),
    path("notices/feed.rss", feeds.notices_rss, name="notices_rss"),
    path("notices/feed.atom", feeds.notices_atom, name="notices_atom"),
    path("notices/<int:pk>/", notices.notice, name="notice"),
    path("notices/<int:pk>/object/", actions.object_to, name="object_to"),
    path("todo/", todo.todo, name="todo"),
    path("messages/", messages.messages, name="messages"),
    path("my-cases/", cases.my_cases, name="my_cases"),
    path("my-cases/archived/", cases.my_archive, name="my_archive"),
    path("reviews/", reviews.reviews, name="reviews"),
    path("reviews/calendar.ics", reviews.reviews_calendar, name="reviews_calendar"),
    path("reviews/<slug:code>/<slug:step>/sheet.xlsx", review_sheets.review_sheet, name="review_sheet"),
    path("reviews/<slug:code>/<slug:step>/sheet/", review_sheets.review_sheet_back, name="review_sheet_back"),
    path("progress/", progress.progress, name="progress"),
    path("progress/<slug:code>/", progress.round_progress, name="round_progress"),
    path("progress/<slug:code>/remind/", progress.remind, name="progress_remind"),
    path("progress/<slug:code>/order/<int:organisation>/", recommendations.recommendations, name="recommendations"),
    path(
        "progress/<slug:code>/order/<int:organisation>/endorse/",
        recommendations.endorse,
        name="recommendations_endorse",
    ),
    path(
        "progress/<slug:code>/order/<int:organisation>/close-gaps/",
        recommendations.close_gaps,
        name="recommendations_close_gaps",
    ),
    path("me/deputies/", deputies.deputies, name="deputies"),
    path("me/deputies/<int:pk>/end/", deputies.deputy_end, name="deputy_end"),
    path("progress/<slug:code>/checks/<int:organisation>/", office_checks.office_checks, name="office_checks"),
    path(
        "progress/<slug:code>/checks/<int:organisation>/<int:pk>/drop/",
        office_checks.item_drop,
        name="office_item_drop",
    ),
    path(
        "progress/<slug:code>/checks/<int:organisation>/<slug:number>/", office_checks.case_checks, name="office_case"
    ),
    path("batches/", batches.batches, name="batches"),
    path("batches/new/", batches.batch_new, name="batch_new"),
    path("batches/<int:pk>/", batches.batch, name="batch"),
    path("batches/<int:pk>/<slug:do>/", batches.batch_do, name="batch_do"),
    path("cases/", cases.cases, name="cases"),
    path("cases/<slug:number>/", case.case, name="case"),
    path("cases/<slug:number>/form/", form.case_form_now, name="case_form_now"),
    path("cases/<slug:number>/form/<slug:form>/", form.case_form, name="case_form"),
    path("cases/<slug:number>/form/<slug:form>/progress/", autosave.case_form_progress, name="case_form_progress"),
    path("cases/<slug:number>/form/<slug:form>/writers/", writers.case_writers, name="case_writers"),
    path("cases/<slug:number>/form/<slug:form>/submit/", submit.case_submit, name="case_submit"),
    path("cases/<slug:number>/form/<slug:form>/preview/", papers.case_preview, name="case_preview"),
    path("cases/<slug:number>/form/<slug:form>/preview.pdf", papers.case_preview_pdf, name="case_preview_pdf"),
    path("cases/<slug:number>/form/<slug:form>/book.pdf", papers.case_book, name="case_book"),
    path("cases/<slug:number>/form/<slug:form>/receipt/", papers.case_receipt, name="case_receipt"),
    path("cases/<slug:number>/form/<slug:form>/receipt.pdf", papers.case_receipt_pdf, name="case_receipt_pdf"),
    path("cases/<slug:number>/form/<slug:form>/answers.json", papers.case_answers, name="case_answers"),
    path("cases/<slug:number>/form/<slug:form>/versions/", case_versions.case_versions, name="case_versions"),
    path("cases/<slug:number>/merits/", case_merits.case_merits, name="case_merits"),
    path("cases/<slug:number>/decline/", declining.seat_decline, name="seat_decline"),
    path("cases/<slug:number>/do/<slug:verb>/", actions.case_do, name="case_do"),
    path("cases/<slug:number>/review/remind/", late.case_review_remind, name="case_review_remind"),
    path("cases/<slug:number>/review/draft/", reviews.case_review_draft, name="case_review_draft"),
    path("cases/<slug:number>/notes/", handling.case_note, name="case_note"),
    path("cases/<slug:number>/notes/<int:pk>/strike/", handling.case_note_strike, name="case_note_strike"),
    path("cases/<slug:number>/hand-over/", handling.case_hand_over, name="case_hand_over"),
    path("cases/<slug:number>/archive/", keeping.case_archive, name="case_archive"),
    path("cases/<slug:number>/copy/", keeping.case_copy, name="case_copy"),
    path("cases/<slug:number>/withdraw/", actions.withdraw, name="case_withdraw"),
    path("documents/<int:pk>/", files.case_document, name="case_document"),
    path("rounds/", rounds.rounds, name="rounds"),
    path("rounds/new/", round_set_up.round_new, name="round_new"),
    path("rounds/<slug:code>/", rounds.round_, name="round"),
    path("rounds/<slug:code>/edit/", round_set_up.round_edit, name="round_edit"),
    path("rounds/<slug:code>/delete/", round_set_up.round_delete, name="round_delete"),
    path("rounds/<slug:code>/send-back/", round_set_up.round_send_back, name="round_send_back"),
    path("rounds/<slug:code>/publish/", rounds.round_publish, name="round_publish"),
    path("rounds/<slug:code>/assign/", rounds.round_assign, name="round_assign"),
    path("rounds/<slug:code>/amend/", round_amending.round_amend, name="round_amend"),
    path("rounds/<slug:code>/change/", round_amending.call_change, name="call_change"),
    path("rounds/<slug:code>/change/publish/", round_amending.call_change_publish, name="call_change_publish"),
    path("rounds/<slug:code>/change/send-back/", round_amending.call_change_send_back, name="call_change_send_back"),
    path("rounds/<slug:code>/change/drop/", round_amending.call_change_drop, name="call_change_drop"),
    path("rounds/<slug:code>/late/", rounds.round_late, name="round_late"),
    path("rounds/<slug:code>/extend/", rounds.round_extend, name="round_extend"),
    path("rounds/<slug:code>/reviews/<slug:step>/late/", late.late_reviews, name="late_reviews"),
    path("rounds/<slug:code>/ranking/<slug:step>/", rankings.ranking, name="ranking"),
    path("rounds/<slug:code>/ranking/<slug:step>/adopt/", rankings.ranking_adopt, name="ranking_adopt"),
    path("rounds/<slug:code>/ranking/<slug:step>/scores/", score_readings.score_reading, name="score_reading"),
    path("rounds/<slug:code>/ranking/<slug:step>/what-if/", what_if.what_if, name="what_if"),
    path("rounds/<slug:code>/decide/<slug:step>/papers/<slug:number>/", agenda.paper, name="paper"),
    path("rounds/<slug:code>/decide/<slug:step>/", rankings.deciding, name="deciding"),
    path("rounds/<slug:code>/decide/<slug:step>/resolution/", resolutions.resolution, name="resolution"),
    path("rounds/<slug:code>/decide/<slug:step>/resolution/fix/", resolutions.fix, name="resolution_fix"),
    path("rounds/<slug:code>/decide/<slug:step>/resolution/sign/", resolutions.sign, name="resolution_sign"),
    path("rounds/<slug:code>/decide/<slug:step>/resolution.json", papers.resolution_json, name="resolution_json"),
    path("rounds/<slug:code>/decide/<slug:step>/resolution.pdf", papers.resolution_pdf, name="resolution_pdf"),
]
