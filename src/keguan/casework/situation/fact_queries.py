"""The query of each fact: one scalar each, so that any of them can be asked together in one statement.

A fact that counts answers with what it counts, the first twenty: `n` of them in all, each by kind, id and number.

%(today)s is the day in Beijing; case, number, round, host, authority, principal, members and normal_title are the
case's own. Words in braces stand for conditions that several queries share.
"""

from __future__ import annotations

from collections.abc import Mapping

_SHARED: Mapping[str, str] = {
    # What is counted, one row each, between these two.
    "{cases}": """
      SELECT json_agg(one) FROM (SELECT count(*) OVER () AS n, 'case' AS kind, other.id, other.number
      FROM casework_case other WHERE""",
    "{sanctions}": """
      SELECT json_agg(one) FROM (SELECT count(*) OVER () AS n, 'sanction' AS kind, id, source AS number
      FROM integrity_sanction WHERE""",
    "{few}": "ORDER BY 3 LIMIT 20) AS one",
    # A sanction in force.
    "{in force}": """
      since <= %(today)s AND (until IS NULL OR until >= %(today)s) AND (lifted_on IS NULL OR lifted_on > %(today)s)""",
    # A project that is said to run runs, even where nobody wrote its last day; one of unknown state between its days.
    "{runs}": """
      (project.status = 'running' OR (project.status = 'unknown' AND project.first_day IS NOT NULL
                                      AND project.last_day IS NOT NULL))
      AND coalesce(project.first_day, %(today)s) <= %(today)s AND coalesce(project.last_day, %(today)s) >= %(today)s""",
    # A project by the number of the application it came from, else by its own.
    "{name}": "coalesce(nullif(project.origin, ''), 'project ' || project.id)",
    # Another application that came in and may still lead to an award, or did.
    "{stands}": """
      other.id <> %(case)s AND other.submitted_at IS NOT NULL
      AND (other."end" = '' OR other."end" = ANY(%(successes)s::text[]))""",
    # Another application that came in and is not decided yet; side cases are none.
    "{pending}": """
      other.id <> %(case)s AND other.submitted_at IS NOT NULL AND other."end" = '' AND other.round_id IS NOT NULL""",
}


def _query(text: str) -> str:
    """The query in one line, its words in braces written out."""
    for word, condition in _SHARED.items():
        text = text.replace(word, condition)
    return " ".join(text.split())


PERSON: Mapping[str, str] = {
    "person.known": "SELECT id FROM parties_person WHERE id = %(principal)s",
    "person.born": "SELECT born FROM parties_person WHERE id = %(principal)s",
    "person.title": "SELECT title FROM parties_person WHERE id = %(principal)s",
    "person.degree": "SELECT degree FROM parties_person WHERE id = %(principal)s",
    # Unknown where the register names no employer: then a person looks.
    "person.of_applicant": "SELECT employer_id = %(host)s FROM parties_person WHERE id = %(principal)s",
    "person.active_sanctions": _query("{sanctions} person_id = %(principal)s AND {in force} {few}"),
    # Also projects of a published list under the pseudonym that another project of the principal's has there: `listed`,
    # as the list itself does not name them.
    "person.running_projects": _query("""
      SELECT json_agg(one) FROM (SELECT count(*) OVER () AS n, led.kind, led.id, led.number FROM (
        SELECT 'project' AS kind, project.id, project.number
        FROM projects_project project WHERE project.principal_id = %(principal)s AND {runs}
        UNION
        SELECT 'listed', project.id, project.number FROM projects_project linked JOIN projects_project project
          ON project.principal_pseudonym = linked.principal_pseudonym AND project.principal_pseudonym <> ''
        WHERE linked.principal_id = %(principal)s AND project.principal_id IS NULL AND {runs}) AS led {few}"""),
    "person.applications_in_round": _query(
        "{cases} other.principal_id = %(principal)s AND other.round_id = %(round)s AND {stands} {few}"
    ),
    "person.applications_elsewhere": _query(
        "{cases} other.principal_id = %(principal)s AND other.round_id <> %(round)s AND {pending} {few}"
    ),
}
"""Of the principal. `person.known` and `person.born` are no facts: they say whether there is anybody, and how old."""

APPLICANT: Mapping[str, str] = {
    "applicant.active_sanctions": _query("{sanctions} organisation_id = %(host)s AND {in force} {few}"),
    "applicant.applications_in_round": _query(
        "{cases} other.host_id = %(host)s AND other.round_id = %(round)s AND {stands} {few}"
    ),
    "applicant.valid_certificates": _query("""
      SELECT json_agg(one) FROM (SELECT count(*) OVER () AS n, 'certificate' AS kind, held.id, held.number
      FROM certificates_certificate held JOIN certificates_registerkind kind ON kind.id = held.register_id
      WHERE held.holder_id = %(host)s AND kind.code = ANY(%(series)s::text[]) AND held.status = 'valid'
        AND held.first_day <= %(today)s AND held.last_day >= %(today)s {few}"""),
}
"""Of the host."""

OTHERS: Mapping[str, str] = {
    # An application whose project is recorded before its last step counts once: the project's origin is its number.
    "members.over_limit": _query("""
      SELECT json_agg(one) FROM (
        SELECT count(*) OVER () AS n, 'person' AS kind, parts.person AS id, '' AS number FROM (
          SELECT project.principal_id AS person, {name} AS name FROM projects_project project
          WHERE project.principal_id = ANY(%(members)s::bigint[]) AND {runs}
          UNION ALL
          SELECT linked.principal_id, {name} FROM projects_project linked JOIN projects_project project
            ON project.principal_pseudonym = linked.principal_pseudonym AND project.principal_pseudonym <> ''
          WHERE linked.principal_id = ANY(%(members)s::bigint[]) AND project.principal_id IS NULL AND {runs}
          UNION ALL
          SELECT part.person_id, {name} FROM projects_membership part
          JOIN projects_project project ON project.id = part.project_id
          WHERE part.person_id = ANY(%(members)s::bigint[]) AND {runs}
          UNION ALL
          SELECT other.principal_id, other.number FROM casework_case other
          WHERE other.principal_id = ANY(%(members)s::bigint[]) AND {pending}
          UNION ALL
          SELECT member.id, other.number FROM casework_case other, unnest(other.members) AS member (id)
          WHERE other.members && %(members)s::bigint[] AND member.id = ANY(%(members)s::bigint[]) AND {pending}
        ) AS parts GROUP BY parts.person HAVING count(DISTINCT parts.name) >= 2 {few}"""),
    "duplicate.applications": _query("""
      {cases} other.normal_title = %(normal_title)s AND other.normal_title <> ''
        AND other.round_id = %(round)s AND {stands} {few}"""),
    "duplicate.projects": _query("""
      SELECT json_agg(one) FROM (SELECT count(*) OVER () AS n, 'project' AS kind, project.id, project.number
      FROM projects_project project
      WHERE project.normal_title = %(normal_title)s AND project.origin <> %(number)s {few}"""),
}
"""Of the team and of the title."""

COUNTED = frozenset(
    name for of in (PERSON, APPLICANT, OTHERS) for name, query in of.items() if query.startswith("SELECT json_agg")
)
"""The facts that say what they counted. None of them is ever unknown: nothing found is 0."""

ABOVE: dict[str, str] = {}
"""Of what a floor above keeps of the case: `told_from_above`."""


def told_from_above(name: str, query: str) -> None:
    """Let a floor above casework say how one fact of the vocabulary is asked for: a scalar query over its own tables, NULL
    while it cannot be known. So rules read it in the same statement as all others, and casework imports nobody above."""
    ABOVE[name] = _query(query)


RANKED = _query("""
  SELECT count(*) FROM casework_case other
  WHERE other.round_id = %(round)s AND other.authority_id = %(authority)s AND other.id <> %(case)s
    AND other.recommended_rank IS NOT NULL""")
"""What the authority recommended, where it ranks what it recommends."""

RANKS = _query("""
  SELECT array_agg(other.recommended_rank) FROM casework_case other
  WHERE other.round_id = %(round)s AND other.authority_id = %(authority)s AND other.id <> %(case)s
    AND other.recommended_rank IS NOT NULL""")
"""The ranks that it has given to others."""

ENDORSED = _query("""
  SELECT count(*) FROM casework_case other JOIN casework_memo memo ON memo.case_id = other.id
  WHERE other.round_id = %(round)s AND other.authority_id = %(authority)s AND other.id <> %(case)s
    AND other.submitted_at IS NOT NULL AND other."end" <> 'withdrawn' AND other.step <> ALL(%(before_endorsement)s::text[]) AND EXISTS (
      SELECT FROM unnest(%(endorsements)s::text[]) AS step (id)
      WHERE memo.state -> 'steps' -> step.id ->> 'outcome' = 'endorsed')""")
"""What it recommended, where it does not rank: its step is closed as endorsed, and the case was not sent back below."""
