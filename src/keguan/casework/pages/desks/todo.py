"""The to-do list: what waits for this person, by deadline, and what they were told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from urllib.parse import urlencode

from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from keguan.casework.desks import batches, offices
from keguan.casework.handing import ROLE
from keguan.casework.models import CallChange, Case, ResolutionSignature, Round, Task
from keguan.casework.pages.case_words import case_href
from keguan.casework.pages.desks.deputies import may_deputise
from keguan.casework.pages.desks.messages import href_of
from keguan.casework.pages.step_help import StepHelp, help_for
from keguan.casework.queries import (
    drafted_changes_for,
    drafted_rounds_for,
    messages_of,
    mine_of,
    piles_of,
    reviews_of,
    roles_asked,
    tasks_of,
)
from keguan.casework.rounds import resolutions
from keguan.casework.rounds import services as rounds
from keguan.casework.versions import definition_of
from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.status import Status, Tab
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.language.schema import kind_of
from keguan.language.wording import step_title
from keguan.registers.experts.lists import EXPERTS
from keguan.registers.experts.models import TO_VERIFY, Expert
from keguan.registers.funds.lists import PAYMENTS
from keguan.registers.funds.queries import conditional_payments, due_payments
from keguan.registers.parties.roles import role_name

MOST = 200
MOST_MESSAGES = 8
MOST_HELPS = 6
MOST_COUNTED = 1000
"""Cases of one round at one step that are counted; beyond, there are more than so many."""
FEW = 12
"""Cases of one round at one step that are told apart. More of them are one line, which opens their list."""
_DECIDING = {"committee", "planning"}
"""Roles that decide on cases, and sign what was resolved."""
PAYS = "finance"
VERIFIES = "registrar"
IN_ROUNDS = {
    "rank": (Text("排序", "Rank"), "ranking"),
    "decide": (Text("立项决定", "Decide"), "deciding"),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line: what to do, about what, by when."""

    title: Text
    about: Text | str
    note: Text | str
    role: Text
    href: str
    due: datetime | None
    state: Status | None
    tick: str = ""
    help: StepHelp | None = None

    @property
    def is_over(self) -> bool:
        """Whether its time is over: then its state says so, and how long is left is not said beside it."""
        return self.due is not None and self.due <= clock.now()


@page(SIGNED_IN)
def todo(request: HttpRequest) -> HttpResponseBase:
    """What waits for me."""
    actor = actor_on(request)
    is_officer = actor.holds(ROLE)
    is_all = request.GET.get("whose") == "all" or not is_officer
    mine = tasks_of(actor) if is_all else mine_of(actor)
    piles, apart = _piles(actor, mine)
    # A ranking that others have still to reach is nothing to do yet.
    piles = [one for one in piles if one.kind != "rank" or not rounds.are_on_their_way(one.round, one.step)]
    tasks = list(apart[: MOST + 1])
    may_batch = batches.may_batch(actor)
    waiting = [
        *map(_of_pile, piles),
        *map(_single, tasks[:MOST]),
        *map(_of_draft, drafted_rounds_for(actor)[:MOST]),
        *map(_of_change, drafted_changes_for(actor)[:MOST]),
        *(
            map(_of_resolution, resolutions.to_sign(actor)[:MOST])
            if _DECIDING & {duty.role for duty in actor.duties}
            else ()
        ),
        *(_of_payments() if actor.holds(PAYS) else ()),
        *(_of_experts() if actor.holds(VERIFIES) else ()),
    ]
    context = {
        "can_batch": may_batch and sum(bool(one.tick) for one in waiting) > 1,
        "actor": actor,
        "tabs": [
            Tab(Text("由我办理的", "Mine"), reverse("todo"), not is_all),
            Tab(
                Text("全部，含已转交同事的", "All, those handed to colleagues too"),
                f"{reverse('todo')}?whose=all",
                is_all,
            ),
        ]
        if is_officer
        else [],
        "is_office": offices.is_office(actor),
        "may_deputise": may_deputise(actor),
        "is_reviewer": not actor.duties and reviews_of(actor).exists(),
        "waiting": sorted(waiting, key=lambda one: (one.due is None, one.due or clock.now())),
        "is_more": len(tasks) > MOST,
        "helps": list(dict.fromkeys(one.help for one in waiting if one.help))[:MOST_HELPS],
        "told": [(one, href_of(one)) for one in messages_of(actor)[:MOST_MESSAGES]],
    }
    return render(request, "casework/todo.html", context)


@dataclass(frozen=True, slots=True)
class Pile:
    """What waits at a desk in one round at one step: what is decided for the round as a whole, or too much for lines.

    cases: one more than `MOST_COUNTED` where there are more.
    """

    round: Round
    step: str
    role: str
    cases: int
    due: datetime | None

    @property
    def kind(self) -> str:
        """The kind of the step."""
        return kind_of(definition_of(self.round.programme).programme.step(self.step))

    @property
    def is_one_line(self) -> bool:
        """Whether its cases are not told apart."""
        return self.cases > FEW or self.kind in IN_ROUNDS


def _piles(actor: Actor, mine: QuerySet[Task]) -> tuple[list[Pile], QuerySet[Task]]:
    """What waits in one line, and the tasks that are told apart. Three queries, which look at few tasks of many."""
    counted = piles_of(actor, mine, MOST_COUNTED)
    rounds_ = Round.objects.select_related("programme").defer("programme__sources").in_bulk({one[0] for one in counted})
    piles = [Pile(rounds_[pk], step, role, n, due) for pk, step, role, n, due in counted]
    led = list(Case.objects.filter(principal=actor.person).values_list("pk", flat=True))
    apart = Q(person=actor.person) | Q(person__isnull=False, role="applicant", case__in=led)
    apart |= Q(person__isnull=True, role__in=roles_asked(actor), round__isnull=True)
    for pile in piles:
        if not pile.is_one_line:
            apart |= Q(person__isnull=True, role=pile.role, round=pile.round, step=pile.step)
    return [one for one in piles if one.is_one_line], mine.filter(apart)


def _single(task: Task) -> Waiting:
    definition = definition_of(task.case.programme)
    step = definition.programme.step(task.step)
    about = task.case.title or task.case.programme.title
    href = case_href(task.case.number)
    return Waiting(
        title=step_title(step),
        about=about,
        note=task.case.number,
        role=role_name(task.role),
        href=href,
        due=task.due_at,
        state=_state(task.due_at),
        tick=task.case.number if task.case.step_kind in batches.KINDS and task.person_id is None else "",
        help=help_for(definition, task.step),
    )


_SO_MANY = Text("{what}（{n}件）", "{what} (cases: {n})")
_MORE = Text("{what}（{n}件以上）", "{what} (cases: more than {n})")


def _of_pile(pile: Pile) -> Waiting:
    of_round = pile.round
    definition = definition_of(of_round.programme)
    if pile.kind in IN_ROUNDS:
        title, url = IN_ROUNDS[pile.kind]
        href = reverse(url, args=[of_round.code, pile.step])
    else:
        title = step_title(definition.programme.step(pile.step))
        href = f"{reverse('cases')}?{urlencode({'round': of_round.code, 'at': pile.step, 'sort': 'due'})}"
    said = _MORE if pile.cases > MOST_COUNTED else _SO_MANY
    said = said.filled(what=title, n=min(pile.cases, MOST_COUNTED))
    return Waiting(
        said,
        of_round.title,
        of_round.code,
        role_name(pile.role),
        href,
        pile.due,
        _state(pile.due),
        help=help_for(definition, pile.step),
    )


def _of_draft(drafted: Round) -> Waiting:
    """A round that a colleague drafted, to be published before it opens; or one's own that was sent back."""
    title = (
        Text("修改被退回的批次草稿，重新提交核对", "Change and hand in again: a round")
        if drafted.returned_because
        else Text("核对并发布批次", "Check and publish a round")
    )
    due, href = drafted.opens, reverse("round", args=[drafted.code])
    return Waiting(title, drafted.title, drafted.code, role_name("planning"), href, due, _state(due))


def _of_change(drafted: CallChange) -> Waiting:
    """A change of a published call that a colleague drafted; or one's own that was sent back."""
    of_round = drafted.round
    title = (
        Text("修改被退回的通知变更，重新提交核对", "Change and hand in again: a change of a call")
        if drafted.returned_because
        else Text("核对并发布通知变更", "Check and publish a change of a call")
    )
    href = reverse("call_change", args=[of_round.code])
    return Waiting(title, of_round.title, of_round.code, role_name("planning"), href, None, None)


def _of_resolution(place: ResolutionSignature) -> Waiting:
    """A resolution that waits for the reader's signature."""
    of_round = place.resolution.round
    href = reverse("resolution", args=[of_round.code, place.resolution.step])
    title = Text("签署决议", "Sign a resolution")
    return Waiting(title, of_round.title, of_round.code, role_name("committee"), href, None, None)


_WHEN_DUE = (
    Text("{n}笔已逾期", "{n} overdue"),
    Text("{n}笔今日或以后到期", "{n} due today or later"),
    Text("{n}笔未定应付日", "{n} without a day"),
    Text("另有{n}笔附条件，尚不应付", "{n} more conditional, not payable yet"),
)


def _of_payments() -> list[Waiting]:
    """What finance has still to pay, as one line: its register is where each is recorded as paid."""
    today = clock.today()
    found = due_payments().aggregate(
        n=Count("pk"),
        first=Min("due_day"),
        overdue=Count("pk", filter=Q(due_day__lt=today)),
        later=Count("pk", filter=Q(due_day__gte=today)),
    )
    if not found["n"]:
        return []
    no_day = found["n"] - found["overdue"] - found["later"]
    parts = zip(_WHEN_DUE, (found["overdue"], found["later"], no_day, conditional_payments().count()), strict=True)
    title = Text("登记付款（{n}笔）", "Record as paid: {n}").filled(n=found["n"])
    due = datetime.combine(found["first"] + timedelta(days=1), time(0), clock.BEIJING) if found["first"] else None
    href = f"{reverse('payments')}?state=due"
    words = [said.filled(n=n) for said, n in parts if n]
    note = Text("，".join(one.zh for one in words), ", ".join(one.en for one in words))
    return [Waiting(title, PAYMENTS.title, note, role_name(PAYS), href, due, _state(due))]


_VERIFY = {
    "applied": Text("核实申请入库的专家（{n}名）", "Verify experts who applied: {n}"),
    "candidate": Text("核实被推荐的专家（{n}名）", "Verify experts who were nominated: {n}"),
}


def _of_experts() -> list[Waiting]:
    """Who waits to be let into the pool of experts, as one line for each way there: nobody invites them before."""
    counted = dict(Expert.objects.filter(status__in=TO_VERIFY).order_by().values_list("status").annotate(n=Count("pk")))
    return [
        Waiting(said.filled(n=counted[status]), EXPERTS.title, "", role_name(VERIFIES),
                f"{reverse('experts')}?{urlencode({'status': status})}", None, None)
        for status, said in _VERIFY.items()
        if status in counted
    ]  # fmt: skip


def _state(due: datetime | None) -> Status | None:
    if due is None:
        return None
    rest = due - clock.now()
    if rest <= timedelta(0):
        return Status(Text("已逾期", "Overdue"), "bad")
    return Status(Text("即将到期", "Due soon"), "warn") if rest < timedelta(days=3) else None
