"""A query is read strictly: what stands where, and every mistake with its place."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keguan.components.list_query import Part, Said, Words, help_lines, parts_of, understood
from keguan.components.list_spec import Choice, Column, Filter, Search
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem

STEP = Filter(
    "step",
    Text("环节", "Step"),
    lambda rows, value: rows,
    (Choice("screen", Text("形式审查", "Screening")), Choice("review", Text("评审", "Review"))),
    also=(Text("状态", "state"),),
)
END = Filter(
    "end",
    Text("办结", "End"),
    lambda rows, value: rows,
    (Choice("withdrawn", Text("已撤回", "Withdrawn")), Choice("review", Text("评审", "Review"))),
)
HOST = Filter("host", Text("申报单位", "Host"), lambda rows, value: rows)
ASKED = Column(
    "asked", Text("申请金额", "Asked"), lambda row: row, "money", sort=("asked_fen",), also=(Text("金额", "amount"),)
)
DUE = Column("due", Text("截止", "Due"), lambda row: row, "deadline", sort=("due_at",))
NAME = Column("name", Text("名称", "Name"), lambda row: row, sort=("name",))
WORDS = Words(
    [(one, one.offered()) for one in (STEP, END, HOST)],
    (ASKED, DUE, NAME),
    Search(Text("名称", "name"), lambda rows, text: rows),
)


def meaning(typed: str, words: Words = WORDS) -> list[str]:
    query = understood(typed, words)
    assert query.problems == ()
    return [one.zh for one in query.meaning]


def problem(typed: str, words: Words = WORDS) -> Problem:
    query = understood(typed, words)
    assert query.conditions == (), "a query with a mistake narrows nothing"
    (found,) = query.problems
    assert found.where == "find"
    assert found.fix is not None
    return found


def test_parts_stand_apart_by_spaces_and_signs_may_be_those_of_a_chinese_keyboard() -> None:
    assert list(parts_of("状态：形式审查　金额＞５０万 -“两 个：字”")) == [
        Part(1, False, "状态", ":", (Said("形式审查", 4),)),
        Part(9, False, "金额", ">", (Said("50万", 12),)),
        Part(16, True, "", "", (Said("两 个：字", 17, True),)),
    ]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("状态:形式审查", ["环节：形式审查"]),
        ("STEP:screening", ["环节：形式审查"]),
        ("状态:形式", ["环节：形式审查"]),
        ("step:screen,review", ["环节：形式审查、评审"]),
        ("金额>50万", ["申请金额 > 50 万元"]),
        ("asked<=1,", None),
        ("截止>=2026-04-01", ["截止 ≥ 2026-04-01"]),
        ('申报单位:"天河大学"', ["申报单位：天河大学"]),
        ("-已撤回", ["不含（办结：已撤回）"]),
        ('-"已撤回"', ["不含（名称含“已撤回”）"]),
        ("大豆 -小麦", ["名称含“大豆”", "不含（名称含“小麦”）"]),
        ("", []),
    ],
)
def test_a_query_says_how_it_was_understood(typed: str, said: list[str] | None) -> None:
    if said is None:
        assert understood(typed, WORDS).problems
    else:
        assert meaning(typed) == said


@pytest.mark.parametrize(
    ("typed", "code", "place", "way_out"),
    [
        ("大豆 金饿>50万", "query.name", "第 4 个字", "申请金额"),
        ("环节:型式审查", "query.value", "第 4 个字", "形式审查"),
        ("评审", "query.ambiguous", "第 1 个字", "环节:评审"),
        ("申报单位>天河", "query.no_order", "第 1 个字", "申报单位:值"),
        ("名称:大豆", "query.name", "第 1 个字", "引号"),
        ("环节:", "query.no_value", "第 3 个字", "环节:值"),
        ('大豆 "没关上', "query.quote", "第 4 个字", "引号"),
        ("金额>五十", "money.unreadable", "第 4 个字", ""),
        ("金额>1,250", "query.one_value", "第 6 个字", "逗号"),
        ("截止<昨天", "typed.day", "第 4 个字", "2026-11-22"),
        ("大豆 环节:评审 ， ", "query.no_value", "第 10 个字", "环节:评审 ,值"),
        ("大豆 : 小麦", "query.name", "第 1 个字", "引号"),
        ("> 5", "query.sign", "第 1 个字", "引号"),
        ("-", "query.sign", "第 1 个字", ""),
        ("大豆 " * 21, "query.too_many", "", ""),
        ("长" * 501, "query.too_long", "", ""),
    ],
)
def test_every_mistake_is_told_with_its_place_and_the_way_out(typed: str, code: str, place: str, way_out: str) -> None:
    query = understood(typed, WORDS)
    assert query.conditions == ()
    found = query.problems[0]
    assert (found.code, found.where) == (code, "find")
    assert place in found.say.zh
    assert found.fix is not None
    assert way_out in found.fix.zh


def test_all_mistakes_come_at_once() -> None:
    assert [one.code for one in understood('金饿>5 环节:错 "没关上', WORDS).problems] == [
        "query.quote",
        "query.name",
        "query.value",
    ]


def test_a_list_without_search_says_so_for_a_bare_word() -> None:
    assert problem("大豆", Words(WORDS.filters, WORDS.columns, None)).code == "query.no_search"


def test_the_help_names_every_filter_and_comparable_column_with_an_example_that_is_understood() -> None:
    lines = help_lines(WORDS)
    assert [line.names.zh for line in lines] == [
        "环节（状态、step）",
        "办结（end）",
        "申报单位（host）",
        "申请金额（金额、asked）",
        "截止（due）",
    ]
    assert [line.names.en for line in lines] == ["Step (state)", "End", "Host", "Asked (amount)", "Due"]
    for line in lines:
        for example in (line.example.zh, line.example.en):
            assert meaning(example), example
        assert not re.search("[一-鿿]", line.names.en + line.example.en), "English help is English"


@given(
    st.sampled_from((":", "=", "<", ">", "<=", ">=", "≤", "≥", "：", "＝", "＜", "＞")),
    st.sampled_from((("due", "today"), ("金额", "50万"), ("-截止", "2026-04-01"), ("asked", "5,6"))),
    st.tuples(*[st.text(" \t\u3000\xa0", max_size=3)] * 4),
)
def test_blanks_around_a_sign_or_a_comma_change_nothing(
    sign: str, sides: tuple[str, str], blanks: tuple[str, ...]
) -> None:
    name, value = sides
    before, after, left, right = blanks
    close = understood(f"大豆 {name}{sign}{value} 小麦", WORDS)
    apart = understood(f"大豆 {name}{before}{sign}{after}{value.replace(',', f'{left},{right}')} 小麦", WORDS)
    assert apart.meaning == close.meaning
    assert [one.code for one in apart.problems] == [one.code for one in close.problems]


def test_words_apart_are_words_apart() -> None:
    assert meaning("due 金额 today") == ["名称含“due”", "名称含“金额”", "名称含“today”"]
    assert meaning('大豆 "<" 小麦') == ["名称含“大豆”", "名称含“<”", "名称含“小麦”"]


@given(st.text(alphabet='环节状态金额:：><=≥,，"“”- \t-今天+7screen万1评审()', max_size=40) | st.text(max_size=60))
def test_nothing_that_can_be_typed_breaks_it(typed: str) -> None:
    query = understood(typed, WORDS)
    assert not (query.problems and query.conditions)
    assert bool(query.problems or query.meaning) == bool(query.typed)
