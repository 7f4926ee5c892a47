"""Which organisations are one legal entity: a university with its schools and laboratories, whatever each is called."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from django.db import connection

from keguan.kernel import clock

LEGAL_KINDS: Final = ("university", "institute", "enterprise", "hospital")
"""Kinds of organisation that are a legal entity of their own; their schools and laboratories belong to them."""

_ENTITIES = """
  WITH RECURSIVE link AS (
    SELECT child_id AS child, parent_id AS parent FROM organisations_parent
    WHERE since <= %(day)s AND (until IS NULL OR until >= %(day)s)
    UNION ALL
    SELECT id, successor_id FROM organisations_organisation WHERE successor_id IS NOT NULL
  ), above (start, id) AS (
    SELECT id, id FROM unnest(%(bodies)s::bigint[]) AS one (id)
    UNION SELECT above.start, link.parent FROM above JOIN link ON link.child = above.id
  )
  SELECT above.start, above.id FROM above
  JOIN organisations_organisation one ON one.id = above.id AND one.kind = ANY(%(legal)s)
  ORDER BY 1, 2"""


def legal_entities(bodies: Iterable[int | None], on: date | None = None) -> dict[int, int]:
    """For each of these organisations a sign of the legal entity that it belongs to: two of one entity have the same.

    Those of one entity share an organisation of a legal kind on their way up in either hierarchy, as recusals count it; what
    has none above it stands alone. The sign holds among the bodies asked for, and is kept nowhere. One query.
    """
    asked = sorted({one for one in bodies if one is not None})
    sign = {("body", one): ("body", one) for one in asked}

    def root(of: tuple[str, int]) -> tuple[str, int]:
        while sign.setdefault(of, of) != of:
            sign[of] = sign[sign[of]]
            of = sign[of]
        return of

    with connection.cursor() as cursor:
        cursor.execute(_ENTITIES, {"bodies": asked, "day": on or clock.today(), "legal": list(LEGAL_KINDS)})
        for body, entity in cursor.fetchall():
            sign[root(("entity", entity))] = root(("body", body))
    return {one: root(("body", one))[1] for one in asked}
