"""The page on which panel and committee read a round's scores together; nothing on it changes a score or a place."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from keguan.casework.models import Case
from keguan.casework.pages.case_words import case_href
from keguan.casework.pages.rounds.rankings import READS_SCORES, own_numbers, reads_scores, round_and_step
from keguan.casework.permissions import KNOWS_REVIEWERS
from keguan.casework.rounds.score_reading import COMBINATIONS, MOST_REVIEWERS, Moved, Read, contradicting, read_scores
from keguan.components.access import actor_on, page
from keguan.components.lists import Column
from keguan.components.status import Crumb, Status
from keguan.fairness.scores import NonConsensus, by_case
from keguan.kernel.bilingual import Text
from keguan.language.prose import COMBINED
from keguan.language.schema import Rank
from keguan.language.wording import step_title

TITLE = Text("评分综合分析", "Scores read together")
_CASE = Column("case", Text("办件", "Case"), lambda one: one["title"], link=lambda one: case_href(one["number"]))
_MOVES = (
    Column("name", Text("做法", "Way"), lambda one: one["name"]),
    Column("gained", Text("将进入预算线", "Would come within"), lambda one: one["gained"]),
    Column("lost", Text("将落出预算线", "Would fall out"), lambda one: one["lost"]),
)
_ROWS = (
    _CASE,
    Column("official", Text("得分", "Score"), lambda one: one["official"]),
    Column("additive", Text("校准（加性模型）", "Calibrated (additive)"), lambda one: one["additive"]),
    Column("standard", Text("校准（标准化）", "Calibrated (standardised)"), lambda one: one["standard"]),
    Column("spread", Text("最高与最低相差", "Highest less lowest"), lambda one: one["spread"], "number"),
    Column("marks", Text("提示", "Marks"), lambda one: one["marks"], "status"),
)
_REVIEWERS = (
    Column("name", Text("专家代号", "Reviewer"), lambda one: one["name"]),
    Column("cases", Text("评分件数", "Cases"), lambda one: one["cases"], "number"),
    Column(
        "leaning", Text("比平均偏高或偏低（分）", "Above or below the average (points)"), lambda one: one["leaning"]
    ),
    Column("gained", Text("去掉后将进入", "Without them, within"), lambda one: one["gained"]),
    Column("lost", Text("去掉后将落出", "Without them, out"), lambda one: one["lost"]),
)
_OUTLIERS = (
    _CASE,
    Column("seat", Text("席位", "Seat"), lambda one: one["seat"], "number"),
    Column("total", Text("总分", "Total"), lambda one: one["total"], "number"),
    Column("points", Text("偏离（分）", "Off by (points)"), lambda one: one["points"]),
)
_COMMENTS = (
    _CASE,
    Column("seat", Text("席位", "Seat"), lambda one: one["seat"], "number"),
    Column("total", Text("总分", "Total"), lambda one: one["total"], "number"),
    Column("why", Text("不一致之处", "What does not go together"), lambda one: one["why"]),
)
_WHY = {
    "praise_low": Text("只有肯定的话，得分低", "only praise, few points"),
    "blame_high": Text("只有批评的话，得分高", "only faults, many points"),
    "anchor": Text("引用了另一分档的说法", "the rubric's wording for other points"),
}


@page(READS_SCORES)
def score_reading(request: HttpRequest, code: str, step: str) -> HttpResponseBase:
    """How the award line moves under each combination and without each reviewer, with what stands out."""
    found, rank = round_and_step(request, code, step, Rank)
    actor = actor_on(request)
    if not reads_scores(actor, found):
        raise READS_SCORES.refusal()
    read = read_scores(found, rank)
    knows = any(actor.holds(role, programme=found.programme.code) for role in KNOWS_REVIEWERS)
    context: dict[str, Any] = {
        "round": found,
        "title": TITLE,
        "read": read is not None,
        "crumbs": [
            Crumb(Text("批次", "Rounds"), reverse("rounds")),
            Crumb(code, reverse("round", args=[code])),
            Crumb(step_title(rank), reverse("ranking", args=[code, step])),
            Crumb(TITLE),
        ],
    }
    if read is not None:
        numbers = [one.number for one in read.entries]
        titles = dict(Case.objects.filter(number__in=numbers).values_list("number", "title"))
        context |= _told(read, titles, own_numbers(actor, found), knows=knows)
    return render(request, "casework/score_reading.html", context)


def _told(read: Read, titles: dict[str, str], own: frozenset[str], *, knows: bool) -> dict[str, Any]:
    from keguan.fairness.calibration import NotComparable, additive, disagreement, outliers, standardised

    model = additive(read.scores)
    apart = model if isinstance(model, NotComparable) else None
    worth = {} if isinstance(model, NotComparable) else model.cases
    wide, moved_to = disagreement(read.scores), {} if apart else standardised(read.scores)
    official = by_case(read.scores, read.review.combine)
    rule = read.review.nonconsensus
    totals: dict[str, list[int]] = {}
    for sheet in read.sheets:
        totals.setdefault(sheet.number, []).append(sheet.total)
    rows = []
    for number, given in totals.items():
        marks = None
        lies = wide.get(number)
        if rule and NonConsensus(rule.top, rule.spread).holds(given):
            marks = Status(Text("非共识", "Non-consensus"), "warn")
        elif lies and lies.is_wide:
            marks = Status(Text("分歧大", "Wide disagreement"), "info")
        score, value, moved = official.get(number), worth.get(number), moved_to.get(number)
        rows.append(
            {
                "number": number,
                "title": titles.get(number) or number,
                "official": f"{float(score):.2f}" if score is not None else "—",
                "additive": f"{value:.1f}" if value is not None else "—",
                "standard": f"{moved:.1f}" if moved is not None else "—",
                "spread": max(given) - min(given),
                "marks": marks,
            }
        )
    signs = {expert: at for at, expert in enumerate(dict.fromkeys(one.expert for one in read.sheets), start=1)}
    told: dict[str, Any] = {
        "official": COMBINED[read.review.combine],
        "apart": len(apart.groups) if apart else 0,
        "moves_columns": _MOVES,
        "moves": [
            {"name": COMBINED[how], **_moves(read.under(how), titles, own)}
            for how in COMBINATIONS
            if how != read.review.combine
        ],
        "columns": _ROWS,
        "rows": [one for one in rows if one["number"] not in own],
        "rule": rule,
        "knows": knows,
    }
    if not knows:
        return told
    seats = {(one.number, one.expert): one for one in read.sheets}
    leaning = {} if isinstance(model, NotComparable) else model.reviewers
    told["reviewer_columns"] = _REVIEWERS
    told["too_many"] = len(signs) > MOST_REVIEWERS
    told["reviewers"] = [
        {
            "name": Text("专家{n}", "Reviewer {n}").filled(n=at),
            "cases": sum(one.expert == expert for one in read.sheets),
            "leaning": f"{leaning[expert]:+.1f}" if expert in leaning else "—",
            **(
                _moves(read.left_out(expert), titles, own)
                if len(signs) <= MOST_REVIEWERS
                else {"gained": "", "lost": ""}
            ),
        }
        for expert, at in signs.items()
    ]
    told["outlier_columns"] = _OUTLIERS
    told["outliers"] = [
        {
            "number": one.score.case,
            "title": titles.get(str(one.score.case)) or one.score.case,
            "seat": seats[str(one.score.case), int(str(one.score.reviewer))].seat,
            "total": one.score.total,
            "points": f"{one.points:+.1f}",
        }
        for one in outliers(read.scores)
        if one.score.case not in own
    ]
    told["comment_columns"] = _COMMENTS
    rubric = read.definition.programme.rubric(read.review.rubric)
    told["comments"] = [
        {
            "number": sheet.number,
            "title": titles.get(sheet.number) or sheet.number,
            "seat": sheet.seat,
            "total": sheet.total,
            "why": Text("{why}：{words}", "{why}").filled(why=_WHY[one.kind], words="、".join(one.words)),
        }
        for sheet, one in contradicting(read.sheets, rubric)
        if sheet.number not in own
    ]
    return told


def _moves(moved: Moved, titles: dict[str, str], own: frozenset[str]) -> dict[str, str]:
    def said(numbers: tuple[str, ...]) -> str:
        return "；".join(titles.get(one) or one for one in numbers if one not in own) or "—"

    return {"gained": said(moved.gained), "lost": said(moved.lost)}
