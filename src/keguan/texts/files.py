"""The text of a file, page by page: of a PDF, a Word document (.docx) or a plain text.

Files come from strangers. So each is read by a process of its own, within limits of time and memory; what was read until a
limit was met is kept. Pictures of text (scans) have none.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PLAIN = "text/plain"
READABLE = (PDF, WORD, PLAIN)

MOST_BYTES = 40 * 1024 * 1024
MOST_PAGES = 200
MOST_CHARACTERS = 150_000
"""Of one file: about a hundred pages of Chinese."""
MOST_SECONDS = 15
"""Processor time for one file; by the clock three times as much."""
MOST_MEMORY = 1024 * 1024 * 1024
_BROKEN = re.compile("(?<=[\u3005-\u9fff，、（])\n(?=[\u3005-\u9fff（])")
"""A PDF says where lines of print end, within sentences too: Chinese goes on without them."""
_MOST_XML = 64 * 1024 * 1024
_WORDS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True, slots=True)
class Read:
    """What a file says. pages: one text each, "" for one without; a Word document has those of its last printing. is_whole: whether
    that is all of it: not where a limit was met, or where the file is damaged or locked."""

    pages: tuple[str, ...]
    is_whole: bool


def read_apart(body: bytes, media_type: str) -> Read:
    """Read a file of a type that is `READABLE`, in a process of its own. Never raises for what a file holds."""
    if len(body) > MOST_BYTES or media_type not in READABLE:
        return Read((), False)
    command = [sys.executable, "-P", "-m", "keguan.texts.files", media_type]
    try:
        said = subprocess.run(
            command,
            input=body,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=3 * MOST_SECONDS,
            check=False,
        ).stdout
    except subprocess.TimeoutExpired as error:
        said = error.stdout or b""
    pages: list[str] = []
    for line in said.splitlines(keepends=True):
        # The last line is cut where the process was ended; the very last word of a whole one is `true`.
        if line == b"true\n":
            return Read(tuple(pages), True)
        if line.endswith(b"\n"):
            pages.append(json.loads(line))
    return Read(tuple(pages), False)


def pages_of(body: bytes, media_type: str) -> Iterator[str]:
    """The texts of a file's pages, within this process and without any limit. Raises whatever a damaged file makes it raise."""
    match media_type:
        case "application/pdf":
            return _of_pdf(body)
        case "text/plain":
            return iter([_plain(body)])
        case _:
            return _of_word(body)


def _of_pdf(body: bytes) -> Iterator[str]:
    from pypdf import PdfReader

    source = PdfReader(io.BytesIO(body))
    if source.is_encrypted and not source.decrypt(""):
        raise ValueError("locked")
    for page in source.pages:
        try:
            yield _BROKEN.sub("", page.extract_text())
        except Exception:  # one page that nobody can read is no reason to lose the others
            yield ""


def _of_word(body: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive, archive.open("word/document.xml") as part:
        written = part.read(_MOST_XML + 1)
    if len(written) > _MOST_XML:
        raise ValueError("too much text")
    root = ElementTree.fromstring(written)  # noqa: S314 - expat refuses entities that swell; memory and time are bounded
    # A writer that has laid the pages out says where each began; otherwise only those are known that somebody began.
    laid_out = root.find(f".//{_WORDS}lastRenderedPageBreak") is not None
    text: list[str] = []
    for one in root.iter():
        if one.tag == f"{_WORDS}t":
            text.append(one.text or "")
        elif one.tag == f"{_WORDS}p":
            text.append("\n")
        elif one.tag == f"{_WORDS}lastRenderedPageBreak" or (
            not laid_out and one.tag == f"{_WORDS}br" and one.get(f"{_WORDS}type") == "page"
        ):
            yield "".join(text)
            text = []
    yield "".join(text)


def _plain(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("gb18030", "replace")


def _main() -> None:
    """Read the file at the standard input and write a line of JSON for each page, and `true` after the last."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # a pipe is no file
    left = MOST_CHARACTERS
    for number, page in enumerate(pages_of(sys.stdin.buffer.read(), sys.argv[1]), 1):
        if number > MOST_PAGES or left <= 0:
            return
        # What no database text can hold is no text.
        text = page.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
        print(json.dumps(text[:left]), flush=True)
        left -= len(text)
    if left >= 0:
        print("true", flush=True)


if __name__ == "__main__":
    _main()
