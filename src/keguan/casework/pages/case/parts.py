"""The parts of a case that its page shows below the panel: forms, verdicts, reviews, people, what came of it, trace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from keguan.casework.models import Case, Judgement, Seat
from keguan.casework.pages.answers import Named, Shown, named, shown_form
from keguan.casework.pages.case.trace import Return, Trace, events_for, returns_in, told
from keguan.casework.pages.case.versions import Since, Version, told_since, versions_of
from keguan.casework.pages.secrets import as_told, hidden_answers, sees_identity
from keguan.casework.permissions import READING, REVIEWING, is_own, reads_by_seat, runs_or_watches
from keguan.casework.situation.grounds import known_to
from keguan.casework.steps.review.panel import STATES
from keguan.casework.steps.verdict_rows import Row, hidden_from, rows_kept
from keguan.components.status import Line, Status
from keguan.engine.decision import Situation
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.schema import Criterion, Pay, Record, Review
from keguan.language.vocabulary import BODY_NAMES
from keguan.language.wording import step_title
from keguan.registers.certificates.models import Certificate
from keguan.registers.funds.lists import status_of as payment_status
from keguan.registers.funds.models import Payment
from keguan.registers.funds.queries import payments_of
from keguan.registers.projects.models import Project
from keguan.registers.trace.models import Event


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdicts of one decision."""

    step: Text
    at: datetime
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class OneReview:
    """One seat: its state, its holder's name where the reader may know it, its scores where they may see them."""

    number: int
    state: Status
    name: str
    total: int | None
    scores: tuple[tuple[Criterion, int], ...]
    comment: str
    reason: str


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything below the panel. closed: the parts that this reader may not see, with the reason."""

    seats: tuple[Seat, ...]
    forms: tuple[Shown, ...]
    judged: tuple[Judged, ...]
    reviews: tuple[OneReview, ...]
    people: tuple[Line, ...]
    payments: tuple[tuple[Payment, Status], ...]
    shares: Mapping[str, Text]
    records: tuple[tuple[str, str], ...]
    returns: tuple[Return, ...]
    trace: Trace
    versions: tuple[Version, ...]
    since: Since | None
    names: Named
    closed: tuple[Problem, ...]
    names_reviewers: bool
    shows_scores: bool

    @property
    def earlier(self) -> dict[str, int]:
        """How often each form was handed in that was handed in more than once."""
        counted = Counter(one.form for one in self.versions)
        return {form: times for form, times in counted.items() if times > 1}


def parts_of(case: Case, actor: Actor, situation: Situation, closed: Mapping[str, Problem]) -> Parts:
    """Read and word every part that this reader may see. At most nine queries, three more where rules counted other things."""
    sees = frozenset({"trace", "proposal", "reviews", "reviewers"} - set(closed))
    seats = _seats(case, situation)
    holders = {seat.holder.expert.person_id for seat in seats}
    sitting = [seat.holder.expert.person_id for seat in seats if seat.state in READING]
    events = events_for(case.number) if "trace" in sees else []
    forms = [
        (situation.definition.programme.form(name), values)
        for name, values in situation.state.answers.items()
        if "proposal" in sees
    ]
    returns = returns_in(situation.definition, events)
    versions, since = versions_of(case, situation, returns) if forms else ([], None)
    compared = [(since.form, since.version.values or {})] if since else []
    names = as_told(named([*forms, *compared], case.number, actor, _people_in(case, situation, events)), actor, case)
    team = {one for one in (case.applicant_id, case.principal_id, *case.members) if one is not None}
    known = names.known | (team if sees_identity(actor, case) else frozenset())
    names_known = {pk: name for pk, name in names.people.items() if pk in known or pk == actor.person}
    hidden = hidden_answers(actor, case)
    watches = runs_or_watches(actor, case)
    reviewing = frozenset(holders | set(situation.state.hands.get("reviewing", ())))
    objecting = frozenset() if sees_identity(actor, case) else frozenset({case.applicant_id or 0})
    return Parts(
        seats=seats,
        forms=tuple(shown_form(form, values, names, hidden) for form, values in forms),
        judged=_judged(case, actor, situation, sees, hidden) if "trace" in sees else (),
        reviews=tuple(
            _review(situation, seat, sees, is_mine=_is_mine(case, actor, seat))
            for seat in seats
            if _shows_seat(case, actor, seat, sees)
        ),
        people=tuple(_people(case, actor, situation, names_known, sees, sitting)) if "trace" in sees else (),
        payments=tuple((one, payment_status(one)) for one in payments_of(case.number))
        if _reached(situation, Pay) and not reads_by_seat(actor, case)
        else (),
        shares=_shares(situation),
        records=_records(case, situation),
        returns=tuple(returns),
        versions=tuple(versions),
        since=told_since(since, situation, names, hidden) if since else None,
        names=names,
        trace=told(
            situation.definition,
            # What somebody else was refused at their desk changed nothing: it is for those who run the case or watch it.
            [one for one in events if one.outcome != "refused" or one.actor == actor.person or watches],
            actor,
            names_known,
            frozenset() if "reviewers" in sees else reviewing,
            objecting,
        ),
        closed=tuple(closed.values()),
        names_reviewers=bool(seats) and "reviewers" in sees,
        shows_scores="reviews" in sees and any(seat.total is not None for seat in seats),
    )


def _seats(case: Case, situation: Situation) -> tuple[Seat, ...]:
    if not _reached(situation, Review):
        return ()
    return tuple(
        Seat.objects.filter(case=case).select_related("holder__expert__person").order_by("step", "attempt", "number")
    )


def _shares(situation: Situation) -> dict[str, Text]:
    """What each instalment is, by its number, in both languages: the register keeps it in Chinese only."""
    steps = [step for step in situation.definition.programme.steps if isinstance(step, Pay)]
    if len(steps) != 1:
        return {}
    said = [(f"{one.share} %", one.say or Text("", "")) for one in steps[0].tranches]
    return {str(n): Text(f"{part} {say.zh}", f"{part} {say.en}") for n, (part, say) in enumerate(said, start=1)}


def _reached(situation: Situation, kind: type) -> bool:
    steps = situation.definition.programme.steps
    return any(isinstance(step, kind) and step.id in situation.state.steps for step in steps)


def _people_in(case: Case, situation: Situation, events: Iterable[Event]) -> set[int]:
    acted = {person for people in situation.state.hands.values() for person in people}
    return (
        acted
        | {case.handler_id or 0}
        | set(case.members)
        | {event.actor for event in events if event.actor is not None}
        | {event.payload["for"] for event in events if "for" in event.payload}
    )


def _judged(
    case: Case, actor: Actor, situation: Situation, sees: frozenset[str], closed_answers: frozenset[str]
) -> tuple[Judged, ...]:
    if len(situation.state.steps) < 2 and not situation.state.end:
        return ()
    programme = situation.definition.programme
    hidden = hidden_from(situation.definition, sees, closed_answers)
    kept = list(Judgement.objects.filter(case=case).order_by("id"))
    known = known_to(actor, case, (verdict.get("grounds", {}) for one in kept for verdict in one.verdicts))
    return tuple(
        Judged(
            step_title(programme.step(one.step)), one.at, rows_kept(situation.definition, one.verdicts, hidden, known)
        )
        for one in kept
    )


def _shows_seat(case: Case, actor: Actor, seat: Seat, sees: frozenset[str]) -> bool:
    """Those who run and watch see every seat; the case's people the final ones, once they may; a reviewer their own, once
    the panel is through."""
    if bool(sees & {"reviews", "reviewers"}) and (seat.state == "final" or not is_own(actor, case)):
        return True
    return case.step_kind != REVIEWING and _is_mine(case, actor, seat)


def _is_mine(case: Case, actor: Actor, seat: Seat) -> bool:
    return seat.state == "final" and seat.holder.expert.person_id == actor.person and reads_by_seat(actor, case)


def _review(situation: Situation, seat: Seat, sees: frozenset[str], *, is_mine: bool) -> OneReview:
    step = situation.definition.programme.step(seat.step)
    rubric = situation.definition.programme.rubric(step.rubric) if isinstance(step, Review) else None
    shown = "reviews" in sees or is_mine
    return OneReview(
        number=seat.number,
        state=STATES[seat.state],
        name=seat.holder.expert.person.name if "reviewers" in sees else "",
        total=seat.total if shown else None,
        scores=tuple((one, seat.scores[one.criterion]) for one in rubric.criteria if one.criterion in seat.scores)
        if rubric and shown
        else (),
        comment=seat.comment if shown else "",
        reason=seat.reason if "reviewers" in sees else "",
    )


def _people(
    case: Case,
    actor: Actor,
    situation: Situation,
    names: Mapping[int, str],
    sees: frozenset[str],
    sitting: Sequence[int],
) -> Iterable[Line]:
    """Who acted for which body: by name those whom the reader may know, the others counted. Of the reviewers those who
    accepted: who declined acted, too, and reviews nothing."""
    for body, name in BODY_NAMES.items():
        title, people = name.capitalised, situation.state.hands.get(body, ())
        if body == "reviewing":
            people = tuple(dict.fromkeys(sitting))
        if not people:
            continue
        if body == "reviewing" and "reviewers" not in sees:
            yield Line(
                title, Text("{n}人", "{n}").filled(n=len(people)), note=Text("身份保密", "identity confidential")
            )
        elif body == "applying" and not sees_identity(actor, case):
            yield Line(title, Text("实名，身份保密", "real name, confidential"))
        else:
            yield Line(title, _named_or_counted(people, names))
    if case.members and "proposal" in sees:
        yield Line(Text("项目组成员", "Team"), _named_or_counted(case.members, names))


def _named_or_counted(people: Iterable[int], names: Mapping[int, str]) -> list[Text | str]:
    people = list(people)
    shown: list[Text | str] = [names[person] for person in people if person in names]
    others = len(people) - len(shown)
    if others:
        shown.append(Text("工作人员{n}人", "{n} of the staff").filled(n=others))
    return shown


def _records(case: Case, situation: Situation) -> tuple[tuple[str, str], ...]:
    """What stands in registers because of this case: title and address."""
    found: list[tuple[str, str]] = []
    registers = {
        step.register
        for step in situation.definition.programme.steps
        if isinstance(step, Record) and step.id in situation.state.steps
    }
    if "projects" in registers:
        found += [(one.title, reverse("project", args=[one.pk])) for one in Project.objects.filter(origin=case.number)]
    if "certificates" in registers:
        rows = Certificate.objects.filter(origin=case.number)
        found += [(f"{one.title} {one.number}", reverse("certificate", args=[one.pk])) for one in rows]
    return tuple(found)
