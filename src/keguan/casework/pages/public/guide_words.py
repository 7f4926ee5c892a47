"""What a form asks, told before anybody fills it in: the kind of each answer, its limits, when it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from keguan.kernel.bilingual import Text
from keguan.kernel.money import Money
from keguan.language.definition import Definition
from keguan.language.schema import Column, Field, Form, Programme
from keguan.language.wording import expression_said

_TYPES = {
    "text": Text("文字", "text"),
    "long_text": Text("长文", "long text"),
    "integer": Text("整数", "whole number"),
    "money": Text("金额（万元）", "amount"),
    "date": Text("日期", "day"),
    "choice": Text("单选", "one choice"),
    "choices": Text("可多选", "choices"),
    "yes_no": Text("是或否", "yes or no"),
    "table": Text("表格", "table"),
    "file": Text("文件", "files"),
    "person": Text("从人员名录选择", "a person of the register"),
    "organisation": Text("从单位名录选择", "an organisation of the register"),
}
_COUNTED = {
    "text": Text("字", "characters"),
    "long_text": Text("字", "characters"),
    "table": Text("行", "rows"),
    "file": Text("个文件", "files"),
}
_NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a form. limits: what an answer may be; marks: whether and when it is owed."""

    title: Text
    limits: tuple[Text, ...]
    marks: tuple[Text, ...]
    hint: Text | None
    columns: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class FormWords:
    """A form with its questions, section by section."""

    name: str
    title: Text
    sections: tuple[tuple[Text, tuple[Question, ...]], ...]


def form_said(definition: Definition, form: Form) -> FormWords:
    """Everything a form asks."""
    programme = definition.programme
    sections = tuple(
        (section.section, tuple(_question(programme, field) for field in section.fields)) for section in form.sections
    )
    return FormWords(str(form.form), form.title, sections)


def documents_asked(definition: Definition, forms: list[Form]) -> list[tuple[Form, Question]]:
    """The files that have to be at hand, with the form that asks for them."""
    programme = definition.programme
    return [(form, _question(programme, field)) for form in forms for field in form.fields if field.type == "file"]


def _question(programme: Programme, field: Field) -> Question:
    columns = tuple(Question(one.title, tuple(_limits(one)), tuple(_owed(one)), None) for one in field.columns)
    return Question(field.title, tuple(_limits(field)), tuple(_marks(programme, field)), field.hint, columns)


def _limits(field: Field | Column) -> Iterator[Text]:
    yield _TYPES[field.type]
    unit = _COUNTED.get(field.type, (field.unit if isinstance(field, Field) else None) or _NOTHING)
    least, most = (_bound(field, value) for value in (field.least, field.most))
    if least and most:
        yield Text("{least}–{most}{unit}", "{least}–{most} {unit}").filled(least=least, most=most, unit=unit)
    elif most:
        yield Text("最多{most}{unit}", "at most {most} {unit}").filled(most=most, unit=unit)
    elif least:
        yield Text("至少{least}{unit}", "at least {least} {unit}").filled(least=least, unit=unit)
    if field.choices:
        titles = [choice.title for choice in field.choices]
        yield Text("；".join(one.zh for one in titles), "; ".join(one.en for one in titles))


def _bound(field: Field | Column, value: int | None) -> Text | None:
    if value is None:
        return None
    return Money(value).said if field.type == "money" else Text(str(value), str(value))


def _owed(field: Field | Column) -> Iterator[Text]:
    if not field.required:
        yield Text("可不填", "optional")


def _marks(programme: Programme, field: Field) -> Iterator[Text]:
    yield from _owed(field)
    if field.computed:
        yield Text("自动计算：{what}", "computed: {what}").filled(what=expression_said(programme, field.computed))
    if field.shown_when:
        yield Text("仅当{what}", "only where {what}").filled(what=expression_said(programme, field.shown_when))
    if field.personal:
        yield Text("个人信息", "personal")
