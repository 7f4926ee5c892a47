"""Who must keep out of a review, and why: asked before a seat is given, for one expert or for the whole pool."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db import connection
from django.db.models import Count, Q

from keguan.casework.about import finder
from keguan.casework.models import Case, Seat, SeatHolder
from keguan.casework.versions import definition_of
from keguan.engine.state import Values
from keguan.engine.steps.review import LIVE, WAITS
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.schema import Review
from keguan.registers.experts.models import Expert
from keguan.registers.parties.models import Person
from keguan.registers.parties.queries import kin_of

ARTICLE = "国家自然科学基金条例 第20条"
NAMED_MOST = 3
"""How many unwelcome reviewers an applicant may name."""

_DECLINE = Text("请谢绝评审并写明理由。", "Decline the review and give this reason.")
_ANOTHER = Text("请改派其他专家。", "Choose another expert.")
_SAID: Mapping[str, Text] = {
    "kin": Text(
        "该专家与申请人或参与者有近亲属等关系，应当回避。",
        "The expert is a near relation of the applicant or of a member of the team.",
    ),
    "same_institution": Text(
        "该专家与申请人或参与者属于同一法人单位，应当回避。",
        "The expert belongs to the same legal entity as the applicant or a member of the team.",
    ),
    "own_application": Text(
        "该专家本人在同一批次有申报，应当回避。", "The expert has an application of their own in this round."
    ),
    "named_by_applicant": Text("申请人已提出该专家不宜评审。", "The applicant named this expert as unsuitable."),
    "own_case": Text("该专家是本件的申请人或参与者。", "The expert is the applicant or a member of the team."),
    "not_active": Text("该专家不在可用专家库中。", "The expert is not active in the pool."),
    "unknown": Text("专家库中没有这位专家。", "There is no such expert in the pool."),
    "full": Text("该专家在手的评审已达上限。", "The expert has as many reviews at hand as they will take."),
    "seated": Text("该专家已在本评审组。", "The expert already sits on this panel."),
}
_FROM_LAW = frozenset({"kin", "same_institution", "own_application", "named_by_applicant", "own_case"})
LEGAL_KINDS = ("university", "institute", "enterprise", "hospital")
"""Kinds of organisation that are a legal entity of their own; their schools and laboratories belong to them."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """What matters of an expert here."""

    expert: int
    person: int
    active: bool
    employer: int | None
    max_load: int


def recusals(
    case: Case, step: Review, expert_ids: Iterable[int], answers: Mapping[str, Values]
) -> dict[int, tuple[Problem, ...]]:
    """Every reason that keeps each of these experts out of this review; an empty tuple for who is free.

    step.panel.avoid says which relations count; the expert's own case, an expert who is not active or has no time left,
    and a seat already held on this panel always do. A handful of queries, however many experts. Source: 国家自然科学基金条例 第20条.
    """
    asked = list(dict.fromkeys(expert_ids))
    candidates = _candidates(asked)
    today = clock.today()
    team = frozenset(one for one in (case.applicant_id, case.principal_id, *case.members) if one is not None)
    people = [one.person for one in candidates.values()]
    avoid = set(step.panel.avoid)
    kin = _kin(team, today) if "kin" in avoid else frozenset()
    same = _same_entity(case, team, candidates.values(), today) if "same_institution" in avoid else frozenset()
    applying = _applying(case, people) if "own_application" in avoid else frozenset()
    named = _named(case, step, answers) if "named_by_applicant" in avoid else frozenset()
    seated = _seated(case, step, candidates)
    load = at_hand(candidates)

    def reasons(one: _Candidate) -> list[str]:
        holds = {
            "own_case": one.person in team,
            "kin": one.person in kin,
            "same_institution": one.expert in same,
            "own_application": one.person in applying,
            "named_by_applicant": one.person in named,
            "not_active": not one.active,
            "seated": one.expert in seated,
            "full": load.get(one.expert, 0) >= one.max_load,
        }
        return [code for code, held in holds.items() if held]

    return {
        expert: tuple(
            _problem(code, expert) for code in (reasons(candidates[expert]) if expert in candidates else ["unknown"])
        )
        for expert in asked
    }


def own_recusals(case: Case, step: Review, person: int, answers: Mapping[str, Values]) -> tuple[Problem, ...]:
    """The relations that keep a reviewer who has a seat from going on, among them what came up after it was given."""
    expert = Expert.objects.filter(person=person).values_list("pk", flat=True).first()
    if expert is None:
        return ()
    found = recusals(case, step, [expert], answers)[expert]
    related = [one for one in found if one.code.removeprefix("recusal.") in _FROM_LAW]
    return tuple(replace(one, where="confirmed", fix=_DECLINE) for one in related)


def at_hand(experts: Iterable[int]) -> dict[int, int]:
    """How many reviews each of these experts still has to do; those with none are left out."""
    live = SeatHolder.objects.filter(expert__in=list(experts), seat__state__in=WAITS)
    return dict(live.order_by().values_list("expert").annotate(seats=Count("pk")))


def _problem(code: str, expert: int) -> Problem:
    source = ARTICLE if code in _FROM_LAW else ""
    return Problem(f"recusal.{code}", _SAID[code], where="experts", value=str(expert), source=source, fix=_ANOTHER)


def _candidates(experts: Sequence[int]) -> dict[int, _Candidate]:
    rows = Expert.objects.filter(pk__in=experts).values_list(
        "pk", "person_id", "status", "person__employer_id", "max_load"
    )
    return {pk: _Candidate(pk, person, status == "active", *more) for pk, person, status, *more in rows}


def _kin(team: frozenset[int], today: date) -> frozenset[int]:
    return frozenset().union(*kin_of(team, today).values())


def _applying(case: Case, people: list[int]) -> frozenset[int]:
    """Those of these people who lead, began or take part in another application of the same round."""
    if case.round_id is None or not people:
        return frozenset()
    others = Case.objects.filter(round=case.round_id, submitted_at__isnull=False).exclude(pk=case.pk)
    theirs = others.filter(Q(principal__in=people) | Q(applicant__in=people) | Q(members__overlap=people))
    involved: set[int] = set()
    for applicant, principal, members in theirs.values_list("applicant_id", "principal_id", "members"):
        involved |= {applicant, principal, *members}
    return frozenset(involved & set(people))


def _named(case: Case, step: Review, answers: Mapping[str, Values]) -> frozenset[int]:
    if not step.panel.named:
        return frozenset()
    return frozenset(finder(definition_of(case.programme), step.panel.named)(answers)[:NAMED_MOST])


def _seated(case: Case, step: Review, experts: Iterable[int]) -> frozenset[int]:
    """Those who hold a living seat at this step, this time the case came to it."""
    attempt = case.memo.state["steps"].get(step.id, {}).get("attempt", 1)
    held = Seat.objects.filter(case=case, step=step.id, attempt=attempt, state__in=LIVE, holder__expert__in=experts)
    return frozenset(held.values_list("holder__expert_id", flat=True))


def _same_entity(case: Case, team: frozenset[int], candidates: Iterable[_Candidate], today: date) -> frozenset[int]:
    """Those employed by the legal entity that hosts the case or employs one of its people."""
    employers = Person.objects.filter(pk__in=team).values_list("employer_id", flat=True)
    theirs = {one for one in (case.host_id, *employers) if one is not None}
    employed = {one.expert: one.employer for one in candidates if one.employer is not None}
    entities = _legal_entities(theirs | set(employed.values()), today)
    of_case = theirs.union(*(entities[one] for one in theirs))
    return frozenset(
        expert for expert, employer in employed.items() if employer in theirs or entities[employer] & of_case
    )


def _legal_entities(organisations: Iterable[int], today: date) -> dict[int, frozenset[int]]:
    """For each organisation the legal entities among itself, those above it today, and those it was merged into."""
    asked = sorted(set(organisations))
    found: dict[int, set[int]] = {one: set() for one in asked}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE above (start, id) AS (
              SELECT asked, asked FROM unnest(%(asked)s::bigint[]) AS asked
              UNION
              SELECT above.start, link.parent FROM above JOIN (
                SELECT child_id AS child, parent_id AS parent FROM organisations_parent
                WHERE since <= %(today)s AND (until IS NULL OR until >= %(today)s)
                UNION ALL
                SELECT id, successor_id FROM organisations_organisation WHERE successor_id IS NOT NULL
              ) AS link ON link.child = above.id
            )
            SELECT above.start, above.id FROM above
            JOIN organisations_organisation entity ON entity.id = above.id AND entity.kind = ANY(%(kinds)s)
            """,
            {"asked": asked, "today": today, "kinds": list(LEGAL_KINDS)},
        )
        for start, entity in cursor.fetchall():
            found[start].add(entity)
    return {one: frozenset(entities) for one, entities in found.items()}
