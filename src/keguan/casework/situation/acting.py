"""Who somebody is for one case: which of the language's roles they hold here, whether it is their own, which seat."""

from __future__ import annotations

from keguan.casework.models import Case
from keguan.database import prepared
from keguan.engine.decision import SYSTEM as SYSTEM_ACTING
from keguan.engine.decision import Acting
from keguan.kernel.actors import Actor

FOR_THE_PROGRAMME = ("officer", "committee", "planning", "supervision", "finance")
"""Roles held for a programme (or all), whatever the host."""


def acting_for(case: Case, actor: Actor, *, attempt: int = 1) -> Acting:
    """The acting person as this case sees them. One query, and that only while the case is under review.

    attempt: which coming to the current step, for the reviewer's seat.
    """
    if actor.is_system:
        return SYSTEM_ACTING
    if actor.person is None:
        return Acting()
    roles = {role for role in FOR_THE_PROGRAMME if actor.holds(role, programme=case.code)}
    if case.host_id is not None and actor.holds("host", organisation=case.host_id):
        roles.add("host")
    if case.authority_id is not None and actor.holds("authority", organisation=case.authority_id):
        roles.add("authority")
    if case.applicant_id is None and "host" in roles:
        # A case that was pushed to an organisation is nobody's own: its research office answers for it.
        roles.add("applicant")
    own = _is_of(case, actor.person) or (case.parent is not None and _is_of(case.parent, actor.person))
    if actor.person in (case.applicant_id, case.principal_id):
        roles.add("applicant")
    seat = _seat(case, actor.person, attempt) if case.step_kind == "review" else ""
    if seat:
        roles.add("expert")
    return Acting(person=actor.person, roles=frozenset(roles), own=own, seat=seat)


def deputised_by(case: Case, actor: Actor, role: str) -> int | None:
    """The person for whom the actor acts in this role on the case; None where the duty is their own. No query."""
    match role:
        case "host" if case.host_id is not None:
            return actor.deputises("host", organisation=case.host_id)
        case "authority" if case.authority_id is not None:
            return actor.deputises("authority", organisation=case.authority_id)
        case _:
            return actor.deputises(role, programme=case.code)


def _is_of(case: Case, person: int) -> bool:
    return person in (case.applicant_id, case.principal_id) or person in case.members or person in case.editors


_SEAT = """
  SELECT seat.number FROM casework_seat seat
  JOIN casework_seatholder holder ON holder.seat_id = seat.id
  JOIN experts_expert expert ON expert.id = holder.expert_id
  WHERE seat.case_id = %s AND seat.step = %s AND seat.attempt = %s AND expert.person_id = %s
    AND seat.state IN ('invited', 'accepted', 'final')
  ORDER BY seat.id LIMIT 1"""


def _seat(case: Case, person: int, attempt: int) -> str:
    with prepared.cursor() as cursor:
        cursor.execute(_SEAT, [prepared.stable(value) for value in (case.pk, case.step, attempt, person)])
        held = cursor.fetchone()
    return str(held[0]) if held is not None else ""
