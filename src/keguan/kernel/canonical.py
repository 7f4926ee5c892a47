"""One way to write a value down, so that its digest means the same to everybody, for ever."""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import UTC, date, datetime
from decimal import Decimal

from keguan.kernel.clock import aware
from keguan.kernel.money import Money

SALT_BYTES = 32


def canonical(value: object) -> bytes:
    """The value as canonical JSON (RFC 8785): sorted keys, UTF-8, no spaces.

    None, bool, int, str, list, tuple (as a list) and dict with str keys; tagged: date `{"$date"}`, aware datetime
    `{"$moment"}` in UTC, Decimal `{"$decimal"}`, Money `{"$fen"}`, an int beyond 2**53 `{"$int"}`. Equal instants
    and equal Decimals read the same. Raises TypeError for a float or any other type, ValueError for a key that
    begins with $, a naive datetime, a Decimal that is no number, text that is not Unicode.
    """
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def digest(value: object) -> str:
    """The SHA-256 of `canonical(value)`, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def new_salt() -> bytes:
    """Fresh random bytes for one commitment. Destroying them makes the commitment say nothing about its value."""
    return secrets.token_bytes(SALT_BYTES)


def commitment(value: object, salt: bytes) -> str:
    """A digest that binds whoever published it to the value, and tells nobody the value without the salt.

    SHA-256 of the 32 bytes of salt followed by `canonical(value)`, in hexadecimal. Raises ValueError for a salt of
    another length: with a free length, bytes could be moved between salt and value.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    return hashlib.sha256(salt + canonical(value)).hexdigest()


def _plain(value: object) -> object:
    # By exact type first: nearly everything is one of these, and a digest is taken of every answer.
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is dict:
        return _sorted(value)  # type: ignore[arg-type]
    if kind is list or kind is tuple:
        return [_plain(item) for item in value]  # type: ignore[attr-defined]
    match value:
        case bool() | str():
            return value
        case int():
            return value if abs(value) <= 2**53 else {"$int": str(int(value))}
        case list() | tuple():
            return [_plain(item) for item in value]
        case dict():
            return _sorted(value)
        case datetime():
            return {"$moment": aware(value).astimezone(UTC).isoformat(timespec="microseconds")}
        case date():
            return {"$date": value.isoformat()}
        case Decimal():
            return {"$decimal": _written(value)}
        case Money():
            return {"$fen": _plain(value.fen)}
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical form")


def _sorted(value: dict[object, object]) -> dict[str, object]:
    keys = [_key(key) for key in value]
    # Only beyond ASCII do Python's order and that of RFC 8785 differ.
    keys.sort(key=None if all(map(str.isascii, keys)) else _by_utf16)
    return {key: _plain(value[key]) for key in keys}


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a key is text, not {key!r}")
    if key.startswith("$"):
        raise ValueError(f"the key {key!r} would read as a tag")
    return key


def _by_utf16(key: str) -> bytes:
    # RFC 8785 sorts by UTF-16 code units, which differs from Python's order beyond U+FFFF.
    return key.encode("utf-16-be")


def _written(number: Decimal) -> str:
    if not number.is_finite() or abs(number.adjusted()) > 1000:
        raise ValueError(f"{number} has no canonical form")
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
