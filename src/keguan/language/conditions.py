"""The comparisons inside an expression, so that examples can be asked to stand on both sides of each.

This reads the text of an expression only as far as brackets and operators go; what it means is CEL's affair.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

ORDERED: Final = frozenset({"<", "<=", ">", ">="})
EQUAL: Final = frozenset({"==", "!="})
_RELATIONS: Final = ORDERED | EQUAL | {"in"}
_BREAKS: Final = frozenset({"&&", "||", "?", ":", ",", "(", "[", "{"}) | _RELATIONS
_OPEN: Final = {"(": ")", "[": "]", "{": "}"}
_MACROS: Final = frozenset({"all", "exists", "exists_one", "filter", "map"})

_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<number>[0-9]+(?:\.[0-9]+)?u?)
    |(?P<name>[A-Za-z_][A-Za-z_0-9]*(?:\.[A-Za-z_][A-Za-z_0-9]*)*)
    |(?P<sign>&&|\|\||<=|>=|==|!=|[-+*/%<>!?:,()\[\]{}.]))""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word of an expression and where it stands in its text."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison inside an expression; start and end bound it in the text."""

    operator: str
    left: str
    right: str
    start: int
    end: int

    @property
    def text(self) -> str:
        """The comparison as a person reads it."""
        return f"{self.left} {self.operator} {self.right}"

    def replaced(self, whole: str, by: str) -> str:
        """The whole expression with this comparison replaced."""
        return f"{whole[: self.start]}{by}{whole[self.end :]}"


def tokens(text: str) -> tuple[Token, ...]:
    """The words of an expression; an unreadable rest ends the list (CEL itself will refuse it)."""
    found: list[Token] = []
    at = 0
    while match := _TOKEN.match(text, at):
        kind = match.lastgroup or ""
        word = match[kind]
        found.append(Token("sign" if word == "in" else kind, word, match.start(kind), match.end(kind)))
        at = match.end()
    return tuple(found)


def names_read(text: str) -> tuple[str, ...]:
    """Dotted words of the expression, function names and texts left out, each once."""
    words = tokens(text)
    found: dict[str, None] = {}
    for at, word in enumerate(words):
        called = at + 1 < len(words) and words[at + 1].text == "("
        if word.kind == "name" and not called and word.text not in ("true", "false", "null"):
            found[word.text] = None
    return tuple(found)


def comparisons(text: str) -> tuple[Comparison, ...]:
    """Every comparison of the expression, from left to right. Those inside macros (`all`, `exists`) are left out: what
    they compare has no value outside."""
    words = tokens(text)
    inside = set(_inside_macros(words))
    found = []
    for at, word in enumerate(words):
        if word.kind != "sign" or word.text not in _RELATIONS or at in inside:
            continue
        first, last = _operand(words, at, -1), _operand(words, at, 1)
        if first == at or last == at:
            continue
        start, end = words[first].start, words[last].end
        left, right = text[start : words[at - 1].end], text[words[at + 1].start : end]
        found.append(Comparison(word.text, left, right, start, end))
    return tuple(found)


def members(text: str) -> tuple[str, ...]:
    """The members of a written list `["a", "b"]`, as they stand there; empty if it is no written list."""
    words = tokens(text)
    if len(words) < 3 or words[0].text != "[" or words[-1].text != "]":
        return ()
    return tuple(word.text for word in words[1:-1] if word.kind in ("text", "number"))


def _operand(words: tuple[Token, ...], at: int, direction: int) -> int:
    """The index of the outermost word of the operand that begins (or ends) beside the operator at `at`."""
    depth, here = 0, at
    closing, opening = (_OPEN.values(), _OPEN.keys()) if direction < 0 else (_OPEN.keys(), _OPEN.values())
    while 0 <= here + direction < len(words):
        text = words[here + direction].text if words[here + direction].kind == "sign" else ""
        if text in closing:
            depth += 1
        elif text in opening:
            if depth == 0:
                break
            depth -= 1
        elif depth == 0 and text in _BREAKS:
            break
        here += direction
    return here


def _inside_macros(words: tuple[Token, ...]) -> Iterator[int]:
    for at, word in enumerate(words):
        called = at + 1 < len(words) and words[at + 1].text == "("
        if word.kind != "name" or not called or word.text.rpartition(".")[2] not in _MACROS:
            continue
        depth = 0
        for here in range(at + 1, len(words)):
            depth += (words[here].text in _OPEN) - (words[here].text in _OPEN.values())
            if depth == 0:
                break
            yield here
