"""What becomes of the people of an organisation that goes into another: they work for it, and hold their duties there."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q

from keguan.kernel.bilingual import Text
from keguan.registers.organisations.merging import Passing, passes_on
from keguan.registers.parties.changes import ties_changed
from keguan.registers.parties.models import Duty, Employment, Invitation, Person
from keguan.registers.parties.services import duty_changed
from keguan.registers.parties.telling import tell


@passes_on("staff", "duties", "invitations")
def people_pass(passing: Passing) -> None:
    """Staff, duties that run, and open invitations. A duty ends with the day before and begins anew for the successor, so that
    what was done for whom stays true; whoever holds it there already holds it once."""
    gone, into, day = passing.gone, passing.into, passing.day
    before = day - timedelta(days=1)
    staff = list(Person.objects.filter(employer=gone).select_for_update(of=("self",)).order_by("pk"))
    keys = [one.pk for one in staff]
    Employment.objects.filter(organisation=gone, person__in=keys, until=None).update(until=before)
    there = set(
        Employment.objects.filter(organisation=into, person__in=keys, until=None).values_list("person", flat=True)
    )
    Employment.objects.bulk_create(
        (Employment(person=one, organisation=into, since=day, source="merged") for one in staff if one.pk not in there),
        ignore_conflicts=True,
    )
    passing.point(Person.objects.all(), "employer")
    passing.point(Invitation.objects.filter(ended_at=None), "organisation")
    _duties(passing)
    ties_changed(keys)
    said = Text(
        "{gone}已并入{into}，您的工作单位随之变更，请核对。",
        "{gone} has gone into {into}: it is your employer from today on. Look your entry over.",
    )
    tell("entry", keys, said.filled(gone=gone.name, into=into.name))


def _duties(passing: Passing) -> None:
    gone, into, day = passing.gone, passing.into, passing.day
    running = Q(until__isnull=True) | Q(until__gte=day)
    # Duties of one's own first: a deputy's hangs on the one that it came from.
    rows = Duty.objects.filter(running, organisation=gone).select_for_update(of=("self",))
    fresh: dict[int, Duty] = {}
    n = 0
    for row in sorted(rows, key=lambda one: (one.delegated_from_id is not None, one.pk)):
        until, since = row.until, max(row.since, day)
        row.until = max(day - timedelta(days=1), row.since - timedelta(days=1))
        row.save(update_fields=["until"])
        duty_changed(passing.actor, "ended", row)
        overlapping = Duty.objects.filter(
            Q(until__isnull=True) | Q(until__gte=since),
            person=row.person_id, role=row.role, organisation=into, programme=row.programme,
        )  # fmt: skip
        if until is not None:
            overlapping = overlapping.filter(since__lte=until)
        if overlapping.exists():
            continue
        made = Duty.objects.create(
            person_id=row.person_id,
            role=row.role,
            organisation=into,
            programme=row.programme,
            since=since,
            until=until,
            granted_by_id=passing.actor.person,
            delegated_from=fresh.get(row.delegated_from_id) if row.delegated_from_id else None,
            reason=row.reason,
        )
        fresh[row.pk] = made
        n += 1
        duty_changed(passing.actor, "granted", made)
    passing.count("parties.duty.organisation", n)
