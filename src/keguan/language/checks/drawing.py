"""Draws of reviewers: strata that fill the panel, and that somebody stands in."""

from __future__ import annotations

from collections.abc import Iterator

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.checks.ground import Ground, found, twice
from keguan.language.schema import Draw, Review


def check_drawing(ground: Ground) -> Iterator[Problem]:
    """All questions about draws."""
    for step in ground.programme.steps:
        if isinstance(step, Review) and step.panel.draw is not None:
            yield from _draw(step.panel.draw, step.panel.size)


def _draw(draw: Draw, size: int) -> Iterator[Problem]:
    seats = sum(one.seats for one in draw.strata)
    if seats != size or any(one.seats < 1 for one in draw.strata):
        say = Text("各层席位之和为{seats}，评审组为{size}席", "Seats of the strata: {seats}; of the panel: {size}")
        yield found("draw_seats", say.filled(seats=seats, size=size), draw.place, value=str(seats))
    for name in twice(str(one.stratum) for one in draw.strata):
        yield found("draw_twice", Text("分层重名", "Two strata of one name"), draw.place, value=name)
    for number, one in enumerate(draw.strata):
        if any(set(before.where) <= set(one.where) for before in draw.strata[:number]):
            say = Text(
                "“{title}”层没有人：都已归入前面的层", "Nobody is left for “{title}”: earlier strata take them all"
            )
            yield found("draw_empty", say.filled(title=one.title), draw.place, value=str(one.stratum))
    if draw.reserves < 1 or draw.load < 1 or draw.yearly < 0:
        say = Text(
            "备选和承接上限至少为1，年度上限不为负",
            "Reserves and load are at least 1, the yearly cap at least 0",
        )
        yield found("draw_numbers", say, draw.place)
