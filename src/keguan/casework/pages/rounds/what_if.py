"""The budget line of a ranking moved, to see what is gained and lost. It asks and shows; it writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from numpy.typing import NDArray

from keguan.casework.models import Case
from keguan.casework.pages.case_words import case_href
from keguan.casework.pages.rounds.rankings import (
    OUT,
    READS_SCORES,
    reads_scores,
    round_and_step,
    sent_out_numbers,
)
from keguan.casework.rounds.orders import Groups, Order, Place, groups_of, order_of
from keguan.casework.versions import definition_of
from keguan.components.access import actor_on, page
from keguan.components.fields import Field
from keguan.components.lists import Column
from keguan.components.status import Crumb, Line
from keguan.components.turning import turn_to
from keguan.components.typed import read_money, read_whole
from keguan.engine.rounds import grants_at
from keguan.kernel.bilingual import Text
from keguan.kernel.money import Money
from keguan.kernel.problems import Problem
from keguan.language.schema import Apply, Programme, Rank
from keguan.language.schema import Field as Question
from keguan.language.wording import step_title, value_said
from keguan.registers.organisations.queries import regions_said

TITLE = Text("如果移动预算线", "If the budget line were moved")
_LEFT_OUT = Text(
    "以上合计和以下影响不含您须回避的办件。", "Sums and effects are without the cases that you must keep out of."
)
_NONE = Text("（未登记）", "(not recorded)")
_LEFT = Text("余额（负数为超出）", "Left (below zero: too much)")
_GAINED, _LOST = Text("增加 {n} 件", "Gained: {n}"), Text("失去 {n} 件", "Lost: {n}")


MOST_NAMED = 50
"""So many of those that gain or lose are named, and so many groups told; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Row:
    """One case of the ranking, with what it gets and what it would get. is_out: the reader was sent out for it, and reads
    neither which it is nor what it gets."""

    href: str
    title: str
    host: str
    place: int
    asked_fen: int
    now_fen: int
    then_fen: int
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
    order = order_of(found, rank)
    if order.too_early:
        order = replace(order, asked_fen=(), amount_fen=(), whys=())
    out = sent_out_numbers(actor, found)
    terms, problems = _asked(request.GET, order.budget_fen, order.cases)
    is_shared = rank.share == "pro_rata"
    then = grants_at(
        order.asked_fen,
        order.is_barred,
        terms.budget_fen,
        line=terms.line,
        percent=terms.percent,
        is_shared=is_shared,
    )
    places = Places(order, then, out)
    line = places.last
    here = reverse("what_if", args=[code, step])
    turn = turn_to(order.cases, request.GET, here)
    spent = places.sum_of(places.then)
    programme = definition_of(found.programme).programme
    changed = places.moved()
    context = {
        "round": found,
        "step": rank,
        "title": TITLE,
        "fields": [one.typed_in(request.GET).with_problems(problems) for one in _fields(order.budget_fen)],
        "problems": problems,
        "too_early": order.too_early,
        "rows": places.rows(turn.places),
        "turn": turn,
        "line": line,
        "is_shared": is_shared,
        "higher": turn.href(turn.page_of(line - 1), line=line - 1) if line > 0 else "",
        "lower": turn.href(turn.page_of(line + 1), line=line + 1) if line < order.cases else "",
        "lines": [
            Line(Text("预算", "Budget"), terms.budget_fen, "money"),
            Line(Text("现在安排", "Spent now"), places.sum_of(places.now), "money"),
            Line(Text("移动后安排", "Spent then"), spent, "money"),
            Line(_LEFT, terms.budget_fen - spent, "money")
            if not places.hidden
            else Line(Text("说明", "Note"), _LEFT_OUT),
        ],
        "out": OUT,
        "moved": [
            (said.filled(n=len(moved)), places.rows(moved[:MOST_NAMED]), max(0, len(moved) - MOST_NAMED))
            for said, moved in zip((_GAINED, _LOST), changed, strict=True)
        ],
        "columns": _SUMS,
        "sums": _sums(places, programme) if places.differs else [],
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


Amounts = NDArray[np.int64]


class Places:
    """All places of an order now and then, for one reader. hidden: the places of cases that the reader was sent out for."""

    def __init__(self, order: Order, then: Sequence[int], out: frozenset[str]) -> None:
        self.order = order
        self.now, self.then = np.asarray(order.amount_fen, np.int64), np.asarray(then, np.int64)
        self.hidden = {place for place, number in enumerate(order.numbers, start=1) if number in out} if out else set()
        self.seen = np.ones(len(self.then), bool)
        self.seen[[place - 1 for place in self.hidden]] = False

    def sum_of(self, amounts: Amounts) -> int:
        """What these come to together, as far as the reader may know."""
        return int(amounts[self.seen].sum())

    @property
    def last(self) -> int:
        """The place above the line as it would be; 0 where nothing is granted."""
        granted = np.flatnonzero(self.then)
        return int(granted[-1]) + 1 if granted.size else 0

    def moved(self) -> tuple[list[int], list[int]]:
        """The places that would get something and have nothing now, and the other way round."""
        has, gets = self.now > 0, self.then > 0
        gained, lost = np.flatnonzero(self.seen & gets & ~has), np.flatnonzero(self.seen & has & ~gets)
        return (gained + 1).tolist(), (lost + 1).tolist()

    @property
    def differs(self) -> bool:
        """Whether anything would change."""
        return not np.array_equal(self.now, self.then)

    def rows(self, which: Iterable[int]) -> list[Row]:
        """These places with title and host."""
        places = self.order.places(which)
        shown = [one.number for one in places if one.position not in self.hidden]
        rows = Case.objects.filter(number__in=shown).values_list("number", "title", "host__name")
        known = {number: (title, host) for number, title, host in rows} if shown else {}
        return [self._row(one, *known.get(one.number, ("", ""))) for one in places]

    def _row(self, one: Place, title: str, host: str | None) -> Row:
        if one.position in self.hidden:
            return Row("", "", "", one.position, 0, 0, 0, is_out=True)
        return Row(
            href=case_href(one.number),
            title=title or one.number,
            host=host or "",
            place=one.position,
            asked_fen=one.asked_fen,
            now_fen=one.amount_fen,
            then_fen=int(self.then[one.position - 1]),
        )


def grouped_by(programme: Programme) -> tuple[str, Question] | None:
    """The question by which applications are told apart: the first choice of the form one applies with."""
    for step in programme.steps:
        if isinstance(step, Apply):
            choices = [one for one in programme.form(step.form).fields if one.type == "choice"]
            return (str(step.form), choices[0]) if choices else None
    return None


def _sums(places: Places, programme: Programme) -> list[tuple[Text, list[Sums], int]]:
    """What each region, host and kind of topic gains or loses, those that change most, with how many more do; only where
    something changes."""
    question = grouped_by(programme)
    groups = groups_of(places.order, (question[0], str(question[1].field)) if question else None)
    by_kind = _by_kind(places, groups)
    names = regions_said({region for region, _, _ in groups.kinds if region})
    found = [
        (Text("按地区", "By region"), _by(0, by_kind, names)),
        (Text("按申报单位", "By host"), _by(1, by_kind, {})),
    ]
    if question:
        where = f"{question[0]}.{question[1].field}"
        said = {one: value_said(programme, where, one) for one in {answer for _, _, answer in groups.kinds} if one}
        title = Text("按“{question}”", "By “{question}”").filled(question=question[1].title)
        found.append((title, _by(2, by_kind, said)))
    return [(title, sums[:MOST_NAMED], max(0, len(sums) - MOST_NAMED)) for title, sums in found if sums]


_Kind = tuple[str, str, str]


def _by_kind(places: Places, groups: Groups) -> list[tuple[_Kind, list[int]]]:
    """Cases and amounts, now and then, of each combination of region, host and answer."""
    found = np.zeros((len(groups.kinds), 4), np.int64)
    columns = (places.now > 0, places.then > 0, places.now, places.then)
    np.add.at(found, np.asarray(groups.at)[places.seen], np.stack(columns, axis=1)[places.seen])
    return list(zip(groups.kinds, found.tolist(), strict=True))


def _by(which: int, by_kind: Iterable[tuple[_Kind, list[int]]], names: Mapping[str, Text]) -> list[Sums]:
    found: dict[str, list[int]] = {}
    for kind, sums in by_kind:
        if any(sums):
            known = found.get(kind[which], (0, 0, 0, 0))
            found[kind[which]] = [one + more for one, more in zip(known, sums, strict=True)]
    told = [Sums(names.get(name, name) if name else _NONE, *sums) for name, sums in found.items()]
    changed = [one for one in told if one.change_fen or one.now != one.then]
    return sorted(changed, key=lambda one: -abs(one.change_fen))
