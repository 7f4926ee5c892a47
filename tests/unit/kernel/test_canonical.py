from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keguan.kernel.canonical import canonical, commitment, digest, new_salt
from keguan.kernel.money import Money

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
keys = texts.filter(lambda key: not key.startswith("$"))
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    texts,
    st.dates(),
    st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    st.decimals(allow_nan=False, allow_infinity=False).filter(lambda number: abs(number.adjusted()) <= 1000),
    st.integers().map(Money),
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=8
)


def kind_and_value(value: Any) -> Any:
    """A value that equals another only if both are the same: Python holds True == 1 == Decimal(1)."""
    if isinstance(value, dict):
        return ("dict", frozenset((key, kind_and_value(inner)) for key, inner in value.items()))
    if isinstance(value, list):
        return ("list", tuple(map(kind_and_value, value)))
    return (type(value).__name__, value)


@given(values)
def test_the_order_of_keys_never_matters(value: Any) -> None:
    def reversed_keys(inner: Any) -> Any:
        if isinstance(inner, dict):
            return {key: reversed_keys(inner[key]) for key in reversed(inner)}
        return [reversed_keys(item) for item in inner] if isinstance(inner, list) else inner

    assert canonical(reversed_keys(value)) == canonical(value)


@given(values, values)
def test_values_are_written_alike_exactly_when_they_are_the_same(a: Any, b: Any) -> None:
    assert (canonical(a) == canonical(b)) == (kind_and_value(a) == kind_and_value(b))
    assert (digest(a) == digest(b)) == (kind_and_value(a) == kind_and_value(b))


@given(values)
def test_what_is_written_is_json_and_written_again_it_is_the_same(value: Any) -> None:
    written = canonical(value)
    again = json.dumps(json.loads(written), ensure_ascii=False, separators=(",", ":")).encode()
    assert again == written


def test_the_form_is_the_one_of_the_standard() -> None:
    assert (
        canonical({"b": [1, True, None], "a": "新疆\n\u007f\u001f"})
        == '{"a":"新疆\\n\u007f\\u001f","b":[1,true,null]}'.encode()
    )
    # RFC 8785, 3.2.3: keys in the order of their UTF-16 code units.
    keys = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    assert list(json.loads(canonical(keys)).values()) == [2, 4, 6, 7, 1, 5, 3]


def test_days_moments_amounts_and_long_numbers_carry_their_kind() -> None:
    assert canonical(date(2026, 3, 1)) == b'{"$date":"2026-03-01"}'
    assert canonical(datetime(2026, 3, 1, 0, 30, tzinfo=timezone(timedelta(hours=8)))) == (
        b'{"$moment":"2026-02-28T16:30:00.000000+00:00"}'
    )
    assert canonical(Money.wan(1)) == b'{"$fen":1000000}'
    assert canonical(Decimal("-1.50")) == b'{"$decimal":"-1.5"}'
    assert canonical(2**53) == b"9007199254740992"
    assert canonical(-(2**53) - 1) == b'{"$int":"-9007199254740993"}'


def test_equal_instants_and_equal_decimals_are_written_alike() -> None:
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert canonical(noon) == canonical(noon.astimezone(timezone(timedelta(hours=8))))
    assert canonical(Decimal("1.50")) == canonical(Decimal("1.5"))
    assert canonical(Decimal("-0.0")) == canonical(Decimal(0))
    assert canonical(Decimal("1E+3")) == canonical(Decimal(1000))


def test_a_tuple_is_a_list() -> None:
    assert canonical((1, (2,))) == canonical([1, [2]])


@pytest.mark.parametrize("value", [1.5, {1: "a"}, {"a": {1, 2}}, b"bytes", object(), [float("nan")]])
def test_what_has_no_exact_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)


@pytest.mark.parametrize(
    "value",
    [
        {"$date": "2026-01-01"},
        datetime(2026, 1, 1),  # noqa: DTZ001 - the point of the test
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal("1E+999999"),
        "\ud800",
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has its own words
        canonical(value)


def test_a_commitment_can_be_checked_with_nothing_of_ours() -> None:
    salt = bytes(range(32))
    assert commitment({"name": "甲"}, salt) == hashlib.sha256(salt + '{"name":"甲"}'.encode()).hexdigest()


def test_the_same_value_is_committed_differently_each_time() -> None:
    assert commitment("甲", new_salt()) != commitment("甲", new_salt())


@given(values, values)
def test_a_commitment_holds_only_for_its_value(a: Any, b: Any) -> None:
    salt = bytes(32)
    assert (commitment(a, salt) == commitment(b, salt)) == (kind_and_value(a) == kind_and_value(b))


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_salt_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        commitment("甲", bytes(length))
