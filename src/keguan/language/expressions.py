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
from difflib import get_close_matches
from math import isfinite
from typing import Any, Final

from cel_expr_python import cel

from keguan.kernel.bilingual import Text
from keguan.kernel.period import years_between
from keguan.kernel.problems import Problem
from keguan.language.schema import Expression
from keguan.language.vocabulary import CONSTANTS, FUNCTIONS, NameType

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
SAID: Final[Mapping[str, Text]] = {
    "bool": Text("是非", "a yes or no"),
    "int": Text("整数", "a whole number"),
    "score": Text("分数（小数）", "a score (decimal)"),
    "double": Text("分数（小数）", "a score (decimal)"),
    "string": Text("文字", "a text"),
    "date": Text("日期", "a date"),
    "timestamp": Text("日期", "a date"),
    "list_int": Text("整数列表", "a list of whole numbers"),
    "list_string": Text("文字列表", "a list of texts"),
    "list_date": Text("日期列表", "a list of dates"),
    "list_score": Text("分数列表", "a list of scores"),
}
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
_ERROR: Final = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")
_MISSING: Final = "No value with name "
_INTEGERS: Final = range(-(2**63), 2**63)

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
            if value is not None:
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
        declared |= {name: cel.Type.INT for name in CONSTANTS}
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
            return tuple(self._problem(expression, *error) for error in known)
        wanted = tuple(expected)
        if wanted and known.type not in wanted:
            return (_unexpected(expression, known.type, wanted),)
        return known

    def _compile(self, text: str) -> Compiled | tuple[tuple[str, int, int], ...]:
        try:
            checked = self._checker.compile(text)
            kind = _NAMED.get(checked.return_type().name())
            if kind is None:
                return ((f"no use for a {checked.return_type().name()}", 1, 1),)
            wire = checked.serialize()
            used = _references(wire) & self.types.keys()
            return Compiled(self._runner.deserialize(wire), kind, {name: self.types[name] for name in sorted(used)})
        except (RuntimeError, ValueError, UnicodeError) as error:
            found = _ERROR.findall(str(error))
            told = {(said.removesuffix(" [INVALID_ARGUMENT]"), max(int(a), 1), max(int(b), 1)) for a, b, said in found}
            # One slip often makes CEL complain several times: the first place is the one that helps.
            return tuple(sorted(told, key=lambda one: one[1:])[:3]) or ((str(error)[:200], 1, 1),)

    def _problem(self, expression: Expression, said: str, line: int, column: int) -> Problem:
        if found := re.search(r"undeclared reference to '([^']+)'", said):
            return self._unknown_name(expression, found[1], line, column)
        place = _at(expression, line, column)
        if found := re.search(r"no matching overload for '([^']+)' applied to '\((.*)\)'", said):
            return _mismatch(expression, found[1], found[2], place)
        if "no use for a" in said:
            return Problem(
                code="expression.type",
                say=Text("表达式的结果不是可用的类型", "The value of the expression is of no use here"),
                where=place,
                value=said.removeprefix("no use for a "),
            )
        return Problem(
            code="expression.syntax",
            say=Text("表达式写法有误：{said}", "The expression is not well formed: {said}").filled(said=_syntax(said)),
            where=place,
            value=expression.text[:200],
            fix=Text(
                "例如：proposal.asked <= 100 * wan && person.age < 60；文字加引号",
                'For example proposal.asked <= 100 * wan && person.age < 60; texts in quotes ("enterprise")',
            ),
        )

    def _unknown_name(self, expression: Expression, name: str, line: int, column: int) -> Problem:
        lines = expression.text.split("\n")
        text = lines[line - 1] if line <= len(lines) else ""
        found = re.search(rf"(?<![\w.]){re.escape(name)}(?![\w])", text)
        functions = {one.partition("(")[0]: one for one in FUNCTIONS}
        if name in functions:
            return Problem(
                code="expression.type",
                say=Text("函数 {name} 的参数个数或类型不对", "The function {name} is given the wrong arguments").filled(
                    name=name
                ),
                where=_at(expression, line, found.start() + 1 if found else column),
                value=expression.text[:200],
                fix=Text("用法：{use}", "Use: {use}").filled(use=functions[name]),
            )
        return Problem(
            code="expression.name",
            say=Text("没有名为 {name} 的字段、事实或参数", "There is no field, fact or parameter named {name}").filled(
                name=name
            ),
            where=_at(expression, line, found.start() + 1 if found else column),
            value=name,
            fix=nearest(name, [*self.types, *CONSTANTS, *functions]),
        )


def nearest(word: str, known: Iterable[str]) -> Text | None:
    """“Did you mean …?” with the closest known words, or None where nothing is close."""
    words = list(known)
    close = get_close_matches(word, words, n=3, cutoff=0.6)
    close += [one for one in words if one.endswith(f".{word}") and one not in close]
    if not close:
        return None
    return Text("是否想写：{near}？", "Did you mean {near}?").filled(near=Text("、".join(close[:3]), " or ".join(close[:3])))


def _at(expression: Expression, line: int, column: int) -> str:
    """Where something in an expression stands in its file. Exact on one line and in `|` blocks."""
    place = expression.place
    if not place.file:
        return f"{line}:{column}"
    return f"{place.file}:{place.line + line - 1}:{place.column + column - 1}"


def _syntax(said: str) -> str:
    return re.sub(r" expecting \{.*", "", said.removeprefix("Syntax error: ")).replace("'<EOF>'", "the end")


_OPERATOR: Final = re.compile(r"^_?(.+?)_?$")


def _mismatch(expression: Expression, operator: str, types: str, place: str) -> Problem:
    sign = found[1] if (found := _OPERATOR.match(operator)) else operator
    kinds = re.findall(r"list\([^)]*\)|[\w.]+", types)
    said = [_said(one) for one in kinds]
    both = Text("、".join(one.zh for one in said), " and ".join(one.en for one in said))
    fix = None
    if {"int", "double"} <= set(kinds):
        fix = Text("和分数一起计算的数写成小数，例如 2.0", "Write numbers that are computed with scores as decimals: 2.0")
    elif {"int", "string"} <= set(kinds):
        fix = Text("文字加引号，数不加引号", "Texts stand in quotes, numbers do not")
    elif {"timestamp", "string"} <= set(kinds):
        fix = Text(
            '日期写成 timestamp("2018-01-01T00:00:00Z")', 'Write a date as timestamp("2018-01-01T00:00:00Z")'
        )
    elif "null_type" in kinds:
        fix = Text("缺少的答案不必判断：它自然成为需人工判断", "A missing answer needs no test: it goes to a person")
    return Problem(
        code="expression.type",
        say=Text("“{sign}” 不能用于{both}", "“{sign}” cannot be used with {both}").filled(sign=sign, both=both),
        where=place,
        value=expression.text[:200],
        fix=fix,
    )


def _said(kind: str) -> Text:
    name = kind.replace("(", "_").replace(")", "").replace("timestamp", "date").replace("double", "score")
    return SAID.get(name, Text(kind, kind))


def _unexpected(expression: Expression, kind: NameType, wanted: tuple[NameType, ...]) -> Problem:
    needed = Text("或".join(SAID[one].zh for one in wanted), " or ".join(SAID[one].en for one in wanted))
    return Problem(
        code="expression.type",
        say=Text("这里应为{needed}，表达式的结果是{kind}", "Here {needed} is needed, the expression gives {kind}").filled(
            needed=needed, kind=SAID[kind]
        ),
        where=_at(expression, 1, 1),
        value=expression.text[:200],
    )


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
        case "score", int() | float() | Decimal() | str():
            return float(value)
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


def _references(wire: bytes) -> set[str]:
    """The names of variables that CEL resolved, from its own reference map: strings and loop variables cannot fool it.

    wire: a serialized `google.protobuf.Any` (field 2) of `cel.expr.CheckedExpr` (field 2: map of `Reference`, field 2 of
    each entry; its field 1 is the name, its field 3 the overloads, which only functions have).
    """
    names = set()
    for checked in _fields(wire, 2):
        for entry in _fields(checked, 2):
            for reference in _fields(entry, 2):
                if not any(True for _ in _fields(reference, 3)):
                    names |= {name.decode() for name in _fields(reference, 1)}
    return names


def _fields(message: bytes, wanted: int) -> Iterable[bytes]:
    """The length-delimited fields of that number in a protocol buffer message."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        match tag & 7:
            case 0:
                _, at = _varint(message, at)
            case 1:
                at += 8
            case 2:
                size, at = _varint(message, at)
                if tag >> 3 == wanted:
                    yield message[at : at + size]
                at += size
            case _:
                at += 4


def _varint(message: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = message[at]
        at += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return number, at
