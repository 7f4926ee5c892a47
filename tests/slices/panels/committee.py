"""A ranked round with two cases, a committee of five, and a meeting of it that was called: what tests of meetings begin with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests import make
from tests.make import cases
from tests.make import world as w

from keguan.casework.rounds import services as rounds
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.clock import clock_at
from keguan.kernel.problems import Refusal
from keguan.panels.meetings import planning, services
from keguan.panels.meetings.models import Item
from keguan.registers.parties.models import Person


@dataclass
class Committee:
    """A ranked round with two cases, a committee of five, its officer, and a meeting that was called."""

    world: w.World
    people: list[Person]
    numbers: list[str] = field(default_factory=list)
    pk: int = 0

    def member(self, at: int) -> Actor:
        return self.world.actor(f"m{at}")

    @property
    def officer(self) -> Actor:
        return self.world.actor("officer")

    def come(self, *members: int, present: bool = True) -> None:
        for at in members:
            done(services.be_there(self.pk, self.people[at].pk, self.officer, present=present))

    def in_session(self) -> Committee:
        """The same meeting, opened with four of five."""
        self.come(0, 1, 2, 3)
        done(services.open_(self.pk, self.officer, early=True))
        return self

    def another(self, days: int = 2) -> int:
        """Call one more meeting of the committee on the round. Answers with it; its deeds follow where `pk` is set to it."""
        assert self.world.round is not None
        begins = clock.now() + timedelta(days=days)
        made = planning.plan(
            self.world.round, "decide", self.officer, place="二号会议室", begins=begins,
            ends=begins + timedelta(hours=1),
        )  # fmt: skip
        return int(done(made).pk)

    def voted(self, at: int = 0, *, choice: str = "for") -> int:
        """Take an item up; four members vote alike on it, and it is counted. Answers with the ballot."""
        ballot = self.up(at)
        for member in range(4):
            done(self.vote(ballot, member, choice))
        done(services.close_ballot(self.pk, ballot, self.officer))
        return ballot

    @property
    def items(self) -> list[Item]:
        return list(Item.objects.filter(meeting=self.pk))

    def up(self, at: int = 0) -> int:
        """Take an item up and open a ballot on it. Answers with the ballot."""
        item = self.items[at]
        done(services.take_up(self.pk, item.pk, self.officer))
        sitting = done(services.open_ballot(self.pk, item.pk, self.officer))
        return int(sitting.ballots[item.pk][0].pk)

    def vote(self, ballot: int, member: int, choice: str = "for") -> Any:
        return services.vote(self.pk, ballot, choice, self.member(member))


def done(answer: Any) -> Any:
    assert not isinstance(answer, Refusal), [(one.code, one.say.zh) for one in answer.problems]
    return answer


def codes(answer: Any) -> set[str]:
    assert isinstance(answer, Refusal)
    return {one.code for one in answer.problems}


@contextmanager
def called(kind: str = "committee") -> Iterator[Committee]:
    """The meeting is tomorrow; members may write until an hour before it."""
    world = w.world()
    people = [world.people["committee"]]
    for _ in range(4):
        people.append(make.person())
        make.duty("committee", people[-1])
    for at, person in enumerate(people):
        world.people[f"m{at}"] = person
    cases.opened(world)
    first = cases.case(world, at="scored")
    world.people["applicant"] = make.person(employer=world.university, title="senior", degree="doctor")
    world.people["member"] = make.person(employer=world.university)
    second = cases.case(world, at="scored", rank=2)
    with clock_at(w.moment("2026-05-10")):
        assert world.round is not None
        adopted = rounds.adopt_ranking(world.round.code, "rank", world.actor("officer"), uuid4().hex)
        assert not isinstance(adopted, Refusal), adopted
        begins = clock.now() + timedelta(days=1)
        made = done(
            planning.plan(
                world.round, "decide", world.actor("officer"), place="一号会议室", begins=begins,
                ends=begins + timedelta(hours=3), written_until=begins - timedelta(hours=1), kind=kind,
            )
        )  # fmt: skip
        found = Committee(world, people, [first.number, second.number], made.pk)
        yield found
