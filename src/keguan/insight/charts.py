"""Charts: Vega-Lite specifications drawn once, by the worker, as SVG for page and print alike.

A chart's digest is that of its specification with all its data, so that a picture is never of other numbers than the table
beside it: new numbers have a new address, and until the worker has drawn them the table stands alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from keguan.kernel.bilingual import Text

FOLDER = "charts"
DRAW = "insight.draw_chart"
KEPT = timedelta(days=30)
"""How long a picture is kept; one that is still wanted is drawn again."""
FONT = "Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, WenQuanYi Micro Hei, sans-serif"
ACCENT = "#175c69"
_LOOK: dict[str, Any] = {
    "font": FONT,
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {"labelLimit": 220, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"},
    "bar": {"color": ACCENT},
}


@dataclass(frozen=True)
class Chart:
    """One chart in one language. alt: what it shows, for whoever does not see it. width, height: of its drawing area."""

    title: Text
    alt: Text
    spec: dict[str, Any]

    @cached_property
    def source(self) -> str:
        """The whole specification, written down in one way."""
        return json.dumps({"config": _LOOK, **self.spec}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.source.encode()).hexdigest()


def place_of(digest: str) -> str:
    """Where the picture of a chart is kept."""
    return f"{FOLDER}/{digest}.svg"


def is_drawn(chart: Chart) -> bool:
    """Whether the picture is there; if not, the worker is asked for it, once however many readers come."""
    if default_storage.exists(place_of(chart.digest)):
        return True
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(DRAW, queueing_lock=f"chart-{chart.digest}").defer(source=chart.source)
    return False


def draw(source: str) -> str:
    """Draw a specification and keep the picture; returns its digest. Drawn before, it stays as it is."""
    digest = hashlib.sha256(source.encode()).hexdigest()
    if not default_storage.exists(place_of(digest)):
        # Imported when it runs: the drawing engine holds a whole browser language, which only the worker needs.
        import vl_convert

        picture = vl_convert.vegalite_to_svg(json.loads(source))
        default_storage.save(place_of(digest), ContentFile(picture.encode()))
    return digest


def forget(now: datetime) -> int:
    """Delete the pictures that were drawn long ago; returns how many."""
    if not default_storage.exists(FOLDER):
        return 0
    names = [f"{FOLDER}/{name}" for name in default_storage.listdir(FOLDER)[1]]
    old = [name for name in names if default_storage.get_modified_time(name) < now - KEPT]
    for name in old:
        default_storage.delete(name)
    return len(old)
