"""An upload of gigabytes costs no disk, and one that is cut off on its way changes nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import pytest
from django.conf import settings as django_settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client, RequestFactory
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import fields_on, form_address, send, signed_in

from keguan.casework.models import Draft
from keguan.doors.web.wsgi import application
from keguan.kernel.clock import clock_at
from keguan.registers.documents.models import Document

pytestmark = pytest.mark.django_db

LINE = "----line"


def part(name: str, content: bytes, file: str = "") -> bytes:
    named = f'; filename="{file}"' if file else ""
    return f'--{LINE}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + content + b"\r\n"


class Flood(io.RawIOBase):
    """A body with a file of so many bytes in the middle, made as it is read."""

    def __init__(self, before: bytes, file_bytes: int, after: bytes) -> None:
        self.pieces: list[Any] = [before, file_bytes, after]
        self.length = len(before) + file_bytes + len(after)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while self.pieces:
            first = self.pieces[0]
            if isinstance(first, int) and first:
                given = b"\x01" * min(first, size)
                self.pieces[0] = first - len(given)
                return given
            if isinstance(first, bytes) and first:
                given, self.pieces[0] = first[:size], first[size:]
                return given
            self.pieces.pop(0)
        return b""


def test_a_huge_file_is_let_through_only_as_far_as_shows_its_size(settings: Any) -> None:
    settings.MAX_DOCUMENT_BYTES = 1_000_000
    most = 64 * 1024 * 1024  # the largest spreadsheet
    flood = Flood(part("title", "题目".encode()) + part("file", b"", "电影.mp4")[:-2], 200_000_000, b"\r\n" + b"")
    flood.pieces.append(part("after", "后来写的".encode()) + f"--{LINE}--\r\n".encode())
    flood.length += len(flood.pieces[-1])
    request = RequestFactory().post("/", content_type=f"multipart/form-data; boundary={LINE}")
    request.META["CONTENT_LENGTH"] = str(flood.length)
    request._stream = flood
    assert request.POST["title"] == "题目"
    assert request.POST["after"] == "后来写的", "what was typed below the file arrives too"
    sent = request.FILES["file"]
    assert most < sent.size < most + 1_000_000
    sent.close()


@contextmanager
def in_one_transaction() -> Iterator[None]:
    """Requests leave the connection of the test open, as they do where Django's own client sends them."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def sent_in_full(address: str, client: Client, body: bytes, claimed: int) -> tuple[str, bytes]:
    """Send a body of a claimed length past everything a server puts around the pages. Returns status and page."""
    told: list[str] = []
    stream: BinaryIO = io.BytesIO(body)
    environment = RequestFactory()._base_environ(
        REQUEST_METHOD="POST",
        PATH_INFO=address,
        CONTENT_TYPE=f"multipart/form-data; boundary={LINE}",
        CONTENT_LENGTH=str(claimed),
        HTTP_COOKIE="; ".join(f"{name}={one.value}" for name, one in client.cookies.items()),
        **{"wsgi.input": stream},
    )
    with in_one_transaction():
        answer = application(environment, lambda status, headers: told.append(status))
        return told[0], b"".join(answer)


def test_an_upload_cut_off_in_the_middle_keeps_neither_half_a_file_nor_half_a_sentence(
    settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    world = cases.opened()
    with clock_at(w.moment("2026-03-02")):
        number = w.started(world)
        client = signed_in(world.people["applicant"])
        send(client, number, "save", title="棉花抗旱新品种", summary="写好的摘要，一句都不能少")
        address = form_address(number)
        fields = fields_on(client.get(address).content.decode(), address)
        client.cookies["csrftoken"] = token = "a" * 32
        sent = fields | {
            "csrfmiddlewaretoken": [token],
            "proposal.summary": ["写好的"],
            "proposal.title": ["棉花抗旱新品种"],
        }
        body = b"".join(part(name, str(one).encode()) for name, values in sent.items() for one in values)
        body += part("do", b"save") + part("proposal.attachments?file", b"%PDF-1.7\n" + b"half" * 1000, "半份.pdf")
        status, page = sent_in_full(address, client, body, len(body) + 50_000)
        assert status.startswith("400")
        assert "上传中断" in page.decode()
        assert Draft.objects.get(case__number=number).values["summary"] == "写好的摘要，一句都不能少"
        assert not Document.objects.exists()
        whole = body + f"--{LINE}--\r\n".encode()
        status, page = sent_in_full(address, client, whole, len(whole))
        assert status.startswith("303"), page.decode()
        assert Draft.objects.get(case__number=number).values["summary"] == "写好的"
        assert Document.objects.get().name == "半份.pdf"


def test_those_that_store_files_stand_behind_the_one_that_drops_what_is_too_much() -> None:
    assert django_settings.FILE_UPLOAD_HANDLERS[0] == "keguan.doors.web.large_files.LargeFiles"
