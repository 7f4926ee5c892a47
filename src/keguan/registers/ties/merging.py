"""What becomes of ties when two people were one."""

from __future__ import annotations

from django.db.models import Q

from keguan.registers.parties.merging import Moving, follows
from keguan.registers.ties.models import Tie


@follows("ties", "ties_of")
def ties_follow(moving: Moving) -> None:
    """The ties of both count for the one person; one that both had is kept once, one between the two is no tie."""
    kept, gone = moving.kept.pk, moving.gone.pk
    keys: list[int] = []
    rows = Tie.objects.filter(Q(person=gone) | Q(other=gone)).select_for_update(of=("self",)).order_by("pk")
    for row in rows:
        person = kept if row.person_id == gone else row.person_id
        other = kept if row.other_id == gone else row.other_id
        alike = Tie.objects.filter(
            kind=row.kind, person=person, other=other, organisation=row.organisation_id, since=row.since
        )
        if person == other or alike.exclude(pk=row.pk).exists():
            moving.drop(row)
            continue
        row.person_id, row.other_id = person, other
        row.save(update_fields=["person", "other"])
        keys.append(row.pk)
    moving.note("ties.tie.person", keys)
