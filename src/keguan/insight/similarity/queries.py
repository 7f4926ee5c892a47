"""What officers and the supervision may know of findings: the actor first, and the other side only as far as it is theirs."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from keguan.casework.models import Case
from keguan.casework.pages.secrets import open_files
from keguan.casework.permissions import can_see_notes, notes_visible_to, proposals_visible_to, why_not
from keguan.insight.similarity.models import ASKED, Document, Finding
from keguan.insight.similarity.sources import Piece, texts_of
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.texts.passages import exchanged


def findings(actor: Actor) -> QuerySet[Finding]:
    """The findings on the latest version of every case whose notes the actor may read: never for its people or for who
    reviews it. `other_seen`: whether the other side's text is open to them."""
    cases = Case.objects.filter(notes_visible_to(actor)).values("pk")
    others = Case.objects.filter(proposals_visible_to(actor), pk=OuterRef("other__case"))
    return (
        Finding.objects.filter(document__case__in=cases, document__gone_at__isnull=True)
        .annotate(other_seen=Exists(others))
        .select_related(
            "document__case__round", "document__case__host", "other__case__host", "other__project__host", "decided_by"
        )
    )


def finding_for(actor: Actor, pk: int) -> Finding | None:
    """One finding, also on an earlier version; None where there is none that the actor may know of."""
    found = (
        Finding.objects.filter(pk=pk)
        .select_related(
            *("document__case__programme", "document__case__parent", "document__case__round", "document__case__host"),
            *(
                "other__case__programme",
                "other__case__parent",
                "other__case__host",
                "other__project__host",
                "decided_by",
            ),
        )
        .first()
    )
    return found if found and found.document.case and can_see_notes(actor, found.document.case) else None


def looked_at(actor: Actor, number: str) -> Case | None:
    """The case of this number, if its findings are open to the actor."""
    return Case.objects.filter(notes_visible_to(actor), number=number, round__isnull=False).first() if number else None


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the comparison of a case is. at: when its latest version was compared, None while it was not; waiting, all:
    its findings that nobody looked at yet, and all of them."""

    at: datetime | None
    waiting: int
    all: int


def standing_of(case: Case) -> Standing:
    """How far the comparison of its latest version is, attachments included. One query."""
    rows = (
        Document.objects.filter(case=case, gone_at__isnull=True, part__in=ASKED)
        .annotate(waiting=Count("findings", filter=Q(findings__state="open")), all=Count("findings"))
        .values_list("compared_at", "waiting", "all")
    )
    moments, waiting, found = zip(*rows, strict=True) if rows else ((None,), (), ())
    return Standing(None if None in moments else max(moments), sum(waiting), sum(found))


def decided_before(finding: Finding) -> Sequence[Finding]:
    """What was decided about the same two things in earlier versions, the latest first."""
    mine, other = finding.document, finding.other
    same = Finding.objects.filter(document__case=mine.case, document__part=mine.part).exclude(state="open")
    same = same.exclude(pk=finding.pk)
    if other.case_id:
        same = same.filter(other__case=other.case_id, other__part=other.part)
    else:
        same = same.filter(other__project=other.project_id)
    return list(same.select_related("decided_by").order_by(F("decided_at").desc())[:5])


def mirrored(actor: Actor, finding: Finding) -> Finding | None:
    """What was decided of the same two texts at the other one's page. It is asked of each application by itself: who copied
    and who was copied from are two answers. None where nothing was decided there, or this actor may not know of it."""
    rows = Finding.objects.filter(document=finding.other, other=finding.document).exclude(state="open")
    found = rows.select_related("document__case__programme", "document__case__parent", "decided_by").first()
    return found if found and found.document.case and can_see_notes(actor, found.document.case) else None


COMPARED_MOST = 3000
"""Passages of more characters are shown without what was exchanged in them: telling it takes their length squared."""


@dataclass(frozen=True, slots=True)
class Bit:
    """A stretch of a text. numbers: the passages that it belongs to; begins: those that begin here. is_own: whether it was
    exchanged, in a passage whose counterpart says something else in its place."""

    text: str
    numbers: tuple[int, ...] = ()
    begins: tuple[int, ...] = ()
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One text of one side, in bits. share: thousandths, None on the other side. file: where it stands in one."""

    title: Text
    bits: Sequence[Bit]
    share: int | None = None
    file: int | None = None


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Both sides of a finding as one reader may see them. closed: why the other side's text stays closed to them. hides: whether
    there are files that they may not open, whose pages are left out."""

    mine: Sequence[Shown]
    other: Sequence[Shown]
    closed: Problem | None
    hides: bool = False


def side_by_side(actor: Actor, finding: Finding) -> SideBySide:
    """The texts that share something, with what they share. The caller has found the finding for this actor, and traces
    the reading."""
    closed = why_not(actor, finding.other.case, "proposal") if finding.other.case else None
    documents = [finding.document] if closed else [finding.document, finding.other]
    texts = texts_of(documents)
    pieces = [texts.get(one.pk, []) for one in documents]
    written = [{one.name: one.text for one in of} for of in pieces]
    mine: dict[str, _Marked] = {}
    other: dict[str, _Marked] = {}
    for number, (name, first, after, other_name, other_first, other_after, _) in enumerate(finding.passages, start=1):
        here, there = mine.setdefault(name, _Marked()), other.setdefault(other_name, _Marked())
        here.passages.append((first, after, number))
        there.passages.append((other_first, other_after, number))
        if not closed and after - first <= COMPARED_MOST:
            own, theirs = exchanged(
                written[0].get(name, "")[first:after], written[1].get(other_name, "")[other_first:other_after]
            )
            here.own.extend((first + low, first + high) for low, high in own)
            there.own.extend((other_first + low, other_first + high) for low, high in theirs)
    shares = {one["field"]: one["share"] for one in finding.by_field}
    opened = [_opened(actor, one.case, of) for one, of in zip(documents, pieces, strict=True)]
    return SideBySide(
        _shown(opened[0], mine, shares),
        [] if closed else _shown(opened[1], other, {}),
        closed,
        opened != pieces,
    )


def _opened(actor: Actor, case: Case | None, pieces: list[Piece]) -> list[Piece]:
    """Those that the actor may read: of files only what they may open on the page of the case."""
    if case is None or not any(one.file for one in pieces):
        return pieces
    may = open_files(actor, case)
    return [one for one in pieces if one.file is None or one.file in may]


@dataclass(frozen=True, slots=True)
class _Marked:
    """What is marked in one text: passages (first, after, number), and what was exchanged in them (first, after)."""

    passages: list[tuple[int, int, int]] = field(default_factory=list)
    own: list[tuple[int, int]] = field(default_factory=list)


def _shown(pieces: Sequence[Piece], marked: Mapping[str, _Marked], shares: Mapping[str, Any]) -> list[Shown]:
    return [
        Shown(
            one.title,
            bits_of(one.text, marked[one.name].passages, marked[one.name].own),
            shares.get(one.name),
            one.file,
        )
        for one in pieces
        if one.name in marked
    ]


def bits_of(text: str, passages: Sequence[tuple[int, int, int]], own: Sequence[tuple[int, int]] = ()) -> list[Bit]:
    """The text cut where passages (first, after, number) begin and end, which may overlap, and where what was exchanged in
    them (first, after) does. Together the bits are the text."""
    cuts = (edge for first, after, *_ in (*passages, *own) for edge in (first, after))
    edges = sorted({0, len(text), *cuts})
    return [
        Bit(
            text[low:high],
            tuple(number for first, after, number in passages if first <= low < after),
            tuple(number for first, _, number in passages if first == low),
            any(first <= low < after for first, after in own),
        )
        for low, high in itertools.pairwise(edges)
    ]
