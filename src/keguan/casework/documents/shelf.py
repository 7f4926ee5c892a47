"""Documents on their way to a reader: small ones are set at once, large ones by a job that lays them ready.

What waits lies beside the files of the installation, under a name that nobody can guess and that says nothing: the digest
of the document's content and of the templates. So a document is made once, whoever asks, and the rights of the one who
asks have shaped its content before. A day later it is gone.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from keguan.casework.documents import typesetting
from keguan.casework.documents.typesetting import Busy, typeset
from keguan.kernel.canonical import digest
from keguan.registers.documents.services import files_folder

JOB = "casework.typeset"
WEIGHT_AT_ONCE = 20_000
"""A document of this weight takes about 300 ms of processor time."""
KEPT_SECONDS = 24 * 3600
_CELL = 10
"""What one value costs beside its letters, counted in letters: a ruled cell with its place in the tree of tags."""


def finished(template: str, tree: Mapping[str, Any], at: datetime) -> bytes | None:
    """The document, or None while a job makes it: ask again in a moment."""
    if weight(tree) <= WEIGHT_AT_ONCE:
        try:
            return typeset(template, tree, at)
        except Busy:
            pass
    order = {"template": template, "tree": tree, "at": at.isoformat()}
    name = digest([order, _edition()])
    ready = _folder() / f"{name}.pdf"
    if ready.exists():
        return ready.read_bytes()
    _folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(_folder() / f"{name}.json", json.dumps(order, ensure_ascii=False).encode())
    try:
        with transaction.atomic():
            app.configure_task(JOB, queueing_lock=f"typeset-{name}").defer(name=name)
    except AlreadyEnqueued:
        pass
    return None


def make(name: str) -> None:
    """Set a document that was put off, and lay it ready. One that is ready, or no longer wanted, is left."""
    wanted, ready = _folder() / f"{name}.json", _folder() / f"{name}.pdf"
    if ready.exists() or not wanted.exists():
        return
    order = json.loads(wanted.read_bytes())
    _write(ready, typeset(order["template"], order["tree"], datetime.fromisoformat(order["at"]), patience=-1))
    wanted.unlink(missing_ok=True)


def clear() -> int:
    """Throw away what has lain for a day. Returns how many files."""
    old = [one for one in _folder().glob("*") if one.stat().st_mtime < time.time() - KEPT_SECONDS]
    for one in old:
        one.unlink(missing_ok=True)
    return len(old)


def weight(value: Any) -> int:
    """What a document costs to set: its letters, and something for each value."""
    match value:
        case str():
            return len(value) + _CELL
        case Mapping():
            return sum(map(weight, value.values()))
        case list() | tuple():
            return sum(map(weight, value))
        case _:
            return 0


@cache
def _edition() -> str:
    """What the templates say: a new edition of them makes new documents."""
    found = hashlib.sha256()
    for path in sorted((typesetting.HERE / "typst").glob("*.typ")):
        found.update(path.read_bytes())
    return found.hexdigest()


def _folder() -> Path:
    return files_folder() / "made"


def _write(path: Path, body: bytes) -> None:
    draft = path.with_name(f".half-{path.name}")
    draft.write_bytes(body)
    draft.chmod(0o600)
    draft.replace(path)
