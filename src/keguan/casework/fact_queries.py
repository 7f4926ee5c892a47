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
    # Another application that came in and may still lead to an award, or did.
    "{stands}": """
      other.id <> %(case)s AND other.submitted_at IS NOT NULL
      AND (other."end" = '' OR other."end" = ANY(%(successes)s::text[]))""",
    # Another application that came in and is not decided yet; side cases are none.
    "{pending}": """
      other.id <> %(case)s AND other.submitted_at IS NOT NULL AND other."end" = '' AND other.round_id IS NOT NULL""",
}


def _query(text: str) -> str:
    for word, condition in _SHARED.items():
        text = text.replace(word, condition)
    return text


def _led_by(person: str) -> str:
    """Running projects that a person leads: also those of a published list under the pseudonym that another project,
    whose principal was identified, has there."""
    query = _query("""
      SELECT project.id, project.origin FROM projects_project project WHERE project.principal_id = {person} AND {runs}
      UNION
      SELECT project.id, project.origin FROM projects_project project
      WHERE {runs} AND project.principal_id IS NULL AND project.principal_pseudonym <> ''
        AND project.principal_pseudonym IN (
          SELECT linked.principal_pseudonym FROM projects_project linked WHERE linked.principal_id = {person})""")
    return query.replace("{person}", person)


PERSON: Mapping[str, str] = {
    "person.known": "SELECT id FROM parties_person WHERE id = %(principal)s",
    "person.born": "SELECT born FROM parties_person WHERE id = %(principal)s",
    "person.title": "SELECT title FROM parties_person WHERE id = %(principal)s",
    "person.degree": "SELECT degree FROM parties_person WHERE id = %(principal)s",
    "person.active_sanctions": _query(
        "SELECT count(*) FROM integrity_sanction WHERE person_id = %(principal)s AND {in force}"
    ),
    "person.running_projects": "SELECT count(*) FROM ({led}) AS led".replace("{led}", _led_by("%(principal)s")),
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
    "applicant.valid_certificates": """
      SELECT count(*) FROM certificates_certificate held
      JOIN certificates_registerkind kind ON kind.id = held.register_id
      WHERE held.holder_id = %(host)s AND kind.code = ANY(%(series)s::text[]) AND held.status = 'valid'
        AND held.first_day <= %(today)s AND held.last_day >= %(today)s""",
}
"""Of the host."""

OTHERS: Mapping[str, str] = {
    # An application whose project is recorded before its last step counts once: the project's origin is its number.
    "members.over_limit": _query("""
      SELECT count(*) FROM unnest(%(members)s::bigint[]) AS member (id) WHERE (
        SELECT count(DISTINCT part.name) FROM (
          SELECT coalesce(nullif(led.origin, ''), 'project ' || led.id) AS name FROM ({led}) AS led
          UNION ALL
          SELECT coalesce(nullif(project.origin, ''), 'project ' || project.id) FROM projects_membership takes_part
            JOIN projects_project project ON project.id = takes_part.project_id
            WHERE takes_part.person_id = member.id AND {runs}
          UNION ALL
          SELECT other.number FROM casework_case other WHERE other.principal_id = member.id AND {pending}
          UNION ALL
          SELECT other.number FROM casework_case other WHERE other.members @> ARRAY[member.id] AND {pending}
        ) AS part
      ) >= 2""").replace("{led}", _led_by("member.id")),
    "duplicate.applications": _query("""
      SELECT count(*) FROM casework_case other
      WHERE other.normal_title = %(normal_title)s AND other.normal_title <> ''
        AND other.round_id = %(round)s AND {stands}"""),
    "duplicate.projects": """
      SELECT count(*) FROM projects_project project
      WHERE project.normal_title = %(normal_title)s AND project.origin <> %(number)s""",
}
"""Of the team and of the title."""

RANKED = """
  SELECT count(*) FROM casework_case other
  WHERE other.round_id = %(round)s AND other.authority_id = %(authority)s AND other.id <> %(case)s
    AND other.recommended_rank IS NOT NULL"""
"""What the authority recommended, where it ranks what it recommends."""

ENDORSED = """
  SELECT count(*) FROM casework_case other JOIN casework_memo memo ON memo.case_id = other.id
  WHERE other.round_id = %(round)s AND other.authority_id = %(authority)s AND other.id <> %(case)s
    AND other.submitted_at IS NOT NULL AND other.step <> ALL(%(before_endorsement)s::text[]) AND EXISTS (
      SELECT FROM unnest(%(endorsements)s::text[]) AS step (id)
      WHERE memo.state -> 'steps' -> step.id ->> 'outcome' = 'endorsed')"""
"""What it recommended, where it does not rank: its step is closed as endorsed, and the case was not sent back below."""
