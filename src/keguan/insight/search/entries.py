"""Documents as rows: cut into terms, compared by digest with what stands, written where they differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import islice
from typing import Any, Final

from django.db import connection, transaction

from keguan.insight.search import vocabulary
from keguan.insight.search.models import Entry, Shown
from keguan.insight.search.sources import SOURCES, Document, Keys
from keguan.kernel.canonical import canonical
from keguan.texts.pieces import quoted
from keguan.texts.terms import terms
from keguan.texts.variants import folded

AT_ONCE: Final = 500
MADE_BY: Final = b"1"
"""Changes when the way of cutting changes, so that every entry is made anew."""
_LAST_PLACE, _MOST_PLACES = 16_383, 255
_ENTRY: Final = 'id, kind, key, "case", programme, year, region, host, day, length, words'
_SHOWN: Final = "entry_id, slug, title_zh, title_en, names, text, digest"
Told = Callable[[int], object]


def sync(kinds: tuple[str, ...], keys: Keys = None, told: Told = lambda n: None) -> int:
    """Make the entries of these kinds (as `SOURCES` groups them) what the rooms say now: new ones, changed ones, none
    that is gone. keys: only these (cases, for reports). Returns how many changed."""
    changed, seen = 0, set[int]()
    documents = SOURCES[kinds](keys)
    while part := list(islice(documents, AT_ONCE)):
        changed += write(part, counts=keys is not None)
        seen |= {one.key for one in part}
        told(len(part))
    standing = Entry.objects.filter(kind__in=kinds)
    if keys is not None:
        standing = standing.filter(**{"case__in" if kinds == ("report",) else "key__in": keys})
    gone = [pk for pk, key in standing.values_list("pk", "key") if key not in seen]
    for start in range(0, len(gone), AT_ONCE):
        Entry.objects.filter(pk__in=gone[start : start + AT_ONCE]).delete()
    return changed + len(gone)


def rebuild(told: Told = lambda n: None) -> int:
    """Everything anew from the rooms; what did not change stays as it is. Words are counted again. Returns how many
    entries changed."""
    changed = sum(sync(kinds, None, told) for kinds in SOURCES)
    vocabulary.recount()
    return changed


def write(documents: Sequence[Document], *, counts: bool = True) -> int:
    """Write those that are new or otherwise than they stand. A changed one keeps its id. Returns how many were written.

    counts: their words are counted in; leave it out before a `recount`.
    """
    kinds = {"award", "notice"} if documents[0].kind in ("award", "notice") else {documents[0].kind}
    rows = Shown.objects.filter(entry__kind__in=kinds, entry__key__in=[one.key for one in documents])
    standing = {
        key: (pk, kind, bytes(digest))
        for pk, kind, key, digest in rows.values_list("pk", "entry__kind", "entry__key", "digest")
    }
    fresh = [(one, digest) for one in documents if (digest := _digest(one)) != standing.get(one.key, (0, "", b""))[2]]
    if not fresh:
        return 0
    with transaction.atomic():
        old = {one.key: standing[one.key][0] for one, _ in fresh if one.key in standing}
        Shown.objects.filter(pk__in=old.values()).delete()
        Entry.objects.filter(pk__in=old.values()).delete()
        ids = iter(_new_ids(len(fresh) - len(old)))
        _copy([(old.get(one.key) or next(ids), one, digest) for one, digest in fresh])
        if counts:
            vocabulary.count_in([(one.kind, terms_of(one)) for one, _ in fresh])
    return len(fresh)


def _new_ids(number: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('search_entry', 'id')) FROM generate_series(1, %s)", [number]
        )
        return [pk for (pk,) in cursor.fetchall()]


def _copy(rows: Sequence[tuple[int, Document, bytes]]) -> None:
    made = [(pk, one, digest, *vector_of(one)) for pk, one, digest in rows]
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY search_entry ({_ENTRY}) FROM STDIN") as copy:
            for pk, one, _, vector, length in made:
                facets = (one.programme, one.year, one.region, one.host, one.day)
                copy.write_row((pk, one.kind, one.key, one.case, *facets, length, vector))
        with cursor.copy(f"COPY search_shown ({_SHOWN}) FROM STDIN") as copy:
            for pk, one, digest, _, _ in made:
                copy.write_row((pk, one.slug, one.title.zh, one.title.en, one.names, one.text, digest))


def _digest(one: Document) -> bytes:
    said: list[Any] = [getattr(one, name) for name in Document.__slots__ if name != "title"]
    return sha256(MADE_BY + canonical([*said, one.title.zh, one.title.en])).digest()


# -------------------------------------------------------------------------------------------------- terms of a document


def vector_of(one: Document) -> tuple[str, int]:
    """The words of an entry as a tsvector is written, and how many there are."""
    places: dict[str, list[str]] = {}
    at = _add(places, one.title.zh if one.title.zh == one.title.en else f"{one.title.zh}\n{one.title.en}", 0, "A")
    titled = [vocabulary.TITLED + term for term in places]
    at = _add(places, one.names, at, "B")
    length = _add(places, one.text, at, "")
    marked = [*titled, *narrowing(one)]
    said = [f"{quoted(term)}:{','.join(found[:_MOST_PLACES])}" for term, found in places.items()]
    return " ".join([*said, *map(quoted, dict.fromkeys(marked))]), length


def _add(places: dict[str, list[str]], text: str, at: int, weight: str) -> int:
    for group in terms(text):
        at += 1
        for term in group:
            places.setdefault(term, []).append(f"{min(at, _LAST_PLACE)}{weight}")
    return at


def narrowing(one: Document) -> list[str]:
    """What an entry is narrowed by, as terms that no text has."""
    found = {"k": one.kind, "p": one.programme, "y": one.year, "r": one.region, "h": one.host}
    terms = [narrowed_by(key, str(value)) for key, value in found.items() if value]
    return [*terms, numbered(one.number)] if one.number else terms


def numbered(number: str) -> str:
    """The term of a whole number."""
    return narrowed_by("n", folded(number.strip()))


def narrowed_by(key: str, value: str) -> str:
    """The term of one facet's value."""
    return f"={key}:{value}"[:200]


def terms_of(one: Document) -> set[str]:
    """The terms of a document, each once; those of its title once more as such, and what it is narrowed by."""
    titled = {term for text in (one.title.zh, one.title.en) for group in terms(text) for term in group}
    said = {term for text in (one.names, one.text) for group in terms(text) for term in group}
    return said | titled | {vocabulary.TITLED + term for term in titled} | set(narrowing(one))
