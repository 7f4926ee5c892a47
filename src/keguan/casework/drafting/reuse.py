"""Filling in once: what one's earlier applications say already comes along, and says where it came from.

Only what is still empty is filled; nothing typed is touched. Files do not come along, nor what makes an application this one:
its title, and what is stated of it by yes or no.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from keguan.casework.drafting.drafts import draft_of, save_draft
from keguan.casework.drafting.editors import leads
from keguan.casework.models import Case, Round
from keguan.casework.versions import definition_of
from keguan.engine.moves import refuse
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Refusal
from keguan.language.definition import Definition
from keguan.language.schema import Apply, Field, Form

_MOST = 5


@dataclass(frozen=True, slots=True)
class Taken:
    """So many questions were filled."""

    count: int


def earlier_cases(case: Case, actor: Actor) -> list[Case]:
    """One's latest applications that this one can be filled from: those of the same programme first. One query."""
    if actor.person is None:
        return []
    own = Q(applicant=actor.person) | Q(principal=actor.person)
    rows = Case.objects.filter(own, parent=None).exclude(pk=case.pk).only("number", "title", "code", "created_at")
    found = sorted(rows.order_by("-id")[:30], key=lambda one: one.code != case.code)
    return found[:_MOST]


def take_over(number: str, form: str, source: str, actor: Actor, *, request_id: str = "") -> Taken | Refusal:
    """Fill what is still empty with the answers of another application of one's own.

    Raises Case.DoesNotExist for an unknown number.
    """
    cases = Case.objects.select_related("memo", "programme", "parent").defer("programme__sources")
    target, given = cases.get(number=number), cases.filter(number=source).first()
    if given is None or not leads(actor, given) or given.pk == target.pk:
        said = Text("没有可以带入的申报：{number}。", "There is no such application to fill from: {number}.")
        return refuse("reuse.unknown", said.filled(number=source), where="reuse", value=source)
    definition = definition_of(target.programme)
    wanted = definition.programme.form(form)
    there = draft_of(target, form)
    held = (there.values if there else {}) | dict(target.memo.answers.get(form) or {})
    values = {
        str(one.field): value
        for one, value in _matching(definition, wanted, _answers_of(given))
        if is_empty(held.get(str(one.field)))
    }
    if not values:
        return Taken(0)
    seen = there.revision if there else 0
    saved = save_draft(number, form, values, seen, actor, source=source, request_id=request_id)
    return saved if isinstance(saved, Refusal) else Taken(len(values) - len(saved.clashes))


def rounds_to_copy_into(case: Case) -> list[tuple[Round, int]]:
    """The open rounds in which an application may begin with answers of this one, each with how many it would take: those of
    the same programme first. Two queries, and one for each form that was never handed in."""
    now = clock.now()
    rows = Round.objects.filter(status="published", kind="open", opens__lte=now, closes__gte=now)
    answers = list(_answers_of(case))
    found = []
    for one in rows.select_related("programme").defer("programme__sources").order_by("closes", "code"):
        definition = definition_of(one.programme)
        step = definition.programme.steps[0]
        if isinstance(step, Apply):
            wanted = definition.programme.form(step.form)
            found.append((one, sum(1 for _ in _matching(definition, wanted, iter(answers)))))
    offers = [(one, count) for one, count in found if count]
    return sorted(offers, key=lambda offer: offer[0].programme.code != case.code)


def _answers_of(case: Case) -> Iterator[tuple[Form, Mapping[str, Any]]]:
    """The forms of a case with their answers, the draft where nothing was handed in."""
    for form in definition_of(case.programme).programme.forms:
        answers = case.memo.answers.get(form.form)
        if answers is None and (draft := draft_of(case, str(form.form))):
            answers = draft.values
        if answers:
            yield form, answers


def _matching(
    definition: Definition, wanted: Form, answers: Iterator[tuple[Form, Mapping[str, Any]]]
) -> Iterator[tuple[Field, Any]]:
    """The questions of a form that another one asks under the same name in the same way, with the answer given there."""
    given = {
        str(one.field): (shape(one), values[one.field])
        for form, values in answers
        for one in form.fields
        if one.field in values
    }
    title = definition.programme.about.title
    for one in wanted.fields:
        if one.computed or one.type in ("file", "yes_no") or f"{wanted.form}.{one.field}" == title:
            continue
        kind, value = given.get(str(one.field), (None, None))
        if kind == shape(one) and not is_empty(value):
            yield one, value


def shape(field: Field) -> tuple[Any, ...]:
    """What two questions must share for the answer to one to answer the other."""
    return (field.type, tuple((one.column, one.type) for one in field.columns))


def is_empty(value: Any) -> bool:
    """Whether an answer says nothing: none, no text, no rows or rows of empty cells."""
    return (
        value is None
        or value == ""
        or value == []
        or (isinstance(value, list) and not any(_filled(one) for one in value))
    )


def _filled(one: Any) -> bool:
    return any(value not in (None, "") for value in one.values()) if isinstance(one, Mapping) else one not in (None, "")
