"""The budget line of a ranking moved, to see what is gained and lost. It asks and shows; it writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse

from keguan.casework.models import Case, Ranking, Round
from keguan.casework.pages.case_words import case_href
from keguan.casework.pages.rounds.rankings import (
    OUT,
    READS_SCORES,
    as_line,
    reads_scores,
    round_and_step,
    sent_out_numbers,
)
from keguan.casework.rounds import services
from keguan.casework.versions import definition_of
from keguan.components.access import actor_on, page
from keguan.components.fields import Field
from keguan.components.lists import Column
from keguan.components.status import Crumb, Line
from keguan.components.typed import read_money, read_whole
from keguan.engine.rounds import grants_at
from keguan.kernel.bilingual import Text
from keguan.kernel.money import Money
from keguan.kernel.problems import Problem, Refusal
from keguan.language.schema import Apply, Programme, Rank
from keguan.language.schema import Field as Question
from keguan.language.wording import step_title, value_said
from keguan.registers.organisations.queries import regions_said

TITLE = Text("如果移动预算线", "If the budget line were moved")
_LEFT_OUT = Text(
    "以上合计和以下影响不含您须回避的办件。", "Sums and effects are without the cases that you must keep out of."
)
_NONE = Text("（未登记）", "(not recorded)")


@dataclass(frozen=True, slots=True)
class Row:
    """One case of the ranking, with what it gets and what it would get. group values: region, host, answer. is_out:
    the reader was sent out for it, and reads neither which it is nor what it gets."""

    number: str
    href: str
    title: str
    place: int
    asked_fen: int
    is_barred: bool
    now_fen: int
    then_fen: int = 0
    region: str = ""
    host: str = ""
    answer: str = ""
    is_out: bool = False


@dataclass(frozen=True, slots=True)
class Sums:
    """Cases and money of a group, now and then."""

    name: Text | str
    now: int
    then: int
    now_fen: int
    then_fen: int

    @property
    def change_fen(self) -> int:
        """What the group would gain, or lose where it is below zero."""
        return self.then_fen - self.now_fen


@dataclass(frozen=True, slots=True)
class Asked:
    """Other terms: the line below a place, or another budget, and how much of what it asks each gets, in percent."""

    line: int | None
    budget_fen: int
    percent: int


_SUMS = (
    Column("name", Text("类别", "Group"), lambda one: one.name),
    Column("now", Text("现在项数", "Cases now"), lambda one: one.now, "number"),
    Column("then", Text("移动后项数", "Cases then"), lambda one: one.then, "number"),
    Column("now_fen", Text("现在金额", "Amount now"), lambda one: one.now_fen, "money"),
    Column("then_fen", Text("移动后金额", "Amount then"), lambda one: one.then_fen, "money"),
    Column("change", Text("变化", "Change"), lambda one: one.change_fen, "money"),
)


@page(READS_SCORES)
def what_if(request: HttpRequest, code: str, step: str) -> HttpResponseBase:
    """What another line, another budget or other amounts would change."""
    found, rank = round_and_step(request, code, step, Rank)
    actor = actor_on(request)
    if not reads_scores(actor, found):
        raise READS_SCORES.refusal()
    question = grouped_by(definition_of(found.programme).programme)
    base, budget_fen, too_early = _base(found, str(rank.id), question, sent_out_numbers(actor, found))
    asked, problems = _asked(request.GET, budget_fen, len(base))
    is_shared = rank.share == "pro_rata"
    rows = _with(base, asked, is_shared=is_shared)
    told = [row for row in rows if not row.is_out]
    spent = sum(row.then_fen for row in told)
    line = max((row.place for row in rows if row.then_fen), default=0)
    here = reverse("what_if", args=[code, step])
    context = {
        "round": found,
        "step": rank,
        "title": TITLE,
        "fields": [one.typed_in(request.GET).with_problems(problems) for one in _fields(budget_fen)],
        "problems": problems,
        "too_early": too_early,
        "rows": rows,
        "line": line,
        "is_shared": is_shared,
        "higher": f"{here}?line={line - 1}&percent={asked.percent}" if line > 0 else "",
        "lower": f"{here}?line={line + 1}&percent={asked.percent}" if line < len(rows) else "",
        "lines": [
            Line(Text("预算", "Budget"), asked.budget_fen, "money"),
            Line(Text("现在安排", "Spent now"), sum(row.now_fen for row in told), "money"),
            Line(Text("移动后安排", "Spent then"), spent, "money"),
            Line(Text("余额（负数为超出）", "Left (below zero: too much)"), asked.budget_fen - spent, "money")
            if len(told) == len(rows)
            else Line(Text("说明", "Note"), _LEFT_OUT),
        ],
        "out": OUT,
        "gained": [row for row in told if row.then_fen and not row.now_fen],
        "lost": [row for row in told if row.now_fen and not row.then_fen],
        "columns": _SUMS,
        "sums": _sums(told, definition_of(found.programme).programme, question),
        "crumbs": [
            Crumb(Text("批次", "Rounds"), reverse("rounds")),
            Crumb(code, reverse("round", args=[code])),
            Crumb(step_title(rank), reverse("ranking", args=[code, step])),
            Crumb(TITLE),
        ],
    }
    return render(request, "casework/what_if.html", context, status=422 if problems else 200)


def _fields(budget_fen: int) -> list[Field]:
    return [
        Field("line", "number", Text("预算线划在第几位之后", "The line below place"), hint=Text("空白则由预算决定", "empty: the budget draws it")),
        Field("budget", "money", Text("预算", "Budget"), hint=Text("空白为 {now}", "empty: {now}").filled(now=Money(budget_fen).said)),
        Field("percent", "number", Text("按申请金额的百分之几安排", "Percent of what is asked"), hint=Text("1至100，空白为100", "1 to 100; empty is 100")),
    ]  # fmt: skip


def _asked(sent: QueryDict, budget_fen: int, places: int) -> tuple[Asked, tuple[Problem, ...]]:
    """The terms asked for; what cannot be read is a problem, and the present terms stand in for it."""
    problems: list[Problem] = []

    def whole(name: str, least: int, most: int) -> int | None:
        typed = sent.get(name, "").strip()
        read = read_whole(typed, name) if typed else None
        if isinstance(read, int) and not least <= read <= most:
            said = Text("应为{least}至{most}的整数。", "A whole number from {least} to {most}.")
            read = Problem("what_if.range", said.filled(least=least, most=most), name, typed[:40])
        if isinstance(read, Problem):
            problems.append(read)
            return None
        return read

    line, percent = whole("line", 0, places), whole("percent", 1, 100)
    typed = sent.get("budget", "").strip()
    budget = read_money(typed, "budget") if typed else Money(budget_fen)
    if isinstance(budget, Money) and budget.fen < 0:
        budget = Problem("what_if.range", Text("预算不能是负数。", "A budget is not below zero."), "budget", typed[:40])
    if isinstance(budget, Problem):
        problems.append(budget)
        budget = Money(budget_fen)
    return Asked(line, budget.fen, percent or 100), tuple(problems)


def _base(
    found: Round, step: str, question: tuple[str, Question] | None, out: frozenset[str]
) -> tuple[list[Row], int, tuple[Problem, ...]]:
    """The ranking as it stands, or as it would be adopted now."""
    stands = Ranking.objects.filter(round=found, step=step).first()
    if stands is not None:
        kept, budget_fen = stands.lines, stands.budget_fen
    else:
        computed = services.preview_ranking(found, step)
        if isinstance(computed, Refusal):
            return [], found.budget_fen, computed.problems
        kept, budget_fen = [as_line(one) for one in computed.lines], found.budget_fen
    answer = f"memo__answers__{question[0]}__{question[1].field}" if question else "number"
    cases = Case.objects.filter(number__in=[one["number"] for one in kept])
    known = {row[0]: row[1:] for row in cases.values_list("number", "title", "host__name", "host__region_code", answer)}
    return [_row(one, known.get(one["number"], ("", "", "", "")), out) for one in kept], budget_fen, ()


def _row(one: dict[str, Any], known: Sequence[Any], out: frozenset[str]) -> Row:
    title, host, region, answer = known
    return Row(
        number=one["number"],
        href=case_href(one["number"]),
        title=title or one["number"],
        place=one["position"],
        asked_fen=one["asked_fen"],
        is_barred=one["why"] in ("eligible", "unknown"),
        now_fen=one["amount_fen"],
        region=f"{region[:4]}00" if region else "",
        host=host or "",
        answer=answer if isinstance(answer, str) else "",
        is_out=one["number"] in out,
    )


def _with(base: Sequence[Row], asked: Asked, *, is_shared: bool) -> list[Row]:
    grants = grants_at(
        [row.asked_fen for row in base],
        [row.is_barred for row in base],
        asked.budget_fen,
        line=asked.line,
        percent=asked.percent,
        is_shared=is_shared,
    )
    return [replace(row, then_fen=fen) for row, fen in zip(base, grants, strict=True)]


def grouped_by(programme: Programme) -> tuple[str, Question] | None:
    """The question by which applications are told apart: the first choice of the form one applies with."""
    for step in programme.steps:
        if isinstance(step, Apply):
            choices = [one for one in programme.form(step.form).fields if one.type == "choice"]
            return (str(step.form), choices[0]) if choices else None
    return None


def _sums(
    rows: Sequence[Row], programme: Programme, question: tuple[str, Question] | None
) -> list[tuple[Text, list[Sums]]]:
    """What each region, host and kind of topic gains or loses; only where something changes."""
    names = regions_said({row.region for row in rows if row.region})
    found = [
        (Text("按地区", "By region"), _by([(names.get(row.region, _NONE), row) for row in rows])),
        (Text("按申报单位", "By host"), _by([(row.host or _NONE, row) for row in rows])),
    ]
    if question:
        where = f"{question[0]}.{question[1].field}"
        told = [(value_said(programme, where, row.answer) if row.answer else _NONE, row) for row in rows]
        found.append((Text("按“{question}”", "By “{question}”").filled(question=question[1].title), _by(told)))
    return [(title, sums) for title, sums in found if sums]


def _by(told: Sequence[tuple[Text | str, Row]]) -> list[Sums]:
    groups: dict[Text | str, list[Row]] = {}
    for name, row in told:
        groups.setdefault(name, []).append(row)
    sums = [
        Sums(
            name,
            sum(bool(row.now_fen) for row in members),
            sum(bool(row.then_fen) for row in members),
            sum(row.now_fen for row in members),
            sum(row.then_fen for row in members),
        )
        for name, members in groups.items()
    ]
    changed = [one for one in sums if one.change_fen or one.now != one.then]
    return sorted(changed, key=lambda one: -abs(one.change_fen))
