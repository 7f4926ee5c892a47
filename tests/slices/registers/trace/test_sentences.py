"""Events and changes as people read them."""

from __future__ import annotations

import pytest

from keguan.kernel.bilingual import Text
from keguan.registers.trace.changes import diff
from keguan.registers.trace.models import Event
from keguan.registers.trace.sentences import sentence, sentences, told


def _event(tag: str, **payload: object) -> Event:
    return Event(tag=tag, actor=7, outcome="done", payload=payload)


def test_a_registered_tag_is_told_with_name_and_values_in_both_languages() -> None:
    sentences({"test:paper:signed": Text("签署了“{title}”，{on}", "signed “{title}” on {on}")})
    said = told(_event("test:paper:signed", title="任务书", on={"$date": "2026-03-01"}), {7: "古丽"})
    assert said == Text("古丽签署了“任务书”，2026-03-01", "古丽 signed “任务书” on 2026-03-01")


def test_an_unknown_tag_is_told_by_its_words_and_never_guessed() -> None:
    said = told(_event("test:thing:done"))
    assert said == Text("人员7号执行 thing：done（完成）", "Person 7 did thing: done (done)")


def test_a_hidden_or_missing_value_is_an_ellipsis() -> None:
    sentences({"test:secret:told": Text("{name}，{gone}", "{name}, {gone}")})
    assert told(_event("test:secret:told", name={"commitment": "ab"}), {7: "A"}).en == "A …, …"


def test_a_tag_has_one_sentence() -> None:
    sentence("test:once:only")(lambda event: Text("一", "one"))
    with pytest.raises(ValueError, match="test:once:only"):
        sentence("test:once:only")(lambda event: Text("二", "two"))


def test_a_status_change_seen_by_the_database_reads_as_one() -> None:
    said = told(
        Event(
            tag="db:case:status",
            actor=None,
            outcome="done",
            payload={"key": "65KRD1", "before": "draft", "after": "submitted"},
        )
    )
    assert said.zh == "系统使 case“65KRD1”的 status 由“draft”变为“submitted”"


@pytest.mark.parametrize(
    ("tag", "before", "after", "zh", "en"),
    [
        ("db:round:status", "draft", "published",
         "系统将批次“A-1”的状态由“草稿”改为“已发布”", "The system moved the state of the round A-1 from “Draft” to “Published”"),
        ("db:round:closes", "2026-03-31 10:00:00+00", "2026-04-10 10:00:00+00",
         "系统将批次“A-1”的截止时间由“2026-03-31 18:00”改为“2026-04-10 18:00”",
         "The system moved the closing time of the round A-1 from “2026-03-31 18:00” to “2026-04-10 18:00”"),
        ("db:case:step", None, "apply",
         "系统登记办件“A-1”，环节为“申报”", "The system entered the case A-1: its step is “Application”"),
        ("db:seat:state", "invited", None,
         "系统删去一个评审席位，状态原为“待接受”", "The system removed a seat on a panel: its state was “Invited”"),
    ],
)  # fmt: skip
def test_what_a_table_saw_of_a_column_is_told_in_words(
    tag: str, before: str | None, after: str | None, zh: str, en: str
) -> None:
    event = Event(tag=tag, actor=None, outcome="done", payload={"key": "A-1", "before": before, "after": after})
    assert told(event) == Text(zh, en)


def test_a_diff_names_each_place_that_changed_and_no_other() -> None:
    before = {"title": "甲", "budget": {"equipment": 3, "labour": 1}, "members": ["古丽", "王敏"], "gone": "x"}
    after = {"title": "甲", "budget": {"equipment": 4, "labour": 1}, "members": ["古丽"], "new": 0}
    assert [change.said.zh for change in diff(before, after)] == [
        "budget.equipment：“3”改为“4”",
        "members[2]：清除（原为“王敏”）",
        "gone：清除（原为“x”）",
        "new：填写“0”",
    ]


def test_nothing_changed_is_no_line() -> None:
    assert diff({"a": [1, {"b": None}]}, {"a": [1, {"b": ""}]}) == []
    assert diff(None, None) == []
