"""The facts that rules read: what registers and other cases say about this one, computed in one round trip.

A fact that cannot be known (no principal yet, no date of birth) is left out, and the rule goes to a person.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import psycopg
from django.db import connection

from keguan.casework.models import Case
from keguan.casework.situation import fact_queries
from keguan.casework.situation.about import About, about_of
from keguan.casework.versions import definition_of
from keguan.database import prepared
from keguan.kernel.clock import local_date
from keguan.language.definition import Definition
from keguan.language.schema import Endorse, Record
from keguan.language.vocabulary import APPLICANT_KINDS, FACTS

__all__ = ["RANKS_TAKEN", "About", "about_of", "compute", "compute_many", "locks"]

RANKS_TAKEN = "ranks_taken"
"""The ranks that the case's authority has given to its other cases of the round: no fact that a rule may name, but asked for with
them, in the same statement."""

_PLACE = re.compile(r"%\((\w+)\)s")
_OF_A_CASE = {
    "case": "bigint",
    "number": "text",
    "round": "bigint",
    "host": "bigint",
    "authority": "bigint",
    "principal": "bigint",
    "members": "bigint[]",
    "normal_title": "text",
}
"""Terms in which cases differ, and what they are to PostgreSQL."""


def compute(wanted: frozenset[str], case: Case, about: About, now: datetime) -> dict[str, Any]:
    """The facts of these names, as far as they can be known now. Dates are dates, money is fen.

    What counted ones were counted from stands under `grounds`, by fact, where there is anything.
    case: with its host, round and programme at hand. One query, none where only dates and the host are asked for.
    """
    today = local_date(now)
    asked = _asked(wanted, case, about)
    found = _fetched(asked, _terms(case, about, today, asked)) if asked else {}
    return _known(wanted, case, today, found)


def compute_many(wanted: frozenset[str], cases: Sequence[tuple[Case, About]], now: datetime) -> list[dict[str, Any]]:
    """As `compute`, of each of these cases of one programme. One query for those of which the same can be asked, which are
    nearly all, however many there are."""
    today = local_date(now)
    alike: dict[tuple[str, ...], list[int]] = {}
    kinds = [_asked(wanted, case, about) for case, about in cases]
    for at, asked in enumerate(kinds):
        alike.setdefault(tuple(asked.values()), []).append(at)
    found: list[dict[str, Any]] = [{} for _ in cases]
    for places in alike.values():
        asked = kinds[places[0]]
        if asked:
            terms = [_terms(*cases[at], today, asked) for at in places]
            for at, fetched in zip(places, _fetched_for_all(asked, terms), strict=True):
                found[at] = fetched
    return [_known(wanted, case, today, found[at]) for at, (case, _) in enumerate(cases)]


def _known(wanted: frozenset[str], case: Case, today: date, found: dict[str, Any]) -> dict[str, Any]:
    """The facts as rules read them, from what is at hand and what was found."""
    known = {name: value for name, value in _at_hand(case, today).items() if name in wanted and value is not None}
    if found.pop("person.known", None) is None:
        found = {name: value for name, value in found.items() if not name.startswith("person.")}
    if born := found.pop("person.born", None):
        closing = local_date(case.round.closes) if case.round else None
        found["person.age"] = _full_years(born, closing) if closing else None
    counted = {name: found[name] or [] for name in fact_queries.COUNTED & found.keys()}
    found |= {name: rows[0]["n"] if rows else 0 for name, rows in counted.items()}
    known |= {name: value for name, value in found.items() if value is not None}
    grounds = {
        name: [{"kind": one["kind"], "id": one["id"], "number": one["number"]} for one in rows]
        for name, rows in sorted(counted.items())
        if rows
    }
    return known | ({"grounds": grounds} if grounds else {})


def locks(wanted: frozenset[str], case: Case, about: About) -> tuple[str, ...]:
    """The names to hold a lock on while these facts are counted and acted upon, sorted.

    Whoever would change one of the counts asks for a lock of the same name: so a limit holds for two who come at once.
    """
    counted = {FACTS[name].counts for name in wanted if name in FACTS} - {""}
    names: set[str] = set()
    if "person" in counted and about.principal is not None:
        names.add(f"person:{about.principal}")
    if "members.over_limit" in wanted:
        names |= {f"person:{member}" for member in about.members}
    if "applicant.valid_certificates" in wanted and case.host_id is not None:
        names.add(f"applicant:{case.host_id}")
    if case.round_id is not None:
        if "applicant.applications_in_round" in wanted and case.host_id is not None:
            names.add(f"applicant:{case.round_id}:{case.host_id}")
        if "authority" in counted and case.authority_id is not None:
            names.add(f"authority:{case.round_id}:{case.authority_id}")
        if "title" in counted and about.normal_title:
            names.add(f"title:{case.round_id}:{about.normal_title}")
    return tuple(sorted(names))


# ------------------------------------------------------------------------------------------------------- at hand


def _at_hand(case: Case, today: date) -> dict[str, Any]:
    """What needs no query: the round's terms (a side case has no round) and the host's entry."""
    found: dict[str, Any] = {"today": today}
    if case.round is not None:
        found |= {
            "round.opens": local_date(case.round.opens),
            "round.closes": local_date(case.round.closes),
            "round.year": local_date(case.round.opens).year,
            "round.budget": case.round.budget_fen,
            "round.quota": case.round.quota,
        }
    if case.host is not None:
        founded = case.host.founded
        found |= {
            "applicant.kind": case.host.kind if case.host.kind in APPLICANT_KINDS else "other",
            "applicant.region": case.host.region_code or None,
            "applicant.age_days": (today - founded).days if founded and founded <= today else None,
        }
    return found


def _full_years(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


# ------------------------------------------------------------------------------------------------------ one query


def _asked(wanted: frozenset[str], case: Case, about: About) -> dict[str, str]:
    """The scalar query of each wanted fact that can be asked for at all."""
    asked: dict[str, str] = {}
    if about.principal is not None:
        names = {"person.born" if name == "person.age" else name for name in wanted}
        asked |= {name: query for name, query in fact_queries.PERSON.items() if name in names}
        if asked:
            asked["person.known"] = fact_queries.PERSON["person.known"]
    if case.host_id is not None:
        asked |= {name: query for name, query in fact_queries.APPLICANT.items() if name in wanted}
    asked |= {name: query for name, query in fact_queries.OTHERS.items() if name in wanted}
    asked |= {name: query for name, query in fact_queries.ABOVE.items() if name in wanted}
    if not about.normal_title:
        asked = {name: query for name, query in asked.items() if not name.startswith("duplicate.")}
    if "authority.endorsed_in_round" in wanted and case.authority_id is not None:
        ranked = any(step.ranked for step in _endorsements(definition_of(case.programme)))
        asked["authority.endorsed_in_round"] = fact_queries.RANKED if ranked else fact_queries.ENDORSED
    if RANKS_TAKEN in wanted:
        asked[RANKS_TAKEN] = fact_queries.RANKS
    if case.round_id is None:
        asked = {name: query for name, query in asked.items() if "%(round)s" not in query}
    return asked


def _terms(case: Case, about: About, today: date, asked: Mapping[str, str]) -> dict[str, Any]:
    """The values that the queries compare with."""
    terms: dict[str, Any] = {
        "today": today,
        "case": case.pk,
        "number": case.number,
        "round": case.round_id,
        "host": case.host_id,
        "authority": case.authority_id,
        "principal": about.principal,
        "members": sorted(about.members),
        "normal_title": about.normal_title,
    }
    if any(place in query for query in asked.values() for place in ("%(successes)s", "%(series)s", "%(endorsements)s")):
        programme = (definition := definition_of(case.programme)).programme
        order = [step.id for step in programme.steps]
        endorsements = [step.id for step in _endorsements(definition)]
        terms["successes"] = [str(end.end) for end in programme.ends if end.success]
        terms["endorsements"] = [str(one) for one in endorsements]
        terms["before_endorsement"] = (
            [str(one) for one in order[: order.index(endorsements[0])]] if endorsements else []
        )
        # A series is written as a name (high_tech_enterprise), the register's code as words with hyphens.
        series = [str(step.series) for step in programme.steps if isinstance(step, Record) and step.series]
        terms["series"] = sorted({one for name in series for one in (name, name.replace("_", "-"))})
    return terms


def _fetched(asked: Mapping[str, str], terms: Mapping[str, Any]) -> dict[str, Any]:
    query, names = _numbered("SELECT " + ", ".join(f"({query})" for query in asked.values()))
    with prepared.cursor(psycopg.RawCursor) as cursor:
        cursor.execute(query, [prepared.stable(terms[name]) for name in names])
        return dict(zip(asked, cursor.fetchone(), strict=True))


def _fetched_for_all(asked: Mapping[str, str], terms: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What `_fetched` finds for each of these. The terms of a case are columns there, those of all are values."""
    columns = ", ".join(f'"{name}" {kind}' for name, kind in _OF_A_CASE.items())
    query = _PLACE.sub(
        lambda found: f'one_case."{found[1]}"' if found[1] in _OF_A_CASE else found[0],
        "SELECT " + ", ".join(f"({query})" for query in asked.values()),
    )
    rows = [{name: term[name] for name in _OF_A_CASE} | {"at": at} for at, term in enumerate(terms)]
    query += f' FROM json_to_recordset(%(cases)s::json) AS one_case({columns}, "at" int) ORDER BY one_case."at"'
    with connection.cursor() as cursor:
        cursor.execute(query, terms[0] | {"cases": json.dumps(rows)})
        return [dict(zip(asked, row, strict=True)) for row in cursor.fetchall()]


@lru_cache(maxsize=200)
def _numbered(query: str) -> tuple[str, tuple[str, ...]]:
    """The query with PostgreSQL's own places ($1) and the name of each. psycopg reads a text of this length anew each time."""
    names = tuple(dict.fromkeys(_PLACE.findall(query)))
    return _PLACE.sub(lambda found: f"${names.index(found[1]) + 1}", query), names


def _endorsements(definition: Definition) -> list[Endorse]:
    return [step for step in definition.programme.steps if isinstance(step, Endorse) and step.by == "authority"]
