"""What a panel asks of its experts beside recusals: bounds that can be kept, that do not contradict one another or a draw,
and a field whose answers name disciplines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.checks.ground import Ground, found
from keguan.language.schema import Panel, Review

BOUNDS = (
    "same_institution_most",
    "outside_unit_least",
    "outside_region_least",
    "same_field_least",
    "senior_least",
    "senior_most",
    "most_load",
    "least_load",
)
MOST_REST_DAYS = 3660
_CODE = re.compile(r"\d{3}(\d{2}){0,2}")
_FIX = Text("改为可行的数，或删去此项", "Give a number that can be kept, or leave it out")


def check_bounds(ground: Ground) -> Iterator[Problem]:
    """All questions about the bounds and the field of panels."""
    for step in ground.programme.steps:
        if isinstance(step, Review):
            yield from _numbers(step)
            yield from _contradictions(ground, step)
            yield from _field(ground, step)


def _numbers(step: Review) -> Iterator[Problem]:
    """Bounds that no panel of this size can keep."""
    panel = step.panel
    if not 0 <= panel.rest_days <= MOST_REST_DAYS:
        say = Text("轮换间隔应在0与{most}日之间", "Days of rest lie between 0 and {most}").filled(most=MOST_REST_DAYS)
        yield found("panel_bound", say, step.place, value=f"rest_days: {panel.rest_days}", fix=_FIX)
    for name in BOUNDS:
        number = getattr(panel, name)
        if number is None:
            continue
        value = f"{name}: {number}"
        if name.endswith("_load"):
            if number < 1:
                say = Text("每名专家的评审件数至少为1", "Panels per expert are at least 1")
                yield found("panel_bound", say, step.place, value=value, fix=_FIX)
        elif not (0 if name == "senior_most" else 1) <= number <= panel.size:
            say = Text("{name} 应在1与评审组人数{size}之间", "{name} lies between 1 and the {size} seats of the panel")
            yield found("panel_bound", say.filled(name=name, size=panel.size), step.place, value=value, fix=_FIX)


def _contradictions(ground: Ground, step: Review) -> Iterator[Problem]:
    """Bounds of which each can be kept, and not all at once."""
    panel = step.panel
    stated = [name for name in BOUNDS if getattr(panel, name) is not None]
    if panel.draw is not None and stated:
        say = Text(
            "公开抽取由分层和上限决定人选，{names} 不起作用",
            "A draw goes by its strata and limits; {names} would not hold",
        ).filled(names="、".join(stated))
        fix = Text(
            "写进 draw 的分层和上限，或删去 draw", "Say it in the strata and limits of the draw, or drop the draw"
        )
        yield found("panel_bound_drawn", say, step.place, value=", ".join(stated), fix=fix)
    for least, most in (("senior_least", "senior_most"), ("least_load", "most_load")):
        low, high = getattr(panel, least), getattr(panel, most)
        if low is not None and high is not None and low > high:
            say = Text("{least} 大于 {most}，不能同时满足", "{least} is more than {most}: both cannot hold")
            value = f"{least}: {low}, {most}: {high}"
            yield found("panel_bounds", say.filled(least=least, most=most), step.place, value=value, fix=_FIX)
    fields, each = _most_fields(ground, panel), panel.same_field_least or 0
    if fields * each > panel.size >= each:
        say = Text(
            "一份申报可以涉及{fields}个领域，每个领域{each}名专家，多于评审组的{size}席",
            "An application may name {fields} fields; with {each} of each these are more than the {size} seats",
        ).filled(fields=fields, each=each, size=panel.size)
        yield found("panel_bounds", say, step.place, value=f"same_field_least: {each}", fix=_FIX)


def _most_fields(ground: Ground, panel: Panel) -> int:
    """How many fields an application can name at most."""
    field = ground.field_of(panel.field) if panel.field else None
    if field is None or field.type != "choices":
        return 1
    return field.most or len(field.choices)


def _field(ground: Ground, step: Review) -> Iterator[Problem]:
    panel = step.panel
    in_strata = panel.draw is not None and any("same_field" in one.where for one in panel.draw.strata)
    if (in_strata or panel.same_field_least is not None) != bool(panel.field):
        say = Text(
            "same_field（或 same_field_least）与 field 应同时写明",
            "same_field (or same_field_least) and `field` go together: give both or neither",
        )
        yield found("panel_field", say, step.place, value=panel.field)
        return
    if not panel.field:
        return
    kind, field = ground.answer_type(panel.field), ground.field_of(panel.field)
    offered = {str(one.value) for one in field.choices} if field is not None else set()
    if kind not in ("choice", "choices", "text") or (
        kind != "text" and {str(one.value) for one in panel.disciplines} != offered
    ):
        say = Text(
            "“{field}”应是文本，或每个选项都在 disciplines 中写明学科的选择题",
            "“{field}” is a text, or a choice each of whose answers has its disciplines",
        )
        yield found("panel_field", say.filled(field=panel.field), step.place, value=panel.field)
    for code in (code for one in panel.disciplines for code in one.codes):
        if not _CODE.fullmatch(code):
            say = Text("学科代码为3、5或7位数字", "A discipline has 3, 5 or 7 digits")
            yield found("panel_code", say, step.place, value=code, source="GB/T 13745-2009")
