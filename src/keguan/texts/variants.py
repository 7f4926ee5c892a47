"""One form for the ways in which the same word is written: widths, capitals, traditional and simplified characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

from keguan.kernel.names import DOTS, clean_text, halfwidth


def plain(text: str) -> str:
    """The text in the one form in which words are compared; for keys and sums, never for pages.

    Full width becomes half width, capitals small letters, traditional characters simplified ones (軟體 → 软体).
    """
    # After the small letters, because a few of them are longer than their capital and may end in a mark.
    return simplified(clean_text(halfwidth(text, punctuation=True).casefold()))


def simplified(text: str) -> str:
    """Traditional characters as simplified ones, by phrase where a character alone would mislead (乾燥 → 干燥, 乾隆 stays)."""
    return text if text.isascii() else _converter()(text)


def spellings(text: str) -> tuple[str, ...]:
    """What to look for when somebody types this: the text, and in simplified characters where it holds others."""
    plainer = simplified(text)
    return (text,) if plainer == text else (text, plainer)


@cache
def _converter() -> Callable[[str], str]:
    # Imported on first use: its dictionaries take time to load.
    from opencc import OpenCC

    return cast(Callable[[str], str], cast(Any, OpenCC)("t2s").convert)


# -------------------------------------------------------------------------------------------- for searching and marking


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in the form in which it is searched, and where each of its characters stood in the original.

    starts: for each character of `text`, the place in the original; one more at the end for the original's length. What
    stands at `text[a:b]` is the original's `starts[a]` to `starts[b]`.
    """

    text: str
    starts: Sequence[int]


def fold(text: str) -> Folded:
    """A text as search compares it, character by character, so that what is found can be shown as it was written.

    Width, capitals, accents of Latin letters, traditional characters, dots of names (艾力·斯木吐拉) and what cannot be seen
    make no difference. Folding two texts one after the other is folding them together; folding twice changes nothing.
    """
    forms = _forms()
    parts = [forms[ord(char)] for char in text]
    if all(len(part) == 1 for part in parts):
        return Folded("".join(parts), range(len(text) + 1))
    starts = [at for at, part in enumerate(parts) for _ in part]
    return Folded("".join(parts), [*starts, len(text)])


def folded(text: str) -> str:
    """The text of `fold` alone, several times as fast."""
    return text.translate(_forms())


class _Forms(dict[int, str]):
    """What each character is folded to, worked out when it is first met."""

    def __init__(self) -> None:
        super().__init__((ord(char), one) for char, one in _simple_forms().items())
        self.update(dict.fromkeys(map(ord, DOTS), ""))

    def __missing__(self, code: int) -> str:
        found = "".join(map(self._form, halfwidth(chr(code), punctuation=True).casefold()))
        self[code] = found
        return found

    def _form(self, char: str) -> str:
        if "\u0300" <= char <= "\u036f" or unicodedata.category(char) in ("Cc", "Cf", "Cs"):
            return " " if char in "\t\n\r\x0b\x0c\x85" else ""
        if ord(char) in self:
            return self[ord(char)]
        # Not for numbers: 12² must not be found as 122.
        if char.isascii() or unicodedata.category(char) == "No":
            return char
        kept = (one for one in unicodedata.normalize("NFKD", char) if not "\u0300" <= one <= "\u036f")
        whole = unicodedata.normalize("NFKC", "".join(kept)).casefold()
        return "".join(self.get(ord(one), one) for one in whole)


@cache
def _forms() -> _Forms:
    return _Forms()


_HAN_BLOCKS: Final = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x2CEB0))


def _simple_forms() -> dict[str, str]:
    """The simplified form of each traditional character by itself. By phrase it would be righter (乾坤 stays), but then a
    word would be folded otherwise alone than in its text, and would not be found there."""
    every = [chr(code) for first, after in _HAN_BLOCKS for code in range(first, after)]
    found = dict(zip(every, simplified("\n".join(every)).split("\n"), strict=True))
    # A few are simplified to what is simplified further (䝼 → 䞍 …): to the end, so that folding twice changes nothing.
    for char, one in found.items():
        while len(one) == 1 and found.get(one, one) != one:
            one = found[one]
        found[char] = one
    return {char: one for char, one in found.items() if one != char}
