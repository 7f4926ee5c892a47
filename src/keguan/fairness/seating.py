"""From the draw to the seats: who was given a seat, who left it, and which reserve came next, as a log that can be replayed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from keguan.fairness.draw import FORMAT, Drawn, FrozenList
from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import digest
from keguan.kernel.problems import Problem, Refused

LEFT = ("declined", "recused", "released", "unavailable")
"""Why somebody who was drawn does not sit: said no, must keep out, was released by the officer, no longer in the pool."""
PASSED = ("recused", "unavailable", "full")
"""Why a reserve is passed over: must keep out, no longer in the pool, has as many reviews as they take."""
WHAT = ("left", "passed", "seated", "exhausted")


@dataclass
class Seating:
    """The seats of a draw as they stand after some entries of its log.

    A seat that somebody leaves goes to the first reserve of the same stratum and case who was neither seated nor passed
    over; entries in any other order are refused. `exhausted`: nobody is left, and the seat stays open.
    """

    frozen: FrozenList
    drawn: Drawn
    log: list[dict[str, Any]] = field(default_factory=list)
    seated: dict[tuple[str, str], list[int]] = field(init=False)
    _reserves: dict[tuple[str, str], tuple[int, ...]] = field(init=False)
    _next: Counter[tuple[str, str]] = field(init=False, default_factory=Counter)
    _open: Counter[tuple[str, str]] = field(init=False, default_factory=Counter)
    _exhausted: Counter[tuple[str, str]] = field(init=False, default_factory=Counter)
    _load: Counter[int] = field(init=False, default_factory=Counter)

    def __post_init__(self) -> None:
        panels = self.drawn.panels
        self.seated = {(one.case, stratum): list(places) for one in panels for stratum, places in one.members}
        self._reserves = {(one.case, stratum): places for one in panels for stratum, places in one.reserves}
        self._load.update(place for places in self.seated.values() for place in places)
        given, self.log = self.log, []
        for one in given:
            self.add(one)

    def vacancies(self) -> list[tuple[str, str]]:
        """Case and stratum of every seat that somebody left and nobody took yet, as often as there are such seats."""
        return sorted((self._open - self._exhausted).elements())

    def without_reserve(self) -> list[tuple[str, str]]:
        """Case and stratum of every seat that stays open because all reserves are used up."""
        return sorted(self._exhausted.elements())

    def next_reserve(self, case: str, stratum: str) -> int | None:
        """The reserve whose turn it is, None where all are used up."""
        places, n = self._reserves[case, stratum], self._next[case, stratum]
        return places[n] if n < len(places) else None

    def is_full(self, place: int) -> bool:
        """Whether this expert sits on as many panels of this draw as the list lets them."""
        return self._load[place] >= self.frozen.experts[place].load

    def stratum_of(self, case: str, place: int) -> str:
        """The stratum in which this expert sits on a case, "" where they do not."""
        return next((name for (one, name), places in self.seated.items() if one == case and place in places), "")

    def entry(
        self, what: str, case: str, stratum: str, place: int | None, *, at: str, reason: str = ""
    ) -> dict[str, Any]:
        """Write the next entry of the log and carry it out. Raises Refused as `add`."""
        parts = {"n": len(self.log) + 1, "at": at, "what": what, "case": case, "stratum": stratum, "reason": reason}
        told = {**parts, "expert": place}
        self.add({**told, "digest": self._chained(told)})
        return self.log[-1]

    def add(self, entry: Mapping[str, Any]) -> None:
        """Carry out one entry. Raises Refused (`draw.log_*`) where it does not follow from those before it."""
        told = {name: value for name, value in entry.items() if name != "digest"}
        if entry["digest"] != self._chained(told) or entry["n"] != len(self.log) + 1:
            self._refuse(
                "chain", Text("记录的摘要与前文不相接。", "Its digest does not continue the entries before it.")
            )
        if self.log and entry["at"] < self.log[-1]["at"]:
            self._refuse("time", Text("记录的时间早于前一条。", "It is earlier than the entry before it."))
        key, place, reason = (entry["case"], entry["stratum"]), entry["expert"], entry["reason"]
        if key not in self.seated or entry["what"] not in WHAT:
            self._refuse("unknown", Text("没有这个办件、分层或动作。", "There is no such case, stratum or act."))
        if entry["what"] == "left":
            self._leave(key, place, reason)
        else:
            self._fill(entry["what"], key, place, reason)
        self.log.append(dict(entry))

    def _leave(self, key: tuple[str, str], place: int, reason: str) -> None:
        if place not in self.seated[key] or reason not in LEFT:
            said = Text("该专家不在此席，或理由不在规定之列。", "This expert has no such seat, or the reason is none.")
            self._refuse("left", said)
        self.seated[key].remove(place)
        self._load[place] -= 1
        self._open[key] += 1

    def _fill(self, what: str, key: tuple[str, str], place: int | None, reason: str) -> None:
        if self._open[key] <= self._exhausted[key]:
            self._refuse("no_vacancy", Text("该层没有空缺。", "No seat of this stratum is open."))
        if place != self.next_reserve(*key) or (place is None) != (what == "exhausted"):
            said = Text("递补未按备选次序。", "This is not the reserve whose turn it is.")
            self._refuse("order", said)
        if place is None:
            self._exhausted[key] += 1
            return
        if what == "passed" and reason not in PASSED:
            self._refuse(
                "passed", Text("跳过备选须有规定的理由。", "A reserve is passed over for a known reason only.")
            )
        if what == "seated":
            if reason or self.is_full(place):
                self._refuse("full", Text("该备选已达承接上限。", "This reserve sits on as many panels as they may."))
            self.seated[key].append(place)
            self._load[place] += 1
            self._open[key] -= 1
        self._next[key] += 1

    def _chained(self, told: Mapping[str, Any]) -> str:
        before = self.log[-1]["digest"] if self.log else self.frozen.digest
        return digest([FORMAT, "log", before, dict(told)])

    def _refuse(self, code: str, said: Text) -> None:
        where = f"log[{len(self.log) + 1}]"
        raise Refused.because(Problem(f"draw.log_{code}", said, where))


def replayed(frozen: FrozenList, drawn: Drawn, log: Sequence[Mapping[str, Any]]) -> Seating:
    """The seats as a log leaves them. Raises Refused at the first entry that does not follow."""
    return Seating(frozen, drawn, [dict(one) for one in log])
