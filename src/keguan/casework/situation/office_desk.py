"""What lies on an office's desk beside a case that it is to endorse: the order that it keeps, and its own checks."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from keguan.casework.models import Case
from keguan.casework.situation.ranks import free_ranks
from keguan.kernel.bilingual import Text

_ON_THE_DESK = """
SELECT ARRAY(
    SELECT waiting.id FROM casework_recommendationorder kept
    CROSS JOIN LATERAL unnest(kept.cases) WITH ORDINALITY AS placed (id, place)
    JOIN casework_case waiting ON waiting.id = placed.id AND waiting.step = kept.step
    WHERE kept.round_id = one.round_id AND kept.step = one.step AND kept.authority_id = office.id AND one.id = ANY(kept.cases)
    ORDER BY placed.place),
  (SELECT coalesce(jsonb_agg(jsonb_build_array(item.id, item.zh, item.en, item.required, EXISTS (
      SELECT FROM casework_officetick done WHERE done.item_id = item.id AND done.case_id = one.id)) ORDER BY item.id), '[]')
    FROM casework_officeitem item
    WHERE item.round_id = one.round_id AND item.organisation_id = office.id AND item.dropped_at IS NULL)::text
FROM (VALUES (%s::bigint, %s::bigint, %s::text)) AS one (id, round_id, step), (VALUES (%s::bigint)) AS office (id)"""
"""Both at once, as another statement would cost more than either."""


@dataclass(frozen=True, slots=True)
class Check:
    """An item of an office's own list, and whether it was looked at for a case."""

    item: int
    say: Text
    required: bool
    is_ticked: bool


@dataclass(frozen=True, slots=True)
class OfficeDesk:
    """waiting: what waits in the order that the office keeps, where the case stands in it. checks: its own list."""

    waiting: tuple[int, ...] = ()
    checks: tuple[Check, ...] = ()

    def rank_of(self, case: Case, taken: Collection[int]) -> int | None:
        """The rank that the kept order would give to the case now; None where it stands in none."""
        return dict(zip(self.waiting, free_ranks(taken), strict=False)).get(case.pk)


def office_desk(case: Case, office: int) -> OfficeDesk:
    """What lies beside this case on the desk of this institution or authority. For nobody but its office. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_ON_THE_DESK, [case.pk, case.round_id, case.step, office])
        waiting, items = cursor.fetchone()
    checks = (Check(pk, Text(zh, en or zh), required, done) for pk, zh, en, required, done in json.loads(items))
    return OfficeDesk(tuple(waiting), tuple(checks))
