"""The own checklist of an office on pages: its items, the cases on its desk, and the ticks of one case."""

from __future__ import annotations

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.casework import office_checks as service
from keguan.casework.desks.offices import rounds_followed
from keguan.casework.models import Case, OfficeItem, Round
from keguan.casework.pages.answering import request_id, status_of_refusal
from keguan.casework.pages.case_words import case_href
from keguan.casework.pages.rounds.progress import PROGRESS
from keguan.casework.steps.typed import ticked_ids
from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.deeds import SeeOther
from keguan.components.fields import Field, filled
from keguan.components.notices import tell
from keguan.components.status import Crumb
from keguan.kernel.bilingual import Text
from keguan.kernel.names import clean_text
from keguan.kernel.problems import Problem, Refusal
from keguan.registers.organisations.models import Organisation

TITLE = Text("本单位核对清单", "Our own checks")
MOST_SHOWN = 200
_FIELDS = (
    Field("zh", "text", Text("核对什么", "What is looked at, in Chinese"), required=True, most=200),
    Field("en", "text", Text("英文", "In English"), most=200, hint=Text("可空白", "may be left empty")),
)


@page(SIGNED_IN, methods=("GET", "POST"))
def office_checks(request: HttpRequest, code: str, organisation: int) -> HttpResponseBase:
    """The list, and the cases on the desk with how much of it is ticked. Sent, it adds an item."""
    of_round, office = _found(request, code, organisation)
    if request.method != "POST":
        return _page(request, of_round, office)
    say = Text(*(clean_text(request.POST.get(name, ""))[:200] for name in ("zh", "en")))
    required = request.POST.get("required") == "yes"
    answer = service.add_item(
        of_round, office.pk, say, actor_on(request), required=required, request_id=request_id(request)
    )
    if isinstance(answer, Refusal):
        return _page(request, of_round, office, answer.problems, status_of_refusal(answer))
    return SeeOther(reverse("office_checks", args=[code, organisation]))


@page(SIGNED_IN, methods=("POST",))
def item_drop(request: HttpRequest, code: str, organisation: int, pk: int) -> HttpResponseBase:
    """Take an item off the list."""
    of_round, office = _found(request, code, organisation)
    item = get_object_or_404(OfficeItem.objects.select_related("round"), pk=pk, round=of_round, organisation=office)
    refusal = service.drop_item(item, actor_on(request), request_id(request))
    if refusal is not None:
        return _page(request, of_round, office, refusal.problems, status_of_refusal(refusal))
    return SeeOther(reverse("office_checks", args=[code, organisation]))


@page(SIGNED_IN, methods=("GET", "POST"))
def case_checks(request: HttpRequest, code: str, organisation: int, number: str) -> HttpResponseBase:
    """The ticks of one case."""
    of_round, office = _found(request, code, organisation)
    actor = actor_on(request)
    mine = Q(host=office) | Q(authority=office, submitted_at__isnull=False)
    case = get_object_or_404(Case.objects.select_related("round"), mine, round=of_round, number=number)
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        sent = ticked_ids(request.POST, "item")
        refusal = service.tick(case, office.pk, sent, actor, request_id(request))
        if refusal is None:
            tell(request, Text("核对已保存。", "The checks are saved."))
            return SeeOther(reverse("office_case", args=[code, organisation, number]))
        problems = refusal.problems
    done = service.ticked(case, office.pk)
    context = {
        "round": of_round,
        "office": office,
        "title": TITLE,
        "case": case,
        "case_href": case_href(number),
        "items": [(item, item.pk in done) for item in service.items_of(of_round, office.pk)],
        "problems": problems,
        "crumbs": [*_crumbs(of_round, office), Crumb(number)],
    }
    return render(request, "casework/office_case.html", context, status=403 if problems else 200)


def _found(request: HttpRequest, code: str, organisation: int) -> tuple[Round, Organisation]:
    actor = actor_on(request)
    if not service.keeps_checks(actor, organisation):
        raise Http404
    return get_object_or_404(rounds_followed(actor), code=code), get_object_or_404(Organisation, pk=organisation)


def _page(
    request: HttpRequest,
    of_round: Round,
    office: Organisation,
    problems: tuple[Problem, ...] = (),
    status: int = 200,
) -> HttpResponse:
    items = list(service.items_of(of_round, office.pk))
    waiting = service.waiting_at(of_round, office.pk).only("number", "title", "due_at")
    rows = list(waiting[: MOST_SHOWN + 1])
    ticks = service.tick_numbers(rows, items)
    context = {
        "round": of_round,
        "office": office,
        "title": TITLE,
        "items": items,
        "fields": filled(_FIELDS, request.POST, problems) if problems else list(_FIELDS),
        "rows": [(case, ticks.get(case.pk, 0)) for case in rows[:MOST_SHOWN]],
        "is_more": len(rows) > MOST_SHOWN,
        "problems": problems,
        "crumbs": _crumbs(of_round, office),
    }
    return render(request, "casework/office_checks.html", context, status=status)


def _crumbs(of_round: Round, office: Organisation) -> list[Crumb]:
    return [
        Crumb(PROGRESS, reverse("progress")),
        Crumb(of_round.code, reverse("round_progress", args=[of_round.code])),
        Crumb(TITLE, reverse("office_checks", args=[of_round.code, office.pk])),
    ]
