"""A long list as a file: every case of the round that an officer may see, with every column, as the worker writes it."""

from __future__ import annotations

import io

from django.urls import reverse

from bench.measure import Figure, Meter
from bench.world import Round
from keguan.components.list_pages import listing_at
from keguan.components.sheets import write_xlsx
from keguan.registers.parties.access import actor_for

TARGET_S = 5.0


def measure(round_: Round, *, batches: int) -> Figure:
    """Processor time of this process and PostgreSQL."""
    rows: list[int] = []

    def write() -> None:
        listing = listing_at(reverse("cases"), f"round={round_.code}", actor_for(round_.officer))
        rows.append(write_xlsx(listing, io.BytesIO()))

    write()
    spent = Meter().each(write, n=1, batches=batches)
    note = f"{rows[-1]} rows, PostgreSQL {spent.postgres / 1000:.2f}"
    return Figure("export of a list as .xlsx", spent.total / 1000, "s", TARGET_S, n=1, batches=batches, note=note)
