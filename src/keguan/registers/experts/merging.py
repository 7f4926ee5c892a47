"""What becomes of entries in the pool when two people were one."""

from __future__ import annotations

from keguan.registers.experts.models import Absence, Expert, Merit, Work
from keguan.registers.parties.merging import Moving, follows


@follows("expert")
def expert_follows(moving: Moving) -> None:
    """The entry passes over; of two, the one that is gone leaves the pool, and its fields and words join the other's."""
    entry = Expert.objects.select_for_update(of=("self",)).filter(person=moving.gone).first()
    if entry is None:
        return
    stays = Expert.objects.select_for_update(of=("self",)).filter(person=moving.kept).first()
    if stays is None:
        moving.point(Expert.objects.all(), "person")
        return
    _works_follow(moving, entry, stays)
    absences = Absence.objects.filter(expert=entry)
    moving.note("experts.absence.expert", list(absences.values_list("pk", flat=True)))
    absences.update(expert=stays)
    merits = Merit.objects.filter(expert=entry)
    moving.note("experts.merit.expert", list(merits.values_list("pk", flat=True)))
    merits.update(expert=stays)
    before = {"fields": list(stays.fields), "keywords": list(stays.keywords), "status": entry.status}
    stays.fields = list(dict.fromkeys([*stays.fields, *entry.fields]))
    stays.keywords = list(dict.fromkeys([*stays.keywords, *entry.keywords]))
    stays.save(update_fields=["fields", "keywords"])
    entry.status = "left"
    entry.save(update_fields=["status"])
    moving.dropped.append({"table": "experts.expert", "row": stays.pk, "left": entry.pk, "before": before})


def _works_follow(moving: Moving, entry: Expert, stays: Expert) -> None:
    """Works pass over; one that both entries had is kept once."""
    rows = list(Work.objects.select_for_update().filter(expert=stays))
    identified = {one.identifier for one in rows if one.identifier}
    titled = {(one.kind, one.normal_title) for one in rows if not one.identifier}
    keys = []
    for one in Work.objects.select_for_update().filter(expert=entry):
        if one.identifier in identified if one.identifier else (one.kind, one.normal_title) in titled:
            moving.drop(one)
        else:
            one.expert = stays
            one.save(update_fields=["expert"])
            keys.append(one.pk)
    moving.note("experts.work.expert", keys)
