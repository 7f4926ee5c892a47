"""The page on which panel and committee read a round's scores together; nothing on it changes a score or a place."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from keguan.casework.models import Case, Round
from keguan.casework.pages.case_words import case_href
from keguan.casework.pages.rounds.rankings import READS_SCORES, own_numbers, reads_scores, round_and_step
from keguan.casework.permissions import KNOWS_REVIEWERS
from keguan.casework.rounds import scores_told
from keguan.casework.rounds.scores_told import Told, rows_of, told_of
from keguan.casework.versions import definition_of
from keguan.components.access import actor_on, page
from keguan.components.lists import Column
from keguan.components.status import Crumb, Status
from keguan.components.turning import turn_to
from keguan.kernel.bilingual import Text
from keguan.language.prose import COMBINED
from keguan.language.schema import Rank, Review
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
_FRAGILE = (
    _CASE,
    Column("now", Text("现在", "Now"), lambda one: one["now"], "status"),
    Column(
        "by",
        Text("去掉后本件会移动的专家数", "Reviewers without whom it would move"),
        lambda one: one["by"],
        "number",
    ),
)
_WITHIN = {
    True: Status(Text("预算线内", "Within"), "good"),
    False: Status(Text("预算线外", "Beyond"), "neutral"),
}
_NOT_TRIED = Text("未试算", "not tried")
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
_MARKS = {
    "apart": Status(Text("非共识", "Non-consensus"), "warn"),
    "wide": Status(Text("分歧大", "Wide disagreement"), "info"),
}
_PAGES = {
    "cases": "page",
    "fragile": "fragile",
    "reviewers": "reviewers",
    "outliers": "outliers",
    "comments": "comments",
}
"""How the page number of each table is called in the address."""
MOST_NAMED = 20
"""So many cases that move are named in one cell; all are counted."""


@page(READS_SCORES)
def score_reading(request: HttpRequest, code: str, step: str) -> HttpResponseBase:
    """How the award line moves under each combination and without each reviewer, with what stands out."""
    found, rank = round_and_step(request, code, step, Rank)
    actor = actor_on(request)
    if not reads_scores(actor, found):
        raise READS_SCORES.refusal()
    programme = definition_of(found.programme).programme
    review = [one for one in programme.steps[: programme.steps.index(rank)] if isinstance(one, Review)][-1:]
    told = told_of(found, rank) if review else None
    knows = any(actor.holds(role, programme=found.programme.code) for role in KNOWS_REVIEWERS)
    context: dict[str, Any] = {
        "round": found,
        "title": TITLE,
        "read": isinstance(told, Told),
        "is_waiting": told == "waits",
        "crumbs": [
            Crumb(Text("批次", "Rounds"), reverse("rounds")),
            Crumb(code, reverse("round", args=[code])),
            Crumb(step_title(rank), reverse("ranking", args=[code, step])),
            Crumb(TITLE),
        ],
    }
    if isinstance(told, Told):
        context |= _told(request, found, rank, review[0], told, own_numbers(actor, found), knows=knows)
    return render(request, "casework/score_reading.html", context)


def _told(
    request: HttpRequest, found: Round, rank: Rank, review: Review, told: Told, own: frozenset[str], *, knows: bool
) -> dict[str, Any]:
    here = reverse("score_reading", args=[found.code, rank.id])
    names = ("cases", "fragile", "reviewers", "outliers", "comments") if knows else ("cases", "fragile")
    turns = {name: turn_to(told.sizes[name], request.GET, here, _PAGES[name], name, scores_told.ROWS) for name in names}
    rows = {name: rows_of(found, rank, told, name, turn.page) for name, turn in turns.items()}
    shown = {name: [one for one in part if name == "reviewers" or one.number not in own] for name, part in rows.items()}
    moves = [(how, _open(gained, own), _open(lost, own)) for how, gained, lost in told.moves]
    without = [(one, _open(one.gained, own), _open(one.lost, own)) for one in rows.get("reviewers", ())]
    movers = [open_ for one in told.movers if (open_ := _open(one, own))]
    numbers = {one.number for name in names if name != "reviewers" for one in shown[name]}
    for _, gained, lost in (*moves, *without):
        numbers |= {*gained[:MOST_NAMED], *lost[:MOST_NAMED]}
    titles = dict(Case.objects.filter(number__in=numbers).values_list("number", "title"))

    def title(number: str) -> str:
        return titles.get(number) or number

    def said(moved: tuple[str, ...]) -> Text | str:
        named = "；".join(title(one) for one in moved[:MOST_NAMED])
        more = Text("{named}等{n}件", "{named} and others, {n} in all").filled(named=named, n=len(moved))
        return more if len(moved) > MOST_NAMED else named or "—"

    return {
        "official": COMBINED[review.combine],
        "as_of": told.at if told.tables is None else None,
        "apart": told.apart,
        "moves_columns": _MOVES,
        "moves": [{"name": COMBINED[how], "gained": said(gained), "lost": said(lost)} for how, gained, lost in moves],
        "columns": _ROWS,
        "rows": [{"title": title(one.number), "marks": _MARKS.get(one.mark)} | asdict(one) for one in shown["cases"]],
        "rule": review.nonconsensus,
        "knows": knows,
        "turns": turns,
        "reviewer_pages": Text("翻页：专家", "Pages: reviewers"),
        "outlier_pages": Text("翻页：偏离较大的评分", "Pages: totals that stand out"),
        "comment_pages": Text("翻页：意见与得分不一致", "Pages: comments against scores"),
        "reviewer_columns": _REVIEWERS,
        "tried": told.tried,
        "untried": told.untried,
        "movers": len(movers),
        "crossing": len({number for one in movers for number in one}),
        "fragile_columns": _FRAGILE,
        "fragile_pages": Text("翻页：会移动的办件", "Pages: cases that would move"),
        "fragile": [
            {"number": one.number, "title": title(one.number), "now": _WITHIN[one.is_within], "by": one.by}
            for one in shown["fragile"]
        ],
        "reviewers": [
            asdict(one)
            | {"name": Text("专家{n}", "Reviewer {n}").filled(n=one.sign)}
            | {
                "gained": said(gained) if one.is_tried else _NOT_TRIED,
                "lost": said(lost) if one.is_tried else _NOT_TRIED,
            }
            for one, gained, lost in without
        ],
        "outlier_columns": _OUTLIERS,
        "outliers": [asdict(one) | {"title": title(one.number)} for one in shown.get("outliers", ())],
        "comment_columns": _COMMENTS,
        "comments": [
            asdict(one)
            | {"title": title(one.number)}
            | {"why": Text("{why}：{words}", "{why}").filled(why=_WHY[one.kind], words="、".join(one.words))}
            for one in shown.get("comments", ())
        ],
    }


def _open(numbers: tuple[str, ...], own: frozenset[str]) -> tuple[str, ...]:
    return tuple(one for one in numbers if one not in own) if own else numbers
