"""The own checklist of an institution or authority in a round: kept and ticked by its office, seen by nobody else, owed before
it endorses or recommends.

What a programme asks of everybody stands in its rules (`endorse: rules`); this is what one office asks of itself.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import Count, QuerySet

from keguan.casework.models import Case, OfficeItem, OfficeTick, Round
from keguan.casework.permissions import is_own
from keguan.casework.versions import definition_of
from keguan.engine.decision import Command
from keguan.engine.moves import refuse
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal
from keguan.language.schema import Endorse
from keguan.registers.trace import services as trace

MOST = 50
"""Items of one list."""


def keeps_checks(actor: Actor, organisation: int) -> bool:
    """Whether the actor sits at the office of this institution."""
    return any(actor.holds(role, organisation=organisation) for role in ("host", "authority"))


def items_of(of_round: Round, organisation: int) -> QuerySet[OfficeItem]:
    """The list as it stands."""
    return OfficeItem.objects.filter(round=of_round, organisation=organisation, dropped_at__isnull=True)


def waiting_at(of_round: Round, organisation: int) -> QuerySet[Case]:
    """The cases on this institution's desk, the most urgent first."""
    steps = definition_of(of_round.programme).programme.steps
    at = {
        body: [str(one.id) for one in steps if isinstance(one, Endorse) and one.by == body]
        for body in ("host", "authority")
    }
    rows = Case.objects.filter(round=of_round)
    here = rows.filter(host=organisation, step__in=at["host"]) | rows.filter(
        authority=organisation, step__in=at["authority"]
    )
    return here.order_by("due_at", "id")


def add_item(
    of_round: Round, organisation: int, say: Text, actor: Actor, *, required: bool, request_id: str = ""
) -> OfficeItem | Refusal:
    """Put an item on the list. The same words twice are one item."""
    if not keeps_checks(actor, organisation):
        return _NOT_YOURS
    zh, en = say.zh.strip(), say.en.strip()
    if not zh:
        return refuse("office.item", Text("请写明核对什么。", "Say what is to be looked at."), where="zh")
    with transaction.atomic():
        trace.stamp(actor, request_id)
        stands = items_of(of_round, organisation).select_for_update(of=("self",))
        if alike := stands.filter(zh=zh).first():
            return alike
        if stands.count() >= MOST:
            said = Text("清单最多 {most} 项。", "A list has at most {most} items.").filled(most=MOST)
            return refuse("office.many", said, where="zh")
        made = OfficeItem.objects.create(round=of_round, organisation_id=organisation, zh=zh, en=en, required=required)
        payload = {"code": of_round.code, "item": made.pk, "zh": zh, "en": en, "required": required}
        trace.write("office:item:added", actor, on_behalf_of=organisation, payload=payload)
        return made


def drop_item(item: OfficeItem, actor: Actor, request_id: str = "") -> Refusal | None:
    """Take an item off the list; what was ticked stays on record."""
    if not keeps_checks(actor, item.organisation_id):
        return _NOT_YOURS
    with transaction.atomic():
        trace.stamp(actor, request_id)
        if OfficeItem.objects.filter(pk=item.pk, dropped_at__isnull=True).update(dropped_at=clock.now()):
            payload = {"code": item.round.code, "item": item.pk}
            trace.write("office:item:dropped", actor, on_behalf_of=item.organisation_id, payload=payload)
    return None


def tick(case: Case, organisation: int, items: Collection[int], actor: Actor, request_id: str = "") -> Refusal | None:
    """Say which items of the list were looked at for this case; the others are not ticked any more."""
    if not keeps_checks(actor, organisation) or case.round is None:
        return _NOT_YOURS
    if is_own(actor, case):
        said = Text("这是与您本人有关的申报件。", "This application is your own.")
        return refuse("right.own_case", said, fix=Text("请由同部门其他人员办理。", "Let a colleague take it."))
    with transaction.atomic():
        trace.stamp(actor, request_id)
        list(Case.objects.select_for_update(of=("self",), no_key=True).filter(pk=case.pk).values_list("pk"))
        here = set(items_of(case.round, organisation).values_list("pk", flat=True))
        wanted, stands = here & set(items), ticked(case, organisation)
        if wanted == stands:
            return None
        OfficeTick.objects.filter(case=case, item__in=stands - wanted).delete()
        OfficeTick.objects.bulk_create(
            OfficeTick(case=case, item_id=pk, at=clock.now(), by=actor.person) for pk in sorted(wanted - stands)
        )
        # Not under the case's number: its applicant reads that trace, and this stays within the house.
        payload = {
            "code": case.round.code,
            "number": case.number,
            "done": len(wanted),
            "ticked": sorted(wanted - stands),
            "unticked": sorted(stands - wanted),
        }
        trace.write("office:checks:ticked", actor, on_behalf_of=organisation, payload=payload)
    return None


def ticked(case: Case, organisation: int) -> set[int]:
    """The items of the standing list that were looked at for this case."""
    rows = OfficeTick.objects.filter(case=case, item__organisation=organisation, item__dropped_at__isnull=True)
    return set(rows.values_list("item", flat=True))


def looked_at(case: Case, items: Collection[int], actor: Actor, request_id: str = "") -> None:
    """Tick these items for a case on one's desk, beside its decision; what is ticked stays so. Whatever keeps the actor from it
    keeps them from deciding, too, and is said there."""
    office = office_at(case)
    if items and office is not None:
        tick(case, office, ticked(case, office) | set(items), actor, request_id)


def office_at(case: Case) -> int | None:
    """The institution or authority on whose desk the case lies; None while it lies on no such desk. No query."""
    if case.step_kind != "endorse" or case.round_id is None:
        return None
    step = definition_of(case.programme).programme.step(case.step)
    return case.host_id if getattr(step, "by", "") == "host" else case.authority_id


def tick_numbers(cases: Collection[Case], items: Collection[OfficeItem]) -> dict[int, int]:
    """How many of these items are ticked, by case id. One query."""
    rows = OfficeTick.objects.filter(case__in=cases, item__in=items).order_by()
    return dict(rows.values_list("case").annotate(n=Count("pk")))


def owed(case: Case, command: Command) -> tuple[Problem, ...]:
    """What the endorsing office has not looked at yet and asks of itself. One query, and that only for endorsements."""
    if command.name != "endorse" or (by := office_at(case)) is None:
        return ()
    rows = OfficeItem.objects.filter(round=case.round_id, organisation=by, required=True, dropped_at__isnull=True)
    said = Text("本单位核对清单尚有一项未勾选：{item}", "An item of your own checklist is not ticked: {item}")
    return tuple(
        Problem("office.unticked", said.filled(item=item.say), where="office_item", fix=_WHERE)
        for item in rows.exclude(ticks__case=case)
    )


_WHERE = Text(
    "请在办件页面“本单位核对清单”中勾选，与办理意见在一处。",
    "Tick it on the page of the case, under “Our own checks”, beside your decision.",
)
_NOT_YOURS = refuse(
    "right.missing", Text("只有本单位的办理人员可以这样做。", "Only the office of this institution does this.")
)
