"""The pages of documents: a form as it would print, its book as PDF, the receipt of a hand-in, a body's resolution."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.casework.documents import book, shelf
from keguan.casework.documents.reading import HandedIn, cover_of, drafted, handed_in, particulars
from keguan.casework.documents.receipt import receipt
from keguan.casework.documents.resolution import resolution
from keguan.casework.documents.stamping import stamped
from keguan.casework.documents.typesetting import breakable
from keguan.casework.leaving import closed_to_who_left
from keguan.casework.models import Case
from keguan.casework.pages.case_words import case_href
from keguan.casework.pages.form.sections import standings
from keguan.casework.pages.rounds.rankings import DECIDES
from keguan.casework.pages.rounds.rounds import rounds_for
from keguan.casework.pages.secrets import sees_identity
from keguan.casework.permissions import reads_by_seat
from keguan.casework.reviewing.watermarks import said_of
from keguan.casework.rounds import resolutions
from keguan.casework.rounds.resolutions import content_of, last_decided
from keguan.casework.situation.about import about_of
from keguan.casework.versions import definition_of
from keguan.components import reader
from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.status import Crumb
from keguan.engine.moves import names_in
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import canonical
from keguan.kernel.clock import now
from keguan.kernel.problems import Forbidden
from keguan.language.schema import Decide
from keguan.language.wording import step_title
from keguan.registers.parties.models import Person

_PREVIEW, _RECEIPT = Text("预览", "Preview"), Text("提交回执", "Receipt")
_AGAIN_AFTER_SECONDS = 3
_DRAFT = Text("草稿", "draft")


@page(SIGNED_IN)
def case_preview(request: HttpRequest, number: str, form: str) -> HttpResponseBase:
    """The whole form as it would print, with what is missing marked; for its own people."""
    found = drafted(request, number, form)
    sheet = found.sheet
    stand = standings(sheet.situation.definition, sheet.form, sheet.values, names_in(sheet.situation))
    context = {
        "case": found.sheet.case,
        "form": found.sheet.form,
        "sections": [one | {"status": stand[one["number"]].status} for one in book.sections_of(found.told)],
        "problems": found.problems,
        "is_open": found.sheet.is_open,
        "crumbs": _crumbs(
            found.sheet.case, found.sheet.form.title, reverse("case_form", args=[number, form]), _PREVIEW
        ),
    }
    return render(request, "casework/documents/preview.html", context)


@page(SIGNED_IN)
def case_preview_pdf(request: HttpRequest, number: str, form: str) -> HttpResponseBase:
    """The draft on paper, marked as a draft on every page."""
    found = drafted(request, number, form)
    tree = book.book(found.told, cover_of(found.sheet.case, found.sheet.actor, found.told, None))
    name = f"{tree['heading']}-{number}-{reader.said(_DRAFT)}"
    return _pdf(request, "book", tree, found.saved_at, name)


@page(SIGNED_IN)
def case_book(request: HttpRequest, number: str, form: str) -> HttpResponseBase:
    """What was handed in, as a book: for everybody who may read it, without what is kept from them."""
    found = handed_in(request, number, form)
    tree = book.book(found.told, cover_of(found.case, found.actor, found.told, found.row))
    name = f"{tree['heading']}-{number}"
    by_seat = reads_by_seat(found.actor, found.case)
    return _pdf(request, "book", tree, found.row.at, name, stamp_for=found.actor if by_seat else None)


# --------------------------------------------------------------------------------------------------------- receipts


@page(SIGNED_IN)
def case_receipt(request: HttpRequest, number: str, form: str) -> HttpResponseBase:
    """The receipt of a hand-in."""
    found = handed_in(request, number, form)
    context = {
        "case": found.case,
        "found": found,
        "r": _receipt(found),
        "version": f"?version={found.row.version}",
        "crumbs": _crumbs(found.case, found.form.title, "", _RECEIPT),
    }
    return render(request, "casework/documents/receipt.html", context)


@page(SIGNED_IN)
def case_receipt_pdf(request: HttpRequest, number: str, form: str) -> HttpResponseBase:
    """The same on one page of paper."""
    found = handed_in(request, number, form)
    tree = _receipt(found)
    return _pdf(request, "receipt", tree, found.row.at, f"{tree['heading']}-{number}")


@page(SIGNED_IN)
def case_answers(request: HttpRequest, number: str, form: str) -> HttpResponseBase:
    """The answers as they are digested, for whoever wants to compute the digest again; only to who may read them all."""
    found = handed_in(request, number, form)
    if not found.is_whole:
        raise Http404
    answer = HttpResponse(canonical(found.row.values), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{number}-{form}-{found.row.version}.json"'
    return answer


def _receipt(found: HandedIn) -> book.Tree:
    case, row, told = found.case, found.row, found.told
    about = about_of(definition_of(case.programme), {str(found.form.form): row.values})
    asked = Text("提交{form}（第 {n} 次）", "Handing in: {form} ({n})").filled(form=found.form.title, n=row.version)
    lines = particulars(case, found.actor, told.names, about.principal, about.asked_fen)
    lines.insert(1, (Text("办理事项", "What was asked"), reader.said(asked)))
    if about.title:
        lines.insert(2, (Text("名称", "Title"), breakable(about.title)))
    if row.by is not None and sees_identity(found.actor, case):
        lines.append((Text("提交人", "Handed in by"), Person.objects.values_list("name", flat=True).get(pk=row.by)))
    lines.append((Text("计划定义摘要值", "Digest of the programme"), definition_of(case.programme).digest))
    files = [file for one in book.sections_of(told) for item in one["asked"] for file in item.get("files", ())]
    return receipt(case.number, lines, files, row.digest, row.at, whole=found.is_whole)


# ------------------------------------------------------------------------------------------------------- resolutions


@page(DECIDES)
def resolution_pdf(request: HttpRequest, code: str, step: str) -> HttpResponseBase:
    """What the body has resolved on a round: its fixed text with who signed it, else as it stands now, a draft while some
    cases wait; without the cases that its reader was sent out for. 404 before the first decision."""
    of_round = get_object_or_404(rounds_for(actor_on(request)).exclude(status="draft"), code=code)
    steps = definition_of(of_round.programme).programme.steps
    decide = next((one for one in steps if one.id == step and isinstance(one, Decide)), None)
    if decide is None:
        raise Http404
    fixed = resolutions.latest(of_round, step, request.GET.get("version", ""))
    content = fixed.content if fixed else content_of(of_round, decide)
    if content is None:
        raise Http404
    waiting = 0 if fixed else Case.objects.filter(round=of_round, step=step).count()
    signed = list(fixed.signatures.all()) if fixed else None
    tree = resolution(
        content, waiting, signed, resolutions.withheld_from(actor_on(request), resolutions.numbers_in(content))
    )
    name = f"{reader.said(step_title(decide))}-{of_round.code}"
    return _pdf(request, "resolution", tree, last_decided(content), name)


@page(DECIDES)
def resolution_json(request: HttpRequest, code: str, step: str) -> HttpResponseBase:
    """The fixed text as it is digested, for whoever wants to compute the digest again. Closed to who was sent out for a case
    in it: without that case it would have another digest. Raises Forbidden."""
    of_round = get_object_or_404(rounds_for(actor_on(request)).exclude(status="draft"), code=code)
    fixed = resolutions.latest(of_round, step, request.GET.get("version", ""))
    if fixed is None:
        raise Http404
    for why in resolutions.withheld_from(actor_on(request), resolutions.numbers_in(fixed.content)).values():
        raise Forbidden("read the whole text of the resolution", (closed_to_who_left(why),))
    answer = HttpResponse(canonical(fixed.content), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{code}-{step}-{fixed.version}.json"'
    return answer


# ------------------------------------------------------------------------------------------------------------ pieces


def _pdf(
    request: HttpRequest,
    template: str,
    tree: Mapping[str, Any],
    at: datetime,
    name: str,
    *,
    stamp_for: Actor | None = None,
) -> HttpResponseBase:
    """The PDF, or a page that waits for it and asks again by itself. stamp_for: a reader whose name every page carries."""
    body = shelf.finished(template, tree, at)
    if body is None:
        answer = render(request, "casework/documents/waiting.html", {"title": tree["title"]}, status=202)
        answer["Refresh"] = str(_AGAIN_AFTER_SECONDS)
        return answer
    if stamp_for is not None:
        moment = now()
        body = stamped(body, said_of(stamp_for, moment), moment)
    answer = HttpResponse(body, content_type="application/pdf")
    answer["Content-Disposition"] = f"attachment; filename=\"document.pdf\"; filename*=UTF-8''{quote(name)}.pdf"
    return answer


def _crumbs(case: Case, form: Text, href: str, here: Text) -> list[Crumb]:
    return [
        Crumb(Text("办件", "Cases"), reverse("cases")),
        Crumb(case.number, case_href(case.number)),
        Crumb(form, href) if href else Crumb(form, case_href(case.number)),
        Crumb(here),
    ]
