"""Handing in: what will be handed in is shown once more, then goes through the one write door."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from keguan.casework import services, vacancies
from keguan.casework.pages.answering import request_id, status_of_refusal
from keguan.casework.pages.answers import named, shown_form
from keguan.casework.pages.case_words import case_href
from keguan.casework.pages.form.page import crumbs
from keguan.casework.pages.form.sections import standings
from keguan.casework.pages.form.sheet import Checked, Sheet, checked, is_late, sheet_for
from keguan.casework.steps.verdict_rows import rows_of
from keguan.components.access import SIGNED_IN, page
from keguan.components.deeds import SeeOther
from keguan.components.notices import tell
from keguan.components.typed import posted_key
from keguan.engine.decision import Command
from keguan.engine.moves import names_in, refuse
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING, now
from keguan.kernel.problems import Problem, Refusal
from keguan.language.schema import Agree, Apply
from keguan.language.wording import with_place

_DONE = Text(
    "已提交：{title}。编号 {number}，服务器时间 {at:%Y-%m-%d %H:%M:%S}。",
    "Handed in: {title}. Number {number}, server time {at:%Y-%m-%d %H:%M:%S}.",
)


@page(SIGNED_IN, methods=("GET", "POST"))
def case_submit(request: HttpRequest, number: str, form: str) -> HttpResponseBase:
    """Look once more, and hand in."""
    if request.method == "POST":
        # The write door checks everything; the page need not do so before it.
        return _handed_in(request, sheet_for(request, number, form, with_facts=False))
    sheet = sheet_for(request, number, form)
    if not (sheet.is_open and sheet.leads):
        return SeeOther(case_href(number))
    found = checked(sheet, sheet.values, complete=True)
    if found.problems:
        return SeeOther(reverse("case_form", args=[number, form]) + "?check=1")
    return _confirm(request, sheet, found)


def _handed_in(request: HttpRequest, sheet: Sheet) -> HttpResponseBase:
    number, form = sheet.case.number, str(sheet.form.form)
    answer: services.Done | Refusal
    if sheet.is_open and request.POST.get("revision") != str(sheet.revision):
        said = Text(
            "确认页打开后草稿又有修改，请重新核对。",
            "The draft has changed since this page was opened; check it again.",
        )
        answer = refuse("draft.stale", said)
    elif sheet.is_open and request.POST.get("confirmed") != "yes":
        answer = refuse(
            "submit.unconfirmed", Text("请勾选承诺后提交。", "Tick the declaration, then submit."), where="confirmed"
        )
    else:
        # The draft as it was confirmed, so that a second click sends the same again even when the step has moved on.
        values = sheet.values if sheet.is_open or sheet.draft is None else sheet.draft
        content = {"values": values, "confirmed": True}
        command = Command(_verb(sheet, request.POST.get("step", "")), request.POST.get("step", ""), content)
        answer = services.act(number, command, sheet.actor, posted_key(request), request_id=request_id(request))
    if isinstance(answer, Refusal):
        fresh = sheet_for(request, number, form)
        if not fresh.is_open:
            return _closed(request, fresh, answer)
        found = checked(fresh, fresh.values, complete=True)
        return _confirm(request, fresh, found, answer.problems, status_of_refusal(answer))
    at = now().astimezone(BEIJING)
    tell(request, _DONE.filled(title=sheet.form.title, number=number, at=at))
    return SeeOther(case_href(number))


def _verb(sheet: Sheet, step_id: str) -> str:
    steps = sheet.situation.definition.programme.steps
    return "fill" if any(isinstance(one, Agree) and one.id == step_id for one in steps) else "submit"


def _confirm(
    request: HttpRequest, sheet: Sheet, found: Checked, problems: tuple[Problem, ...] = (), status: int = 200
) -> HttpResponse:
    names = named([(sheet.form, found.clean)], sheet.case.number)
    stand = standings(sheet.situation.definition, sheet.form, found.clean, names_in(sheet.situation))
    context = {
        "case": sheet.case,
        "form": sheet.form,
        "shown": shown_form(sheet.form, found.clean, names),
        "left_empty": [one.title for one in stand if one.is_left_empty],
        "verdicts": rows_of(sheet.situation.definition, found.verdicts, sheet.actor, sheet.case),
        "problems": [with_place(sheet.situation.definition.programme, one) for one in problems],
        "vacancies": _vacancies(sheet),
        "late": is_late(sheet),
        "revision": sheet.revision,
        "verb": sheet.verb,
        "crumbs": crumbs(sheet),
    }
    return render(request, "casework/submit.html", context, status=status)


def _vacancies(sheet: Sheet) -> list[Text]:
    """The offices ahead that nobody could act for today; asked where an application is handed in."""
    case, own = sheet.case, {sheet.actor.person} if sheet.case.applicant_id else set()
    if not isinstance(sheet.step, Apply):
        return []
    apart = [one for one in vacancies.people_of(case) | own if one is not None]
    return vacancies.ahead(sheet.situation.definition, case.host, case.authority, apart)


def _closed(request: HttpRequest, sheet: Sheet, refusal: Refusal) -> HttpResponse:
    names = named([(sheet.form, sheet.values)], sheet.case.number)
    context = {
        "case": sheet.case,
        "shown": shown_form(sheet.form, sheet.values, names),
        "problems": refusal.problems,
        "is_typed": True,
        "crumbs": crumbs(sheet),
    }
    return render(request, "casework/form_read.html", context, status=status_of_refusal(refusal))
