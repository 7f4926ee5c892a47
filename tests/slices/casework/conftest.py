"""What most tests of forms begin with: an open round in March 2026, a draft in it, and its applicant's browser.

A file whose story begins otherwise has fixtures of its own by the same names.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import signed_in

from keguan.kernel.clock import clock_at


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> Iterator[w.World]:
    settings.MEDIA_ROOT = tmp_path
    of = cases.opened()
    with clock_at(w.moment("2026-03-02")):
        yield of


@pytest.fixture
def number(world: w.World) -> str:
    return w.started(world)


@pytest.fixture
def applicant(world: w.World) -> Client:
    return signed_in(world.people["applicant"])
