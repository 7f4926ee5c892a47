"""Who may be drawn: the active experts, their strata and recusals by case, and how much each may still be given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from keguan.casework.models import Case, Round
from keguan.casework.reviewing.fields import disciplines_of, is_of
from keguan.casework.reviewing.recusal import at_hand, given_this_year, recusals, resting
from keguan.fairness.draw import OUT, SIGNS, CasePool, Expert, FrozenList, Stratum
from keguan.kernel.canonical import commitment, digest, new_salt
from keguan.language.schema import Draw, Panel, Review
from keguan.registers.experts.identity import people_in_question
from keguan.registers.experts.models import Expert as Row
from keguan.registers.experts.queries import left_out as aside
from keguan.registers.experts.queries import ready

PREFECTURE = 4
"""Digits of a region code that name the prefecture."""
NO_STRATUM = "no_stratum"
DRAWN_BEFORE = "drawn_before"


@dataclass
class Behind:
    """Who is behind a place of a list, and why they are kept out of which cases."""

    expert: int
    salt: bytes
    kept_out: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A list that could be fixed, and what it keeps to itself. left_out: how many experts no case of the draw can have, by
    reason."""

    frozen: FrozenList
    behind: tuple[Behind, ...]
    left_out: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A case and how many it wants from each stratum; before: experts whom an earlier draw named for it."""

    case: Case
    seats: Mapping[str, int]
    before: frozenset[int] = frozenset()


def prepared_list(
    name: str, about: Mapping[str, object], of_round: Round, step: Review, wanted: Sequence[Wanted]
) -> Prepared:
    """The list of a draw, not fixed yet: everybody who stands in a stratum of at least one case, with fresh salts."""
    draw = step.panel.draw
    assert draw is not None  # noqa: S101 - the caller has looked
    unsettled = people_in_question()
    experts = list(ready(unsettled=unsettled))
    room, rest = _room(of_round, step.panel, experts)
    left_out = rest + Counter(aside(unsettled))
    usable = [one for one in experts if room[one.pk] > 0]
    standing: dict[int, Behind] = {one.pk: Behind(one.pk, new_salt()) for one in usable}
    strata: dict[tuple[int, str], str] = {}
    for one in wanted:
        for pk, stratum, reasons in _stands(one, step, usable):
            if stratum:
                strata[pk, one.case.number] = stratum
            else:
                standing[pk].kept_out[one.case.number] = reasons
    somewhere = {pk for pk, _ in strata}
    left_out["nowhere"] = len(usable) - len(somewhere)
    hidden = {pk: commitment({"draw": name, "expert": pk}, standing[pk].salt) for pk in somewhere}
    order = sorted(somewhere, key=lambda pk: hidden[pk])
    cases = tuple(
        _case_pool(name, draw, one, order, strata, standing) for one in sorted(wanted, key=lambda w: w.case.number)
    )
    frozen = FrozenList(
        draw=name,
        about=about,
        frozen_at="",
        randomness={},
        experts=tuple(Expert(hidden[pk], room[pk]) for pk in order),
        cases=cases,
        reserves=draw.reserves,
    )
    return Prepared(frozen, tuple(standing[pk] for pk in order), {why: n for why, n in left_out.items() if n})


def _case_pool(
    name: str,
    draw: Draw,
    wanted: Wanted,
    order: Sequence[int],
    strata: Mapping[tuple[int, str], str],
    standing: Mapping[int, Behind],
) -> CasePool:
    number = wanted.case.number
    parts = [
        Stratum(str(one.stratum), seats) for one in draw.strata if (seats := wanted.seats.get(str(one.stratum), 0))
    ]
    sign = {part.stratum: SIGNS[n] for n, part in enumerate(parts)}
    stands = [sign.get(strata.get((pk, number), ""), OUT) for pk in order]
    hidden = []
    for pk, mark in zip(order, stands, strict=True):
        if mark == OUT:
            behind = standing[pk]
            reasons = behind.kept_out.setdefault(number, [NO_STRATUM])  # its stratum is not wanted this time
            hidden.append(commitment({"draw": name, "case": number, "reasons": reasons}, behind.salt))
    return CasePool(number, tuple(parts), "".join(stands), digest(hidden))


def _stands(wanted: Wanted, step: Review, experts: Sequence[Row]) -> list[tuple[int, str, list[str]]]:
    """Each expert with the stratum of this case, or with the reasons that keep them out: who fits no stratum is asked for
    no other."""
    case = wanted.case
    stratum_of = _strata(case, step.panel)
    strata = {one.pk: stratum_of(one) for one in experts}
    against = recusals(case, step, [pk for pk, stratum in strata.items() if stratum], case.memo.answers)
    found = []
    for pk, stratum in strata.items():
        reasons = [problem.code.removeprefix("recusal.") for problem in against[pk]] if stratum else [NO_STRATUM]
        if pk in wanted.before:
            reasons.append(DRAWN_BEFORE)
        found.append((pk, "" if reasons else stratum, sorted(set(reasons))))
    return found


def _strata(case: Case, panel: Panel) -> Callable[[Row], str]:
    """The first stratum that an expert fits, "" where none does. What is unknown never fits."""
    strata = panel.draw.strata if panel.draw else ()
    fields = disciplines_of(case, panel)
    here = (case.host.region_code if case.host else "")[:PREFECTURE]

    def stratum_of(one: Row) -> str:
        employer = one.person.employer
        there = (one.region_code or (employer.region_code if employer else ""))[:PREFECTURE]
        holds = {
            "same_field": any(is_of(one.fields, codes) for codes in fields),
            "other_region": bool(here and there and here != there),
        }
        return next((str(part.stratum) for part in strata if all(holds[word] for word in part.where)), "")

    return stratum_of


def _room(of_round: Round, panel: Panel, experts: Sequence[Row]) -> tuple[dict[int, int], Counter[str]]:
    """How many cases of this draw each may be given, and how many experts have no room, by reason."""
    ids = [one.pk for one in experts]
    draw = panel.draw
    assert draw is not None  # noqa: S101 - the caller has looked
    hands, rest, year = at_hand(ids), resting(of_round, panel, ids), given_this_year(ids)
    room: dict[int, int] = {}
    left_out: Counter[str] = Counter()
    for one in experts:
        free = one.max_load - hands.get(one.pk, 0)
        caps = [most - year.get(one.pk, 0) for most in (draw.yearly, one.yearly_most) if most]
        yearly = min([draw.load, *caps])
        room[one.pk] = 0 if one.pk in rest else max(0, min(draw.load, free, yearly))
        if not room[one.pk]:
            left_out["resting" if one.pk in rest else "full" if free <= 0 else "yearly"] += 1
    return room, left_out
