"""What even readers of a proposal must not learn: whom the applicant does not want, and who objects."""

from __future__ import annotations

from keguan.casework.models import Answers, Case, Draft
from keguan.casework.pages.answers import ids_in
from keguan.casework.permissions import answers_for, is_own
from keguan.casework.versions import definition_of
from keguan.kernel.actors import Actor
from keguan.language.schema import Decide, Review


def sees_identity(actor: Actor, case: Case) -> bool:
    """Whether the actor may know who opened the case. Of an objection only those who decide it know."""
    if case.parent_id is None or case.programme.code != "object" or is_own(actor, case):
        return True
    steps = definition_of(case.programme).programme.steps
    return any(isinstance(step, Decide) and actor.holds(step.by, programme=case.code) for step in steps)


def hidden_answers(actor: Actor, case: Case) -> frozenset[str]:
    """The fields, as `form.field`, whose answers this reader must not see: unwelcome reviewers are for the officer, an
    objector's particulars for those who decide."""
    if is_own(actor, case):
        return frozenset()
    programme = definition_of(case.programme).programme
    hidden: set[str] = set()
    if not actor.holds("officer", programme=case.code):
        named = [step.panel.named for step in programme.steps if isinstance(step, Review) and step.panel.named]
        hidden |= {".".join(name.split(".")[:2]) for name in named}
    if not sees_identity(actor, case):
        hidden |= {f"{form.form}.{one.field}" for form in programme.forms for one in form.fields if one.personal}
    return frozenset(hidden)


def open_files(actor: Actor, case: Case) -> frozenset[int]:
    """The files of a case that this reader of its forms may open: those in answers that are not hidden from them, as they
    were ever handed in. What still lies in a draft is for those who write it."""
    programme, hidden = definition_of(case.programme).programme, hidden_answers(actor, case)
    kept = list(Answers.objects.filter(case=case).values_list("form", "values"))
    if is_own(actor, case) or answers_for(actor, case):
        kept += [(one.form, one.values) for one in Draft.objects.filter(case=case).prefetch_related("fields")]
    found: set[int] = set()
    for name, values in kept:
        seen = {field: value for field, value in values.items() if f"{name}.{field}" not in hidden}
        found |= ids_in(programme.form(name), seen, ("file",))
    return frozenset(found)
