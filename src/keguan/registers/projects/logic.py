"""How funders number their projects."""

from __future__ import annotations

import re

from keguan.kernel.names import clean_text, halfwidth

# Grammars as seen in the published lists: NSFC numbers have 8 digits, those of international cooperation 11; national
# R&D numbers name year and programme (2018YFA0208400), SQ… ones were printed before the final number was given.
_NSFC = re.compile(r"[1-9A-Z]\d{7}|[1-9]\d{10}")
_NATIONAL_RD = re.compile(r"20\d{2}YF[A-Z]\d{7,8}|SQ20\d{2}YF[A-Z]\d{6,8}")
_OWN = re.compile(r"[0-9]{2}[A-Z]{2,4}[0-9]{4}[0-9A-Z][0-9]{5}[0-9A-Z]")
_FOOTNOTE = "*＊※"


def clean_number(given: str) -> str:
    """A project number without spaces, wide characters and the footnote marks that lists put behind it."""
    return "".join(halfwidth(clean_text(given), punctuation=True).split()).strip(_FOOTNOTE).upper()


def number_grammar(number: str) -> str:
    """Whose number this is: `nsfc`, `national_rd`, `own`, or `unknown`. number: as `clean_number` gives it."""
    if _NSFC.fullmatch(number):
        return "nsfc"
    if _NATIONAL_RD.fullmatch(number):
        return "national_rd"
    return "own" if _OWN.fullmatch(number) else "unknown"


def approved_year(number: str) -> int | None:
    """The year a number names, None where it names none."""
    grammar = number_grammar(number)
    if grammar == "national_rd":
        return int(number.removeprefix("SQ")[:4])
    if grammar == "nsfc" and number[0].isdigit():
        # 71701001: the second and third digit are the year. Numbers before 2000 begin again at 86.
        year = int(number[1:3])
        return 1900 + year if year >= 80 else 2000 + year
    return None
