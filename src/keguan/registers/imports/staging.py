"""Where an uploaded spreadsheet waits between its trial and its import, for an hour at most."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import PurePosixPath
from uuid import uuid4

from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from keguan.kernel.actors import Actor

FOLDER = "waiting-imports"
KEPT_SECONDS = 3600
_SALT = "keguan.imports.staging"


def put(content: bytes, spec: str, name: str, sheet: str, actor: Actor) -> str:
    """Keep a file for its confirmation; the ticket names it and works for this person only."""
    _tidy()
    place = default_storage.save(f"{FOLDER}/{uuid4().hex}", ContentFile(content))
    return signing.dumps([PurePosixPath(place).name, spec, name, sheet, actor.person], salt=_SALT)


def take(ticket: str, actor: Actor) -> tuple[bytes, str, str, str] | None:
    """The file, its import, its name and its sheet; None if the ticket is too old, used up or somebody else's."""
    try:
        place, spec, name, sheet, person = signing.loads(ticket, salt=_SALT, max_age=KEPT_SECONDS)
    except signing.BadSignature:
        return None
    path = f"{FOLDER}/{place}"
    if person != actor.person or not re.fullmatch(r"\w+", place) or not default_storage.exists(path):
        return None
    with default_storage.open(path) as file:
        content = file.read()
    default_storage.delete(path)
    return content, spec, name, sheet


def _tidy() -> None:
    """Remove files nobody confirmed."""
    if not default_storage.exists(FOLDER):
        return
    for name in default_storage.listdir(FOLDER)[1]:
        path = f"{FOLDER}/{name}"
        try:
            if default_storage.get_modified_time(path) < timezone.now() - timedelta(seconds=KEPT_SECONDS):
                default_storage.delete(path)
        except FileNotFoundError:  # somebody else tidied it meanwhile
            continue
