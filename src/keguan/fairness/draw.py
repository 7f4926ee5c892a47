"""A draw that anyone can do again: a frozen list, a seed that nobody could choose, and chance computed from both.

To check a draw by hand, read `seed_of`, `sample` and `drawn`, in this order. Only SHA-256, HMAC and canonical JSON (RFC 8785,
`kernel.canonical`) are used; `docs/reference/draws.md` has the format, `docs/why/draw.en.md` who could cheat and why not.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import canonical, digest
from keguan.kernel.problems import Problem, Refusal

FORMAT = "keguan-draw/2"
SIGNS = "0123456789abcdefghijklmnopqrstuvwxyz"
"""The signs of the first stratum, the second, and so on, in `CasePool.stands`."""
OUT = "-"
"""The sign of somebody who is kept out."""
ATTEMPTS = 200
"""How often a draw that load caps leave incomplete is thrown away as a whole and begun again, from the same seed."""


@dataclass(frozen=True, slots=True)
class Expert:
    """One who may be drawn. expert: a salted commitment to who it is. load: how many cases of this draw at most."""

    expert: str
    load: int


@dataclass(frozen=True, slots=True)
class Stratum:
    """A group of a case from which so many seats are filled."""

    stratum: str
    seats: int


@dataclass(frozen=True, slots=True)
class CasePool:
    """Who may review one case, by stratum, and who may not.

    stands: one sign for each expert of the list, in its order: `0` for the first stratum, `1` for the second, on to `z`,
    or `-` for one who is kept out; so each expert stands exactly once. kept_out: the digest of one salted commitment to
    the reasons for each who is kept out, in order.
    """

    case: str
    strata: tuple[Stratum, ...]
    stands: str
    kept_out: str

    def experts(self, number: int) -> NDArray[np.intp]:
        """The places of all who stand in this stratum, rising."""
        return np.flatnonzero(self.signs() == ord(SIGNS[number]))

    def signs(self) -> NDArray[np.uint8]:
        """The codes of the signs, one for each expert."""
        return np.frombuffer(self.stands.encode(), np.uint8)


@dataclass(frozen=True, slots=True)
class FrozenList:
    """All that is fixed before chance is known. Its digest is published first; nothing in it can change afterwards.

    about: programme, round, step, the number of the draw and why there is a second one. randomness: which public value
    will decide, and from when it is public (`randomness.named_problems`). commitments: who has promised a secret of
    their own. reserves: how many for each stratum of each case.
    """

    draw: str
    about: Mapping[str, Any]
    frozen_at: str
    randomness: Mapping[str, Any]
    experts: tuple[Expert, ...]
    cases: tuple[CasePool, ...]
    reserves: int
    commitments: tuple[tuple[str, str], ...] = ()
    reveal_by: str = ""
    unrevealed: str = "without"

    def document(self) -> dict[str, Any]:
        """The list as it is published and hashed."""
        return {
            "format": FORMAT,
            "draw": self.draw,
            "about": dict(self.about),
            "frozen_at": self.frozen_at,
            "randomness": dict(self.randomness),
            "commitments": [{"party": party, "commitment": promised} for party, promised in self.commitments],
            "reveal_by": self.reveal_by,
            "unrevealed": self.unrevealed,
            "reserves": self.reserves,
            "experts": [{"expert": one.expert, "load": one.load} for one in self.experts],
            "cases": [
                {
                    "case": one.case,
                    "strata": [{"stratum": part.stratum, "seats": part.seats} for part in one.strata],
                    "stands": one.stands,
                    "kept_out": one.kept_out,
                }
                for one in self.cases
            ],
        }

    @property
    def digest(self) -> str:
        """The SHA-256 that is announced before chance is known."""
        return digest(self.document())


def list_of(document: Mapping[str, Any]) -> FrozenList:
    """The frozen list that a document tells. Raises KeyError, TypeError or ValueError where it tells none."""
    if document["format"] != FORMAT:
        raise ValueError(f"the format is {document['format']!r}, not {FORMAT!r}")
    return FrozenList(
        draw=document["draw"],
        about=document["about"],
        frozen_at=document["frozen_at"],
        randomness=document["randomness"],
        experts=tuple(Expert(one["expert"], one["load"]) for one in document["experts"]),
        cases=tuple(
            CasePool(
                one["case"],
                tuple(Stratum(part["stratum"], part["seats"]) for part in one["strata"]),
                one["stands"],
                one["kept_out"],
            )
            for one in document["cases"]
        ),
        reserves=document["reserves"],
        commitments=tuple((one["party"], one["commitment"]) for one in document["commitments"]),
        reveal_by=document["reveal_by"],
        unrevealed=document["unrevealed"],
    )


# ------------------------------------------------------------------------------------------------- the chance


def seed_of(frozen: FrozenList, randomness: str, reveals: Sequence[tuple[str, str]] = ()) -> bytes:
    """The seed: SHA-256 over the public randomness, the digest of the list, the name of the draw and what was revealed."""
    parts = [FORMAT, "seed", randomness, frozen.digest, frozen.draw, [list(one) for one in sorted(reveals)]]
    return hashlib.sha256(canonical(parts)).digest()


def sample(seed: bytes, label: Sequence[str | int], of: Sequence[int] | NDArray[np.intp], n: int) -> list[int]:
    """n of these without replacement, each equally likely, in the order in which they were drawn.

    The first n steps of a Fisher-Yates shuffle. Each step takes HMAC-SHA-256(seed, label and counter) as one number of 256
    bits; numbers beyond the last whole multiple of the choices are rejected, so that none is likelier than another.
    """
    # A step exchanges two positions; only those that were exchanged are kept, as `of` may be a hundred thousand long.
    stands: dict[int, int] = {}
    chosen, counter = [], 0
    for place in range(n):
        choices = len(of) - place
        most = 2**256 - 2**256 % choices
        number = most
        while number >= most:
            block = hmac.digest(seed, canonical([FORMAT, *label, counter]), "sha256")
            number, counter = int.from_bytes(block, "big"), counter + 1
        other = place + number % choices
        chosen.append(int(of[stands.get(other, other)]))
        stands[other] = stands.get(place, place)
    return chosen


@dataclass(frozen=True, slots=True)
class Panel:
    """What was drawn for one case: places in the list of experts by stratum, members and then reserves in their order."""

    case: str
    members: tuple[tuple[str, tuple[int, ...]], ...]
    reserves: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A whole draw. attempt: which one was the first that the load caps let through."""

    attempt: int
    panels: tuple[Panel, ...]

    def document(self) -> dict[str, Any]:
        """The draw as it is published."""
        return {
            "attempt": self.attempt,
            "panels": [
                {
                    "case": one.case,
                    "members": [[stratum, list(places)] for stratum, places in one.members],
                    "reserves": [[stratum, list(places)] for stratum, places in one.reserves],
                }
                for one in self.panels
            ],
        }


def drawn(frozen: FrozenList, seed: bytes) -> Drawn | Refusal:
    """Draw every panel, then every reserve.

    The case with the least choice comes first, then by number. An expert whose load is used up is not drawn again. Where
    a stratum runs out that way, the whole draw is thrown away and begun anew with the next attempt's label: from the
    same seed, so that nobody chooses. Refusal `draw.stuck` after 200 attempts: `contradictions` finds that out before
    the list is frozen.
    """
    order = sorted(frozen.cases, key=lambda one: (_spare(one), one.case))
    stuck: Counter[tuple[str, str]] = Counter()
    for attempt in range(1, ATTEMPTS + 1):
        members: dict[tuple[str, str], list[int]] = {}
        load: Counter[int] = Counter()
        full = np.zeros(len(frozen.experts), bool)
        for case, number, part in ((one, number, part) for one in order for number, part in enumerate(one.strata)):
            free = case.experts(number)
            free = free[~full[free]]
            if len(free) < part.seats:
                stuck[case.case, part.stratum] += 1
                break
            chosen = sample(seed, ("member", attempt, case.case, part.stratum), free, part.seats)
            members[case.case, part.stratum] = chosen
            load.update(chosen)
            full[[one for one in chosen if load[one] >= frozen.experts[one].load]] = True
        else:
            return Drawn(attempt, tuple(_panel(frozen, seed, one, members, full) for one in frozen.cases))
    (case_number, stratum), _ = stuck.most_common(1)[0]
    return Refusal((_stuck(case_number, stratum),))


def _spare(case: CasePool) -> int:
    return min((case.stands.count(SIGNS[n]) - part.seats for n, part in enumerate(case.strata)), default=0)


def _panel(
    frozen: FrozenList,
    seed: bytes,
    case: CasePool,
    members: Mapping[tuple[str, str], Sequence[int]],
    full: NDArray[np.bool_],
) -> Panel:
    reserves: list[tuple[str, tuple[int, ...]]] = []
    for number, part in enumerate(case.strata):
        free = case.experts(number)
        free = free[~full[free] & ~np.isin(free, members[case.case, part.stratum])]
        some = sample(seed, ("reserve", case.case, part.stratum), free, min(frozen.reserves, len(free)))
        reserves.append((part.stratum, tuple(some)))
    seated = tuple((part.stratum, tuple(members[case.case, part.stratum])) for part in case.strata)
    return Panel(case.case, seated, tuple(reserves))


# ------------------------------------------------------------------------------------- what cannot be drawn at all


def contradictions(frozen: FrozenList) -> tuple[Problem, ...]:
    """What keeps this list from being drawn, before it is frozen: all at once, by case and stratum.

    `draw.short` (more seats than experts in a stratum), `draw.load` (more seats than the experts take together), and
    `draw.stuck` (three trial draws with seeds of no meaning do not come through), `draw.no_cases`.
    """
    if not frozen.cases:
        return (Problem("draw.no_cases", Text("没有要抽取专家的办件。", "There is no case to draw for."), "cases"),)
    standing = [
        (case, part, case.stands.count(SIGNS[n])) for case in frozen.cases for n, part in enumerate(case.strata)
    ]
    found = [_short(case, part, n) for case, part, n in standing if n < part.seats]
    if found:
        return tuple(found)
    seats = sum(part.seats for case in frozen.cases for part in case.strata)
    open_to = sum((case.signs() != ord(OUT) for case in frozen.cases), np.zeros(len(frozen.experts), np.int64))
    room = sum(min(one.load, n) for one, n in zip(frozen.experts, open_to.tolist(), strict=True))
    if room < seats:
        said = Text(
            "共需{seats}席，而可抽取的专家按承接上限合计只能承担{room}席。",
            "Seats wanted: {seats}; the eligible experts take {room} together.",
        ).filled(seats=seats, room=room)
        return (Problem("draw.load", said, "load", str(room), fix=_WIDEN),)
    refused: list[Refusal] = []
    for n in range(3):
        trial = drawn(frozen, hashlib.sha256(canonical([FORMAT, "trial", n])).digest())
        if isinstance(trial, Drawn):
            return ()
        refused.append(trial)
    return refused[0].problems


_WIDEN = Text(
    "请扩大专家范围、提高承接上限、减少席位，或分批抽取。",
    "Widen the pool, raise the loads, ask for fewer seats, or draw for fewer cases at a time.",
)


def _short(case: CasePool, part: Stratum, n: int) -> Problem:
    said = Text(
        "{case}的“{stratum}”层需抽取{seats}名，符合条件的只有{n}名。",
        "Case {case} wants {seats} from the stratum “{stratum}”, where {n} are eligible.",
    ).filled(case=case.case, stratum=part.stratum, seats=part.seats, n=n)
    return Problem("draw.short", said, f"cases.{case.case}.{part.stratum}", str(n), fix=_WIDEN)


def _stuck(case: str, stratum: str) -> Problem:
    said = Text(
        "承接上限过紧：抽到{case}的“{stratum}”层时，符合条件的专家已无余量。",
        "The loads are too tight: at case {case}, stratum “{stratum}”, no eligible expert has room left.",
    ).filled(case=case, stratum=stratum)
    return Problem("draw.stuck", said, f"cases.{case}.{stratum}", fix=_WIDEN)
