"""The ways a project comes into the register and changes there, besides the imports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.names import normal_title
from keguan.kernel.problems import Problem, Refused
from keguan.registers.parties.changes import ties_changed
from keguan.registers.projects.logic import clean_number, number_grammar
from keguan.registers.projects.models import STATUSES, Membership, Project
from keguan.registers.trace import services as trace


@dataclass(frozen=True, slots=True)
class NewProject:
    """What must be known to enter a project decided in this house. host, principal, participants: ids.

    amount_fen: granted, in fen. first_day, last_day: both included.
    """

    number: str
    title: str
    host: int
    programme: str
    principal: int | None = None
    participants: tuple[int, ...] = field(default=())
    kind: str = ""
    amount_fen: int | None = None
    first_day: date | None = None
    last_day: date | None = None
    host_name: str = ""


@transaction.atomic
def record(project: NewProject, actor: Actor, *, origin: str) -> Project:
    """Enter a project that one of our cases led to. Asked twice for the same case, it gives the first back.

    Raises Refused("project.number-taken") if another case has this number.
    """
    number = clean_number(project.number)
    existing = Project.objects.filter(source_kind="own", number=number).first()
    if existing is not None:
        if existing.origin == origin:
            return existing
        say = Text("项目编号 {n} 已用于另一办件", "The number {n} already belongs to another case").filled(n=number)
        raise Refused.because(
            Problem("project.number-taken", say, "number", number, fix=Text("请换一个编号", "Take another number"))
        )
    row = Project.objects.create(
        number=number,
        number_grammar=number_grammar(number),
        title=project.title,
        normal_title=normal_title(project.title),
        programme=project.programme,
        kind=project.kind,
        host_id=project.host,
        host_name_as_given=project.host_name,
        principal_id=project.principal,
        amount_fen=project.amount_fen,
        approved_year=project.first_day.year if project.first_day else None,
        first_day=project.first_day,
        last_day=project.last_day,
        status="running",
        source_kind="own",
        source=origin,
        origin=origin,
    )
    people = [(person, "participant") for person in project.participants if person != project.principal]
    if project.principal is not None:
        people.insert(0, (project.principal, "principal"))
    _join(row, people)
    payload = {"project": row.pk, "number": number, "members": [[person, role] for person, role in people]}
    trace.write("projects:project:recorded", actor, case_number=origin, payload=payload)
    ties_changed(person for person, _ in people)
    return row


def _join(project: Project, people: Iterable[tuple[int, str]]) -> None:
    Membership.objects.bulk_create(
        Membership(project=project, person_id=person, role=role) for person, role in dict.fromkeys(people)
    )


@transaction.atomic
def change_status(project: Project, status: str, actor: Actor, *, reason: str, origin: str = "") -> Project:
    """Say that a project runs, is finished or terminated. reason: one sentence for the trace, required."""
    if status not in STATUSES or not reason.strip():
        say = Text("请给出有效的状态和理由", "Give a known status and a reason")
        raise Refused.because(
            Problem(
                "project.status",
                say,
                "status",
                status,
                fix=Text("可选：" + "、".join(word.zh for word in STATUSES.values()), "One of: " + ", ".join(STATUSES)),
            )
        )
    row = Project.objects.select_for_update().get(pk=project.pk)
    before, row.status = row.status, status
    row.save(update_fields=["status"])
    payload = {"project": row.pk, "number": row.number, "before": before, "after": status, "reason": reason}
    trace.write("projects:project:status-changed", actor, case_number=origin, payload=payload)
    return row


@transaction.atomic
def link_principal(project: Project, person: int, actor: Actor) -> Project:
    """Say who the pseudonymous principal of a published project is; the pseudonym stays beside the name."""
    row = Project.objects.select_for_update().get(pk=project.pk)
    if row.principal_id not in (None, person):
        say = Text("该项目已有另一位负责人", "This project already has another principal investigator")
        raise Refused.because(
            Problem(
                "project.principal-known",
                say,
                "principal",
                row.number,
                fix=Text("如需变更负责人，请办理变更", "A change of principal is a case of its own"),
            )
        )
    row.principal_id = person
    row.save(update_fields=["principal"])
    Membership.objects.get_or_create(project=row, person_id=person, defaults={"role": "principal"})
    trace.write(
        "projects:project:principal-linked", actor, payload={"project": row.pk, "number": row.number, "person": person}
    )
    ties_changed([person])
    return row
