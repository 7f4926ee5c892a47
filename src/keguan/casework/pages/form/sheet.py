"""A form of a case, opened: what was typed so far, what it is checked against, and who may type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import Http404, HttpRequest

from keguan.casework import services
from keguan.casework.drafting.drafts import Draft, Kept, draft_of, form_of
from keguan.casework.drafting.editors import closed_sections, editors_of, leads
from keguan.casework.drafting.reuse import shape
from keguan.casework.models import Case
from keguan.casework.pages.opened import case_for
from keguan.casework.situation import facts, references
from keguan.casework.steps.corrections import Correction, corrections
from keguan.casework.store import Writer
from keguan.engine.decision import Situation
from keguan.engine.judging import failing, verdicts_at
from keguan.engine.moves import names_in
from keguan.engine.state import Values
from keguan.engine.steps.apply import lateness
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.balances import Balance
from keguan.language.schema import Agree, Apply, Form, Step
from keguan.language.uses import rule_sets_of
from keguan.language.verdicts import Verdict
from keguan.language.vocabulary import FACTS
from keguan.language.wording import expression_said


@dataclass(frozen=True, slots=True)
class Sheet:
    """One form of one case, for one person. revision: that of the draft, 0 without one. is_open: whether it can be typed
    into now, by this person. draft: what is kept as a draft, whether or not it is what one would go on from.
    leads: whether this person hands it in; closed: the numbers of the sections that are kept from them.
    taken: what was not typed but taken from somewhere, by field."""

    case: Case
    actor: Actor
    situation: Situation
    form: Form
    values: dict[str, Any]
    revision: int
    is_open: bool
    draft: dict[str, Any] | None = None
    leads: bool = False
    closed: frozenset[int] = frozenset()
    editors: Mapping[int, Writer] = field(default_factory=dict)
    taken: Mapping[str, Kept] = field(default_factory=dict)

    @property
    def step(self) -> Step:
        return self.situation.definition.programme.step(self.situation.state.step)

    @property
    def correction(self) -> Correction | None:
        """Why it came back, if it was sent back to be corrected."""
        return corrections(self.situation.definition, self.situation.state)

    @property
    def remarks(self) -> dict[str, str]:
        """The places that were sent back to be corrected, with what was said of each."""
        return self.correction.remarks if self.correction else {}

    @property
    def verb(self) -> str:
        """What handing the form in is called."""
        return "fill" if isinstance(self.step, Agree) else "submit"


@dataclass(frozen=True, slots=True)
class Checked:
    """What the form and the rules say of values. clean: as they would be handed in."""

    clean: dict[str, Any]
    problems: tuple[Problem, ...]
    verdicts: tuple[Verdict, ...]


def sheet_for(request: HttpRequest, number: str, form_name: str, *, with_facts: bool = True) -> Sheet:
    """Open a form; without facts where nothing of it is going to be checked here. Raises Http404 for a form the programme does not have, Forbidden where the case is closed to the reader."""
    case, actor = case_for(request, number)
    situation = services.situation_for(case, actor, with_facts=with_facts)
    form = next((one for one in situation.definition.programme.forms if one.form == form_name), None)
    if form is None:
        raise Http404
    draft = draft_of(case, form_name)
    editors = editors_of(case)
    is_now = not situation.state.end and form_of(situation) == form_name
    closed = closed_sections(form, actor, case, editors)
    return Sheet(
        case,
        actor,
        situation,
        form,
        _values(situation, form, draft),
        draft.revision if draft else 0,
        is_now and len(closed) < len(form.sections),
        draft.values if draft else None,
        leads(actor, case),
        closed,
        editors,
        {name: one for name, one in draft.fields.items() if one.source} if draft else {},
    )


def _values(situation: Situation, form: Form, draft: Draft | None) -> dict[str, Any]:
    """What was handed in before or what earlier forms say already, and over it what was typed since."""
    handed_in = situation.state.answers.get(form.form)
    if handed_in is None:
        return _said_before(situation, form) | (draft.values if draft else {})
    if draft is None or not situation.state.step:
        return dict(handed_in)
    return dict(handed_in) | draft.since(situation.state.current.entered)


def _said_before(situation: Situation, form: Form) -> dict[str, Any]:
    """Fields of the same name and type in forms handed in earlier: an agreement begins with what the proposal says."""
    before: dict[str, Any] = {}
    for name, values in situation.state.answers.items():
        for one in situation.definition.programme.form(name).fields:
            if one.field in values and one.type != "file":
                before[str(one.field)] = (shape(one), values[one.field])
    return {
        str(one.field): before[one.field][1]
        for one in form.fields
        if not one.computed and one.field in before and before[one.field][0] == shape(one)
    }


def balances(sheet: Sheet, clean: Values) -> tuple[Balance, ...]:
    """What the rules of handing in ask of amounts, as far as answers and what is at hand let it be known. Nothing is asked of a
    draft whose time is over."""
    situation, name = sheet.situation, str(sheet.form.form)
    if situation.state.end:
        return ()
    definition = situation.definition
    found = definition.weighed(name, rule_sets_of(sheet.step))
    if not found:
        return ()
    read = {
        fact for one in found for test in (one.rule.when, one.rule.must) if test for fact in definition.names_of(test)
    }
    answers = {**situation.state.answers, name: clean}
    about = facts.about_of(definition, answers)
    known = facts.compute(frozenset(read & FACTS.keys()), sheet.case, about, situation.now)
    names = names_in(replace(situation, facts=known, state=replace(situation.state, answers=answers)))
    return tuple(one for each in found if (one := definition.balance(each, names)) is not None)


def unsure(sheet: Sheet, values: Values) -> dict[str, Text]:
    """The questions of which it is not known yet whether they are asked, each with what that depends on."""
    definition = sheet.situation.definition
    found = definition.unsure_fields(str(sheet.form.form), values, names_in(sheet.situation))
    return {
        str(one.field): expression_said(definition.programme, one.shown_when)
        for one in sheet.form.fields
        if one.field in found and one.shown_when
    }


def is_late(sheet: Sheet) -> tuple[Problem, ...]:
    """Why the form can no longer be handed in although its step still stands; nothing if it can."""
    step = sheet.step
    late = lateness(sheet.situation, step) if isinstance(step, Apply) else None
    return late.problems if late else ()


def checked(sheet: Sheet, values: Values, *, complete: bool) -> Checked:
    """Check values as handing them in would, facts and rules included; without `complete` only what is typed wrongly."""
    situation, name = sheet.situation, str(sheet.form.form)
    if complete:
        answers = {**situation.state.answers, name: values}
        wanted = situation.definition.facts_for(situation.state.step)
        about = facts.about_of(situation.definition, answers)
        situation = replace(situation, facts=facts.compute(wanted, sheet.case, about, situation.now))
    clean, problems = situation.definition.check_answers(name, values, names_in(situation), complete)
    problems += references.unknown(sheet.case, situation.definition, name, clean)
    if not complete:
        return Checked(clean, problems, ())
    answered = replace(situation.state, answers={**situation.state.answers, name: clean})
    verdicts = verdicts_at(replace(situation, state=answered), rule_sets_of(sheet.step))
    return Checked(clean, problems + failing(situation.definition.programme, verdicts), verdicts)
