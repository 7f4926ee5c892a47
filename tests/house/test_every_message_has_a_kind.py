"""Whoever tells people something says of which kind it is, and every kind is told somewhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from keguan.casework.message_kinds import KINDS, Word

SOURCE = Path(__file__).resolve().parents[2] / "src" / "keguan"
SENDERS = {"send", "send_to_applicants", "send_to_writers", "send_to_offices"}
"""The functions of `casework.messages` that take a kind first."""


def senders(text: str, *, is_the_door: bool = False) -> Iterator[ast.Call]:
    """Calls of a module that put a line into somebody's messages."""
    tree = ast.parse(text)
    known = set(SENDERS) if is_the_door else set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "keguan.casework.messages":
            known |= {alias.asname or alias.name for alias in node.names if alias.name in SENDERS}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in known:
            yield node


def modules() -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path.relative_to(SOURCE).as_posix(), path.read_text(encoding="utf-8")


def test_every_kind_is_declared_once() -> None:
    assert set(KINDS) == set(get_args(Word))


def test_whoever_sends_says_a_known_kind() -> None:
    found = 0
    for place, text in modules():
        for call in senders(text, is_the_door=place == "casework/messages.py"):
            first = call.args[0] if call.args else None
            # `tell` hands on what `_line` found, whose type is that of the kinds.
            said = ast.unparse(first) if first else ""
            is_known = isinstance(first, ast.Constant) and first.value in KINDS
            assert is_known or (place == "casework/messages.py" and said == "found[0]"), f"{place}:{call.lineno} {said}"
            found += 1
    assert found >= 3


def test_every_kind_is_sent_somewhere() -> None:
    said: set[str] = set()
    for place, text in modules():
        if place == "casework/messages.py" or "casework.messages import" in text:
            said |= {
                node.value
                for node in ast.walk(ast.parse(text))
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            }
            said |= {word for word in KINDS if f"'{word}'" in text}
    assert set(KINDS) <= said


def test_the_test_itself_sees_a_sender_without_a_kind() -> None:
    text = "from keguan.casework.messages import send as tell_them\ntell_them([1], case, said, now)"
    assert len(list(senders(text))) == 1
