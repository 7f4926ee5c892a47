"""What a file really is, found by looking at its bytes, and a name for it that can do no harm."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath

import puremagic

from keguan.kernel.bilingual import Text
from keguan.kernel.names import clean_text
from keguan.registers.documents.models import MEDIA_TYPES

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LOOKS: Mapping[str, Text] = {
    "application/pdf": Text("PDF 文件", "a PDF"),
    "image/png": Text("图片（PNG）", "a picture (PNG)"),
    "image/jpeg": Text("图片（JPEG）", "a picture (JPEG)"),
    _WORD: Text("Word 文档", "a Word document"),
    _SHEET: Text("Excel 表格", "an Excel sheet"),
    "text/plain": Text("纯文本", "plain text"),
}
"""What people call the content of each media type."""
_BY_SIGN = ("application/pdf", "image/png", "image/jpeg")
_ZIP = b"PK\x03\x04"
_HEAD_BYTES = 1024
MOST_UNPACKED_BYTES = 512 * 1024 * 1024
_MOST_PARTS = 10_000
# What a damaged list of contents has been seen to raise.
_NO_ARCHIVE = (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError)
# Letters forbidden in names by some system, and separators of folders.
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f]')
# Direction marks that make `exe.pdf` out of `fdp.exe`.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
_LONGEST_NAME = 120


def media_type(content: bytes) -> str | None:
    """The media type of these bytes, one of MEDIA_TYPES; None for anything else (programs, archives, macros, …)."""
    signs = [one.mime_type for one in _signs(content)]
    if any(one in signs for one in _BY_SIGN):
        return next(one for one in _BY_SIGN if one in signs)
    if content.startswith(_ZIP):
        return _office_type(content)
    if content.startswith(b"#!"):
        return None
    # The standard lets a PDF begin with other bytes; a program does not become a PDF by that.
    if not signs and b"%PDF-" in content[:_HEAD_BYTES]:
        return "application/pdf"
    return "text/plain" if _is_text(content) else None


def looks_like(content: bytes) -> str:
    """The ending that files of this content go by, for messages; "" where nobody can tell."""
    return next((one.extension for one in _signs(content) if one.extension), "")


def swells(content: bytes) -> bool:
    """Whether this is an archive that unpacks to far more than any document needs (a zip bomb)."""
    if not content.startswith(_ZIP):
        return False
    # Counted before it is opened: reading the list of a million entries is what such a file is made for.
    if content.count(b"PK\x01\x02") > _MOST_PARTS:
        return True
    try:
        return sum(one.file_size for one in zipfile.ZipFile(io.BytesIO(content)).infolist()) > MOST_UNPACKED_BYTES
    except _NO_ARCHIVE:
        return False


def _signs(content: bytes) -> list[puremagic.PureMagicWithConfidence]:
    """What the first bytes say the file is, the likeliest first."""
    try:
        return puremagic.magic_string(content[:_HEAD_BYTES])
    except (puremagic.PureError, ValueError):
        return []


def _office_type(content: bytes) -> str | None:
    try:
        names = set(zipfile.ZipFile(io.BytesIO(content)).namelist())
    except _NO_ARCHIVE:
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


def shown_name(typed: str) -> str:
    """A name as messages may show it: without folders, control and direction characters, at most 80 letters."""
    return _bare(typed)[:80]


def _bare(typed: str) -> str:
    name = PurePosixPath(_INVISIBLE.sub("", clean_text(typed)).replace("\\", "/")).name
    return " ".join(_FORBIDDEN.sub("_", name).split()).strip(". ")


def harmless_name(typed: str, kind: str) -> str:
    """The name without folders, control and direction characters, reserved words; never empty, at most 120 letters.

    kind: the media type, which gives a missing ending.
    """
    name = _bare(typed)
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
