"""Impose and lift sanctions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused
from keguan.registers.integrity.models import KINDS, SEVERITIES, Sanction
from keguan.registers.parties.queries import holders
from keguan.registers.parties.telling import tell
from keguan.registers.trace import services as trace


@dataclass(frozen=True, slots=True)
class NewSanction:
    """What is imposed. person or organisation: one id. until: last day; without one it is for life, and `for_life` says that
    this is meant. source: its document."""

    kind: str
    severity: str
    since: date
    source: str
    decided_by: str
    person: int | None = None
    organisation: int | None = None
    until: date | None = None
    for_life: bool = False


@transaction.atomic
def impose(new: NewSanction, actor: Actor, *, origin: str = "") -> Sanction:
    """Enter a sanction; from its first day every gate sees it. Raises Refused with everything that is missing."""
    problems = _problems(new)
    if problems:
        raise Refused.because(*problems)
    sanction = Sanction.objects.create(
        person_id=new.person,
        organisation_id=new.organisation,
        kind=new.kind,
        severity=new.severity,
        since=new.since,
        until=new.until,
        source=new.source.strip(),
        decided_by=new.decided_by.strip(),
        origin=origin,
    )
    payload = {
        "sanction": sanction.pk,
        "person": new.person,
        "organisation": new.organisation,
        "kind": new.kind,
        "severity": new.severity,
        "since": new.since,
        "until": new.until,
        "source": sanction.source,
    }
    trace.write("integrity:sanction:imposed", actor, case_number=origin, payload=payload)
    _tell(sanction, _IMPOSED, time=time_of(new.since, new.until))
    return sanction


def time_of(since: date, until: date | None) -> Text:
    """From when to when a sanction is, in words."""
    if until is None:
        return Text("自 {since} 起，终身", "from {since} for life").filled(since=since.isoformat())
    said = Text("自 {since} 至 {until}（含当日）", "from {since} to {until}, both included")
    return said.filled(since=since.isoformat(), until=until.isoformat())


_IMPOSED = Text(
    "已登记对{whom}的惩戒：{kind}，{time}，依据 {source}。",
    "A sanction against {whom} was entered: {kind}, {time}, under {source}.",
)
_LIFTED = Text(
    "对{whom}的惩戒自 {on} 起解除（{kind}，依据 {source}）。",
    "A sanction against {whom} is lifted from {on} ({kind}, under {source}).",
)


def _tell(sanction: Sanction, line: Text, **more: Text | str) -> None:
    """Whom it stands against hears of it; for an organisation, who administers it."""
    organisation, person = sanction.organisation, sanction.person_id
    if organisation is not None:
        people = list(holders("administrator", organisation=organisation.pk).values_list("pk", flat=True))
        whom = Text(organisation.name, organisation.name)
    else:
        people, whom = [person] if person is not None else [], Text("您", "you")
    tell("sanction", people, line.filled(whom=whom, kind=KINDS[sanction.kind], source=sanction.source, **more))


def _problems(new: NewSanction) -> list[Problem]:
    found = []
    if (new.person is None) == (new.organisation is None):
        say = Text("惩戒对象须为一个人或一个单位", "A sanction stands against one person or one organisation")
        found.append(
            Problem(
                "sanction.subject",
                say,
                "subject",
                fix=Text("请选定一个人或一个单位", "Choose one person or one organisation"),
            )
        )
    if new.kind not in KINDS:
        found.append(
            Problem(
                "sanction.kind", Text("惩戒种类不明", "Unknown kind of sanction"), "kind", new.kind, fix=_choices(KINDS)
            )
        )
    if new.severity not in SEVERITIES:
        found.append(
            Problem(
                "sanction.severity",
                Text("严重程度不明", "Unknown severity"),
                "severity",
                new.severity,
                fix=_choices(SEVERITIES),
            )
        )
    if new.until is not None and new.until < new.since:
        say = Text("终止日早于起始日", "The last day is before the first")
        found.append(
            Problem("sanction.days", say, "until", new.until.isoformat(), fix=Text("请核对起止日期", "Check both days"))
        )
    if new.until is None and not new.for_life:
        say = Text("没有写截止日，也没有选终身", "It has no last day, and for life was not chosen")
        fix = Text("请填写最后一日；确为终身的，请选“终身”", "Give its last day; if it is for life, choose “for life”")
        found.append(Problem("sanction.until", say, "until", fix=fix))
    if new.until is not None and new.for_life:
        say = Text("既写了截止日，又选了终身", "It has a last day, and for life was chosen, too")
        fix = Text("请只保留一项", "Keep one of the two")
        found.append(Problem("sanction.until", say, "until", new.until.isoformat(), fix=fix))
    if not new.source.strip() or not new.decided_by.strip():
        say = Text("须写明决定文号和决定单位", "Name the document and the body that decided")
        found.append(
            Problem("sanction.source", say, "source", fix=Text("例如 科监〔2026〕1号", "For example 科监〔2026〕1号"))
        )
    return found


def _choices(words: dict[str, Text]) -> Text:
    return Text("可选：" + "、".join(word.zh for word in words.values()), "One of: " + ", ".join(words))


@transaction.atomic
def lift(sanction: Sanction, actor: Actor, *, on: date, reason: str, origin: str = "") -> Sanction:
    """End a sanction early: `on` is the first day without it. reason: required, for the record."""
    row = Sanction.objects.select_for_update().get(pk=sanction.pk)
    if row.status == "lifted":
        raise Refused.because(
            Problem(
                "sanction.lifted",
                Text("该惩戒已解除", "The sanction was lifted before"),
                "status",
                fix=Text("无需再次办理", "Nothing more is to be done"),
            )
        )
    if not reason.strip():
        raise Refused.because(
            Problem(
                "sanction.reason",
                Text("请写明理由", "Give a reason"),
                "reason",
                fix=Text("请写一句理由，将记入痕迹", "Write one sentence; it goes into the trace"),
            )
        )
    row.status, row.lifted_on, row.lifted_because = "lifted", on, reason.strip()
    row.save(update_fields=["status", "lifted_on", "lifted_because"])
    payload = {"sanction": row.pk, "source": row.source, "lifted_on": on, "reason": row.lifted_because}
    trace.write("integrity:sanction:lifted", actor, case_number=origin or row.origin, payload=payload)
    _tell(row, _LIFTED, on=on.isoformat())
    return row
