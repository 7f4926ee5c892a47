"""What becomes of cases when their host, or the authority that recommends them, goes into another organisation."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef

from keguan.casework.models import Case, OfficeItem, RecommendationOrder, Task
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.registers.organisations.merging import Passing, passes_on


@passes_on(
    *("hosted_cases", "recommended_cases"),
    *("casework.task.organisation", "casework.officeitem.organisation", "casework.recommendationorder.authority"),
)
def cases_pass(passing: Passing) -> None:
    """Running cases, with what is to be done on them, go on at the successor; ended ones stay. What was handed in stays as it
    was handed in."""
    running = Case.objects.filter(end="")
    taken = running.filter(
        round=OuterRef("round"), authority=passing.into, recommended_rank=OuterRef("recommended_rank")
    )
    twice = running.filter(authority=passing.gone, recommended_rank__isnull=False).filter(Exists(taken))
    if clash := twice.order_by("number").values_list("number", flat=True).first():
        said = Text(
            "两个推荐单位在同一批次给出了相同的推荐排序（如 {number}）。",
            "Both authorities gave the same rank in one round ({number}, say).",
        ).filled(number=clash)
        fix = Text("请待该批次排序完成后再办理合并。", "Merge them once that round is ranked and decided.")
        passing.problems.append(Problem("merge.ranks", said, "gone", fix=fix))
        return
    concerned = running.filter(host=passing.gone) | running.filter(authority=passing.gone)
    concerned.update(revision=F("revision") + 1, changed_at=clock.now())
    passing.point(running, "host")
    passing.point(running, "authority")
    passing.point(Task.objects.all(), "organisation")
    passing.point(OfficeItem.objects.filter(dropped_at=None), "organisation")
    theirs = RecommendationOrder.objects.filter(authority=passing.gone)
    there = RecommendationOrder.objects.filter(round=OuterRef("round"), step=OuterRef("step"), authority=passing.into)
    # What waits comes after the successor's own order, and is put in place there.
    theirs.filter(Exists(there)).delete()
    passing.point(RecommendationOrder.objects.all(), "authority")
