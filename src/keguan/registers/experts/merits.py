"""What a review that is done says of its reviewer, part by part: no sum, and nothing that ranks people.

Which case was reviewed is not kept here: a review is named by a digest that only who knows it can compute again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean, median

from django.db import transaction

from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM, Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import digest
from keguan.kernel.problems import Problem, Refused
from keguan.registers.experts.models import RATINGS, Expert, Merit
from keguan.registers.parties.telling import tell
from keguan.registers.trace import services as trace

LEAST_FOR_A_WORD = 5
"""Of so many reviews experts learn how their scores lie to those of others; of fewer it would tell the others' scores."""
NEAR = 3.0
"""Points of a hundred that still count as near the others."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A review as its panel closed. of: what names it. days_early: before the day it was owed, below zero where late, None
    without a day. criteria, remarks: scored, and of them with a remark. characters: of the comment. deviation: own
    percentage of all points less the mean of the others', in hundredths, None where nobody else scored."""

    expert: int
    of: tuple[object, ...]
    days_early: int | None
    criteria: int
    remarks: int
    characters: int
    deviation: int | None


def key_of(of: Iterable[object]) -> str:
    """The digest by which a review is known here."""
    return digest([str(one) for one in of])


def arise(reviews: Sequence[Reviewed], programme: str, round_code: str, at: datetime) -> None:
    """Enter what these reviews of one panel say of their reviewers; asked again it changes nothing. Needs a
    transaction."""
    Merit.objects.bulk_create(
        (
            Merit(
                expert_id=one.expert,
                key=key_of(one.of),
                programme=programme,
                round_code=round_code,
                closed_at=at,
                days_early=one.days_early,
                criteria=one.criteria,
                remarks=one.remarks,
                characters=one.characters,
                deviation=one.deviation,
            )
            for one in reviews
        ),
        ignore_conflicts=True,
    )
    trace.write("experts:merit:entered", SYSTEM, payload={"n": len(reviews), "round": round_code})


@transaction.atomic
def rate(merit: Merit, rating: str, reason: str, actor: Actor) -> Merit:
    """An officer says how useful a review was, and why; its expert is told, and may answer.

    Raises Refused: `merit.rating`, `merit.reason`, `right.own_case`, all at once.
    """
    problems = []
    if rating not in RATINGS:
        problems.append(Problem("merit.rating", Text("请选择评价。", "Choose a rating."), "rating", rating[:20]))
    if not reason.strip():
        problems.append(Problem("merit.reason", Text("请写明理由。", "Give the reason."), "reason"))
    row = Merit.objects.select_for_update(of=("self",)).select_related("expert").get(pk=merit.pk)
    if row.expert.person_id == actor.person:
        said = Text("不能评价本人的评审。", "Nobody rates a review of their own.")
        problems.append(Problem("right.own_case", said, fix=Text("请由其他经办人办理。", "Let a colleague do it.")))
    if problems:
        raise Refused.because(*problems)
    row.rating, row.rating_reason, row.rated_at = rating, reason.strip(), clock.now()
    row.save(update_fields=["rating", "rating_reason", "rated_at"])
    payload = {"merit": row.pk, "rating": rating}
    trace.write("experts:merit:rated", actor, payload=payload, personal={"reason": row.rating_reason})
    line = Text(
        "您的一次评审有了评价，可以查看并答复。", "A review of yours was rated; you can read the rating and answer it."
    )
    tell("expert", [row.expert.person_id], line)
    return row


@transaction.atomic
def answer(merit: Merit, text: str, actor: Actor) -> Merit:
    """Experts answer what stands about a review of theirs; the answer is kept beside it, earlier ones in the trace.

    Raises Refused `merit.answer` for an empty one.
    """
    if not text.strip():
        raise Refused.because(Problem("merit.answer", Text("请写答复。", "Write the answer."), "answer"))
    row = Merit.objects.select_for_update().get(pk=merit.pk)
    row.answer, row.answered_at = text.strip(), clock.now()
    row.save(update_fields=["answer", "answered_at"])
    trace.write("experts:merit:answered", actor, payload={"merit": row.pk}, personal={"answer": row.answer})
    return row


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a record, side by side. on_time: of `owed` reviews that had a day. mean_deviation: in points of a
    hundred; steady: how far from the others on average, whatever the direction."""

    reviews: int
    owed: int
    on_time: int
    median_early: float | None
    remarks: float | None
    characters: float | None
    mean_deviation: float | None
    mean_distance: float | None
    ratings: dict[str, int]


def parts_of(expert: Expert) -> Parts:
    """The whole record of an expert in its parts. One query."""
    rows = list(Merit.objects.filter(expert=expert))
    early = [one.days_early for one in rows if one.days_early is not None]
    apart = [one.deviation / 100 for one in rows if one.deviation is not None]
    return Parts(
        reviews=len(rows),
        owed=len(early),
        on_time=sum(days >= 0 for days in early),
        median_early=median(early) if early else None,
        remarks=fmean(one.remarks / one.criteria for one in rows if one.criteria) if rows else None,
        characters=median(one.characters for one in rows) if rows else None,
        mean_deviation=fmean(apart) if apart else None,
        mean_distance=fmean(map(abs, apart)) if apart else None,
        ratings={word: n for word in RATINGS if (n := sum(one.rating == word for one in rows))},
    )


def leaning(found: Parts) -> Text:
    """How an expert's scores lie to those of others, as the expert may read it: in a word, and of several reviews only."""
    if found.mean_deviation is None or found.reviews < LEAST_FOR_A_WORD:
        return Text("满{n}次评审后显示", "shown once there are {n} reviews").filled(n=LEAST_FOR_A_WORD)
    if abs(found.mean_deviation) <= NEAR:
        return Text("总体与其他专家接近", "near the others on the whole")
    if found.mean_deviation > 0:
        return Text("总体高于其他专家", "above the others on the whole")
    return Text("总体低于其他专家", "below the others on the whole")
