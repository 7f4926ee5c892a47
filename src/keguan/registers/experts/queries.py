"""What asks for experts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Count, Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value

from keguan.kernel import clock
from keguan.kernel.names import normal_name
from keguan.registers.codes.queries import Reference, codes_called, names_of, read_codes
from keguan.registers.experts.freshness import fresh, oldest
from keguan.registers.experts.identity import people_in_question
from keguan.registers.experts.models import Absence, Expert, Merit, Work
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties.models import Person
from keguan.texts.pieces import query
from keguan.texts.variants import spellings


def pool(fields: Iterable[str] = ()) -> QuerySet[Expert]:
    """The active experts, with person and employer, optionally those of any of these disciplines.

    fields: codes of any level, as typed or as stored. A broad code finds the narrow ones below it, and an expert who only
    gave a broad code is found by the narrow one. A code that does not exist finds nobody.
    """
    experts = Expert.objects.filter(status="active").select_related("person", "person__employer").order_by("id")
    wanted = [code for code in fields if code]
    if not wanted:
        return experts
    near = Q(pk__in=())
    for code in read_codes(wanted).values():
        if isinstance(code, str):
            near |= Q(fields__overlap=Reference.of(code).line) | Q(all_fields__regex=rf"(^| ){re.escape(code)}")
    return with_all_fields(experts).filter(near)


def with_all_fields(experts: QuerySet[Any]) -> QuerySet[Any]:
    """The experts with `all_fields` to filter by: their codes as one text, a space between two."""
    every = Func(F("fields"), Value(" "), function="array_to_string", output_field=TextField())
    return experts.alias(all_fields=every)


def known_by(experts: QuerySet[Expert], text: str) -> QuerySet[Expert]:
    """Those of whom every word says something: a part of their name or employer, of a keyword, of a work's title or keywords,
    or of what one of their disciplines is called, in Chinese or English. Of a word in letters its beginning, of a Chinese one
    any two characters; traditional characters find simplified ones, and these those. A query a word for the disciplines, two
    where it is respelled."""
    words = text.split()
    return reduce(lambda found, word: found.filter(pk__in=_said_of(word)), words, experts if words else experts.none())


def _said_of(word: str) -> QuerySet[Any]:
    """The ids of those of whom a word says something. A union of parts, because an index serves each and none serves all."""
    codes = dict.fromkeys(code for one in spellings(word) for code in codes_called(one))
    names = [name for one in spellings(word) if (name := normal_name(one))]
    in_names = reduce(or_, (Q(normal_name__contains=name) for name in names), Q(pk__in=()))
    parts = [
        Expert.objects.filter(person__in=Person.objects.filter(in_names).order_by().values("pk")),
        Expert.objects.filter(person__employer__in=Organisation.objects.filter(in_names).order_by().values("pk")),
    ]
    found: list[QuerySet[Any]] = [one.order_by().values_list("pk", flat=True) for one in parts]
    if pieces := query(word, codes):
        found.append(Expert.objects.filter(words=_Pieces(pieces)).order_by().values_list("pk", flat=True))
    if pieces := query(word):
        found.append(Work.objects.filter(words=_Pieces(pieces)).order_by().values_list("expert", flat=True))
    return found[0].union(*found[1:], all=True)


class _Pieces(SearchQuery):
    """A `tsquery` taken as it is written: the parser of words would cut a code in parts."""

    template = "%(expressions)s::tsquery"


def ready(fields: Iterable[str] = (), unsettled: Collection[int] | None = None) -> QuerySet[Expert]:
    """Those of the pool whom a proposal or a draw may take today: their entry is confirmed, nobody else
    may be the same person, and they are not away. unsettled: from `people_in_question`, where that was asked already: it
    looks at the whole pool."""
    unsettled = people_in_question() if unsettled is None else unsettled
    return pool(fields).filter(fresh(clock.today())).exclude(_away()).exclude(person__in=unsettled)


def left_out(unsettled: Collection[int] | None = None) -> dict[str, int]:
    """How many of the pool no proposal and no draw takes today, by the first reason. unsettled: as for `ready`."""
    question = Q(person__in=people_in_question() if unsettled is None else unsettled)
    stale = Q(confirmed_on__lt=oldest(clock.today()))
    return Expert.objects.filter(status="active").aggregate(
        question=Count("pk", filter=question),
        stale=Count("pk", filter=~question & stale),
        away=Count("pk", filter=~question & ~stale & Q(_away())),
    )


def _away() -> Exists:
    today = clock.today()
    return Exists(Absence.objects.filter(expert=OuterRef("pk"), since__lte=today, until__gte=today))


def of_expert(person: Person) -> dict[str, QuerySet[Any]]:
    """Everything that hangs on a person's entry in the pool, for the archive of their own data."""
    return {
        "expert_works": Work.objects.filter(expert__person=person),
        "expert_absences": Absence.objects.filter(expert__person=person),
        # Without what would tell the scores of others.
        "expert_merits": Merit.objects.filter(expert__person=person).defer("key", "deviation"),
    }


def say_fields(experts: Sequence[Expert]) -> None:
    """Give each of them `fields_said`: what their codes are called. One query."""
    names = names_of(code for one in experts for code in one.fields)
    for one in experts:
        one.fields_said = [names[code] for code in one.fields]  # type: ignore[attr-defined]
