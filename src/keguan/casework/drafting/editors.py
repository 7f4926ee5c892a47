"""Who writes along: people whom the applicant asks into the form, and the sections that each keeps for themselves.

The applicant and the principal may always type everywhere and are the only ones to hand in. An editor types wherever no
section is kept by somebody else; a reader only reads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from keguan.casework import store
from keguan.casework.messages import send
from keguan.casework.models import Case, Editor
from keguan.casework.store import Writer
from keguan.engine.moves import refuse
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal
from keguan.language.schema import Form
from keguan.registers.parties.models import Person
from keguan.registers.trace import services as trace

MOST = 30
"""People who write one application; more is no team but a mistake."""


@dataclass(frozen=True, slots=True)
class Share:
    """What somebody may do in a form: write or only read, and the sections (`form/number`) they keep for themselves."""

    may_write: bool
    sections: tuple[str, ...] = ()


def leads(actor: Actor, case: Case) -> bool:
    """Whether the actor answers for the application: its applicant, its principal, or the office it was pushed to."""
    if actor.person is None:
        return False
    if actor.person in (case.applicant_id, case.principal_id):
        return True
    office = case.host_id if case.applicant_id is None else None
    return office is not None and actor.holds("host", organisation=office)


def editors_of(case: Case) -> dict[int, Writer]:
    """Who writes along at present, by person. No query for a case that nobody else writes."""
    if not case.editors:
        return {}
    rows = Editor.objects.filter(case=case, until=None)
    return {one.person_id: Writer(one.may_write, frozenset(one.sections)) for one in rows}


def section_name(form: str, number: int) -> str:
    """What a section is called where it is kept by somebody. number: from 0, in the order of the form."""
    return f"{form}/{number}"


def may_type(
    case: Case, form: Form, fields: Collection[str], actor: Actor, editors: Mapping[int, Writer]
) -> Refusal | None:
    """Why the actor may not type into these fields, every section that is kept from them by name; None if they may."""
    if leads(actor, case):
        return None
    own = editors.get(actor.person) if actor.person is not None else None
    if own is None or not own.may_write:
        said = Text(
            "只有申报人和受邀填写的人可以填写。", "Only the applicant and those asked to write can fill this in."
        )
        fix = Text("请联系申报人，把您加入填写人员。", "Ask the applicant to add you to those who write.")
        return refuse("right.missing", said, value="applicant", fix=fix)
    problems = [
        _kept(f"{form.form}.{one.field}", section.section)
        for number, section in enumerate(form.sections)
        if section_name(str(form.form), number) in _kept_by_others(editors, actor.person)
        for one in section.fields
        if one.field in fields
    ]
    return Refusal(tuple(problems)) if problems else None


def closed_sections(form: Form, actor: Actor, case: Case, editors: Mapping[int, Writer]) -> frozenset[int]:
    """The numbers of the sections that the actor reads and does not type into."""
    if leads(actor, case):
        return frozenset()
    own = editors.get(actor.person) if actor.person is not None else None
    if own is None or not own.may_write:
        return frozenset(range(len(form.sections)))
    kept = _kept_by_others(editors, actor.person)
    return frozenset(n for n in range(len(form.sections)) if section_name(str(form.form), n) in kept)


def _kept_by_others(editors: Mapping[int, Writer], person: int | None) -> set[str]:
    return {name for who, writer in editors.items() if who != person for name in writer.sections}


def _kept(where: str, section: Text) -> Problem:
    said = Text("“{section}”一节由他人专门填写。", "The section “{section}” is kept by somebody else.")
    fix = Text(
        "请联系申报人调整分工。您填写的内容仍在页面上。",
        "Ask the applicant to share it out anew; what you typed is still on the page.",
    )
    return Problem("section.kept", said.filled(section=section), where=where, fix=fix)


# ------------------------------------------------------------------------------------------------ sharing out


def share(number: str, person: int, given: Share, actor: Actor, *, request_id: str = "") -> Refusal | None:
    """Ask somebody to write or read along, or change what they were given. They are told.

    Raises Case.DoesNotExist.
    """
    with transaction.atomic():
        trace.stamp(actor, request_id)
        case, refusal = _held(number, actor)
        if refusal := refusal or _may_share(case, person, given):
            return refusal
        there = Editor.objects.filter(case=case, person=person, until=None).first()
        fresh = there is None
        there = there or Editor(case=case, person_id=person, since=clock.now(), by=actor.person)
        # Who only reads keeps no section: it would be closed to everybody.
        there.may_write, there.sections = given.may_write, sorted(given.sections) if given.may_write else []
        there.save()
        _keep(case)
        trace.write(
            "case:editor:added" if fresh else "case:editor:changed",
            actor,
            case_number=number,
            payload={"person": person, "writes": given.may_write, "sections": there.sections},
        )
        if fresh:
            line = _ASKED[given.may_write].filled(title=case.title or number, number=number)
            send("write", [person], case, line, clock.now())
    return None


def release(number: str, person: int, actor: Actor, *, request_id: str = "") -> Refusal | None:
    """End somebody's writing along. What they wrote stays. Raises Case.DoesNotExist."""
    with transaction.atomic():
        trace.stamp(actor, request_id)
        case, refusal = _held(number, actor, or_oneself=person)
        if refusal:
            return refusal
        if Editor.objects.filter(case=case, person=person, until=None).update(until=clock.now()):
            _keep(case)
            trace.write("case:editor:released", actor, case_number=number, payload={"person": person})
    return None


_ASKED = {
    True: Text("请您参与填写“{title}”（{number}）。", "You are asked to write along in “{title}” ({number})."),
    False: Text("请您阅看“{title}”（{number}）。", "You are asked to read along in “{title}” ({number})."),
}


def _held(number: str, actor: Actor, *, or_oneself: int | None = None) -> tuple[Case, Refusal | None]:
    case = store.hold(number).case
    if leads(actor, case) or (or_oneself is not None and actor.person == or_oneself):
        return case, None
    said = Text("只有申报人可以安排填写分工。", "Only the applicant shares out the writing.")
    return case, refuse("right.missing", said, value="applicant")


def _may_share(case: Case, person: int, given: Share) -> Refusal | None:
    if case.end:
        return refuse("case.ended", Text("该办件已办结。", "This case has ended."), value=case.end)
    if not Person.objects.filter(pk=person).exists():
        return refuse(
            "editor.unknown", Text("名录中没有这个人。", "Nobody in the register goes by this."), where="person"
        )
    if person in (case.applicant_id, case.principal_id):
        said = Text("申报人和项目负责人本来就能填写。", "The applicant and the principal can write anyway.")
        return refuse("editor.leads", said, where="person")
    others = Editor.objects.filter(case=case, until=None).exclude(person=person)
    if len(others) >= MOST:
        said = Text("最多{most}人参与填写。", "At most {most} people write along.").filled(most=MOST)
        return refuse("editor.too_many", said, where="person")
    taken = {name for other in others for name in other.sections} & set(given.sections)
    if taken and given.may_write:
        said = Text("有的部分已由他人专门填写。", "Some of these sections are kept by somebody else already.")
        fix = Text("请先收回，再分给此人。", "Take them back first, then give them out again.")
        return refuse("section.kept", said, where="sections", value="、".join(sorted(taken)), fix=fix)
    return None


def _keep(case: Case) -> None:
    """Lists and rights ask the case itself who writes along."""
    case.editors = sorted(Editor.objects.filter(case=case, until=None).values_list("person", flat=True))
    Case.objects.filter(pk=case.pk).update(editors=case.editors)


def owners(editors: Mapping[int, Writer], names: Mapping[int, str]) -> dict[str, str]:
    """Who keeps which section, by name. names: people's names by id."""
    return {section: names.get(person, "") for person, one in editors.items() for section in one.sections}


def sections_of(form: Form, chosen: Iterable[str]) -> tuple[str, ...]:
    """Those of the chosen sections that the form has."""
    there = [section_name(str(form.form), number) for number in range(len(form.sections))]
    picked = set(chosen)
    return tuple(name for name in there if name in picked)
