"""What a file really is, found by looking at its bytes, and a name for it that can do no harm."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from pathlib import PurePosixPath

from keguan.kernel.names import clean_text
from keguan.registers.documents.models import MEDIA_TYPES

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEAD_BYTES = 1024
# Letters forbidden in names by some system, and separators of folders.
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f]')
# Direction marks that make `exe.pdf` out of `fdp.exe`.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
_LONGEST_NAME = 120


def media_type(content: bytes) -> str | None:
    """The media type of these bytes, one of MEDIA_TYPES; None for anything else (programs, archives, macros, …)."""
    # The standard lets a PDF begin with other bytes; a program does not become a PDF by that.
    if content.startswith((b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")):
        return None
    if b"%PDF-" in content[:_HEAD_BYTES]:
        return "application/pdf"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"PK\x03\x04"):
        return _office_type(content)
    return "text/plain" if _is_text(content) else None


def _office_type(content: bytes) -> str | None:
    try:
        names = set(zipfile.ZipFile(io.BytesIO(content)).namelist())
    except zipfile.BadZipFile:
        return None
    if "[Content_Types].xml" not in names or any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    if "word/document.xml" in names:
        return _WORD
    return _SHEET if "xl/workbook.xml" in names else None


def _is_text(content: bytes) -> bool:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not any(unicodedata.category(char) == "Cc" and char not in "\t\n\r\f" for char in text)
    return False


def harmless_name(typed: str, kind: str) -> str:
    """The name without folders, control and direction characters, reserved words; never empty, at most 120 letters.

    kind: the media type, which gives a missing ending.
    """
    name = PurePosixPath(_INVISIBLE.sub("", clean_text(typed)).replace("\\", "/")).name
    name = " ".join(_FORBIDDEN.sub("_", name).split()).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    ending = f".{ending}" if ending else MEDIA_TYPES[kind][0]
    stem = stem.strip(". ") or "文件"
    if stem.casefold() in _DEVICES:
        stem = f"_{stem}"
    return stem[: _LONGEST_NAME - len(ending[:10])] + ending[:10]


def ending_fits(name: str, kind: str) -> bool:
    """Whether the ending of the name is one of this media type."""
    return name.casefold().endswith(MEDIA_TYPES[kind])
