"""Who must keep out of a review, and why: asked before a seat is given, for one expert or for the whole pool."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Count

from keguan.casework.about import finder
from keguan.casework.models import Case, SeatHolder
from keguan.casework.versions import definition_of
from keguan.database import prepared
from keguan.engine.state import Values
from keguan.engine.steps.review import LIVE, WAITS
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.schema import Review
from keguan.registers.experts.models import Expert

ARTICLE = "国家自然科学基金条例 第20条"
NAMED_MOST = 3
"""How many unwelcome reviewers an applicant may name."""

_DECLINE = Text("请谢绝评审并写明理由。", "Decline the review and give this reason.")
_ANOTHER = Text("请改派其他专家。", "Choose another expert.")
_SAID: Mapping[str, Text] = {
    "kin": Text(
        "该专家与申报人或参与者有近亲属等关系，应当回避。",
        "The expert is a near relation of the applicant or of a member of the team.",
    ),
    "same_institution": Text(
        "该专家与申报人或参与者属于同一法人单位，应当回避。",
        "The expert belongs to the same legal entity as the applicant or a member of the team.",
    ),
    "own_application": Text(
        "该专家本人在同一批次有申报，应当回避。", "The expert has an application of their own in this round."
    ),
    "named_by_applicant": Text("申报人已提出该专家不宜评审。", "The applicant named this expert as unsuitable."),
    "own_case": Text("该专家是本件的申报人或参与者。", "The expert is the applicant or a member of the team."),
    "not_active": Text("该专家不在可用专家库中。", "The expert is not active in the pool."),
    "unknown": Text("专家库中没有这位专家。", "There is no such expert in the pool."),
    "full": Text("该专家在手的评审已达上限。", "The expert has as many reviews at hand as they will take."),
    "seated": Text("该专家已在本评审组。", "The expert already sits on this panel."),
}
_RELATED = Text(
    "您与本件存在应当回避的关系；双盲评审中不告知是哪一种。",
    "A relation keeps you out of this case; in a double-blind review it is not said which.",
)
_ALWAYS = frozenset({"own_case", "not_active", "seated", "full"})
_FROM_LAW = frozenset({"kin", "same_institution", "own_application", "named_by_applicant", "own_case"})
LEGAL_KINDS = ("university", "institute", "enterprise", "hospital")
"""Kinds of organisation that are a legal entity of their own; their schools and laboratories belong to them."""


_RELATIONS = """
  WITH RECURSIVE asked AS (
    SELECT expert.id, expert.person_id AS person, expert.status = 'active' AS active, expert.max_load, p.employer_id
    FROM experts_expert expert JOIN parties_person p ON p.id = expert.person_id
    WHERE expert.id = ANY(%(experts)s)
  ), theirs AS (
    SELECT %(host)s::bigint AS id WHERE %(host)s IS NOT NULL
    UNION SELECT employer_id FROM parties_person WHERE id = ANY(%(team)s) AND employer_id IS NOT NULL
  ), link AS (
    SELECT child_id AS child, parent_id AS parent FROM organisations_parent
    WHERE since <= %(today)s AND (until IS NULL OR until >= %(today)s)
    UNION ALL
    SELECT id, successor_id FROM organisations_organisation WHERE successor_id IS NOT NULL
  ), above (start, id) AS (
    SELECT id, id FROM theirs UNION SELECT employer_id, employer_id FROM asked WHERE employer_id IS NOT NULL
    UNION SELECT above.start, link.parent FROM above JOIN link ON link.child = above.id
  ), entity AS (
    SELECT above.start, above.id FROM above
    JOIN organisations_organisation one ON one.id = above.id AND one.kind = ANY(%(kinds)s)
  ), of_case AS (
    SELECT id FROM theirs UNION SELECT entity.id FROM entity JOIN theirs ON theirs.id = entity.start
  )
  SELECT asked.id, asked.person, asked.active, asked.max_load,
    EXISTS (
      SELECT FROM parties_kinship kin
      WHERE (kin.since IS NULL OR kin.since <= %(today)s) AND (kin.until IS NULL OR kin.until >= %(today)s)
        AND (kin.person_id = asked.person AND kin.relative_id = ANY(%(team)s)
          OR kin.relative_id = asked.person AND kin.person_id = ANY(%(team)s))
    ),
    asked.employer_id IN (SELECT id FROM theirs) OR EXISTS (
      SELECT FROM entity JOIN of_case ON of_case.id = entity.id WHERE entity.start = asked.employer_id
    ),
    EXISTS (
      SELECT FROM casework_case other
      WHERE other.round_id = %(round)s AND other.id <> %(case)s AND other.submitted_at IS NOT NULL
        AND (other.principal_id = asked.person OR other.applicant_id = asked.person
          OR other.members @> ARRAY[asked.person])
    ),
    EXISTS (
      SELECT FROM casework_seat seat JOIN casework_seatholder holder ON holder.seat_id = seat.id
      WHERE seat.case_id = %(case)s AND seat.step = %(step)s AND seat.attempt = %(attempt)s
        AND seat.state = ANY(%(live)s) AND holder.expert_id = asked.id
    ),
    (
      SELECT count(*) FROM casework_seatholder holder JOIN casework_seat seat ON seat.id = holder.seat_id
      WHERE holder.expert_id = asked.id AND seat.state = ANY(%(waits)s)
    )
  FROM asked"""
"""Everything between some experts and a case. An organisation belongs to the legal entities above it today, and to
those that it was merged into."""


def recusals(
    case: Case, step: Review, expert_ids: Iterable[int], answers: Mapping[str, Values]
) -> dict[int, tuple[Problem, ...]]:
    """Every reason that keeps each of these experts out of this review; an empty tuple for who is free.

    step.panel.avoid says which relations count; the expert's own case, an expert who is not active or has no time left,
    and a seat already held on this panel always do. One query, however many experts. Source: 国家自然科学基金条例 第20条.
    """
    asked = list(dict.fromkeys(expert_ids))
    team = _team(case)
    named = _named(case, step, answers)
    counts = {*_ALWAYS, *map(str, step.panel.avoid)}
    known: dict[int, list[str]] = {}
    for expert, person, active, most, kin, same, applying, seated, load in _relations(case, step, asked, team):
        holds = {
            "own_case": person in team,
            "kin": kin,
            "same_institution": same,
            "own_application": applying,
            "named_by_applicant": person in named,
            "not_active": not active,
            "seated": seated,
            "full": load >= most,
        }
        known[expert] = [code for code, held in holds.items() if held and code in counts]
    return {expert: tuple(_problem(code, expert) for code in known.get(expert, ["unknown"])) for expert in asked}


def _team(case: Case) -> frozenset[int]:
    return frozenset(one for one in (case.applicant_id, case.principal_id, *case.members) if one is not None)


def _relations(case: Case, step: Review, experts: list[int], team: frozenset[int]) -> Sequence[tuple[Any, ...]]:
    asked = _terms(case, str(step.id), experts, team)
    with prepared.cursor() as cursor:
        cursor.execute(_RELATIONS, {name: prepared.stable(value) for name, value in asked.items()})
        return cursor.fetchall()


def _terms(case: Case, step: str, experts: list[int], team: frozenset[int]) -> dict[str, Any]:
    return {
        "experts": experts,
        "team": sorted(team),
        "host": case.host_id,
        "round": case.round_id,
        "case": case.pk,
        "step": step,
        "attempt": case.memo.state["steps"].get(step, {}).get("attempt", 1),
        "today": clock.today(),
        "kinds": list(LEGAL_KINDS),
        "live": list(LIVE),
        "waits": list(WAITS),
    }


def own_recusals(case: Case, step: Review, person: int, answers: Mapping[str, Values]) -> tuple[Problem, ...]:
    """The relations that keep a reviewer who has a seat from going on, among them what came up after it was given."""
    expert = Expert.objects.filter(person=person).values_list("pk", flat=True).first()
    if expert is None:
        return ()
    found = recusals(case, step, [expert], answers)[expert]
    # Whom the applicant does not want is for the officer to know, never for that person.
    told = {f"recusal.{code}" for code in _FROM_LAW - {"named_by_applicant"}}
    related = [one for one in found if one.code in told]
    if related and definition_of(case.programme).programme.is_double_blind:
        # Which relation it is would tell who applies.
        related = [Problem("recusal.related", _RELATED, where="experts", source=ARTICLE)]
    return tuple(replace(one, where="declared.interests", fix=_DECLINE) for one in related)


_PEOPLE = """
    SELECT p.id, p.id AS person, true AS active, 0 AS max_load, p.employer_id FROM parties_person p
    WHERE p.id = ANY(%(experts)s)
"""
_OF_PEOPLE = re.sub(r"(?s)(?<=asked AS \().*?(?=\), theirs AS)", lambda _: _PEOPLE, _RELATIONS, count=1)
"""The same of people who need not be experts: the members of a deciding body."""
_MEMBER_SAID: Mapping[str, Text] = {
    "own_case": Text("本人是申报人或参与者。", "They are the applicant or a member of the team."),
    "kin": Text("与申报人或参与者有近亲属等关系。", "A near relation of the applicant or of a member of the team."),
    "same_institution": Text(
        "与申报人或参与者属于同一法人单位。",
        "Belongs to the same legal entity as the applicant or a member of the team.",
    ),
}


def member_recusals(case: Case, people: Iterable[int]) -> dict[int, tuple[Problem, ...]]:
    """Why each of these members of a deciding body must leave when the case is taken up; an empty tuple for who may stay.

    Their own case, kin and the same legal entity always count. One query. Source: 国家自然科学基金条例 第20条.
    """
    asked, team = list(dict.fromkeys(people)), _team(case)
    found: dict[int, tuple[Problem, ...]] = dict.fromkeys(asked, ())
    terms = _terms(case, case.step, asked, team)
    with prepared.cursor() as cursor:
        cursor.execute(_OF_PEOPLE, {name: prepared.stable(value) for name, value in terms.items()})
        rows = cursor.fetchall()
    for person, _, _, _, kin, same, *_ in rows:
        holds = {"own_case": person in team, "kin": kin, "same_institution": same}
        found[person] = tuple(
            Problem(f"recusal.{code}", _MEMBER_SAID[code], value=str(person), source=ARTICLE)
            for code, held in holds.items()
            if held
        )
    return found


def at_hand(experts: Iterable[int]) -> dict[int, int]:
    """How many reviews each of these experts still has to do; those with none are left out."""
    live = SeatHolder.objects.filter(expert__in=list(experts), seat__state__in=WAITS)
    return dict(live.order_by().values_list("expert").annotate(seats=Count("pk")))


def _problem(code: str, expert: int) -> Problem:
    source = ARTICLE if code in _FROM_LAW else ""
    return Problem(f"recusal.{code}", _SAID[code], where="experts", value=str(expert), source=source, fix=_ANOTHER)


def _named(case: Case, step: Review, answers: Mapping[str, Values]) -> frozenset[int]:
    if not step.panel.named:
        return frozenset()
    return frozenset(finder(definition_of(case.programme), step.panel.named)(answers)[:NAMED_MOST])
