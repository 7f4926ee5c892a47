"""The page of a form: everything that is typed is kept, right or wrong, and nothing is overwritten unseen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from keguan.casework import services
from keguan.casework.drafting import filling
from keguan.casework.drafting.drafts import Saved, form_of, save_draft
from keguan.casework.drafting.reuse import earlier_cases, take_over
from keguan.casework.pages.answering import request_id, status_of_refusal, tell_taken
from keguan.casework.pages.answers import Named, Row, named, said_value, shown_form
from keguan.casework.pages.case_words import case_href, status_of
from keguan.casework.pages.form.fields import AskedSection, Page, sections, weighed_said
from keguan.casework.pages.form.finding import found_for
from keguan.casework.pages.form.refused_files import note, nothing_chosen, remembered, too_large_at_home
from keguan.casework.pages.form.sections import progress_of
from keguan.casework.pages.form.sheet import Checked, Sheet, balances, checked, is_late, sheet_for, unsure
from keguan.casework.pages.form.uploads import take_files
from keguan.casework.pages.opened import case_for, closed_parts, note_reading
from keguan.casework.pages.secrets import as_told, hidden_answers
from keguan.casework.pages.step_help import help_for
from keguan.casework.permissions import is_own
from keguan.casework.situation.attachments import most_bytes
from keguan.casework.steps.form_values import PASTE, as_inputs, pasted, pressed, shown_in, typed_values, untouched
from keguan.casework.steps.verdict_rows import rows_of
from keguan.components.access import SIGNED_IN, page
from keguan.components.deeds import SeeOther
from keguan.components.fields import field_id
from keguan.components.notices import tell
from keguan.components.status import Crumb
from keguan.engine.moves import names_in
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING, now
from keguan.kernel.problems import Forbidden, Problem, Refusal
from keguan.language.schema import Form
from keguan.language.wording import with_place
from keguan.registers.parties.queries import names_of

_SAVED = Text("草稿已保存，服务器时间 {at:%H:%M:%S}。", "Draft saved, server time {at:%H:%M:%S}.")


@page(SIGNED_IN)
def case_form_now(request: HttpRequest, number: str) -> HttpResponseBase:
    """The form that the case waits for; the case's page where it waits for none."""
    case, actor = case_for(request, number)
    form = form_of(services.situation_for(case, actor, with_facts=False))
    return SeeOther(reverse("case_form", args=[number, form]) if form else case_href(number))


@page(SIGNED_IN, methods=("GET", "POST"))
def case_form(request: HttpRequest, number: str, form: str) -> HttpResponseBase:
    """Show a form; keep what is typed; find people; add rows; take files; check."""
    sheet = sheet_for(request, number, form)
    if request.method == "POST":
        return _typed(request, sheet)
    if not sheet.is_open:
        return _to_read(request, sheet)
    full = "check" in request.GET
    return form_page(request, sheet, sheet.values, checked(sheet, sheet.values, complete=full), full=full)


def _typed(request: HttpRequest, sheet: Sheet) -> HttpResponseBase:
    values = typed_values(sheet.form, request.POST, sheet.values)
    if not sheet.is_open:
        return _too_late(request, sheet, values)
    typed = dict(values)
    button = request.POST.get("do", "save")
    files = take_files(request, sheet, values) + too_large_at_home(sheet.form, request.POST)
    refused = files + nothing_chosen(request, sheet.form, button)
    refused += pasted(sheet.form, values, request.POST, button)
    place = pressed(sheet.form, values, button)
    source = filling.after_pressing(sheet.form, sheet.values, values, sheet.case, sheet.actor, button)
    as_shown = untouched(sheet.form, typed, shown_in(request.POST))
    saved = save_draft(
        sheet.case.number,
        str(sheet.form.form),
        values,
        seen_in(request, sheet.form),
        sheet.actor,
        untouched=frozenset(name for name in as_shown if values[name] == typed[name]),
        source=source,
        request_id=request_id(request),
    )
    if isinstance(saved, Refusal):
        found = checked(sheet, values, complete=False)
        problems = saved.problems + refused
        return form_page(request, sheet, values, found, more=problems, status=status_of_refusal(saved))
    note(request, sheet.case.number, sheet.form, files)
    fresh = sheet_for(request, sheet.case.number, str(sheet.form.form))
    if saved.clashes:
        return _two_versions(request, fresh, values, saved)
    if refused:
        found = checked(fresh, fresh.values, complete=False)
        return form_page(request, fresh, fresh.values, found, more=refused, status=422)
    return _after_saving(request, fresh, button, place)


def seen_in(request: HttpRequest, form: Form) -> dict[str, int]:
    """For each question shown, the revision of the draft that the page was made from."""
    whole = request.POST.get("revision", "")
    revision = int(whole) if whole.isdecimal() and len(whole) < 10 else 0
    marks = shown_in(request.POST)
    seen = {name.partition(".")[2]: revision if one.seen is None else one.seen for name, one in marks.items()}
    return {str(one.field): seen.get(str(one.field), revision) for one in form.fields}


def _after_saving(request: HttpRequest, sheet: Sheet, button: str, place: str) -> HttpResponseBase:
    here = reverse("case_form", args=[sheet.case.number, sheet.form.form])
    if button.startswith("reuse:"):
        return _reused(request, sheet, button.partition(":")[2])
    if button == "submit":
        found = checked(sheet, sheet.values, complete=True)
        if found.problems or remembered(request, sheet.case.number, sheet.form):
            return form_page(request, sheet, sheet.values, found, full=True, status=422)
        return SeeOther(reverse("case_submit", args=[sheet.case.number, sheet.form.form]))
    if button == "preview":
        return SeeOther(reverse("case_preview", args=[sheet.case.number, sheet.form.form]))
    if button == "check":
        return SeeOther(f"{here}?check=1")
    if place:
        return SeeOther(f"{here}#{field_id(place)}")
    tell(request, _SAVED.filled(at=now().astimezone(BEIJING)))
    return SeeOther(here)


def _reused(request: HttpRequest, sheet: Sheet, source: str) -> HttpResponseBase:
    number, form = sheet.case.number, str(sheet.form.form)
    taken = take_over(number, form, source, sheet.actor, request_id=request_id(request))
    if isinstance(taken, Refusal):
        found = checked(sheet, sheet.values, complete=False)
        return form_page(request, sheet, sheet.values, found, more=taken.problems, status=status_of_refusal(taken))
    tell_taken(request, taken, source)
    return SeeOther(reverse("case_form", args=[number, form]))


def form_page(
    request: HttpRequest,
    sheet: Sheet,
    values: dict[str, Any],
    found: Checked,
    *,
    full: bool = False,
    more: tuple[Problem, ...] = (),
    status: int = 200,
) -> HttpResponse:
    """The form with these values and what is wrong with them. full: whether it was checked as if it were handed in."""
    definition = sheet.situation.definition
    refused_files = remembered(request, sheet.case.number, sheet.form)
    problems = tuple(dict.fromkeys(more + refused_files + found.problems))
    hidden = definition.hidden_fields(str(sheet.form.form), values, names_in(sheet.situation))
    computed = {
        str(one.field): said_value(one, found.clean[one.field], Named())
        for one in sheet.form.fields
        if one.computed and one.field in found.clean
    }
    looked_up = found_for(sheet.form, values, sheet.case.number, sheet.actor)
    boxes = [name for name in request.POST if name.endswith(PASTE)] if problems else []
    left = {name.removesuffix(PASTE): request.POST.get(name, "") for name in boxes}
    asked = Page(
        sheet.form,
        values,
        looked_up,
        problems,
        hidden,
        computed,
        sheet.values,
        sheet.revision,
        left,
        sheet.taken,
        sheet.remarks,
        most_bytes(definition.programme),
        frozenset(one.where for one in refused_files),
        filling.offers(sheet.form, values, sheet.case, sheet.actor),
        filling.in_rows(sheet.form, values, sheet.case, sheet.actor),
        weighed_said(definition, balances(sheet, found.clean)),
        unsure(sheet, values),
    )
    context = {
        "case": sheet.case,
        "form": sheet.form,
        "sections": [_for_reader(sheet, one) for one in sections(asked)],
        "progress": progress_of(sheet, hidden, problems),
        "leads": sheet.leads,
        "earlier": earlier_cases(sheet.case, sheet.actor)
        if sheet.leads and sheet.case.submitted_at is None and sheet.case.parent_id is None
        else [],
        "share_href": reverse("case_writers", args=[sheet.case.number, sheet.form.form]),
        "problems": [with_place(definition.programme, one) for one in problems],
        "revision": sheet.revision,
        "verdicts": rows_of(definition, found.verdicts, sheet.actor, sheet.case) if full else [],
        "is_checked": full,
        "is_ready": full and not problems,
        "late": is_late(sheet),
        "due": sheet.situation.state.current.due,
        "help": help_for(definition, sheet.situation.state.step),
        "correction": sheet.correction,
        "verb": sheet.verb,
        "crumbs": crumbs(sheet),
        "waits": any(one.shown_when for one in sheet.form.fields),
    }
    return render(request, "casework/form.html", context, status=status)


def _for_reader(sheet: Sheet, section: AskedSection) -> AskedSection:
    """A section that is kept from this reader as it reads, any other as it is asked."""
    if section.number not in sheet.closed:
        return section
    part = replace(sheet.form, sections=(sheet.form.sections[section.number],))
    names = named([(part, sheet.values)], sheet.case.number, sheet.actor)
    return replace(section, questions=(), read=shown_form(part, sheet.values, names))


def crumbs(sheet: Sheet) -> list[Crumb]:
    """The way back from a form."""
    return [
        Crumb(Text("办件", "Cases"), reverse("cases")),
        Crumb(sheet.case.number, case_href(sheet.case.number)),
        Crumb(sheet.form.title),
    ]


def _to_read(request: HttpRequest, sheet: Sheet) -> HttpResponseBase:
    """A form that is not this reader's to fill in now: as it was handed in, or the kept draft for its own people."""
    case, actor = sheet.case, sheet.actor
    own = is_own(actor, case)
    handed_in = sheet.situation.state.answers.get(sheet.form.form)
    if problem := closed_parts(actor, case).get("proposal"):
        raise Forbidden("read this form", (problem,))
    values = sheet.values if own and handed_in is None else handed_in or {}
    names = as_told(named([(sheet.form, values)], case.number), actor, case)
    note_reading(request, case, actor, ["proposal"])
    context = {
        "case": case,
        "status": status_of(case),
        "shown": shown_form(sheet.form, values, names, hidden_answers(actor, case)),
        "is_draft": own and handed_in is None,
        "crumbs": crumbs(sheet),
    }
    return render(request, "casework/form_read.html", context)


def _too_late(request: HttpRequest, sheet: Sheet, values: dict[str, Any]) -> HttpResponseBase:
    """The step moved on, or somebody else types here: nothing is written, and everything typed is shown."""
    refusal = save_draft(sheet.case.number, str(sheet.form.form), values, sheet.revision, sheet.actor)
    problems = refusal.problems if isinstance(refusal, Refusal) else ()
    names = named([(sheet.form, values)], sheet.case.number)
    context = {
        "case": sheet.case,
        "status": status_of(sheet.case),
        "shown": shown_form(sheet.form, values, names),
        "problems": problems,
        "is_typed": True,
        "crumbs": crumbs(sheet),
    }
    status = status_of_refusal(refusal) if isinstance(refusal, Refusal) else 409
    return render(request, "casework/form_read.html", context, status=status)


def _two_versions(request: HttpRequest, sheet: Sheet, values: dict[str, Any], saved: Saved) -> HttpResponse:
    """Another window, or a colleague, changed the same fields meanwhile: both versions side by side, and the choice.
    Everything else is saved."""
    mine = {name: values[name] for name in saved.clashes}
    theirs = {name: one.value for name, one in saved.clashes.items()}
    names = named([(sheet.form, mine), (sheet.form, theirs)], sheet.case.number)
    yours_rows = {row.id: row for part in shown_form(sheet.form, mine, names).parts for row in part.rows}
    their_rows = {row.id: row for part in shown_form(sheet.form, theirs, names).parts for row in part.rows}
    rows = dict.fromkeys((*yours_rows, *their_rows))
    pairs = [(yours_rows.get(key), their_rows.get(key)) for key in rows]
    writers = names_of({one.by for one in saved.clashes.values() if one.by is not None})
    context = {
        "case": sheet.case,
        "form": sheet.form,
        "differing": [(yours, other) for yours, other in pairs if _says(yours) != _says(other)],
        "saved_at": max(one.at for one in saved.clashes.values()),
        "saved_by": [writers[one] for one in sorted(writers) if one != sheet.actor.person],
        "revision": sheet.revision,
        "inputs": list(as_inputs(sheet.form, mine)),
        "crumbs": crumbs(sheet),
    }
    return render(request, "casework/two_versions.html", context, status=409)


def _says(row: Row | None) -> tuple[object, ...]:
    return row.says if row is not None else ("", (), ())
