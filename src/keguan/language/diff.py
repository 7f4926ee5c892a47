"""What changes from one version of a programme to the next, in sentences: “the notice period changes from 7 to 10 working days”."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from keguan.fairness.ballots import Share
from keguan.kernel.bilingual import Text
from keguan.kernel.money import Money
from keguan.language.definition import Definition
from keguan.language.recusals import avoidance
from keguan.language.schema import DatedValue, Draw, Expression, Place, Programme, Span, Step
from keguan.language.vocabulary import APPLICANT_KINDS, BODY_NAMES, ROLES
from keguan.language.wording import OUTCOMES, expression_said, parameter_value, span_said, step_title

_KEYS = (
    "id",
    "form",
    "field",
    "column",
    "name",
    "rule",
    "rubric",
    "criterion",
    "stratum",
    "end",
    "check",
    "since",
    "value",
    "least",
    "act",
)
"""The attributes by which parts of the same list are the same part in both versions, the first that a part has."""

_LABELS: Mapping[str, Text] = {
    "title": Text("标题", "title"),
    "purpose": Text("目的", "purpose"),
    "when": Text("适用条件", "condition"),
    "must": Text("要求", "requirement"),
    "ask": Text("人工判断的问题", "question for a person"),
    "say": Text("说明", "wording"),
    "fix": Text("补救办法", "way out"),
    "hint": Text("填写提示", "hint"),
    "source": Text("依据", "source"),
    "override": Text("可否说明理由接受", "acceptance with a reason"),
    "note": Text("备注", "working note"),
    "verified": Text("是否核对", "verification"),
    "lapse": Text("期限", "deadline"),
    "remind": Text("提醒时间", "reminder"),
    "period": Text("公示期", "notice period"),
    "correct_within": Text("修改期限", "time to correct"),
    "valid": Text("有效期", "validity"),
    "due": Text("拨付时间", "due time"),
    "share": Text("比例或分配方式", "share"),
    "by": Text("办理人", "role"),
    "assigned_by": Text("指派人", "assigning role"),
    "parties": Text("签约方", "parties"),
    "rules": Text("适用的规则", "rules applied"),
    "quota": Text("限额", "quota"),
    "ranked": Text("是否排序", "ranking"),
    "size": Text("人数", "size"),
    "avoid": Text("回避关系", "recusals"),
    "named": Text("不宜评审专家的字段", "field of unwelcome reviewers"),
    "same_institution_most": Text("同一法人单位专家的上限", "most experts of one legal entity"),
    "outside_unit_least": Text("外单位专家的下限", "least experts from other units"),
    "outside_region_least": Text("外地区专家的下限", "least experts from other regions"),
    "same_field_least": Text("同领域专家的下限", "least experts of the field"),
    "senior_least": Text("正高级职称专家的下限", "least senior experts"),
    "senior_most": Text("正高级职称专家的上限", "most senior experts"),
    "most_load": Text("每名专家的评审件数上限", "most panels per expert"),
    "least_load": Text("每名专家的评审件数下限", "least panels per expert"),
    "draw": Text("公开抽取", "public draw"),
    "where": Text("分层条件", "condition of a stratum"),
    "seats": Text("席位", "seats"),
    "reserves": Text("备选人数", "reserves"),
    "load": Text("一次抽取的承接上限", "load of a draw"),
    "rest_days": Text("轮换间隔（日）", "rest in days"),
    "yearly": Text("年度上限", "yearly cap"),
    "field": Text("字段", "field"),
    "codes": Text("学科代码", "disciplines"),
    "blind": Text("单盲或双盲", "blindness"),
    "within": Text("评审期限", "time to review"),
    "fee": Text("评审费", "fee for a review"),
    "identity": Text("是否透露申报人身份", "whether it tells who applies"),
    "comment_least": Text("评语最少字数", "least length of a comment"),
    "comment_at_ends": Text("满分、零分是否逐项说明", "explaining scores at either end"),
    "combine": Text("计分方法", "way of combining scores"),
    "nonconsensus": Text("非共识规则", "non-consensus rule"),
    "top": Text("最高分的下限", "least highest total"),
    "spread": Text("最高与最低的差", "distance of highest and lowest"),
    "vote": Text("会议表决", "vote in a meeting"),
    "quorum": Text("法定人数", "quorum"),
    "threshold": Text("通过比例", "threshold"),
    "of": Text("比例的基数", "base of the threshold"),
    "order": Text("排序依据", "order"),
    "ties": Text("并列时的次序", "ties"),
    "eligible": Text("入围条件", "eligibility"),
    "amount": Text("金额", "amount"),
    "shows": Text("公示内容", "what is shown"),
    "points": Text("分值", "points"),
    "required": Text("是否必填", "whether an answer is owed"),
    "most": Text("上限", "most"),
    "least": Text("下限", "least"),
    "type": Text("类型", "type"),
    "computed": Text("计算方法", "computation"),
    "shown_when": Text("显示条件", "condition for showing"),
    "filled_from": Text("由名录填入的来源", "what a register fills it from"),
    "personal": Text("是否个人信息", "whether it is personal"),
    "value": Text("值", "value"),
    "since": Text("生效日", "first day"),
    "attachments_mb": Text("全部附件合计的上限（MB）", "most of all attachments (MB)"),
    "applicants": Text("可申报的单位", "who may apply"),
    "side_cases": Text("关联程序", "side cases"),
    "plan": BODY_NAMES["planning"],
    "run": BODY_NAMES["running"],
    "supervise": BODY_NAMES["supervising"],
    "success": Text("是否成功", "whether it is a success"),
    "version": Text("版本", "version"),
    "register": Text("登记的库", "register"),
    "series": Text("证书类别", "series"),
    "comment": Text("是否写评语", "whether a comment is owed"),
    "quote": Text("引文", "quotation"),
    "article": Text("条款", "article"),
    "issued": Text("文号", "number"),
    "reason": Text("理由", "reason"),
    "form": Text("表单", "form"),
    "rubric": Text("评审指标", "rubric"),
    "unit": Text("单位", "unit"),
}


def changes(old: Definition, new: Definition) -> tuple[Text, ...]:
    """Every change from the old to the new definition as a sentence, in the order of the new one."""
    return tuple(_Changes(old.programme, new.programme).all())


class _Changes:
    """Two programmes, compared part by part."""

    def __init__(self, old: Programme, new: Programme) -> None:
        self.old = old
        self.new = new
        self.in_fen = False

    def all(self) -> Iterator[Text]:
        yield from self.part(self.old, self.new, Text("计划", "the programme"))
        before, after = [step.id for step in self.old.steps], [step.id for step in self.new.steps]
        kept = [one for one in before if one in after]
        if kept != [one for one in after if one in before]:
            yield Text("环节的次序有变化：{order}", "The order of the steps changes: {order}").filled(
                order=" → ".join(after)
            )

    def part(self, old: Any, new: Any, where: Text) -> Iterator[Text]:
        """Two parts of the same kind, attribute by attribute."""
        if type(old) is not type(new):
            kinds = type(old).__name__.lower(), type(new).__name__.lower()
            say = Text("{where}由{a}改为{b}", "{where} changes from {a} to {b}")
            yield say.filled(where=where, a=kinds[0], b=kinds[1])
            return
        self.in_fen = getattr(new, "type", "") == "money"
        for one in fields(new):
            a, b = getattr(old, one.name), getattr(new, one.name)
            if one.name != "place" and a != b:
                yield from self.attribute(one.name, a, b, where)

    def attribute(self, name: str, old: Any, new: Any, where: Text) -> Iterator[Text]:
        if name == "routes":
            yield from self.routes(old, new, where)
        elif isinstance(old, tuple) and isinstance(new, tuple) and _parts(old + new):
            yield from self.list(old, new, where)
        elif _is_part(old) and _is_part(new):
            yield from self.part(old, new, where)
        else:
            yield self.sentence(name, old, new, where)

    def sentence(self, name: str, old: Any, new: Any, where: Text) -> Text:
        what = _LABELS.get(name, Text(name, name))
        a, b = self.said(name, old, self.old), self.said(name, new, self.new)
        if a == b:  # the words are the same, the writing is not
            a, b = Text(str(_raw(old)), str(_raw(old))), Text(str(_raw(new)), str(_raw(new)))
        if old in (None, "", ()):
            say = Text("{where}：新增{what}：{b}", "{where}: {what} is added: {b}")
        elif new in (None, "", ()):
            say = Text("{where}：取消{what}（原为{a}）", "{where}: {what} is taken away (it was {a})")
        else:
            say = Text("{where}：{what}由{a}改为{b}", "{where}: {what} changes from {a} to {b}")
        return say.filled(where=where, what=what, a=a, b=b)

    def routes(self, old: Mapping[str, str], new: Mapping[str, str], where: Text) -> Iterator[Text]:
        for outcome in {**old, **new}:
            if old.get(outcome) != new.get(outcome):
                say = Text(
                    "{where}：“{outcome}”的去向由{a}改为{b}", "{where}: “{outcome}” leads to {b}, no longer to {a}"
                )
                nowhere = Text("下一环节", "the next step")
                a, b = self.target(self.old, old.get(outcome)), self.target(self.new, new.get(outcome))
                yield say.filled(where=where, outcome=OUTCOMES[outcome], a=a or nowhere, b=b or nowhere)

    def target(self, programme: Programme, name: str | None) -> Text | None:
        for step in programme.steps:
            if step.id == name:
                return step_title(step)
        return next((end.title for end in programme.ends if end.end == name), None)

    def list(self, old: tuple[Any, ...], new: tuple[Any, ...], where: Text) -> Iterator[Text]:
        before, after = _by_key(old), _by_key(new)
        for key, part in after.items():
            name = self.named(self.new, part, key, where)
            if key in before:
                yield from self.part(before[key], part, name)
            else:
                yield Text("新增{name}", "{name} is added").filled(name=name)
        for key, part in before.items():
            if key not in after:
                yield Text("取消{name}", "{name} is taken away").filled(name=self.named(self.old, part, key, where))

    def named(self, programme: Programme, part: Any, key: str, where: Text) -> Text:
        """What people call a part: its title or wording, with its name."""
        kind = _KINDS.get("Step" if isinstance(part, Step) else type(part).__name__, Text("", ""))
        title = step_title(part) if isinstance(part, Step) else getattr(part, "title", None)
        title = title if isinstance(title, Text) else getattr(part, "say", None)
        if isinstance(part, DatedValue):
            return Text(f"{where.zh}自{part.since}起", f"{where.en} since {part.since}")
        if not isinstance(title, Text):
            return Text(f"{kind.zh}“{key}”", f"{kind.en} “{key}”".strip())
        return Text(f"{kind.zh}“{title.zh}”（{key}）", f"{kind.en} “{title.en}” ({key})".strip())

    def said(self, name: str, value: Any, programme: Programme) -> Text:
        match value:
            case Text():
                return Text(f"“{value.zh}”", f"“{value.en}”")
            case Expression():
                return expression_said(programme, value)
            case Span():
                return span_said(programme, value)
            case Share():
                return value.said()
            case bool():
                return Text("是", "yes") if value else Text("否", "no")
            case tuple():
                said = [self.said(name, one, programme) for one in value]
                return Text("、".join(one.zh for one in said), ", ".join(one.en for one in said))
            case str() if name in ("by", "assigned_by", "plan", "run", "supervise", "parties") and value in ROLES:
                return ROLES[value]
            case str() if name == "avoid" and (avoided := avoidance(value)):
                return avoided.said
            case str() if name == "applicants" and value in APPLICANT_KINDS:
                return APPLICANT_KINDS[value]
            case int() if name == "share":
                return Text(f"{value}%", f"{value} %")
            case int() if self.in_fen and name in ("least", "most"):
                return Text(str(Money(value)), str(Money(value)))
            case Draw():
                strata = [
                    Text(f"{one.title.zh}{one.seats}名", f"{one.seats} from “{one.title.en}”") for one in value.strata
                ]
                return Text("、".join(one.zh for one in strata), ", ".join(one.en for one in strata))
            case int() | str() if name == "value":
                return self.number(programme, value)
            case _:
                return Text(str(value), str(value))

    def number(self, programme: Programme, value: int | str) -> Text:
        for parameter in programme.parameters:
            for held in parameter.values:
                if held.value == value:
                    return parameter_value(parameter, held)
        return Text(str(value), str(value))


_KINDS: Mapping[str, Text] = {
    "Step": Text("环节", "step"),
    "Form": Text("表单", "form"),
    "Section": Text("栏目", "section"),
    "Field": Text("字段", "field"),
    "Column": Text("列", "column"),
    "Choice": Text("选项", "choice"),
    "RuleSet": Text("规则组", "rules"),
    "Rule": Text("规则", "rule"),
    "Rubric": Text("评审指标", "rubric"),
    "Criterion": Text("指标", "criterion"),
    "Anchor": Text("分档", "anchor"),
    "Parameter": Text("数字", "number"),
    "End": Text("结果", "end"),
    "Tranche": Text("拨付批次", "instalment"),
    "Basis": Text("依据", "basis"),
    "Exempt": Text("例外", "exception"),
    "Stratum": Text("分层", "stratum"),
    "FieldCodes": Text("学科", "disciplines of"),
}


def _is_part(value: Any) -> bool:
    whole = (Text, Expression, Span, Place, Share)
    return is_dataclass(value) and not isinstance(value, type) and not isinstance(value, whole)


def _parts(values: tuple[Any, ...]) -> bool:
    return any(_is_part(one) for one in values)


def _by_key(parts: tuple[Any, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, part in enumerate(parts, 1):
        key = str(next((getattr(part, name) for name in _KEYS if _has_key(part, name)), number))
        found[key if key not in found else f"{key} {number}"] = part
    return found


def _has_key(part: Any, name: str) -> bool:
    return isinstance(getattr(part, name, None), str | int)


def _raw(value: Any) -> Any:
    return (
        getattr(value, "text", None) or getattr(value, "duration", None) or getattr(value, "parameter", None) or value
    )
