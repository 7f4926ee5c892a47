"""What panels have to have: the programme's bounds and the officer's, less those who sit already, as terms of an assignment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from keguan.casework.models import Case, SeatHolder
from keguan.casework.reviewing.fields import disciplines_of, is_of
from keguan.casework.reviewing.recusal import at_hand, given_this_year
from keguan.engine.steps.review import LIVE
from keguan.kernel.bilingual import Text
from keguan.language.schema import Panel, Review
from keguan.panels.matching.expertise import Pool
from keguan.registers.experts.models import Expert

if TYPE_CHECKING:
    from keguan.fairness.assignment import Bound, Candidates, Terms

SENIOR = "senior"
_FREE = 1_000_000
_OTHER_REGION = Text("外地区专家", "experts from other regions")
_OTHER_UNIT = Text("外单位专家", "experts from other units")
_SAME_FIELD = Text("同领域专家", "experts of the application's field")
_NTH_FIELD = Text("申报所涉第{n}个领域的专家", "experts of field {n} of the application")
_SENIORS = Text("正高级职称专家", "experts with a senior title")
_OTHERS = Text("正高级以下职称专家", "experts below a senior title")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the officer asks of the panels. None: no bound of its own.

    same_institution_most: experts of one legal entity on a panel. most_new: reviews that one expert gets by this proposal.
    """

    same_institution_most: int | None = None
    most_new: int | None = None


@dataclass(frozen=True, slots=True)
class Sitting:
    """What bounds ask of somebody who sits on a panel. entity: the sign of the legal entity they work for, from
    `legal_entities`. title: as in the register of people. fields: codes."""

    COLUMNS: ClassVar = (
        "expert__person__employer",
        "expert__region_code",
        "expert__person__title",
        "expert__fields",
    )

    entity: int | None
    region_code: str
    title: str
    fields: Sequence[str]

    @classmethod
    def of(cls, expert: Expert, entities: Mapping[int, int]) -> Sitting:
        """The same of somebody who could."""
        return cls(entity_of(expert, entities), expert.region_code, expert.person.title, expert.fields)


@dataclass(slots=True)
class Open:
    """A case with free seats, who sits on its panel, and who could take the seats, the nearest first. home: the sign of its
    host's legal entity."""

    case: Case
    free: int
    home: int | None = None
    seated: list[Sitting] = field(default_factory=list)
    fits: dict[int, float] = field(default_factory=dict)

    def is_crowded(self, entity: int | None, most: int | None) -> bool:
        """Whether as many of this legal entity sit here as may."""
        return most is not None and entity is not None and sum(one.entity == entity for one in self.seated) >= most


Counts = Callable[[Open, Sitting], bool]
"""Whether somebody counts for a bound on the panel of a case."""


def narrower(one: int | None, other: int | None) -> int | None:
    """The bound that holds where two are stated."""
    return min(one, other) if one is not None and other is not None else other if one is None else one


def entity_of(expert: Expert, entities: Mapping[int, int]) -> int | None:
    """The sign of the legal entity for which an expert works; None where nobody knows."""
    return None if expert.person.employer_id is None else entities.get(expert.person.employer_id)


def terms_for(
    opened: Sequence[Open], found: Pool, step: Review, bounds: Bounds, candidates: Candidates, experts: Sequence[int],
    entities: Mapping[int, int],
) -> Terms:  # fmt: skip
    """The terms of one assignment. experts: ids, in the order of the candidates' positions. entities: of their employers. Three queries at most, and one where experts bound their year."""
    import numpy as np

    from keguan.fairness.assignment import Terms

    panel = step.panel
    load = at_hand(experts)
    held = np.array([load.get(one, 0) for one in experts], dtype=np.int64)
    most = np.array([found.experts[one].max_load for one in experts], dtype=np.int64)
    if any(found.experts[one].yearly_most is not None for one in experts):
        given = given_this_year(experts)
        caps = [found.experts[one].yearly_most for one in experts]
        room = [_FREE if cap is None else cap - given.get(one, 0) for one, cap in zip(experts, caps, strict=True)]
        most = np.minimum(most, held + np.maximum(0, np.array(room, dtype=np.int64)))
    if bounds.most_new is not None:
        most = np.minimum(most, held + bounds.most_new)
    least = np.zeros(len(experts), dtype=np.int64)
    if opened and (panel.most_load is not None or panel.least_load is not None):
        count = _panels_of(opened[0].case.round_id, step, experts)
        here = np.array([count[one] for one in experts], dtype=np.int64)
        if panel.most_load is not None:
            most = np.minimum(most, held + np.maximum(0, panel.most_load - here))
        if panel.least_load is not None:
            asked = np.bincount(candidates.expert, minlength=len(experts)) > 0
            least = np.where(asked, held + np.maximum(0, panel.least_load - here), 0)
    most = np.maximum(most, held)
    return Terms(
        size=np.array([one.free for one in opened], dtype=np.int64),
        most_load=most,
        least_load=np.minimum(least, most),
        held=held,
        institution=np.array([entity_of(found.experts[one], entities) or -1 for one in experts], dtype=np.int64),
        same_institution_most=narrower(bounds.same_institution_most, panel.same_institution_most),
        bounds=_Composing(opened, [Sitting.of(found.experts[one], entities) for one in experts], candidates).all(panel),
    )


def _panels_of(round_id: int | None, step: Review, experts: Sequence[int]) -> Counter[int]:
    """On how many panels of the round each of them sits or has scored."""
    rows = SeatHolder.objects.filter(expert__in=experts, seat__case__round=round_id, seat__step=step.id)
    return Counter(rows.filter(seat__state__in=LIVE).values_list("expert", flat=True))


class _Composing:
    """The composition of panels, bound by bound."""

    def __init__(self, opened: Sequence[Open], experts: Sequence[Sitting], candidates: Candidates) -> None:
        self.opened = opened
        pairs = zip(candidates.case.tolist(), candidates.expert.tolist(), strict=True)
        self.pairs = [(opened[case], experts[expert]) for case, expert in pairs]

    def all(self, panel: Panel) -> tuple[Bound, ...]:
        """Those that nest in one another first, the wider one before the other."""
        juniors = None if panel.senior_most is None else panel.size - panel.senior_most
        return (
            *self.bound("region", _OTHER_REGION, _is_from_elsewhere, panel.outside_region_least),
            *self.bound("unit", _OTHER_UNIT, _is_of_another_unit, panel.outside_unit_least),
            *self.fields(panel),
            *self.bound("senior", _SENIORS, _is_senior, panel.senior_least),
            *self.bound("junior", _OTHERS, _is_below_senior, juniors),
        )

    def fields(self, panel: Panel) -> Iterator[Bound]:
        """Each field that a case names is covered: a bound for the first one of every case, for the second, and so on."""
        if panel.same_field_least is None:
            return
        named = {one.case.pk: disciplines_of(one.case, panel) for one in self.opened}
        most = max((len(one) for one in named.values()), default=0)
        for nth in range(most):
            codes = {pk: fields[nth] if nth < len(fields) else () for pk, fields in named.items()}
            least = [panel.same_field_least if codes[one.case.pk] else 0 for one in self.opened]
            say = _SAME_FIELD if most == 1 else _NTH_FIELD.filled(n=nth + 1)
            yield from self.bound(f"field{nth + 1}", say, _Knows(codes), least)

    def bound(self, code: str, say: Text, counts: Counts, least: int | Sequence[int] | None) -> Iterator[Bound]:
        """At least so many of a sort on a panel, less those who sit; never more than seats are free."""
        import numpy as np

        from keguan.fairness.assignment import Bound

        if not least:
            return
        wanted = [least] * len(self.opened) if isinstance(least, int) else least
        left = [
            min(one.free, max(0, n - sum(counts(one, there) for there in one.seated)))
            for one, n in zip(self.opened, wanted, strict=True)
        ]
        marks = np.array([counts(one, expert) for one, expert in self.pairs], dtype=bool)
        yield Bound(code, say, marks, least=np.array(left, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class _Knows:
    """Whether an expert knows what a case is about. codes: by case."""

    codes: Mapping[int, Sequence[str]]

    def __call__(self, one: Open, expert: Sitting) -> bool:
        return is_of(expert.fields, self.codes[one.case.pk])


def _is_from_elsewhere(one: Open, expert: Sitting) -> bool:
    home = _prefecture(one.case.host.region_code if one.case.host else "")
    return bool(expert.region_code) and _prefecture(expert.region_code) != home


def _is_of_another_unit(one: Open, expert: Sitting) -> bool:
    return expert.entity is not None and expert.entity != one.home


def _is_senior(_: Open, expert: Sitting) -> bool:
    return expert.title == SENIOR


def _is_below_senior(_: Open, expert: Sitting) -> bool:
    return expert.title not in (SENIOR, "none")


def _prefecture(region_code: str) -> str:
    """The first four digits of GB/T 2260: another prefecture is another region."""
    return region_code[:4]
