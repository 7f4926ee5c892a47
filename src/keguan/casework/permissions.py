"""Who may see what of a case. Each right is a predicate and a scope that agree; what is not allowed here is denied.

Parts of a case, from the widest circle to the narrowest: the case itself, its trace, the proposal, scores and comments,
and who the reviewers are. A duty counts for nobody on a case of their own, or beside one (an objection to it): there
they are applicants and no more. A case that was pushed to an organisation has no applicant: its research office is it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Final, Literal

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import RawSQL

from keguan.casework.leaving import closed_to_who_left, sent_out
from keguan.casework.models import Case, Memo, Seat, SeatHolder
from keguan.casework.versions import definition_of
from keguan.engine.steps.review import LIVE
from keguan.kernel.actors import Actor, HeldDuty
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem

Part = Literal["case", "trace", "proposal", "reviews", "reviewers"]

RUNS_AND_WATCHES: Final = ("officer", "committee", "planning", "supervision", "finance")
DECIDES: Final = ("committee", "planning")
READS_PROPOSALS: Final = ("officer", "committee", "supervision")
READS_SCORES: Final = ("officer", "committee", "supervision")
KNOWS_REVIEWERS: Final = ("officer", "supervision")
NOTES: Final = ("officer", "supervision")

DECIDED: Final = ("approved", "rejected")
"""The outcomes that only a decision has."""
AFTER_DECISION: Final = ("", "publish", "agree", "pay", "deliver", "check", "record")
"""Kinds of step at which a decided case may stand ("" once it ended). At any other it was sent back: scores that are
being given anew stay closed."""
READING: Final = ("accepted", "final")
"""States of a seat whose holder has promised confidence: only then the proposal opens to them, while the panel works."""
REVIEWING: Final = "review"
"""The kind of step at which a panel works: until it is through, its scores and comments are sealed, and after it a seat
opens the proposal no longer."""

_DECISION_IN_STATE: Final = '$.steps.*.outcome ? (@ == "approved" || @ == "rejected")'


# ------------------------------------------------------------------------------------------------- predicates


def can_see_case(actor: Actor, case: Case) -> bool:
    """Whether the actor may know of the case, where it stands and whose it is.

    Its people always; its host's research office; once it came in also the recommending authority, those who run,
    decide and watch the programme, and the reviewers who hold a seat.
    """
    if actor.is_system or is_own(actor, case) or _is_desk_of(actor, "host", case.host_id):
        return True
    if case.submitted_at is None:
        return False
    return (
        _is_desk_of(actor, "authority", case.authority_id)
        or _holds(actor, RUNS_AND_WATCHES, case)
        or _holds_seat(actor, case, LIVE)
    )


def can_follow(actor: Actor, case: Case) -> bool:
    """Whether the actor may know how far the case is, what it is called and who writes it, from its first draft on: the
    research office of its host and the authority that is going to recommend it. What the draft says stays closed."""
    if actor.is_system:
        return True
    return _is_desk_of(actor, "host", case.host_id) or _is_desk_of(actor, "authority", case.authority_id)


def can_see_trace(actor: Actor, case: Case) -> bool:
    """Whether the actor may read what happened to the case: all who may see it but its reviewers."""
    if actor.is_system or is_own(actor, case) or _is_desk_of(actor, "host", case.host_id):
        return True
    if case.submitted_at is None:
        return False
    return _is_desk_of(actor, "authority", case.authority_id) or _holds(actor, RUNS_AND_WATCHES, case)


def can_see_proposal(actor: Actor, case: Case) -> bool:
    """Whether the actor may read what the forms say. Others than its people wait until it was submitted; a reviewer
    accepts first, and so promises confidence, and reads while the panel works. The caller traces the reading."""
    if actor.is_system or is_own(actor, case) or answers_for(actor, case):
        return True
    if case.submitted_at is None:
        return False
    return (
        _is_desk_of(actor, "host", case.host_id)
        or _is_desk_of(actor, "authority", case.authority_id)
        or _holds(actor, READS_PROPOSALS, case)
        or (case.step_kind == REVIEWING and _holds_seat(actor, case, READING))
    )


def can_see_reviews(actor: Actor, case: Case) -> bool:
    """Whether the actor may read all scores and comments, without names: those who run, decide and watch, once the panel
    is through: who reads them before could still choose who else scores. The case's people once it is decided. A reviewer
    reads only their own: `reviews_visible_to`."""
    if actor.is_system:
        return True
    if (is_own(actor, case) or answers_for(actor, case)) and _is_decided(case):
        return True
    return case.submitted_at is not None and case.step_kind != REVIEWING and _holds(actor, READS_SCORES, case)


def can_see_reviewers(actor: Actor, case: Case) -> bool:
    """Whether the actor may know who the reviewers are: the officer and the supervision. The caller traces the reading."""
    if actor.is_system:
        return True
    return case.submitted_at is not None and _holds(actor, KNOWS_REVIEWERS, case)


def reads_by_seat(actor: Actor, case: Case) -> bool:
    """Whether nothing but a seat on its panel opens the case to the actor, given that they may see it. No query."""
    if actor.is_system or is_own(actor, case) or _is_desk_of(actor, "host", case.host_id):
        return False
    return not (_is_desk_of(actor, "authority", case.authority_id) or _holds(actor, RUNS_AND_WATCHES, case))


def is_blinded(actor: Actor, case: Case) -> bool:
    """Whether the actor must not learn who applies: they see the case as a reviewer of a double-blind programme, and
    for no other reason. No query."""
    return reads_by_seat(actor, case) and definition_of(case.programme).programme.is_double_blind


def can_see_notes(actor: Actor, case: Case) -> bool:
    """Whether the actor may read what officers note on a case for one another: officers and the supervision, unless they
    sit on its panel."""
    if actor.is_system:
        return True
    return case.submitted_at is not None and _holds(actor, NOTES, case) and not _holds_seat(actor, case, LIVE)


def can_handle(actor: Actor, case: Case) -> bool:
    """Whether the actor may note something on the case and hand it over: an officer of its programme, as `can_see_notes`."""
    return can_see_notes(actor, case) and _holds(actor, ("officer",), case)


def knows_reviewers_of(actor: Actor, code: str) -> bool:
    """Whether the actor may know the reviewers of each case of this programme that came in, but for those of `kept_ids`."""
    return _holds_in(actor, KNOWS_REVIEWERS, code)


def runs_or_watches(actor: Actor, case: Case) -> bool:
    """Whether the actor runs, decides or watches the programme of a case that is not theirs."""
    return actor.is_system or _holds(actor, RUNS_AND_WATCHES, case)


def runs_or_watches_programme(actor: Actor, code: str) -> bool:
    """Whether the actor runs, decides or watches this programme: of its rounds they may see every case that came in."""
    return _holds_in(actor, RUNS_AND_WATCHES, code)


def can_see_review(actor: Actor, seat: Seat) -> bool:
    """Whether the actor may read one reviewer's scores and comment: all of the case's, or their own."""
    if can_see_reviews(actor, seat.case):
        return True
    return (
        actor.person is not None
        and seat.state in LIVE
        and not is_own(actor, seat.case)
        and SeatHolder.objects.filter(seat=seat, expert__person=actor.person)
        .exclude(seat__recusal__is_hard=True)
        .exists()
    )


def kept_from(actor: Actor) -> QuerySet[Case]:
    """The cases for which no duty of the actor counts: their own, and those beside one of their own."""
    return Case.objects.filter(pk__in=kept_ids(actor))


def kept_ids(actor: Actor) -> RawSQL:
    """The same by id, for conditions on what hangs on a case."""
    return RawSQL(_KEPT_IDS, [actor.person] * 4)  # noqa: S611 - a text of the house, its values bound


def is_own(actor: Actor, case: Case) -> bool:
    """Whether the actor began the case, leads it, takes part in it or writes along."""
    return actor.person is not None and (
        actor.person in (case.applicant_id, case.principal_id)
        or actor.person in case.members
        or actor.person in case.editors
    )


# ------------------------------------------------------------------------------------------------------ scopes


def visible_to(actor: Actor) -> Q:
    """The cases of which `can_see_case` is true. One query for who sits at a desk and runs no programme."""
    return _circle(actor, LIVE)


def listed_to(actor: Actor) -> Q:
    """The cases that lists show: those of `visible_to` but for what only a double-blind seat opens. A list filters, sorts
    and counts by who applies, and each of these would tell it; such cases stand among one's reviews (`queries.reviews_of`).
    Nor those that a member of a body was sent out for (`closed_ids`)."""
    shown = _circle(actor, LIVE, sighted=True)
    closed = closed_ids(actor)
    return shown & ~Q(pk__in=closed) if closed else shown


def closed_ids(actor: Actor) -> list[int]:
    """The cases of which `must_leave` is true. No query unless the actor is of a body that votes; then at most three."""
    if actor.person is None or not _of(actor, DECIDES):
        return []
    out = sent_out(actor, None)
    rows = Case.objects.filter(pk__in=list(out)).select_related("parent") if out else ()
    closed = {one.pk for one in rows if _only_votes(actor, one)}
    if closed:
        seats = SeatHolder.objects.filter(seat__case__in=closed, expert__person=actor.person, seat__state__in=LIVE)
        closed -= set(seats.exclude(seat__recusal__is_hard=True).values_list("seat__case", flat=True))
    return sorted(closed)


def own_to(actor: Actor) -> Q:
    """The cases of which `is_own` is true."""
    if actor.person is None:
        return Q(pk__in=[])
    writes_along = Q(editors__contains=[actor.person]) & ~Q(editors=[])  # the index leaves out cases without any
    return Q(applicant=actor.person) | Q(principal=actor.person) | Q(members__contains=[actor.person]) | writes_along


def followed_by(actor: Actor) -> Q:
    """The cases of which `can_follow` is true."""
    return Q() if actor.is_system else _any(_desk("host", actor), _desk("authority", actor))


def open_of_followed(actor: Actor) -> Q:
    """Which of the cases of `followed_by` are also `visible_to` the actor, told without looking at any other case."""
    return Q() if actor.is_system else _any(_desk("host", actor), Q(submitted_at__isnull=False), own_to(actor))


def trace_visible_to(actor: Actor) -> Q:
    """The cases of which `can_see_trace` is true."""
    return _circle(actor)


def proposals_visible_to(actor: Actor) -> Q:
    """The cases of which `can_see_proposal` is true."""
    if actor.is_system:
        return Q()
    seats = _seats_of(actor, READING)
    panel = None if seats is None else seats & Q(step_kind=REVIEWING)
    came_in = _came_in(_desks(actor), _runs(actor, READS_PROPOSALS), panel)
    return _any(own_to(actor), _answering(actor), came_in)


def amounts_visible_to(actor: Actor) -> Q:
    """The cases of which the actor may know the amount that was asked for: part of the proposal, until the case ends.

    One query, for the few that are open to this person and to no desk of theirs. Told as a subquery they would be asked anew of
    each case, as PostgreSQL reckons, which then reads every case instead."""
    if actor.is_system:
        return Q()
    few: Iterable[int] = ()
    if actor.person is not None:
        asked = RawSQL(_OPEN_IDS, [*[actor.person] * 5, list(READING), REVIEWING])  # noqa: S611 - a text of the house
        few = Case.objects.filter(pk__in=asked).order_by().values_list("pk", flat=True)
    return _any(
        ~Q(end=""), _came_in(_desks(actor), _runs(actor, READS_PROPOSALS)), _answering(actor), Q(pk__in=list(few))
    )


def reviewed_visible_to(actor: Actor) -> Q:
    """The cases of which `can_see_reviews` is true."""
    if actor.is_system:
        return Q()
    decided = _any(own_to(actor), _answering(actor)) & _decided()
    return _any(decided, _came_in(_duty(actor, READS_SCORES)) & ~Q(step_kind=REVIEWING))


def reviewers_visible_to(actor: Actor) -> Q:
    """The cases of which `can_see_reviewers` is true."""
    if actor.is_system:
        return Q()
    return _came_in(_duty(actor, KNOWS_REVIEWERS))


def notes_visible_to(actor: Actor) -> Q:
    """The cases of which `can_see_notes` is true."""
    if actor.is_system:
        return Q()
    return _came_in(_duty(actor, NOTES)) & ~_any(_seats_of(actor, LIVE))


def reviews_visible_to(actor: Actor, of: Case | None = None) -> Q:
    """The seats of which `can_see_review` is true. of: those of this case alone, so that no other one is looked at."""
    if actor.is_system:
        return Q() if of is None else Q(case=of)
    cases = Case.objects.all() if of is None else Case.objects.filter(pk=of.pk)
    whole = Q(case__in=cases.filter(reviewed_visible_to(actor)))
    if actor.person is not None:
        mine = Q(holder__expert__person=actor.person, state__in=LIVE) & ~Q(recusal__is_hard=True)
        whole |= mine & ~Q(case__in=cases.filter(own_to(actor)))
    return whole if of is None else whole & Q(case=of)


# ---------------------------------------------------------------------------------------------------- why not?

_CAN: Mapping[Part, Callable[[Actor, Case], bool]] = {
    "case": can_see_case,
    "trace": can_see_trace,
    "proposal": can_see_proposal,
    "reviews": can_see_reviews,
    "reviewers": can_see_reviewers,
}
_SAID: Mapping[Part, Text] = {
    "case": Text("您不能查看这个办件。", "You may not see this case."),
    "trace": Text("您不能查看本办件的办理痕迹。", "You may not read the trace of this case."),
    "proposal": Text("您不能查看本办件的申报内容。", "You may not read the proposal of this case."),
    "reviews": Text("您不能查看本办件的评分和评审意见。", "You may not read the scores and comments on this case."),
    "reviewers": Text("评审专家的身份保密。", "Who the reviewers are is confidential."),
}
_REGISTRAR = Text(
    "如属您的职责，请联系名录管理员登记。", "If it is part of your duties, ask the registrar to record them."
)


def why_not(actor: Actor, case: Case, part: Part) -> Problem | None:
    """Why the actor may not see this part of the case, None if they may. Codes `right.…`: a 403.

    Who was sent out of the room for the case sees no part of it, where nothing but the duty in that body opens it.
    """
    if _CAN[part](actor, case):
        return must_leave(actor, case)
    if not actor.is_known:
        return Problem("right.sign_in", Text("请先登录。", "Sign in first."))
    return Problem(f"right.{part}", _SAID[part], fix=_way_out(actor, case, part))


def must_leave(actor: Actor, case: Case) -> Problem | None:
    """Why this case is closed to a member of the body that votes on it; None for everybody else, and for whom their own
    part in the case, another duty or a seat opens it. At most two queries, once for each reading of the case."""
    known: dict[int | None, Problem | None] = case.__dict__.setdefault("_must_leave", {})
    if actor.person not in known:
        why = sent_out(actor, [case.pk]).get(case.pk) if _only_votes(actor, case) else None
        is_out = why is not None and not _holds_seat(actor, case, LIVE)
        known[actor.person] = closed_to_who_left(why) if is_out and why is not None else None
    return known[actor.person]


def _only_votes(actor: Actor, case: Case) -> bool:
    """Whether the actor holds the duty of a body that votes on the case, and no other that opens it. No query."""
    if not _holds(actor, DECIDES, case) or _holds(actor, set(RUNS_AND_WATCHES) - set(DECIDES), case):
        return False
    return not (_is_desk_of(actor, "host", case.host_id) or _is_desk_of(actor, "authority", case.authority_id))


def _way_out(actor: Actor, case: Case, part: Part) -> Text | None:
    if is_own(actor, case):
        if part == "reviews":
            return Text("立项决定作出后即可查看。", "They open to you once the decision is made.")
        return None
    if part == "proposal" and _holds_seat(actor, case, ("invited",)):
        return Text("请先接受评审并承诺保密。", "Accept the review and promise confidence first.")
    if case.submitted_at is None:
        waits = can_follow(actor, case) or _holds(actor, RUNS_AND_WATCHES, case)
        return Text("申报提交后方可查看。", "It opens once the application is submitted.") if waits else _REGISTRAR
    if part == "reviews" and _holds(actor, READS_SCORES, case):
        return Text("全部评审完成后即可查看。", "They open once the whole panel is through.")
    if part == "proposal" and _holds_seat(actor, case, READING):
        return Text(
            "评审结束后，申报内容不再向评审专家开放。", "After the review the proposal is closed to its reviewers."
        )
    if part == "reviews" and _holds_seat(actor, case, (*LIVE, *READING)):
        return Text("评审专家只能查看本人的评审。", "A reviewer reads only their own review.")
    return _REGISTRAR if part != "reviewers" else None


# ------------------------------------------------------------------------------------------------------- pieces


def _circle(actor: Actor, seats: Sequence[str] = (), *, sighted: bool = False) -> Q:
    """One's own cases, those of one's institution, and those that came in and are recommended, run, watched or (with a seat
    in one of these states) reviewed by the actor."""
    if actor.is_system:
        return Q()
    if actor.person is None:
        return Q(pk__in=[])
    runs = _runs(actor, RUNS_AND_WATCHES)
    if runs is None:
        # Few out of very many: told by id, each found by an index. Those of a desk may be many: told by id they would all be
        # read first, where the order of a list finds sixty of them by the way.
        few, desks = _few_ids(actor, seats, sighted=sighted), [_desk("host", actor), _desk("authority", actor)]
        if desks == [None, None]:
            return Q(pk__in=few)
        host, authority = desks
        ids = list(Case.objects.filter(pk__in=few).order_by().values_list("pk", flat=True))
        return _any(host, None if authority is None else _came_in(authority), Q(pk__in=ids) if ids else None)
    # What opens most cases comes first: the database tries them in this order, on every case that it counts or sorts.
    came_in = _came_in(runs, _desk("authority", actor), _seats_of(actor, seats, sighted=sighted))
    return _any(came_in, _desk("host", actor), own_to(actor))


def _few_ids(actor: Actor, seats: Sequence[str], *, sighted: bool) -> RawSQL:
    """The actor's own cases and those that a seat opens to them, by id."""
    asked, values = _OWN_IDS, list[object]([actor.person] * 4)
    if seats:
        asked += f" UNION {_SEAT_IDS}{_SIGHTED if sighted else ''}"
        values += [actor.person, list(seats)]
    return RawSQL(asked, values)  # noqa: S611 - texts of the house, their values bound


def _holds_in(actor: Actor, roles: Iterable[str], code: str) -> bool:
    """Whether the actor holds one of these roles in the programme."""
    held = _of(actor, roles) if actor.person is not None else []
    return actor.is_system or any(duty.programme in ("", code) for duty in held)


def _of(actor: Actor, roles: Iterable[str]) -> list[HeldDuty]:
    return [duty for duty in actor.duties if duty.role in roles]


def _holds(actor: Actor, roles: Iterable[str], case: Case) -> bool:
    """Whether the actor holds one of the roles for the case's programme, and neither the case nor its parent is theirs."""
    held = _of(actor, roles) if actor.person is not None else []
    if not any(duty.programme in ("", case.code) for duty in held) or is_own(actor, case):
        return False
    return case.parent is None or not is_own(actor, case.parent)


def _duty(actor: Actor, roles: Iterable[str]) -> Q | None:
    """The cases of which `_holds` is true."""
    runs = _runs(actor, roles)
    return None if runs is None else runs & ~Q(pk__in=_own_ids(actor))


def _runs(actor: Actor, roles: Iterable[str]) -> Q | None:
    """The same with the actor's own cases among them: where these are seen in any case, the database need not look twice."""
    held = _of(actor, roles) if actor.person is not None else []
    if not held:
        return None
    others = ~Q(parent__in=_own_ids(actor))
    if any(not duty.programme for duty in held):
        return others
    return Q(code__in=sorted({duty.programme for duty in held})) & others


def answers_for(actor: Actor, case: Case) -> bool:
    """Whether the actor sits at the research office that answers a case pushed to its institution."""
    return case.applicant_id is None and _is_desk_of(actor, "host", case.host_id)


def _answering(actor: Actor) -> Q | None:
    host = _desk("host", actor)
    return None if host is None else Q(applicant__isnull=True) & host


def _is_desk_of(actor: Actor, role: str, organisation: int | None) -> bool:
    """Whether the actor sits at the research office or the authority of this organisation."""
    if actor.person is None or organisation is None:
        return False
    return any(duty.organisation == organisation for duty in _of(actor, (role,)))


def _desk(role: Literal["host", "authority"], actor: Actor) -> Q | None:
    bodies = _bodies(actor, role)
    return Q(**{f"{role}__in": bodies}) if bodies else None


def _desks(actor: Actor) -> Q:
    return _any(_desk("host", actor), _desk("authority", actor))


def _bodies(actor: Actor, role: str) -> list[int]:
    """The organisations at whose desk the actor sits."""
    held = _of(actor, (role,)) if actor.person is not None else []
    return sorted({duty.organisation for duty in held if duty.organisation})


# Rights are asked for on every page, and composing these two anew by the ORM took a fifth of the time of a list.
_OWN_IDS: Final = """
SELECT id FROM casework_case WHERE applicant_id = %s OR principal_id = %s
    OR members @> ARRAY[%s]::bigint[] OR (editors @> ARRAY[%s]::bigint[] AND NOT editors = '{}')"""
_KEPT_IDS: Final = f"""
WITH own AS ({_OWN_IDS}) SELECT id FROM own
    UNION ALL SELECT beside.id FROM casework_case beside JOIN own ON beside.parent_id = own.id"""  # noqa: S608
_SEAT_IDS: Final = """
SELECT seat.case_id FROM casework_seat seat JOIN casework_seatholder holder ON holder.seat_id = seat.id
    JOIN experts_expert expert ON expert.id = holder.expert_id JOIN casework_case one ON one.id = seat.case_id
    WHERE expert.person_id = %s AND seat.state = ANY(%s) AND one.submitted_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM casework_recusal tie WHERE tie.seat_id = seat.id AND tie.is_hard)"""
_SIGHTED: Final = " AND NOT seat.blind"
_OPEN_IDS: Final = f"{_OWN_IDS} UNION {_SEAT_IDS} AND one.step_kind = %s"


def _own_ids(actor: Actor) -> RawSQL:
    """The cases of which `is_own` is true, by id, for somebody who is known."""
    return RawSQL(_OWN_IDS, [actor.person] * 4)  # noqa: S611 - a text of the house, its values bound


def _holds_seat(actor: Actor, case: Case, states: Iterable[str]) -> bool:
    """Whether the actor holds a seat in one of these states. On a page they are known (`remember_seats`)."""
    if actor.person is None:
        return False
    known: dict[int, Sequence[str]] = case.__dict__.get("_states_of_seats", {})
    if actor.person not in known:
        held = SeatHolder.objects.filter(seat__case=case, expert__person=actor.person).exclude(
            seat__recusal__is_hard=True
        )
        known[actor.person] = list(held.values_list("seat__state", flat=True))
    return not set(states).isdisjoint(known[actor.person])


def remember_seats(case: Case, actor: Actor, states: Sequence[str]) -> None:
    """Let the rights of this case know the states of the actor's seats: it was read for one answer and is then gone."""
    case.__dict__["_states_of_seats"] = {actor.person: states}


def _seats_of(actor: Actor, states: Sequence[str], *, sighted: bool = False) -> Q | None:
    if actor.person is None or not states:
        return None
    asked = _SEAT_IDS + (_SIGHTED if sighted else "")
    return Q(pk__in=RawSQL(asked, [actor.person, list(states)]))  # noqa: S611 - the same


def _came_in(*ways: Q | None) -> Q:
    """Any of the ways, once the case was submitted."""
    return _any(*ways) & Q(submitted_at__isnull=False)


def _any(*ways: Q | None) -> Q:
    """Any of the ways; no case where there is none."""
    standing = [way for way in ways if way is not None]
    return reduce(or_, standing) if standing else Q(pk__in=[])


def _is_decided(case: Case) -> bool:
    steps = case.memo.state["steps"].values()
    return case.step_kind in AFTER_DECISION and any(step["outcome"] in DECIDED for step in steps)


def _decided() -> Q:
    found = Func(
        F("state"),
        Value(_DECISION_IN_STATE),
        function="jsonb_path_exists",
        template="%(function)s(%(expressions)s::jsonpath)",
        output_field=BooleanField(),
    )
    decided = Memo.objects.filter(found, case=OuterRef("pk"))
    return Q(step_kind__in=AFTER_DECISION) & Q(Exists(decided))
