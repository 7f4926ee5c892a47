"""The query of each fact: one scalar each, so that any of them can be asked together in one statement.

%(today)s is the day in Beijing; case, number, round, host, authority, principal, members and normal_title are the
case's own. Words in braces stand for conditions that several queries share.
"""

from __future__ import annotations

from collections.abc import Mapping

_SHARED: Mapping[str, str] = {
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
    """The query in one line: psycopg prepares only short ones once (4 096 characters), and several go together."""
    for word, condition in _SHARED.items():
        text = text.replace(word, condition)
    return " ".join(text.split())


PERSON: Mapping[str, str] = {
    "person.known": "SELECT id FROM parties_person WHERE id = %(principal)s",
    "person.born": "SELECT born FROM parties_person WHERE id = %(principal)s",
    "person.title": "SELECT title FROM parties_person WHERE id = %(principal)s",
    "person.degree": "SELECT degree FROM parties_person WHERE id = %(principal)s",
    "person.active_sanctions": _query(
        "SELECT count(*) FROM integrity_sanction WHERE person_id = %(principal)s AND {in force}"
    ),
    # Also projects of a published list under the pseudonym that another project of the principal's has there.
    "person.running_projects": _query("""
      SELECT count(*) FROM (
        SELECT project.id FROM projects_project project WHERE project.principal_id = %(principal)s AND {runs}
        UNION
        SELECT project.id FROM projects_project linked JOIN projects_project project
          ON project.principal_pseudonym = linked.principal_pseudonym AND project.principal_pseudonym <> ''
        WHERE linked.principal_id = %(principal)s AND project.principal_id IS NULL AND {runs}) AS led"""),
    "person.applications_in_round": _query("""
      SELECT count(*) FROM casework_case other
      WHERE other.principal_id = %(principal)s AND other.round_id = %(round)s AND {stands}"""),
    "person.applications_elsewhere": _query("""
      SELECT count(*) FROM casework_case other
      WHERE other.principal_id = %(principal)s AND other.round_id <> %(round)s AND {pending}"""),
}
"""Of the principal. `person.known` and `person.born` are no facts: they say whether there is anybody, and how old."""

APPLICANT: Mapping[str, str] = {
    "applicant.active_sanctions": _query(
        "SELECT count(*) FROM integrity_sanction WHERE organisation_id = %(host)s AND {in force}"
    ),
    "applicant.applications_in_round": _query("""
      SELECT count(*) FROM casework_case other
      WHERE other.host_id = %(host)s AND other.round_id = %(round)s AND {stands}"""),
    "applicant.valid_certificates": _query("""
      SELECT count(*) FROM certificates_certificate held
      JOIN certificates_registerkind kind ON kind.id = held.register_id
      WHERE held.holder_id = %(host)s AND kind.code = ANY(%(series)s::text[]) AND held.status = 'valid'
        AND held.first_day <= %(today)s AND held.last_day >= %(today)s"""),
}
"""Of the host."""

OTHERS: Mapping[str, str] = {
    # An application whose project is recorded before its last step counts once: the project's origin is its number.
    "members.over_limit": _query("""
      SELECT count(*) FROM (
        SELECT FROM (
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
        ) AS parts GROUP BY person HAVING count(DISTINCT name) >= 2
      ) AS busy"""),
    "duplicate.applications": _query("""
      SELECT count(*) FROM casework_case other
      WHERE other.normal_title = %(normal_title)s AND other.normal_title <> ''
        AND other.round_id = %(round)s AND {stands}"""),
    "duplicate.projects": _query("""
      SELECT count(*) FROM projects_project project
      WHERE project.normal_title = %(normal_title)s AND project.origin <> %(number)s"""),
}
"""Of the team and of the title."""

RANKED = _query("""
  SELECT count(*) FROM casework_case other
  WHERE other.round_id = %(round)s AND other.authority_id = %(authority)s AND other.id <> %(case)s
    AND other.recommended_rank IS NOT NULL""")
"""What the authority recommended, where it ranks what it recommends."""

ENDORSED = _query("""
  SELECT count(*) FROM casework_case other JOIN casework_memo memo ON memo.case_id = other.id
  WHERE other.round_id = %(round)s AND other.authority_id = %(authority)s AND other.id <> %(case)s
    AND other.submitted_at IS NOT NULL AND other."end" <> 'withdrawn' AND other.step <> ALL(%(before_endorsement)s::text[]) AND EXISTS (
      SELECT FROM unnest(%(endorsements)s::text[]) AS step (id)
      WHERE memo.state -> 'steps' -> step.id ->> 'outcome' = 'endorsed')""")
"""What it recommended, where it does not rank: its step is closed as endorsed, and the case was not sent back below."""
