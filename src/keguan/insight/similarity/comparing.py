"""Hold one application against all other documents: candidates by fingerprints, then their texts, passage by passage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np

from keguan.insight.similarity import index
from keguan.insight.similarity.models import Document, Finding
from keguan.insight.similarity.sources import Piece, texts_of
from keguan.kernel import clock
from keguan.texts.fingerprints import Units, units
from keguan.texts.passages import Shared, shared_parts

KEPT_SHARE = 0.1
"""A document that shares less of its weighted text is no finding."""
KEPT_IN_FILES = 400
"""Attachments that share so many characters are a finding, however many pages they have: half a page."""
KEPT_UNITS = 24
"""Nor is one that shares fewer characters, unless it is all but the whole of a main field."""
WHOLE_FIELD = 0.5
"""A long answer of which so much stands elsewhere is a finding, however long the rest of the application is."""
WHOLE_TITLE = 0.8
_TITLE_UNITS = 60
"""A main field of fewer units is a title: half of it is a set phrase (关键技术研究与应用)."""


@dataclass(frozen=True, slots=True)
class Read:
    """A document whose texts were read."""

    document: Document
    pieces: Sequence[Piece]
    units: list[Units] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Compared:
    """What one document shares with another. share: of its text, by weight, 0 to 1."""

    share: float
    parts: Sequence[Shared]


def read(documents: Sequence[Document]) -> list[Read]:
    """These documents with their texts; those without any are left out."""
    texts = texts_of(documents)
    found = [Read(one, texts.get(one.pk, ())) for one in documents]
    for one in found:
        one.units.extend(units(piece.text) for piece in one.pieces)
    return [one for one in found if one.pieces]


def compare(document: Document) -> list[Finding]:
    """Find what shares passages with this application, and keep the findings. What a person decided stays.

    An application that is still under way and shares as much the other way round gets its own finding.
    """
    now = clock.now()
    mine = read([document])
    kept: list[Finding] = []
    if mine:
        others = read(_candidates(document))
        for other in others:
            kept += _kept(mine[0], other, now)
            case = other.document.case
            if case is not None and other.document.compared_at and not case.end:
                kept += _kept(other, mine[0], now)
    Finding.objects.bulk_create(kept, ignore_conflicts=True)
    Document.objects.filter(pk=document.pk).update(compared_at=now)
    return [one for one in kept if one.document_id == document.pk]


def _candidates(document: Document) -> list[Document]:
    prints = np.frombuffer(document.fingerprints, np.uint32)
    case = document.case
    of_the_same = Document.objects.filter(case=case).values_list("pk", flat=True)
    asked = index.candidates(prints, but=list(of_the_same))
    found = Document.objects.select_related("case", "project").filter(pk__in=asked, gone_at__isnull=True)
    # An earlier version of the same application is no other, nor is the project that it became.
    return [
        one
        for one in found
        if one.case_id != document.case_id and not (one.project and case and one.project.origin == case.number)
    ]


def compared(one: Read, other: Read) -> Compared:
    """What `one` shares with `other`."""
    parts = shared_parts(one.units, other.units)
    weights = [piece.weight for piece in one.pieces]
    whole = sum(weight * part.size for weight, part in zip(weights, parts, strict=True))
    covered = sum(weight * part.covered for weight, part in zip(weights, parts, strict=True))
    return Compared(covered / whole if whole else 0.0, parts)


def is_finding(one: Read, found: Compared) -> bool:
    """Whether a person should look at it."""
    covered = sum(part.covered for part in found.parts)
    if one.document.part == "attachments":
        return covered >= KEPT_IN_FILES
    if found.share >= KEPT_SHARE and covered >= KEPT_UNITS:
        return True
    return any(
        piece.is_main and part.share >= (WHOLE_TITLE if part.size < _TITLE_UNITS else WHOLE_FIELD)
        for piece, part in zip(one.pieces, found.parts, strict=True)
    )


def _kept(one: Read, other: Read, now: datetime) -> list[Finding]:
    found = compared(one, other)
    if not is_finding(one, found):
        return []
    pairs = list(zip(one.pieces, found.parts, strict=True))
    passages: list[list[Any]] = [
        [piece.name, p.first, p.after, other.pieces[p.other_part].name, p.other_first, p.other_after, p.equal]
        for piece, part in pairs
        for p in part.passages
    ]
    return [
        Finding(
            document=one.document,
            other=other.document,
            share=int(1000 * found.share),
            other_share=int(1000 * compared(other, one).share),
            by_field=[
                {"field": piece.name, "share": int(1000 * part.share), "size": part.size}
                for piece, part in pairs
                if part.covered
            ],
            passages=passages,
            found_at=now,
        )
    ]
