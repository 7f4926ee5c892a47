"""Drafts: what is typed is kept as it is, complete or not, and never overwritten unseen.

Each field is kept by itself. Two people in one form, or one person in two windows, meet only where both changed the same
field; then the later one is told, and both texts are there to choose from.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from keguan.casework import store
from keguan.casework.drafting.editors import may_type
from keguan.casework.models import Case
from keguan.casework.situation import facts
from keguan.database import prepared
from keguan.engine.decision import Situation
from keguan.engine.moves import refuse
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import canonical
from keguan.kernel.problems import Problem, Refusal
from keguan.language.definition import Definition
from keguan.language.schema import Agree, Apply, Deliver, Form, Step

BYTES_MOST = 1_000_000
"""A draft larger than this is not something a person typed."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One field of a draft as it is kept. revision: that of the draft when it was last changed; by: a person's id.
    source: where the value was taken from, "" where it was typed."""

    value: Any
    revision: int
    at: datetime
    by: int | None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it stands: how often it was saved, and its fields."""

    revision: int = 0
    fields: Mapping[str, Kept] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, Any]:
        """Everything that was typed, by field."""
        return {name: one.value for name, one in self.fields.items()}

    def since(self, moment: datetime) -> dict[str, Any]:
        """What was typed at this moment or later."""
        return {name: one.value for name, one in self.fields.items() if one.at >= moment}


@dataclass(frozen=True, slots=True)
class Saved:
    """The draft is kept, as typed. clashes: the fields that somebody else, or another window, changed meanwhile, with what
    stands there: only these were not written. problems: what is wrong with what was typed."""

    revision: int
    clashes: Mapping[str, Kept] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def form_of(situation: Situation) -> str:
    """The form that the current step asks for, "" if none."""
    step_id = situation.state.step
    return _form_of(situation.definition.programme.step(step_id)) if step_id else ""


def _form_of(step: Step) -> str:
    return str(step.form) if isinstance(step, Apply | Agree | Deliver) else ""


_OF_A_FORM = """
  SELECT draft.revision, kept.field, kept.value, kept.revision, kept.at, kept.by, kept.source
  FROM casework_draft draft LEFT JOIN casework_draftfield kept ON kept.draft_id = draft.id
  WHERE draft.case_id = %s AND draft.form = %s"""


def draft_of(case: Case, form: str) -> Draft | None:
    """The draft of a form, None if nobody began one. One query."""
    with prepared.cursor() as cursor:
        cursor.execute(_OF_A_FORM, [prepared.stable(case.pk), form])
        rows = cursor.fetchall()
    if not rows:
        return None
    return Draft(rows[0][0], {row[1]: Kept(json.loads(row[2]), *row[3:]) for row in rows if row[1] is not None})


def save_draft(
    number: str,
    form: str,
    typed: Mapping[str, Any] | Callable[[Form], Mapping[str, Any]],
    seen: int | Mapping[str, int],
    actor: Actor,
    *,
    untouched: frozenset[str] = frozenset(),
    source: str | Mapping[str, str] = "",
    request_id: str = "",
) -> Saved | Refusal:
    """Keep what was typed, field by field; fields that are not among the values stay as they are.

    typed: the values, or what reads them once the form is known, which saves looking for it before.
    seen: the revision of the draft that the person saw, or one for each field: what was changed later is not overwritten
    but comes back as a clash. untouched: fields that are sent along as they were shown; they never overwrite anything.
    source: where the values were taken from, for all or by field; "" where they were typed.
    Incomplete or wrong values are kept all the same; `problems` says what is wrong with them.
    Raises Case.DoesNotExist.
    """
    with transaction.atomic():
        held = store.hold_form(number, form, (actor, request_id))
        definition = held.definition
        if not _is_asked(held, form):
            said = Text("该办件已进入下一环节，表单不再可改。", "The case has moved on; the form is closed.")
            return refuse("case.moved_on", said, value=form)
        values = storable(dict(typed(definition.programme.form(form)) if callable(typed) else typed))
        if len(canonical(values)) > BYTES_MOST:
            return refuse(
                "draft.too_large", Text("填写内容过大，请改用附件。", "This is too much text; use an attachment.")
            )
        of_form = definition.programme.form(form)
        if refusal := may_type(held.case, of_form, values.keys() - untouched, actor, held.editors):
            return refusal
        revision, clashes = _write(held, form, values, seen, actor, untouched, source)
        if held.case.submitted_at is None:
            _keep_title(held.case, definition, form, {name: values[name] for name in values.keys() - clashes.keys()})
    return Saved(revision, clashes, _problems(definition, form, values))


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


def _is_asked(held: store.HeldForm, form: str) -> bool:
    case = held.case
    return not case.end and _form_of(held.definition.programme.step(case.step)) == form


_WRITE = """
  WITH sent AS (
    SELECT name, value::jsonb, seen, touched, source
    FROM unnest(%(names)s::text[], %(values)s::text[], %(seen)s::bigint[], %(touched)s::boolean[], %(sources)s::text[])
      AS given (name, value, seen, touched, source)
  ), there AS (
    SELECT kept.* FROM casework_draftfield kept JOIN casework_draft draft ON draft.id = kept.draft_id
    WHERE draft.case_id = %(case)s AND draft.form = %(form)s AND kept.at >= %(entered)s
  ), clashing AS (
    SELECT there.* FROM there JOIN sent ON sent.name = there.field
    WHERE sent.touched AND there.revision > sent.seen AND there.value IS DISTINCT FROM sent.value
  ), fresh AS (
    SELECT sent.* FROM sent LEFT JOIN there ON there.field = sent.name
    WHERE NOT EXISTS (SELECT FROM clashing WHERE field = sent.name)
      AND (there.field IS NULL OR (sent.touched AND there.value IS DISTINCT FROM sent.value))
  ), head AS (
    INSERT INTO casework_draft (case_id, form, revision, begun_at, saved_at, saved_by)
    VALUES (%(case)s, %(form)s, 1, %(now)s, %(now)s, %(by)s)
    ON CONFLICT (case_id, form) DO UPDATE
      SET revision = casework_draft.revision + (EXISTS (SELECT FROM fresh))::int,
        saved_at = excluded.saved_at, saved_by = excluded.saved_by
    RETURNING id, revision
  ), written AS (
    INSERT INTO casework_draftfield (draft_id, field, value, revision, at, by, source)
    SELECT head.id, fresh.name, fresh.value, head.revision, %(now)s, %(by)s, fresh.source FROM head, fresh
    ON CONFLICT (draft_id, field) DO UPDATE
      SET value = excluded.value, revision = excluded.revision, at = excluded.at, by = excluded.by,
        source = excluded.source
  )
  SELECT head.revision, clashing.field, clashing.value, clashing.revision, clashing.at, clashing.by
  FROM head LEFT JOIN clashing ON true"""
"""One statement, sent after the case is locked (`store.hold_form`): what it reads is what the lock protects. What is there
already is not written again and makes no new revision: a late saving of the same words must not undo a confirmation."""


def _write(
    held: store.HeldForm,
    form: str,
    values: Mapping[str, Any],
    seen: int | Mapping[str, int],
    actor: Actor,
    untouched: frozenset[str],
    source: str | Mapping[str, str],
) -> tuple[int, dict[str, Kept]]:
    names = sorted(values)
    given = {
        "case": prepared.stable(held.case.pk),
        "form": form,
        "now": clock.now(),
        "by": prepared.stable(actor.person),
        "entered": held.entered,
        "names": names,
        "values": [store.as_json(values[name]) for name in names],
        "seen": prepared.stable([seen if isinstance(seen, int) else seen.get(name, 0) for name in names]),
        "touched": [name not in untouched for name in names],
        "sources": [source if isinstance(source, str) else source.get(name, "") for name in names],
    }
    with prepared.cursor() as cursor:
        cursor.execute(_WRITE, given)
        rows = cursor.fetchall()
    return rows[0][0], {row[1]: Kept(json.loads(row[2]), *row[3:]) for row in rows if row[1] is not None}


def _keep_title(case: Case, definition: Definition, form: str, values: Mapping[str, Any]) -> None:
    """Lists call an unsubmitted application by what its draft is called."""
    about = definition.programme.about.title
    if not about or about.partition(".")[0] != form or about.split(".")[1] not in values:
        return
    title = facts.about_of(definition, {form: values}).title
    if title != case.title:
        Case.objects.filter(pk=case.pk).update(title=title, changed_at=clock.now())


def _problems(definition: Definition, form: str, values: Mapping[str, Any]) -> tuple[Problem, ...]:
    """What is wrong with these answers as such, whatever the others say."""
    _, problems = definition.check_answers(form, values, {}, complete=False)
    return tuple(problems)
