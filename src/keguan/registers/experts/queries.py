"""What asks for experts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value

from keguan.kernel import clock
from keguan.registers.codes.queries import Reference, names_of, read_codes
from keguan.registers.experts.freshness import fresh, oldest
from keguan.registers.experts.identity import ACTIVE_PEOPLE, people_in_question
from keguan.registers.experts.models import Absence, Expert, Merit, Work
from keguan.registers.parties.alike import pairs
from keguan.registers.parties.models import Person

_LEFT_OUT = f"""
  WITH pair AS ({pairs(f"id IN ({ACTIVE_PEOPLE})")}), asked AS (SELECT one AS id FROM pair UNION SELECT other FROM pair),
  expert AS (
    SELECT asked.id IS NOT NULL AS question, expert.confirmed_on < %(oldest)s AS stale,
      EXISTS (
        SELECT FROM experts_absence absence
        WHERE absence.expert_id = expert.id AND %(today)s BETWEEN absence.since AND absence.until
      ) AS away
    FROM experts_expert expert LEFT JOIN asked ON asked.id = expert.person_id WHERE expert.status = 'active'
  )
  SELECT count(*) FILTER (WHERE question), count(*) FILTER (WHERE NOT question AND stale),
    count(*) FILTER (WHERE NOT question AND NOT stale AND away) FROM expert"""  # noqa: S608 - ours


def pool(fields: Iterable[str] = ()) -> QuerySet[Expert]:
    """The active experts, with person and employer, optionally those of any of these disciplines.

    fields: codes of any level, as typed or as stored. A broad code finds the narrow ones below it, and an expert who only
    gave a broad code is found by the narrow one. A code that does not exist finds nobody.
    """
    experts = Expert.objects.filter(status="active").select_related("person", "person__employer").order_by("id")
    wanted = [code for code in fields if code]
    if not wanted:
        return experts
    near = Q(pk__in=())
    for code in read_codes(wanted).values():
        if isinstance(code, str):
            near |= Q(fields__overlap=Reference.of(code).line) | Q(all_fields__regex=rf"(^| ){re.escape(code)}")
    every = Func(F("fields"), Value(" "), function="array_to_string", output_field=TextField())
    return experts.alias(all_fields=every).filter(near)


def ready(fields: Iterable[str] = ()) -> QuerySet[Expert]:
    """Those of the pool whom a proposal or a draw may take today: their entry is confirmed, nobody else
    may be the same person, and they are not away. One query more than the pool."""
    today = clock.today()
    away = Absence.objects.filter(expert=OuterRef("pk"), since__lte=today, until__gte=today)
    return pool(fields).filter(fresh(today)).exclude(Exists(away)).exclude(person__in=people_in_question())


def left_out() -> dict[str, int]:
    """How many of the pool no proposal and no draw takes today, by the first reason. One query."""
    today = clock.today()
    with connection.cursor() as cursor:
        cursor.execute(_LEFT_OUT, {"today": today, "oldest": oldest(today)})
        return dict(zip(("question", "stale", "away"), cursor.fetchone(), strict=True))


def of_expert(person: Person) -> dict[str, QuerySet[Any]]:
    """Everything that hangs on a person's entry in the pool, for the archive of their own data."""
    return {
        "expert_works": Work.objects.filter(expert__person=person),
        "expert_absences": Absence.objects.filter(expert__person=person),
        # Without what would tell the scores of others.
        "expert_merits": Merit.objects.filter(expert__person=person).defer("key", "deviation"),
    }


def say_fields(experts: Sequence[Expert]) -> None:
    """Give each of them `fields_said`: what their codes are called. One query."""
    names = names_of(code for one in experts for code in one.fields)
    for one in experts:
        one.fields_said = [names[code] for code in one.fields]  # type: ignore[attr-defined]
