"""What research offices and recommending authorities ask about their applicants, and how they remind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case as Conditional
from django.db.models import Count, Max, Q, QuerySet, Value, When
from django.db.models.fields import TextField

from keguan.casework import services
from keguan.casework.messages import ALL_TOLD, send_to_applicants
from keguan.casework.models import Case, Message, Round
from keguan.casework.permissions import followed_by
from keguan.components.lists import Rows
from keguan.engine.machine import WITHDRAWN
from keguan.engine.moves import refuse
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Refusal
from keguan.language.definition import Definition
from keguan.language.schema import Endorse
from keguan.registers.organisations.models import Organisation
from keguan.registers.trace import services as trace

STAGES: Mapping[str, Text] = {
    "draft": Text("已开始，未提交", "Begun, never handed in"),
    "returned": Text("退回修改中", "Being corrected"),
    "host": Text("在申报单位审核", "With the host institution"),
    "authority": Text("在推荐单位", "With the authority"),
    "passed_on": Text("已推荐，办理中", "Passed on"),
    "succeeded": Text("已办结：通过", "Ended well"),
    "never": Text("逾期未提交", "Never handed in"),
    "ended": Text("已办结：未通过或撤回", "Ended otherwise"),
}
"""How far an application is, as its institution sees it."""

MOST_ROUNDS = 100
MOST_QUOTAS = 20


def is_office(actor: Actor) -> bool:
    """Whether the actor sits at the research office of an institution, or at an authority."""
    return any(duty.role in ("host", "authority") and duty.organisation is not None for duty in actor.duties)


def rounds_followed(actor: Actor) -> QuerySet[Round]:
    """The rounds in which anything was begun at this actor's institutions, the latest deadline first."""
    rows = Round.objects.filter(pk__in=Case.objects.filter(followed_by(actor), round__isnull=False).values("round"))
    return rows.select_related("programme").defer("programme__sources").order_by("-closes", "code")


@dataclass(frozen=True, slots=True)
class Followed:
    """A round and how many cases of one's own institutions were begun in it, and how many of these came in."""

    round: Round
    begun: int
    came_in: int


def rounds_in_numbers(actor: Actor) -> list[Followed]:
    """The latest of these rounds, each with its numbers. Two queries: the cases of few institutions are counted, not those
    of the rounds."""
    rows = Case.objects.filter(followed_by(actor), round__isnull=False).order_by().values_list("round")
    counted = {pk: rest for pk, *rest in rows.annotate(n=Count("*"), sent=Count("submitted_at"))}
    rounds = Round.objects.filter(pk__in=counted).select_related("programme").defer("programme__sources")
    return [Followed(one, *counted[one.pk]) for one in rounds.order_by("-closes", "code")[:MOST_ROUNDS]]


def followed(actor: Actor, of_round: Round, definition: Definition) -> Rows:
    """The round's cases of this actor's institutions, each with its `stage`."""
    return Case.objects.filter(followed_by(actor), round=of_round).annotate(stage=_stage(definition))


def _stage(definition: Definition) -> Conditional:
    steps = definition.programme.steps
    at = {
        body: [str(step.id) for step in steps if isinstance(step, Endorse) and step.by == body]
        for body in ("host", "authority")
    }
    well = [str(end.end) for end in definition.programme.ends if end.success]
    return Conditional(
        When(end="", step_kind="apply", submitted_at__isnull=True, then=Value("draft")),
        When(end="", step_kind="apply", then=Value("returned")),
        When(step__in=at["host"], then=Value("host")),
        When(step__in=at["authority"], then=Value("authority")),
        When(end="", then=Value("passed_on")),
        When(end__in=well, then=Value("succeeded")),
        When(submitted_at__isnull=True, then=Value("never")),
        default=Value("ended"),
        output_field=TextField(),
    )


def stage_numbers(rows: Rows) -> tuple[dict[str, int], set[int]]:
    """How many of these cases are how far, in the order of `STAGES`; and the authorities that recommend them. One query."""
    stages: Counter[str] = Counter()
    authorities: set[int | None] = set()
    for stage, authority, n in rows.order_by().values_list("stage", "authority").annotate(n=Count("pk")):
        stages[stage] += n
        authorities.add(authority)
    return {stage: stages[stage] for stage in STAGES if stage in stages}, {pk for pk in authorities if pk is not None}


# ------------------------------------------------------------------------------------------------------- quotas


@dataclass(frozen=True, slots=True)
class Quota:
    """What an authority has recommended of what it may. allowed: None where the round sets no number."""

    organisation: int
    name: str
    used: int
    allowed: int | None


def recommends(definition: Definition) -> Endorse | None:
    """The step at which an authority recommends, None where the programme has none."""
    steps = definition.programme.steps
    return next((step for step in steps if isinstance(step, Endorse) and step.by == "authority"), None)


def quotas_of(authorities: Collection[int], of_round: Round, definition: Definition) -> list[Quota]:
    """How much of its quota each of these authorities has used: of those that the actor sits at, or that the actor's
    institution is under (`stage_numbers`)."""
    step = recommends(definition)
    if step is None:
        return []
    named = Organisation.objects.filter(pk__in=authorities).order_by("pk").values_list("pk", "name")[:MOST_QUOTAS]
    allowed = allowed_by(of_round, definition, step)
    used = dict(
        Case.objects.filter(_recommended(definition, step), round=of_round, authority__in=authorities)
        .order_by()
        .values_list("authority")
        .annotate(n=Count("*"))
    )
    return [Quota(pk, name, used.get(pk, 0), allowed) for pk, name in named]


def allowed_by(of_round: Round, definition: Definition, step: Endorse) -> int | None:
    """How many each authority may recommend, as far as the round's terms say it; None where they do not."""
    if step.quota is None:
        return None
    terms = {"round.quota": of_round.quota, "round.budget": of_round.budget_fen}
    found = definition.value(step.quota, definition.names({}, terms, {}, clock.local_date(of_round.opens)))
    return found if isinstance(found, int) else None


def _recommended(definition: Definition, step: Endorse) -> Q:
    """The cases that count towards the quota; the same as the fact `authority.endorsed_in_round`."""
    if step.ranked:
        return Q(recommended_rank__isnull=False)
    order = [str(one.id) for one in definition.programme.steps]
    sent_back = Q(step__in=order[: order.index(str(step.id))])
    return Q(**{f"memo__state__steps__{step.id}__outcome": "endorsed"}) & ~Q(end=WITHDRAWN) & ~sent_back


# ----------------------------------------------------------------------------------------------------- reminding


def last_reminded(actor: Actor, of_round: Round) -> datetime | None:
    """When applicants of this actor's institutions were last reminded in the round."""
    rows = Message.objects.filter(kind="reminder", case__in=Case.objects.filter(followed_by(actor), round=of_round))
    return rows.aggregate(at=Max("at"))["at"]


def remind(of_round: Round, actor: Actor, request_id: str = "") -> int | Refusal:
    """Tell everybody whose application of this round still waits to be handed in, each at most once a day. Returns how many."""
    now = clock.now()
    begins = datetime.combine(clock.local_date(now), datetime.min.time(), clock.BEIJING)
    with transaction.atomic():
        trace.stamp(actor, request_id)
        services.take_locks((f"remind:{of_round.pk}",))
        told = Message.objects.filter(kind="reminder", at__gte=begins, at__lt=begins + timedelta(days=1))
        waiting = Case.objects.filter(
            followed_by(actor), Q(due_at__isnull=True) | Q(due_at__gt=now), round=of_round, step_kind="apply", end="",
            applicant__isnull=False,
        )  # fmt: skip
        rows = waiting.exclude(pk__in=told.filter(case__round=of_round).values("case"))
        numbered = rows.count()
        if not numbered:
            return ALL_TOLD if waiting.exists() else _NOBODY
        send_to_applicants("reminder", rows, _line(of_round), now)
        payload = {"code": of_round.code, "cases": numbered}
        trace.write("round:applicants:reminded", actor, payload=payload, request_id=request_id)
        return numbered


def _line(of_round: Round) -> Text:
    said = Text(
        "您在批次 {code} 的申报尚未提交，本单位提醒您按时办理（批次截止 {closes}）。",
        "Your application in round {code} is not handed in yet; your institution reminds you (the round closes {closes}).",
    )
    return said.filled(code=of_round.code, closes=of_round.closes.astimezone(clock.BEIJING).strftime("%Y-%m-%d %H:%M"))


_NOBODY = refuse("remind.nobody", Text("没有需要提醒的申报人。", "There is nobody to remind."))
