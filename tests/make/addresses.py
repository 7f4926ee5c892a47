"""An address for every page: which things of a world stand in it. The tests of all pages and the bench read the one table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests import make
from tests.make.world import World

from keguan.casework.models import CallChange, Notice
from keguan.doors.mail import stop_links
from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM
from keguan.panels.meetings.models import Item
from keguan.registers.codes.models import CodeTree
from keguan.registers.experts.models import Expert
from keguan.registers.funds import services as funds
from keguan.registers.organisations.models import Parent
from keguan.registers.parties.access import actor_for
from keguan.registers.trace.models import Event

NOT_PAGES = {
    *("health", "language", "look", "sign_out", "document_file", "case_document", "import_template", "my_data"),
    *(
        "case_form_progress",
        "case_preview_pdf",
        "case_book",
        "case_receipt_pdf",
        "case_answers",
        "resolution_pdf",
        "resolution_json",
        "minutes_pdf",
        "meeting_calendar",
        "defence_calendar",
    ),
    *(
        "calls_rss",
        "calls_atom",
        "calls_calendar",
        "call_calendar",
        "reviews_calendar",
        "review_sheet",
        "notices_rss",
        "notices_atom",
        "search_atom",
    ),
    *("awards_csv", "awards_360giving", "chart", "draw_file"),
    *("mfa_download_recovery_codes", "openid_connect_login", "openid_connect_callback"),
}
"""Answers that are no page of ours: files, feeds, a redirect, a machine's question."""

TAKES = {
    **dict.fromkeys(("call", "apply", "guide", "call_check", "round", "round_late", "round_progress"), "code"),
    **dict.fromkeys(("round_overview", "round_amend", "call_change", "call_change_drop"), "code"),
    "call_change_send_back": "changing",
    "call_version": "code 1",
    **dict.fromkeys(("case", "case_hand_over", "case_merits"), "number"),
    **dict.fromkeys(("case_form_now", "case_copy"), "draft"),
    **dict.fromkeys(("case_form", "case_submit", "case_preview", "case_writers"), "draft proposal"),
    **dict.fromkeys(("case_versions", "case_receipt"), "number proposal"),
    **dict.fromkeys(("round_edit", "round_delete"), "DRAFT-planner"),
    "round_send_back": "DRAFT-publisher",
    "office_checks": "code university",
    "office_case": "code university number",
    "recommendations": "code bureau",
    **dict.fromkeys(("panels", "review_sheet_back", "late_reviews"), "code review"),
    **dict.fromkeys(("ranking", "score_reading", "what_if"), "code rank"),
    **dict.fromkeys(("deciding", "meeting_new", "resolution", "resolution_sign"), "code decide"),
    "paper": "code decide number",
    "notice": "notice",
    **dict.fromkeys(("meeting", "meeting_change", "meeting_cancel", "meeting_schedule"), "meeting"),
    **dict.fromkeys(("meeting_slots", "meeting_minutes", "meeting_minutes_sign"), "meeting"),
    **dict.fromkeys(("meeting_item", "meeting_recusal"), "meeting item"),
    "meeting_do": "meeting vote",
    "event": "event",
    "code_tree": "tree",
    "person": "applicant",
    **dict.fromkeys(("expert", "expert_merits", "expert_confirm", "expert_correct", "expert_exit"), "expert"),
    **dict.fromkeys(("works", "work_new", "absence_new"), "expert"),
    "expert_move": "expert suspend",
    "work_drop": "work",
    **dict.fromkeys(("merit_rate", "merit_answer"), "merit"),
    "absence_drop": "absence",
    **dict.fromkeys(("tie", "tie_end"), "tie"),
    **{name: name for name in ("project", "document", "certificate", "sanction")},
    "sanction_lift": "sanction",
    **dict.fromkeys(
        ("organisation", "organisation_correct", "organisation_rename", "organisation_close", "organisation_merge"),
        "university",
    ),
    **dict.fromkeys(("parent_new", "sanction_organisation", "members", "member_invite"), "university"),
    "parent_end": "parent",
    **dict.fromkeys(("member", "member_duty", "member_leave"), "university member"),
    **dict.fromkeys(("duty_new", "account_new", "account_lock", "kin_new", "tie_new", "sanction_person"), "somebody"),
    **dict.fromkeys(("expert_new", "person_merge", "person_correct"), "somebody"),
    "person_apart": "somebody applicant",
    "duty_end": "duty",
    "notices_stop": "stop",
    **dict.fromkeys(("payment", "payment_take_back"), "paid"),
    "payment_paid": "payment",
}
"""What stands in the address of each page that needs something: names of `things`, or the very word."""
ASKS = {"what_if": "?line=0", "call_check": "?host={university}"}
"""What else some pages are asked."""


def things(of: World, code: str, number: str, draft: str) -> dict[str, Any]:
    """Something to stand at each place of an address. A round of this code needs a meeting and a case in its notice,
    and another one a change on its way."""
    somebody, expert = make.person(), Expert.objects.get(pk=of.experts[0])
    make.account(somebody)
    item = Item.objects.earliest("pk")
    paid = funds.record_paid(make.payment(on=clock.today()), SYSTEM, on=clock.today(), voucher="JZ-0012")
    return {
        "code": code,
        "number": number,
        "draft": draft,
        "university": of.university.pk,
        "bureau": of.bureau.pk,
        "applicant": of.people["applicant"].pk,
        "member": of.people["member"].pk,
        "somebody": somebody.pk,
        "expert": expert.pk,
        "meeting": item.meeting_id,
        "item": item.pk,
        "notice": Notice.objects.latest("pk").pk,
        "changing": CallChange.objects.exclude(round__code=code).latest("pk").round.code,
        "event": Event.objects.earliest("pk").pk,
        "tree": CodeTree.objects.get(name="gbt13745").pk,
        "work": make.work(expert).pk,
        "merit": make.merit(expert).pk,
        "absence": make.absence(expert).pk,
        "tie": make.tie(somebody).pk,
        "project": make.project().pk,
        "document": make.document(by=actor_for(of.people["applicant"])).pk,
        "certificate": make.certificate().pk,
        "sanction": make.sanction().pk,
        "parent": Parent.objects.get(child=of.university).pk,
        "duty": make.duty("finance", somebody).pk,
        "stop": stop_links.made(somebody.pk, ["waits"]),
        "paid": paid.pk,
        "payment": make.payment().pk,
    }


def address(name: str, takes: str, known: Mapping[str, Any]) -> str:
    """The address of a page with these things in it."""
    return reverse(name, args=[known.get(one, one) for one in takes.split()]) + ASKS.get(name, "").format_map(known)


def pages() -> Iterator[tuple[str, bool]]:
    """The name of every page, and whether its address needs something."""
    for name, route, methods in routes(get_resolver()):
        if "GET" in methods and name not in NOT_PAGES:
            yield name, "<" in route


def routes(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every route there is: its name, its address and its methods."""
    for entry in resolver.url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        elif isinstance(entry, URLPattern):
            yield str(entry.name), route, entry.callback.methods  # type: ignore[attr-defined]
