"""Files are judged by content, kept whole under their digest, and opened only while the digest holds."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import make

from keguan.kernel.actors import SYSTEM
from keguan.kernel.clock import clock_at
from keguan.kernel.problems import Refused
from keguan.registers.documents import queries, services
from keguan.registers.documents.content import harmless_name, media_type
from keguan.registers.documents.models import MEDIA_TYPES, Document
from keguan.registers.trace.models import Event, Personal

PDF = b"%PDF-1.7\nhello\n%%EOF\n"


def _office(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, "<x/>")
    return stream.getvalue()


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def _refusal(name: str, content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        services.keep(name, content, SYSTEM)
    return refused.value.refusal.problems[0].code


@pytest.mark.django_db
def test_a_kept_file_comes_back_byte_for_byte_and_the_trace_hides_its_name() -> None:
    kept = services.keep("申报书 艾力·斯木吐拉.pdf", io.BytesIO(PDF), make.actor(), "C1")
    with services.open_document(kept) as stream:
        assert stream.read() == PDF
    event = Event.objects.get(tag="documents:document:kept")
    assert event.case_number == "C1"
    assert "艾力" not in str(event.payload)
    assert Personal.objects.get(event=event).value == "申报书 艾力·斯木吐拉.pdf"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("空.pdf", b"", "document.empty"),
        ("程序.pdf", b"MZ\x90\x00" + b"%PDF-1.7" + b"\x00" * 50, "document.type"),
        ("脚本.txt", b"#!/bin/sh\nrm -rf /\n", "document.type"),
        ("库.pdf", b"\x7fELF\x02\x01", "document.type"),
        ("压缩.docx", _office("readme.txt"), "document.type"),
        ("宏.docx", _office("word/document.xml", "word/vbaProject.bin"), "document.type"),
        ("坏.docx", b"PK\x03\x04 broken", "document.type"),
        ("二进制.txt", bytes(range(256)), "document.type"),
        ("其实是文本.pdf", "你好".encode(), "document.name-mismatch"),
        ("页面.html", b"<script>alert(1)</script>", "document.name-mismatch"),
    ],
)
def test_what_is_not_a_wanted_file_is_refused_and_nothing_stays(name: str, content: bytes, code: str) -> None:
    assert _refusal(name, content) == code
    assert not Document.objects.exists()
    assert not [path for path in services.files_folder().rglob("*") if path.is_file()]


@pytest.mark.django_db
def test_a_file_above_the_limit_is_refused_without_reading_it_to_the_end(settings) -> None:
    settings.MAX_DOCUMENT_BYTES = 1000

    class Endless(io.RawIOBase):
        asked = 0

        def read(self, size: int = -1) -> bytes:
            Endless.asked += size
            return b"a" * size

    with pytest.raises(Refused) as refused:
        services.keep("大.txt", Endless(), SYSTEM)  # type: ignore[arg-type]
    assert refused.value.refusal.problems[0].code == "document.too-large"
    assert Endless.asked == 1001


@pytest.mark.django_db
def test_the_accepted_types_are_told_by_content() -> None:
    assert media_type(_office("word/document.xml")) in MEDIA_TYPES
    assert media_type(_office("xl/workbook.xml")) in MEDIA_TYPES
    assert media_type(b"\x89PNG\r\n\x1a\n....") == "image/png"
    assert media_type(b"\xff\xd8\xff\xe0....") == "image/jpeg"
    assert media_type("姓名,单位\n".encode("gb18030")) == "text/plain"


@pytest.mark.django_db
def test_a_double_click_keeps_one_document_and_another_person_gets_their_own() -> None:
    actor, other = make.actor(), make.actor()
    first = services.keep("a.pdf", PDF, actor, "C1")
    assert services.keep("a.pdf", PDF, actor, "C1").pk == first.pk
    assert services.keep("a.pdf", PDF, other, "C1").pk != first.pk
    assert Event.objects.filter(tag="documents:document:kept").count() == 2
    assert len([path for path in services.files_folder().rglob("*") if path.is_file()]) == 1


@pytest.mark.django_db
def test_a_file_changed_or_lost_on_the_disk_is_never_handed_out() -> None:
    changed, lost = make.document(), make.document()
    place = services.files_folder() / changed.stored
    place.write_bytes(b"%PDF-1.7 other")
    (services.files_folder() / lost.stored).unlink()
    for document in (changed, lost):
        with pytest.raises(services.DamagedFile):
            services.open_document(document)
    assert {document for document, _ in queries.damaged_documents()} == {changed, lost}


@pytest.mark.django_db
def test_reading_is_traced_where_a_reader_is_named() -> None:
    kept, reader = make.document(origin="C9"), make.actor()
    services.open_document(kept, reader).close()
    event = Event.objects.get(outcome="read")
    assert (event.actor, event.case_number) == (reader.person, "C9")


@pytest.mark.django_db
def test_a_write_that_fails_leaves_nothing_under_the_final_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(descriptor: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("keguan.registers.documents.services.os.fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        services.keep("a.pdf", PDF, SYSTEM)
    assert not [path for path in services.files_folder().rglob("*") if path.is_file()]
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\x\\任务书.pdf", "任务书.pdf"),
        ("a\u202efdp.pdf", "afdp.pdf"),
        ("CON.pdf", "_CON.pdf"),
        (".pdf", "pdf.pdf"),
        ("", "文件.pdf"),
        ("没有扩展名", "没有扩展名.pdf"),
    ],
)
def test_hostile_names_are_made_harmless(typed: str, clean: str) -> None:
    assert harmless_name(typed, "application/pdf") == clean


@given(typed=st.text(max_size=300), kind=st.sampled_from(sorted(MEDIA_TYPES)))
def test_no_name_can_leave_its_folder_or_be_empty(typed: str, kind: str) -> None:
    clean = harmless_name(typed, kind)
    assert 1 <= len(clean) <= 120
    assert not set(clean) & set('/\\<>:"|?*\x00\n')
    assert not clean.startswith(".")
    assert harmless_name(clean, kind) == clean


@pytest.mark.django_db
def test_a_file_is_of_the_moment_that_the_clock_of_the_house_shows() -> None:
    moment = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
    with clock_at(moment):
        kept = services.keep("a.txt", b"a line\n", make.actor(), origin="65KRD1")
    assert Document.objects.get(pk=kept.pk).uploaded_at == moment
    assert Event.objects.get(tag="documents:document:kept").payload["at"] == moment.isoformat()
