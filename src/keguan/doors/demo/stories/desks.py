"""What people do at their desks beside the cases: ties that keep reviewers apart, texts compared, reviews rated and answered,
notes for colleagues, views kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random

from keguan.casework import desk_notes, handing
from keguan.casework.models import Case
from keguan.doors.demo.plans import Plan
from keguan.doors.demo.rounds import FUND, KEY_RD
from keguan.doors.demo.stage import Stage, Story, Unexpected
from keguan.insight.similarity import decisions
from keguan.insight.similarity import services as similarity
from keguan.insight.similarity.models import Finding
from keguan.kernel.problems import Refusal
from keguan.registers.experts import merits
from keguan.registers.experts.models import Merit
from keguan.registers.ties import services as ties
from keguan.registers.views import services as views

_PASSES = (
    "同一团队的延续研究，相同段落为公用的背景介绍，已核对研究内容不同。",
    "相同之处为指南原文和通用检测方法，不构成重复申报。",
)
_MATTERS = "研究内容与该项目雷同，已请申报单位说明，提交会议时一并报告。"
_RATED = (
    ("useful", "意见具体，指出了考核指标的测量问题，已转申报人参考。"),
    ("fair", "评分与意见大体一致，依据可再充分。"),
    ("poor", "意见过于简短，未说明扣分依据。"),
)
_ANSWERED = "已在附加意见中列出依据（第3、5项），如需要可再作补充说明。"
_VIEWS = (
    ("officer", "/cases/", "sort=due", "按时限"),
    ("supervision", "/cases/", "sort=-submitted", "最近提交"),
    ("planning", "/cases/", "sort=-submitted", "最近提交"),
    ("officer", "/search/", "q=绿洲农业", "绿洲农业"),
)


def at_their_desks(stage: Stage, plans: Sequence[Plan]) -> Iterable[Story]:
    """All of them, each on its day."""
    yield _ties(stage, max(plan.opens for plan in plans))
    reviewed = [plan for plan in plans if plan.programme in (KEY_RD, FUND) and "decide" in plan.phases]
    if reviewed:
        yield _rated(stage, min(plan.phases["decide"] for plan in reviewed))
    yield _today(stage)


def _ties(stage: Stage, opens: int) -> Story:
    """Before the year's first review: what the registrar enters from papers, and what an expert declares."""
    draw = Random(2)
    yield stage.on(opens - 6, draw)
    cast = stage.cast
    registrar, host = cast.actor(cast.one("registrar")), cast.hosts[0]
    leaders, reviewers = cast.researchers[host.pk], cast.reviewers
    tied = [
        ties.NewTie("adviser", leaders[0], other=reviewers[0].person, source="学位论文致谢页（演示材料）"),
        ties.NewTie("coauthor", reviewers[1].person, other=leaders[1], severity="soft", source="合著论文（演示材料）"),
    ]
    for tie in tied:
        ties.declare(tie, registrar)
    own = ties.NewTie("advice", reviewers[2].person, organisation=host.pk, source="本人申明")
    ties.declare(own, cast.actor(reviewers[2].person))
    stage.deeds["ties"] += len(tied) + 1


def _rated(stage: Stage, decided: int) -> Story:
    """After a panel is through its officer rates some reviews; the expert of the poor one answers."""
    draw = Random(3)
    yield stage.on(decided - 2, draw)
    officer = stage.cast.actor(stage.cast.one("officer"))
    rated = list(Merit.objects.order_by("pk").select_related("expert")[: len(_RATED)])
    for merit, (rating, reason) in zip(rated, _RATED, strict=False):
        merits.rate(merit, rating, reason, officer)
    stage.deeds["rated"] += len(rated)
    yield stage.on(decided - 4, draw)
    if len(rated) == len(_RATED):
        merits.answer(rated[-1], _ANSWERED, stage.cast.actor(rated[-1].expert.person_id))


def _today(stage: Stage) -> Story:
    """These days: what is alike is read and judged, a note is left and a case handed over, and lists are kept as one needs
    them."""
    draw = Random(4)
    yield stage.on(1, draw)
    similarity.keep_up()
    officer = stage.cast.actor(stage.cast.one("officer"))
    judged = 0
    for found in Finding.objects.filter(state="open", document__case__code__in=(KEY_RD, FUND)).order_by("-share", "pk")[
        :6
    ]:
        matters = judged % 3 == 2
        said = _MATTERS if matters else _PASSES[judged % len(_PASSES)]
        answer = decisions.decide(found.pk, "matters" if matters else "no_matter", said, officer, seen=found.state)
        judged += not isinstance(answer, Refusal)
    stage.deeds["judged"] += judged
    running = list(
        Case.objects.filter(step="screen", code=KEY_RD, end="").order_by("pk").values_list("number", flat=True)
    )
    for number in running[:2]:
        _done(desk_notes.write_note(number, "电话核对过合作单位盖章页，原件周五送到。", officer), number)
    if running:
        said, colleague = "本周外出，请协助完成形式审查。", stage.cast.one("officer", 1)
        _done(handing.hand_over(running[:1], colleague, said, officer), running[0])
    for role, path, query, name in _VIEWS:
        views.keep(stage.cast.actor(stage.cast.one(role)), name, path, query)
    stage.deeds["views"] += len(_VIEWS)


def _done(answer: object, what: str) -> None:
    if isinstance(answer, Refusal):
        raise Unexpected(f"{what}: {[(one.code, one.say.zh) for one in answer.problems]}")
