"""Documents set in type: a template of ours, plain values, the shipped fonts. The same input gives the same bytes.

Values reach the typesetter as JSON and never as code, so nothing that somebody typed is ever read as a command. One
compiler serves the whole process: it holds the fonts, and what it remembers of earlier documents it forgets by itself.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import structlog
import typst

from keguan.kernel.clock import BEIJING, aware

log = structlog.get_logger(__name__)

HERE = Path(__file__).parent
PATIENCE_SECONDS = 2.0
"""So long a page waits while other documents are being set; then the document is made by a job."""

# Not Chinese, where a line may end anywhere.
_UNBROKEN = re.compile(r"[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]{24}(?=\S)")
# Told to nobody who reads: they would turn letters round, or hide some.
_TURNING = "\u202a-\u202e\u2066-\u2069"
_SELECTING = re.compile("[\ufe00-\ufe0f]")

_one_at_a_time = threading.Lock()


class Busy(Exception):  # noqa: N818 - says what is found, as the house does
    """Other documents are being made just now."""


def typeset(template: str, tree: Mapping[str, Any], at: datetime, *, patience: float = PATIENCE_SECONDS) -> bytes:
    """The document as tagged PDF (PDF/UA-1).

    template: a file of `typst/`, without its ending. tree: plain JSON values; `printable` first. at: when the content
    came about, written into the file as its date. Raises Busy where the typesetter is not free within `patience` seconds.
    """
    if not _one_at_a_time.acquire(timeout=patience):
        raise Busy
    try:
        return _set(template, printable(tree), at)
    finally:
        _one_at_a_time.release()


def _set(template: str, tree: Mapping[str, Any], at: datetime) -> bytes:
    values = {"data": json.dumps(tree, ensure_ascii=False)}
    # A fixed offset: the library takes no named zone.
    stamp = int(aware(at).astimezone(BEIJING).timestamp())
    source = HERE / "typst" / f"{template}.typ"
    try:
        made = _compiler().compile(source, format="pdf", sys_inputs=values, timestamp=stamp, pdf_standards=["ua-1"])
    except typst.TypstError as error:
        # Letters of two scripts on top of each other may find no font for both: a gap in the standard, not in the book.
        log.warning("document.not_ua", template=template, error=str(error)[:300])
        made = _compiler().compile(source, format="pdf", sys_inputs=values, timestamp=stamp)
    if not isinstance(made, bytes):
        raise TypeError(f"{template}: no PDF came out")
    return made


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[HERE / "fonts"])
    nowhere = HERE / "typst" / "packages"
    return typst.Compiler(root=HERE / "typst", font_paths=fonts, package_path=nowhere, package_cache_path=nowhere)


# ------------------------------------------------------------------------------------------------- what can be printed


def printable(value: Any) -> Any:
    """The values with every character that no shipped font has written as 〔U+20000〕: seen, and not lost."""
    match value:
        case str():
            return _unknown().sub(_as_code, _SELECTING.sub("", value.replace("\r\n", "\n").replace("\t", "    ")))
        case Mapping():
            return {name: printable(one) for name, one in value.items()}
        case list() | tuple():
            return [printable(one) for one in value]
        case _:
            return value


def lacks_letters(value: Any) -> bool:
    """Whether `printable` would write some character as a code."""
    match value:
        case str():
            return _unknown().search(_SELECTING.sub("", value.replace("\t", ""))) is not None
        case Mapping():
            return any(lacks_letters(one) for one in value.values())
        case list() | tuple():
            return any(lacks_letters(one) for one in value)
        case _:
            return False


def breakable(text: str) -> str:
    """The text with places to break in long words (addresses, file names), so that none runs off the paper."""
    return _UNBROKEN.sub(lambda found: found[0] + "\u200b", text)


@cache
def _unknown() -> re.Pattern[str]:
    """What no font has, and what turns text round."""
    lines = (HERE / "fonts" / "coverage.txt").read_text(encoding="ascii").split()
    spans = [tuple(int(code, 16) for code in line.split("-")) for line in lines]
    known = "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in spans)
    return re.compile(f"[^\n{known}]|[{_TURNING}]")


def _as_code(found: re.Match[str]) -> str:
    return f"〔U+{ord(found[0]):04X}〕"
