"""Money, notices, panels and points: what public trust rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from keguan.kernel.bilingual import Text
from keguan.kernel.duration import Duration
from keguan.kernel.problems import Problem
from keguan.language.checks.ground import Ground, found, said_step
from keguan.language.recusals import avoided_by
from keguan.language.schema import (
    DatedValue,
    Parameter,
    Pay,
    Publish,
    Rank,
    Review,
    Rubric,
    Span,
    Step,
    Tranche,
)
from keguan.language.uses import form_of, spans

SHORTEST_NOTICE = "shortest_notice"
"""The parameter of `parameters/house.yaml` that holds the shortest public notice anybody may declare."""

LEAST_PANEL = 3
"""国家自然科学基金条例 第十五条：从同行专家库中随机选择3名以上专家."""

COMMENT_MOST = 5000
"""The most characters of a reviewer's comment."""

EXCEPTIONS = frozenset({"notice_before_money", "notice_before_record", "decision_before_money", "panel_size"})
"""Checks from which the law can excuse a programme."""

_HOURS = {"hours": 1, "days": 24, "workdays": 24, "months": 24 * 28, "years": 24 * 365}


def check_worth(ground: Ground) -> Iterator[Problem]:
    """All questions about money, notices, panels and points."""
    yield from _notice_before(ground)
    yield from _notice_length(ground)
    yield from _decision_before_money(ground)
    for step in ground.programme.steps:
        if isinstance(step, Pay):
            yield from _tranches(step)
        if isinstance(step, Review):
            yield from _panel(ground, step)
        if isinstance(step, Rank):
            yield from _ranking(ground, step)
        yield from _spans(ground, step)
    for rubric in ground.programme.rubrics:
        yield from _points(rubric)
    yield from _exceptions(ground)


def _notice_before(ground: Ground) -> Iterator[Problem]:
    if ground.programme.rounds == "side":
        return
    notices = [step.id for step in ground.of_kind("publish")]
    for kind, check in (("pay", "notice_before_money"), ("record", "notice_before_record")):
        for step in ground.of_kind(kind):
            if ground.exempt(check) or ground.paths.always_before(notices, step.id):
                continue
            say = Text(
                "到环节{step}有一条路没有经过公示", "There is a way to step {step} without a public notice"
            ).filled(step=said_step(step))
            fix = Text(
                "在它之前加 publish 环节，或在 exceptions 中写明 {check} 的依据",
                "Put a publish step before it, or state the exception {check} with its source",
            ).filled(check=check)
            yield found(check, say, step.place, value=step.id, fix=fix)


def _decision_before_money(ground: Ground) -> Iterator[Problem]:
    deciders = [step.id for step in ground.of_kind("decide")]
    for step in ground.of_kind("pay"):
        if ground.exempt("decision_before_money"):
            continue
        read = ground.definition.names_of(step.amount) if isinstance(step, Pay) else frozenset()
        if not ground.paths.always_before(deciders, step.id) or not read & {f"{one}.amount" for one in deciders}:
            say = Text("拨付的金额应当是前面决定的金额", "What is paid must be the amount that was decided before")
            fix = Text("amount 写成 <决定环节>.amount", "Let `amount` read <deciding step>.amount")
            yield found("decision_before_money", say, step.place, value=step.id, fix=fix)


def _notice_length(ground: Ground) -> Iterator[Problem]:
    house = ground.house_parameter(SHORTEST_NOTICE)
    if house is None:
        return
    for step in ground.programme.steps:
        if not isinstance(step, Publish):
            continue
        for day, period in _values_of(ground, step.period):
            legal = _in_force(house, day)
            least = Duration.parse(str(legal.value)) if legal else None
            if isinstance(least, Duration) and _hours(period) < _hours(least):
                say = Text(
                    "公示期{period}短于规定的{least}", "The notice of {period} is shorter than the rule's {least}"
                )
                yield found(
                    "notice_too_short",
                    say.filled(period=period.said(), least=least.said()),
                    step.period.place,
                    value=str(period),
                    source=legal.source if legal else "",
                )


def _values_of(ground: Ground, span: Span) -> Iterator[tuple[str, Duration]]:
    """Every length the span has had or has, with the day from which it holds ("" for always)."""
    if span.duration is not None:
        yield "", span.duration
        return
    for parameter in ground.programme.parameters:
        if parameter.name == span.parameter:
            for value in parameter.values:
                read = Duration.parse(str(value.value))
                if isinstance(read, Duration):
                    yield value.since, read


def _in_force(parameter: Parameter, day: str) -> DatedValue | None:
    day = day or date.max.isoformat()
    held = [value for value in parameter.values if value.since <= day]
    return max(held, key=lambda value: value.since) if held else None


def _hours(duration: Duration) -> int:
    """A floor of its length: how many hours it has at the least."""
    return duration.amount * _HOURS[duration.unit]


def _spans(ground: Ground, step: Step) -> Iterator[Problem]:
    """No deadline of nothing, and reminders before the deadline."""
    for name, span in spans(ground.programme):
        for _, length in _values_of(ground, span) if name.startswith(f"{step.id}.") else ():
            if length.amount == 0:
                say = Text("时长不能为零", "A length of time cannot be zero")
                yield found("no_time", say, span.place, value=str(length))
    until = step.within if isinstance(step, Review) else step.lapse
    if not until or not step.remind:
        return
    for _, lapse in _values_of(ground, until):
        for _, remind in _values_of(ground, step.remind):
            if _hours(remind) >= _hours(lapse):
                say = Text(
                    "提醒（提前{remind}）不早于期限{lapse}之内", "The reminder ({remind} before) is not within {lapse}"
                )
                yield found("remind_too_early", say.filled(remind=remind.said(), lapse=lapse.said()), step.remind.place)


def _tranches(step: Pay) -> Iterator[Problem]:
    if not step.tranches or sum(int(one.share) for one in step.tranches) != 100:
        total = sum(int(one.share) for one in step.tranches)
        say = Text("各批拨付比例之和为{total}%，应为100%", "The instalments sum to {total} %, not 100 %")
        yield found("tranches", say.filled(total=total), step.place, value=f"{total} %")
    for one in step.tranches:
        if int(one.share) <= 0:
            yield found("tranches", Text("拨付比例应大于0", "An instalment is more than 0 %"), step.place)
        yield from _tranche_due(step, one)


def _tranche_due(step: Pay, one: Tranche) -> Iterator[Problem]:
    if one.due is None and one.say is None:
        say = Text(
            "这一批既没有日期（due）也没有说明条件（say）",
            "An instalment has neither a date (due) nor a condition (say)",
        )
        yield found("tranche_when", say, step.place, value=f"{int(one.share)} %")


def _panel(ground: Ground, step: Review) -> Iterator[Problem]:
    size = step.panel.size
    if size % 2 == 0:
        say = Text("评审组人数为{size}，应为奇数", "A panel of {size} can be split evenly; take an odd number")
        yield found("even_panel", say.filled(size=size), step.place, value=str(size))
    if size < LEAST_PANEL and not ground.exempt("panel_size"):
        say = Text("评审组少于{least}人", "A panel has at least {least} reviewers").filled(least=LEAST_PANEL)
        source = "国家自然科学基金条例 第十五条（3名以上同行专家）"
        yield found("small_panel", say, step.place, value=str(size), source=source)
    if step.combine == "trimmed_mean" and size < 5:
        say = Text("去掉最高最低分至少需要5人", "Leaving out the highest and lowest needs at least five reviewers")
        yield found("trimmed_panel", say, step.place, value=str(size))
    kinds = Counter(one.kind for one in avoided_by(step.panel.avoid))
    for kind, times in kinds.items():
        if times > 1:
            say = Text("回避关系 {kind} 写了不止一次", "The recusal {kind} stands more than once").filled(kind=kind)
            yield found("recusal_twice", say, step.place, value=kind)
    missing = {"kin", "same_institution", "own_application"} - set(kinds)
    if missing:
        say = Text("依法应当回避的关系没有写全：缺{missing}", "Recusals that the law requires are missing: {missing}")
        source = "国家自然科学基金条例 第二十条"
        value = ", ".join(sorted(missing))
        yield found("recusal", say.filled(missing=value), step.place, value=value, source=source)
    if ("named_by_applicant" in kinds) != bool(step.panel.named):
        say = Text(
            "named_by_applicant 与 named 应同时写明", "named_by_applicant and `named` go together: give both or neither"
        )
        yield found("named", say, step.place, value=step.panel.named)
    if step.panel.named:
        yield from _named(ground, step)
    if step.lapse:
        say = Text("评审不会自行结束", "A review does not end by itself")
        fix = Text("评审期限写在 within", "Say in `within` by when reviews are owed")
        yield found("review_lapse", say, step.place, fix=fix)
    if step.blind == "double":
        yield from _blind(ground, step)


def _blind(ground: Ground, step: Review) -> Iterator[Problem]:
    """Of what reviewers read before, something must tell who applies and be hidden, and something must be left."""
    steps = list(ground.programme.steps)
    before = [form_of(one) for one in steps[: steps.index(step)]]
    forms = [one for one in ground.programme.forms if one.form in before]
    if forms and not any(
        part.identity or any(one.identity for one in part.fields) for form in forms for part in form.sections
    ):
        say = Text("双盲评审须写明哪些字段透露申报人身份", "A double-blind review says which fields tell who applies")
        fix = Text(
            "在 forms.yaml 的字段或栏目上写 identity: yes；附件通常要写",
            "Write `identity: yes` on fields or sections of forms.yaml; attachments usually need it",
        )
        yield found("blind", say, step.place, fix=fix)
    for form in forms:
        if all(str(one.field) in form.telling for one in form.fields):
            say = Text("“{form}”没有评审专家可以阅读的字段", "“{form}” leaves reviewers nothing to read")
            yield found("blind", say.filled(form=form.title), form.place)
    title = ground.programme.about.title.split(".")
    if any(one.form == title[0] and title[-1] in one.telling for one in forms):
        say = Text("办件的名称不能是透露身份的字段", "What a case is called by cannot tell who applies")
        yield found("blind", say, step.place, value=ground.programme.about.title)


def _named(ground: Ground, step: Review) -> Iterator[Problem]:
    kind = ground.answer_type(step.panel.named)
    if kind != "person":
        say = Text("“{named}”不是人员字段或人员列", "“{named}” is no person field or column").filled(
            named=step.panel.named
        )
        yield found("named", say, step.place, value=step.panel.named)
        return
    table = ground.field_of(step.panel.named)
    if table is not None and table.type == "table" and (table.most is None or table.most > 3):
        say = Text("申报人最多可以提出3名不适宜的评审专家", "An applicant may name at most three unwelcome reviewers")
        yield found("named", say, table.place, value=str(table.most), source="国家自然科学基金条例 第二十条")


def _ranking(ground: Ground, step: Rank) -> Iterator[Problem]:
    if step.share == "in_order" and step.order is None:
        say = Text("按顺序拨付需要写明 order", "Granting in order needs an `order`")
        yield found("rank_order", say, step.place)
    if step.share == "pro_rata" and (step.order is not None or step.ties):
        say = Text("按比例分配不需要顺序", "Sharing pro rata has no order")
        yield found("rank_order", say, step.place)
    if step.ties and step.order is None:
        say = Text("没有 order 就谈不上并列", "There are no ties without an `order`")
        yield found("rank_order", say, step.place)


def _points(rubric: Rubric) -> Iterator[Problem]:
    total = sum(one.points for one in rubric.criteria)
    if total != 100:
        say = Text("评审指标“{title}”各项之和为{total}分，应为100分", "The points of “{title}” sum to {total}, not 100")
        yield found("points", say.filled(title=rubric.title, total=total), rubric.place, value=str(total))
    for one in rubric.criteria:
        leasts = [anchor.least for anchor in one.anchors]
        if one.points <= 0 or any(not 0 <= least <= one.points for least in leasts):
            say = Text("“{title}”的分档超出0至{points}分", "An anchor of “{title}” lies outside 0 to {points}")
            yield found("anchors", say.filled(title=one.title, points=one.points), rubric.place, value=str(leasts))
        if len(set(leasts)) != len(leasts):
            say = Text("“{title}”有两档起点相同", "Two anchors of “{title}” begin at the same score")
            yield found("anchors", say.filled(title=one.title), rubric.place, value=str(leasts))
    if not 0 <= rubric.comment_least <= COMMENT_MOST:
        say = Text("评语最少字数应在0至{most}之间", "A comment asks for 0 to {most} characters at the least")
        value = str(rubric.comment_least)
        yield found("comment_least", say.filled(most=COMMENT_MOST), rubric.place, value=value)
    elif rubric.comment_least and not rubric.comment:
        say = Text("不要求评语，就没有最少字数", "Where no comment is owed, none has a least length")
        yield found("comment_least", say, rubric.place, value=str(rubric.comment_least))


def _exceptions(ground: Ground) -> Iterator[Problem]:
    for one in ground.programme.exceptions:
        if one.check not in EXCEPTIONS:
            say = Text("没有可以豁免的检查“{check}”", "There is no check “{check}” to be excused from")
            fix = Text("可用：{all}", "There are: {all}").filled(all=", ".join(sorted(EXCEPTIONS)))
            yield found("unknown_exception", say.filled(check=one.check), ground.programme.place, fix=fix)
