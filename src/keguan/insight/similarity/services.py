"""Keep up with what is handed in: read it, compare it, let go of what was withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.fields.json import KT

from keguan.casework.models import Answers, Case
from keguan.casework.versions import definition_of
from keguan.insight.similarity.models import ASKED, Document, FileText, Reached
from keguan.insight.similarity.sources import (
    Piece,
    compared_forms,
    files_in,
    pieces_of,
    pieces_of_files,
    pieces_of_project,
    texts_of,
    texts_of_files,
)
from keguan.kernel import clock
from keguan.language.definition import Definition
from keguan.registers.documents.models import Document as File
from keguan.registers.documents.services import DamagedFile, open_document
from keguan.registers.projects.models import Project
from keguan.texts.files import MOST_BYTES, READABLE, read_apart

AGAIN = timedelta(minutes=10)
"""Longer than any transaction takes: what was handed in becomes visible after later things did."""
AT_ONCE = 200
STRETCH = 8000
"""Characters of a file that share their fingerprints: four to five pages."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class KeptUp:
    """What one round of keeping up did: documents read, let go, compared, and findings."""

    read: int = 0
    gone: int = 0
    compared: int = 0
    found: int = 0


def keep_up() -> KeptUp:
    """Read what was handed in since, let go of what was withdrawn, and compare what was not compared yet."""
    from keguan.insight.similarity import index
    from keguan.insight.similarity.comparing import compare

    now = clock.now()
    reached = Reached.objects.first()
    since = reached.at - AGAIN if reached else None
    handed_in = Answers.objects.filter(case__round__isnull=False, case__submitted_at__isnull=False)
    changed = Case.objects.filter(end="withdrawn")
    if since is not None:
        handed_in, changed = handed_in.filter(at__gte=since), changed.filter(changed_at__gte=since)
    cases = list(handed_in.order_by("case").values_list("case", flat=True).distinct())
    read_now = sum(read_cases(cases[at : at + AT_ONCE]) for at in range(0, len(cases), AT_ONCE))
    gone = _let_go(Document.objects.filter(case__in=changed.values("pk"), gone_at__isnull=True))
    found = compared = 0
    waiting = Document.objects.filter(compared_at__isnull=True, gone_at__isnull=True, part__in=ASKED)
    for pk in list(waiting.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            document = Document.objects.select_for_update().get(pk=pk)
            if document.compared_at is None:
                found += len(compare(document))
                compared += 1
    index.pack()
    Reached.objects.update_or_create(pk=1, defaults={"at": now})
    return KeptUp(read_now, gone, compared, found)


def read_cases(cases: Iterable[int]) -> int:
    """Take the latest answers of these cases, and their files, into the index, in place of earlier ones. Returns how many
    documents were new. Files are read before anything is locked: that takes its time."""
    cases = list(cases)
    _read_files({pk for one in _handed_in(cases).values() for pk in files_in(one.definition, one.answers)})
    return _read_cases(cases)


@dataclass(frozen=True, slots=True)
class _HandedIn:
    """The latest answers of a case, by form, and which versions they are."""

    case: Case
    definition: Definition
    answers: dict[str, dict[str, Any]]
    versions: dict[str, int]

    def parts(self, files: Mapping[int, FileText]) -> Iterator[tuple[str, dict[str, Any], list[Piece]]]:
        """What of it is compared: the part, what it was made of, and its texts."""
        for part in ("application", "report"):
            forms = compared_forms(self.definition, part)
            if versions := {form: self.versions[form] for form in forms if form in self.versions}:
                yield part, versions, pieces_of(self.definition, self.answers, part)
        read = files_in(self.definition, self.answers)
        if pieces := pieces_of_files(read, files):
            yield "attachments", {"files": [pk for pk in read if pk in files]}, pieces


def _handed_in(cases: Iterable[int], *, locked: bool = False) -> dict[int, _HandedIn]:
    rows = (
        Case.objects.filter(pk__in=list(cases), submitted_at__isnull=False)
        .exclude(end="withdrawn")
        .select_related("programme")
        .defer("programme__sources")
    )
    found = {
        one.pk: _HandedIn(one, definition_of(one.programme), {}, {})
        for one in (rows.select_for_update(of=("self",)) if locked else rows)
    }
    for kept in Answers.objects.filter(case__in=found).order_by("case", "form", "version"):
        found[kept.case_id].answers[kept.form] = kept.values
        found[kept.case_id].versions[kept.form] = kept.version
    return found


def _read_files(files: Iterable[int]) -> None:
    """Take the text out of these files, of each once."""
    for file in File.objects.filter(pk__in=set(files), media_type__in=READABLE, text_read__isnull=True):
        try:
            with open_document(file) as stream:
                read = read_apart(stream.read(MOST_BYTES + 1), file.media_type)
        except DamagedFile as error:
            log.warning("similarity.file_damaged", file=file.pk, error=str(error))
            continue
        kept = {"pages": list(read.pages), "is_whole": read.is_whole, "read_at": clock.now()}
        FileText.objects.get_or_create(file=file, defaults=kept)


@transaction.atomic
def _read_cases(cases: Iterable[int]) -> int:
    found = _handed_in(cases, locked=True)
    files = texts_of_files(pk for one in found.values() for pk in files_in(one.definition, one.answers))
    rows = Document.objects.filter(case__in=found, gone_at__isnull=True).values_list("pk", "case", "part", "versions")
    standing = {(case, part): (pk, versions) for pk, case, part, versions in rows}
    new: list[Document] = []
    stays: set[int] = set()
    for case, one in found.items():
        for part, versions, pieces in one.parts(files):
            pk, before = standing.get((case, part), (0, None))
            if before == versions:
                stays.add(pk)
            else:
                new.append(_document(pieces, case=one.case, part=part, versions=versions))
    # Earlier versions go, and attachments where none are left.
    _let_go(Document.objects.filter(pk__in={pk for pk, _ in standing.values()} - stays))
    Document.objects.bulk_create(new)
    return len(new)


@transaction.atomic
def read_projects(most: int = 10_000) -> int:
    """Take titles of the projects register that are new or changed into the index. Returns how many."""
    standing = Document.objects.filter(project=OuterRef("pk"), gone_at__isnull=True)
    same = standing.annotate(title=KT("versions__title")).filter(title=OuterRef("title"))
    rows = Project.objects.exclude(title="").filter(~Exists(same)).order_by("pk")[:most]
    new = [_document(pieces_of_project(one), project=one, versions={"title": one.title}) for one in rows]
    _let_go(Document.objects.filter(project__in=[one.project_id for one in new], gone_at__isnull=True))
    Document.objects.bulk_create(new)
    return len(new)


def rebuild() -> int:
    """Make all fingerprints and the index again from casework and the registers; findings stay. Returns how many
    documents stand in it."""
    from keguan.insight.similarity import index

    index.unpack()
    cases = list(Case.objects.filter(submitted_at__isnull=False, round__isnull=False).values_list("pk", flat=True))
    for at in range(0, len(cases), AT_ONCE):
        read_cases(cases[at : at + AT_ONCE])
    while read_projects():
        pass
    standing = Document.objects.filter(gone_at__isnull=True)
    ids = list(standing.order_by("pk").values_list("pk", flat=True))
    for at in range(0, len(ids), AT_ONCE):
        _read_again(ids[at : at + AT_ONCE])
    index.pack(least=1)
    return len(ids)


def _read_again(ids: list[int]) -> None:
    documents = list(Document.objects.filter(pk__in=ids).select_related("project"))
    texts = texts_of(documents)
    for one in documents:
        made = _document(texts.get(one.pk, ()))
        one.fingerprints, one.size = made.fingerprints, made.size
    Document.objects.bulk_update(documents, ["fingerprints", "size"])


def _document(pieces: Iterable[Piece], **more: object) -> Document:
    from keguan.texts.fingerprints import combined, fingerprints, units

    read = [units(text) for text in _stretches(pieces)]
    prints = combined([fingerprints(one) for one in read])
    return Document(size=sum(map(len, read)), fingerprints=prints.tobytes(), made_at=clock.now(), **more)


def _stretches(pieces: Iterable[Piece]) -> Iterator[str]:
    """The texts that have fingerprints of their own: answers each for itself, of a file some pages at a time, so that a page
    taken out of a long one is still found."""
    for file, of_one in groupby(pieces, key=lambda piece: piece.file):
        held: list[str] = []
        for piece in of_one:
            if held and (file is None or sum(map(len, held)) + len(piece.text) > STRETCH):
                yield "\n".join(held)
                held = []
            held.append(piece.text)
        yield "\n".join(held)


def _let_go(documents: QuerySet[Document]) -> int:
    return documents.update(gone_at=clock.now())
