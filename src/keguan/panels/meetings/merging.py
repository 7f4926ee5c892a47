"""What becomes of a member's recusals and absences when two people were one."""

from __future__ import annotations

from keguan.panels.meetings.models import Absence, KeptOut
from keguan.registers.parties.merging import Moving, follows


@follows()
def recusals_follow(moving: Moving) -> None:
    """Whoever had to keep out under either entry keeps out. Votes, dissent and signatures stay as they were given."""
    kept, gone = moving.kept.pk, moving.gone.pk
    recusals = KeptOut.objects.filter(person=gone).order_by("pk")
    for row in recusals.filter(case__in=KeptOut.objects.filter(person=kept).values("case")):
        moving.drop(row)
    for rows in (recusals, Absence.objects.filter(person=gone)):
        keys = list(rows.values_list("pk", flat=True))
        rows.model._base_manager.filter(pk__in=keys).update(person=kept)
        moving.note(f"{rows.model._meta.label_lower}.person", keys)
