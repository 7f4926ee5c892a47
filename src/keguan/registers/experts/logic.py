"""When two works are one."""

from __future__ import annotations

import re

from keguan.kernel.names import clean_text, halfwidth

_BEFORE_DOI = re.compile(r"^(https?://(dx\.)?doi\.org/|doi:)")


def normal_identifier(given: str) -> str:
    """An identifier for comparing: without spaces, wide letters, case and the address before a DOI."""
    plain = "".join(halfwidth(clean_text(given), punctuation=True).split()).casefold()
    return _BEFORE_DOI.sub("", plain)
