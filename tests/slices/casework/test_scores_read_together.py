"""What every combination, and leaving out each reviewer, does to the award line, against sums made here another way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from random import Random
from statistics import fmean, median

import pytest
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from tests import make
from tests.make import cases
from tests.slices.casework.page_cast import signed_in

from keguan.casework.models import Case, Memo, Round, Seat, SeatHolder
from keguan.casework.rounds import scores_told
from keguan.casework.rounds.score_reading import Read, read_scores
from keguan.kernel.clock import clock_at
from keguan.language.prose import COMBINED
from keguan.language.schema import Rank
from keguan.registers.experts.models import Expert

pytestmark = pytest.mark.django_db
CAME_IN = datetime(2026, 3, 10, tzinfo=UTC)
ASKED, BUDGET, FLOOR = 60_000_000, 190_000_000, 70
"""Each case asks 600 000 yuan, and the budget is enough for three; below the floor nothing is granted."""


@dataclass
class Scored:
    """A round that waits to be ranked. totals: by case number, then by expert."""

    of_round: Round
    totals: dict[str, dict[int, int]]
    experts: list[Expert]

    def read(self) -> Read:
        step = cases.definition().programme.step("rank")
        assert isinstance(step, Rank)
        found = read_scores(self.of_round, step)
        assert found is not None
        return found


def scored(seed: int) -> Scored:
    """Eight cases close to one another, each by five of nine reviewers, some of whom are strict or generous."""
    random = Random(seed)
    of_round = cases.bare_round(cases.version(), budget_fen=BUDGET, quota=9)
    experts = [make.expert() for _ in range(9)]
    leaning = {one.pk: random.choice([-14, -5, 0, 0, 5, 14]) for one in experts}
    totals: dict[str, dict[int, int]] = {}
    for place in range(1, 9):
        panel = random.sample(experts, 5)
        given = {one.pk: max(0, min(100, 76 + random.randint(-9, 9) + leaning[one.pk])) for one in panel}
        case = cases.bare_case(
            of_round, title=f"第{place}件之题目", step="rank", step_kind="rank", submitted_at=CAME_IN + timedelta(hours=place)
        )  # fmt: skip
        done = {"entered": CAME_IN.isoformat(), "due": None, "attempt": 1, "outcome": "reviewed", "closed": CAME_IN.isoformat()}  # fmt: skip
        score = round(trimmed(list(given.values())) * 100)
        state = {
            "step": "rank",
            "end": "",
            "steps": {
                "recommend": {**done, "outcome": "endorsed", "memo": {"rank": place}},
                "review": {**done, "memo": {"score": score}},
                "rank": {**done, "outcome": "", "closed": None, "memo": {}},
            },
            "sides": {},
            "hands": {},
        }
        Memo.objects.filter(case=case).update(state=state, answers={"proposal": {"asked": ASKED}})
        for number, one in enumerate(panel, start=1):
            cases.bare_seat(case, one, number=number, state="final", total=given[one.pk], comment="尚可。")
        totals[case.number] = given
    return Scored(of_round, totals, experts)


# ------------------------------------------------------------------------------------------- the oracle, in floats


def trimmed(given: list[int]) -> float:
    return fmean(given) if len(given) < 5 else (sum(given) - max(given) - min(given)) / (len(given) - 2)


def places(totals: Mapping[str, Mapping[int, int]]) -> dict[str, float | None]:
    """Where each reviewer puts each of their cases, from 100 down to 0: counted pair by pair."""
    found: dict[str, list[float]] = {number: [] for number in totals}
    for expert in {one for given in totals.values() for one in given}:
        mine = [number for number in totals if expert in totals[number]]
        for number in mine:
            others = [one for one in mine if one != number]
            wins = [
                (totals[number][expert] > totals[one][expert]) + 0.5 * (totals[number][expert] == totals[one][expert])
                for one in others
            ]
            if others:
                found[number].append(100 * fmean(wins))
    return {number: fmean(given) if given else None for number, given in found.items()}


def scores_under(totals: Mapping[str, Mapping[int, int]], how: str) -> dict[str, float | None]:
    if how == "rank_based":
        return places(totals)
    way = {"mean": fmean, "median": median, "trimmed_mean": trimmed}[how]
    return {number: float(way(list(given.values()))) if given else None for number, given in totals.items()}


def within_by_place(totals: Mapping[str, Mapping[int, int]]) -> set[str]:
    """The same number of places, for whoever reaches the floor in points, in the order of their mean places."""
    points, place = scores_under(totals, "trimmed_mean"), places(totals)
    able = [one for one in totals if (points[one] or 0) >= FLOOR]
    order = sorted(able, key=lambda one: -1 if place[one] is None else place[one], reverse=True)
    return set(order[: BUDGET // ASKED])


def within(score_of: Mapping[str, float | None]) -> set[str]:
    """Best first, at a tie whom the authority put first; each takes what it asks until one does not fit."""
    order = list(score_of)  # cases were made in the order of their recommendation
    rounded = {number: int(value * 100 + 0.5 + 1e-9) / 100 for number, value in score_of.items() if value is not None}
    best = sorted((one for one in rounded if rounded[one] >= FLOOR), key=lambda one: (-rounded[one], order.index(one)))
    return set(best[: BUDGET // ASKED])


@pytest.mark.parametrize("seed", range(6))
def test_each_combination_and_each_reviewer_left_out_moves_the_line_as_sums_made_another_way(seed: int) -> None:
    world = scored(seed)
    read = world.read()
    now = within(scores_under(world.totals, "trimmed_mean"))
    assert {one.number for one in read.official.lines if one.within} == now
    moved = 0
    for how in ("mean", "median", "rank_based"):
        then = within_by_place(world.totals) if how == "rank_based" else within(scores_under(world.totals, how))
        found = read.under(how)
        if how == "rank_based":
            assert len(found.gained) == len(found.lost), "a mean place is no score: the line takes as many as before"
        assert (set(found.gained), set(found.lost)) == (then - now, now - then), how
        moved += len(then ^ now)
    each = read.each_left_out()
    for expert in [one for one in world.experts if one.pk in each]:
        left = {number: {pk: total for pk, total in given.items() if pk != expert.pk} for number, given in world.totals.items()}  # fmt: skip
        then = within(scores_under(left, "trimmed_mean"))
        found = each[expert.pk]
        assert (set(found.gained), set(found.lost)) == (then - now, now - then), expert.pk
        moved += len(then ^ now)
    assert moved, "a round in which nothing moves shows nothing"


def rows_of(page: str, title: str) -> list[list[str]]:
    """The cells of the table below a heading."""
    table = page.split(title, 1)[1].split("<tbody>", 1)[1].split("</tbody>", 1)[0]
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S) for row in table.split("<tr")[1:]]
    return [[unescape(re.sub(r"<[^>]+>", "", one)).strip() for one in row] for row in cells]


def _movers(world: Scored) -> dict[str, set[int]]:
    """By case, without whom it would move."""
    now = within(scores_under(world.totals, "trimmed_mean"))
    found: dict[str, set[int]] = {}
    for expert in world.experts:
        left = {
            number: {pk: total for pk, total in given.items() if pk != expert.pk}
            for number, given in world.totals.items()
        }
        for number in within(scores_under(left, "trimmed_mean")) ^ now:
            found.setdefault(number, set()).add(expert.pk)
    return found


def _fragile(world: Scored) -> dict[str, int]:
    return {number: len(moved) for number, moved in _movers(world).items()}


def test_beyond_the_work_that_is_allowed_who_scored_most_is_left_out_first_and_the_rest_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = scored(1)
    read = world.read()
    counted = {one.pk: sum(one.pk in given for given in world.totals.values()) for one in world.experts}
    some = read.each_left_out(most_work=3 * len(world.totals))
    assert len(some) == 3
    assert min(counted[one] for one in some) >= max(n for one, n in counted.items() if one not in some)
    assert some == {one: read.each_left_out()[one] for one in some}
    officer = make.person()
    make.duty("officer", officer)
    monkeypatch.setattr(Read.each_left_out, "__defaults__", (3 * len(world.totals),))
    page = signed_in(officer).get(reverse("score_reading", args=[world.of_round.code, "rank"])).content.decode()
    rest = sum(n > 0 for n in counted.values()) - 3
    assert "逐一去掉 3 名专家" in page
    assert f"其余 {rest} 名未试算" in page
    assert [row[3] for row in rows_of(page, "逐一去掉每位专家")].count("未试算") == rest


def test_the_page_says_so_with_reviewers_by_sign_for_who_may_know_them_and_without_for_the_committee() -> None:
    world = scored(1)
    title = dict(Case.objects.values_list("number", "title"))
    now = within(scores_under(world.totals, "trimmed_mean"))
    officer, committee = make.person(), make.person()
    make.duty("officer", officer)
    make.duty("committee", committee)
    address = reverse("score_reading", args=[world.of_round.code, "rank"])
    page = signed_in(officer).get(address).content.decode()
    told = {row[0]: row[1:] for row in rows_of(page, "换一种合成方法")}
    for how in ("mean", "median", "rank_based"):
        then = within_by_place(world.totals) if how == "rank_based" else within(scores_under(world.totals, how))
        expected = ["；".join(title[one] for one in sorted(moved)) or "—" for moved in (then - now, now - then)]
        assert told[COMBINED[how].zh] == expected, how
    signs = rows_of(page, "逐一去掉每位专家")
    counted = sorted(sum(one.pk in given for given in world.totals.values()) for one in world.experts)
    assert sorted(int(row[1]) for row in signs) == [one for one in counted if one]
    assert not [one for one in world.experts if one.person.name in page]
    seen = signed_in(committee).get(address).content.decode()
    assert "换一种合成方法" in seen
    assert "逐一去掉每位专家" not in seen, "a sign over all cases would make a person of it"
    then = _fragile(world)
    rows = {row[0]: row[1:] for row in rows_of(seen, "预算线有多稳")}
    assert rows == {title[number]: ["预算线内" if number in now else "预算线外", str(n)] for number, n in then.items()}
    movers = sum(any(one.pk in moved for moved in _movers(world).values()) for one in world.experts)
    tried = sum(any(one.pk in given for given in world.totals.values()) for one in world.experts)
    assert f"逐一去掉 {tried} 名专家：其中 {movers} 名去掉后预算线移动，涉及 {len(then)} 件办件。" in seen
    own = next(iter(then))
    Case.objects.filter(number=own).update(principal=committee)
    mine = signed_in(committee).get(address).content.decode()
    assert title[own] not in {row[0] for row in rows_of(mine, "预算线有多稳")}, "nobody reads on their own case"
    assert signed_in(make.person()).get(address).status_code == 403


def test_groups_that_cannot_be_compared_are_neither_calibrated_nor_called_off() -> None:
    world = scored(3)
    numbers = list(world.totals)
    pairs = {number: world.experts[:2] if at < 4 else world.experts[2:4] for at, number in enumerate(numbers)}
    SeatHolder.objects.all().delete()
    Seat.objects.all().delete()
    given = iter([70, 84, 84, 70, 71, 83, 90, 60] * 2)
    for number, pair in pairs.items():
        case = Case.objects.get(number=number)
        for at, one in enumerate(pair, start=1):
            cases.bare_seat(case, one, number=at, state="final", total=next(given), comment="尚可。")
    officer = make.person()
    make.duty("officer", officer)
    page = signed_in(officer).get(reverse("score_reading", args=[world.of_round.code, "rank"])).content.decode()
    assert "分成 2 组" in page
    assert "不判断哪一个评分偏离" in page
    assert {tuple(row[2:4]) for row in rows_of(page, "各办件")} == {("—", "—")}


def test_one_reviewer_alone_on_every_panel_left_out_leaves_no_score_and_nothing_within() -> None:
    world = scored(2)
    for number in world.totals:
        keep = next(iter(world.totals[number]))
        Case.objects.get(number=number).seats.exclude(holder__expert=keep).update(state="declined")
    each = world.read().each_left_out()
    for expert in world.experts:
        if expert.pk not in each:
            continue
        found = each[expert.pk]
        only_theirs = {number for number, given in world.totals.items() if next(iter(given)) == expert.pk}
        assert not set(found.gained) & only_theirs, "a case without a score is not granted anything"


def test_long_tables_of_it_are_turned_each_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scores_told, "ROWS", 3)
    world = scored(1)
    officer = make.person()
    make.duty("officer", officer)
    address, client = reverse("score_reading", args=[world.of_round.code, "rank"]), signed_in(officer)
    pages = [client.get(address, {"page": at, "reviewers": "2"}).content.decode() for at in (1, 2, 3)]
    titles = [row[0] for page in pages for row in rows_of(page, "各办件")]
    assert sorted(titles) == sorted(Case.objects.values_list("title", flat=True))
    assert [row[0] for row in rows_of(pages[2], "逐一去掉每位专家")] == ["专家4", "专家5", "专家6"]
    assert "reviewers=3" in pages[2]
    assert "page=3&amp;reviewers=3#reviewers" in pages[2], "one turns one table, and stays where one is in the other"
    moves = [rows_of(page, "换一种合成方法") for page in pages]
    assert moves[0] == moves[1] == moves[2], "the line is of all cases, whichever page is read"


def test_scores_of_a_large_round_are_read_by_a_job_and_told_as_of_when(monkeypatch: pytest.MonkeyPatch) -> None:
    world = scored(1)
    officer = make.person()
    make.duty("officer", officer)
    address, client = reverse("score_reading", args=[world.of_round.code, "rank"]), signed_in(officer)
    at_once = client.get(address).content.decode()
    monkeypatch.setattr(scores_told, "AT_ONCE", 5)
    with clock_at(CAME_IN):
        for _ in range(2):
            assert "正在后台分析" in client.get(address).content.decode()
        job = ProcrastinateJob.objects.get(task_name=scores_told.JOB)
        scores_told.make(job.args["of_round"], job.args["step"])
        kept = client.get(address).content.decode()
    for title in ("换一种合成方法", "各办件", "逐一去掉每位专家"):
        assert rows_of(kept, title) == rows_of(at_once, title)
    assert "按 2026" in kept
    Seat.objects.filter(case__number=next(iter(world.totals))).update(total=1, changed_at=CAME_IN + timedelta(days=9))
    with clock_at(CAME_IN + timedelta(minutes=11)):
        assert rows_of(client.get(address).content.decode(), "各办件") == rows_of(kept, "各办件"), (
            "until it is read anew"
        )
        assert ProcrastinateJob.objects.filter(task_name=scores_told.JOB, status="todo").exists()
        scores_told.make(job.args["of_round"], job.args["step"])
        assert rows_of(client.get(address).content.decode(), "各办件") != rows_of(kept, "各办件")
