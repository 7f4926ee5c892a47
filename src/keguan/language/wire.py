"""The names that CEL resolved in an expression, read from its own serialized form."""

from __future__ import annotations

from collections.abc import Iterable


def resolved_names(wire: bytes) -> set[str]:
    """The names of variables that CEL resolved, from its own reference map: strings and loop variables cannot fool it.

    wire: a serialized `google.protobuf.Any` (field 2) of `cel.expr.CheckedExpr` (field 2: map of `Reference`, field 2 of
    each entry; its field 1 is the name, its field 3 the overloads, which only functions have).
    """
    names = set()
    for checked in _fields(wire, 2):
        for entry in _fields(checked, 2):
            for reference in _fields(entry, 2):
                if not any(True for _ in _fields(reference, 3)):
                    names |= {name.decode() for name in _fields(reference, 1)}
    return names


def _fields(message: bytes, wanted: int) -> Iterable[bytes]:
    """The length-delimited fields of that number in a protocol buffer message."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        match tag & 7:
            case 0:
                _, at = _varint(message, at)
            case 1:
                at += 8
            case 2:
                size, at = _varint(message, at)
                if tag >> 3 == wanted:
                    yield message[at : at + size]
                at += size
            case _:
                at += 4


def _varint(message: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = message[at]
        at += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return number, at
