"""Values as people write them in examples, turned into what expressions read; and the other way for messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from keguan.kernel.bilingual import Text
from keguan.kernel.money import Money
from keguan.kernel.problems import Problem
from keguan.language.expressions import nearest
from keguan.language.schema import Place
from keguan.language.vocabulary import NameType

_TRUE = {"true": True, "yes": True, "是": True, "false": False, "no": False, "否": False}


class Unreadable(ValueError):  # noqa: N818 - a word of the house
    """This cannot be read as a value of the needed type."""


def value_of(written: Any, kind: NameType) -> Any:
    """What a person wrote, as a value of this type; money becomes fen. Raises Unreadable."""
    if kind.startswith("list_"):
        items = written if isinstance(written, list) else [] if written is None else [written]
        inner: Any = kind.removeprefix("list_")
        return [value_of(one, inner) for one in items]
    text = "" if written is None else str(written).strip()
    try:
        match kind:
            case "bool":
                return _TRUE[text.lower()]
            case "int":
                return _whole(text)
            case "score":
                return Decimal(text)
            case "date":
                return date.fromisoformat(text)
            case _:
                return "" if written is None else str(written)
    except (KeyError, ValueError, InvalidOperation) as error:
        raise Unreadable(text) from error


def _whole(text: str) -> int:
    digits = text.replace("_", "")
    if digits.lstrip("-").isdigit():
        return int(digits)
    amount = Money.parse(text.removeprefix("-"))
    if isinstance(amount, Problem):
        raise ValueError(text)
    return -amount.fen if text.startswith("-") else amount.fen


def names_of(
    given: Mapping[str, Any], types: Mapping[str, NameType], place: Place
) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """The given names with typed values, and a problem for every unknown name and every value that does not fit."""
    names: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, written in given.items():
        kind = types.get(name)
        if kind is None:
            say = Text("没有名为“{name}”的字段、事实或参数", "There is no field, fact or parameter named “{name}”")
            problems.append(
                Problem("examples.name", say.filled(name=name), where=str(place), value=name, fix=nearest(name, types))
            )
            continue
        try:
            names[name] = value_of(written, kind)
        except Unreadable:
            say = Text("“{name}”的值读不成所需的类型", "The value of “{name}” does not fit its type").filled(name=name)
            problems.append(Problem("examples.value", say, where=str(place), value=f"{name}: {written} ({kind})"))
    return names, tuple(problems)


def same(found: Any, written: Any) -> bool:
    """Whether a computed value is what a person wrote down as expected."""
    try:
        match found:
            case None:
                return written in (None, "unknown")
            case bool():
                return bool(value_of(written, "bool") is found)
            case int():
                return bool(value_of(written, "int") == found)
            case Decimal() | float():
                return bool(value_of(written, "score") == Decimal(str(found)))
            case date():
                return bool(value_of(written, "date") == found)
            case _:
                return str(written) == str(found)
    except Unreadable:
        return False


def said(value: Any) -> str:
    """A value in a message."""
    match value:
        case None:
            return "unknown"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value.normalize(), "f")
        case date():
            return value.isoformat()
        case _:
            return str(value)
