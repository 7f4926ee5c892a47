"""What becomes of memberships when two people were one."""

from __future__ import annotations

from keguan.registers.parties.merging import Moving, follows
from keguan.registers.projects.models import Membership


@follows("memberships")
def memberships_follow(moving: Moving) -> None:
    """Nobody takes part in a project twice; whoever led it under either entry leads it."""
    theirs = Membership.objects.filter(person=moving.gone).select_for_update(of=("self",)).order_by("pk")
    keys: list[int] = []
    for row in theirs:
        twin = Membership.objects.filter(project=row.project_id, person=moving.kept).first()
        if twin is None:
            row.person = moving.kept
            row.save(update_fields=["person"])
            keys.append(row.pk)
            continue
        moving.drop(row)
        if row.role == "principal" and twin.role != "principal":
            moving.dropped.append({"table": "projects.membership", "row": twin.pk, "before": {"role": twin.role}})
            twin.role = "principal"
            twin.save(update_fields=["role"])
    moving.note("projects.membership.person", keys)
