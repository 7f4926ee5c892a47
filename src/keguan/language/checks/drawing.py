"""Draws of reviewers: strata that fill the panel, that somebody stands in, and that the form tells apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.checks.ground import Ground, found, twice
from keguan.language.schema import Draw, Review

_CODE = re.compile(r"\d{3}(\d{2}){0,2}")


def check_drawing(ground: Ground) -> Iterator[Problem]:
    """All questions about draws."""
    for step in ground.programme.steps:
        if isinstance(step, Review) and step.panel.draw is not None:
            yield from _draw(ground, step.panel.draw, step.panel.size)


def _draw(ground: Ground, draw: Draw, size: int) -> Iterator[Problem]:
    seats = sum(one.seats for one in draw.strata)
    if seats != size or any(one.seats < 1 for one in draw.strata):
        say = Text("各层席位之和为{seats}，评审组为{size}席", "The strata have {seats} seats, the panel {size}")
        yield found("draw_seats", say.filled(seats=seats, size=size), draw.place, value=str(seats))
    for name in twice(str(one.stratum) for one in draw.strata):
        yield found("draw_twice", Text("分层重名", "Two strata of one name"), draw.place, value=name)
    for number, one in enumerate(draw.strata):
        if any(set(before.where) <= set(one.where) for before in draw.strata[:number]):
            say = Text(
                "“{title}”层没有人：都已归入前面的层", "Nobody is left for “{title}”: earlier strata take them all"
            )
            yield found("draw_empty", say.filled(title=one.title), draw.place, value=str(one.stratum))
    if draw.reserves < 1 or draw.load < 1 or draw.rest_days < 0 or draw.yearly < 0:
        say = Text(
            "备选和承接上限至少为1，间隔和年度上限不为负",
            "Reserves and load are at least 1, rest and yearly cap at least 0",
        )
        yield found("draw_numbers", say, draw.place)
    yield from _draw_field(ground, draw)


def _draw_field(ground: Ground, draw: Draw) -> Iterator[Problem]:
    wanted = any("same_field" in one.where for one in draw.strata)
    if wanted != bool(draw.field):
        say = Text("same_field 与 field 应同时写明", "same_field and `field` go together: give both or neither")
        yield found("draw_field", say, draw.place, value=draw.field)
        return
    if not wanted:
        return
    kind, field = ground.answer_type(draw.field), ground.field_of(draw.field)
    offered = {str(one.value) for one in field.choices} if field is not None else set()
    if kind not in ("choice", "choices", "text") or (
        kind != "text" and {str(one.value) for one in draw.disciplines} != offered
    ):
        say = Text(
            "“{field}”应是文本，或每个选项都在 disciplines 中写明学科的选择题",
            "“{field}” is a text, or a choice each of whose answers has its disciplines",
        )
        yield found("draw_field", say.filled(field=draw.field), draw.place, value=draw.field)
    for code in (code for one in draw.disciplines for code in one.codes):
        if not _CODE.fullmatch(code):
            say = Text("学科代码为3、5或7位数字", "A discipline has 3, 5 or 7 digits")
            yield found("draw_code", say, draw.place, value=code, source="GB/T 13745-2009")
