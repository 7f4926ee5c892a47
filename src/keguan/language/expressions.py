"""Expressions over declared names: compiled and typed before publication, evaluated to a value, unknown, or an error.

The only module that knows CEL (Common Expression Language, cel-cpp). `review.score > 70` compares a decimal with a whole
number, which CEL's runtime does exactly but its type checker refuses: so an expression is checked in an environment that
declares these comparisons, and run in one that leaves them to CEL (ADR `docs/adr/scores-compare-with-whole-numbers.md`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from math import isfinite
from typing import Any, Final

from cel_expr_python import cel

from keguan.kernel.period import years_between
from keguan.kernel.problems import Problem
from keguan.language.schema import Expression
from keguan.language.slips import SAID, slip, unexpected
from keguan.language.slips import nearest as nearest
from keguan.language.vocabulary import CONSTANTS, NameType
from keguan.language.wire import resolved_names

_CEL: Final[Mapping[str, Any]] = {
    "bool": cel.Type.BOOL,
    "int": cel.Type.INT,
    "score": cel.Type.DOUBLE,
    "string": cel.Type.STRING,
    "date": cel.Type.TIMESTAMP,
    "list_int": cel.Type.List(cel.Type.INT),
    "list_string": cel.Type.List(cel.Type.STRING),
    "list_date": cel.Type.List(cel.Type.TIMESTAMP),
    "list_score": cel.Type.List(cel.Type.DOUBLE),
}
_NAMED: Final[Mapping[str, NameType]] = {  # what CEL calls its types
    "BOOL": "bool",
    "INT": "int",
    "DOUBLE": "score",
    "STRING": "string",
    "TIMESTAMP": "date",
    "LIST<INT>": "list_int",
    "LIST<STRING>": "list_string",
    "LIST<TIMESTAMP>": "list_date",
    "LIST<DOUBLE>": "list_score",
}
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_ERROR: Final = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")
_MISSING: Final = "No value with name "
_INTEGERS: Final = range(-(2**63), 2**63)
_PYTHON: Final[Mapping[type, NameType]] = {bool: "bool", int: "int"}  # what CEL takes as it is

# --------------------------------------------------------------------------------------------- outcomes


@dataclass(frozen=True, slots=True)
class Known:
    """The expression has a value: bool, int, str, date, Decimal (a score) or a list of one of them."""

    value: Any


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that decides is missing. missing: the names the expression reads that have none."""

    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """The expression cannot be computed for these values: an overflow, a division by zero. reason: for the record."""

    reason: str


Outcome = Known | Unknown | Failed


# -------------------------------------------------------------------------------------------- functions


def _years(first: datetime, last: datetime) -> int:
    return years_between(first.date(), last.date())


def _days(first: datetime, last: datetime) -> int:
    return (last.date() - first.date()).days


def _distinct(values: list[Any]) -> int:
    return len(set(values))


def _part(hundredths: int, amount: int) -> int:
    return hundredths * amount // 100


def _functions(*, running: bool) -> list[Any]:
    # The checker wants one overload per kind of list; the runtime knows one kind of list only and refuses a second.
    whole, day, lists = cel.Type.INT, cel.Type.TIMESTAMP, [_CEL[name] for name in _CEL if name.startswith("list_")]
    shapes: dict[str, tuple[Any, list[list[Any]]]] = {
        "sum": (sum, [[cel.Type.LIST if running else _CEL["list_int"]]]),
        "years": (_years, [[day, day]]),
        "days": (_days, [[day, day]]),
        "least": (min, [[whole, whole]]),
        "most": (max, [[whole, whole]]),
        "distinct": (_distinct, [[cel.Type.LIST]] if running else [[one] for one in lists]),
        "part": (_part, [[whole, whole]]),
    }
    return [
        cel.FunctionDecl(
            name,
            [
                cel.Overload(f"keguan_{name}_{number}", whole, takes, False, python if running else None)
                for number, takes in enumerate(overloads)
            ],
        )
        for name, (python, overloads) in shapes.items()
    ]


def _comparisons() -> list[Any]:
    whole, decimal = cel.Type.INT, cel.Type.DOUBLE
    return [
        cel.FunctionDecl(
            operator,
            [
                cel.Overload(f"keguan_{operator}_{number}", cel.Type.BOOL, takes)
                for number, takes in enumerate(([decimal, whole], [whole, decimal]))
            ],
        )
        for operator in ("_<_", "_<=_", "_>_", "_>=_", "_==_", "_!=_")
    ]


# ------------------------------------------------------------------------------------------- environment


class Compiled:
    """An expression that is known to be well formed. type: of its value. names: every declared name it reads."""

    __slots__ = ("_program", "_types", "names", "type")

    def __init__(self, program: Any, type_: NameType, types: Mapping[str, NameType]) -> None:
        self._program = program
        self._types = types
        self.type = type_
        self.names = frozenset(types)

    def outcome(self, names: Mapping[str, Any]) -> Outcome:
        """What the expression says for these values. A name that is not given, or None, is missing. Never raises."""
        given: dict[str, Any] = dict(CONSTANTS)
        for name, kind in self._types.items():
            value = names.get(name)
            if kind == _PYTHON.get(type(value)) and (kind != "int" or value in _INTEGERS):
                given[name] = value
            elif value is not None:
                try:
                    given[name] = to_cel(value, kind)
                except (ValueError, TypeError, ArithmeticError):
                    return Failed(f"{name}: {value!r:.60} is not {SAID[kind].en}")
        try:
            found = self._program.eval(data=given)
            value = found.plain_value()
            if found.type() != cel.Type.ERROR:
                return Known(_from_cel(value, self.type))
        except (RuntimeError, ValueError, TypeError, ArithmeticError) as error:
            return Failed(str(error)[:200])
        if _MISSING in value:
            return Unknown(tuple(sorted(name for name in self.names if name not in given)))
        return Failed(value.partition(": ")[2][:200] or value[:200])


class Environment:
    """Everything an expression of one definition may name, with its type. Compiles each text once."""

    def __init__(self, names: Mapping[str, NameType]) -> None:
        """names: dotted lower-case names; one that cannot be read in an expression (a hyphen) is left out."""
        self.types = {name: kind for name, kind in names.items() if _NAME.fullmatch(name)}
        declared = {name: _CEL[kind] for name, kind in self.types.items()}
        declared |= dict.fromkeys(CONSTANTS, cel.Type.INT)
        checked = [*_functions(running=False), *_comparisons()]
        self._checker = cel.NewEnv(variables=declared, extensions=[cel.CelExtension("keguan", checked)])
        run = cel.CelExtension("keguan", _functions(running=True))
        self._runner = cel.NewEnv(variables=declared, extensions=[run])
        # Until it has compiled something itself, the runner does not know dates in what it deserializes.
        self._runner.compile("true")
        self._compiled: dict[str, Compiled | tuple[tuple[str, int, int], ...]] = {}

    def compile(self, expression: Expression, expected: Iterable[NameType] = ()) -> Compiled | tuple[Problem, ...]:
        """The expression ready to run, or every problem with it, placed where its text stands.

        expected: the types its place can take; none for any. Codes `expression.syntax`, `.name`, `.type`.
        """
        known = self._compiled.get(expression.text)
        if known is None:
            known = self._compiled[expression.text] = self._compile(expression.text)
        if not isinstance(known, Compiled):
            return tuple(slip(expression, *error, [*self.types, *CONSTANTS]) for error in known)
        wanted = tuple(expected)
        if wanted and known.type not in wanted:
            return (unexpected(expression, known.type, wanted),)
        return known

    def _compile(self, text: str) -> Compiled | tuple[tuple[str, int, int], ...]:
        try:
            checked = self._checker.compile(text)
            kind = _NAMED.get(checked.return_type().name())
            if kind is None:
                return ((f"no use for a {checked.return_type().name()}", 1, 1),)
            wire = checked.serialize()
            used = resolved_names(wire) & self.types.keys()
            return Compiled(self._runner.deserialize(wire), kind, {name: self.types[name] for name in sorted(used)})
        except (RuntimeError, ValueError, UnicodeError) as error:
            found = _ERROR.findall(str(error))
            told = {(said.removesuffix(" [INVALID_ARGUMENT]"), max(int(a), 1), max(int(b), 1)) for a, b, said in found}
            # One slip often makes CEL complain several times: the first place is the one that helps.
            return tuple(sorted(told, key=lambda one: one[1:])[:3]) or ((str(error)[:200], 1, 1),)


# ----------------------------------------------------------------------------------------------- values


def to_cel(value: Any, kind: NameType) -> Any:
    """A value as CEL takes it: dates (or ISO texts) as midnights UTC, scores (also as decimal text) as floats.

    Raises ValueError or TypeError where the value is not of the kind.
    """
    if kind.startswith("list_"):
        if not isinstance(value, list | tuple):
            raise TypeError(kind)
        inner: Any = kind[5:]
        return [to_cel(one, inner) for one in value]
    match kind, value:
        case "date", datetime():
            raise TypeError("a moment is no date")
        case "date", date():
            return datetime.combine(value, time(), UTC)
        case "date", str():
            return datetime.combine(date.fromisoformat(value), time(), UTC)
        case ("score", bool()) | ("int", bool()):
            raise TypeError(kind)
        case "score", int() | float() | Decimal() | str() if isfinite(score := float(value)):
            return score
        case ("bool", bool()):
            return value
        case ("string", str()):
            return value.encode("utf-8").decode("utf-8")  # a lone surrogate would break the binding
        case ("int", int()) if value in _INTEGERS:
            return value
    raise TypeError(kind)


def _from_cel(value: Any, kind: NameType) -> Any:
    if kind.startswith("list_"):
        inner: Any = kind[5:]
        return [_from_cel(one, inner) for one in value]
    match kind:
        case "date":
            return value.date()
        case "score":
            if not isfinite(value):
                raise ArithmeticError("the score is not finite")
            # Six decimals hide what binary fractions add (0.1 + 0.2).
            return Decimal(value).quantize(Decimal("0.000001")).normalize() + 0
        case _:
            return value
