"""Asking for a long spreadsheet, writing it, giving it up, and throwing it away."""

from __future__ import annotations

import secrets
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from procrastinate.contrib.django import app

from keguan.components.list_pages import listing_at
from keguan.components.lists import Listing
from keguan.components.reader import reading_in
from keguan.components.sheets import MOST_ROWS, write_xlsx
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refused
from keguan.registers.documents.services import files_folder
from keguan.registers.exports.models import UNFINISHED, Export
from keguan.registers.parties.access import actor_for
from keguan.registers.trace import services as trace

log = structlog.get_logger(__name__)

JOB = "exports.write"
AT_ONCE = 5_000
"""A list of so many rows is written while its reader waits."""
MOST_UNFINISHED = 3
KEPT = timedelta(days=3)
SILENT = timedelta(minutes=5)
"""A job that said nothing for so long is gone."""
_EVERY_ROWS = 500


class GivenUp(Exception):  # noqa: N818 - no error: somebody cancelled it
    """The export was cancelled while it was being written."""


def put_off(actor: Actor, listing: Listing, path: str, language: str, request_id: str = "") -> Export:
    """Have a list written by a job; the same list on its way already is found instead. Raises Refused beyond three."""
    assert actor.person is not None  # noqa: S101 - nobody else comes here
    _forget_silent(actor.person)
    query = listing.query()[1:]
    same = Export.objects.filter(person=actor.person, path=path, query=query, language=language, state__in=UNFINISHED)
    if found := same.first():
        return found
    if Export.objects.filter(person=actor.person, state__in=UNFINISHED).count() >= MOST_UNFINISHED:
        say = Text("您已有 {most} 个导出正在生成。", "{most} of your exports are being written already.")
        fix = Text("请等它们完成，或在“我的导出”中取消一个。", "Wait for one, or cancel one under “My exports”.")
        raise Refused.because(Problem("export.too_many", say.filled(most=MOST_UNFINISHED), fix=fix))
    now = clock.now()
    total = min(listing.queryset.order_by()[: MOST_ROWS + 1].count(), MOST_ROWS)
    title = listing.spec.title
    try:
        with transaction.atomic():
            made = Export.objects.create(
                person_id=actor.person, title_zh=title.zh, title_en=title.en, path=path, query=query, language=language,
                request_id=request_id, rows_total=total, made_at=now, beat_at=now,
            )  # fmt: skip
            app.configure_task(JOB).defer(export=made.pk)
    except IntegrityError:  # the other click was faster
        return same.get()
    return made


def write(pk: int) -> None:
    """Write an export, as the job does. What was cancelled or written already is left; what breaks is kept as failed."""
    if not Export.objects.filter(pk=pk, state="waiting").update(state="running", beat_at=clock.now()):
        return
    export = Export.objects.get(pk=pk)
    half = _folder() / f"{secrets.token_hex(16)}.half"
    try:
        actor = actor_for(export.person_id)
        with reading_in(export.language):
            listing = listing_at(export.path, export.query, actor)
            with half.open("xb") as file:
                rows = write_xlsx(listing, file, _beating(pk))
        ready = half.with_suffix(".xlsx")
        size = half.stat().st_size
        with transaction.atomic():
            note_reading(actor, listing, rows, export.request_id)
            half.replace(ready)
            if not _update(pk, state="done", rows_done=rows, file=ready.name, bytes=size):
                raise GivenUp
    except GivenUp:
        half.with_suffix(".xlsx").unlink(missing_ok=True)
    except Exception:
        _update(pk, state="failed")
        raise
    finally:
        half.unlink(missing_ok=True)


def cancel(actor: Actor, export: Export) -> bool:
    """Give up an export of one's own that is not ready. Whether there was still something to give up."""
    mine = Export.objects.filter(pk=export.pk, person=actor.person, state__in=UNFINISHED)
    return bool(mine.update(state="cancelled", beat_at=clock.now()))


def clear() -> int:
    """Throw away exports and files that were asked for three days ago. Returns how many."""
    old = list(Export.objects.filter(made_at__lt=clock.now() - KEPT))
    for one in old:
        if one.file:
            (_folder() / one.file).unlink(missing_ok=True)
    Export.objects.filter(pk__in=[one.pk for one in old]).delete()
    # And what a job left behind that did not come to its end.
    kept = set(Export.objects.exclude(file="").values_list("file", flat=True))
    for path in _folder().glob("*"):
        if path.name not in kept and path.stat().st_mtime < time.time() - KEPT.total_seconds():
            path.unlink(missing_ok=True)
    return len(old)


def place_of(export: Export) -> Path:
    """Where the file of a finished export lies."""
    return _folder() / export.file


def note_reading(actor: Actor, listing: Listing, rows: int, request_id: str = "") -> None:
    """Trace that a list was taken away as a file. What was typed to find it may name people: it can be erased."""
    asked = listing.query(format=None)[1:]
    trace.write(
        "list:sheet:exported",
        actor,
        outcome="read",
        request_id=request_id,
        payload={"key": listing.spec.name, "rows": rows, "columns": [one.key for one in listing.sheet_columns]},
        personal={"asked": asked},
    )


def _beating(pk: int) -> Any:
    def wrote(rows: int) -> None:
        if rows % _EVERY_ROWS == 0 and not _update(pk, rows_done=rows):
            raise GivenUp

    return wrote


def _update(pk: int, **values: Any) -> bool:
    return bool(Export.objects.filter(pk=pk, state="running").update(**values, beat_at=clock.now()))


def _forget_silent(person: int) -> None:
    """A job that went down with its machine does not keep its asker from asking again."""
    gone = Export.objects.filter(person=person, state="running", beat_at__lt=clock.now() - SILENT)
    gone.update(state="failed")


def _folder() -> Path:
    folder = files_folder() / "exports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
