"""The guide to a call, told by its programme's definition: it cannot say anything else than what will be checked."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from keguan.casework.models import Round
from keguan.casework.pages.call_search import OPEN, state_of
from keguan.casework.pages.programme_words import doubt_explained, forms_said, kinds_said, numbers_said, steps_said
from keguan.casework.pages.public.calls import CALLS, call_or_404, lines_of
from keguan.casework.pages.public.guide_words import documents_asked, form_said
from keguan.casework.pages.public.step_diagram import step_diagram
from keguan.casework.situation.attachments import most_bytes
from keguan.casework.versions import definition_of
from keguan.components.access import PUBLIC, page
from keguan.components.reader import language
from keguan.components.status import Crumb, Line
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.prose import step_said, work_said
from keguan.language.schema import Decide, Pay, Publish, Rank
from keguan.language.vocabulary import ROLES

GUIDE = Text("申报指南", "Guide")


@page(PUBLIC)
def guide(request: HttpRequest, code: str) -> HttpResponseBase:
    """Who may apply, what is asked, how it is decided by whom and when, under which rules with which sources."""
    found = call_or_404(code)
    definition = definition_of(found.programme)
    programme, forms, steps = definition.programme, forms_said(definition), steps_said(definition)
    numbers = numbers_said(definition, beside_rules=True)
    context = {
        "round": found,
        "state": state_of(found),
        "is_open": state_of(found) is OPEN,
        "programme": programme,
        "lines": lines_of(found, kinds_said(programme)),
        "steps": [(words, step_said(programme, step)) for words, step in zip(steps, programme.steps, strict=True)],
        "rules_doubt": doubt_explained(rule for words in steps for rule in words.rules),
        "diagram": step_diagram(definition),
        "forms": [form_said(definition, form) for form in forms],
        "documents": documents_asked(definition, forms),
        "room_bytes": most_bytes(programme),
        "money": _money(definition),
        "numbers": numbers,
        "numbers_doubt": doubt_explained(numbers),
        "contacts": _contacts(definition, found),
        "addresses": _addresses(request, found),
        "may_object": any(isinstance(step, Publish) for step in programme.steps) and "object" in programme.side_cases,
        "crumbs": [
            Crumb(CALLS, reverse("calls")),
            Crumb(found.title, reverse("call", args=[found.code])),
            Crumb(GUIDE),
        ],
    }
    return render(request, "casework/guide.html", context)


def _money(definition: Definition) -> list[Text]:
    """What the steps say about money: how much, in which order, in how many instalments. Nothing where none is given."""
    programme = definition.programme
    giving = [step for step in programme.steps if isinstance(step, Decide | Pay | Rank)]
    if not any(isinstance(step, Pay | Rank) for step in giving):
        return []
    return [sentence for step in giving for sentence in work_said(programme, step)]


def _contacts(definition: Definition, found: Round) -> list[Line | None]:
    duties, contact = definition.programme.duties, found.contact or settings.PUBLISHER.contact
    return [
        Line(Text("联系方式", "Contact"), contact, "prose") if contact else None,
        Line(Text("组织管理", "Run by"), ROLES[duties.run]),
        Line(Text("规划", "Planned by"), ROLES[duties.plan]),
        Line(Text("监督", "Supervised by"), ROLES[duties.supervise]),
    ]


def _addresses(request: HttpRequest, found: Round) -> list[tuple[Text, str, str]]:
    """Where calendars and feed readers subscribe: what, the address to click, the address to copy."""
    # The reader's language, which a calendar program cannot tell by itself.
    calendar = request.build_absolute_uri(reverse("call_calendar", args=[found.code]) + f"?lang={language()}")
    programme = f"?programme={found.programme.code}"
    feed = request.build_absolute_uri(reverse("calls_atom") + programme)
    return [
        (Text("本通知的日历", "The calendar of this call"), "webcal:" + calendar.partition(":")[2], calendar),
        (Text("本计划的新通知", "New calls of this programme"), feed, feed),
    ]
