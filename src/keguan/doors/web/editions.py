"""Addresses of style sheets, pictures and scripts that change with their content."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class Editions(StaticFilesStorage):
    """`{% static %}` adds the file's edition, so that browsers may keep a file for long and never show an old one."""

    def url(self, name: str | None, force: bool = False) -> str:
        """The address with the edition of the file as it was when this process first named it."""
        return f"{super().url(name)}?{_edition(name or '')}"


@cache
def _edition(name: str) -> str:
    found = finders.find(name)
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:10] if found else ""
