"""What a case leaves in other registers: money owed, a project, a certificate. All carry the case's number as origin."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from keguan.casework.models import Case, SeatHolder
from keguan.engine.decision import Due, Enter, FeeOwed
from keguan.engine.state import CaseState
from keguan.kernel.actors import Actor
from keguan.kernel.clock import local_date
from keguan.kernel.money import Money
from keguan.language.definition import Definition
from keguan.language.schema import Record
from keguan.language.vocabulary import BODIES
from keguan.registers.certificates import services as certificates
from keguan.registers.funds import fees
from keguan.registers.funds import services as funds
from keguan.registers.projects import services as projects

ONE_DAY = timedelta(days=1)


def owe(case: Case, due: Due, actor: Actor, hands: Mapping[str, tuple[int, ...]], now: datetime) -> None:
    """An instalment is owed to the applying organisation. hands: who acted for which body so far. now: the deed's moment."""
    if case.host_id is None:
        raise ValueError(f"{case.number}: money is owed, but to nobody")
    tranche = funds.Tranche(
        payee=case.host_id,
        amount=Money(due.amount_fen),
        number=due.tranche,
        share=f"{due.share_percent} %",
        say=due.say,
        # A deadline is the first moment that is too late; the day owed is the one before it.
        due_day=local_date(due.due) - ONE_DAY if due.due else None,
    )
    apart = {person for body, people in hands.items() if body != BODIES["finance"] for person in people}
    funds.record_due(tranche, actor, origin=case.number, on=local_date(now), apart=apart)


def owe_fee(case: Case, owed: FeeOwed, after: CaseState, now: datetime) -> None:
    """The holder of a seat is owed a fee, by the rule of the programme."""
    attempt = after.steps[owed.step].attempt
    holder = SeatHolder.objects.filter(
        seat__case=case, seat__step=owed.step, seat__attempt=attempt, seat__number=int(owed.seat)
    )
    person = holder.values_list("expert__person_id", flat=True).get()
    of = ("review", case.number, owed.step, attempt, owed.seat)
    fees.owe_fee(of, person, Money(owed.amount_fen), case.code, case.round.code if case.round else "", now)


def enter(case: Case, definition: Definition, entry: Enter, actor: Actor) -> None:
    """An entry in the register that the definition names."""
    if entry.register == "projects":
        _project(case, entry, actor)
    else:
        _certificate(case, definition, entry, actor)


def _project(case: Case, entry: Enter, actor: Actor) -> None:
    if case.host_id is None:
        raise ValueError(f"{case.number}: a project without a host")
    project = projects.NewProject(
        number=case.number,
        title=entry.title,
        host=case.host_id,
        programme=case.code,
        principal=case.principal_id,
        participants=tuple(person for person in case.members if person != case.principal_id),
        amount_fen=case.amount_fen,
        first_day=local_date(entry.first),
        last_day=local_date(entry.last) - ONE_DAY if entry.last else None,
    )
    projects.record(project, actor, origin=case.number)


def _certificate(case: Case, definition: Definition, entry: Enter, actor: Actor) -> None:
    if entry.last is None:
        raise ValueError(f"{case.number}: a certificate without a last day")
    programme = definition.programme
    series = entry.series or next(str(one.series or "") for one in programme.steps if isinstance(one, Record))
    # A series is written as a name (high_tech_enterprise), the register's code as words with hyphens.
    code = (series or str(programme.programme)).replace("_", "-")
    certificates.register_kind(code, programme.title)
    new = certificates.NewCertificate(
        register=code,
        number=case.number,
        title=entry.title,
        first_day=local_date(entry.first),
        last_day=local_date(entry.last) - ONE_DAY,
        holder=case.host_id,
    )
    certificates.issue(new, actor, origin=case.number)
