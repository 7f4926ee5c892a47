"""What is wrong with an expression or a word, said so that the one who wrote it can mend it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.schema import Expression
from keguan.language.vocabulary import FUNCTIONS, NameType

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


def slip(expression: Expression, said: str, line: int, column: int, known: Iterable[str]) -> Problem:
    """CEL's complaint at a line and column of an expression, as a problem. known: the names that could have been meant."""
    if found := re.search(r"undeclared reference to '([^']+)'", said):
        return _unknown_name(expression, found[1], line, column, known)
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


def _unknown_name(expression: Expression, name: str, line: int, column: int, known: Iterable[str]) -> Problem:
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
        fix=nearest(name, [*known, *functions]),
    )


def nearest(word: str, known: Iterable[str]) -> Text | None:
    """“Did you mean …?” with the closest known words, or None where nothing is close."""
    words = list(known)
    close = get_close_matches(word, words, n=3, cutoff=0.6)
    close += [one for one in words if one.endswith(f".{word}") and one not in close]
    if not close:
        return None
    return Text("是否想写：{near}？", "Did you mean {near}?").filled(
        near=Text("、".join(close[:3]), " or ".join(close[:3]))
    )


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
        fix = Text(
            "和分数一起计算的数写成小数，例如 2.0", "Write numbers that are computed with scores as decimals: 2.0"
        )
    elif {"int", "string"} <= set(kinds):
        fix = Text("文字加引号，数不加引号", "Texts stand in quotes, numbers do not")
    elif {"timestamp", "string"} <= set(kinds):
        fix = Text('日期写成 timestamp("2018-01-01T00:00:00Z")', 'Write a date as timestamp("2018-01-01T00:00:00Z")')
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


def unexpected(expression: Expression, kind: NameType, wanted: tuple[NameType, ...]) -> Problem:
    """The expression is sound but gives a value of a type that its place cannot take."""
    needed = Text("或".join(SAID[one].zh for one in wanted), " or ".join(SAID[one].en for one in wanted))
    return Problem(
        code="expression.type",
        say=Text(
            "这里应为{needed}，表达式的结果是{kind}", "Here {needed} is needed, the expression gives {kind}"
        ).filled(needed=needed, kind=SAID[kind]),
        where=_at(expression, 1, 1),
        value=expression.text[:200],
    )
