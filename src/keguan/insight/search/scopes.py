"""Which entries a reader may find: those of which the room itself says so, asked when the question is asked."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from keguan.casework.leaving import sent_out
from keguan.casework.models import Case
from keguan.casework.permissions import DECIDES, must_leave, proposals_visible_to, trace_visible_to
from keguan.insight.search.models import Entry
from keguan.insight.search.vocabulary import MEMBERS, PUBLIC
from keguan.kernel.actors import Actor
from keguan.registers.experts.models import Expert
from keguan.registers.experts.rights import SEES_EXPERTS, experts_visible_to

PASSAGES: Final = (*MEMBERS, "expert")
"""The kinds of which the list of results quotes what they say. What was handed in is read on its own page, where reading
it is traced."""


def readable(actor: Actor) -> list[QuerySet[Entry]]:
    """What the reader may find, in parts that have nothing in common.

    Of a case one finds the entry that says as much as one may read. Reviewers do not find the cases that they sit on: by
    whom a case is written is not for them to search.
    """
    kinds = list(MEMBERS if actor.is_known else PUBLIC)
    if actor.person is None:
        return [Entry.objects.filter(kind__in=kinds)]
    if SEES_EXPERTS.holds(actor):
        return [Entry.objects.filter(kind__in=[*kinds, "expert"]), *_cases(actor)]
    mine = Expert.objects.filter(pk__in=experts_visible_to(actor).values("pk")).values("pk")
    return [Entry.objects.filter(kind__in=kinds), *_cases(actor), Entry.objects.filter(kind="expert", key__in=mine)]


def _cases(actor: Actor) -> list[QuerySet[Entry]]:
    follows = trace_visible_to(actor)
    whole = _of_cases(follows & proposals_visible_to(actor))
    return [
        Entry.objects.filter(whole, kind__in=["proposal", "report"]),
        Entry.objects.filter(_of_cases(follows), ~whole, kind="case"),
    ]


def _of_cases(scope: Q) -> Exists:
    return Exists(Case.objects.filter(scope, pk=OuterRef("case")))


def closed_to(actor: Actor, cases: Collection[int]) -> set[int]:
    """Of these cases, those for which a member of a body that votes was sent out: no part of them is theirs to find.

    No query unless the actor is such a member.
    """
    if not any(duty.role in DECIDES for duty in actor.duties):
        return set()
    out = sent_out(actor, cases)
    return {case.pk for case in Case.objects.filter(pk__in=out) if must_leave(actor, case)} if out else set()
