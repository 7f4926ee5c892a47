"""The versions of a form: what was handed in when, and what changed from one to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Case as Conditional
from django.db.models import F, JSONField, Value, When
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from keguan.casework import services
from keguan.casework.models import Answers, Case
from keguan.casework.pages.answers import Named, named, shown_form
from keguan.casework.pages.case.answer_changes import ChangedPart, changes_between, marked
from keguan.casework.pages.case.trace import Return
from keguan.casework.pages.case_words import case_href, status_of
from keguan.casework.pages.opened import case_for, note_reading
from keguan.casework.pages.secrets import as_told, hidden_answers
from keguan.casework.permissions import reads_by_seat, why_not
from keguan.casework.reviewing.watermarks import said_of
from keguan.casework.steps.corrections import Mark
from keguan.casework.steps.opinion import returned_form
from keguan.components.access import SIGNED_IN, page
from keguan.components.status import Crumb
from keguan.engine.decision import Situation
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Forbidden
from keguan.language.schema import Form


@dataclass(frozen=True, slots=True)
class Version:
    """A form as it was handed in. number counts from 1; values are at hand only where something compares with them."""

    form: str
    number: int
    at: datetime
    values: dict[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Since:
    """What changed since the step at which the case stands sent it back. untouched: marked places that are as they were."""

    returned: Return
    form: Form
    version: Version
    parts: tuple[ChangedPart, ...] = ()
    untouched: tuple[Mark, ...] = ()


def versions_of(case: Case, situation: Situation, returns: Sequence[Return]) -> tuple[list[Version], Since | None]:
    """Everything that was handed in, without its values; and, where the present step sent the case back before, the version
    that it sent back. One query."""
    returned = next((one for one in reversed(returns) if one.by == situation.state.step), None)
    programme = situation.definition.programme
    form = returned_form(situation.definition, programme.step(situation.state.step)) if returned else None
    rows = Answers.objects.filter(case=case).order_by("form", "version")
    values: Any = Value(None, JSONField())
    if returned and form:
        values = Conditional(When(form=form.form, at__lt=returned.at, then=F("values")), output_field=JSONField())
    found = [Version(*row) for row in rows.annotate(then=values).values_list("form", "version", "at", "then")]
    before = [one for one in found if one.values is not None]
    if returned is None or form is None or not before or len(before) == sum(one.form == form.form for one in found):
        return found, None
    return found, Since(returned, form, before[-1])


def told_since(since: Since, situation: Situation, names: Named, hidden: frozenset[str]) -> Since:
    """The same with what changed, for this reader."""
    now = situation.state.answers[since.form.form]
    parts = changes_between(since.form, since.version.values or {}, now, names, hidden)
    changed = {one.after.where for part in parts for one in part.changes}
    untouched = tuple(one for one in since.returned.marks if one.place not in changed | hidden)
    return Since(since.returned, since.form, since.version, marked(parts, since.returned.remarks), untouched)


@page(SIGNED_IN)
def case_versions(request: HttpRequest, number: str, form: str) -> HttpResponseBase:
    """Two versions of a form, and what changed between them. For those who may read the answers; the reading is traced."""
    case, actor = case_for(request, number)
    if problem := why_not(actor, case, "proposal"):
        raise Forbidden("read this form", (problem,))
    rows = list(Answers.objects.filter(case=case, form=form).defer("values").order_by("version"))
    if not rows:
        raise Http404
    new = _chosen(rows, request.GET.get("new", ""), rows[-1])
    old = _chosen(
        rows, request.GET.get("old", ""), next((one for one in reversed(rows) if one.version < new.version), new)
    )
    read = dict(Answers.objects.filter(pk__in={old.pk, new.pk}).values_list("pk", "values"))
    note_reading(request, case, actor, ["proposal"])
    of = services.situation_for(case, actor, with_facts=False).definition.programme.form(form)
    names = as_told(named([(of, values) for values in read.values()], number, actor), actor, case)
    hidden = hidden_answers(actor, case)
    context = {
        "case": case,
        "status": status_of(case),
        "form": of,
        "versions": rows[::-1],
        "old": old,
        "new": new,
        "parts": changes_between(of, read[old.pk], read[new.pk], names, hidden),
        "shown": shown_form(of, read[old.pk], names, hidden),
        "watermark": said_of(actor, clock.now()) if reads_by_seat(actor, case) else "",
        "crumbs": [
            Crumb(Text("办件", "Cases"), reverse("cases")),
            Crumb(case.number, case_href(case.number)),
            Crumb(of.title),
        ],
    }
    return render(request, "casework/case_versions.html", context)


def _chosen(rows: Sequence[Answers], asked: str, otherwise: Answers) -> Answers:
    return next((one for one in rows if str(one.version) == asked), otherwise)
