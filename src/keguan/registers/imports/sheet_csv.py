"""Text tables: encoding and separator found by looking, never by trusting the name."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator

from keguan.kernel.bilingual import Text
from keguan.registers.imports.grid import Grid, Line, Value, unreadable_file

SEPARATORS = (",", ";", "\t")


def read_csv(content: bytes, name: str) -> Grid:
    """Open a .csv in UTF-8 (with or without mark), UTF-16 or GB18030, separated by comma, semicolon or tab.

    Raises Refused where the text cannot be decoded or the quoting is broken, with the line.
    """
    text = _decode(content, name)
    return Grid(name=name, lines=_lines(text, name), is_csv=True)


def _decode(content: bytes, name: str) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise unreadable_file(
        name, Text("不是文本（试过 UTF-8 与 GB18030）", "It is not text (UTF-8 and GB18030 were tried)")
    )


def _lines(text: str, name: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    number = 1
    while True:
        try:
            cells: list[Value] = list(next(reader))
        except StopIteration:
            return
        except csv.Error as error:
            reason = Text("第{line}行的引号不成对或格式有误", "Line {line} has a broken quote or format").filled(
                line=number
            )
            raise unreadable_file(name, reason) from error
        yield Line(number, cells)
        # A quoted cell may span lines: the next row starts where the reader stands now.
        number = reader.line_num + 1


def _separator(text: str) -> str:
    """The separator that occurs most, outside quotes, in the first line that has one; comma in doubt."""
    for line in io.StringIO(text[:100_000]):
        outside = "".join(line.split('"')[::2])
        counts = {separator: outside.count(separator) for separator in SEPARATORS}
        best = max(SEPARATORS, key=lambda separator: counts[separator])
        if counts[best]:
            return best
    return ","
