"""Values as a reader reads them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.template import Context, Template, TemplateSyntaxError

from keguan.components.reader import reading_in
from keguan.components.status import Status
from keguan.components.templatetags.parts import found
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem


def show(source: str, language: str = "zh", **values: object) -> str:
    with reading_in(language):
        return Template("{% load say parts %}" + source).render(Context(values))


@pytest.mark.parametrize(
    ("fen", "zh", "en"),
    [
        (12_500_000, "12.5 万元", "CNY 125,000"),
        (0, "0 万元", "CNY 0"),
        (1, "0.000001 万元", "CNY 0.01"),
        (-150_000_000, "-150 万元", "CNY -1,500,000"),
        (123_456_789_000_000, "123,456,789 万元", "CNY 1,234,567,890,000"),
        (None, "", ""),
    ],
)
def test_money_is_exact_in_both_languages(fen: int | None, zh: str, en: str) -> None:
    assert show("{{ fen|money }}", fen=fen) == zh
    assert show("{{ fen|money }}", "en", fen=fen) == en


def test_moments_are_told_in_beijing_time() -> None:
    late = dt.datetime(2026, 11, 22, 17, 55, tzinfo=dt.UTC)
    assert show("{{ t|moment }} {{ t|day }}", t=late) == "2026-11-23 01:55 2026-11-23"


def test_what_ends_with_a_day_ends_at_its_midnight_by_name() -> None:
    beijing = dt.timezone(dt.timedelta(hours=8))
    midnight = dt.datetime(2026, 3, 1, tzinfo=beijing)
    assert show("{{ t|deadline }}", t=midnight) == "2026-02-28 24:00"
    assert show("{{ t|deadline }}", t=midnight + dt.timedelta(minutes=1)) == "2026-03-01 00:01"
    assert show("{{ t|deadline }}", t=midnight.astimezone(dt.UTC)) == "2026-02-28 24:00"
    assert show("{{ t|deadline }}", t=None) == ""


def test_a_moment_without_a_time_zone_is_a_bug() -> None:
    with pytest.raises(ValueError, match="time zone"):
        show("{{ t|moment }}", t=dt.datetime(2026, 1, 1))  # noqa: DTZ001


def test_say_speaks_the_readers_language_and_escapes_values_but_not_its_own_words() -> None:
    source = '{% say "共 <b>{n}</b> 项" "<b>{n}</b> in all" n=n %}'
    assert show(source, n="<3>") == "共 <b>&lt;3&gt;</b> 项"
    assert show(source, "en", n=Text("三", "three")) == "<b>three</b> in all"


def test_say_can_be_kept_for_later() -> None:
    assert show('{% say "是" "yes" as word %}[{{ word }}]', "en") == "[yes]"


@pytest.mark.parametrize("source", ['{% say "中文" %}', "{% say a b %}", '{% say "中" "en" extra %}'])
def test_say_without_both_languages_is_refused_when_the_page_is_read(source: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        show(source)


def test_a_status_is_a_word_with_a_tone_and_is_escaped() -> None:
    assert (
        show("{{ s|status }}", s=Status(Text("<在办>", "Open"), "info"))
        == '<span class="status status-info">&lt;在办&gt;</span>'
    )


@pytest.mark.parametrize(
    ("problem", "shown"),
    [
        (Problem("a.b", Text("错", "wrong"), "round.closes", "2026-11-01T18:00:00+08:00"), "所填 2026-11-01 18:00"),
        (Problem("a.b", Text("错", "wrong"), "", "2026-11-01T10:00:00+00:00"), "时间 2026-11-01 18:00"),
        (Problem("a.b", Text("错", "wrong"), "form.price", "0.85"), "所填 0.85"),
        (Problem("a.b", Text("错", "wrong"), "", "authority"), ""),
    ],
)
def test_what_was_found_is_told_where_somebody_typed_it_and_times_as_people_write_them(
    problem: Problem, shown: str
) -> None:
    line = found(problem)
    assert (f"{line.label.zh} {line.value}" if line else "") == shown
