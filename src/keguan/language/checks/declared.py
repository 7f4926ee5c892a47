"""Everything is declared once, completely, and not in vain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.checks.ground import Ground, found, twice
from keguan.language.conditions import comparisons, members
from keguan.language.schema import Column, Field, Form, Place, Publish, Review, RuleSet
from keguan.language.uses import form_of, rule_sets_of
from keguan.language.vocabulary import ALWAYS_KNOWN, APPLICANT_KINDS, KNOWN, known_from

SIDE_CASES = frozenset({"withdraw", "object"})
"""Side programmes that the house offers."""

_WITH_CHOICES = frozenset({"choice", "choices"})
_NEVER_COMPUTED = frozenset({"table", "file", "person", "organisation", "choices"})


def check_declared(ground: Ground) -> Iterator[Problem]:
    """All questions about what is declared."""
    yield from _programme(ground)
    yield from _unused(ground)
    yield from _unread(ground)
    for form in ground.programme.forms:
        yield from _form(form)
    for rule_set in ground.programme.rules:
        yield from _rules(rule_set)
    yield from _choices_compared(ground)
    for parameter in ground.programme.parameters:
        days = [value.since for value in parameter.values]
        if twice(days) or days != sorted(days):
            say = Text("参数“{name}”的生效日期重复或未按先后排列", "The dates of “{name}” repeat or are out of order")
            yield found("dates", say.filled(name=parameter.name), parameter.place, value=", ".join(days))


def _again(names: list[str], what: Text, place: Place) -> Iterator[Problem]:
    for name in twice(names):
        say = Text("{what}“{name}”重复", "The {what} “{name}” is declared twice").filled(what=what, name=name)
        yield found("declared_twice", say, place, value=name)


def _programme(ground: Ground) -> Iterator[Problem]:
    programme = ground.programme
    for kind in programme.applicants:
        if kind not in APPLICANT_KINDS:
            say = Text("没有“{kind}”这类申报单位", "There is no kind of applicant “{kind}”").filled(kind=kind)
            fix = Text("可用：{all}", "There are: {all}").filled(all=", ".join(APPLICANT_KINDS))
            yield found("applicants", say, programme.place, value=kind, fix=fix)
    for side in programme.side_cases:
        if side not in SIDE_CASES:
            say = Text("没有“{side}”这种关联程序", "There is no side programme “{side}”").filled(side=side)
            yield found("side_cases", say, programme.place, value=side)
    if programme.attachments_mb is not None and programme.attachments_mb < 1:
        say = Text("全部附件合计的上限至少是 1 MB", "All attachments may come to 1 MB at least")
        fix = Text("不设上限就不写这一行。", "Leave the line out where there is no limit.")
        yield found("attachments", say, programme.place, value=str(programme.attachments_mb), fix=fix)
    if any(isinstance(step, Publish) for step in programme.steps) and "object" not in programme.side_cases:
        say = Text(
            "公示期内应当可以提出异议（side_cases: object）", "A public notice can be objected to (side_cases: object)"
        )
        yield found("no_objection", say, programme.place)
    names = [form.form for form in programme.forms]
    yield from _again([*names, *(step.id for step in programme.steps)], Text("名称", "name"), programme.place)
    yield from _again([one.name for one in programme.rules], Text("规则组", "rule set"), programme.place)
    yield from _again([one.rubric for one in programme.rubrics], Text("评审指标", "rubric"), programme.place)
    for rubric in programme.rubrics:
        yield from _again([one.criterion for one in rubric.criteria], Text("指标", "criterion"), rubric.place)


def _unused(ground: Ground) -> Iterator[Problem]:
    """Forms nobody fills, rules nobody applies, rubrics nobody scores by, parameters nobody reads; and the reverse."""
    steps = ground.programme.steps
    read = frozenset().union(*(ground.definition.names_of(use.expression) for use in ground.uses), ground.spans_read())
    asked: dict[str, set[str]] = {
        "form": {form_of(step) for step in steps} - {""},
        "rules": {name for step in steps for name in rule_sets_of(step)},
        "rubric": {step.rubric for step in steps if isinstance(step, Review)},
        "parameter": {name.removeprefix("param.") for name in read if name.startswith("param.")},
    }
    declared: dict[str, dict[str, Place]] = {
        "form": {one.form: one.place for one in ground.programme.forms},
        "rules": {one.name: one.rules[0].place for one in ground.programme.rules if one.rules},
        "rubric": {one.rubric: one.place for one in ground.programme.rubrics},
        "parameter": {one.name: one.place for one in ground.programme.parameters},
    }
    for what, said in _WHAT.items():
        places = dict(declared[what])
        for name in sorted(places.keys() - asked[what]):
            say = Text("{what}“{name}”没有用到", "The {what} “{name}” is not used").filled(what=said, name=name)
            yield found("unused", say, places[name], value=name)
        for name in sorted(asked[what] - places.keys()):
            say = Text("没有名为“{name}”的{what}", "There is no {what} named “{name}”").filled(what=said, name=name)
            yield found("unknown_name", say, ground.programme.place, value=name)
    for step in steps:
        yield from _again(list(rule_sets_of(step)), Text("规则组", "rule set"), step.place)


_WHAT = {
    "form": Text("表单", "form"),
    "rules": Text("规则组", "rule set"),
    "rubric": Text("评审指标", "rubric"),
    "parameter": Text("参数", "parameter"),
}


def _unread(ground: Ground) -> Iterator[Problem]:
    """What the machine computes must be read by somebody: scores, proposed amounts, computed fields.

    A field that people fill in is there for the people who read the form; a computed one is there for the procedure: an
    expression, a notice or the case's own summary must read it.
    """
    about = ground.programme.about
    read = {about.title, about.principal, about.members, about.asked}
    for use in ground.uses:
        read |= ground.definition.names_of(use.expression)
    for step in ground.programme.steps:
        read |= set(step.shows) if isinstance(step, Publish) else set()
    for step in ground.programme.steps:
        kind = type(step).__name__.lower()
        left = {"review": "score", "rank": "amount"}.get(kind)
        if left and f"{step.id}.{left}" not in read:
            say = Text("没有任何地方读取“{name}”", "Nothing reads “{name}”").filled(name=f"{step.id}.{left}")
            yield found("unread", say, step.place, value=f"{step.id}.{left}")
    for form in ground.programme.forms:
        for field in form.fields:
            name = f"{form.form}.{field.field}"
            if field.computed and name not in read:
                say = Text("自动计算的“{name}”没有任何地方读取", "The computed field “{name}” is read by nothing")
                yield found("unread", say.filled(name=name), field.place, value=name)


def _form(form: Form) -> Iterator[Problem]:
    yield from _again([field.field for field in form.fields], Text("字段", "field"), form.place)
    types = {str(field.field): str(field.type) for field in form.fields}
    for field in form.fields:
        yield from _limits(field)
        yield from _filled(field, types)
        if field.type in _WITH_CHOICES and len(field.choices) < 2:
            say = Text("选择题至少两个选项", "A choice needs at least two answers to choose from")
            yield found("choices", say, field.place, value=field.field)
        if field.type not in _WITH_CHOICES and field.choices:
            yield found(
                "choices", Text("只有选择题可以有选项", "Only a choice has choices"), field.place, value=field.field
            )
        if (field.type == "table") != bool(field.columns):
            say = Text("表格应有列，其他字段没有列", "A table has columns, other fields have none")
            yield found("columns", say, field.place, value=field.field)
        names_people = field.type == "person" or any(column.type == "person" for column in field.columns)
        if names_people and not field.personal:
            say = Text(
                "填写人员的字段是个人信息（personal: true）", "A field that names people is personal (personal: true)"
            )
            source = "个人信息保护法 第四条"
            yield found("personal", say, field.place, value=field.field, source=source)
        if field.computed and field.type in _NEVER_COMPUTED:
            say = Text("这种字段不能自动计算", "A field of this type cannot be computed")
            yield found("computed", say, field.place, value=field.type)
        yield from _again([one.value for one in field.choices], Text("选项", "choice"), field.place)
        yield from _again([one.column for one in field.columns], Text("列", "column"), field.place)
        in_row = {str(column.column): str(column.type) for column in field.columns}
        for column in field.columns:
            yield from _limits(column)
            yield from _filled(column, in_row)
            if (column.type == "choice") != bool(column.choices):
                say = Text("选择列应有选项，其他列没有", "A choice column has choices, other columns have none")
                yield found("choices", say, column.place, value=column.column)


def _limits(field: Field | Column) -> Iterator[Problem]:
    if field.least is not None and field.most is not None and field.least > field.most:
        say = Text("下限大于上限", "The least is above the most")
        yield found("limits", say, field.place, value=f"{field.least} > {field.most}")


def _filled(one: Field | Column, beside: Mapping[str, str]) -> Iterator[Problem]:
    """What a register fills must be something that it knows, of a kind that fits, and nothing that is computed."""
    if not one.filled_from:
        return
    known = known_from(one.filled_from, beside)
    own = str(one.field if isinstance(one, Field) else one.column)
    if known is None or one.filled_from.partition(".")[0] == own:
        whose = [*ALWAYS_KNOWN, *(name for name, kind in beside.items() if kind in KNOWN and name != own)]
        say = Text("没有哪个名录登记“{name}”", "No register knows “{name}”").filled(name=one.filled_from)
        fix = Text(
            "写成 {whose}，再加点和一项：人员 {person}；单位 {organisation}",
            "Write {whose}, a dot, and one of these. Of people: {person}; of organisations: {organisation}",
        )
        entries = {kind: ", ".join(word for word in entry if word) for kind, entry in KNOWN.items()}
        yield found(
            "filled_from", say, one.place, value=one.filled_from, fix=fix.filled(whose=" / ".join(whose), **entries)
        )
    elif one.type not in known.types or (isinstance(one, Field) and one.computed):
        say = Text("“{name}”不能填入这种字段", "“{name}” cannot be filled into a field of this type")
        fix = Text("可填入的类型：{all}", "It fills: {all}").filled(all=", ".join(known.types))
        yield found("filled_from", say.filled(name=one.filled_from), one.place, value=one.type, fix=fix)


def _rules(rule_set: RuleSet) -> Iterator[Problem]:
    place = rule_set.rules[0].place if rule_set.rules else Place()
    if not rule_set.rules:
        say = Text("规则组“{name}”是空的", "The rule set “{name}” is empty").filled(name=rule_set.name)
        yield found("no_rules", say, place, value=rule_set.name)
    yield from _again([rule.rule for rule in rule_set.rules], Text("规则", "rule"), place)
    for rule in rule_set.rules:
        if (rule.must is None) == (rule.ask is None):
            say = Text("规则要么写 must，要么写 ask", "A rule has either `must` or `ask`")
            yield found("must_or_ask", say, rule.place, value=rule.rule)


def _choices_compared(ground: Ground) -> Iterator[Problem]:
    """A text that a choice is compared with must be one of its choices."""
    offered = ground.choices_by_name()
    for use in ground.uses:
        for one in comparisons(use.expression.text):
            known = offered.get(one.left) or offered.get(one.right)
            if known is None or one.operator not in ("==", "!=", "in"):
                continue
            other = one.right if one.left in offered else one.left
            written = members(other) if one.operator == "in" else (other,)
            for text in written:
                word = text.strip("\"'")
                if text != word and word not in known:
                    say = Text("“{word}”不是可选的答案", "“{word}” is not among the answers offered").filled(word=word)
                    fix = Text("可选：{all}", "Offered: {all}").filled(all=", ".join(known))
                    yield found("no_such_choice", say, use.expression.place, value=one.text, fix=fix)
