"""Long lists in pieces that neither shift nor repeat while rows come and go: each piece begins after the last row of the
one before, found by its place in the order, however deep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F, Q

from keguan.components.list_spec import Rows
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused

CURSOR = "cursor"


class _Serializer:
    """Days, moments and decimals as text: the database reads them back."""

    def dumps(self, obj: Any) -> bytes:
        return DjangoJSONEncoder(separators=(",", ":")).encode(obj).encode()

    def loads(self, data: bytes) -> Any:
        return signing.JSONSerializer().loads(data)


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a list. next: where the next begins, "" where this is the last."""

    rows: list[Any]
    next: str = ""


def piece_of(rows: Rows, name: str, after: str, size: int) -> Piece:
    """The piece of a list that begins after a cursor, "" for the first. One query.

    rows: ordered by names of columns, the last of them unique. name: of the list; a cursor leads on in its own alone.
    Raises Refused for a cursor that is none of this list in this order.
    """
    order = [str(one) for one in rows.query.order_by]
    if after:
        rows = rows.filter(_after(order, values_in(name, order, after)))
    places = {f"place_{at}": F(one.removeprefix("-")) for at, one in enumerate(order)}
    found = list(rows.annotate(**places)[: size + 1])
    if len(found) <= size:
        return Piece(found)
    shown = found[:size]
    return Piece(shown, cursor(name, order, [getattr(shown[-1], place) for place in places]))


def cursor(name: str, order: Sequence[str], values: Sequence[Any]) -> str:
    """What leads on after the row with these values. Signed, so that whoever reads it back need not doubt it."""
    return signing.dumps([list(order), list(values)], salt=_salt(name), serializer=_Serializer, compress=True)


def values_in(name: str, order: Sequence[str], typed: str) -> list[Any]:
    """The values of the row after which a cursor leads on. Raises Refused."""
    try:
        of, values = signing.loads(typed, salt=_salt(name), serializer=_Serializer)
    except (signing.BadSignature, ValueError):
        of, values = None, []
    if of != list(order):
        say = Text("这个游标不属于这个列表及其排序。", "This cursor is none of this list in this order.")
        fix = Text("请从第一页重新读取，按 next 继续。", "Read from the start again, and follow next.")
        raise Refused.because(Problem("list.cursor", say, CURSOR, typed[:60], fix=fix))
    return list(values)


def _salt(name: str) -> str:
    return f"keguan.components.keyset.{name}"


def _after(order: Sequence[str], values: Sequence[Any]) -> Q:
    """The rows that come later: equal in the first columns and later in the next. PostgreSQL puts what is missing last
    going up, and first going down."""
    later, equal = Q(pk__in=()), Q()
    for key, value in zip(order, values, strict=True):
        name = key.removeprefix("-")
        if key.startswith("-"):
            beyond = Q(**{f"{name}__isnull": False}) if value is None else Q(**{f"{name}__lt": value})
        else:
            beyond = Q(pk__in=()) if value is None else Q(**{f"{name}__gt": value}) | Q(**{f"{name}__isnull": True})
        later |= equal & beyond
        equal &= Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})
    return later
