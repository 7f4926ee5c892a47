"""What happens to cases when people come and go: a member's cases pass to the research office."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from keguan.casework.messages import send
from keguan.casework.models import (
    Archived,
    CallChange,
    Case,
    DeskNote,
    Draft,
    DraftField,
    Editor,
    Memo,
    Message,
    Round,
    SeatHolder,
    Task,
)
from keguan.casework.versions import definition_of
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.definition import Definition
from keguan.registers.experts.models import Expert
from keguan.registers.parties.merging import Moving, follows
from keguan.registers.parties.telling import tells
from keguan.registers.trace import services as trace
from keguan.registers.trace.sentences import sentences

sentences(
    {
        "case:people:to_office": Text(
            "申报人离开单位，由科研管理部门接手", "the applicant left; the research office takes over"
        ),
    }
)


@tells("sanction")
def told_of_sanction(people: list[int], line: Text) -> None:
    """A sanction that was entered or lifted, in the messages of whom it stands against."""
    send("sanction", people, None, line, clock.now())


@tells("duty")
def told_of_duty(people: list[int], line: Text) -> None:
    """A duty that was given or ended, in the messages of its holder."""
    send("duty", people, None, line, clock.now())


@tells("entry")
def told_of_entry(people: list[int], line: Text) -> None:
    """An entry that somebody else corrected, in the messages of whom it is about."""
    send("entry", people, None, line, clock.now())


def open_cases_of(person: int, host: int) -> list[str]:
    """The numbers of the running cases this person began for this host."""
    running = Case.objects.filter(applicant=person, host=host, end="")
    return list(running.order_by("number").values_list("number", flat=True))


@transaction.atomic
def hand_to_office(actor: Actor, person: int, host: int) -> list[str]:
    """The running cases that this person began for this host become the research office's, with their open tasks.

    As with a case that was pushed to an organisation, whoever holds the office then acts as its applicant. The person
    stays what the answers say they are (principal, member): changing that is an amendment. Returns the numbers.
    """
    running = Case.objects.filter(applicant=person, host=host, end="")
    cases = list(running.select_for_update(of=("self",)).order_by("pk"))
    keys = [case.pk for case in cases]
    Case.objects.filter(pk__in=keys).update(applicant=None, revision=F("revision") + 1, changed_at=clock.now())
    Task.objects.filter(case__in=keys, role="applicant", person=person).update(person=None)
    trace.write_many(
        actor,
        [
            trace.Line(
                "case:people:to_office",
                on_behalf_of=host,
                case_number=case.number,
                payload={"person": person, "host": host},
            )
            for case in cases
        ],
    )
    return [case.number for case in cases]


@follows(
    *("begun_cases", "led_cases", "handled_cases", "archived_cases", "tasks", "messages"),
    *("casework.desknote.by", "casework.editor.person"),
)
def cases_follow(moving: Moving) -> None:
    """Two entries were one person: cases, tasks, messages, seats, and what running cases remember of either.

    What was handed in stays as it was handed in; what is asked of it from now on finds the one person.
    """
    kept, gone = moving.kept.pk, moving.gone.pk
    cases = list(
        Case.objects.filter(Q(applicant=gone) | Q(principal=gone) | Q(members__contains=[gone]))
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    for case in cases:
        case.applicant_id = kept if case.applicant_id == gone else case.applicant_id
        case.principal_id = kept if case.principal_id == gone else case.principal_id
        case.members = sorted({kept if one == gone else one for one in case.members} - {case.principal_id})
        case.revision += 1
        case.save(update_fields=["applicant", "principal", "members", "revision"])
    moving.note("casework.case.people", [case.pk for case in cases])
    for task in Task.objects.filter(person=gone):
        if Task.objects.filter(case=task.case_id, step=task.step, role=task.role, person=kept).exists():
            moving.drop(task)
    moving.point(Task.objects.all(), "person")
    for editor in Editor.objects.filter(person=gone, until=None):
        if Editor.objects.filter(case=editor.case_id, person=kept, until=None).exists():
            moving.drop(editor)
    moving.point(Editor.objects.all(), "person")
    moving.point(Message.objects.all(), "person")
    moving.point(Case.objects.all(), "handler")
    moving.point(DeskNote.objects.all(), "by")
    for put_away in Archived.objects.filter(person=gone):
        if Archived.objects.filter(case=put_away.case_id, person=kept).exists():
            moving.drop(put_away)
    moving.point(Archived.objects.all(), "person")
    drafted = Round.objects.filter(status="draft", drafted_by=gone)
    moving.note("casework.round.drafted_by", list(drafted.values_list("pk", flat=True)))
    drafted.update(drafted_by=kept)
    changes = CallChange.objects.filter(drafted_by=gone)
    moving.note("casework.callchange.drafted_by", list(changes.values_list("pk", flat=True)))
    changes.update(drafted_by=kept)
    _move_seats(moving)
    _rewrite(moving)


def _move_seats(moving: Moving) -> None:
    entry, stays = (Expert.objects.filter(person=one).first() for one in (moving.gone, moving.kept))
    if entry is None or stays is None or entry.pk == stays.pk:
        return
    held = SeatHolder.objects.filter(expert=entry)
    panels = held.values_list("seat__case", "seat__step", "seat__attempt")
    if any(
        SeatHolder.objects.filter(expert=stays, seat__case=case, seat__step=step, seat__attempt=attempt).exists()
        for case, step, attempt in panels
    ):
        moving.problems.append(
            Problem(
                "merge.panel",
                Text("两条记录在同一评审组各占一席。", "Both entries sit on the same panel."),
                "gone",
                fix=Text("请先请主管撤下其中一席。", "Let the officer release one of the seats first."),
            )
        )
        return
    keys = list(held.values_list("pk", flat=True))
    held.update(expert=stays)
    moving.note("casework.seatholder.expert", keys)


def _rewrite(moving: Moving) -> None:
    """Answers and memories of running cases name people by number: by the one that stands, from now on."""
    kept, gone = moving.kept.pk, moving.gone.pk
    word = rf"\m{gone}\M"
    memos = Memo.objects.filter(case__end="").extra(
        where=["(casework_memo.answers::text ~ %s OR casework_memo.state::text ~ %s)"], params=[word, word]
    )
    changed = []
    for memo in memos.select_related("case__programme").select_for_update(of=("self",)).order_by("pk"):
        definition = definition_of(memo.case.programme)
        answers = {form: _in_form(definition, form, values, gone, kept) for form, values in memo.answers.items()}
        state = _in_state(memo.state, gone, kept)
        if (answers, state) != (memo.answers, memo.state):
            memo.answers, memo.state = answers, state
            memo.save(update_fields=["answers", "state"])
            changed.append(memo.pk)
    moving.note("casework.memo.people", changed)
    typed = DraftField.objects.filter(draft__case__end="").extra(
        where=["casework_draftfield.value::text ~ %s"], params=[word]
    )
    drafts: set[int] = set()
    for row in (
        typed.select_related("draft__case__programme").select_for_update(of=("self",)).order_by("draft", "field")
    ):
        draft = row.draft
        after = _in_form(definition_of(draft.case.programme), draft.form, {row.field: row.value}, gone, kept)
        if after[row.field] == row.value:
            continue
        if draft.pk not in drafts:
            drafts.add(draft.pk)
            Draft.objects.filter(pk=draft.pk).update(revision=F("revision") + 1)
        mine = DraftField.objects.filter(draft=draft, field=row.field)
        mine.update(value=after[row.field], revision=draft.revision + 1)
    moving.note("casework.draft.people", sorted(drafts))


def _in_form(definition: Definition, form: str, values: Any, gone: int, kept: int) -> Any:
    declared = next((one for one in definition.programme.forms if one.form == form), None)
    if declared is None or not isinstance(values, Mapping):
        return values
    changed = dict(values)
    for one in declared.fields:
        if one.field not in changed:
            continue
        raw = changed[one.field]
        if one.type == "person":
            changed[one.field] = _person(raw, gone, kept)
        elif one.type == "table" and isinstance(raw, list):
            columns = [column.column for column in one.columns if column.type == "person"]
            changed[one.field] = [
                {**row, **{name: _person(row[name], gone, kept) for name in columns if name in row}} for row in raw
            ]
    return changed


def _person(raw: Any, gone: int, kept: int) -> Any:
    """The same value naming the one who stays; typed text stays text."""
    if isinstance(raw, list):
        return [_person(one, gone, kept) for one in raw]
    if raw == gone:
        return kept
    return str(kept) if isinstance(raw, str) and raw.strip() == str(gone) else raw


def _in_state(state: dict[str, Any], gone: int, kept: int) -> dict[str, Any]:
    """Who acted for which body, and who signed: the guards against acting twice must see the one person."""
    hands = {
        body: list(dict.fromkeys(kept if one == gone else one for one in people))
        for body, people in state.get("hands", {}).items()
    }
    steps = {}
    for name, step in state.get("steps", {}).items():
        signed = step.get("memo", {}).get("signed")
        if isinstance(signed, Mapping):
            marks = {
                party: {**mark, "person": kept} if mark and mark.get("person") == gone else mark
                for party, mark in signed.items()
            }
            step = {**step, "memo": {**step["memo"], "signed": marks}}
        steps[name] = step
    return {**state, "hands": hands, "steps": steps}
