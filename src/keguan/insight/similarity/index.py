"""The inverted index: which documents have a fingerprint, in PostgreSQL without an extension.

New documents are looked through one by one. From time to time they are packed: all fingerprints of many documents sorted into 65 536
pieces of six bytes per entry, a generation; generations of like size are merged, so that there are few of them and no entry
is written more than a dozen times. A fingerprint that very many have is a set phrase, and says nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import psycopg
from django.db import connection, transaction
from numpy.typing import NDArray

from keguan.insight.similarity.models import Document, Generation
from keguan.texts.fingerprints import Fingerprints

BUCKETS = 1 << 16
PACK_FROM = 2000
"""Documents that are looked through by themselves before they are packed."""
LEAST_SHARED = 3
"""Fingerprints that two documents share before their texts are read."""
MOST_READ = 30
"""Documents whose texts are read for one question: those that share the most."""
_AT_ONCE = 2048
_LOOK = """
SELECT bucket, 0, entries FROM similarity_packed WHERE bucket = ANY(%s)
UNION ALL SELECT -1, id, fingerprints FROM similarity_document WHERE NOT is_packed AND gone_at IS NULL"""
# One statement: between two of them, documents could move from one half of the question to the other.

_TAKE = """
DELETE FROM similarity_packed WHERE generation = ANY(%s) AND bucket >= %s AND bucket < %s RETURNING bucket, entries"""

Ids = NDArray[np.uint32]


def too_common(documents: int) -> int:
    """How many documents may share a fingerprint before it counts as a set phrase."""
    return max(200, documents // 2000)


def candidates(of: Fingerprints, *, but: Collection[int] = (), most: int = MOST_READ) -> list[int]:
    """The documents that share the most fingerprints with these, the first one first; `but`: not these.

    Ids may be of documents that are gone meanwhile: whoever reads them looks.
    """
    found = list(_found(of))
    if not found:
        return []
    ids, shared = np.unique(np.concatenate(found), return_counts=True)
    enough = (shared >= LEAST_SHARED) & ~np.isin(ids, np.fromiter(but, np.uint32))
    ids, shared = ids[enough], shared[enough]
    order = np.argsort(-shared, kind="stable")[:most]
    return [int(one) for one in ids[order]]


def _found(of: Fingerprints) -> Iterator[Ids]:
    """For every fingerprint the documents that have it."""
    wanted = _by_bucket(of)
    common = too_common(_known())
    fresh_ids: list[int] = []
    fresh: list[Fingerprints] = []
    counted = np.zeros(len(of), np.int64)
    hits: list[tuple[NDArray[np.int64], Ids]] = []
    for bucket, document, entries in _rows(_LOOK, [sorted(wanted)]):
        if bucket < 0:
            fresh_ids.append(document)
            fresh.append(np.frombuffer(entries, np.uint32))
            continue
        lows, ids = _unpacked(entries)
        for place, low in wanted[bucket]:
            first, after = np.searchsorted(lows, low, "left"), np.searchsorted(lows, low, "right")
            counted[place] += after - first
            if after > first:
                hits.append((np.full(after - first, place), ids[first:after]))
    if fresh:
        every = np.concatenate(fresh)
        owners = np.repeat(np.array(fresh_ids, np.uint32), [len(one) for one in fresh])
        places = np.searchsorted(of, every)
        equal = of[np.minimum(places, len(of) - 1)] == every if len(of) else np.zeros(len(every), bool)
        np.add.at(counted, places[equal], 1)
        hits.append((places[equal], owners[equal]))
    for places, ids in hits:
        yield ids[counted[places] <= common]


def _by_bucket(of: Fingerprints) -> dict[int, list[tuple[int, np.uint16]]]:
    found: dict[int, list[tuple[int, np.uint16]]] = {}
    for place, (bucket, low) in enumerate(zip((of >> 16).tolist(), of.astype(np.uint16), strict=True)):
        found.setdefault(bucket, []).append((place, low))
    return found


def _unpacked(entries: bytes) -> tuple[NDArray[np.uint16], Ids]:
    count = len(entries) // 6
    return np.frombuffer(entries, np.uint16, count), np.frombuffer(entries, np.uint32, count, offset=2 * count)


def _known() -> int:
    """About how many documents there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM similarity_document")
        (last,) = cursor.fetchone()
    return last or 0


def _rows(query: str, values: list[Any]) -> list[Any]:
    """Rows of bytes as they are: as text they would be twice as long."""
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(query, values, binary=True).fetchall()


# ------------------------------------------------------------------------------------------------------- packing


@transaction.atomic
def pack(*, least: int = PACK_FROM) -> int:
    """Pack the documents that are looked through one by one, where there are enough of them. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('similarity.pack', 0))")
    fresh = Document.objects.filter(is_packed=False, gone_at__isnull=True)
    if (size := fresh.count()) < max(least, 1):
        return 0
    generations = list(Generation.objects.order_by("documents").values_list("number", "documents"))
    number = max((one for one, _ in generations), default=0) + 1
    merged = _to_merge(size, generations)
    rows = _rows("SELECT id, fingerprints FROM similarity_document WHERE NOT is_packed AND gone_at IS NULL", [])
    _write(number, merged, rows)
    whole = len(rows) + sum(documents for one, documents in generations if one in merged)
    Generation.objects.filter(number__in=merged).delete()
    Generation.objects.create(number=number, documents=whole)
    with connection.cursor() as cursor:
        packed = [pk for pk, _ in rows]
        cursor.execute("UPDATE similarity_document SET is_packed = true WHERE id = ANY(%s::bigint[])", [packed])
    return len(rows)


@transaction.atomic
def unpack() -> None:
    """Throw the index away: every document is looked through by itself until it is packed again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('similarity.pack', 0))")
        cursor.execute("DELETE FROM similarity_packed")
    Generation.objects.all().delete()
    Document.objects.filter(is_packed=True).update(is_packed=False)


def _to_merge(size: int, generations: Sequence[tuple[int, int]]) -> list[int]:
    """The generations, smallest first, that are not much larger than what is put together so far."""
    found = []
    for generation, documents in generations:
        if documents > 2 * size:
            break
        found.append(generation)
        size += documents
    return found


def _write(new: int, merged: list[int], rows: Sequence[tuple[int, bytes]]) -> None:
    """Write a generation out of these documents and of earlier generations, a stretch of the pieces at a time."""
    prints = np.concatenate([np.frombuffer(entries, np.uint32) for _, entries in rows])
    ids = np.repeat(np.array([pk for pk, _ in rows], np.uint32), [len(entries) // 4 for _, entries in rows])
    order = np.argsort(prints, kind="stable")
    prints, ids = prints[order], ids[order]
    gone = np.array(list(Document.objects.filter(gone_at__isnull=False).values_list("pk", flat=True)), np.uint32)
    begins = range(0, BUCKETS, _AT_ONCE)
    edges = [*np.searchsorted(prints, np.array([begin << 16 for begin in begins], np.uint32)), len(prints)]
    for begin, (low, high) in zip(begins, pairwise(edges), strict=True):
        parts = [(prints[low:high], ids[low:high])]
        for bucket, entries in _rows(_TAKE, [merged, begin, begin + _AT_ONCE]) if merged else ():
            lows, documents = _unpacked(entries)
            stays = ~np.isin(documents, gone)
            parts.append((lows[stays].astype(np.uint32) | np.uint32(bucket << 16), documents[stays]))
        _write_pieces(new, np.concatenate([one for one, _ in parts]), np.concatenate([one for _, one in parts]))


def _write_pieces(generation: int, prints: Fingerprints, ids: Ids) -> None:
    if not len(prints):
        return
    order = np.argsort(prints, kind="stable")
    prints, ids = prints[order], ids[order]
    lows, buckets = (prints & np.uint32(0xFFFF)).astype(np.uint16), prints >> 16
    edges = [*np.flatnonzero(np.append(True, np.diff(buckets) != 0)).tolist(), len(prints)]
    with (
        connection.connection.cursor() as cursor,
        cursor.copy("COPY similarity_packed (bucket, generation, entries) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.set_types(["int4", "int4", "bytea"])
        for first, after in pairwise(edges):
            entries = lows[first:after].tobytes() + ids[first:after].tobytes()
            copy.write_row((int(buckets[first]), generation, entries))
