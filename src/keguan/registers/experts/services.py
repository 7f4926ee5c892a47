"""How experts enter the pool and leave it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused
from keguan.registers.codes.queries import read_codes
from keguan.registers.experts.identity import identity_problems
from keguan.registers.experts.models import STATUSES, Expert
from keguan.registers.experts.waiting import waiting_for
from keguan.registers.organisations.queries import is_region
from keguan.registers.parties.changes import ties_changed
from keguan.registers.parties.telling import tell
from keguan.registers.trace import services as trace

_TOLD = Text("您在专家库的状态变为：{status}。", "Your entry in the pool of experts now stands as: {status}.")
IN_POOL = ("candidate", "applied", "returned", "active", "suspended")
"""States of an entry that its expert can leave."""


@dataclass(frozen=True, slots=True)
class Nomination:
    """Who is proposed for the pool. person: id. fields: codes as typed, see `read_codes`. max_load: reviews at one time."""

    person: int
    fields: tuple[str, ...]
    keywords: tuple[str, ...] = ()
    region_code: str = ""
    max_load: int = 10
    origin: str = ""


@transaction.atomic
def nominate(nomination: Nomination, actor: Actor) -> Expert:
    """Propose a person for the pool; an officer verifies before the person is ever asked to review.

    Raises Refused for unknown discipline codes, for none at all, or for a person who is in the pool already.
    """
    fields = checked_fields(nomination.fields)
    existing = Expert.objects.select_for_update().filter(person=nomination.person).first()
    if existing is not None and existing.status not in ("left", "refused"):
        say = Text("此人已在专家库（{status}）", "This person is in the pool already ({status})")
        raise Refused.because(
            Problem(
                "expert.in-pool",
                say.filled(status=STATUSES[existing.status]),
                "person",
                str(nomination.person),
                fix=Text("可直接更正其信息", "Correct the entry instead"),
            )
        )
    expert = existing or Expert(person_id=nomination.person)
    expert.fields, expert.keywords = fields, list(nomination.keywords)
    expert.region_code, expert.max_load = nomination.region_code, nomination.max_load
    expert.origin, expert.status, expert.verified_at = nomination.origin, "candidate", None
    expert.because = ""
    expert.save()
    _trace("nominated", expert, actor, fields=" ".join(fields))
    return expert


@transaction.atomic
def correct(expert: Expert, actor: Actor, **changes: Any) -> Expert:
    """Correct what the pool says about an expert: any of fields, keywords, region_code, max_load, yearly_most.

    Where experts correct their own entry, they confirm all of it, too.
    """
    if unknown := set(changes) - {"fields", "keywords", "region_code", "max_load", "yearly_most"}:
        raise TypeError(f"an expert has no {', '.join(sorted(unknown))} to correct")
    row = Expert.objects.select_for_update().get(pk=expert.pk)
    if "fields" in changes:
        changes["fields"] = checked_fields(changes["fields"])
    before = {name: getattr(row, name) for name in changes}
    for name, value in changes.items():
        setattr(row, name, value)
    if actor.person == row.person_id:
        row.confirmed_on, row.reminded = clock.today(), None
    row.save(update_fields=[*changes, "confirmed_on", "reminded"])
    _trace("corrected", row, actor, before=before, after=changes)
    return row


@transaction.atomic
def confirm(expert: Expert, actor: Actor) -> Expert:
    """The expert says that nothing in their entry changed. Raises Refused `expert.status` where they are not in the pool."""
    row = Expert.objects.select_for_update().get(pk=expert.pk)
    _owe_status(row, ("active", "suspended"))
    row.confirmed_on, row.reminded = clock.today(), None
    row.save(update_fields=["confirmed_on", "reminded"])
    _trace("confirmed", row, actor)
    return row


def region_problem(code: str) -> Problem | None:
    """What is wrong with the code of a region: a draw would take its expert as from elsewhere."""
    if not code or is_region(code):
        return None
    return Problem(
        "expert.region",
        Text("没有这个行政区划代码。", "There is no such administrative division code."),
        "region_code",
        code[:20],
        source="GB/T 2260",
        fix=Text("请填写6位代码，如 650100（乌鲁木齐市）", "Give the six digits, such as 650100 (Ürümqi)"),
    )


def checked_fields(codes: Iterable[str]) -> list[str]:
    """The codes as stored, with their edition, each once. Raises Refused naming every unknown one."""
    read = read_codes(codes)
    problems = [one for one in read.values() if isinstance(one, Problem)]
    if not read:
        say = Text("请至少填一个学科代码", "Give at least one discipline code")
        problems.append(
            Problem(
                "expert.no-field",
                say,
                "fields",
                source="GB/T 13745-2009",
                fix=Text("例如 210（农学）", "For example 210 (agronomy)"),
            )
        )
    if problems:
        raise Refused.because(*problems)
    return list(dict.fromkeys(code for code in read.values() if isinstance(code, str)))


def verify(expert: Expert, actor: Actor) -> Expert:
    """Confirm that the entry is right: from now on the expert may be drawn. Also ends a suspension.

    Raises Refused `expert.identity` while another entry of the register may be the same person.
    """
    if problems := identity_problems(expert):
        raise Refused.because(*problems)
    return moved(expert, actor, to="active", allowed=("candidate", "applied", "suspended"), event="verified")


def suspend(expert: Expert, actor: Actor, *, reason: str) -> Expert:
    """Take an expert out of the draw for the time being. reason: for the trace."""
    return moved(expert, actor, to="suspended", allowed=("active",), event="suspended", reason=reason)


@transaction.atomic
def leave(expert: Expert, actor: Actor, *, reason: str = "") -> Expert:
    """Take an expert out of the pool; the entry stays for the record and the person may be nominated again.

    Experts leave by themselves at any time, without a reason, but hand back first what waits for them: raises Refused
    `expert.open_seats`. Who removes another says why; that expert's open seats are raised to their officers.
    """
    by_themself = actor.person == expert.person_id
    if by_themself and (waiting := waiting_for(expert.pk)):
        raise Refused.because(_open_seats(len(waiting)))
    if by_themself:
        row = moved(expert, actor, to="left", allowed=IN_POOL, event="left", reason=reason)
    else:
        row = moved(expert, actor, to="left", allowed=IN_POOL, event="removed", reason=reason)
    ties_changed([row.person_id])
    return row


def _open_seats(n: int) -> Problem:
    said = Text("还有{n}件评审等您办理。", "Reviews still wait for you: {n}.").filled(n=n)
    fix = Text("请先逐件谢绝或完成，再退出。", "Decline or finish each of them, then leave.")
    return Problem("expert.open_seats", said, value=str(n), fix=fix)


@transaction.atomic
def moved(expert: Expert, actor: Actor, *, to: str, allowed: tuple[str, ...], event: str, reason: str = "") -> Expert:
    """Bring an entry into another state; its expert is told, unless they did it. Nobody judges an entry of their own."""
    row = Expert.objects.select_for_update().get(pk=expert.pk)
    if to != "left" and actor.person == row.person_id:
        said = Text("不能办理本人的专家记录。", "Nobody sees to an entry of their own.")
        fix = Text("请由其他经办人办理。", "Let a colleague do it.")
        raise Refused.because(Problem("right.own_case", said, fix=fix))
    _owe_status(row, allowed)
    row.status, row.because = to, reason
    if to == "active":
        row.verified_at = clock.now()
        row.confirmed_on = row.confirmed_on or clock.today()
    row.save(update_fields=["status", "verified_at", "confirmed_on", "because"])
    _trace(event, row, actor, reason=reason)
    if actor.person != row.person_id:
        tell("expert", [row.person_id], _TOLD.filled(status=STATUSES[to]))
    return row


def _owe_status(row: Expert, allowed: tuple[str, ...]) -> None:
    if row.status not in allowed:
        say = Text("该专家现为“{status}”，不能这样办理", "The expert is “{status}”; this cannot be done now")
        raise Refused.because(
            Problem(
                "expert.status",
                say.filled(status=STATUSES[row.status]),
                "status",
                row.status,
                fix=Text("请先刷新页面查看现状", "Reload the page to see how it stands"),
            )
        )


def _trace(event: str, expert: Expert, actor: Actor, **more: object) -> None:
    payload = {"expert": expert.pk, "person": expert.person_id, **more}
    trace.write(f"experts:expert:{event}", actor, case_number=expert.origin, payload=payload)
