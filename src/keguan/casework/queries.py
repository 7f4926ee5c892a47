"""What pages and machines ask about rounds and cases: the actor first, and nothing beyond what they may see.

Lists come as QuerySets with all that a row shows at hand, so that sixty rows take one query or two.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, When
from django.db.models import Case as Conditional
from django.db.models.expressions import RawSQL

from keguan.casework.models import (
    Archived,
    CallChange,
    Case,
    Message,
    Notice,
    ProgrammeVersion,
    Round,
    Seat,
    SeatHolder,
    Task,
)
from keguan.casework.permissions import (
    can_see_case,
    can_see_reviewers,
    can_see_reviews,
    closed_ids,
    is_own,
    kept_ids,
    listed_to,
    own_to,
    reviews_visible_to,
    runs_or_watches_programme,
)
from keguan.casework.reviewing.recusal import at_hand, recusals
from keguan.casework.rounds.kept_counts import once_a_minute
from keguan.casework.versions import definition_of
from keguan.engine.steps.review import SET_ASIDE, WAITS
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.problems import Problem
from keguan.language.schema import Review
from keguan.registers.experts.models import Expert
from keguan.registers.experts.queries import known_by, pool

# ------------------------------------------------------------------------------------------------------- to do


def tasks_of(actor: Actor) -> QuerySet[Task]:
    """What the actor has to do, the most urgent first: their own tasks, and those of the desks they sit at.

    A desk's task on a case of their own, or one that they were sent out for, is a colleague's. `row.case` has programme, round and host at hand.
    """
    if actor.person is None:
        return Task.objects.none()
    # All by the task itself or by the ids of few cases, so that no case is looked at that is not shown.
    led = Case.objects.filter(principal=actor.person).values("pk")
    mine = Q(person=actor.person) | Q(role="applicant", case__in=led)
    desks = Q()
    for duty in actor.duties:
        desk = Q(role=duty.role, person__isnull=True)
        if duty.organisation is not None:
            desk &= Q(organisation=duty.organisation) | Q(organisation__isnull=True)
        if duty.programme:
            desk &= Q(code=duty.programme)
        desks |= desk
        if duty.role == "host" and duty.organisation is not None:
            # A case that was pushed to an institution is answered by its research office.
            pushed = Case.objects.filter(host=duty.organisation, applicant__isnull=True).values("pk")
            desks |= Q(role="applicant", person__isnull=True, case__in=pushed)
    if desks:
        mine |= desks & ~Q(case__in=kept_ids(actor))
    rows = Task.objects.filter(mine)
    if closed := closed_ids(actor):
        rows = rows.exclude(case__in=closed)
    return rows.select_related("case", "case__programme", "case__round", "case__host").defer("case__programme__sources")


def mine_of(actor: Actor) -> QuerySet[Task]:
    """The same, but for what was handed over to another officer (`handing`)."""
    elsewhere = Case.objects.filter(handler__isnull=False).exclude(handler=actor.person).values("pk")
    return tasks_of(actor).exclude(role="officer", person__isnull=True, case__in=elsewhere)


def roles_asked(actor: Actor) -> list[str]:
    """The roles whose tasks may wait for the actor though they are for nobody in particular."""
    return sorted({"applicant", *(duty.role for duty in actor.duties)})


_PILES = """
WITH RECURSIVE pile (role, round_id, step) AS (
    SELECT begun.* FROM unnest(%s::text[]) AS asked (role) CROSS JOIN LATERAL (
      SELECT role, round_id, step FROM casework_task
      WHERE person_id IS NULL AND round_id IS NOT NULL AND role = asked.role ORDER BY round_id, step LIMIT 1) AS begun
  UNION ALL
    SELECT further.* FROM pile CROSS JOIN LATERAL (
      SELECT role, round_id, step FROM casework_task
      WHERE person_id IS NULL AND role = pile.role AND (round_id, step) > (pile.round_id, pile.step)
      ORDER BY round_id, step LIMIT 1) AS further)
SELECT pile.round_id, pile.step, pile.role, counted.n, counted.due
FROM pile CROSS JOIN LATERAL (SELECT count(*) AS n, min(due_at) AS due FROM ({first}) AS first) AS counted
WHERE counted.n > 0 ORDER BY 5, 1, 2"""
"""From one pile to the next by the index: however much lies in each, no more is looked at than is told of it."""


def piles_of(actor: Actor, mine: QuerySet[Task], most: int) -> list[tuple[int, str, str, int, datetime | None]]:
    """Of what waits for nobody in particular: round, step, role, how many tasks (one more than `most` where there are
    more), and when the first is due. One query.

    mine: from `tasks_of` or `mine_of`.
    """
    here = {name: RawSQL(f"pile.{name}", ()) for name in ("role", "round_id", "step")}  # noqa: S611 - our own names
    first = mine.filter(person__isnull=True, **here).select_related(None).order_by("due_at").values("due_at")
    asked, values = first[: most + 1].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_PILES.replace("{first}", asked), [roles_asked(actor), *values])
        return cursor.fetchall()


def drafted_rounds_for(actor: Actor) -> QuerySet[Round]:
    """Drafted rounds that wait for this actor, those that open first at the top: a colleague's to be published, and their own
    that were sent back. Nothing, and no query, for those who do not plan."""
    codes = _plans(actor)
    rows = Round.objects.filter(_waits_for(actor), status="draft") if codes is not None else Round.objects.none()
    if codes:
        rows = rows.filter(programme__code__in=codes)
    return rows.select_related("programme").defer("programme__sources").order_by("opens", "code")


def drafted_changes_for(actor: Actor) -> QuerySet[CallChange]:
    """Drafted changes of published calls that wait for this actor in the same way, the oldest at the top. Nothing, and no
    query, for those who do not plan."""
    codes = _plans(actor)
    rows = CallChange.objects.filter(_waits_for(actor)) if codes is not None else CallChange.objects.none()
    if codes:
        rows = rows.filter(round__programme__code__in=codes)
    return rows.select_related("round").order_by("drafted_at", "pk")


def _plans(actor: Actor) -> set[str] | None:
    """The programmes that the actor plans, empty for all; None for those who plan nothing."""
    plans = [duty.programme for duty in actor.duties if duty.role == "planning"]
    if actor.person is None or not plans:
        return None
    return set(plans) if all(plans) else set()


def _waits_for(actor: Actor) -> Q:
    """What is drafted waits for a colleague of its drafter; sent back, for its drafter, or for anybody where there is none."""
    own = Q(drafted_by=actor.person)
    return Q(returned_because="") & ~own | ~Q(returned_because="") & (own | Q(drafted_by__isnull=True))


def messages_of(actor: Actor) -> QuerySet[Message]:
    """Lines for the actor, newest first, with their case."""
    if actor.person is None:
        return Message.objects.none()
    return Message.objects.filter(person=actor.person).select_related("case")


# ------------------------------------------------------------------------------------------------------- cases


def cases(actor: Actor) -> QuerySet[Case]:
    """Every case that lists show the actor, newest first, with what a row shows at hand."""
    return (
        Case.objects.filter(listed_to(actor))
        .select_related("programme", "round", "host", "authority", "principal")
        .defer("programme__sources")
    )


def my_cases(actor: Actor, *, archived: bool = False) -> QuerySet[Case]:
    """The cases that the actor began, leads, takes part in or writes along, newest first: those in their list, or those they
    archived."""
    if actor.person is None:
        return Case.objects.none()
    put_away = Exists(Archived.objects.filter(case=OuterRef("pk"), person=actor.person))
    return cases(actor).filter(own_to(actor), put_away if archived else ~put_away)


def cases_in_round(actor: Actor, of_round: Round) -> QuerySet[Case]:
    """The cases of a round that the actor may know of, newest first."""
    return cases(actor).filter(round=of_round)


def case_by_number(actor: Actor, number: str) -> Case | None:
    """The case of this number with all that its page needs; None where there is none that the actor may know of."""
    found = (
        Case.objects.filter(number=number)
        .select_related("memo", "programme", "round", "host", "authority", "principal", "applicant", "parent")
        .defer("programme__sources")
        .first()
    )
    # The predicate, not the scope: composing that costs more than all else of finding one case.
    return found if found is not None and can_see_case(actor, found) else None


@dataclass(frozen=True, slots=True)
class RoundNumbers:
    """How many cases of a round the reader may know of, by where they stood at a moment.

    by_step: step id → cases that stand there. by_end: end → cases that ended so. submitted: that came in at all.
    """

    at: datetime
    by_step: Mapping[str, int] = field(default_factory=dict)
    by_end: Mapping[str, int] = field(default_factory=dict)
    submitted: int = 0

    @property
    def cases(self) -> int:
        """All of them, drafts included."""
        return sum(self.by_step.values()) + sum(self.by_end.values())


def round_numbers(actor: Actor, of_round: Round) -> RoundNumbers:
    """Where the cases of a round stand; as it was at most a minute ago where it is large. One query, another for a large one."""
    now = clock.now()
    if actor.is_system or not runs_or_watches_programme(actor, of_round.programme.code):
        return _numbers(Case.objects.filter(listed_to(actor), round=of_round), now)
    came_in = Case.objects.filter(round=of_round, submitted_at__isnull=False)
    if closed := closed_ids(actor):
        return _numbers(came_in.exclude(pk__in=closed), now)
    return once_a_minute(f"round-numbers:{of_round.pk}", now, lambda: _numbers(came_in, now))


def _numbers(cases: QuerySet[Case], now: datetime) -> RoundNumbers:
    rows = cases.order_by().values_list("step", "end").annotate(cases=Count("pk"), submitted=Count("submitted_at"))
    steps: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    submitted = 0
    for step, end, number, came_in in rows:
        (ends if end else steps)[end or step] += number
        submitted += came_in
    return RoundNumbers(now, dict(steps), dict(ends), submitted)


# ------------------------------------------------------------------------------------------------------ public


def _calls() -> QuerySet[Round]:
    calls = Round.objects.filter(status__in=("published", "closed"), kind="open")
    return calls.select_related("programme").defer("programme__sources")


MOST_CALLS = 300
"""Calls that the public list looks at: all that are open or coming, unless they alone are more, and the latest past ones."""


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls as the public meets them. open: that close first at the top; coming: that open next; past: the latest."""

    open: tuple[Round, ...] = ()
    coming: tuple[Round, ...] = ()
    past: tuple[Round, ...] = ()


def calls(now: datetime, words: Collection[str] = ()) -> Calls:
    """Every published call whose title, summary or topics hold all these words stands in one of the three lists.
    Public; one query, as everybody comes this way."""
    found = _latest_calls(words)
    past = [one for one in found if one.status == "closed" or one.closes <= now]
    ahead = [one for one in found if one.status == "published" and one.closes > now]
    return Calls(
        open=tuple(sorted((one for one in ahead if one.opens <= now), key=lambda one: (one.closes, one.code))),
        coming=tuple(sorted((one for one in ahead if one.opens > now), key=lambda one: (one.opens, one.code))),
        past=tuple(past),
    )


def calls_ahead(now: datetime, most: int) -> list[Round]:
    """Published calls that can still be applied in, those that close first at the top. Public; one query."""
    return list(_calls().filter(status="published", closes__gt=now).order_by("closes", "code")[:most])


_SAID = """concat_ws(chr(10), called.title_zh, called.title_en, called.summary_zh, called.summary_en,
    jsonb_path_query_array(called.topics, '$[*].*')::text)"""
"""All that a call says, of its topics without the names of their parts."""


def _latest_calls(words: Collection[str]) -> list[Round]:
    # By hand: composing this anew took a third of the time of the page that everybody opens.
    names = [field.attname for field in ProgrammeVersion._meta.concrete_fields if field.attname != "sources"]
    columns = ", ".join(f"programme.{name} AS version_{name}" for name in names)
    saying = f" AND {_SAID} ILIKE %s" * len(words)
    found = Round.objects.raw(
        f"SELECT called.*, {columns} FROM casework_round called"  # noqa: S608 - our own texts, values bound
        " JOIN casework_programmeversion programme ON programme.id = called.programme_id"
        f" WHERE called.kind = 'open' AND called.status IN ('published', 'closed'){saying}"
        " ORDER BY called.closes DESC, called.code LIMIT %s",
        [*map(_anywhere, words), MOST_CALLS],
    )
    calls = list(found)
    for one in calls:
        given = [getattr(one, f"version_{name}") for name in names]
        one.programme = ProgrammeVersion.from_db("default", names, given)
    return calls


def _anywhere(word: str) -> str:
    """What LIKE takes for this word anywhere, its signs by the letter."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", word) + "%"


def call(code: str) -> Round | None:
    """The published call of this code, None where there is none. Public."""
    return _calls().filter(code=code).first()


def notices(now: datetime) -> QuerySet[Notice]:
    """Public notices that stand now, those that end first at the top. Public: show `shown`, nothing else of the case."""
    return _notices().filter(since__lte=now, until__gt=now, outcome="").order_by("until", "id")


def past_notices(now: datetime) -> QuerySet[Notice]:
    """Public notices that are over, the latest at the top, with how they ended. Public."""
    return _notices().filter(Q(until__lte=now) | ~Q(outcome="")).order_by("-until", "-id")


def _notices() -> QuerySet[Notice]:
    return Notice.objects.select_related("case", "case__programme", "case__round").only(
        "step", "shown", "since", "until", "outcome",
        "case__number", "case__programme__code", "case__programme__title_zh", "case__programme__title_en",
        "case__round__code", "case__round__title_zh", "case__round__title_en",
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------------ review


@dataclass(frozen=True, slots=True)
class SeatShown:
    """One place on a panel as the reader may see it.

    total, scores, comment: empty until the review is final. reviewer: the name, only where the reader may know it; the
    caller traces that reading. reason: why it was declined or released, with the name only. mine: the reader's own.
    """

    seat: int
    step: str
    attempt: int
    number: int
    state: str
    total: int | None = None
    scores: Mapping[str, int] = field(default_factory=dict)
    comment: str = ""
    reason: str = ""
    reviewer: str = ""
    mine: bool = False


def seats_of(actor: Actor, case: Case) -> tuple[SeatShown, ...]:
    """The panel of a case: for those who run and watch all seats, for the applicant the final ones once it is decided,
    for a reviewer their own. Names only for those who may know them."""
    rows = Seat.objects.filter(reviews_visible_to(actor, case)).order_by("step", "attempt", "number")
    if is_own(actor, case):
        rows = rows.filter(state="final")
    knows = can_see_reviewers(actor, case)
    sees_all = can_see_reviews(actor, case)
    holders: Mapping[int, tuple[int, str]] = _holders(case) if knows or not sees_all else {}
    return tuple(_shown(row, holders.get(row.pk), knows, actor) for row in rows)


def _holders(case: Case) -> dict[int, tuple[int, str]]:
    rows = SeatHolder.objects.filter(seat__case=case)
    found = rows.values_list("seat_id", "expert__person_id", "expert__person__name")
    return {seat: (person, name) for seat, person, name in found}


def _shown(row: Seat, holder: tuple[int, str] | None, knows: bool, actor: Actor) -> SeatShown:
    final = row.state == "final"
    return SeatShown(
        seat=row.pk,
        step=row.step,
        attempt=row.attempt,
        number=row.number,
        state=row.state,
        total=row.total if final else None,
        scores=row.scores if final else {},
        comment=row.comment if final else "",
        reason=row.reason if knows else "",
        reviewer=holder[1] if holder and knows else "",
        mine=holder is not None and holder[0] == actor.person,
    )


def reviews_of(actor: Actor) -> QuerySet[Seat]:
    """The actor's own places on panels: those that still ask something of them by their day, then the latest."""
    if actor.person is None:
        return Seat.objects.none()
    waits = Q(state__in=WAITS, case__step=F("step"))
    owed = Conditional(When(waits, then=F("case__due_at")))
    return (
        Seat.objects.filter(holder__expert__person=actor.person, state__in=(*WAITS, "final"))
        .exclude(recusal__is_hard=True)
        .select_related("case", "case__programme", "case__round", "case__host")
        .defer("case__programme__sources")
        .order_by(ExpressionWrapper(waits, BooleanField()).desc(), owed.asc(nulls_last=True), "-case_id", "number")
    )


def seat_to_decline(actor: Actor, number: str) -> Seat | None:
    """The seat that the actor holds on a case which a tie closed to them since: they may decline it, and no more."""
    if actor.person is None:
        return None
    mine = Seat.objects.filter(holder__expert__person=actor.person, state__in=WAITS, recusal__is_hard=True)
    return mine.filter(case__number=number).first()


def seat_left(actor: Actor, number: str) -> str:
    """How the actor's last seat on a case ended that is closed to them now: "declined", "released" or "set_aside"; "" for
    no such seat."""
    if actor.person is None:
        return ""
    mine = Seat.objects.filter(holder__expert__person=actor.person, case__number=number)
    last = mine.order_by("attempt", "number").values_list("state", flat=True).last()
    return last if last in ("declined", "released", SET_ASIDE) else ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An expert of the pool before a panel. at_hand: reviews they have to do. reasons: what keeps them out; () is free."""

    expert: Expert
    at_hand: int
    reasons: tuple[Problem, ...] = ()

    @property
    def is_free(self) -> bool:
        """Whether nothing stands against a seat."""
        return not self.reasons

    @property
    def may_be_chosen(self) -> bool:
        """Whether nothing stands against a seat but what is for the officer to judge."""
        return all(one.may_override for one in self.reasons)


def pool_for(actor: Actor, case: Case, asked: str = "", also: Collection[int] = (), most: int = 200) -> list[Candidate]:
    """The experts for the panel of the step where the case stands, the free ones with the lightest load first.

    asked: a code (GB/T 13745, or `nsfc:A`), or words of a name, an employer, a keyword or a discipline; "" finds all. also: ids of experts who
    are shown whatever is asked. Empty where the case is not under review, or the actor may not know reviewers.
    """
    step = definition_of(case.programme).programme.step(case.step) if case.step_kind == "review" else None
    if not isinstance(step, Review) or not can_see_reviewers(actor, case):
        return []
    code = asked if asked.replace(".", "").isdecimal() or ":" in asked else ""
    rows = pool((code,) if code else ())
    if asked and not code:
        rows = known_by(rows, asked)
    experts = list(rows.exclude(pk__in=also)[:most]) + list(pool().filter(pk__in=also))
    against = recusals(case, step, [one.pk for one in experts], case.memo.answers)
    load = at_hand(one.pk for one in experts)
    found = [Candidate(one, load.get(one.pk, 0), against[one.pk]) for one in experts]
    return sorted(found, key=lambda one: (not one.is_free, not one.may_be_chosen, one.at_hand, one.expert.pk))
