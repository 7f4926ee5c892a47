"""What asks about projects of record."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from keguan.kernel.names import normal_title as normalised
from keguan.registers.parties.models import Person
from keguan.registers.projects.models import Membership, Project


def running_projects(of: Person | int | str, on: date, *, role: str = "principal") -> QuerySet[Project]:
    """The projects that run on this day for a person (or for a pseudonym of a published list).

    of: a person, a person's id, or a pseudonym. role: `principal`, or `any` to count participation too.
    A project whose days are not known is not in here: see `undated_projects`.
    """
    return _of(of, role).filter(first_day__lte=on, last_day__gte=on, status__in=("running", "unknown"))


def undated_projects(of: Person | int | str, *, role: str = "principal") -> QuerySet[Project]:
    """Projects that may be running, because the source does not say their days: for a person to look at."""
    return _of(of, role).filter(Q(first_day__isnull=True) | Q(last_day__isnull=True), status__in=("running", "unknown"))


def _of(of: Person | int | str, role: str) -> QuerySet[Project]:
    if isinstance(of, str):
        # An empty pseudonym means that nobody was named: it is nobody's.
        return Project.objects.filter(principal_pseudonym=of) if of else Project.objects.none()
    person = of.pk if isinstance(of, Person) else of
    member = Membership.objects.filter(project=OuterRef("pk"), person=person)
    if role != "any":
        member = member.filter(role=role)
        return Project.objects.filter(Q(Exists(member)) | Q(principal=person))
    return Project.objects.filter(Q(Exists(member)) | Q(principal=person))


def by_host(organisation_id: int) -> QuerySet[Project]:
    """The projects an organisation hosts, newest first."""
    return Project.objects.filter(host=organisation_id)


def same_title(title: str) -> QuerySet[Project]:
    """Projects of the same title, whatever spaces, dashes and quotes were typed. title: as typed or normalised."""
    return Project.objects.filter(normal_title=normalised(title))


def by_number(number: str) -> QuerySet[Project]:
    """Projects of this number in any source."""
    return Project.objects.filter(number=number)
