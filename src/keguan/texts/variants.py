"""One form for the ways in which the same word is written: widths, capitals, traditional and simplified characters."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, cast

from keguan.kernel.names import clean_text, halfwidth


def plain(text: str) -> str:
    """The text in the one form in which words are compared; for keys and sums, never for pages.

    Full width becomes half width, capitals small letters, traditional characters simplified ones (軟體 → 软体).
    """
    # After the small letters, because a few of them are longer than their capital and may end in a mark.
    return simplified(clean_text(halfwidth(text, punctuation=True).casefold()))


def simplified(text: str) -> str:
    """Traditional characters as simplified ones, by phrase where a character alone would mislead (乾燥 → 干燥, 乾隆 stays)."""
    return text if text.isascii() else _converter()(text)


@cache
def _converter() -> Callable[[str], str]:
    # Imported on first use: its dictionaries take time to load.
    from opencc import OpenCC

    return cast(Callable[[str], str], cast(Any, OpenCC)("t2s").convert)
