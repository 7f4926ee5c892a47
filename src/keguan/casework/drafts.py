"""Drafts: what is typed is kept as it is, complete or not, and never overwritten unseen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from keguan.casework import facts, services
from keguan.casework.models import Case, Draft
from keguan.engine.decision import Situation
from keguan.engine.moves import names_in, refuse
from keguan.engine.state import Values
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import canonical
from keguan.kernel.problems import Problem, Refusal
from keguan.language.schema import Agree, Apply, Deliver
from keguan.registers.trace import services as trace

BYTES_MOST = 1_000_000
"""A draft larger than this is not something a person typed."""


@dataclass(frozen=True, slots=True)
class Saved:
    """The draft is kept, as typed. problems: what would still stand in the way of handing it in."""

    revision: int
    problems: tuple[Problem, ...] = ()


def form_of(situation: Situation) -> str:
    """The form that the current step asks for, "" if none."""
    if not situation.state.step:
        return ""
    step = situation.definition.programme.step(situation.state.step)
    return str(step.form) if isinstance(step, Apply | Agree | Deliver) else ""


def save_draft(
    number: str, form: str, values: dict[str, Any], revision: int, actor: Actor, *, request_id: str = ""
) -> Saved | Refusal:
    """Keep what was typed. revision: that of the draft the person saw; a newer one is never overwritten.

    Incomplete or wrong values are kept all the same; `problems` says what is wrong with them.
    Raises Case.DoesNotExist.
    """
    values = storable(values)
    if len(canonical(values)) > BYTES_MOST:
        return refuse(
            "draft.too_large", Text("填写内容过大，请改用附件。", "This is too much text; use an attachment.")
        )
    with transaction.atomic():
        trace.stamp(actor, request_id)
        case = services.locked(number)
        situation = services.situation_for(case, actor)
        if refusal := _may_save(situation, form):
            return refusal
        draft = Draft.objects.filter(case=case, form=form).first()
        if draft is not None and draft.revision != revision:
            return _stale(draft)
        now = clock.now()
        draft = draft or Draft(case=case, form=form, begun_at=now)
        draft.values, draft.revision, draft.saved_at, draft.saved_by = values, draft.revision + 1, now, actor.person
        draft.save()
        _keep_title(case, situation, form, values)
    _, problems = situation.definition.check_answers(form, values, names_in(situation), complete=False)
    return Saved(draft.revision, tuple(problems))


def storable(value: Any) -> Any:
    """What was typed, without the one character (NUL) and the broken halves of others that no database text can hold."""
    match value:
        case str():
            return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
        case dict():
            return {storable(str(name)): storable(one) for name, one in value.items()}
        case list() | tuple():
            return [storable(one) for one in value]
        case None | bool() | int():
            return value
        case _:
            return str(value)


def _may_save(situation: Situation, form: str) -> Refusal | None:
    if "applicant" not in situation.acting.roles:
        return refuse(
            "right.missing", Text("只有申报人可以填写。", "Only the applicant can fill this in."), value="applicant"
        )
    if form != form_of(situation) or situation.state.end:
        return refuse(
            "case.moved_on",
            Text("该办件已进入下一环节，表单不再可改。", "The case has moved on; the form is closed."),
            value=form,
        )
    return None


def _stale(draft: Draft) -> Refusal:
    return refuse(
        "draft.stale",
        Text(
            "草稿已在另一窗口或由他人保存，两份内容都已保留。",
            "The draft was saved elsewhere meanwhile; both versions are kept.",
        ),
        value=str(draft.revision),
        fix=Text("请比较后选择保留哪一份。", "Compare them and choose which to keep."),
    )


def _keep_title(case: Case, situation: Situation, form: str, values: Values) -> None:
    """Lists call an unsubmitted application by what its draft is called."""
    if case.submitted_at is None:
        title = facts.about_of(situation.definition, {form: values}).title
        if title != case.title:
            Case.objects.filter(pk=case.pk).update(title=title, changed_at=clock.now())
