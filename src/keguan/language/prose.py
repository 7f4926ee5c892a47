"""A programme in plain words: who does what in which order, by when, under which rules, and where each outcome leads.

Markdown for people who never read YAML; the way through the procedure stands there twice, as a Mermaid diagram and as a
list that reads without any renderer.
"""

from __future__ import annotations

from collections.abc import Iterator

from keguan.fairness.ballots import COUNTED_OF
from keguan.kernel.bilingual import Language, Text
from keguan.language.definition import Definition
from keguan.language.paths import Paths
from keguan.language.recusals import avoided_by, avoided_by_members
from keguan.language.schema import (
    Agree,
    Apply,
    Check,
    Column,
    Decide,
    Deliver,
    Draw,
    Endorse,
    Field,
    Form,
    Panel,
    Pay,
    Programme,
    Publish,
    Rank,
    Record,
    Review,
    Rule,
    Screen,
    Step,
)
from keguan.language.uses import form_of, rule_sets_of
from keguan.language.vocabulary import APPLICANT_KINDS, ROLES
from keguan.language.wording import (
    OUTCOMES,
    expression_said,
    filled_said,
    parameter_value,
    span_said,
    step_title,
    tie_said,
    title_of,
)

COMBINED = {
    "mean": Text("平均分", "the mean"),
    "trimmed_mean": Text("去掉一个最高分和一个最低分后的平均分", "the mean without one highest and one lowest"),
    "median": Text("中位数", "the median"),
    "rank_based": Text(
        "在各专家本人排序中的平均位次（整批排序时计算；专家都只评了一件的，无法比较）",
        "the mean place in its reviewers' own rankings (computed when the round is ranked; a case whose reviewers all scored"
        " nothing else cannot be compared)",
    ),
}
_BOUNDS = {
    "same_institution_most": ("同一法人单位的专家不超过{n}名", "At most {n} reviewers are of one legal entity"),
    "outside_unit_least": (
        "申报单位以外的专家（按法人单位）不少于{n}名",
        "At least {n} reviewers are from other legal entities than the applicant's",
    ),
    "outside_region_least": ("外地区专家不少于{n}名", "At least {n} reviewers are from other regions"),
    "same_field_least": (
        "申报所涉每个领域的专家不少于{n}名",
        "At least {n} reviewers know each field that the application names",
    ),
    "senior_least": ("具有正高级职称的专家不少于{n}名", "At least {n} reviewers have a senior title"),
    "senior_most": ("具有正高级职称的专家不超过{n}名", "At most {n} reviewers have a senior title"),
    "most_load": ("每名专家在本批次评审不超过{n}件", "No reviewer has more than {n} cases of the round"),
    "least_load": (
        "有办件可评的专家在本批次评审不少于{n}件",
        "Every expert whom a case can have gets at least {n} cases of the round",
    ),
}
_REGISTERS = {
    "projects": Text("项目库", "the register of projects"),
    "certificates": Text("证书库", "the register of certificates"),
}


def prose(definition: Definition, language: Language) -> str:
    """The whole programme as Markdown in one language, with the working notes of those who keep it."""
    return "\n".join(_Prose(definition.programme, language, noting=True).lines()) + "\n"


def bounds_said(panel: Panel) -> tuple[Text, ...]:
    """What a panel asks of its experts beside recusals, a sentence for each bound."""
    stated = ((said, getattr(panel, name)) for name, said in _BOUNDS.items())
    return tuple(Text(*said).filled(n=number) for said, number in stated if number is not None)


def step_said(programme: Programme, step: Step) -> tuple[Text, ...]:
    """One step, sentence by sentence: who acts, what is done, by when, where each outcome leads, and the source; not the
    names of its rules."""
    pairs = zip(
        _Prose(programme, "zh").step(step, names_rules=False),
        _Prose(programme, "en").step(step, names_rules=False),
        strict=True,
    )
    return tuple(Text(zh, en) for zh, en in pairs)


def work_said(programme: Programme, step: Step) -> tuple[Text, ...]:
    """Only what is done at a step: how much is granted, in which order, in how many instalments, and the like."""
    pairs = zip(_Prose(programme, "zh").work(step), _Prose(programme, "en").work(step), strict=True)
    return tuple(Text(zh, en) for zh, en in pairs)


class _Prose:
    """One programme being told in one language."""

    def __init__(self, programme: Programme, language: Language, *, noting: bool = False) -> None:
        self.programme = programme
        self.noting = noting
        self.language: Language = language
        self.paths = Paths(programme)

    def say(self, zh: str, en: str, **values: object) -> str:
        return Text(zh, en).filled(**values).said_in(self.language)

    def of(self, text: Text) -> str:
        return text.said_in(self.language)

    def noted(self, note: str) -> Iterator[str]:
        if self.noting and note:
            yield self.say("备注：{note}", "Working note: {note}", note=note)

    def role(self, role: str) -> str:
        return self.of(ROLES[role])

    def list_of(self, texts: list[str]) -> str:
        return ("、" if self.language == "zh" else ", ").join(texts)

    # ------------------------------------------------------------------------------------------- chapters

    def lines(self) -> Iterator[str]:
        yield from self.opening()
        yield from self.way()
        yield from self.steps()
        yield from self.rules()
        yield from self.forms()
        yield from self.rubrics()
        yield from self.numbers()

    def opening(self) -> Iterator[str]:
        programme = self.programme
        yield f"# {self.of(programme.title)}"
        yield ""
        yield f"`{programme.programme}` {self.say('版本', 'version')} {programme.version}"
        yield ""
        yield self.of(programme.purpose)
        yield ""
        if programme.applicants:
            kinds = self.list_of([self.of(APPLICANT_KINDS[kind]) for kind in programme.applicants])
            yield "- " + self.say("谁可以申报：{kinds}", "Who may apply: {kinds}", kinds=kinds)
        if programme.attachments_mb is not None:
            yield "- " + self.say(
                "每件全部附件合计不超过 {n} MB", "All attachments of a case: {n} MB at most", n=programme.attachments_mb
            )
        duties = programme.duties
        yield "- " + self.say(
            "规划：{plan}；管理：{run}；监督：{supervise}",
            "Planned by {plan}, run by {run}, supervised by {supervise}",
            plan=ROLES[duties.plan],
            run=ROLES[duties.run],
            supervise=ROLES[duties.supervise],
        )
        if "withdraw" in programme.side_cases:
            yield "- " + self.say("申报人可以随时申请撤回。", "The applicant may ask to withdraw at any time.")
        if "object" in programme.side_cases:
            yield "- " + self.say("公示期内任何人可以提出异议。", "Anybody may object while a notice stands.")
        yield ""
        yield f"## {self.say('依据', 'Basis')}"
        yield ""
        for basis in programme.basis:
            parts = [basis.act, basis.article, basis.issued]
            mark = "" if basis.verified else self.say("（未核对）", " (unverified)")
            yield "- " + " ".join(part for part in parts if part) + (f"：“{basis.quote}”" if basis.quote else "") + mark
        for one in programme.exceptions:
            yield "- " + self.say("例外", "Exception") + f" `{one.check}`：{self.of(one.reason)}（{one.source}）"
        yield ""

    def way(self) -> Iterator[str]:
        yield f"## {self.say('流程', 'The way through')}"
        yield ""
        yield "```mermaid"
        yield from self.diagram()
        yield "```"
        yield ""
        yield "```text"
        yield from self.list_of_steps()
        yield "```"
        yield ""

    def diagram(self) -> Iterator[str]:
        yield "flowchart TD"
        for step in self.programme.steps:
            yield f'  {_node(step.id)}["{_quoted(self.of(step_title(step)))}"]'
        for end in self.programme.ends:
            yield f'  {_node(end.end)}(["{_quoted(self.of(end.title))}"])'
        for edge in self.paths.edges:
            yield f'  {_node(edge.step)} -->|"{_quoted(self.of(OUTCOMES[edge.outcome]))}"| {_node(edge.to)}'

    def list_of_steps(self) -> Iterator[str]:
        for number, step in enumerate(self.programme.steps, 1):
            yield f"{number:>2}. {self.of(step_title(step))}  [{self.list_of(self.actors(step))}]"
            edges = [edge for edge in self.paths.edges if edge.step == step.id]
            for at, edge in enumerate(edges):
                branch = "└─" if at == len(edges) - 1 else "├─"
                yield f"    {branch} {self.of(OUTCOMES[edge.outcome])} → {self.target(edge.to)}"

    def target(self, name: str) -> str:
        for number, step in enumerate(self.programme.steps, 1):
            if step.id == name:
                return f"{number}. {self.of(step_title(step))}"
        end = next(end for end in self.programme.ends if end.end == name)
        return f"[{self.of(end.title)}]" + (" ★" if end.success else "")

    # ---------------------------------------------------------------------------------------------- steps

    def actors(self, step: Step) -> list[str]:
        match step:
            case Agree():
                return [self.role(party) for party in step.parties]
            case Record():
                return [self.say("系统", "the system")]
            case Review():
                return [self.role(step.by)]
            case _:
                return [self.role(getattr(step, "by", "officer"))]

    def steps(self) -> Iterator[str]:
        yield f"## {self.say('各环节', 'The steps')}"
        yield ""
        for number, step in enumerate(self.programme.steps, 1):
            yield f"### {number}. {self.of(step_title(step))} `{step.id}`"
            yield ""
            for line in self.step(step):
                yield f"- {line}"
            yield ""

    def step(self, step: Step, *, names_rules: bool = True) -> Iterator[str]:
        yield self.say("谁办：{who}", "Who: {who}", who=self.list_of(self.actors(step)))
        if step.when:
            yield self.say(
                "只在以下情形办理：{when}", "Only where {when}", when=expression_said(self.programme, step.when)
            )
        yield from self.work(step)
        if form_of(step):
            form = self.programme.form(form_of(step))
            yield self.say("填写：{form}", "Form: {form}", form=form.title)
        for name in rule_sets_of(step) if names_rules else ():
            rules = self.programme.rule_set(name).rules
            yield self.say(
                "适用规则“{name}”（{n}条，见下）", "Rules “{name}” apply ({n}, see below)", name=name, n=len(rules)
            )
        yield from self.deadlines(step)
        for edge in self.paths.edges:
            if edge.step == step.id:
                yield self.say(
                    "{outcome} → {to}", "If {outcome} → {to}", outcome=OUTCOMES[edge.outcome], to=self.target(edge.to)
                )
        if step.source:
            yield self.say("依据：{source}", "Source: {source}", source=step.source)
        yield from self.noted(step.note)

    def deadlines(self, step: Step) -> Iterator[str]:
        if step.lapse:
            yield self.say("期限：{span}", "Deadline: {span}", span=span_said(self.programme, step.lapse))
        if step.remind:
            yield self.say(
                "提前{span}提醒", "A reminder goes out {span} before", span=span_said(self.programme, step.remind)
            )

    def work(self, step: Step) -> Iterator[str]:
        programme = self.programme
        match step:
            case Apply(correct_within=within) if within:
                yield self.say(
                    "退回后{span}内修改",
                    "A returned application is corrected within {span}",
                    span=span_said(programme, within),
                )
            case Endorse():
                if step.quota:
                    yield self.say("限额：{quota}", "Quota: {quota}", quota=expression_said(programme, step.quota))
                if step.ranked:
                    yield self.say("推荐时给出不重复的排序", "Each gets a rank of its own")
            case Review():
                yield from self.review(step)
            case Rank():
                yield from self.rank(step)
            case Decide():
                yield from self.deciding(step)
            case Publish():
                shows = self.list_of([self.of(title_of(programme, name)) for name in step.shows])
                yield self.say("公示{span}", "The notice stands for {span}", span=span_said(programme, step.period))
                yield self.say("公示内容：{shows}", "It shows: {shows}", shows=shows)
            case Pay():
                yield from self.pay(step)
            case Record():
                yield from self.record(step)
            case Screen() | Check():
                yield self.say(
                    "逐条核对规则，需人工判断的写明理由",
                    "Every rule is applied; what needs a person is answered with a reason",
                )
            case Agree():
                yield self.say(
                    "申报人填写，各方签署同一文本", "The applicant fills it in; all parties sign the same text"
                )
            case Deliver():
                yield self.say("提交成果材料", "The work is handed in")

    def review(self, step: Review) -> Iterator[str]:
        rubric = self.programme.rubric(step.rubric)
        by = self.of(ROLES[step.assigned_by])
        chosen = self.say("；由{by}指派", "; {by} assigns them", by=by) if step.panel.draw is None else ""
        yield self.say(
            "{n}名专家按“{rubric}”打分，取{how}{chosen}",
            "Reviewers of each case: {n}, scoring by “{rubric}”; {how} counts{chosen}",
            n=step.panel.size,
            rubric=rubric.title,
            how=COMBINED[step.combine],
            chosen=chosen,
        )
        avoided = self.list_of([self.of(one.said) for one in avoided_by(step.panel.avoid)])
        yield self.say("回避：{avoided}", "Kept out: {avoided}", avoided=avoided)
        yield from map(self.of, bounds_said(step.panel))
        if step.panel.rest_days:
            yield self.say(
                "{n}日内在本计划以前的批次评审过的轮空：不再{ways}；手工指派须写明理由",
                "Who reviewed in an earlier round of this programme within {n} days rests: {ways}, and assigned by hand with"
                " a reason only",
                n=step.panel.rest_days,
                ways=self.say("推荐", "not proposed") if step.panel.draw is None else self.say("抽取", "not drawn"),
            )
        if step.panel.draw is not None:
            yield from self.draw(step.panel.draw)
        if step.blind == "double":
            yield self.say(
                "双盲：评审专家不知道申报人是谁，申报人不知道评审专家是谁",
                "Double-blind: reviewers do not learn who applies, applicants not who reviews",
            )
        if step.within:
            yield self.say(
                "评审期限：{span}", "Reviews are owed within {span}", span=span_said(self.programme, step.within)
            )
        if step.fee:
            said = expression_said(self.programme, step.fee)
            yield self.say("每份完成的评审支付：{fee}", "Each final review is paid {fee}", fee=said)

        if one := step.nonconsensus:
            yield self.say(
                "非共识：最高分不低于{top}分且最高与最低相差{spread}分以上（含），单独提请审议，不改变得分；依据：{source}",
                "Non-consensus: one total of {top} or more, and {spread} points or more between the highest and the lowest; it is"
                " taken up apart, and no score changes. Source: {source}",
                top=one.top, spread=one.spread, source=one.source,
            )  # fmt: skip

    def draw(self, draw: Draw) -> Iterator[str]:
        strata = [self.say("{title}{n}名", "{n} from “{title}”", title=one.title, n=one.seats) for one in draw.strata]
        yield self.say(
            "专家由公开抽取产生，不得指定：{strata}；每层备选{n}名，依次递补",
            "Reviewers are drawn in public, never chosen: {strata}; {n} reserves each, in order",
            strata=self.list_of(strata),
            n=draw.reserves,
        )
        limits = [self.say("一次抽取至多{n}件", "at most {n} cases of one draw", n=draw.load)]
        if draw.yearly:
            limits.append(self.say("一年至多{n}件", "at most {n} cases in a year", n=draw.yearly))
        yield self.say("每位专家{limits}", "An expert gets {limits}", limits=self.list_of(limits))

    def deciding(self, step: Decide) -> Iterator[str]:
        if step.amount:
            yield self.say(
                "金额：{amount}；可以核减，不得增加", "Amount: {amount}; it may be lowered, never raised",
                amount=expression_said(self.programme, step.amount),
            )  # fmt: skip
        if vote := step.vote:
            yield self.say(
                "在会议上无记名表决：应到人数的{quorum}且不少于{least}人到会，{of}的{threshold}赞成为通过；依据：{source}",
                "By secret ballot in a meeting: {quorum} of those who may vote are present, {least} or more; it carries with"
                " {threshold} of {of}. Source: {source}",
                quorum=vote.quorum.said(), least=vote.least, of=COUNTED_OF[vote.of], threshold=vote.threshold.said(),
                source=vote.source,
            )  # fmt: skip
            avoided = self.list_of([self.of(one.said) for one in avoided_by_members(vote.avoid)])
            yield self.say(
                "本人的申报和下列关系应当离场回避，不计入应到人数：{avoided}",
                "Out of the room, and not counted, for a case of their own and for these relations: {avoided}",
                avoided=avoided,
            )

    def rank(self, step: Rank) -> Iterator[str]:
        programme = self.programme
        if step.eligible:
            said = expression_said(programme, step.eligible)
            yield self.say("入围条件：{what}", "Only cases where {what}", what=said)
        if step.order:
            ties = [self.of(tie_said(programme, tie)) for tie in step.ties]
            also = self.say("；并列时依次看{ties}", "; ties by {ties}", ties=self.list_of(ties)) if ties else ""
            order = expression_said(programme, step.order)
            yield self.say("由高到低排序：{order}", "In order of {order}, the highest first", order=order) + also
        amount = expression_said(programme, step.amount)
        if step.share == "in_order":
            yield self.say(
                "每件{amount}，依次安排，预算用完为止",
                "Each gets {amount}, down the list while the budget lasts",
                amount=amount,
            )
        else:
            yield self.say(
                "每件{amount}；资金池不足时按比例分配",
                "Each gets {amount}; a pool too small is shared in proportion",
                amount=amount,
            )

    def pay(self, step: Pay) -> Iterator[str]:
        yield self.say("金额：{amount}", "Amount: {amount}", amount=expression_said(self.programme, step.amount))
        for number, one in enumerate(step.tranches, 1):
            when = [self.of(one.say)] if one.say else []
            if one.due:
                span = span_said(self.programme, one.due)
                when.append(self.say("{span}内", "within {span}", span=span))
            yield self.say("第{n}批 {share}%", "Instalment {n}: {share} %", n=number, share=int(one.share)) + (
                f"，{self.list_of(when)}" if self.language == "zh" else f", {self.list_of(when)}"
            )

    def record(self, step: Record) -> Iterator[str]:
        title = expression_said(self.programme, step.entry)
        register = _REGISTERS[step.register]
        yield self.say("登记到{register}：{title}", "Entered in {register} as {title}", register=register, title=title)
        if step.valid:
            yield self.say("有效期{span}", "Valid for {span}", span=span_said(self.programme, step.valid))

    # ------------------------------------------------------------------------------------- rules and forms

    def rules(self) -> Iterator[str]:
        if not self.programme.rules:
            return
        yield f"## {self.say('规则', 'The rules')}"
        yield ""
        for rule_set in self.programme.rules:
            yield f"### `{rule_set.name}`"
            yield ""
            for number, rule in enumerate(rule_set.rules, 1):
                yield f"{number}. {self.of(rule.say)}"
                for line in self.rule(rule):
                    yield f"   - {line}"
            yield ""

    def rule(self, rule: Rule) -> Iterator[str]:
        programme = self.programme
        if rule.when:
            yield self.say("适用于：{when}", "Applies where {when}", when=expression_said(programme, rule.when))
        if rule.must:
            yield self.say(
                "系统核对：{must}", "Checked by the machine: {must}", must=expression_said(programme, rule.must)
            )
        if rule.ask:
            yield self.say("由人判断：{ask}", "Answered by a person: {ask}", ask=rule.ask)
        if rule.override:
            yield self.say("不符合时可说明理由予以接受", "A failing case may be accepted with a reason")
        mark = "" if rule.verified else self.say("（未核对）", " (unverified)")
        yield self.say("依据：{source}", "Source: {source}", source=rule.source) + mark
        yield from self.noted(rule.note)
        if rule.fix:
            yield self.say("不符合怎么办：{fix}", "If not: {fix}", fix=rule.fix)

    def forms(self) -> Iterator[str]:
        for form in self.programme.forms:
            yield f"## {self.of(form.title)} `{form.form}`"
            yield ""
            for section in form.sections:
                yield f"**{self.of(section.section)}**"
                yield ""
                for field in section.fields:
                    yield f"- {self.of(field.title)}{self.field_marks(form, field)}"
                yield ""

    def field_marks(self, form: Form, field: Field) -> str:
        marks = []
        if not field.required:
            marks.append(self.say("可不填", "may be left out"))
        if field.computed:
            what = expression_said(self.programme, field.computed)
            marks.append(self.say("自动计算：{what}", "computed: {what}", what=what))
        if field.shown_when:
            marks.append(
                self.say("仅当{what}", "only where {what}", what=expression_said(self.programme, field.shown_when))
            )
        parts: tuple[Field | Column, ...] = (field, *field.columns)
        for one in parts:
            if one.filled_from:
                what = filled_said(form, one)
                if isinstance(one, Column):
                    title = self.of(one.title)
                    marks.append(
                        self.say("{title}由名录填入：{what}", "{title} filled in: {what}", title=title, what=what)
                    )
                else:
                    marks.append(self.say("由名录填入：{what}", "filled in: {what}", what=what))
        if field.columns:
            marks.append(self.list_of([self.of(column.title) for column in field.columns]))
        if field.personal:
            marks.append(self.say("个人信息", "personal"))
        if field.identity:
            marks.append(self.say("透露申报人身份", "tells who applies"))
        if not marks:
            return ""
        return f"（{'；'.join(marks)}）" if self.language == "zh" else f" ({'; '.join(marks)})"

    def rubrics(self) -> Iterator[str]:
        for rubric in self.programme.rubrics:
            yield f"## {self.of(rubric.title)} `{rubric.rubric}`"
            yield ""
            for one in rubric.criteria:
                yield "- " + self.say("{title}：{n}分", "{title}: {n} points", title=one.title, n=one.points)
                for anchor in sorted(one.anchors, key=lambda anchor: -anchor.least):
                    yield "  - " + self.say("{n}分起：{what}", "from {n}: {what}", n=anchor.least, what=anchor.say)
            if rubric.comment_least:
                yield "- " + self.say(
                    "评语不少于{n}字", "A comment has at least {n} characters", n=rubric.comment_least
                )
            if rubric.comment_at_ends:
                yield "- " + self.say(
                    "打满分或零分的指标逐项说明理由",
                    "A score of nothing or of all points is explained at its criterion",
                )
            if rubric.source:
                yield "- " + self.say("依据：{source}", "Source: {source}", source=rubric.source)
            yield from (f"- {line}" for line in self.noted(rubric.note))
            yield ""

    def numbers(self) -> Iterator[str]:
        if not self.programme.parameters:
            return
        yield f"## {self.say('数字', 'The numbers')}"
        yield ""
        for parameter in self.programme.parameters:
            yield f"- {self.of(parameter.title)} `param.{parameter.name}`"
            for held in parameter.values:
                mark = "" if held.verified else self.say("，未核对", ", unverified")
                value = self.of(parameter_value(parameter, held))
                since = self.say("自{day}起", "since {day}", day=held.since)
                yield f"  - {since}: {value}（{held.source}{mark}）"
                yield from (f"    {line}" for line in self.noted(held.note))
        yield ""


def _node(name: str) -> str:
    """A Mermaid node id; `end` and hyphens mean something else there."""
    return "n_" + name.replace("-", "_")


def _quoted(text: str) -> str:
    return text.replace('"', "'")
