"""Real input that is not part of the project: KEGUAN_SHARED_DATA, else `../shared/data` beside the checkout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("KEGUAN_SHARED_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")


def shared_file(name: str) -> Path:
    """The path of a shared file; skips the running test if it is absent."""
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"shared data absent: {name} (set KEGUAN_SHARED_DATA)")
    return path


def requires_shared_data(*names: str) -> pytest.MarkDecorator:
    """A mark: skip the test, naming the files, unless all of them are there."""
    absent = [name for name in names if not (FOLDER / name).is_file()]
    return pytest.mark.skipif(bool(absent), reason=f"shared data absent: {', '.join(absent)} (set KEGUAN_SHARED_DATA)")
