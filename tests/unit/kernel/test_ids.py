from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from keguan.kernel.ids import check_number, make_number, new_key, normal_uscc, uscc_problem

ALPHANUMERIC = string.digits + string.ascii_uppercase
USCC_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
REAL_CODES = [
    "91110108551385082Q",
    "914403001922038216",
    "53640000MJX173680A",
    "53640000MJX173672F",
    "91500111MADAFDA278",
]

numbers = st.builds(
    make_number,
    region=st.text("0123456789", min_size=2, max_size=2),
    programme=st.text(string.ascii_uppercase, min_size=2, max_size=4),
    year=st.integers(1980, 2200),
    kind=st.sampled_from(ALPHANUMERIC),
    serial=st.integers(1, 99_999),
)


def code_of(text: str) -> str | None:
    problem = uscc_problem(text)
    return problem.code if problem else None


def number_code(text: str) -> str | None:
    problem = check_number(text)
    return problem.code if problem else None


def test_a_number_holds_its_parts_in_order() -> None:
    number = make_number(region="65", programme="KRD", year=2026, kind="P", serial=17)
    assert number[:-1] == "65KRD2026P00017"
    assert check_number(number) is None


@given(numbers)
def test_every_number_made_is_accepted_however_it_is_typed(number: str) -> None:
    assert check_number(number) is None
    wide = "".join(chr(ord(char) + 0xFEE0) for char in number)
    assert check_number(f" {wide[:5]} － {wide[5:]}".lower()) is None


@given(numbers, st.data())
def test_every_single_slip_is_caught(number: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(number) - 1))
    char = data.draw(st.sampled_from(ALPHANUMERIC).filter(lambda char: char != number[place]))
    assert number_code(number[:place] + char + number[place + 1 :]) in {"number.check", "number.shape"}


def test_fewer_than_one_swap_of_neighbours_in_a_hundred_goes_unseen() -> None:
    swaps = [
        number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        for serial in range(1, 100_000, 997)
        for number in [make_number(region="65", programme="KRD", year=2026, kind="P", serial=serial)]
        for place in range(len(number) - 1)
        if number[place] != number[place + 1]
    ]
    unseen = [swap for swap in swaps if check_number(swap) is None]
    assert len(swaps) > 1000
    assert len(unseen) < len(swaps) / 100


@pytest.mark.parametrize("text", ["", "65KRD2026P0001", "65K2026P000171", "科研2026", "😀" * 16, "65KRD2026P00017ZZ"])
def test_what_has_not_the_shape_of_a_number_is_told_the_shape(text: str) -> None:
    assert number_code(text) == "number.shape"


@pytest.mark.parametrize(
    "part",
    [
        {"region": "6"},
        {"region": "６５"},
        {"programme": "K"},
        {"programme": "krd"},
        {"programme": "KEYRD"},
        {"year": 26},
        {"kind": "PP"},
        {"serial": 0},
        {"serial": 100_000},
    ],
)
def test_a_number_is_never_made_out_of_shape(part: dict[str, object]) -> None:
    parts: dict[str, object] = {"region": "65", "programme": "KRD", "year": 2026, "kind": "P", "serial": 1}
    with pytest.raises(ValueError, match="shape"):
        make_number(**{**parts, **part})  # type: ignore[arg-type]


def test_keys_are_never_the_same() -> None:
    keys = {new_key() for _ in range(1000)}
    assert len(keys) == 1000
    assert all(len(key) == 32 and set(key) <= set(string.hexdigits.lower()) for key in keys)


@pytest.mark.parametrize("code", REAL_CODES)
def test_real_codes_are_accepted(code: str) -> None:
    assert uscc_problem(code) is None


def test_a_code_is_accepted_however_it_is_typed() -> None:
    assert uscc_problem(" ９１１１０１０８-551385082q\u200b\u3000") is None
    assert normal_uscc(" ９１１１０１０８-551385082q\u200b\u3000") == "91110108551385082Q"


@pytest.mark.parametrize("code", REAL_CODES)
def test_every_single_slip_in_a_real_code_is_caught(code: str) -> None:
    for place in range(18):
        for char in ALPHANUMERIC:
            slipped = code[:place] + char + code[place + 1 :]
            assert slipped == code or code_of(slipped) in {"uscc.check", "uscc.character"}


@given(st.text("0123456789", min_size=8, max_size=8), st.text(USCC_LETTERS, min_size=9, max_size=9))
def test_a_code_whose_weighted_sum_is_divisible_by_31_ends_in_0_and_is_accepted(front: str, organisation: str) -> None:
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    for char in USCC_LETTERS:  # the 17th has weight 28, prime to 31: exactly one choice makes the sum divisible
        body = front + organisation[:8] + char
        if sum(USCC_LETTERS.index(c) * w for c, w in zip(body, weights, strict=True)) % 31 == 0:
            assert uscc_problem(body + "0") is None
            return
    pytest.fail("no character made the sum divisible by 31")


def test_the_organisation_part_is_not_checked_by_itself_only_the_18th_character_is() -> None:
    body = "91110108551385083"  # 55138508-2 is the real organisation code, so 55138508-3 fails its own check
    assert uscc_problem(body + uscc.calc_check_digit(body)) is None


@pytest.mark.parametrize("first", ["N2", "A1", "Y1"])
def test_codes_of_rural_collectives_the_military_and_others_begin_with_a_letter(first: str) -> None:
    body = first + "650102MF1234567"
    assert uscc_problem(body + uscc.calc_check_digit(body)) is None


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "uscc.length"),
        ("9111010855138508", "uscc.length"),
        ("650100000012345", "uscc.length"),
        ("91110108551385082QQ", "uscc.length"),
        ("9111010855138508OQ", "uscc.character"),
        ("9I110108551385082Q", "uscc.character"),
        ("91110108551385082😀", "uscc.character"),
        ("9111010855138508２{", "uscc.character"),
        ("91110108551385028Q", "uscc.check"),
    ],
)
def test_a_wrong_code_is_told_what_is_wrong(typed: str, code: str) -> None:
    problem = uscc_problem(typed)
    assert problem is not None
    assert problem.code == code
    assert problem.source == "GB 32100-2015"


def test_a_wrong_character_is_named_with_its_place() -> None:
    problem = uscc_problem("9111010855138508OQ")
    assert problem is not None
    assert "17" in problem.say.zh
    assert "O" in problem.say.en


@given(st.text(max_size=30))
def test_no_text_breaks_the_checks(text: str) -> None:
    assert check_number(text) is None or number_code(text)
    assert uscc_problem(text) is None or code_of(text)
