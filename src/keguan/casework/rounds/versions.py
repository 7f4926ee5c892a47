"""The terms of a round as they stood: what a published call said when, why it was changed, and by whom.

A published call changes only by services of `rounds`, each of which keeps a version here. None is ever changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from datetime import datetime
from typing import Any, Final

from keguan.casework.models import Round, RoundVersion
from keguan.kernel import clock
from keguan.kernel.actors import Actor

TERMS: Final = (
    *("title_zh", "title_en", "summary_zh", "summary_en", "notes_zh", "notes_en", "contact_zh", "contact_en"),
    *("opens", "closes"),
    *("grace_minutes", "budget_fen", "quota", "topics"),
)
"""The columns of a round that its call tells."""


def terms_of(of_round: Round) -> dict[str, Any]:
    """The terms as they stand, as JSON: moments in ISO 8601."""
    return {name: _plain(getattr(of_round, name)) for name in TERMS}


def with_terms(of_round: Round, terms: Mapping[str, Any]) -> Round:
    """The round as it would be with these terms: a copy that is never saved. terms: as JSON or as columns."""
    made = copy(of_round)
    for name, value in terms.items():
        if name in TERMS:
            is_moment = name in ("opens", "closes") and isinstance(value, str)
            setattr(made, name, datetime.fromisoformat(value) if is_moment else value)
    return made


def keep_version(of_round: Round, actor: Actor, reason: str = "", *, drafted_by: int | None = None) -> RoundVersion:
    """Keep the terms of a published call as they stand from now on. Needs the round locked.

    reason: why they were changed, "" for the version that was published, which has the number 1 and is no change.
    """
    last = RoundVersion.objects.filter(round=of_round).order_by("-number").first()
    return RoundVersion.objects.create(
        round=of_round,
        number=last.number + 1 if last else 2 if reason else 1,
        terms=terms_of(of_round),
        reason=reason,
        at=clock.now(),
        by=actor.person,
        drafted_by=drafted_by,
    )


def versions_of(of_round: Round) -> list[RoundVersion]:
    """Every version of a published call, the first at the top. One query."""
    return list(RoundVersion.objects.filter(round=of_round).order_by("number"))


def changes_of(rounds: Iterable[Round]) -> dict[int, RoundVersion]:
    """The latest change of each of these calls, by its id; those that stand as they were published are left out. One query,
    none where none was changed."""
    changed = [one.pk for one in rounds if one.changed_at is not None]
    if not changed:
        return {}
    rows = (
        RoundVersion.objects.filter(round__in=changed, number__gt=1)
        .order_by("round_id", "-number")
        .distinct("round_id")
    )
    return {row.round_id: row for row in rows}


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> frozenset[str]:
    """The names of the terms that are not the same."""
    return frozenset(name for name in TERMS if before.get(name) != after.get(name))


def _plain(value: Any) -> Any:
    # One moment is one text, whatever the zone it was read in.
    return value.astimezone(clock.BEIJING).isoformat() if isinstance(value, datetime) else value
