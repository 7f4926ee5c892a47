"""The passwords of the embedded server, in a file that libpq itself reads (`passfile`)."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from keguan.database.places import APPLICATION, OWNER, SUPERUSER


def make_passwords(file: Path) -> None:
    """Write a fresh password for each role, mode 0600. Nobody has to know them."""
    lines = [f"*:*:*:{role}:{secrets.token_hex(24)}\n" for role in (SUPERUSER, OWNER, APPLICATION)]
    draft = file.with_name(file.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.writelines(lines)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)


def password_of(file: Path, role: str) -> str:
    """The password of `role`. Raises KeyError if the file does not know it."""
    for line in file.read_text().splitlines():
        *_, name, password = line.split(":")
        if name == role:
            return password
    raise KeyError(role)
