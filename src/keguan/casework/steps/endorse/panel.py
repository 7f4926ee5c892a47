"""The endorsing body's desk: rules that need it, a rank, an opinion, and the places to correct."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from keguan.casework.office_checks import keeps_checks, office_at
from keguan.casework.situation.office_desk import OfficeDesk, office_desk
from keguan.casework.steps.opinion import opinion, place_boxes
from keguan.casework.steps.scene import Scene
from keguan.casework.steps.verdict_rows import rows_to_answer
from keguan.components.fields import Field
from keguan.engine.steps.endorse import quota_of
from keguan.kernel.bilingual import Text
from keguan.language.schema import Endorse

_RANK = Text("推荐排序", "Rank")
_OPINION = Text("审核意见", "Opinion")
_OWED = Text("退回或不予推荐时必填，申报人会看到。", "Owed for a return or a refusal; the applicant reads it.")


def panel(scene: Scene) -> dict[str, Any]:
    """What the body may say now; for everybody else, that it is its turn."""
    step = scene.step
    if not scene.verbs or not isinstance(step, Endorse):
        return {}
    quota = quota_of(scene.situation, step)
    taken = sorted(scene.situation.facts.get("ranks_taken") or ())
    hint = Text("{bounds}，不与您推荐的其他申报重复。已用：{taken}", "{bounds}, not given twice. Taken: {taken}")
    bounds = Text("从1开始的整数", "A whole number from 1")
    if quota is not None:
        bounds = Text("1至{quota}的整数", "A whole number from 1 to {quota}").filled(quota=quota)
    office = office_at(scene.case)
    sits = office is not None and keeps_checks(scene.actor, office)
    desk = office_desk(scene.case, office) if office is not None and sits else OfficeDesk()
    none = Text("无", "none")
    return {
        "verdicts": rows_to_answer(scene, step.rules),
        "quota": quota,
        "used": scene.situation.facts.get("authority.endorsed_in_round"),
        "rank": _rank(scene, step, desk, hint.filled(bounds=bounds, taken=", ".join(map(str, taken)) or none), taken)
        if step.ranked
        else None,
        "opinion": opinion(scene, _OPINION, _OWED),
        "places": place_boxes(scene),
        "checks": desk.checks,
        "checks_href": reverse("office_checks", args=[scene.case.round.code, office])
        if scene.case.round and desk.checks
        else "",
    }


def _rank(scene: Scene, step: Endorse, desk: OfficeDesk, hint: Text, taken: list[int]) -> Field:
    """The rank, as the kept order of the desk has it within the quota, until something else is typed."""
    ordered, quota = desk.rank_of(scene.case, taken), quota_of(scene.situation, step)
    if ordered is not None and quota is not None and ordered > quota:
        ordered = None
    field = Field("rank", "number", _RANK, value="" if ordered is None else str(ordered), required=True, hint=hint)
    return scene.asked(field)
