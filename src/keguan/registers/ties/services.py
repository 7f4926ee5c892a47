"""How ties are declared, corrected by ending them, and told to those whose work depends on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused
from keguan.registers.parties.changes import ties_changed
from keguan.registers.ties.models import KINDS, SEVERITIES, WITH_ORGANISATIONS, Tie
from keguan.registers.trace import services as trace


@dataclass(frozen=True, slots=True)
class NewTie:
    """A tie as typed; see `Tie`. One of other and organisation."""

    kind: str
    person: int
    other: int | None = None
    organisation: int | None = None
    severity: str = "hard"
    since: date | None = None
    until: date | None = None
    source: str = ""


@transaction.atomic
def declare(given: NewTie, actor: Actor) -> Tie:
    """Enter a tie; from now on it counts wherever a programme names its kind.

    Raises Refused: `tie.kind`, `tie.severity`, `tie.with`, `tie.self`, `tie.dates`, `tie.source`, `tie.known`.
    """
    if problems := _wrong(given):
        raise Refused.because(*problems)
    try:
        with transaction.atomic():
            row = Tie.objects.create(
                kind=given.kind,
                person_id=given.person,
                other_id=given.other,
                organisation_id=given.organisation,
                severity=given.severity,
                since=given.since,
                until=given.until,
                source=given.source.strip(),
                declared_by_id=actor.person,
                declared_at=clock.now(),
            )
    except IntegrityError as error:
        raise Refused.because(_known()) from error
    _trace("declared", row, actor)
    ties_changed([row.person_id, row.other_id])
    return row


@transaction.atomic
def end(tie: Tie, actor: Actor, *, on: date, reason: str) -> Tie:
    """Say until when a tie held. Raises Refused: `tie.reason`, `tie.dates`."""
    row = Tie.objects.select_for_update().get(pk=tie.pk)
    problems = []
    if not reason.strip():
        problems.append(Problem("tie.reason", Text("请写明理由。", "Give the reason."), "reason"))
    if row.since is not None and on < row.since:
        problems.append(_dates(on))
    if problems:
        raise Refused.because(*problems)
    row.until = on
    row.save(update_fields=["until"])
    _trace("ended", row, actor, reason=reason.strip())
    ties_changed([row.person_id, row.other_id])
    return row


def _wrong(given: NewTie) -> list[Problem]:
    found = []
    if given.kind not in KINDS:
        found.append(Problem("tie.kind", Text("请选择关系。", "Choose the kind of tie."), "kind", given.kind[:40]))
    if given.severity not in SEVERITIES:
        found.append(Problem("tie.severity", Text("请选择程度。", "Choose how grave it is."), "severity"))
    if (given.other is None) == (given.organisation is None):
        said = Text("请填写对方一人，或一个单位。", "Name one person, or one organisation.")
        found.append(Problem("tie.with", said, "name"))
    elif given.organisation is not None and given.kind in KINDS and given.kind not in WITH_ORGANISATIONS:
        said = Text("这种关系的对方是人。", "This tie is one to a person.")
        found.append(Problem("tie.with", said, "name", fix=Text("请填写姓名。", "Give a name.")))
    if given.other == given.person:
        found.append(Problem("tie.self", Text("不能申报与本人的关系。", "A tie is to somebody else."), "name"))
    if given.since and given.until and given.until < given.since:
        found.append(_dates(given.until))
    if not given.source.strip():
        fix = Text(
            "如：本人声明、聘书、工商登记、判决书文号",
            "Such as: own word, a contract, the company register, a judgment",
        )
        found.append(Problem("tie.source", Text("请写明来源。", "Say what it rests on."), "source", fix=fix))
    return found


def _dates(day: date) -> Problem:
    say = Text("截止日期早于起始日期。", "It would end before it begins.")
    return Problem("tie.dates", say, "until", day.isoformat(), fix=Text("请核对起止日期", "Check the two days"))


def _known() -> Problem:
    fix = Text("可先截止原记录，再重新登记。", "End the entry that stands, then enter it anew.")
    return Problem("tie.known", Text("该关系已登记。", "This tie stands already."), "name", fix=fix)


def _trace(event: str, tie: Tie, actor: Actor, **hidden: object) -> None:
    trace.write(
        f"ties:tie:{event}",
        actor,
        payload={"tie": tie.pk, "person": tie.person_id},
        personal={
            "kind": tie.kind,
            "other": tie.other_id,
            "organisation": tie.organisation_id,
            "severity": tie.severity,
            "since": tie.since.isoformat() if tie.since else None,
            "until": tie.until.isoformat() if tie.until else None,
            "source": tie.source,
            **hidden,
        },
    )
