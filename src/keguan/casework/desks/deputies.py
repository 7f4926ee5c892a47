"""Duties handed to a deputy for some days: what the register of people checks, and that nobody comes to judge their own."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import F, Q

from keguan.casework.models import Case
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused
from keguan.language.vocabulary import BODIES
from keguan.registers.parties import services
from keguan.registers.parties.models import Duty, Person


@transaction.atomic
def hand_to_deputy(actor: Actor, duty: Duty, deputy: Person, *, since: date, until: date, reason: str) -> Duty:
    """Hand one's duty to a colleague from day to day, both included. Nobody deputises at a desk where a running case is
    their own: they would be kept from it anyway, and the desk would stand still. Raises Refused, all problems at once."""
    problems: tuple[Problem, ...] = ()
    if own := own_at(duty.role, duty.organisation_id, deputy, programme=duty.programme):
        said = Text(
            "代理人是在办办件 {number} 的申报人或成员。",
            "The deputy is the applicant or a member of {number}, which runs.",
        )
        fix = Text("请另选一人。", "Choose somebody else.")
        problems = (Problem("deputy.own_case", said.filled(number=own), where="deputy", value=own, fix=fix),)
    try:
        made = services.delegate_duty(actor, duty, deputy, since=since, until=until, reason=reason)
    except Refused as refused:
        raise Refused.because(*refused.refusal.problems, *problems) from refused
    if problems:
        raise Refused.because(*problems)
    return made


def roles_apart(duty: Duty, deputy: Person, since: date, until: date) -> list[str]:
    """The roles that the deputy holds on these days for another body than the duty's: nobody acts for two on one case."""
    held = Duty.objects.filter(person=deputy, since__lte=until).exclude(until__lt=since).exclude(until__lt=F("since"))
    if duty.programme:
        held = held.filter(programme__in=("", duty.programme))
    roles = held.order_by("role").values_list("role", flat=True).distinct()
    return [role for role in roles if BODIES.get(role, BODIES[duty.role]) != BODIES[duty.role]]


def own_at(role: str, organisation: int | None, person: Person, *, programme: str = "") -> str | None:
    """The number of a running case of this person's own that comes to the desk of this role: there they may not act on it."""
    mine = Q(applicant=person) | Q(principal=person) | Q(members__contains=[person.pk])
    desk = Q(code=programme) if programme else Q()
    if role in ("host", "authority"):
        desk = Q(**{role: organisation})
    return Case.objects.filter(mine, desk, end="").values_list("number", flat=True).first()
