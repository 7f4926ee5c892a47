"""What a journey came to, held against what it states: path, end, deadlines, verdicts, values, money and records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from keguan.engine.decision import Due, Enter, Situation
from keguan.engine.moves import names_in
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING, local_date
from keguan.kernel.money import Money
from keguan.kernel.problems import Problem
from keguan.language.evidence import Evidence, Shown
from keguan.language.examples import Journey
from keguan.language.schema import Pay, Record
from keguan.language.typed import names_of, said, same, value_of
from keguan.language.verdicts import SAID, Verdict

MOMENT = timedelta(microseconds=1)
"""A deadline is the first moment that no longer belongs to it; this much earlier is its last day."""


@dataclass
class Story:
    """What happened on the way."""

    path: list[str] = field(default_factory=list)
    dues: dict[str, datetime] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    wakes: dict[str, datetime] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    tranches: list[Due] = field(default_factory=list)
    records: list[Enter] = field(default_factory=list)
    refused: set[tuple[str, str]] = field(default_factory=set)


class Comparison:
    """One finished journey and what it states of itself. situation: as the journey left it."""

    def __init__(self, journey: Journey, story: Story, situation: Situation) -> None:
        self.journey = journey
        self.story = story
        self.situation = situation
        self.definition = situation.definition
        self.state = situation.state
        self.evidence = Evidence()
        self.problems: list[Problem] = []

    def shown(self) -> Shown:
        """Compare everything; only what the journey states becomes evidence, and nothing if one thing is otherwise."""
        self.compare()
        if self.problems:
            return Shown(Evidence(), tuple(self.problems))
        self.evidence.refused |= self.story.refused
        return Shown(self.evidence)

    def compare(self) -> None:
        expect = self.journey.expect
        self.compare_one("end", expect.end, self.state.end)
        if expect.step or not expect.end:
            self.compare_one("step", expect.step, self.state.step)
        self.evidence.ends = {expect.end} - {""}
        self.compare_path()
        self.compare_days("dues", expect.dues, self.story.dues)
        self.compare_days("reminders", expect.reminders, self.story.wakes)
        self.compare_verdicts()
        self.compare_values()
        self.compare_money()
        self.compare_records()

    def compare_one(self, what: str, expected: str, found: str) -> None:
        if expected != found:
            say = Text("{what}：预期“{expected}”，实际“{found}”", "{what}: expected “{expected}”, found “{found}”")
            filled = say.filled(what=what, expected=expected or "—", found=found or "—")
            value = " → ".join(self.story.path)
            self.problems.append(Problem("examples.otherwise", filled, str(self.journey.expect.place), value))

    def compare_path(self) -> None:
        path = self.journey.expect.path
        if not path:
            say = Text("示例没有写明 path", "The journey does not state its path")
            self.problems.append(Problem("examples.path", say, str(self.journey.expect.place)))
            return
        self.compare_one("path", ", ".join(path), ", ".join(self.story.path))
        for one in path:
            step, _, outcome = one.rpartition(".")
            self.evidence.outcomes.add((step, outcome))

    def compare_days(self, what: str, expected: Mapping[str, str], found: Mapping[str, datetime]) -> None:
        for step, day in expected.items():
            at = found.get(step)
            self.compare_one(f"{what}.{step}", day, _day(at, day) if at else "")
            if what == "reminders":
                self.evidence.stated.add(f"{step}.remind")
            elif self.story.attempts.get(step, 0) > 1:
                self.evidence.stated |= {f"{step}.correct_within", f"{step}.lapse", f"{step}.period"}
            else:
                self.evidence.stated |= {f"{step}.lapse", f"{step}.period", f"{step}.within"}

    def compare_verdicts(self) -> None:
        for rule, expected in self.journey.expect.verdicts.items():
            verdict = self.story.verdicts.get(rule)
            found = SAID[verdict.result] if verdict else Text("没有结论", "no verdict")
            wanted = SAID[expected]
            if verdict is None or verdict.result != expected:
                say = Text("规则“{rule}”预期{wanted}，实际{found}", "“{rule}” should be {wanted}, but it is {found}")
                filled = say.filled(rule=rule, wanted=wanted, found=found)
                self.problems.append(Problem("examples.otherwise", filled, str(self.journey.expect.place), rule))
            elif not verdict.answered:
                self.evidence.judged(rule, expected, self.names())
            else:
                self.evidence.verdicts.setdefault(rule, set()).update({expected, "person"})

    def names(self) -> dict[str, Any]:
        return names_in(self.situation)

    def compare_values(self) -> None:
        names = self.names()
        for name, expected in self.journey.expect.values.items():
            if name not in self.definition.types:
                self.problems += names_of({name: expected}, self.definition.types, self.journey.expect.place)[1]
            elif not same(names.get(name), expected):
                self.compare_one(name, str(expected), said(names.get(name)))
            self.evidence.stated.add(name)
            if not self.problems:
                self.evidence.read(name, names)

    def compare_money(self) -> None:
        expected = self.journey.expect.tranches
        if not expected:
            return
        pays = [step.id for step in self.definition.programme.steps if isinstance(step, Pay)]
        found = [{"amount": str(Money(one.amount_fen)), **_written_due(one)} for one in self.story.tranches]
        wanted = [
            {"amount": str(Money(value_of(one.get("amount"), "int"))), **({"due": one["due"]} if "due" in one else {})}
            for one in expected
        ]
        self.compare_one("tranches", str(wanted), str(found))
        for pay in pays:
            self.evidence.stated.add(f"{pay}.amount")
            self.evidence.read(f"{pay}.amount", self.names())
            for at, one in enumerate(expected, 1):
                self.evidence.stated |= {f"{pay}.tranches[{at}].due"} if "due" in one else set()

    def compare_records(self) -> None:
        expected = self.journey.expect.records
        if not expected:
            return
        found = []
        for one, wanted in zip(self.story.records, (*expected, *[{}] * 9), strict=False):
            written = {"register": one.register, "title": one.title}
            written |= {"series": one.series} if one.series else {}
            written |= {"until": _day(one.last, "")} if one.last else {}
            found.append({key: value for key, value in written.items() if key in wanted or key in ("until", "series")})
        self.compare_one("records", str([dict(sorted(one.items())) for one in expected]),
                         str([dict(sorted(one.items())) for one in found]))  # fmt: skip
        for step in self.definition.programme.steps:
            if isinstance(step, Record):
                self.evidence.stated |= {f"{step.id}.valid"} if any("until" in one for one in expected) else set()
                self.evidence.read(f"{step.id}.title", self.names())


def _day(at: datetime, like: str) -> str:
    """A deadline as people write it: its last day, or to the minute where the example does so."""
    if len(like) > 10:
        return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
    return local_date(at - MOMENT).isoformat()


def _written_due(one: Due) -> dict[str, str]:
    return {"due": _day(one.due, "")} if one.due else {}
