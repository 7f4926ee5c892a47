"""Everything that ties experts to the people and organisations of a case, with dates and sources: one query.

Declared ties are read from their registers; a shared employer, work, project or prize is computed here and stored nowhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from keguan.casework.models import Case
from keguan.casework.permissions import RUNS_AND_WATCHES
from keguan.database import prepared
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.language.recusals import LASTING, Avoidance
from keguan.registers.organisations.entities import LEGAL_KINDS

SEES_NAMES: Final = "sees_names"
"""A duty that shows who applies: no word of a programme, every double-blind review keeps it out."""

Severity = Literal["hard", "soft"]


@dataclass(frozen=True, slots=True)
class Relation:
    """What ties an expert to a case. kind: as in `recusals.KINDS`. severity: soft is for the officer to judge. since, until:
    null where not known. source: what it rests on, in words of the register it comes from."""

    expert: int
    kind: str
    severity: Severity
    since: date | None
    until: date | None
    source: str


_RELATIONS = """
  WITH RECURSIVE wanted AS (
    SELECT * FROM unnest(%(wanted)s::text[], %(horizons)s::date[]) AS one (kind, horizon)
  ), asked AS (
    SELECT id AS expert, person_id AS person FROM experts_expert WHERE id = ANY(%(experts)s)
  ), team AS (
    SELECT unnest(%(team)s::bigint[]) AS person
  ), people AS (
    SELECT person FROM asked UNION SELECT person FROM team
  ), pair AS (
    SELECT asked.expert, asked.person, team.person AS other FROM asked JOIN team ON team.person <> asked.person
  ), employed AS (
    SELECT id AS person, employer_id AS body, NULL::date AS since, NULL::date AS until, '' AS source
    FROM parties_person WHERE id IN (SELECT person FROM people) AND employer_id IS NOT NULL
    UNION ALL
    SELECT person_id, organisation_id, since, until, source FROM parties_employment
    WHERE person_id IN (SELECT person FROM people)
    UNION ALL
    SELECT person_id, organisation_id, since, until, '' FROM parties_duty
    WHERE person_id IN (SELECT person FROM people) AND organisation_id IS NOT NULL AND (until IS NULL OR until >= since)
  ), bound AS (
    SELECT * FROM ties_tie WHERE organisation_id IS NOT NULL AND person_id IN (SELECT person FROM people)
  ), theirs AS (
    SELECT %(host)s::bigint AS body, NULL::date AS since, NULL::date AS until WHERE %(host)s IS NOT NULL
    UNION SELECT body, since, until FROM employed WHERE person IN (SELECT person FROM team)
  ), link AS (
    SELECT child_id AS child, parent_id AS parent FROM organisations_parent
    WHERE since <= %(today)s AND (until IS NULL OR until >= %(entities)s)
    UNION ALL
    SELECT id, successor_id FROM organisations_organisation WHERE successor_id IS NOT NULL
  ), above (start, id) AS (
    SELECT body, body FROM (
      SELECT body FROM theirs UNION SELECT body FROM employed UNION SELECT organisation_id FROM bound
    ) AS starts
    UNION SELECT above.start, link.parent FROM above JOIN link ON link.child = above.id
  ), entity AS (
    SELECT above.start, above.id FROM above
    JOIN organisations_organisation one ON one.id = above.id AND one.kind = ANY(%(legal)s)
  ), alike AS (
    SELECT DISTINCT one.start AS a, other.start AS b FROM entity one JOIN entity other ON other.id = one.id
    UNION SELECT start, start FROM above
  ), joined AS (
    SELECT project_id AS project, person_id AS person FROM projects_membership
    WHERE person_id IN (SELECT person FROM people)
    UNION SELECT id, principal_id FROM projects_project WHERE principal_id IN (SELECT person FROM people)
  ), sits AS (
    SELECT one.id AS sitting, one.number, one.submitted_at::date AS day, people.person
    FROM people JOIN casework_case one
      ON one.principal_id = people.person OR one.applicant_id = people.person OR one.members @> ARRAY[people.person]
    WHERE one.submitted_at IS NOT NULL AND one.id <> %(case)s AND one.parent_id IS NULL
  ), did AS (
    SELECT work.*, expert.person_id AS person FROM experts_work work JOIN experts_expert expert ON expert.id = work.expert_id
    WHERE expert.person_id IN (SELECT person FROM people)
  ), found AS (
    SELECT pair.expert, 'kin' AS kind, 'hard' AS severity, kin.since, kin.until, '' AS source
    FROM pair JOIN parties_kinship kin ON kin.person_id = pair.person AND kin.relative_id = pair.other
      OR kin.person_id = pair.other AND kin.relative_id = pair.person
    UNION ALL
    SELECT asked.expert, 'same_institution', 'hard', employed.since, least(employed.until, theirs.until), body.name
    FROM asked JOIN employed ON employed.person = asked.person
      JOIN alike ON alike.a = employed.body JOIN theirs ON theirs.body = alike.b
      JOIN organisations_organisation body ON body.id = employed.body
    WHERE (theirs.since IS NULL OR theirs.since <= %(today)s)
    UNION ALL
    SELECT pair.expert, tie.kind, tie.severity, tie.since, tie.until, tie.source
    FROM pair JOIN ties_tie tie ON tie.person_id = pair.person AND tie.other_id = pair.other
      OR tie.person_id = pair.other AND tie.other_id = pair.person
    UNION ALL
    SELECT asked.expert, bound.kind, bound.severity, bound.since, bound.until, bound.source
    FROM asked JOIN bound ON bound.person_id = asked.person
      JOIN alike ON alike.a = bound.organisation_id JOIN theirs ON theirs.body = alike.b
    WHERE theirs.until IS NULL OR theirs.until >= %(today)s
    UNION ALL
    SELECT asked.expert, bound.kind, bound.severity, bound.since, bound.until, bound.source
    FROM bound JOIN team ON team.person = bound.person_id
      JOIN alike ON alike.a = bound.organisation_id JOIN employed ON employed.body = alike.b
      JOIN asked ON asked.person = employed.person
    WHERE employed.until IS NULL OR employed.until >= %(today)s
    UNION ALL
    SELECT pair.expert, 'coproject', 'hard', project.first_day,
      CASE WHEN project.status = 'running' THEN NULL
        ELSE coalesce(project.last_day, make_date(project.approved_year, 12, 31)) END, project.number
    FROM pair JOIN joined mine ON mine.person = pair.person
      JOIN joined other ON other.project = mine.project AND other.person = pair.other
      JOIN projects_project project ON project.id = mine.project
    UNION ALL
    SELECT pair.expert, 'coproject', 'hard', mine.day, mine.day, mine.number
    FROM pair JOIN sits mine ON mine.person = pair.person
      JOIN sits other ON other.sitting = mine.sitting AND other.person = pair.other
    UNION ALL
    SELECT asked.expert, 'own_application', 'hard', NULL, NULL, ''
    FROM asked JOIN casework_case one
      ON one.principal_id = asked.person OR one.applicant_id = asked.person OR one.members @> ARRAY[asked.person]
    WHERE one.submitted_at IS NOT NULL AND one.id <> %(case)s AND one.round_id = %(round)s
    UNION ALL
    SELECT asked.expert, 'sees_names', 'hard', duty.since, duty.until, ''
    FROM asked JOIN parties_duty duty ON duty.person_id = asked.person
    WHERE duty.role = ANY(%(run)s) AND duty.programme IN ('', %(code)s)
      OR duty.role = 'host' AND duty.organisation_id = %(host)s::bigint
      OR duty.role = 'authority' AND duty.organisation_id = %(authority)s::bigint
    UNION ALL
    SELECT pair.expert,
      CASE mine.kind WHEN 'prize' THEN 'coaward' WHEN 'project' THEN 'coproject' ELSE 'coauthor' END, 'hard',
      make_date(mine.year, 1, 1), make_date(mine.year, 12, 31), mine.title
    FROM pair JOIN did mine ON mine.person = pair.person
      JOIN did other ON other.person = pair.other AND (
        mine.identifier <> '' AND other.identifier = mine.identifier
        OR other.normal_title = mine.normal_title AND other.kind = mine.kind
          AND (other.identifier = mine.identifier OR other.identifier = '' OR mine.identifier = '')
      )
    UNION ALL
    SELECT pair.expert,
      CASE mine.kind WHEN 'prize' THEN 'coaward' WHEN 'project' THEN 'coproject' ELSE 'coauthor' END, 'soft',
      make_date(mine.year, 1, 1), make_date(mine.year, 12, 31), mine.title
    FROM pair JOIN parties_person me ON me.id = pair.person JOIN parties_person it ON it.id = pair.other
      JOIN did mine ON mine.person = me.id AND mine.normal_authors @> ARRAY[it.normal_name]
        OR mine.person = it.id AND mine.normal_authors @> ARRAY[me.normal_name]
  )
  SELECT found.expert, found.kind, found.severity, found.since, found.until, found.source
  FROM found JOIN wanted ON wanted.kind = found.kind
  WHERE (found.since IS NULL OR found.since <= %(today)s) AND (found.until IS NULL OR found.until >= wanted.horizon)
  ORDER BY found.expert, found.kind, found.severity, found.until DESC NULLS FIRST, found.since, found.source"""
"""Who holds a duty for a body belongs to it. A name among the authors is no more than a hint, since many people share one: that is soft. An organisation belongs to
the legal entities above it, and to those that it was merged into."""


_EXPERTS = "SELECT id AS expert, person_id AS person FROM experts_expert WHERE id = ANY(%(experts)s)"
_PEOPLE = "SELECT id AS expert, id AS person FROM parties_person WHERE id = ANY(%(experts)s)"
_OF_PEOPLE = _RELATIONS.replace(_EXPERTS, _PEOPLE)
"""The same of people who need not be experts: the members of a deciding body."""


def relations(
    experts: Iterable[int],
    team: Collection[int],
    case: Case,
    avoided: Sequence[Avoidance],
    *,
    of_people: bool = False,
) -> list[Relation]:
    """What ties these experts to a team and the host of their case, of the kinds and in the windows that are avoided.

    case: itself left out where other applications are looked for. of_people: the first are ids of people, who need not be
    experts, and `Relation.expert` is one of these. The gravest of a kind first, then the latest. One query.
    """
    today = clock.today()
    horizons = {one.kind: _horizon(one, today) for one in avoided}
    asked = {
        "experts": list(experts),
        "team": sorted(team),
        "host": case.host_id,
        "case": case.pk,
        "round": case.round_id,
        "run": list(RUNS_AND_WATCHES),
        "code": case.code,
        "authority": case.authority_id,
        "today": today,
        "wanted": list(horizons),
        "horizons": list(horizons.values()),
        "entities": horizons.get("same_institution", today),
        "legal": list(LEGAL_KINDS),
    }
    with prepared.cursor() as cursor:
        cursor.execute(
            _OF_PEOPLE if of_people else _RELATIONS, {name: prepared.stable(value) for name, value in asked.items()}
        )
        return [Relation(*row) for row in cursor.fetchall()]


def _horizon(one: Avoidance, today: date) -> date:
    """The day on or after which a relation must still have held."""
    if one.years is None:
        return date.min if one.kind in LASTING else today
    try:
        return today.replace(year=today.year - one.years)
    except ValueError:  # 29 February
        return today.replace(year=today.year - one.years, day=28)


def said(one: Relation, *, whole: bool = True) -> Text:
    """When a relation held and what it rests on, as a short clause; only when, unless whole."""
    since = one.since.isoformat() if one.since else "?"
    when = Text("", "")
    if one.until is not None:
        when = Text("{a} 至 {b}", "{a} to {b}").filled(a=since, b=one.until.isoformat())
    elif one.since is not None:
        when = Text("自 {a} 起", "since {a}").filled(a=since)
    parts = [when] if when.zh else []
    if whole and one.source:
        parts.append(Text(one.source, one.source))
    return Text("；".join(part.zh for part in parts), "; ".join(part.en for part in parts))
