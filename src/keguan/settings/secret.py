"""The key that signs sessions and links."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def secret_key(kept_at: Path) -> str:
    """KEGUAN_SECRET_KEY, else the key kept at `kept_at`, made once with mode 0600 and never shown."""
    given = os.environ.get("KEGUAN_SECRET_KEY")
    if given:
        return given
    try:
        return _read(kept_at)
    except FileNotFoundError:
        pass
    kept_at.parent.mkdir(parents=True, exist_ok=True)
    draft = kept_at.with_name(f"{kept_at.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        # A link, not a rename: of two processes starting at once the first wins and both read the same key.
        os.link(draft, kept_at)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return _read(kept_at)


def _read(path: Path) -> str:
    key = path.read_text().strip()
    if len(key) < 32:
        raise RuntimeError(f"{path}: 密钥文件损坏，请删除后重启 / this key file is damaged; delete it and start again")
    return key
