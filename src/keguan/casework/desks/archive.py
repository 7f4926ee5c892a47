"""Putting one's ended cases out of one's own list, and bringing them back. Nothing about the case itself changes."""

from __future__ import annotations

from django.db import transaction

from keguan.casework.models import Archived, Case
from keguan.casework.permissions import is_own
from keguan.engine.moves import refuse
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Refusal
from keguan.registers.trace import services as trace


def archive(number: str, actor: Actor, *, request_id: str = "") -> Refusal | None:
    """Put a case of one's own that has ended (decided, withdrawn, discarded) out of one's list; others keep it in theirs.

    Raises Case.DoesNotExist for an unknown number.
    """
    with transaction.atomic():
        trace.stamp(actor, request_id)
        case = Case.objects.get(number=number)
        if refusal := _may_archive(case, actor):
            return refusal
        assert actor.person is not None  # noqa: S101 - `_may_archive` refuses it
        _, is_new = Archived.objects.get_or_create(case=case, person_id=actor.person, defaults={"at": clock.now()})
        if is_new:
            trace.write("case:archive:put", actor, case_number=number)
    return None


def bring_back(number: str, actor: Actor, *, request_id: str = "") -> None:
    """Show an archived case in one's list again; one that is not archived stays where it is."""
    with transaction.atomic():
        trace.stamp(actor, request_id)
        gone, _ = Archived.objects.filter(case__number=number, person=actor.person).delete()
        if gone:
            trace.write("case:archive:taken", actor, case_number=number)


def is_archived(case: Case, actor: Actor) -> bool:
    """Whether the actor put this case away. No query for a case that runs."""
    return bool(case.end) and Archived.objects.filter(case=case, person=actor.person).exists()


def may_archive(case: Case, actor: Actor) -> bool:
    """Whether the actor may put this case away."""
    return _may_archive(case, actor) is None


def _may_archive(case: Case, actor: Actor) -> Refusal | None:
    if not is_own(actor, case):
        said = Text("只能归档自己的办件。", "Only one's own cases can be archived.")
        return refuse("right.missing", said, value="applicant")
    if not case.end:
        said = Text("办件还在办理，办结后才能归档。", "The case is running; it can be archived once it has ended.")
        fix = Text(
            "不再需要的，可以放弃草稿或申请撤回。", "If it is no longer wanted, discard the draft or withdraw it."
        )
        return refuse("archive.running", said, fix=fix)
    return None
