"""Lines for people: what became of their case. Nothing confidential stands in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import F, QuerySet

from keguan.casework import vacancies
from keguan.casework.message_kinds import KINDS as MESSAGE_KINDS
from keguan.casework.message_kinds import Word
from keguan.casework.models import Case, Message
from keguan.casework.store import Writes
from keguan.engine.decision import Decided, Seat, SeatMoved
from keguan.engine.machine import WITHDRAWN
from keguan.engine.moves import refuse
from keguan.engine.state import CaseState, Closed, Ended, Entered, Event
from keguan.engine.steps.review import SET_ASIDE
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.schema import kind_of
from keguan.language.vocabulary import KINDS
from keguan.registers.parties.roles import role_name
from keguan.registers.trace import services as trace

KEPT: Final = timedelta(days=2 * 365)
"""So long a message stays; those that the law demands stay for good."""

_MOST_AT_ONCE = 5000

TAKEN_OFF: Final[Mapping[str, Text]] = {
    "released": Text(
        "您对 {number} 的评审指派已解除，内容不再向您开放，无需再办。",
        "You were released from the review of {number}: it is closed to you, and nothing more is asked of you.",
    ),
    SET_ASIDE: Text(
        "您对 {number} 的评分不再采用，内容不再向您开放，无需再办。",
        "Your scores of {number} no longer count: it is closed to you, and nothing more is asked of you.",
    ),
}
"""What a reviewer is told whose review somebody else took off them, by the state of their seat."""

UNREAD: Final = (
    "(SELECT count(*) FROM (SELECT FROM casework_message told WHERE told.person_id = p.id AND told.read_at IS NULL"
    " LIMIT 100) unread)"
)
"""How many messages a person `p` has not read, up to 100: for a statement that looks for the person anyway."""


# ------------------------------------------------------------------------------------------------------- sending


ALL_TOLD: Final = refuse(
    "remind.today",
    Text("今天已经提醒过，每人每天最多一次。", "They were reminded today; nobody is reminded twice a day."),
    fix=Text("请明天再提醒。", "Remind them tomorrow."),
)


def tell(case: Case, definition: Definition, decided: Decided, after: CaseState, now: datetime) -> None:
    """The applicant hears what became of the case: sent back, waiting for them, ended. Reviewers hear that they are asked,
    and that a review was taken off them."""
    if asked := [effect.expert for effect in decided.effects if isinstance(effect, Seat)]:
        _ask_to_review(case, asked, now)
    for moved in decided.effects:
        if isinstance(moved, SeatMoved) and moved.state in TAKEN_OFF:
            _tell_who_sat(case, moved, after, now)
    if case.applicant_id is None:
        return
    for event in decided.events:
        if found := _line(case, definition, event):
            send(found[0], [case.applicant_id], case, found[1], now)


_TELL_NAMED = """
  INSERT INTO casework_message (person_id, case_id, kind, zh, en, at)
  SELECT named, %s, 'named', %s, %s, %s FROM unnest(%s::bigint[]) named
  WHERE NOT EXISTS (
    SELECT FROM casework_message told WHERE told.case_id = %s AND told.person_id = named AND told.kind = 'named'
  )"""
_NAMED = Text(
    "{number} 提交时把您列为参与者；并非您同意的，请与申报人或依托单位科研管理部门联系。",
    "{number} came in with you as one who takes part; if you did not agree, tell the applicant or the research office of the"
    " host.",
)


def tell_named(writes: Writes, case: Case, decided: Decided, now: datetime) -> None:
    """Whoever an application names as its principal or in its team hears of it when it comes in: the application says
    that they agreed, and it counts against their own limits. Each once, with what else is written."""
    if case.parent_id is not None or not any(
        isinstance(event, Closed) and event.outcome == "submitted" for event in decided.events
    ):
        return
    people = {*case.members} | ({case.principal_id} if case.principal_id else set())
    if named := sorted(people - {case.applicant_id}):
        line = _NAMED.filled(number=case.number)
        writes.add(_TELL_NAMED, [case.pk, line.zh, line.en, now, named, case.pk])


# Who holds the office is asked without the name of the organisation, and so first: nearly always somebody does, and nothing
# else is looked for.
_TELL_OF_VACANCY = """
  INSERT INTO casework_message (person_id, case_id, kind, zh, en, at)
  SELECT DISTINCT mends.person_id, NULL::bigint, 'vacant', replace(%s::text, '{organisation}', body.name),
    replace(%s::text, '{organisation}', body.name), %s::timestamptz
  FROM organisations_organisation body JOIN parties_duty mends
    ON mends.role = 'registrar' OR (mends.role = 'administrator' AND mends.organisation_id = body.id)
  WHERE body.id = %s::bigint AND mends.since <= %s::date AND (mends.until IS NULL OR mends.until >= %s::date)
  AND NOT EXISTS (
    SELECT FROM parties_duty held
    WHERE held.role = %s AND (held.organisation_id = %s::bigint OR held.organisation_id IS NULL)
    AND held.since <= %s::date AND (held.until IS NULL OR held.until >= %s::date)
    AND held.person_id <> ALL(%s::bigint[])
  )
  AND NOT EXISTS (
    SELECT FROM casework_message told WHERE told.person_id = mends.person_id AND told.kind = 'vacant'
    AND told.at >= %s::timestamptz AND told.zh = replace(%s::text, '{organisation}', body.name)
  )"""


def tell_of_vacancy(writes: Writes, case: Case, role: str, now: datetime) -> None:
    """A case waits for the office of its host or of its authority: where nobody can act there today, registrars and the
    organisation's administrators hear of it, once a day for each organisation and role."""
    if case.host_id is None:
        return
    body = case.host_id if role == "host" else case.authority_id
    is_there = body is not None
    said = vacancies.VACANT if is_there else vacancies.NONE_ABOVE
    # What the organisation is called, the database fills in.
    line = said.filled(role=role_name(role), organisation="{organisation}")
    of, day = body if is_there else case.host_id, clock.local_date(now)
    begun = datetime.combine(day, time(), clock.BEIJING)
    # Nobody holds the role "": where no authority is recorded, none has to be looked for.
    writes.add(
        _TELL_OF_VACANCY,
        [
            *(line.zh, line.en, now, of, day, day),
            *(role if is_there else "", of, day, day, sorted(vacancies.people_of(case)), begun, line.zh),
        ],
    )


def send(kind: Word, people: Iterable[int], case: Case | None, line: Text, now: datetime, *, path: str = "") -> None:
    """Put a line into these people's messages. case: None for what is about no case; path: of the page that it is about then,
    "" for that of its kind."""
    Message.objects.bulk_create(
        Message(person_id=person, case=case, kind=kind, zh=line.zh, en=line.en, at=now, path=path) for person in people
    )


def send_each(kind: Word, lines: Iterable[tuple[int, int, Text]], now: datetime) -> None:
    """Put each line into the messages of its person, about its case: (person, case, line), by their ids."""
    Message.objects.bulk_create(
        (
            Message(person_id=person, case_id=case, kind=kind, zh=line.zh, en=line.en, at=now)
            for person, case, line in lines
        ),
        batch_size=2000,
    )


_TELL_APPLICANTS = """
  INSERT INTO casework_message (person_id, case_id, kind, zh, en, at)
  SELECT one.applicant_id, one.id, %s, %s, %s, %s::timestamptz
  FROM casework_case one WHERE one.id IN ({cases}) AND one.applicant_id IS NOT NULL"""
# Of several that one person takes part in, what is still to be handed in comes first.
_TELL_WRITERS = """
  INSERT INTO casework_message (person_id, case_id, kind, zh, en, at)
  SELECT DISTINCT ON (person) person, one.id, %s, %s, %s, %s::timestamptz
  FROM casework_case one, unnest(one.editors || one.applicant_id || one.principal_id) person
  WHERE one.id IN ({cases}) AND person IS NOT NULL
  ORDER BY person, one.submitted_at IS NOT NULL, one.id"""


def send_to_applicants(kind: Word, cases: QuerySet[Case], line: Text, now: datetime) -> None:
    """Put the same line into the messages of whoever began these cases, once for each case. One statement, however many
    there are."""
    _send_about(_TELL_APPLICANTS, kind, cases, line, now)


def send_to_writers(kind: Word, cases: QuerySet[Case], line: Text, now: datetime) -> None:
    """Put the same line, on what these cases share, into the messages of whoever began them, writes along or leads one of
    them: each person once, however many are theirs. One statement."""
    _send_about(_TELL_WRITERS, kind, cases, line, now)


def _send_about(statement: str, kind: Word, cases: QuerySet[Case], line: Text, now: datetime) -> None:
    chosen, values = cases.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(statement.format(cases=chosen), [kind, line.zh, line.en, now, *values])


# Those of the bodies that these cases go through, and those who run the programme; none who has the same news already.
_TELL_OFFICES = """
  INSERT INTO casework_message (person_id, kind, zh, en, at)
  SELECT DISTINCT held.person_id, %s, %s, %s, %s::timestamptz FROM parties_duty held
  WHERE (held.since IS NULL OR held.since <= %s::date) AND (held.until IS NULL OR held.until >= %s::date)
  AND held.programme IN ('', %s) AND held.person_id IS DISTINCT FROM %s::bigint
  AND (
    held.role = 'officer'
    OR held.role = 'host' AND held.organisation_id IN (SELECT host_id FROM casework_case WHERE id IN ({cases}))
    OR held.role = 'authority' AND held.organisation_id IN (SELECT authority_id FROM casework_case WHERE id IN ({cases}))
  )
  AND NOT EXISTS (
    SELECT FROM casework_message told WHERE told.person_id = held.person_id AND told.at = %s::timestamptz
    AND told.case_id IN ({cases})
  )"""


def send_to_offices(
    kind: Word, cases: QuerySet[Case], line: Text, now: datetime, *, programme: str, but: int | None = None
) -> None:
    """Put the same line, about no case, into the messages of the research offices and the authorities that these cases go
    through, and of the programme's officers: each once, and none who was told of one of the cases at this very moment.

    but: who needs not be told, since it is their own deed. One statement.
    """
    chosen, values = cases.order_by().values("pk").query.sql_with_params()
    day = clock.local_date(now)
    with connection.cursor() as cursor:
        cursor.execute(
            _TELL_OFFICES.format(cases=chosen),
            [kind, line.zh, line.en, now, day, day, programme, but, *values, *values, now, *values],
        )


_ASK_TO_REVIEW = """
  INSERT INTO casework_message (person_id, case_id, kind, zh, en, at)
  SELECT person_id, %s, 'review', %s, %s, %s FROM experts_expert WHERE id = ANY(%s)"""


def _ask_to_review(case: Case, experts: Sequence[int], now: datetime) -> None:
    said = Text(
        "请您评审 {number}，请先答复是否接受。", "You are asked to review {number}; say first whether you accept."
    )
    line = said.filled(number=case.number)
    with connection.cursor() as cursor:
        cursor.execute(_ASK_TO_REVIEW, [case.pk, line.zh, line.en, now, list(experts)])


_TELL_WHO_SAT = """
  INSERT INTO casework_message (person_id, case_id, kind, zh, en, at)
  SELECT expert.person_id, seat.case_id, 'released', %s, %s, %s
  FROM casework_seat seat JOIN casework_seatholder holder ON holder.seat_id = seat.id
    JOIN experts_expert expert ON expert.id = holder.expert_id
  WHERE seat.case_id = %s AND seat.step = %s AND seat.attempt = %s AND seat.number = %s"""


def _tell_who_sat(case: Case, moved: SeatMoved, after: CaseState, now: datetime) -> None:
    line = TAKEN_OFF[moved.state].filled(number=case.number)
    attempt = after.steps[moved.step].attempt
    with connection.cursor() as cursor:
        cursor.execute(_TELL_WHO_SAT, [line.zh, line.en, now, case.pk, moved.step, attempt, int(moved.seat)])


def step_title(definition: Definition, step_id: str) -> Text:
    """What a step is called: its own title, or its kind's."""
    step = definition.programme.step(step_id)
    return step.title or KINDS[kind_of(step)].title


def end_title(definition: Definition, end: str) -> Text:
    """What an end is called."""
    if end == WITHDRAWN:
        return Text("已撤回", "Withdrawn")
    return next((one.title for one in definition.programme.ends if one.end == end), Text(end, end))


def _line(case: Case, definition: Definition, event: Event) -> tuple[Word, Text] | None:
    match event:
        case Ended(end, _):
            said = Text("{number} 已办结：{end}", "{number} has ended: {end}")
            return "ended", said.filled(number=case.number, end=end_title(definition, end))
        case Closed(_, "returned", _):
            said = Text("{number} 被退回，请修改后重新提交。", "{number} was returned; correct it and submit again.")
            return "returned", said.filled(number=case.number)
        case Entered(step, _, _) if kind_of(definition.programme.step(step)) in ("agree", "deliver"):
            said = Text("{number} 等待您办理：{step}", "{number} waits for you: {step}")
            return "waits", said.filled(number=case.number, step=step_title(definition, step))
    return None


# ------------------------------------------------------------------------------------------------------- reading


def mark_read(actor: Actor, messages: Collection[int] | None = None, *, request_id: str = "") -> int:
    """The actor says that they have read these of their messages, or all of them (None). Returns how many were new to
    them; reading is traced, for the law may ask when somebody learned of something."""
    if actor.person is None:
        return 0
    with transaction.atomic():
        unread = Message.objects.filter(person=actor.person, read_at__isnull=True)
        if messages is not None:
            unread = unread.filter(pk__in=messages)
        ids = sorted(unread.select_for_update(no_key=True).values_list("pk", flat=True))
        if ids:
            Message.objects.filter(pk__in=ids).update(read_at=clock.now())
            trace.write("message:read:marked", actor, request_id=request_id, payload={"n": len(ids), "messages": ids})
    return len(ids)


# ------------------------------------------------------------------------------------------------------- going out


def take_unsorted(most: int) -> list[Message]:
    """Messages of which nobody has decided yet how they go out, the oldest first, for this transaction alone; each with
    its case's number at hand."""
    rows = Message.objects.filter(sorted_at__isnull=True).annotate(number=F("case__number")).order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True, skip_locked=True)[:most])


def sorted_out(messages: Iterable[int], now: datetime) -> None:
    """It is decided how these messages go out."""
    Message.objects.filter(pk__in=list(messages)).update(sorted_at=now)


def forget_old(now: datetime) -> int:
    """Delete messages that are older than `KEPT`, but for those that the law demands. Returns how many."""
    demanded = [word for word, kind in MESSAGE_KINDS.items() if kind.demanded_by]
    old = Message.objects.filter(at__lt=now - KEPT).exclude(kind__in=demanded).order_by("pk")
    gone = 0
    while some := list(old.values_list("pk", flat=True)[:_MOST_AT_ONCE]):
        gone += Message.objects.filter(pk__in=some).delete()[1]["casework.Message"]
    return gone
