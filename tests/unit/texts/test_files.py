"""The text of files that strangers handed in: page by page, within limits, and whatever is wrong with them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import typst

from keguan.texts import files

FONTS = Path(files.__file__).parents[1] / "casework" / "documents" / "fonts"
SAID = "收集国内外抗旱种质三百余份，鉴定其苗期和花铃期的抗旱性。"
_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def pdf(*pages: str) -> bytes:
    """A PDF with these texts, a page each."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
    made = typst.compile("#pagebreak()".join(pages).encode(), font_paths=fonts)
    assert isinstance(made, bytes)
    return made


def word(body: str, before: str = "") -> bytes:
    """A Word document whose body is this XML."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"{before}<w:document {_WORD}><w:body>{body}</w:body></w:document>")
    return out.getvalue()


def test_a_pdf_is_read_page_by_page() -> None:
    read = files.read_apart(pdf("第一页", SAID), files.PDF)
    assert (read.pages, read.is_whole) == (("第一页", SAID), True)


def test_a_sentence_of_a_pdf_is_not_broken_where_a_line_of_print_ends() -> None:
    long = "，".join([SAID[:-1]] * 9)
    (page,) = files.read_apart(pdf(long + "。"), files.PDF).pages
    assert page == long + "。"


def test_a_word_document_has_the_pages_of_its_last_printing_and_the_text_of_its_tables() -> None:
    cell = f"<w:tbl><w:tr><w:tc><w:p><w:r><w:t>{SAID}</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    first = "<w:p><w:r><w:t>第一</w:t></w:r><w:r><w:t>页</w:t></w:r></w:p>"
    for page in ("<w:r><w:lastRenderedPageBreak/></w:r>", '<w:r><w:br w:type="page"/></w:r>'):
        read = files.read_apart(word(f"{first}<w:p>{page}</w:p>{cell}"), files.WORD)
        assert [one.strip() for one in read.pages] == ["第一页", SAID]
        assert read.is_whole


def test_a_plain_text_is_read_in_either_encoding() -> None:
    for encoding in ("utf-8-sig", "gb18030"):
        assert files.read_apart(SAID.encode(encoding), files.PLAIN) == files.Read((SAID,), True)


def test_what_goes_beyond_a_limit_is_left_out_and_said() -> None:
    read = files.read_apart("棉".encode() * (files.MOST_CHARACTERS + 1), files.PLAIN)
    assert [len(one) for one in read.pages] == [files.MOST_CHARACTERS]
    assert not read.is_whole
    breaks = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>' * (files.MOST_PAGES + 5)
    read = files.read_apart(word(breaks), files.WORD)
    assert (len(read.pages), read.is_whole) == (files.MOST_PAGES, False)
    assert files.read_apart(b"x" * (files.MOST_BYTES + 1), files.PLAIN) == files.Read((), False)


_SWELLS = '<!DOCTYPE x [<!ENTITY a "棉花棉花棉花棉花棉花">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"%PDF-1.7\nnothing", files.PDF),
        (b"", files.PDF),
        (b"PK\x03\x04nothing", files.WORD),
        (word("<w:p>"), files.WORD),
        (word("<w:p><w:r><w:t>&j;</w:t></w:r></w:p>", _SWELLS + "]>"), files.WORD),
        (word(" " * (65 * 1024 * 1024)), files.WORD),
        (b"GIF89a", "image/gif"),
    ],
    ids=["no PDF", "empty", "no archive", "no XML", "entities that swell", "a bomb", "a picture"],
)
def test_a_damaged_or_hostile_file_has_no_text_and_does_no_harm(body: bytes, kind: str) -> None:
    read = files.read_apart(body, kind)
    assert ("".join(read.pages).strip(), read.is_whole) == ("", False)


def test_what_was_read_before_the_process_was_ended_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    said = b'"\\u68c9"\n"\\u82b1"\n"cut of'
    monkeypatch.setattr(files.subprocess, "run", lambda *_, **__: files.subprocess.CompletedProcess([], -24, said))
    assert files.read_apart(b"x", files.PDF) == files.Read(("棉", "花"), False)
