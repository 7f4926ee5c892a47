"""How works come to stand beside an expert, and go."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.names import display_name, normal_name, normal_title
from keguan.kernel.problems import Problem, Refused
from keguan.registers.experts.logic import normal_identifier
from keguan.registers.experts.models import Expert, Work
from keguan.registers.parties.changes import ties_changed
from keguan.registers.trace import services as trace
from keguan.texts.pieces import vector


@dataclass(frozen=True, slots=True)
class NewWork:
    """A work as typed; see `Work`."""

    kind: str
    title: str
    abstract: str = ""
    keywords: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    year: int | None = None
    source: str = ""
    identifier: str = ""


def unsaved(expert: int, given: NewWork) -> Work:
    """The row that a work makes."""
    return Work(
        expert_id=expert,
        kind=given.kind,
        title=given.title,
        normal_title=normal_title(given.title),
        abstract=given.abstract,
        keywords=list(given.keywords),
        authors=[display_name(one) for one in given.authors],
        normal_authors=[normal_name(one) for one in given.authors],
        year=given.year,
        source=given.source,
        identifier=normal_identifier(given.identifier),
        words=vector([given.title, *given.keywords]),
    )


@transaction.atomic
def add_work(expert: Expert, given: NewWork, actor: Actor) -> Work:
    """Enter a work. Raises Refused `work.again` where the expert has it already, `work.title` without a title."""
    row = unsaved(expert.pk, given)
    if not row.normal_title:
        raise Refused.because(Problem("work.title", Text("请填写题目。", "Give the title."), "title"))
    Expert.objects.select_for_update().get(pk=expert.pk)
    same = {"identifier": row.identifier} if row.identifier else {"kind": row.kind, "normal_title": row.normal_title}
    if Work.objects.filter(expert=expert, **same).filter(**({} if row.identifier else {"identifier": ""})).exists():
        said = Text("该成果已登记。", "This work stands there already.")
        where = "identifier" if row.identifier else "title"
        raise Refused.because(Problem("work.again", said, where, given.title[:80]))
    row.save()
    _trace("work-added", row, actor)
    ties_changed([expert.person_id])
    return row


@transaction.atomic
def drop_work(work: Work, actor: Actor) -> None:
    """Take a work out; the trace keeps what it was."""
    _trace("work-dropped", work, actor)
    work.delete()
    ties_changed([work.expert.person_id])


def _trace(event: str, work: Work, actor: Actor) -> None:
    payload = {"expert": work.expert_id, "work": work.pk, "kind": work.kind, "title": work.title}
    trace.write(f"experts:expert:{event}", actor, payload=payload)
