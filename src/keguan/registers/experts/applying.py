"""How people enter themselves as experts, and what becomes of it: accepted, returned or refused, with a reason."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from stdnum import isni

from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.names import halfwidth
from keguan.kernel.problems import Problem, Refused
from keguan.registers.experts.models import STATUSES, Expert, Work
from keguan.registers.experts.services import checked_fields, moved
from keguan.registers.experts.works import NewWork, add_work
from keguan.registers.parties import services as parties
from keguan.registers.parties.models import Person
from keguan.registers.parties.queries import holders
from keguan.registers.parties.telling import tell
from keguan.registers.trace import services as trace

MAY_APPLY = ("applied", "returned", "refused", "left")
"""States of an entry whose person may apply, or apply again."""
_YEAR_LAST = re.compile(r"^(?P<title>.+?)[\s,，;；]+(?P<year>(19|20)\d\d)$")


@dataclass(frozen=True, slots=True)
class Application:
    """What somebody says of themself. fields: codes as typed. works: one title a line, with its year where known."""

    fields: tuple[str, ...]
    keywords: tuple[str, ...] = ()
    region_code: str = ""
    max_load: int = 10
    yearly_most: int | None = None
    orcid: str = ""
    works: tuple[str, ...] = ()
    origin: str = ""


def unverified(person: Person) -> Problem | None:
    """What stands against a person whose identity document nobody has seen. Problem `expert.unverified`."""
    if person.id_commitment:
        return None
    return Problem(
        "expert.unverified",
        Text(
            "您还没有登记身份证件，不能自荐入库。", "No identity document of yours is on record; you cannot apply yet."
        ),
        "person",
        fix=Text(
            "请联系所在单位的管理员或平台登记员办理实名登记。",
            "Ask the administrator of your organisation, or the registrar, to record it.",
        ),
    )


def read_orcid(typed: str) -> str | Problem:
    """An ORCID with its dashes, "" for none, from the number or its address. Problem `expert.orcid`."""
    bare = halfwidth(typed).strip().rpartition("/")[2].replace("-", "").replace(" ", "").upper()
    if not bare:
        return ""
    if isni.is_valid(bare):
        return "-".join(bare[at : at + 4] for at in range(0, 16, 4))
    said = Text("ORCID不对：16位，最后一位为校验位。", "No such ORCID: sixteen signs, the last one checks the others.")
    return Problem(
        "expert.orcid", said, "orcid", typed[:40], fix=Text("例如 0000-0002-1825-0097", "Such as 0000-0002-1825-0097")
    )


@transaction.atomic
def apply(person: Person, given: Application, actor: Actor) -> Expert:
    """Enter oneself as an expert; nobody asks one to review before a registrar has verified the entry.

    Raises Refused: `expert.unverified`, `expert.orcid`, unknown codes, `expert.in-pool`, all at once.
    """
    orcid = read_orcid(given.orcid)
    problems = [one for one in (unverified(person), orcid) if isinstance(one, Problem)]
    row = Expert.objects.select_for_update(of=("self",)).filter(person=person).first()
    if row is not None and row.status not in MAY_APPLY:
        said = Text("您已在专家库（{status}）。", "You are in the pool already ({status}).")
        fix = Text("可直接更正本人信息。", "Correct your entry instead.")
        problems.append(Problem("expert.in-pool", said.filled(status=STATUSES[row.status]), "person", fix=fix))
    try:
        fields = checked_fields(given.fields)
    except Refused as refused:
        problems += refused.refusal.problems
    if problems:
        raise Refused.because(*problems)
    if isinstance(orcid, str) and orcid not in ("", person.orcid):
        person = parties.correct_person(actor, person, revision=person.revision, orcid=orcid)
    row = row or Expert(person=person)
    row.fields, row.keywords, row.region_code = fields, list(given.keywords), given.region_code
    row.max_load, row.yearly_most, row.origin = given.max_load, given.yearly_most, given.origin
    row.status, row.verified_at, row.because = "applied", None, ""
    row.save()
    payload = {"expert": row.pk, "person": person.pk, "fields": " ".join(fields)}
    trace.write("experts:expert:applied", actor, payload=payload)
    _enter_works(row, given.works, actor)
    said = Text("{name}申请入库，请核实。", "{name} applied for the pool of experts; please verify.")
    tell("expert", holders("registrar").values_list("pk", flat=True), said.filled(name=person.name))
    return row


def _enter_works(row: Expert, lines: Iterable[str], actor: Actor) -> None:
    """The works that stand there already are left as they are: who applies again sends the same lines."""
    known = set(Work.objects.filter(expert=row).values_list("title", flat=True))
    for line in lines:
        found = _YEAR_LAST.match(line)
        title = found["title"] if found else line
        if title not in known:
            known.add(title)
            add_work(row, NewWork("other", title, year=int(found["year"]) if found else None, source="self"), actor)


@transaction.atomic
def give_back(expert: Expert, actor: Actor, *, reason: str) -> Expert:
    """Return an application: its expert reads why, corrects it and applies again."""
    return moved(expert, actor, to="returned", allowed=("applied",), event="returned", reason=reason)


@transaction.atomic
def refuse(expert: Expert, actor: Actor, *, reason: str) -> Expert:
    """Refuse an application; its expert reads why. They may apply again."""
    return moved(expert, actor, to="refused", allowed=("applied",), event="refused", reason=reason)
