"""Internal notes: what officers tell one another about a case. They are no part of its state, and no applicant reads them.

A note is never changed. Its writer may strike it out; what it said then stands in the trace alone, behind a commitment, so
that the law may still have it erased.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from keguan.casework import store
from keguan.casework.models import Case, DeskNote
from keguan.casework.permissions import can_handle, can_see_notes
from keguan.engine.moves import refuse
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.names import clean_text
from keguan.kernel.problems import Refusal
from keguan.registers.trace import services as trace

MOST = 2000
"""Characters of a note."""
NOT_YOURS = Text("只有本计划的项目主管可以这样做。", "Only officers of the programme can do this.")


@dataclass(frozen=True, slots=True)
class Noted:
    """A note as its reader sees it. text: "" once it was struck out."""

    pk: int
    text: str
    by: str
    at: datetime
    struck_at: datetime | None
    is_mine: bool


def notes_of(actor: Actor, case: Case) -> list[Noted]:
    """The notes on a case, the first at the top, for whom they are meant. One query where the reader's seats are known."""
    if not can_see_notes(actor, case):
        return []
    rows = DeskNote.objects.filter(case=case).select_related("by").order_by("pk")
    return [Noted(one.pk, one.text, one.by.name, one.at, one.struck_at, one.by_id == actor.person) for one in rows]


def write_note(number: str, text: str, actor: Actor, *, request_id: str = "") -> DeskNote | Refusal:
    """Note something on a case for colleagues. Raises Case.DoesNotExist."""
    said = clean_text(text.replace("\r\n", "\n")).strip()
    with transaction.atomic():
        trace.stamp(actor, request_id)
        case = store.hold(number).case
        if not can_handle(actor, case) or actor.person is None:
            return refuse("right.missing", NOT_YOURS, value="officer")
        if not said:
            return refuse("note.empty", Text("请写明备注内容。", "Write the note."), where="note")
        if len(said) > MOST:
            long = Text("备注最多{most}字。", "A note has at most {most} characters.").filled(most=MOST)
            return refuse("text.too_long", long, where="note", value=str(len(said)))
        note = DeskNote.objects.create(case=case, text=said, by_id=actor.person, at=clock.now())
        trace.write("desk:note:written", actor, case_number=number, payload={"note": note.pk}, personal={"text": said})
        return note


def strike_note(number: str, note: int, actor: Actor, *, request_id: str = "") -> DeskNote | Refusal:
    """Strike out a note of one's own. Asking twice does nothing twice. Raises DeskNote.DoesNotExist."""
    with transaction.atomic():
        trace.stamp(actor, request_id)
        found = DeskNote.objects.select_for_update().get(pk=note, case__number=number)
        if found.by_id != actor.person or not can_handle(actor, store.hold(number).case):
            said = Text("备注只能由写的人划去。", "Only its writer strikes out a note.")
            return refuse("right.missing", said, value="officer")
        if found.struck_at is None:
            payload, personal = {"note": found.pk}, {"text": found.text}
            found.text, found.struck_at = "", clock.now()
            found.save(update_fields=["text", "struck_at"])
            trace.write("desk:note:struck", actor, case_number=number, payload=payload, personal=personal)
        return found
