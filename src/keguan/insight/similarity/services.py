"""Keep up with what is handed in: read it, compare it, let go of what was withdrawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.fields.json import KT

from keguan.casework.models import Answers, Case
from keguan.casework.versions import definition_of
from keguan.insight.similarity.models import Document, Reached
from keguan.insight.similarity.sources import compared_forms, pieces_of
from keguan.kernel import clock
from keguan.registers.projects.models import Project

AGAIN = timedelta(minutes=10)
"""Longer than any transaction takes: what was handed in becomes visible after later things did."""
AT_ONCE = 200


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
    waiting = Document.objects.filter(compared_at__isnull=True, gone_at__isnull=True, case__isnull=False)
    for pk in list(waiting.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            document = Document.objects.select_for_update().get(pk=pk)
            if document.compared_at is None:
                found += len(compare(document))
                compared += 1
    index.pack()
    Reached.objects.update_or_create(pk=1, defaults={"at": now})
    return KeptUp(read_now, gone, compared, found)


@transaction.atomic
def read_cases(cases: Iterable[int]) -> int:
    """Take the latest answers of these cases into the index, in place of earlier ones. Returns how many were new."""
    rows = (
        Case.objects.filter(pk__in=list(cases), submitted_at__isnull=False)
        .exclude(end="withdrawn")
        .select_related("programme")
        .defer("programme__sources")
        .select_for_update(of=("self",))
    )
    found = {one.pk: one for one in rows}
    latest: dict[int, dict[str, int]] = {}
    values: dict[int, dict[str, dict[str, object]]] = {}
    for kept in Answers.objects.filter(case__in=found).order_by("case", "form", "version"):
        latest.setdefault(kept.case_id, {})[kept.form] = kept.version
        values.setdefault(kept.case_id, {})[kept.form] = kept.values
    standing = dict(Document.objects.filter(case__in=found, gone_at__isnull=True).values_list("case", "versions"))
    new = []
    for pk, case in found.items():
        definition = definition_of(case.programme)
        versions = {form: latest.get(pk, {})[form] for form in compared_forms(definition) if form in latest.get(pk, {})}
        if versions and standing.get(pk) != versions:
            texts = [piece.text for piece in pieces_of(definition, values[pk])]
            new.append(_document(texts, case=case, versions=versions))
    _let_go(Document.objects.filter(case__in=[one.case_id for one in new], gone_at__isnull=True))
    Document.objects.bulk_create(new)
    return len(new)


@transaction.atomic
def read_projects(most: int = 10_000) -> int:
    """Take titles of the projects register that are new or changed into the index. Returns how many."""
    standing = Document.objects.filter(project=OuterRef("pk"), gone_at__isnull=True)
    same = standing.annotate(title=KT("versions__title")).filter(title=OuterRef("title"))
    rows = Project.objects.exclude(title="").filter(~Exists(same)).order_by("pk")[:most]
    new = [_document([one.title], project=one, versions={"title": one.title}) for one in rows]
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
    from keguan.insight.similarity.sources import texts_of

    documents = list(Document.objects.filter(pk__in=ids).select_related("project"))
    texts = texts_of(documents)
    for one in documents:
        made = _document([piece.text for piece in texts.get(one.pk, ())])
        one.fingerprints, one.size = made.fingerprints, made.size
    Document.objects.bulk_update(documents, ["fingerprints", "size"])


def _document(texts: list[str], **more: object) -> Document:
    from keguan.texts.fingerprints import combined, fingerprints, units

    read = [units(text) for text in texts]
    prints = combined([fingerprints(one) for one in read])
    return Document(size=sum(map(len, read)), fingerprints=prints.tobytes(), made_at=clock.now(), **more)


def _let_go(documents: QuerySet[Document]) -> int:
    return documents.update(gone_at=clock.now())
