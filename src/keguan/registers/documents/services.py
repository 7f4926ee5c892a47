"""Keep a file and open it again. Nothing half-written is ever found under its final name."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import transaction

from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused
from keguan.registers.documents.content import (
    LOOKS,
    MOST_UNPACKED_BYTES,
    ending_fits,
    harmless_name,
    looks_like,
    media_type,
    shown_name,
    swells,
)
from keguan.registers.documents.models import MEDIA_TYPES, Document
from keguan.registers.trace import services as trace

DEFAULT_MAX_BYTES = 30 * 1024 * 1024
_PIECE = 1024 * 1024
_ENDINGS = [ending for endings in MEDIA_TYPES.values() for ending in endings]
ENDINGS = Text("、".join(_ENDINGS), ", ".join(_ENDINGS))
"""What files may be called, as people read it."""


class DamagedFile(Exception):  # noqa: N818 - says what is found, as the house does
    """The stored file is missing or is no longer what was handed in. Restore it from a backup."""


def keep(
    name: str, content: bytes | BinaryIO, actor: Actor, origin: str = "", *, replaces: int | None = None
) -> Document:
    """Keep a file that somebody hands in. The same file handed in again by the same person for the same case is one.

    name: as the person's machine gave it. content: bytes, or a stream read to its end. origin: a case number.
    replaces: the id of the file whose place it takes, which stays kept like every other.
    Raises Refused: empty, too large (setting MAX_DOCUMENT_BYTES), a type that is not allowed, or named as another type.
    """
    limit = most_bytes()
    body = _read(content, limit)
    kind = None if len(body) > limit or swells(body) else media_type(body)
    clean = harmless_name(name, kind) if kind else shown_name(name)
    problem = _problem(body, kind, clean, limit)
    if problem is not None or kind is None:
        raise Refused.because(problem or _type_problem(clean, body))
    digest = hashlib.sha256(body).hexdigest()
    place = stored_place(digest)
    _write(files_folder() / place, body)
    with transaction.atomic():
        now = clock.now()
        known = {"sha256": digest, "name": clean, "origin": origin, "uploaded_by_id": actor.person}
        document, is_new = Document.objects.get_or_create(
            **known, defaults={"media_type": kind, "size_bytes": len(body), "stored": place, "uploaded_at": now}
        )
        if not is_new:
            return document
        trace.write(
            "documents:document:kept",
            actor,
            case_number=origin,
            payload={
                "document": document.pk,
                "sha256": digest,
                "size_bytes": len(body),
                "media_type": kind,
                "at": now.isoformat(),
                **({"replaces": replaces} if replaces is not None else {}),
            },
            # A file is often named after a person.
            personal={"name": clean},
        )
    return document


def open_document(document: Document, actor: Actor | None = None) -> BinaryIO:
    """Open a file for reading, having checked that it still is what was handed in.

    actor: who reads, where the reading is to be traced. Raises DamagedFile, with what is wrong.
    """
    path = files_folder() / document.stored
    try:
        stream = path.open("rb")
    except FileNotFoundError as error:
        raise DamagedFile(f"{document.pk}: 文件不见了 / the file is gone ({document.sha256})") from error
    if hashlib.file_digest(stream, "sha256").hexdigest() != document.sha256:
        stream.close()
        raise DamagedFile(f"{document.pk}: 文件已被改动 / the file was changed ({document.sha256})")
    stream.seek(0)
    if actor is not None:
        trace.read(actor, "document", str(document.pk), case_number=document.origin)
    return stream


def most_bytes() -> int:
    """The largest file that is kept."""
    limit: int = getattr(settings, "MAX_DOCUMENT_BYTES", DEFAULT_MAX_BYTES)
    return limit


def files_folder() -> Path:
    """Where the files of this installation lie."""
    return Path(settings.MEDIA_ROOT)


def stored_place(digest: str) -> str:
    """The place of a file under the files folder: two levels of folders, so that none grows without bound."""
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


def _read(content: bytes | BinaryIO, limit: int) -> bytes:
    # One byte more than allowed is enough to know; the rest of a huge upload is not read into memory.
    return content[: limit + 1] if isinstance(content, bytes) else content.read(limit + 1)


def too_large(name: str, limit: int) -> Problem:
    """What is said of a file of more than so many bytes."""
    say = Text("文件超过 {most}", "The file is larger than {most}").filled(most=f"{limit / 1024 / 1024:g} MB")
    fix = Text("请压缩图片或分成几个文件", "Compress its pictures or split it")
    return Problem("document.too-large", say, "file", name, fix=fix)


def _problem(body: bytes, kind: str | None, name: str, limit: int) -> Problem | None:
    if not body:
        say = Text("文件是空的", "The file is empty")
        return Problem("document.empty", say, "file", name, fix=Text("请重新选择文件", "Choose the file again"))
    if len(body) > limit:
        return too_large(name, limit)
    if swells(body):
        say = Text("文件解压后超过 {most}", "Unpacked, the file is larger than {most}").filled(
            most=f"{MOST_UNPACKED_BYTES / 1024 / 1024:g} MB"
        )
        fix = Text("请另存为 PDF 后上传", "Save it as a PDF and send that")
        return Problem("document.swells", say, "file", name, fix=fix)
    if kind is None:
        return _type_problem(name, body)
    if not ending_fits(name, kind):
        return _name_problem(name, kind)
    return None


def _name_problem(name: str, kind: str) -> Problem:
    """A name that does not fit what is in the file. Another ending is advised only where the one it has is taken at all: a
    program or a script is not made a document by its name."""
    ending = f".{name.rpartition('.')[2]}"
    if ending.casefold() in _ENDINGS:
        say = Text(
            "文件名与内容不符：名字以 {ending} 结尾，内容看起来是{looks}",
            "The name does not fit the content: it ends in {ending}, and the content looks like {looks}",
        )
        fix = Text(
            "请先确认没有选错文件；没有选错的，请把名字的结尾改为 {e}，或另存为可用的格式：{all}",
            "Check first that it is the right file; if it is, end its name in {e}, or save it as a kind that is taken: {all}",
        )
    else:
        say = Text(
            "不接受名字以 {ending} 结尾的文件；它的内容看起来是{looks}",
            "Files whose names end in {ending} are not accepted; by its content this looks like {looks}",
        )
        fix = Text("请换一个文件，可用：{all}", "Choose another file; accepted: {all}")
    fits = Text(" 或 ".join(MEDIA_TYPES[kind]), " or ".join(MEDIA_TYPES[kind]))
    return Problem(
        "document.name-mismatch",
        say.filled(ending=ending, looks=LOOKS[kind]),
        "file",
        name,
        fix=fix.filled(e=fits, all=ENDINGS),
    )


def _type_problem(name: str, body: bytes) -> Problem:
    say = Text("不接受这种文件（按内容判断，不看扩展名）", "Files of this type are not accepted (judged by content)")
    if ending := looks_like(body):
        say = Text(
            "不接受这种文件：从内容看是 {e}，扩展名不作数",
            "Files of this type are not accepted: by its content it is {e}, whatever its name says",
        ).filled(e=ending)
    fix = Text("可用：{e}", "Accepted: {e}").filled(e=ENDINGS)
    return Problem("document.type", say, "file", name, fix=fix)


def _write(path: Path, body: bytes) -> None:
    """Write beside the final place, then rename: another reader sees the whole file or none."""
    if path.exists() and path.stat().st_size == len(body):
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".half-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
