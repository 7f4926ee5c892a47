"""Documents as PDF: everything that was answered stands in them as it was typed, for eyes and for screen readers."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from tests.make import cases

from keguan.casework.documents import book, shelf, typesetting
from keguan.casework.documents.book import Cover, Told
from keguan.casework.documents.typesetting import printable, typeset
from keguan.casework.pages.answers import File, Named
from keguan.components.reader import reading_in
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.schema import Column, Field, Form, Name, Section

AT = datetime(2026, 3, 2, 2, 30, 15, tzinfo=UTC)
DIGEST = "0123456789abcdef" * 4
HOSTILE = (
    '#panic("x") #import "@preview/x:1.0.0": * <b>粗</b><script>alert(1)</script> $x^2$ *b* _i_ `raw` @ref [x]'
    ' // no /* no */ = h - x + y ~ \\ \\u{41} {{ x }} {% x %} "q" \' https://example.invalid/'
)
UYGHUR = "شىنجاڭ ئۇيغۇر ئاپتونوم رايونى"
KINDS = ("text", "long_text", "integer", "money", "date", "yes_no", "choice", "choices", "person", "organisation")
NAMES = Named(
    people={1: "艾力·斯木吐拉", 2: "ئەلى ياسىن"},
    employers={1: "天河大学"},
    organisations={1: "天河大学"},
    files={1: File("预算说明.pdf", "/documents/1/", 34_100, "ab" * 32)},
)


def a_field(name: str, kind: Any, **more: Any) -> Field:
    return Field(field=Name(name), type=kind, title=Text(f"问{name}", f"Ask {name}"), **more)


def a_form(*fields: Field) -> Form:
    return Form(
        form=Name("proposal"),
        title=Text("项目申报书", "Proposal"),
        sections=(Section(section=Text("一、基本信息", "1. Basics"), fields=fields),),
    )


BUDGET = a_field(
    "budget",
    "table",
    columns=(
        Column(column=Name("heading"), type="text", title=Text("科目", "Heading")),
        Column(column=Name("fiscal"), type="money", title=Text("财政经费", "Public money")),
    ),
)


def tree(
    form: Form, values: dict[str, Any], *, digest: str = DIGEST, subject: str = "抗旱棉花", **more: Any
) -> book.Tree:
    cover = Cover("29KY2026A30001", "重点研发", subject, [(Text("申报单位", "Host"), "天河大学")], digest, AT)
    return book.book(Told(form, values, NAMES, **more), cover)


def pdf(made: book.Tree) -> PdfReader:
    return PdfReader(io.BytesIO(typeset("book", made, AT)))


def words(reader: PdfReader) -> str:
    """All text of the document without white space: lines end where the paper does."""
    return re.sub(r"[\s\u200b]+", "", "".join(page.extract_text() for page in reader.pages))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.fixture
def in_chinese() -> Iterator[None]:
    with reading_in("zh"):
        yield


@pytest.fixture
def standard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was set without the standard, because it could not be met."""
    missed: list[str] = []
    monkeypatch.setattr(typesetting.log, "warning", lambda event, **found: missed.append(found["error"]))
    return missed


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_of_answer_stands_in_the_book_in_the_language_asked_for(language: str, standard: list[str]) -> None:
    choices = cases.definition().programme.form("proposal").fields[1].choices
    form = a_form(
        *(a_field(kind, kind, choices=choices if kind.startswith("choice") else ()) for kind in KINDS),
        BUDGET,
        a_field("files", "file"),
    )
    values = {
        "text": "盐碱地",
        "long_text": "第一段。\n第二段。",
        "integer": 12345,
        "money": 80_000_000,
        "date": "2026-07-01",
        "yes_no": False,
        "choice": "agriculture",
        "choices": ["agriculture", "energy"],
        "person": 1,
        "organisation": 1,
        "budget": [{"heading": "设备费", "fiscal": 60_000_000}, {"heading": "劳务费", "fiscal": 20_000_000}],
        "files": [1],
    }
    with reading_in(language):
        found = words(pdf(tree(form, values)))
    said = {
        "zh": [
            "一、基本信息",
            "问money",
            "80万元",
            "否",
            "农业农村、能源与化工",
            "艾力·斯木吐拉（天河大学）",
            "合计",
            "第1页/共",
        ],
        "en": [
            "1.Basics",
            "Askmoney",
            "CNY800,000",
            "no",
            "Agricultureandcountryside,Energy",
            "艾力·斯木吐拉(天河大学)",
            "Total",
            "Page1of",
        ],
    }
    both = [
        "盐碱地",
        "第一段。",
        "第二段。",
        "12,345",
        "2026-07-01",
        "设备费",
        "预算说明.pdf",
        "ab" * 32,
        "34.1kB",
        DIGEST,
        "29KY2026A30001",
    ]
    for expected in (*said[language], *both):
        assert expected in found, expected
    assert not standard


def test_the_pdf_is_tagged_has_language_title_date_and_only_embedded_fonts(in_chinese: None) -> None:
    reader = pdf(tree(a_form(a_field("text", "text")), {"text": "盐碱地"}))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/StructTreeRoot"]["/K"]
    assert root["/Lang"].startswith("zh")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert reader.metadata is not None
    assert reader.metadata.title == "项目申报书 29KY2026A30001"
    assert reader.metadata.creation_date == AT
    assert b"pdfuaid" in root["/Metadata"].get_data()
    fonts = {
        font.get_object()["/BaseFont"]: font for page in reader.pages for font in page["/Resources"]["/Font"].values()
    }
    assert any("NotoSerifSC" in name for name in fonts), fonts
    for name, font in fonts.items():
        (inner,) = font.get_object()["/DescendantFonts"]
        assert {"/FontFile2", "/FontFile3"} & inner.get_object()["/FontDescriptor"].keys(), name
        assert "/ToUnicode" in font.get_object(), name


def test_text_that_looks_like_code_is_only_text(in_chinese: None, standard: list[str]) -> None:
    table = [{"heading": HOSTILE, "fiscal": 1_000_000}]
    form = a_form(a_field("text", "text"), a_field("long_text", "long_text"), BUDGET)
    reader = pdf(tree(form, {"text": HOSTILE, "long_text": HOSTILE, "budget": table}, subject=HOSTILE))
    assert words(reader).count(squeezed(HOSTILE)) == 4
    assert not any(
        "/Annots" in page and any("/URI" in str(one.get_object()) for one in page["/Annots"]) for page in reader.pages
    )
    assert not {"/OpenAction", "/AA", "/JavaScript"} & reader.trailer["/Root"].keys()
    assert not standard


def test_the_same_content_gives_the_same_bytes_and_other_content_others(in_chinese: None) -> None:
    form = a_form(a_field("text", "text"))
    one, other = tree(form, {"text": "盐碱地"}), tree(form, {"text": "盐碱池"})
    first = typeset("book", one, AT)
    assert typeset("book", other, AT) != first
    assert typeset("book", one, AT) == first


def test_a_draft_says_so_on_every_page_and_has_no_digest(in_chinese: None) -> None:
    form = a_form(a_field("long_text", "long_text"))
    found = pdf(tree(form, {"long_text": "盐碱地改良。\n" * 200}, digest=""))
    assert len(found.pages) > 3
    assert all("草稿Draft" in squeezed(page.extract_text()) for page in found.pages)
    assert DIGEST not in words(found)


def test_what_is_kept_from_a_reader_is_not_in_the_file(in_chinese: None) -> None:
    form = a_form(a_field("text", "text"), a_field("other", "text"), a_field("files", "file"))
    hidden = frozenset({"proposal.text", "proposal.files"})
    made = tree(form, {"text": "不欢迎的专家", "other": "可见", "files": [1]}, hidden=hidden)
    found = words(pdf(made))
    assert "不欢迎的专家" not in found
    assert "预算说明" not in found
    assert "可见" in found
    assert "仅承办方可见" in found


def test_what_is_missing_is_marked_at_its_question(in_chinese: None) -> None:
    form = a_form(a_field("text", "text"), a_field("other", "text"))
    problem = Problem("answer.missing", Text("请填写问text", "Fill in text"), where="proposal.text")
    first, second = book.sections_of(Told(form, {}, NAMES, problems=(problem,)))[0]["asked"]
    assert (first["problems"], second["problems"]) == (["请填写问text"], [])
    assert "请填写问text" in words(pdf(tree(form, {}, problems=(problem,), digest="")))


@pytest.mark.parametrize(
    ("rows", "sums"),
    [
        ([{"heading": "甲", "fiscal": 1_000_000}, {"heading": "乙", "fiscal": 2_500_000}], ["合计", "3.5 万元"]),
        ([{"heading": "甲", "fiscal": 1_000_000}, {"heading": "乙", "fiscal": "很多"}], []),
        ([{"heading": "甲", "fiscal": 1_000_000}, {"heading": "乙", "fiscal": None}], ["合计", "1 万元"]),
        ([{"heading": "甲", "fiscal": 1_000_000}], []),
    ],
)
def test_amounts_are_summed_only_where_all_of_them_can_be_read(in_chinese: None, rows: Any, sums: list[str]) -> None:
    (section,) = book.sections_of(Told(a_form(BUDGET), {"budget": rows}, NAMES))
    assert section["asked"][0]["sums"] == sums


def test_a_table_of_two_hundred_rows_is_whole_and_set_at_once(in_chinese: None) -> None:
    rows = [{"heading": f"第{n}项", "fiscal": n * 10_000} for n in range(1, 201)]
    made = tree(a_form(BUDGET), {"budget": rows})
    assert shelf.weight(made) <= shelf.WEIGHT_AT_ONCE
    found = words(pdf(made))
    assert all(f"第{n}项" in found for n in range(1, 201))
    assert found.count("科目") > 4, "the heading of the table stands on each of its pages"
    assert "201万元" in found


def test_letters_that_no_font_has_are_written_as_their_code_and_the_book_says_so(
    in_chinese: None, standard: list[str]
) -> None:
    form = a_form(a_field("text", "text"))
    made = tree(form, {"text": "𠀀 🌱 \x07 \u202egnp.exe \ue000"})
    found = words(pdf(made))
    for code in ("20000", "1F331", "0007", "202E", "E000"):
        assert f"〔U+{code}〕" in found
    assert "字库没有的字符" in found
    assert not standard
    assert not tree(form, {"text": "赟喆堃镕翀䶮・𬭎"})["notes"], "names in use, and everything of the General Standard"


def test_uyghur_names_and_text_are_set_with_their_letters_joined(in_chinese: None, standard: list[str]) -> None:
    form = a_form(a_field("person", "person"), a_field("long_text", "long_text"))
    made = tree(form, {"person": 2, "long_text": f"{UYGHUR}\n汉字和{UYGHUR}在一起"})
    assert not made["notes"]
    assert not standard
    found = pdf(made)
    fonts = {
        str(font.get_object()["/BaseFont"]) for page in found.pages for font in page["/Resources"]["/Font"].values()
    }
    assert any("NotoNaskhArabic" in name for name in fonts)
    assert "汉字和" in words(found)


def test_the_fonts_have_what_chinese_offices_write(standard: list[str]) -> None:
    in_gb2312 = {
        bytes([first, second]).decode("gb2312", "ignore") for first in range(0xA1, 0xF8) for second in range(0xA1, 0xFF)
    }
    letters = "".join(sorted(in_gb2312)) + "ئاەبپتجچخدرزژسشغفقكگڭلمنوھۇۆۈۋېىي" + "㎡℃№①Ⅳ≥±μāǎ·—…《》〔〕"
    assert printable(letters) == letters


def test_every_letter_that_is_said_to_be_there_is_there(in_chinese: None, standard: list[str]) -> None:
    lines = (typesetting.HERE / "fonts" / "coverage.txt").read_text().split()
    spans = [tuple(int(code, 16) for code in line.split("-")) for line in lines]
    letters = [chr(code) for first, last in spans for code in range(first, last + 1)]
    text = " ".join("".join(letters[at : at + 40]) for at in range(0, len(letters), 40))
    typeset("book", tree(a_form(a_field("long_text", "long_text")), {"long_text": text}), AT)
    assert not standard


@settings(max_examples=30, deadline=None)
@given(text=st.text(max_size=80))
def test_nothing_that_can_be_typed_breaks_a_book(text: str) -> None:
    form = a_form(a_field("text", "text"), a_field("long_text", "long_text"), BUDGET)
    with reading_in("zh"):
        made = tree(form, {"text": text, "long_text": text, "budget": [{"heading": text}]}, subject=text)
        assert typeset("book", made, AT).startswith(b"%PDF-")


def test_a_typesetter_at_work_is_waited_for_only_so_long(in_chinese: None) -> None:
    made = tree(a_form(a_field("text", "text")), {})
    with typesetting._one_at_a_time, pytest.raises(typesetting.Busy):
        typeset("book", made, AT, patience=0.01)
    assert typeset("book", made, AT)


def test_a_row_in_which_nobody_wrote_is_no_answer(in_chinese: None) -> None:
    rows = [{}, {"heading": "", "fiscal": None}]
    (section,) = book.sections_of(Told(a_form(BUDGET), {"budget": rows}, NAMES))
    assert section["asked"][0]["kind"] == "nothing"
