"""A programme's names, values and expressions in the words of people, in both languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from keguan.kernel.bilingual import Text
from keguan.kernel.duration import Duration
from keguan.kernel.money import Money
from keguan.kernel.problems import Problem
from keguan.language.conditions import tokens
from keguan.language.schema import (
    Column,
    DatedValue,
    Expression,
    Field,
    Form,
    Parameter,
    Programme,
    Span,
    Step,
    kind_of,
)
from keguan.language.vocabulary import ALWAYS_KNOWN, CONSTANTS, FACTS, KINDS, WORDS_OF, known_from

OUTCOMES: Mapping[str, Text] = {
    "submitted": Text("提交", "submitted"),
    "lapsed": Text("逾期", "deadline missed"),
    "discarded": Text("放弃草稿", "draft discarded"),
    "endorsed": Text("同意推荐", "endorsed"),
    "returned": Text("退回修改", "returned for correction"),
    "refused": Text("不同意", "refused"),
    "passed": Text("通过", "passed"),
    "failed": Text("不通过", "failed"),
    "reviewed": Text("评审完成", "reviewed"),
    "within": Text("在预算之内", "within the budget"),
    "beyond": Text("超出预算或不合格", "beyond the budget or below the bar"),
    "approved": Text("同意", "approved"),
    "rejected": Text("不同意", "rejected"),
    "unopposed": Text("无异议", "no objection upheld"),
    "upheld": Text("异议成立", "an objection is upheld"),
    "withdrawn": Text("已撤回", "withdrawn"),
    "signed": Text("各方签署", "signed by all"),
    "planned": Text("计划生成", "planned"),
    "delivered": Text("提交", "delivered"),
    "recorded": Text("已登记", "recorded"),
    "sent_back": Text("退回评审补评", "sent back to the panel"),
    "taken_back": Text("前一环节收回", "taken back before it began"),
    "passed_over": Text("不适用，跳过", "does not apply, passed over"),
}

LEFT: Mapping[str, Text] = {
    "rank": Text("推荐排序", "rank"),
    "score": Text("得分", "score"),
    "nonconsensus": Text("非共识", "non-consensus"),
    "position": Text("名次", "position"),
    "amount": Text("金额", "amount"),
}

SHOWN: Mapping[str, Text] = {
    "applicant.name": Text("申报单位名称", "name of the applying organisation"),
    "principal.name": Text("负责人姓名", "name of the principal"),
    "case.number": Text("办件编号", "case number"),
}
"""Names that a public notice may show besides those that expressions read."""

_SIGNS: Mapping[str, Text] = {
    "&&": Text("且", "and"),
    "||": Text("或", "or"),
    "!": Text("非", "not"),
    "<=": Text("≤", "≤"),
    ">=": Text("≥", "≥"),
    "==": Text("=", "="),
    "!=": Text("≠", "≠"),
    "*": Text("×", "×"),
    "-": Text("−", "−"),
    "/": Text("÷", "÷"),
    "%": Text("除以…的余数", "modulo"),
    "in": Text("属于", "is among"),
    "?": Text("则", "then"),
    ":": Text("否则", "otherwise"),
    ",": Text("，", ","),
}
_WORDS: Mapping[str, Text] = {
    "sum": Text("合计", "the sum of"),
    "years": Text("足年数", "full years"),
    "days": Text("天数", "days"),
    "least": Text("较小者", "the smaller of"),
    "most": Text("较大者", "the larger of"),
    "distinct": Text("不同值个数", "different values in"),
    "part": Text("百分之几", "hundredths of"),
    "size": Text("行数", "the number of rows in"),
    "string": Text("", ""),
    "true": Text("是", "yes"),
    "false": Text("否", "no"),
    "wan": Text("万元", "10 000 yuan"),
}
_METHODS: Mapping[str, Text] = {
    "all": Text("每一个都：", "every one:"),
    "exists": Text("至少有一个：", "at least one:"),
    "startsWith": Text("开头是", "begins with"),
}
_MACROS = ("all", "exists")
_IT = Text("它", "it")
_DOUBLE = re.compile(r"\(\(([^()]*)\)\)")


def filled_said(form: Form, one: Field | Column) -> Text:
    """What fills a question from a register, in words; only of one that says so."""
    whose, _, what = one.filled_from.partition(".")
    row = next((field.columns for field in form.fields if one in field.columns), ())
    beside = {str(field.field): field for field in form.fields} | {str(column.column): column for column in row}
    of = ALWAYS_KNOWN.get(whose) or beside[whose].title
    known = known_from(one.filled_from, {name: str(field.type) for name, field in beside.items()})
    return Text(f"{of.zh}的{known.title.zh}", f"the {known.title.en} of {of.en}") if known and what else of


def step_title(step: Step) -> Text:
    """What people call a step. (A record's `title` is what its entry is called, not the step.)"""
    return step.title or KINDS[kind_of(step)].title


def title_of(programme: Programme, name: str) -> Text:
    """What people call a name that expressions read: a field's or column's title, a fact's, a number's."""
    if name in FACTS:
        return FACTS[name].title
    if name in SHOWN:
        return SHOWN[name]
    head, _, rest = name.partition(".")
    if head == "param":
        return next((one.title for one in programme.parameters if one.name == rest), Text(name, name))
    for step in programme.steps:
        if step.id == head and rest in LEFT:
            at = step_title(step)
            return Text(f"{at.zh}的{LEFT[rest].zh}", f"{LEFT[rest].en} of “{at.en}”")
    return _field_title(programme, name) or Text(name, name)


def with_place(programme: Programme, problem: Problem) -> Problem:
    """The same problem, its sentence beginning with the question it lies at and, in a table, with row and column. One that
    begins so already is not said twice."""
    found = _PLACE.fullmatch(problem.where)
    title = _field_title(programme, f"{found['field']}{found['column'] or ''}") if found else None
    if found is None or title is None or (not found["row"] and problem.say.zh.startswith(f"“{title.zh}”")):
        return problem
    said = _IN_ROW if found["row"] else _AT
    return replace(problem, say=said.filled(title=title, row=found["row"], say=problem.say))


_PLACE = re.compile(r"(?P<field>[^.\[\]]+\.[^.\[\]]+)(\[(?P<row>\d+)\])?(?P<column>\.[^.\[\]]+)?")
_AT = Text("“{title}”：{say}", "“{title}”: {say}")
_IN_ROW = Text("“{title}”第 {row} 行：{say}", "“{title}”, row {row}: {say}")


def _field_title(programme: Programme, name: str) -> Text | None:
    form, _, rest = name.partition(".")
    field_name, _, column_name = rest.partition(".")
    for one in programme.forms:
        for field in one.fields if one.form == form else ():
            if field.field != field_name:
                continue
            column = next((column for column in field.columns if column.column == column_name), None)
            if column is None:
                return field.title
            return Text(f"{field.title.zh}·{column.title.zh}", f"{field.title.en}: {column.title.en}")
    return None


def money_names(programme: Programme) -> frozenset[str]:
    """The names whose whole numbers are fen."""
    names = {"round.budget"}
    for form in programme.forms:
        for field in form.fields:
            if field.type == "money":
                names.add(f"{form.form}.{field.field}")
            names |= {f"{form.form}.{field.field}.{one.column}" for one in field.columns if one.type == "money"}
    names |= {f"param.{one.name}" for one in programme.parameters if one.unit == "fen"}
    for step in programme.steps:
        names |= {f"{step.id}.amount"} if "amount" in KINDS[kind_of(step)].leaves else set()
    return frozenset(names)


def value_said(programme: Programme, name: str, value: Any) -> Text:
    """A name's value as people read it: money in 万元, choices by their title."""
    if isinstance(value, list | tuple):
        parts = [value_said(programme, name, one) for one in value]
        return Text("、".join(one.zh for one in parts), ", ".join(one.en for one in parts))
    match value:
        case bool():
            return Text("是", "yes") if value else Text("否", "no")
        case int() if name in money_names(programme):
            return Money(value).said
        case Decimal():
            return Text(*[format(value.normalize(), "f")] * 2)
        case date():
            return Text(*[value.isoformat()] * 2)
        case str():
            return _choice(programme, name, value) or Text(value, value)
        case _:
            return Text(str(value), str(value))


def values_said(programme: Programme, values: Mapping[str, Any]) -> Text:
    """Names and values as one line: what is asked for：120 万元; ids of people and the like say nothing to anybody."""
    ids = ids_in(programme)
    said = [
        (title_of(programme, name), value_said(programme, name, values[name]))
        for name in sorted(values)
        if name not in ids
    ]
    return Text(
        "；".join(f"{title.zh}：{value.zh}" for title, value in said),
        "; ".join(f"{title.en}: {value.en}" for title, value in said),
    )


def ids_in(programme: Programme) -> frozenset[str]:
    """The names whose values are ids of people, organisations and files."""
    found = set()
    for form in programme.forms:
        for one in form.fields:
            name = f"{form.form}.{one.field}"
            if one.type in ("person", "organisation", "file"):
                found.add(name)
            found |= {f"{name}.{column.column}" for column in one.columns if column.type in ("person", "organisation")}
    return frozenset(found)


def choice_title(programme: Programme, name: str, value: str) -> Text | None:
    """The title of an answer offered by a choice field or column, None where there is none."""
    form, _, rest = name.partition(".")
    field_name, _, column_name = rest.partition(".")
    for one in programme.forms:
        for field in one.fields if one.form == form else ():
            if field.field == field_name:
                inner = [column.choices for column in field.columns if column.column == column_name]
                offered = inner[0] if inner else field.choices
                return next((choice.title for choice in offered if choice.value == value), None)
    return None


def parameter_value(parameter: Parameter, held: DatedValue) -> Text:
    """One value of a number of the law, in its unit."""
    match parameter.unit:
        case "fen":
            return Money(int(held.value)).said
        case "percent":
            return Text(f"{held.value}%", f"{held.value} %")
        case "points":
            return Text(f"{held.value}分", f"{held.value} points")
        case "duration":
            length = Duration.parse(str(held.value))
            return length.said() if isinstance(length, Duration) else Text(str(held.value), str(held.value))
        case _:
            return Text(str(held.value), str(held.value))


def span_said(programme: Programme, span: Span) -> Text:
    """A length of time in words; a parameter's with its newest value and its name."""
    if span.duration is not None:
        return span.duration.said()
    parameter = next((one for one in programme.parameters if one.name == span.parameter), None)
    if parameter is None or not parameter.values:
        return Text(f"param.{span.parameter}", f"param.{span.parameter}")
    newest = parameter_value(parameter, parameter.values[-1])
    return Text(f"{newest.zh}（{parameter.title.zh}）", f"{newest.en} ({parameter.title.en})")


def expression_said(programme: Programme, expression: Expression) -> Text:
    """An expression with the titles of what it reads in place of names."""
    return Text(_expression(programme, expression.text, "zh"), _expression(programme, expression.text, "en"))


def tie_said(programme: Programme, tie: Expression) -> Text:
    """What breaks a tie. The highest comes first, so `0 - x` is how a definition says that the lowest does."""
    rest = tie.text.strip().removeprefix("0 - ")
    if rest.replace(".", "").replace("_", "").isalnum() and rest != tie.text.strip():
        return Text("{what}（小者在前）", "{what} (the lowest first)").filled(
            what=expression_said(programme, Expression(rest))
        )
    return expression_said(programme, tie)


def _expression(programme: Programme, text: str, language: str) -> str:
    words: list[str] = []
    each: dict[str, str] = {}  # what a macro's variable stands for
    compared, skip = "", 0
    found = tokens(text)
    for at, token in enumerate(found):
        if at < skip:
            continue
        head, _, method = token.text.rpartition(".")
        if token.kind == "name" and method in _METHODS and head:
            words += [_called(programme, head, language), _METHODS[method].said_in(language)]
            if method in _MACROS and at + 3 < len(found):
                each[found[at + 2].text] = head
                words.append("(")
                skip = at + 4
        elif token.kind == "name" and token.text in each:
            compared = each[token.text]
            words.append(_IT.said_in(language))
        elif token.kind == "name" and token.text in _WORDS:
            words.append(_WORDS[token.text].said_in(language))
        elif token.kind == "name" and token.text not in CONSTANTS:
            compared = token.text
            words.append(_called(programme, token.text, language))
        elif token.kind == "sign" and token.text in _SIGNS:
            words.append(_SIGNS[token.text].said_in(language))
        elif token.kind == "text" and (title := _choice(programme, compared, token.text[1:-1])):
            words.append(f"“{title.said_in(language)}”")
        else:
            words.append(token.text)
    return _joined([word for word in words if word])


def _called(programme: Programme, name: str, language: str) -> str:
    called = title_of(programme, name).said_in(language)
    return f"“{called}”" if called != name and "“" not in called else called


def _choice(programme: Programme, name: str, value: str) -> Text | None:
    return WORDS_OF[name].get(value) if name in WORDS_OF else choice_title(programme, name, value)


def _joined(words: list[str]) -> str:
    said = " ".join(words)
    for opening in "([{":
        said = said.replace(f"{opening} ", opening)
    for closing in ")]},，":
        said = said.replace(f" {closing}", closing)
    said = _DOUBLE.sub(r"(\1)", said.replace("( (", "(("))
    return said.replace("， ", "，")
