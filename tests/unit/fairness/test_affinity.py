from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keguan.fairness import affinity
from keguan.fairness.affinity import Application, Expertise, Near, Work, agreement, weight_of

terms = st.lists(
    st.sampled_from(["棉花", "滴灌", "土壤", "盐碱", "算法", "网络", "图像", "治理", "供应链", "风险"]), max_size=6
)
works = st.lists(st.builds(Work, st.integers(1, 5), terms, st.sampled_from([0.5, 0.8, 1.0])), max_size=12)
codes = st.lists(st.sampled_from(["210", "21040", "2104020", "520", "52040", "630"]), max_size=2)
applications = st.builds(Application, terms, terms, terms, codes)


def dense(works: Sequence[Work], theirs: dict[int, list[str]], asked: Application) -> dict[int, float]:
    """The fit of every expert, as the docstrings define it, one number after the other."""
    said_by = Counter(term for work in works for term in set(work.terms))

    def idf(term: str) -> float:
        return log((1 + len(works)) / (1 + said_by[term])) + 1

    def weighed(counts: dict[str, float]) -> dict[str, float]:
        return {term: (1 + log(n)) * idf(term) for term, n in counts.items()}

    def length(row: dict[str, float]) -> float:
        return sqrt(sum(value**2 for value in row.values()))

    wanted: dict[str, float] = {}
    for part, weight in ((asked.title, 3), (asked.keywords, 2), (asked.abstract, 1)):
        for term in part:
            wanted[term] = wanted.get(term, 0) + weight
    wanted = weighed(wanted)
    rows = [weighed(dict(Counter(work.terms))) for work in works]
    lengths = [length(row) for row in rows if row]
    usual = sum(lengths) / len(lengths) if lengths else 1.0
    fits: dict[int, float] = {}
    for expert in {work.expert for work in works} | set(theirs):
        power = 0.0
        for work, row in zip(works, rows, strict=True):
            if work.expert == expert and row and wanted:
                dot = sum(wanted[term] * value for term, value in row.items() if term in wanted)
                near = work.weight * dot / length(wanted) / (0.25 * usual + 0.75 * length(row))
                power += near**affinity.SOFTNESS
        fit = min(1.0, power ** (1 / affinity.SOFTNESS))
        if asked.codes:
            fit = 0.8 * fit + 0.2 * agreement(asked.codes, theirs.get(expert, []))
        fits[expert] = fit
    return {expert: fit for expert, fit in fits.items() if fit > 0}


def fits_of(near: Near) -> dict[int, float]:
    return dict(zip(near.experts.tolist(), near.fits.tolist(), strict=True))


@given(works, st.dictionaries(st.integers(1, 6), codes), applications)
def test_the_fit_of_every_expert_is_that_of_the_dense_sum(
    works: list[Work], theirs: dict[int, list[str]], asked: Application
) -> None:
    (near,) = Expertise(works, theirs).nearest([asked], 100)
    assert fits_of(near) == pytest.approx(dense(works, theirs, asked), abs=2e-6)
    assert near.fits.tolist() == sorted(near.fits.tolist(), reverse=True)


@given(works, st.lists(applications, min_size=1, max_size=5))
@settings(max_examples=30)
def test_blocks_change_nothing(works: list[Work], asked: list[Application]) -> None:
    pool = Expertise(works)
    whole = [fits_of(one) for one in pool.nearest(asked)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(affinity, "_AT_ONCE", 1)
        assert [fits_of(one) for one in pool.nearest(asked)] == whole


@given(st.data(), works, applications)
def test_the_order_of_works_does_not_matter(data: st.DataObject, works: list[Work], asked: Application) -> None:
    mixed = data.draw(st.permutations(works))
    (one,), (other,) = Expertise(works).nearest([asked]), Expertise(mixed).nearest([asked])
    assert fits_of(one) == pytest.approx(fits_of(other), abs=2e-6)


@given(works, st.sets(st.sampled_from(["棉花", "滴灌", "土壤", "盐碱", "算法"]), min_size=1), st.data())
def test_a_work_that_says_one_more_word_of_the_application_never_fits_less(
    works: list[Work], title: set[str], data: st.DataObject
) -> None:
    said = data.draw(st.sets(st.sampled_from(["棉花", "滴灌", "土壤", "图像", "治理", "风险"])))
    more = data.draw(st.sampled_from(sorted(title)))
    pool = Expertise([*works, Work(8, sorted(said - {more})), Work(9, sorted(said | {more}))])
    (near,) = pool.nearest([Application(sorted(title))])
    fits = fits_of(near)
    assert fits[9] >= fits.get(8, 0.0)


@given(works, applications, st.integers(1, 4))
def test_the_nearest_few_are_the_first_of_all(works: list[Work], asked: Application, most: int) -> None:
    pool = Expertise(works)
    (every,), (few,) = pool.nearest([asked]), pool.nearest([asked], most)
    assert few.experts.tolist() == every.experts.tolist()[:most]


@given(works, applications)
def test_whoever_shares_a_word_is_given_the_works_that_share_it(works: list[Work], asked: Application) -> None:
    pool = Expertise(works)
    said = {*asked.title, *asked.abstract, *asked.keywords}
    for expert in pool.experts.tolist():
        reasons = pool.because(asked, expert, 100)
        sharing = {at for at, work in enumerate(works) if work.expert == expert and said & set(work.terms)}
        assert {one.work for one in reasons} == sharing
        for one in reasons:
            assert set(one.terms) == said & set(works[one.work].terms)


def test_one_near_work_counts_for_more_than_many_that_are_somewhat_near() -> None:
    background = [Work(3, [f"词{n}"]) for n in range(50)]
    near = [Work(1, ["棉花", "滴灌"]), Work(1, ["算法", "网络"])]
    spread = [Work(2, ["棉花", "图像"]), Work(2, ["治理", "滴灌"])]
    (found,) = Expertise([*background, *near, *spread]).nearest([Application(["棉花", "滴灌"])])
    assert found.experts.tolist()[0] == 1


def test_an_expert_without_works_is_near_by_codes_alone_and_has_no_reason_among_works() -> None:
    pool = Expertise([Work(1, ["棉花"])], {1: ["520"], 2: ["21040"]})
    asked = Application(["滴灌"], codes=["21040"])
    (found,) = pool.nearest([asked])
    assert found.experts.tolist() == [2]
    assert pool.because(asked, 2) == ()


def test_nobody_and_nothing_are_near_nothing() -> None:
    assert Expertise([]).nearest([Application([])])[0].experts.tolist() == []
    assert Expertise([]).because(Application(["棉花"]), 7) == ()


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("52040", "52040", 1.0),
        ("52040", "520", 0.6),
        ("52040", "52045", 0.6),
        ("520", "530", 0.0),
        ("gbt13745:2009:52040", "gbt13745:2009:520", 0.6),
        ("gbt13745:2009:520", "nsfc:2024:520", 0.0),
        ("F0101", "F0102", 0.6),
    ],
)
def test_codes_agree_by_the_levels_they_share(one: str, other: str, found: float) -> None:
    assert agreement([one], [other]) == agreement([other], [one]) == found


@given(st.sampled_from(["led", "member", "paper", "keywords"]), st.floats(0, 200), st.floats(0, 50))
def test_an_older_work_never_counts_for_more_and_never_for_less_than_half(kind: str, years: float, more: float) -> None:
    assert weight_of(kind) / 2 <= weight_of(kind, years + more) <= weight_of(kind, years) <= weight_of(kind)
