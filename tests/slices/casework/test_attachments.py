"""Files of a form: replaced in one go, put in order, counted; whatever is wrong with one is said, and nothing is lost."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from tests.make import world as w
from tests.slices.casework.page_cast import fields_on, filled, form_address, send, signed_in

from keguan.casework import services
from keguan.casework.models import Draft
from keguan.casework.situation.attachments import most_bytes
from keguan.casework.versions import definition_of
from keguan.kernel.problems import Refusal
from keguan.registers.documents.models import Document
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\nhello\n%%EOF\n"


def kept(number: str) -> list[str]:
    """The names of the attachments in the draft, in its order."""
    ids = Draft.objects.get(case__number=number).values["attachments"]
    names = dict(Document.objects.filter(pk__in=ids).values_list("pk", "name"))
    return [names[one] for one in ids]


def pdf(name: str, more: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF + more + name.encode())


def said_after(client: Client, number: str, do: str, **typed: Any) -> str:
    """What the page says when a form with files is sent, wherever that leads."""
    response = send(client, number, do, **typed)
    if response.status_code == 303:
        response = client.get(form_address(number))
    return response.content.decode()


def uploaded(client: Client, number: str, *names: str) -> list[int]:
    send(client, number, "find:proposal.attachments", **{"attachments?file": [pdf(one) for one in names]})
    return list(Draft.objects.get(case__number=number).values["attachments"])


def test_a_file_is_replaced_in_its_place_and_the_old_one_stays_on_record(applicant: Client, number: str) -> None:
    _, second, _ = uploaded(applicant, number, "甲.pdf", "乙.pdf", "丙.pdf")
    said = said_after(
        applicant,
        number,
        f"replace:proposal.attachments:{second}",
        title="题目在此",
        **{f"attachments?file={second}": pdf("乙二.pdf")},
    )
    assert kept(number) == ["甲.pdf", "乙二.pdf", "丙.pdf"]
    assert "题目在此" in said
    assert Document.objects.filter(pk=second, name="乙.pdf").exists()
    assert Event.objects.get(payload__replaces=second).tag == "documents:document:kept"


def test_a_bad_file_replaces_nothing_and_says_which_it_was(applicant: Client, number: str) -> None:
    (first,) = uploaded(applicant, number, "甲.pdf")
    bad = SimpleUploadedFile("程序.pdf", b"MZ\x90\x00" + b"\x00" * 64)
    said = said_after(
        applicant, number, f"replace:proposal.attachments:{first}", title="题", **{f"attachments?file={first}": bad}
    )
    assert kept(number) == ["甲.pdf"]
    assert "“程序.pdf”：不接受这种文件：从内容看是 .exe" in said
    assert 'value="题"' in said


def test_files_are_put_in_order_by_buttons(applicant: Client, number: str) -> None:
    first, _, third = uploaded(applicant, number, "甲.pdf", "乙.pdf", "丙.pdf")
    send(applicant, number, f"up:proposal.attachments:{third}")
    assert kept(number) == ["甲.pdf", "丙.pdf", "乙.pdf"]
    send(applicant, number, f"down:proposal.attachments:{first}")
    assert kept(number) == ["丙.pdf", "甲.pdf", "乙.pdf"]
    said = said_after(applicant, number, f"up:proposal.attachments:{third}")
    assert kept(number) == ["丙.pdf", "甲.pdf", "乙.pdf"], "the first goes no further"
    places = [said.index(f">{name}</") for name in ("丙.pdf", "甲.pdf", "乙.pdf")]
    assert places == sorted(places)
    assert f"up:proposal.attachments:{third}" not in said


def test_the_page_counts_files_and_bytes_and_shows_each_digest(applicant: Client, number: str) -> None:
    ids = uploaded(applicant, number, "甲.pdf", "乙.pdf")
    said = applicant.get(form_address(number)).content.decode()
    total = sum(Document.objects.filter(pk__in=ids).values_list("size_bytes", flat=True))
    assert re.search(rf"已有 2 / 10 个文件，共 {total}\s*字节；每个不超过 30", said.replace("\xa0", " "))
    for digest in Document.objects.filter(pk__in=ids).values_list("sha256", flat=True):
        assert digest in said


def test_the_same_file_is_not_added_twice_and_under_another_name_told_apart(applicant: Client, number: str) -> None:
    uploaded(applicant, number, "甲.pdf")
    again = said_after(applicant, number, "find:proposal.attachments", **{"attachments?file": [pdf("甲.pdf")]})
    assert "“甲.pdf”已经在附件中，没有重复添加。" in again
    assert kept(number) == ["甲.pdf"]
    renamed = SimpleUploadedFile("甲的副本.pdf", pdf("甲.pdf").read())
    other = said_after(applicant, number, "find:proposal.attachments", **{"attachments?file": [renamed]})
    assert kept(number) == ["甲.pdf", "甲的副本.pdf"], "whoever means it may"
    assert other.count("与“甲.pdf”内容相同") == 1
    applicant.get(reverse("language"), {"to": "en", "next": "/"})
    assert "The same content as “甲.pdf”: remove it if that was a mistake." in applicant.get(
        form_address(number)
    ).content.decode().replace("&quot;", '"')
    send(applicant, number, "find:proposal.own_funds_letter", **{"own_funds_letter?file": [pdf("乙.pdf")]})
    assert applicant.get(form_address(number)).content.decode().count("The same content as") == 1


def test_one_file_too_many_is_named_and_those_before_it_are_kept(applicant: Client, number: str) -> None:
    said = said_after(
        applicant, number, "save", **{"attachments?file": [pdf(f"第{n}份.pdf") for n in range(1, 12)], "title": "题"}
    )
    assert kept(number) == [f"第{n}份.pdf" for n in range(1, 11)]
    assert "“第11份.pdf”：最多 10 个文件" in said
    assert 'name="proposal.attachments?file" multiple' not in said, "a full field offers no further"


def beside(said: str) -> str:
    """What the page says beside the attachments."""
    question = said.partition('data-question="proposal.attachments"')[2].partition('class="question"')[0]
    return question.partition("data-errors")[2].partition("</div>")[0]


def sections(said: str) -> str:
    return said.partition('id="sections"')[2].partition("</aside>")[0]


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (SimpleUploadedFile("其实是文本.pdf", "只是文字".encode()), "文件名与内容不符"),
        (SimpleUploadedFile("空.pdf", b""), "文件是空的"),
        (SimpleUploadedFile("大.pdf", PDF + b"0" * 5000), "文件超过"),
    ],
)
def test_why_a_file_was_refused_stays_told_until_another_comes(
    applicant: Client, number: str, settings: Any, file: SimpleUploadedFile, why: str
) -> None:
    settings.MAX_DOCUMENT_BYTES = 3000
    said = said_after(applicant, number, "find:proposal.attachments", **{"attachments?file": file})
    assert said.count(f"“{file.name}”：{why}") == 2, "at the top and beside the question, once each"
    assert "有误" in sections(said)
    again = send(applicant, number, "find:proposal.attachments")
    assert again.status_code == 422
    assert "还没有选择文件" in beside(again.content.decode())
    assert why in beside(again.content.decode())
    later = said_after(applicant, number, "save", title="先写别的")
    assert why in beside(later)
    assert "还没有选择文件" not in later
    assert "有误" in sections(later)
    progress = applicant.get(reverse("case_form_progress", args=[number, "proposal"])).json()["sections"]
    assert "有误" in progress
    good = said_after(applicant, number, "find:proposal.attachments", **{"attachments?file": pdf("好.pdf")})
    assert kept(number) == ["好.pdf"]
    assert not beside(good).count("<li>")
    assert "有误" not in sections(good)


def test_a_refused_file_is_given_up_by_a_button_and_told_in_no_other_browser(
    world: w.World, applicant: Client, number: str
) -> None:
    bad = SimpleUploadedFile("其实是文本.pdf", "只是文字".encode())
    said = said_after(applicant, number, "save", **{"attachments?file": bad})
    assert 'value="waive:proposal.attachments"' in said
    elsewhere = signed_in(world.people["applicant"])
    assert "文件名与内容不符" not in elsewhere.get(form_address(number)).content.decode()
    said = said_after(applicant, number, "waive:proposal.attachments", title="题")
    assert "文件名与内容不符" not in said
    assert 'value="waive:' not in said
    assert 'value="题"' in said


def test_nothing_is_handed_in_over_a_refused_file_unseen(world: w.World, applicant: Client, number: str) -> None:
    bad = SimpleUploadedFile("其实是文本.pdf", "只是文字".encode())
    send(applicant, number, "save", **{"attachments?file": bad})
    typed = filled(world) | {"revision": str(Draft.objects.get(case__number=number).revision)}
    stopped = applicant.post(form_address(number), typed | {"do": "submit"})
    assert stopped.status_code == 422
    assert "文件名与内容不符" in stopped.content.decode()
    send(applicant, number, "waive:proposal.attachments")
    assert send(applicant, number, "submit").status_code == 303


def test_a_file_that_the_page_held_back_for_its_size_is_told_as_if_it_had_come(applicant: Client, number: str) -> None:
    address = form_address(number)
    fields = fields_on(applicant.get(address).content.decode(), address)
    shown = next(one for one in fields["shown"] if one.startswith("proposal.attachments@"))
    sent = {"shown": shown, "proposal.attachments?large": "太大<b>.pdf"}
    told = applicant.post(reverse("case_form_autosave", args=[number, "proposal"]), sent).json()
    assert "文件超过 30 MB。请压缩图片" in told["errors"]["proposal.attachments"]
    said = applicant.get(address).content.decode()
    assert "文件超过 30 MB" in beside(said)
    assert "<b>" not in beside(said)


@pytest.mark.parametrize(
    ("name", "content", "wanted", "unwanted"),
    [
        (
            "bad.exe",
            b"hello",
            ("不接受名字以 .exe 结尾的文件；它的内容看起来是纯文本。请换一个文件，可用：.pdf",),
            "改为",
        ),
        (
            "照片.pdf",
            b"\x89PNG\r\n\x1a\n" + b"\x00" * 50,
            ("内容看起来是图片（PNG）。请先确认", "改为 .png"),
            "image/png",
        ),
        ("扫描.png", PDF, ("内容看起来是PDF 文件。请先确认", "改为 .pdf"), "application/pdf"),
    ],
)
def test_a_name_that_does_not_fit_is_told_in_plain_words_and_no_program_is_to_be_renamed(
    applicant: Client, number: str, name: str, content: bytes, wanted: tuple[str, ...], unwanted: str
) -> None:
    said = beside(said_after(applicant, number, "save", **{"attachments?file": SimpleUploadedFile(name, content)}))
    for one in wanted:
        assert one in said
    assert unwanted not in said
    assert "text/plain" not in said


def bomb(parts: int, size: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "word/document.xml"):
            archive.writestr(name, "<x/>")
        for n in range(parts):
            archive.writestr(f"word/media/{n}.bmp", b"\x00" * size)
    return stream.getvalue()


def lying_bomb() -> bytes:
    """A small document that says of a part that it unpacks to 4 GB."""
    content = bytearray(bomb(1, 100))
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = (2**32 - 2).to_bytes(4, "little")
    return bytes(content)


@pytest.mark.parametrize(
    ("name", "content", "said_zh", "said_en"),
    [
        ("安装程序.pdf", b"MZ\x90\x00" + b"\x00" * 99, "从内容看是 .exe", "by its content it is .exe"),
        ("炸弹.docx", lying_bomb(), "解压后超过 512 MB", "Unpacked, the file is larger than 512 MB"),
        ("碎片.docx", bomb(10_001, 0), "解压后超过 512 MB", "Unpacked, the file is larger than 512 MB"),
        ("空.pdf", b"", "文件是空的", "The file is empty"),
        ("压缩包.pdf", b"Rar!\x1a\x07\x00" + b"\x00" * 50, "从内容看是 .rar", "by its content it is .rar"),
        ("改了名.pdf", "只是文字".encode(), "文件名与内容不符", "The name does not fit the content"),
    ],
)
def test_a_bad_file_is_refused_in_both_languages_and_what_was_typed_stays(
    applicant: Client, number: str, name: str, content: bytes, said_zh: str, said_en: str
) -> None:
    for language, wanted in (("zh", said_zh), ("en", said_en)):
        address = form_address(number)
        sent: dict[str, Any] = dict(fields_on(applicant.get(address).content.decode(), address))
        sent |= {"proposal.attachments?file": SimpleUploadedFile(name, content), "proposal.title": f"题目 {language}"}
        response = applicant.post(f"{address}?lang={language}", {**sent, "do": "save"})
        said = response.content.decode()
        assert response.status_code == 422
        assert wanted in said
        assert f"“{name}”" in said
        assert f'value="题目 {language}"' in said
    assert Draft.objects.get(case__number=number).values["title"] == "题目 en"
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("../../../etc/passwd.pdf", "passwd.pdf"),
        ("发票\u202efdp.exe.pdf", "发票fdp.exe.pdf"),
        ("<img src=x onerror=alert(1)>.pdf", "_img src=x onerror=alert(1)_.pdf"),
        ("{name} %s {0}.pdf", "{name} %s {0}.pdf"),
        ("很" * 250 + ".pdf", None),
    ],
)
def test_a_hostile_name_is_kept_harmless_and_never_becomes_markup(
    applicant: Client, number: str, typed: str, clean: str | None
) -> None:
    file = SimpleUploadedFile("x.pdf", PDF)
    file._name = typed  # Django's own class would take folders away before our code sees them
    bad = SimpleUploadedFile("x.pdf", b"\x00\x01\x02\x03")
    bad._name = typed
    assert send(applicant, number, "save", **{"attachments?file": file}).status_code == 303
    (name,) = kept(number)
    assert name == (clean or name)
    assert len(name) <= 120
    said = said_after(applicant, number, "save", **{"attachments?file": bad})
    assert "<img src=x" not in said
    assert "\u202e" not in said


def test_the_order_given_is_the_order_of_the_book_and_of_the_case(
    world: w.World, applicant: Client, number: str
) -> None:
    ids = uploaded(applicant, number, "甲.pdf", "乙.pdf", "丙.pdf")
    send(applicant, number, f"up:proposal.attachments:{ids[2]}")
    book = PdfReader(io.BytesIO(applicant.get(reverse("case_preview_pdf", args=[number, "proposal"])).content))
    printed = re.sub(r"[\s\u200b]+", "", "".join(page.extract_text() for page in book.pages))
    files = list(Draft.objects.get(case__number=number).values["attachments"])
    assert isinstance(
        world.act(number, "submit", "applicant", values=w.proposal(world) | {"attachments": files}), services.Done
    )
    shown = applicant.get(reverse("case", args=[number])).content.decode()
    for told in (printed, shown):
        places = [told.rindex(name) for name in ("甲.pdf", "丙.pdf", "乙.pdf")]
        assert places == sorted(places)
    assert Document.objects.get(pk=ids[0]).sha256 in shown


@pytest.fixture
def one_mb(settings: Any) -> None:
    settings.CASE_FILES_MB = 1


HEAVY = b"0" * 700_000


def test_all_attachments_of_a_case_together_have_a_cap_that_is_told_beforehand(
    applicant: Client, number: str, one_mb: None
) -> None:
    page = applicant.get(form_address(number)).content.decode().replace("\xa0", " ")
    assert "本办件全部附件合计不超过 1.0 MB" in page
    said = said_after(
        applicant, number, "save", **{"attachments?file": [pdf("甲.pdf", HEAVY), pdf("乙.pdf", HEAVY)], "title": "题"}
    )
    assert kept(number) == ["甲.pdf"]
    assert "“乙.pdf”：本办件全部附件合计不超过 1 MB，加上它是 1.3 MB" in said
    assert 'value="题"' in said
    english = applicant.get(form_address(number) + "?lang=en").content.decode().replace("\xa0", " ")
    assert "All attachments of the case together at most 1.0 MB" in english


def test_what_is_replaced_makes_room_for_what_replaces_it(applicant: Client, number: str, one_mb: None) -> None:
    for n in range(6):
        name = f"第{n}稿.pdf"
        files = Draft.objects.filter(case__number=number).first()
        ids = files.values.get("attachments") if files else None
        at = f"attachments?file={ids[0]}" if ids else "attachments?file"
        send(applicant, number, "save", **{at: pdf(name, HEAVY + str(n).encode())})
        assert kept(number) == [name]
    # Whoever goes on so for ever fills the disk: everything ever sent has a cap, too.
    ids = Draft.objects.get(case__number=number).values["attachments"]
    for n in range(6, 9):
        said = said_after(
            applicant, number, "save", **{f"attachments?file={ids[0]}": pdf("又一稿.pdf", HEAVY + str(n).encode())}
        )
        ids = Draft.objects.get(case__number=number).values["attachments"]
    assert "历次上传的文件（含已替换、已移除的）合计超过 5 MB" in said


def test_the_cap_holds_at_the_write_door_however_the_files_came(
    world: w.World, applicant: Client, number: str, settings: Any
) -> None:
    ids = uploaded(applicant, number, "甲.pdf", "乙.pdf")
    Document.objects.filter(pk__in=ids).update(size_bytes=700_000)
    settings.CASE_FILES_MB = 1
    values = w.proposal(world) | {"attachments": ids}
    refused = world.act(number, "submit", "applicant", values=values, confirmed=True)
    assert isinstance(refused, Refusal)
    assert [one.code for one in refused.problems] == ["document.too-much"]
    settings.CASE_FILES_MB = 2
    assert isinstance(world.act(number, "submit", "applicant", values=values, confirmed=True), services.Done)


@pytest.mark.parametrize(
    ("own", "installation", "most_mb"), [(40, 200, 40), (300, 200, 200), (None, 200, 200), (40, 0, 40), (None, 0, None)]
)
def test_a_programme_may_allow_less_than_the_installation_and_never_more(
    world: w.World, settings: Any, own: int | None, installation: int, most_mb: int | None
) -> None:
    settings.CASE_FILES_MB = installation
    assert world.round is not None
    programme = replace(definition_of(world.round.programme).programme, attachments_mb=own)
    assert most_bytes(programme) == (most_mb and most_mb * 1024 * 1024)


@pytest.fixture
def small_programme(tmp_path: Path, settings: Any) -> None:
    """The key R&D project with room for one megabyte."""
    folder = tmp_path / "key-rd-project" / "2017.1"
    shutil.copytree(Path(settings.PROGRAMMES) / "key-rd-project" / "2017.1", folder)
    with (folder / "programme.yaml").open("a", encoding="utf-8") as text:
        text.write("attachments_mb: 1\n")
    settings.PROGRAMMES = tmp_path


def test_the_room_that_a_programme_gives_is_told_in_its_guide_and_its_form_and_holds(
    small_programme: None, world: w.World, applicant: Client, number: str
) -> None:
    assert world.round is not None
    for address in (form_address(number), reverse("guide", args=[world.round.code])):
        assert "全部附件合计不超过 1.0 MB" in applicant.get(address).content.decode().replace("\xa0", " ")
    said = said_after(applicant, number, "save", **{"attachments?file": [pdf("甲.pdf", HEAVY), pdf("乙.pdf", HEAVY)]})
    assert "“乙.pdf”：本办件全部附件合计不超过 1 MB" in said
    assert kept(number) == ["甲.pdf"]


def test_without_a_limit_nothing_is_said_of_it_and_all_goes_in(applicant: Client, number: str, settings: Any) -> None:
    settings.CASE_FILES_MB = 0
    page = applicant.get(form_address(number)).content.decode()
    assert "全部附件合计" not in page
    send(applicant, number, "save", **{"attachments?file": [pdf("甲.pdf", HEAVY), pdf("乙.pdf", HEAVY)]})
    assert kept(number) == ["甲.pdf", "乙.pdf"]
