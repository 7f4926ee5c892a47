"""The inverted index: which documents have a fingerprint, in PostgreSQL without an extension.

New documents are looked through one by one. From time to time they are packed: all fingerprints of many documents sorted into 65 536
pieces of six bytes per entry, a generation; generations of like size are merged, so that there are few of them and no entry
is written more than a dozen times. A fingerprint that very many have is a set phrase, and says nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
_ROW = np.dtype(
    [("columns", ">i2")]
    + [(name, ">i4") for name in ("bucket_bytes", "bucket", "generation_bytes", "generation", "entries_bytes")]
)
"""What a binary COPY wants before the entries of a row."""
_HEAD = _ROW.itemsize // 2
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
    if not len(of):
        return []
    ids, shared = np.unique(_found(of), return_counts=True)
    enough = (shared >= LEAST_SHARED) & ~np.isin(ids, np.fromiter(but, np.uint32))
    ids, shared = ids[enough], shared[enough]
    order = np.argsort(-shared, kind="stable")[:most]
    return [int(one) for one in ids[order]]


def _found(of: Fingerprints) -> Ids:
    """The documents that have any of these fingerprints, each as often as it has one."""
    packed, fresh = [], []
    for bucket, document, entries in _rows(_LOOK, [np.unique(of >> 16).tolist()]):
        if bucket < 0:
            fresh.append((document, entries))
        else:
            packed.append((bucket, entries))
    parts = [_taken(packed), _listed(fresh)]
    prints, ids = (np.concatenate(part) for part in zip(*parts, strict=True))
    # Nearly all of what lies beside a fingerprint is told from it by its last 16 bits alone.
    ends_so = np.zeros(1 << 16, bool)
    ends_so[of & 0xFFFF] = True
    near = np.flatnonzero(ends_so[prints & 0xFFFF])
    prints, ids = prints[near], ids[near]
    places = np.minimum(np.searchsorted(of, prints), len(of) - 1)
    equal = of[places] == prints
    places, ids = places[equal], ids[equal]
    return ids[np.bincount(places, minlength=len(of))[places] <= too_common(_known())]


def _listed(documents: Sequence[tuple[int, bytes]]) -> tuple[Fingerprints, Ids]:
    """The fingerprints of documents that are not packed, each with its document."""
    prints = np.frombuffer(b"".join(entries for _, entries in documents), np.uint32)
    ids = np.array([document for document, _ in documents], np.uint32)
    return prints, np.repeat(ids, [len(entries) // 4 for _, entries in documents])


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
    prints, ids = _listed(rows)
    order = np.argsort(prints, kind="stable")
    prints, ids = prints[order], ids[order]
    gone = np.array(list(Document.objects.filter(gone_at__isnull=False).values_list("pk", flat=True)), np.uint32)
    begins = range(0, BUCKETS, _AT_ONCE)
    edges = [*np.searchsorted(prints, np.array([begin << 16 for begin in begins], np.uint32)), len(prints)]
    for begin, (low, high) in zip(begins, pairwise(edges), strict=True):
        lows, documents = _taken(_rows(_TAKE, [merged, begin, begin + _AT_ONCE]) if merged else ())
        stays = ~np.isin(documents, gone)
        _write_pieces(
            new, np.concatenate([prints[low:high], lows[stays]]), np.concatenate([ids[low:high], documents[stays]])
        )


def _taken(pieces: Sequence[tuple[int, bytes]]) -> tuple[Fingerprints, Ids]:
    """The entries of these pieces, with all 32 bits of their fingerprints."""
    halves = np.frombuffer(b"".join(entries for _, entries in pieces), np.uint16)
    counts = np.array([len(entries) // 6 for _, entries in pieces], np.int64)
    buckets = np.repeat(np.array([bucket for bucket, _ in pieces], np.uint32), counts)
    low_at, id_at = _places(counts, 0)
    return halves[low_at] | (buckets << np.uint32(16)), halves[id_at] | (
        halves[id_at + 1].astype(np.uint32) << np.uint32(16)
    )


def _places(counts: NDArray[np.int64], before: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the entries of pieces of so many stand that follow one another, in halves (two bytes): their lows, one half each, and
    then their ids, two each. before: halves that precede each piece."""
    first = np.cumsum(3 * counts + before) - 3 * counts
    within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(first, counts) + within, np.repeat(first + counts, counts) + 2 * within


def _write_pieces(generation: int, prints: Fingerprints, ids: Ids) -> None:
    if not len(prints):
        return
    order = np.argsort(prints, kind="stable")
    prints, ids = prints[order], ids[order]
    begins = np.flatnonzero(np.append(True, np.diff(prints >> 16) != 0))
    counts = np.diff(np.append(begins, len(prints)))
    # The rows as COPY wants them (three columns: int4, int4, bytea), made all at once: there are 65 536 of them.
    heads = np.zeros(len(begins), _ROW)
    heads["columns"], heads["bucket_bytes"], heads["generation_bytes"] = 3, 4, 4
    heads["bucket"], heads["generation"], heads["entries_bytes"] = prints[begins] >> 16, generation, 6 * counts
    rows = np.empty(3 * len(prints) + _HEAD * len(begins), np.uint16)
    low_at, id_at = _places(counts, _HEAD)
    rows[low_at], rows[id_at], rows[id_at + 1] = prints & 0xFFFF, ids & 0xFFFF, ids >> 16
    rows[low_at[begins][:, None] - np.arange(_HEAD, 0, -1)] = heads.view(np.uint16).reshape(-1, _HEAD)
    with (
        connection.connection.cursor() as cursor,
        cursor.copy("COPY similarity_packed (bucket, generation, entries) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff")
