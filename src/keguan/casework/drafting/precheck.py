"""Before one begins: what the rules already say of an organisation and a principal, without a case and without answers.

Nothing is written and nothing is promised: the same rules are asked again when the application is handed in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from keguan.casework import services, vacancies
from keguan.casework.calendar import workdays
from keguan.casework.drafting.opening import authority_of
from keguan.casework.models import Case, Round
from keguan.casework.situation import facts
from keguan.casework.situation.acting import acting_for
from keguan.casework.versions import definition_of
from keguan.engine.decision import Situation
from keguan.engine.judging import verdicts_at
from keguan.engine.state import CaseState
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.schema import Apply, Programme, Screen
from keguan.language.uses import rule_sets_of
from keguan.language.verdicts import Verdict
from keguan.language.vocabulary import APPLICANT_KINDS
from keguan.registers.organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class Precheck:
    """What can be said beforehand. known: rules that are met, or stand against it; by_a_person: what somebody will judge;
    by_answers: what hangs on answers that are not given yet."""

    case: Case
    known: tuple[Verdict, ...]
    by_a_person: tuple[Verdict, ...]
    by_answers: tuple[Verdict, ...]

    @property
    def stands_against(self) -> tuple[Verdict, ...]:
        """The rules that are not met."""
        return tuple(one for one in self.known if one.result == "fails")


def precheck(of_round: Round, host: Organisation, actor: Actor) -> Precheck:
    """Ask the rules of applying and of the formal checks, with the actor as principal. One query for all facts."""
    definition = definition_of(of_round.programme)
    now = clock.now()
    # No case has this id: whatever is counted of others is counted whole.
    case = Case(
        pk=0,
        programme=of_round.programme,
        round=of_round,
        host=host,
        code=of_round.programme.code,
        applicant_id=actor.person,
    )
    sets = _asked_early(definition.programme)
    about = facts.About(principal=actor.person)
    known = facts.compute(definition.names_of_rules(sets), case, about, now)
    situation = Situation(
        definition, services.terms_of(case, now), CaseState(""), acting_for(case, actor), now, workdays(), known
    )
    kind = _kind(definition.programme, host)
    found = (*([kind] if kind else []), *verdicts_at(situation, sets))
    open_ones = [one for one in found if one.result == "person"]
    return Precheck(
        case,
        tuple(
            sorted((one for one in found if one.result in ("meets", "fails")), key=lambda one: one.result == "meets")
        ),
        tuple(one for one in open_ones if not _waits(definition, one)),
        tuple(one for one in open_ones if _waits(definition, one)),
    )


def _asked_early(programme: Programme) -> tuple[str, ...]:
    sets = (one for step in programme.steps if isinstance(step, Apply | Screen) for one in rule_sets_of(step))
    return tuple(dict.fromkeys(str(one) for one in sets))


def _waits(definition: Definition, verdict: Verdict) -> bool:
    """Whether answers of a form are what is missing, or facts that are counted by them: by the title, by the team."""
    given = {str(form.form) for form in definition.programme.forms} | {"duplicate", "members"}
    return any(name.partition(".")[0] in given for name in verdict.missing)


def _kind(programme: Programme, host: Organisation) -> Verdict | None:
    """Whether the programme is for organisations of this kind, as a rule like any other."""
    if not programme.applicants:
        return None
    names = [APPLICANT_KINDS.get(kind, Text(kind, kind)) for kind in programme.applicants]
    said = Text("本计划面向：{zh}", "The programme is for: {en}").filled(
        zh="、".join(one.zh for one in names), en=", ".join(one.en for one in names)
    )
    values: Mapping[str, Any] = {"applicant.kind": host.kind if host.kind in APPLICANT_KINDS else "other"}
    source = programme.basis[0] if programme.basis else None
    return Verdict(
        rule="programme.applicants",
        result="meets" if host.kind in programme.applicants else "fails",
        say=said,
        source=f"{source.act} {source.article}".strip() if source else "",
        values=values,
        fix=Text(
            "请选择其他计划，或由面向范围内的单位牵头。", "Choose another programme, or let such an organisation lead."
        ),
    )


def waiting_for_nobody(of_round: Round, host: Organisation, actor: Actor) -> list[Text]:
    """The steps that an office of this organisation, or of the authority above it, would have to do and nobody could do
    today, each with the way out. At most two queries."""
    definition = definition_of(of_round.programme)
    apart = () if actor.person is None else (actor.person,)
    return vacancies.ahead(definition, host, authority_of(definition, host, of_round), apart)


def hosts_of(actor: Actor) -> Collection[Organisation]:
    """The organisations for which the actor may apply."""
    return Organisation.objects.filter(pk__in=actor.organisations, status="active").order_by("pinyin")
