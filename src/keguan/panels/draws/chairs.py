"""From what was drawn to the seats of the cases: invited, replaced in order, and each step of it logged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from keguan.casework.models import Case, SeatHolder
from keguan.casework.reviewing.recusal import NO_ROOM, UNAVAILABLE, recusals
from keguan.casework.services import act
from keguan.casework.versions import definition_of
from keguan.engine.decision import Command
from keguan.engine.steps.review import SET_ASIDE, WAITS
from keguan.fairness.randomness import written
from keguan.fairness.seating import Seating
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.ids import new_key
from keguan.kernel.problems import Problem, Refusal
from keguan.language.schema import Review
from keguan.panels.draws.models import SITS, Chair, Draw, Entry
from keguan.panels.draws.queries import seating_of, under_review
from keguan.panels.draws.services import resume
from keguan.registers.trace import services as trace

_WHY_RELEASED = "抽取后发现应当回避 / must keep out, as came up after the draw"
_TAGS = {
    "left": "draw:seat:left",
    "passed": "draw:seat:passed",
    "seated": "draw:seat:seated",
    "exhausted": "draw:seat:exhausted",
}
_OF_THE_SEAT = UNAVAILABLE | NO_ROOM | {"recusal.seated"}
"""What says nothing against somebody who has a seat already."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What settling did. invited: seats given; replaced: reserves that moved up; open: seats that nobody is left for."""

    invited: int
    replaced: int
    open: int
    problems: tuple[Problem, ...] = ()


@transaction.atomic
def settle(draw: Draw, actor: Actor, request_id: str = "") -> Settled:
    """Bring the seats of every case to what the draw and the law want, as often as one likes.

    Who was drawn and has no seat is invited; who declined, was released, or must keep out by now leaves, and the next
    reserve of the same stratum follows. Raises Refused.
    """
    held = resume(draw, actor, request_id)
    work = _Settling(held, actor)
    for case in under_review(held).select_related("memo", "host", "programme").order_by("number"):
        work.settle(case)
    return work.done()


class _Settling:
    """One settling of one draw: the log in memory, the chairs beside it."""

    def __init__(self, draw: Draw, actor: Actor) -> None:
        self.draw, self.actor = draw, actor
        self.seating: Seating = seating_of(draw)
        self.at = written(clock.now())
        self.chairs: dict[int, list[Chair]] = {}
        for one in draw.chairs.select_related("place"):
            self.chairs.setdefault(one.case_id, []).append(one)
        self.invited = 0
        self.entries: list[Entry] = []
        self.problems: list[Problem] = []

    def settle(self, case: Case) -> None:
        step = definition_of(case.programme).programme.step(self.draw.step)
        attempt = case.memo.state["steps"].get(self.draw.step, {}).get("attempt", 1)
        if not isinstance(step, Review) or self.draw.attempts.get(case.number) != attempt:
            return
        chairs = self.chairs.get(case.pk, [])
        against = recusals(case, step, [one.place.expert_id for one in chairs], case.memo.answers)
        seats = self.seats(case, attempt)
        for chair in chairs:
            if chair.state in SITS:
                self.look_at(case, chair, seats, against[chair.place.expert_id])
        by_place = {one.place.place: one for one in chairs}
        for number, stratum in [one for one in self.seating.vacancies() if one[0] == case.number]:
            self.fill(number, stratum, by_place, against)
        self.invite(case, [one for one in chairs if one.state in SITS and one.place.expert_id not in seats])

    def seats(self, case: Case, attempt: int) -> dict[int, tuple[int, str]]:
        """The latest seat of each expert on this panel: its number and state."""
        rows = SeatHolder.objects.filter(seat__case=case, seat__step=self.draw.step, seat__attempt=attempt)
        found = rows.order_by("seat__number").values_list("expert", "seat__number", "seat__state")
        return {expert: (number, state) for expert, number, state in found}

    def look_at(
        self, case: Case, chair: Chair, seats: Mapping[int, tuple[int, str]], reasons: Sequence[Problem]
    ) -> None:
        """Whether somebody who was drawn still sits, and if not, why."""
        number, state = seats.get(chair.place.expert_id, (0, ""))
        if state in ("declined", "released"):
            self.leaves(case, chair, state)
        elif state == SET_ASIDE:
            self.leaves(case, chair, "recused")
        elif not state and reasons:
            self.leaves(case, chair, _left_for(reasons))
        elif state in WAITS and any(one.code not in _OF_THE_SEAT for one in reasons):
            answer = self.ask(case, "release", {"seat": str(number), "reason": _WHY_RELEASED})
            if not isinstance(answer, Refusal):
                self.leaves(case, chair, "recused")

    def leaves(self, case: Case, chair: Chair, reason: str) -> None:
        self.log("left", case.number, chair.stratum, chair.place.place, reason)
        self.move(chair, "left", reason)

    def fill(
        self, number: str, stratum: str, by_place: Mapping[int, Chair], against: Mapping[int, Sequence[Problem]]
    ) -> None:
        """The next reserve who may sit; those before are passed over, each with its reason."""
        while (place := self.seating.next_reserve(number, stratum)) is not None:
            chair = by_place[place]
            reasons = against[chair.place.expert_id]
            if reasons or self.seating.is_full(place):
                why = _passed_for(reasons)
                self.log("passed", number, stratum, place, why)
                self.move(chair, "passed", why)
                continue
            self.log("seated", number, stratum, place)
            self.move(chair, "seated", "")
            return
        self.log("exhausted", number, stratum, None)

    def invite(self, case: Case, chairs: Sequence[Chair]) -> None:
        if chairs:
            self.save()  # the write door asks the chairs who was drawn
            told = {"draw": self.draw.name, "digest": self.draw.digest}
            answer = self.ask(case, "assign", {"experts": [one.place.expert_id for one in chairs], "draw": told})
            self.invited += 0 if isinstance(answer, Refusal) else len(chairs)

    def ask(self, case: Case, verb: str, content: dict[str, object]) -> object:
        answer = act(case.number, Command(verb, self.draw.step, content), self.actor, new_key())
        if isinstance(answer, Refusal):
            self.problems += answer.problems
        return answer

    def log(self, what: str, case: str, stratum: str, place: int | None, reason: str = "") -> None:
        told = self.seating.entry(what, case, stratum, place, at=self.at, reason=reason)
        self.entries.append(Entry(draw=self.draw, number=told["n"], content=told))
        payload = {"draw": self.draw.name, "case": case, "digest": told["digest"], "reason": reason}
        trace.write(_TAGS[what], self.actor, case_number=case, payload=payload)

    def move(self, chair: Chair, state: str, reason: str) -> None:
        chair.state, chair.reason = state, reason
        chair.save(update_fields=["state", "reason"])

    def save(self) -> None:
        Entry.objects.bulk_create([one for one in self.entries if one.pk is None])

    def done(self) -> Settled:
        self.save()
        replaced = sum(one.content["what"] == "seated" for one in self.entries)
        return Settled(self.invited, replaced, len(self.seating.without_reserve()), tuple(self.problems))


def _left_for(reasons: Sequence[Problem]) -> str:
    return "recused" if any(one.code not in _OF_THE_SEAT for one in reasons) else "unavailable"


def _passed_for(reasons: Sequence[Problem]) -> str:
    if any(one.code not in _OF_THE_SEAT for one in reasons):
        return "recused"
    return "unavailable" if any(one.code in UNAVAILABLE for one in reasons) else "full"
