"""The order in which an authority recommends: kept as a list, and carried out as a batch up to the quota."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from keguan.casework import services
from keguan.casework.desks import batches
from keguan.casework.desks.offices import allowed_by, recommends
from keguan.casework.models import Batch, Case, RecommendationOrder, Round
from keguan.casework.permissions import own_to
from keguan.casework.situation.ranks import free_ranks
from keguan.casework.versions import definition_of
from keguan.engine.afterwards import MOVE_UP
from keguan.engine.decision import Command
from keguan.engine.moves import refuse
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal, Refused
from keguan.registers.trace import services as trace

MOST = 500
"""So many cases of one authority are put in order by hand."""
MOST_NAMED = 50
"""So many of those recommended already are named; all are counted."""


class Waiting(NamedTuple):
    """A case that waits, by id and number: of hundreds, a page shows some."""

    pk: int
    number: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What waits for an authority's recommendation, in its order, and what it has recommended.

    waiting: first those that were put in order (`placed` of them), then what came in since, the earliest first.
    ranks: those that the first of them would get; there are no more of them than the quota leaves. allowed: the quota, None
    for none. recommended: those of the first ranks; held: all ranks that are given. is_more: more than
    `MOST` wait.
    """

    step: str
    allowed: int | None
    revision: int
    waiting: tuple[Waiting, ...]
    placed: int
    ranks: tuple[int, ...]
    recommended: tuple[Case, ...]
    held: frozenset[int]
    is_more: bool

    @property
    def numbers(self) -> list[str]:
        """The waiting cases by number."""
        return [case.number for case in self.waiting]

    @property
    def gaps(self) -> list[int]:
        """The ranks that came free before others that are given: one that had them was withdrawn, or sent back."""
        return [rank for rank in range(1, max(self.held, default=0)) if rank not in self.held]

    @property
    def used(self) -> int:
        """How many are recommended."""
        return len(self.held)

    @property
    def to_endorse(self) -> dict[int, int]:
        """What a batch would recommend now: case id → rank. Only what was put in order."""
        return {case.pk: rank for case, rank in zip(self.waiting[: self.placed], self.ranks, strict=False)}


def standing(of_round: Round, authority: int) -> Standing | None:
    """How the authority's desk stands in this round; None where the programme has it rank nothing."""
    definition = definition_of(of_round.programme)
    step = recommends(definition)
    if step is None or not step.ranked:
        return None
    rows = _of_the_authority(of_round, authority).filter(step=step.id).order_by("submitted_at", "id")
    waiting = {pk: Waiting(pk, number) for pk, number in rows.values_list("pk", "number")[: MOST + 1]}
    recommended = _recommended(of_round, authority)
    taken = frozenset(rank for rank in recommended.values_list("recommended_rank", flat=True) if rank is not None)
    kept = RecommendationOrder.objects.filter(round=of_round, step=step.id, authority=authority).first()
    placed = [waiting.pop(pk) for pk in (kept.cases if kept else ()) if pk in waiting]
    listed = (*placed, *waiting.values())[:MOST]
    allowed = allowed_by(of_round, definition, step)
    ranks = [rank for rank, _ in zip(free_ranks(taken), listed, strict=False) if allowed is None or rank <= allowed]
    left = len(listed) if allowed is None else max(0, allowed - len(taken))
    return Standing(
        step=str(step.id),
        allowed=allowed,
        revision=kept.revision if kept else 0,
        waiting=listed,
        placed=len(placed),
        ranks=tuple(ranks[:left]),
        recommended=tuple(recommended[:MOST_NAMED]),
        held=taken,
        is_more=len(waiting) + len(placed) > MOST,
    )


def shown(found: Standing, numbers: Iterable[str]) -> dict[str, Case]:
    """Those of the waiting cases that a page shows, by number, each with its host."""
    keys = {one.number: one.pk for one in found.waiting}
    rows = Case.objects.filter(pk__in=[keys[number] for number in numbers if number in keys])
    return {case.number: case for case in rows.select_related("host").only("number", "title", "host__name")}


def _of_the_authority(of_round: Round, authority: int) -> QuerySet[Case]:
    return Case.objects.filter(round=of_round, authority=authority).select_related("host").defer("host__address")


def _recommended(of_round: Round, authority: int) -> QuerySet[Case]:
    """All that it has recommended, in the order of their ranks."""
    return _of_the_authority(of_round, authority).filter(recommended_rank__isnull=False).order_by("recommended_rank")


def save_order(
    of_round: Round, authority: int, numbers: Sequence[str], seen: int, actor: Actor, request_id: str = ""
) -> Standing | Refusal:
    """Keep the order of what waits, the first one first. The same order again changes nothing.

    numbers: all that was on the page; what came in meanwhile comes after them. seen: the revision that the page showed.
    """
    if not actor.holds("authority", organisation=authority):
        return refuse("right.missing", Text("只有推荐单位可以排序。", "Only the authority orders its recommendations."))
    with transaction.atomic():
        trace.stamp(actor, request_id)
        services.take_locks((f"order of {of_round.pk} by {authority}",))
        found = standing(of_round, authority)
        if found is None:
            return refuse("order.none", Text("本批次不由推荐单位排序。", "Authorities rank nothing in this round."))
        here = {one.number: one.pk for one in found.waiting}
        if problems := _against(found, here, numbers, actor):
            return Refusal(problems)
        if list(numbers) == found.numbers[: found.placed]:
            return found
        if seen != found.revision:
            return refuse("case.stale", _STALE, value=str(found.revision), fix=_LOOK_AGAIN)
        RecommendationOrder.objects.update_or_create(
            round=of_round,
            step=found.step,
            authority_id=authority,
            defaults={
                "cases": [here[number] for number in numbers],
                "revision": found.revision + 1,
                "at": clock.now(),
                "by": actor.person,
            },
        )
        deputised = actor.deputises("authority", organisation=authority)
        trace.write(
            "round:recommendations:ordered",
            actor,
            on_behalf_of=authority,
            request_id=request_id,
            payload={
                "code": of_round.code,
                "step": found.step,
                "cases": len(numbers),
                "before": found.numbers[: found.placed],
                "after": list(numbers),
                **({} if deputised is None else {"for": deputised}),
            },
        )
    saved = standing(of_round, authority)
    assert saved is not None  # noqa: S101 - it was just there
    return saved


def close_gaps(of_round: Round, authority: int, actor: Actor, key: str, *, request_id: str = "") -> int | Refusal:
    """Let what is recommended move up into the ranks that came free, in the order in which it stands: all of it, or nothing.
    Returns how many moved. Sent twice with the same key, it is done once."""
    if not actor.holds("authority", organisation=authority):
        return refuse("right.missing", Text("只有推荐单位可以排序。", "Only the authority orders its recommendations."))
    try:
        with transaction.atomic():
            services.take_locks((f"order of {of_round.pk} by {authority}",))
            found = standing(of_round, authority)
            moved = 0
            for rank, case in enumerate(_recommended(of_round, authority) if found else (), start=1):
                if case.recommended_rank != rank:
                    command = Command(MOVE_UP, case.step, {"rank": rank})
                    answer = services.act(case.number, command, actor, f"{key}-{case.number}", request_id=request_id)
                    if isinstance(answer, Refusal):
                        raise Refused(answer)
                    moved += 1
    except Refused as refused:
        return refused.refusal
    return moved


def endorse_in_order(
    of_round: Round, authority: int, seen: int, reason: str, actor: Actor, key: str
) -> Batch | Refusal:
    """Begin the batch that recommends what stands above the quota line, each with its rank; it is looked over first."""
    if not actor.holds("authority", organisation=authority):
        return refuse("right.missing", Text("只有推荐单位可以推荐。", "Only the authority recommends."))
    if begun := Batch.objects.filter(key=key, person=actor.person).first():
        return begun
    found = standing(of_round, authority)
    if found is None or not found.to_endorse:
        said = Text("限额内没有已排序的办件。", "Nothing that was put in order stands above the quota line.")
        return refuse("order.nothing", said, fix=Text("请先保存排序。", "Save an order first."))
    if seen != found.revision:
        return refuse("case.stale", _STALE, value=str(found.revision), fix=_LOOK_AGAIN)
    return batches.begin_ranked(actor, found.to_endorse, reason, key)


def _against(found: Standing, here: Mapping[str, int], numbers: Sequence[str], actor: Actor) -> tuple[Problem, ...]:
    problems = [
        Problem(
            "case.moved_on",
            Text("{number} 已不在本单位待推荐之列。", "{number} no longer waits for your recommendation.").filled(
                number=number[:40]
            ),
            value=number[:40],
            fix=_LOOK_AGAIN,
        )
        for number in numbers
        if number not in here
    ]
    if len(set(numbers)) < len(numbers) or (set(found.numbers[: found.placed]) - set(numbers)):
        problems.append(
            Problem(
                "order.incomplete",
                Text("排序不完整，或有重复。", "The order lacks a case, or has one twice."),
                fix=_LOOK_AGAIN,
            )
        )
    if Case.objects.filter(own_to(actor), pk__in=here.values()).exists():
        said = Text("其中有与您本人有关的申报件。", "An application of your own is among them.")
        fix = Text("请由同部门其他人员办理。", "Let a colleague take it.")
        problems.append(Problem("right.own_case", said, fix=fix))
    return tuple(problems)


_STALE = Text("您打开页面后，排序已被他人修改。", "Somebody has changed the order since you opened the page.")
_LOOK_AGAIN = Text("请核对后再保存。", "Look it over, then save again.")
