"""How a case comes into the world: in a round, for an applying organisation, or beside another case."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction

from keguan.casework import services
from keguan.casework.calendar import workdays
from keguan.casework.memo import stored
from keguan.casework.models import Case, Memo, ProgrammeVersion, Round
from keguan.casework.situation.acting import acting_for
from keguan.casework.situation.late import late_until
from keguan.casework.versions import definition_of
from keguan.engine import machine
from keguan.engine.decision import Command, Decided, Situation
from keguan.engine.moves import refuse
from keguan.engine.state import CaseState
from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM, Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import local_date
from keguan.kernel.ids import make_number
from keguan.kernel.problems import Refusal
from keguan.language.definition import Definition
from keguan.language.schema import Endorse
from keguan.language.vocabulary import APPLICANT_KINDS
from keguan.registers.organisations.models import Organisation
from keguan.registers.organisations.queries import recommender_of
from keguan.registers.trace import services as trace

REGION = "65"
"""The two digits of GB/T 2260 in this installation's case numbers; a setting once there is a second region."""

SERIALS_OF_A_KIND = 99_999


def start(round_code: str, actor: Actor, host_id: int, key: str, *, request_id: str = "") -> services.Done | Refusal:
    """Begin an application in a round, for an organisation one belongs to. The form then waits as a draft.

    Raises Round.DoesNotExist for an unknown code.
    """
    content_digest = services.content_digest(round_code, "start", {"host": host_id})
    with transaction.atomic():
        trace.stamp(actor, request_id)
        # A double click comes twice at once, and there is no case yet to wait at.
        services.take_locks((f"key:{key}",))
        if answered := services.answered_before(key, content_digest):
            return answered
        of_round = Round.objects.select_related("programme").defer("programme__sources").get(code=round_code)
        host = Organisation.objects.filter(pk=host_id, status="active").first()
        if refusal := _may_start(of_round, host, actor):
            services.trace_refusal("", Command("start", ""), refusal, actor)
            return refusal
        case = open_case(of_round.programme, actor, of_round=of_round, host=host)
        if isinstance(case, Refusal):
            services.trace_refusal("", Command("start", ""), case, actor)
            return case
        done = services.Done(case.number, case.revision, case.step)
        services.remember(case, done, actor, "start", key, content_digest)
        return done


def _may_start(of_round: Round, host: Organisation | None, actor: Actor) -> Refusal | None:
    if actor.person is None:
        return refuse("right.sign_in", Text("请先登录。", "Sign in first."))
    if of_round.kind != "open":
        return refuse(
            "round.assigned", Text("该批次只由指定单位办理。", "This round is for the listed organisations only.")
        )
    if of_round.status != "published":
        return refuse("round.not_published", Text("该批次未发布或已结束。", "This round is not published, or is over."))
    now = clock.now()
    if now < of_round.opens:
        return refuse(
            "apply.not_open",
            Text("本批次尚未开放申报。", "This round is not open yet."),
            value=of_round.opens.isoformat(),
        )
    late = late_until(of_round, actor.person) if now > of_round.closes else None
    if now > (late or of_round.closes):
        return refuse(
            "apply.closed", Text("申报已截止。", "The deadline has passed."), value=of_round.closes.isoformat()
        )
    if host is None or host.pk not in actor.organisations:
        said = Text("只能代表您所在的单位申报。", "You can apply only for an organisation you belong to.")
        fix = Text(
            "如单位有误，请联系名录管理员更正。", "If your organisation is wrong, ask the registrar to correct it."
        )
        return refuse("apply.organisation", said, where="host", fix=fix)
    kinds = definition_of(of_round.programme).programme.applicants
    if kinds and host.kind not in kinds:
        offered = [APPLICANT_KINDS.get(kind, Text(kind, kind)) for kind in kinds]
        said = Text("本计划面向：{zh}。", "This programme is for: {en}.").filled(
            zh="、".join(one.zh for one in offered), en=", ".join(one.en for one in offered)
        )
        return refuse("apply.kind", said, where="host", value=host.kind)
    return None


def assign(round_code: str, hosts: Iterable[int], actor: Actor, *, request_id: str = "") -> int | Refusal:
    """Push a case of an assigned round to each of these organisations; one that has its case already keeps it.

    Their research offices find it among their tasks. All or none. Returns how many cases are new.
    Raises Round.DoesNotExist for an unknown code.
    """
    with transaction.atomic():
        trace.stamp(actor, request_id)
        of_round = (
            Round.objects.select_for_update(of=("self",))
            .select_related("programme")
            .defer("programme__sources")
            .get(code=round_code)
        )
        if not actor.holds("planning", programme=of_round.programme.code):
            return refuse("right.missing", Text("只有规划处可以这样做。", "Only the planning department can do this."))
        if of_round.kind != "assigned" or of_round.status != "published":
            return refuse(
                "round.not_assigned", Text("该批次不是已发布的指定批次。", "This is no published assigned round.")
            )
        has_one = set(Case.objects.filter(round=of_round).values_list("host_id", flat=True))
        new = [pk for pk in dict.fromkeys(hosts) if pk not in has_one]
        listed = list(Organisation.objects.filter(pk__in=new, status="active").order_by("pk"))
        if lost := sorted(set(new) - {host.pk for host in listed}):
            said = Text(
                "名录中没有这些单位，或者已停用：{lost}。", "No such organisation, or no longer active: {lost}."
            )
            named = ", ".join(map(str, lost[:20]))
            return refuse("round.subject", said.filled(lost=named), where="hosts", value=named)
        for host in listed:
            case = open_case(of_round.programme, SYSTEM, of_round=of_round, host=host)
            if isinstance(case, Refusal):
                transaction.set_rollback(True)
                return case
        payload = {"code": round_code, "organisations": len(new)}
        trace.write("round:subjects:assigned", actor, request_id=request_id, payload=payload)
        return len(new)


def open_case(
    version: ProgrammeVersion,
    actor: Actor,
    *,
    of_round: Round | None = None,
    host: Organisation | None = None,
    parent: Case | None = None,
) -> Case | Refusal:
    """Make the case and bring it to its first step. Needs a transaction."""
    definition = definition_of(version)
    now = clock.now()
    number = _next_number(definition, of_round.opens.year if of_round else now.year)
    authority = authority_of(definition, host, of_round)
    case = Case(
        number=number,
        programme=version,
        round=of_round,
        parent=parent,
        code=parent.code if parent else version.code,
        host=host,
        authority=authority,
        applicant_id=actor.person,
        step=definition.programme.steps[0].id,
        created_at=now,
        changed_at=now,
    )
    situation = Situation(
        definition=definition,
        terms=services.terms_of(case, now),
        state=CaseState(number),
        acting=acting_for(case, actor),
        now=now,
        calendar=workdays(),
    )
    decision = machine.begin(situation)
    if not isinstance(decision, Decided):
        return decision
    case.save(force_insert=True)
    case.memo = Memo.objects.create(case=case, state=stored(situation.state))
    command = Command("start", "", {})
    after = services.carry_out(case, situation, command, decision, actor)
    case.revision = after.revision
    return case


def authority_of(definition: Definition, host: Organisation | None, of_round: Round | None) -> Organisation | None:
    """The authority that recommends this organisation's applications in the round; None where no step asks for one, or
    nobody stands above."""
    needs = any(isinstance(step, Endorse) and step.by == "authority" for step in definition.programme.steps)
    if not needs or host is None:
        return None
    return recommender_of(host, local_date(of_round.opens) if of_round else None)


def _next_number(definition: Definition, year: int) -> str:
    """The next case number of a programme and year; a serial is never given out twice, even if its case is not kept."""
    letters = definition.programme.letters
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO casework_counter (scope, last) VALUES (%s, 1)"
            " ON CONFLICT (scope) DO UPDATE SET last = casework_counter.last + 1 RETURNING last",
            [f"{letters}{year}"],
        )
        serial = int(cursor.fetchone()[0])
    block, within = divmod(serial - 1, SERIALS_OF_A_KIND)
    return make_number(region=REGION, programme=letters, year=year, kind=str(block), serial=within + 1)
