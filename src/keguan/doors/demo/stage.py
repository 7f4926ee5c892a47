"""The stage of the demo year: a clock that moves on, stories that wait for their moment, and the real write door.

A story is a generator: it yields the moment at which it goes on, and what stands between two moments happens then. The
stage takes the earliest moment of all stories, sets the clock to it and lets that story go on. A story whose next
moment lies after the end of the year stays where it is: its case waits for somebody today.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Any

from keguan.casework import alarms, services, sides
from keguan.casework.calendar import workdays
from keguan.casework.drafting import drafts, opening
from keguan.casework.models import Alarm, Case
from keguan.casework.situation import facts
from keguan.doors.demo.cast import Cast
from keguan.doors.demo.papers import paper
from keguan.doors.demo.plans import Plan
from keguan.engine.decision import Command
from keguan.insight.similarity.models import FileText
from keguan.kernel import clock
from keguan.kernel.clock import BEIJING, clock_at, local_date
from keguan.kernel.problems import Refusal
from keguan.registers.documents import services as documents
from keguan.registers.experts.models import Expert

Story = Iterator[datetime]
Told = Callable[[date, int], None]


class Unexpected(Exception):  # noqa: N818 - what it is, in a word
    """The demo met a refusal that its story does not tell of."""


class Stage:
    """Where the stories meet: the cast, the clock, and the doors through which everything is done."""

    def __init__(self, cast: Cast, until: datetime) -> None:
        self.cast = cast
        self.until = until
        self.today = local_date(until)
        self.deeds: Counter[str] = Counter()
        self._waiting: list[tuple[datetime, int, Story]] = []
        self._order = count()
        self._keys = count()
        self._reviews: Counter[int] = Counter()
        self._steps: dict[str, str] = {}
        self._sides: set[str] = set()

    # ------------------------------------------------------------------------------------------------- time

    def play(self, story: Story) -> None:
        """Let a story begin; nothing happens before its first moment."""
        self._push(next(story, None), story)

    def _push(self, moment: datetime | None, story: Story) -> None:
        if moment is not None and moment <= self.until:
            heapq.heappush(self._waiting, (moment, next(self._order), story))

    def run(self, told: Told = lambda day, deeds: None) -> None:
        """Let all stories happen in the order of their moments, until today. told: hears each new day."""
        day = None
        while self._waiting:
            moment, _, story = heapq.heappop(self._waiting)
            if day != (day := local_date(moment)):
                told(day, self.deeds.total())
            with clock_at(moment):
                following = next(story, None)
            self._push(following if following is None else max(following, moment), story)

    def watch(self, since: date) -> Story:
        """What the worker does: every night the deadlines that passed take effect, and people are reminded."""
        for number in range((self.today - since).days + 1):
            yield datetime.combine(since + timedelta(days=number), time(0, 5), BEIJING)
            if Alarm.objects.filter(at__lte=clock.now()).exists():
                self.deeds["alarms"] += alarms.ring().acted
                self.moved()

    def day(self, days_ago: int) -> date:
        """The working day so many days before today, or the next one after it; lately people work on any day."""
        day = self.today - timedelta(days=days_ago)
        working = workdays().on_or_after(day)
        return day if days_ago > 0 and working >= self.today else working

    def opening(self, plan: Plan) -> datetime:
        """When a round opens: nine in the morning."""
        return datetime.combine(self.day(plan.opens), time(9, 0), BEIJING)

    def closing(self, plan: Plan) -> datetime:
        """When a round closes: six in the evening."""
        return datetime.combine(self.day(plan.closes), time(18, 0), BEIJING)

    def before_closing(self, plan: Plan, moment: datetime) -> datetime:
        """The moment, or one on the closing day that leaves time to fill in the form."""
        return min(moment, self.closing(plan) - timedelta(hours=8))

    def on(self, days_ago: int, random: Random) -> datetime:
        """An office hour of that day; never later than now."""
        return min(office_hour(self.day(days_ago), random), self.until)

    def after(self, moment: datetime, least: int, most: int, random: Random) -> datetime:
        """An office hour so many working days after a moment."""
        return office_hour(workdays().add(local_date(moment), random.randint(least, most)), random)

    # ---------------------------------------------------------------------------------------------- the doors

    def key(self) -> str:
        """A fresh idempotency key."""
        return f"demo-{next(self._keys)}"

    def start(self, round_code: str, person: int, host: int) -> str:
        """Begin an application. Answers with its number."""
        return self._done(opening.start(round_code, self.cast.actor(person), host, self.key())).number

    def act(self, number: str, verb: str, person: int, **content: Any) -> services.Done:
        """Ask something of a case where it is. Raises Unexpected for a refusal."""
        return self._done(self.asked(number, verb, person, **content), number, verb)

    def asked(self, number: str, verb: str, person: int, **content: Any) -> services.Done | Refusal:
        """Ask something that may be refused."""
        if number not in self._steps:
            self._steps[number] = Case.objects.values_list("step", flat=True).get(number=number)
        self.deeds[verb] += 1
        command = Command(verb, self._steps[number], content)
        answer = services.act(number, command, self.cast.actor(person), self.key())
        if number in self._sides:
            self.moved()  # a side case that ends moves the case it stands beside
        elif isinstance(answer, services.Done):
            self._steps[number] = answer.step
        return answer

    def moved(self) -> None:
        """Others than the stories moved cases on: what the stage knew of their steps no longer holds."""
        self._steps.clear()

    def passed(self, number: str, person: int, rules: tuple[str, ...], note: str = "") -> services.Done:
        """Let a case through a check: these rules are answered, and whatever else turns out to need a person."""
        met = {rule: {"result": "meets"} for rule in rules}
        answer = self.asked(number, "pass", person, verdicts=met, note=note)
        if isinstance(answer, Refusal):
            more = [one.where.removeprefix("verdicts.") for one in answer.problems if one.code == "verdict.unanswered"]
            met |= {rule: {"result": "meets", "reason": "经比对，内容不同。"} for rule in more}
            answer = self.asked(number, "pass", person, verdicts=met, note=note)
        return self._done(answer, number, "pass")

    def failed(self, number: str, person: int, rules: tuple[str, ...], failing: str, reason: str) -> services.Done:
        """Stop a case at a check, on one rule."""
        answers = {rule: {"result": "meets"} for rule in rules} | {failing: {"result": "fails", "reason": reason}}
        return self.act(number, "fail", person, verdicts=answers, reason=reason)

    def save_draft(self, number: str, form: str, values: dict[str, Any], person: int, revision: int = 0) -> None:
        """Keep what the applicant typed so far."""
        saved = drafts.save_draft(number, form, values, revision, self.cast.actor(person))
        self.deeds["draft"] += 1
        if isinstance(saved, Refusal):
            raise Unexpected(f"{number} draft: {saved.problems}")

    def open_side(self, number: str, programme: str, person: int) -> str:
        """Open a withdrawal or an objection beside a case. Answers with its number."""
        self.deeds[programme] += 1
        opened = self._done(sides.open_side(number, programme, self.cast.actor(person), self.key()), number)
        self._sides.add(opened.number)
        return opened.number

    def keep(self, number: str, person: int, title: str, *lines: str) -> int:
        """Hand in a paper with a case. Answers with the document's id."""
        kept = documents.keep(f"{title}.pdf", paper(title, lines), self.cast.actor(person), origin=number)
        # What the paper says is known here: to read it out of some three hundred files again would take half a minute.
        FileText.objects.get_or_create(
            file=kept, defaults={"pages": ["\n".join((title, *lines))], "is_whole": True, "read_at": clock.now()}
        )
        return kept.pk

    def next_rank(self, number: str) -> int:
        """The best free rank of the authority that recommends this case in its round."""
        case = Case.objects.select_related("round", "host").get(number=number)
        found = facts.compute(frozenset({facts.RANKS_TAKEN}), case, facts.About(), clock.now())
        taken = found.get(facts.RANKS_TAKEN, ())
        return next(rank for rank in count(1) if rank not in taken)

    def panel(self, field: str, size: int, avoid: frozenset[int] = frozenset()) -> list[int]:
        """Experts of a field who have reviewed least so far; avoid: pool ids that are out of the question."""
        free = [one for one in self.cast.reviewers if one.expert not in avoid]
        free.sort(key=lambda one: (field not in one.fields, self._reviews[one.expert], one.expert))
        chosen = [one.expert for one in free[:size]]
        self._reviews.update(chosen)
        return chosen

    def person_of(self, expert: int) -> int:
        """The person behind an entry of the pool."""
        known = next((one.person for one in self.cast.reviewers if one.expert == expert), None)
        return known or Expert.objects.values_list("person", flat=True).get(pk=expert)

    @staticmethod
    def _done(answer: services.Done | Refusal, *what: str) -> services.Done:
        if isinstance(answer, Refusal):
            said = "; ".join(f"{one.code} {one.where} {one.say.zh} {one.value}" for one in answer.problems)
            raise Unexpected(f"{' '.join(what)}: {said}")
        return answer


def office_hour(day: date, random: Random) -> datetime:
    """A moment between half past nine and half past seven, Beijing time, as offices in the region keep it."""
    return datetime.combine(day, time(9, 30), BEIJING) + timedelta(minutes=random.randint(0, 600))
