from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keguan.kernel.money import MOST_FEN, UNITS, ZERO, Money, share_pool
from keguan.kernel.problems import Problem

amounts = st.integers(0, MOST_FEN).map(Money)
claims = st.lists(st.integers(0, 10**12).map(Money), max_size=30)


def code(answer: Money | Problem) -> str:
    assert isinstance(answer, Problem), answer
    assert answer.say.zh
    assert answer.say.en
    assert answer.fix is not None
    return answer.code


@pytest.mark.parametrize(
    "typed",
    [
        "12.5", "12.5万", "12.5万元", "125000元", "125,000元", "125，000 元", "１２．５", "１２。５万元",
        " 12.50 万 元 ", "¥125000", "￥125,000.00", "人民币12.5万元", "RMB 125000", "0.00125亿元", "12.500000000",
        "125000 Yuan", "0012.5", "12.5\u200b万元",
    ],
)  # fmt: skip
def test_every_usual_way_of_typing_an_amount_is_understood(typed: str) -> None:
    assert Money.parse(typed) == Money.wan("12.5")


def test_a_bare_number_means_what_the_form_says() -> None:
    assert Money.parse("12.5", unit="元") == Money(1250)
    assert Money.parse("12.5", unit="亿元") == Money.wan(125_000)
    assert Money.parse("12.5万", unit="元") == Money.wan("12.5")


@pytest.mark.parametrize("typed", ["¥50", "￥50", "rmb 1,230.5", "人民币9999.99"])
def test_a_cell_formatted_as_money_is_asked_about_where_ten_thousands_are_meant(typed: str) -> None:
    assert code(Money.parse(typed)) == "money.unit"
    assert isinstance(Money.parse(typed, unit="元"), Money)
    assert isinstance(Money.parse(typed + "元"), Money)
    assert Money.parse("¥10000") == Money.wan(1), "what is as much as the unit itself is meant in yuan"


@pytest.mark.parametrize("typed", ["", "  ", "\u3000", "\u200b"])
def test_an_empty_amount_asks_for_one(typed: str) -> None:
    assert code(Money.parse(typed)) == "money.empty"


@pytest.mark.parametrize("typed", ["-1", "−1元", "－１", "负3万元", "¥-5", "-¥5"])
def test_a_negative_amount_is_refused(typed: str) -> None:
    assert code(Money.parse(typed)) == "money.negative"


@pytest.mark.parametrize("typed", ["0.0000001", "0.001元", "12.3456789万元", "0.00000000001亿"])
def test_a_part_of_a_fen_is_refused_and_never_rounded(typed: str) -> None:
    assert code(Money.parse(typed)) == "money.too_fine"


@pytest.mark.parametrize("typed", ["1000000000.000001", "10000000000000.01元", "9" * 40, "100001亿元"])
def test_an_amount_above_the_limit_is_refused(typed: str) -> None:
    assert code(Money.parse(typed)) == "money.too_large"


def test_the_limit_itself_is_accepted() -> None:
    assert Money.parse("1000000000") == Money(MOST_FEN)


@pytest.mark.parametrize(
    "typed",
    ["十二万", "12.5.3", "1e5", "NaN", "inf", "1,25", "12,3456", "1,2,3", "12.5美元", "12 到 15", "1²", "½", "①", "١٢",
     "=A1+3", "12.5万万", "😀", "万元", ".", "1" * 5000, "约5万"],
)  # fmt: skip
def test_what_is_not_clearly_an_amount_is_refused_rather_than_guessed(typed: str) -> None:
    assert code(Money.parse(typed)) == "money.unreadable"


def test_a_refused_amount_shows_what_was_typed() -> None:
    answer = Money.parse("十二万")
    assert isinstance(answer, Problem)
    assert answer.value == "十二万"


@given(st.text(max_size=100), st.sampled_from(sorted(UNITS)))
def test_no_text_breaks_the_reader_of_amounts(typed: str, unit: str) -> None:
    answer = Money.parse(typed, unit)
    assert isinstance(answer, Problem) or ZERO <= answer <= Money(MOST_FEN)


@given(amounts)
def test_what_a_page_shows_reads_back_as_the_same_amount(amount: Money) -> None:
    assert Money.parse(amount.in_wan()) == amount
    assert Money.parse(amount.in_yuan(), unit="元") == amount
    assert Money.parse(str(amount)) == amount
    assert Money.wan(amount.in_wan()) == amount
    assert Money.yuan(Decimal(amount.in_yuan())) == amount


@pytest.mark.parametrize(
    ("fen", "wan", "yuan"),
    [
        (12_500_000, "12.5", "125000"),
        (0, "0", "0"),
        (1, "0.000001", "0.01"),
        (50, "0.00005", "0.50"),
        (-12_500_000, "-12.5", "-125000"),
        (-1, "-0.000001", "-0.01"),
        (100_000_000, "100", "1000000"),
    ],
)
def test_amounts_are_written_exactly_and_without_needless_zeros(fen: int, wan: str, yuan: str) -> None:
    assert Money(fen).in_wan() == wan
    assert Money(fen).in_yuan() == yuan


@pytest.mark.parametrize("fen", [1.0, True, "1", Decimal(1), None])
def test_fen_are_whole_numbers_and_nothing_else(fen: object) -> None:
    with pytest.raises(TypeError):
        Money(fen)  # type: ignore[arg-type]


@pytest.mark.parametrize("amount", [12.5, True, None])
def test_no_float_becomes_money(amount: object) -> None:
    with pytest.raises(TypeError):
        Money.wan(amount)  # type: ignore[arg-type]


@pytest.mark.parametrize("amount", ["0.0000001", "x", "NaN", "Infinity", Decimal("0.0000005")])
def test_a_programmer_who_writes_a_part_of_a_fen_is_told(amount: str | Decimal) -> None:
    with pytest.raises(ValueError, match=r"fen|amount"):
        Money.wan(amount)


def test_money_meets_only_money_and_whole_factors() -> None:
    one = Money.yuan(1)
    assert one + one - one == one
    assert 3 * one == one * 3 == Money(300)
    assert Money(1001) * 60 // 100 == Money(600)
    assert -one < ZERO < one
    assert sum([one, one], ZERO) == Money(200)
    assert not ZERO


@pytest.mark.parametrize("other", [1, 1.5, "1", Decimal(1), True, None])
@pytest.mark.parametrize("meet", [operator.add, operator.sub, operator.lt, operator.truediv])
def test_money_does_not_meet_a_bare_number(meet: Callable[[object, object], object], other: object) -> None:
    with pytest.raises(TypeError):
        meet(Money.yuan(1), other)
    with pytest.raises(TypeError):
        meet(other, Money.yuan(1))


@pytest.mark.parametrize("other", [1.5, Decimal(2), True, Money(2)])
@pytest.mark.parametrize("meet", [operator.mul, operator.floordiv])
def test_money_is_multiplied_and_divided_by_whole_numbers_only(
    meet: Callable[[object, object], object], other: object
) -> None:
    with pytest.raises(TypeError):
        meet(Money.yuan(1), other)


def test_money_never_equals_a_bare_number() -> None:
    number: object = 1
    assert Money(1) != number


def test_a_pool_that_suffices_pays_every_claim() -> None:
    asked = [Money(1), Money(2), Money(3)]
    assert share_pool(asked, Money(6)) == asked
    assert share_pool(asked, Money(7)) == asked
    assert share_pool([], Money(6)) == []


def test_a_pool_that_is_short_is_shared_down_to_the_fen_and_keeps_the_rest() -> None:
    assert share_pool([Money(100), Money(200), Money(0)], Money(100)) == [Money(33), Money(66), Money(0)]
    assert share_pool([Money(5)], ZERO) == [ZERO]


@given(claims, amounts)
def test_a_pool_never_pays_more_than_it_holds_nor_more_than_claimed(asked: list[Money], pool: Money) -> None:
    paid = share_pool(asked, pool)
    assert len(paid) == len(asked)
    assert sum(paid, ZERO) <= pool
    assert all(ZERO <= share <= claim for share, claim in zip(paid, asked, strict=True))


@given(claims, st.integers(0, 10**12))
def test_shares_are_proportional_within_a_fen_and_less_than_a_fen_each_stays_behind(
    asked: list[Money], fen: int
) -> None:
    total = sum(asked, ZERO).fen
    paid = share_pool(asked, Money(fen))
    if total <= fen:
        return
    for share, claim in zip(paid, asked, strict=True):
        assert 0 <= claim.fen * fen - share.fen * total < total
    assert fen - sum(paid, ZERO).fen < max(len(asked), 1)


@given(claims, amounts, amounts)
def test_a_larger_pool_pays_nobody_less(asked: list[Money], a: Money, b: Money) -> None:
    for less, more in zip(share_pool(asked, min(a, b)), share_pool(asked, max(a, b)), strict=True):
        assert less <= more


@given(claims.filter(bool), amounts)
def test_who_claims_more_gets_no_less_and_the_order_is_kept(asked: list[Money], pool: Money) -> None:
    paid = share_pool(asked, pool)
    assert paid[::-1] == share_pool(asked[::-1], pool)
    ranked = sorted(zip(asked, paid, strict=True))
    assert [share for _, share in ranked] == sorted(paid)


@pytest.mark.parametrize(("asked", "pool"), [([Money(-1)], Money(5)), ([Money(1)], Money(-1))])
def test_a_negative_claim_or_pool_is_a_fault_of_the_program(asked: list[Money], pool: Money) -> None:
    with pytest.raises(ValueError, match="negative"):
        share_pool(asked, pool)
