"""Files made up for tests."""

from __future__ import annotations

from itertools import count

from keguan.kernel.actors import SYSTEM, Actor
from keguan.registers.documents import services
from keguan.registers.documents.models import Document

_numbers = count(1)


def document(
    name: str = "申报书.pdf", content: bytes | None = None, *, by: Actor = SYSTEM, origin: str = ""
) -> Document:
    """A kept file, a tiny PDF unless its content is given."""
    return services.keep(name, content or f"%PDF-1.7\n% {next(_numbers)}\n%%EOF\n".encode(), by, origin)
