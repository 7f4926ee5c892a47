"""What a round has given so far: the amounts of decisions that nothing has undone since."""

from __future__ import annotations

from django.db.models import Q, Sum

from keguan.casework.models import Case, Round
from keguan.casework.versions import definition_of
from keguan.language.definition import Definition


def not_undone(definition: Definition) -> Q:
    """Cases under way, and those that ended well: what was decided to give to the others is free again."""
    return Q(end__in=["", *(str(one.end) for one in definition.programme.ends if one.success)])


def granted_fen(of_round: Round, without: frozenset[str] = frozenset()) -> int:
    """The sum in fen over the cases of a round. without: numbers of cases that are not to be counted."""
    stand = Case.objects.filter(not_undone(definition_of(of_round.programme)), round=of_round, amount_fen__gt=0)
    found: int = stand.exclude(number__in=without).aggregate(sum=Sum("amount_fen", default=0))["sum"]
    return found
