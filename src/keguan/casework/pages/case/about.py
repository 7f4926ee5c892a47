"""The particulars of a case, and the side cases that belong to it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from keguan.casework.models import Case
from keguan.casework.pages.case_words import SIDE_TITLES, case_href
from keguan.casework.pages.secrets import sees_identity
from keguan.casework.permissions import can_see_case, is_blinded, is_own
from keguan.casework.versions import definition_of
from keguan.components.status import Line, Status
from keguan.engine.decision import Situation
from keguan.engine.machine import WITHDRAWN
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.language.schema import Apply

_END_TITLES = {
    "accepted": Status(Text("同意", "Accepted"), "good"),
    "upheld": Status(Text("异议成立", "Upheld"), "bad"),
    "dismissed": Status(Text("未获支持", "Dismissed"), "neutral"),
    WITHDRAWN: Status(Text("已撤回", "Withdrawn"), "neutral"),
}
_SERVER_TIME = Text("服务器时间，见回执", "server time, see the receipt")
_OPEN = Status(Text("正在办理", "Open"), "info")


@dataclass(frozen=True, slots=True)
class SideCase:
    """A side case as its parent's page shows it. href "" where this reader may not open it."""

    number: str
    title: Text
    status: Status
    href: str

    @property
    def is_open(self) -> bool:
        """Whether it is still to be decided."""
        return self.status is _OPEN


def about_lines(case: Case, actor: Actor, sees: frozenset[str]) -> list[Line | None]:
    """Whose case it is, in which round, for how much, since when."""
    knows = not is_blinded(actor, case)
    who = case.applicant.name if case.applicant and sees_identity(actor, case) else None
    hidden = Text("只对承办方公开", "known only to those who decide")
    amounts = is_own(actor, case) or bool(sees & {"proposal", "reviews"}) or bool(case.end)
    round_href = reverse("call", args=[case.round.code]) if case.round else ""
    parent_href = case_href(case.parent.number) if case.parent and can_see_case(actor, case.parent) else ""
    return [
        Line(Text("编号", "Number"), case.number),
        Line(Text("计划", "Programme"), case.programme.title, note=case.programme.version),
        Line(Text("批次", "Round"), case.round.title, href=round_href) if case.round else None,
        Line(Text("针对的办件", "About the case"), case.parent.number, href=parent_href) if case.parent else None,
        Line(Text("申报单位", "Host"), case.host.name, href=reverse("organisation", args=[case.host.pk]))
        if case.host and knows
        else None,
        Line(Text("推荐单位", "Recommending authority"), case.authority.name) if case.authority and knows else None,
        Line(Text("申报人", "Applicant"), who if who is not None else hidden),
        Line(Text("项目负责人", "Principal"), case.principal.name) if case.principal and knows else None,
        Line(Text("申请金额", "Asked"), case.asked_fen, "money") if case.asked_fen is not None and amounts else None,
        Line(Text("批准金额", "Granted"), case.amount_fen, "money") if case.amount_fen and amounts else None,
        Line(Text("提交时间", "Submitted"), case.submitted_at, "moment", _receipt(case, sees), _SERVER_TIME)
        if case.submitted_at
        else None,
        Line(Text("本环节截止", "Due"), case.due_at, "deadline") if case.due_at else None,
    ]


def _receipt(case: Case, sees: frozenset[str]) -> str:
    """Where the receipt of the application is, for who may read it."""
    applied = next((step for step in definition_of(case.programme).programme.steps if isinstance(step, Apply)), None)
    if applied is None or "proposal" not in sees:
        return ""
    return reverse("case_receipt", args=[case.number, applied.form])


def sides_of(case: Case, actor: Actor, situation: Situation) -> list[SideCase]:
    """The side cases that were handed in, and the reader's own drafts; one query, where there are any. Who objects is not
    for the parent's people, so an objection opens only from its own list."""
    if not situation.state.sides:
        return []
    own = is_own(actor, case)
    found = []
    rows = Case.objects.filter(parent=case).order_by("pk").values_list("number", "applicant", "submitted_at")
    for number, opener, submitted_at in rows:
        is_mine = actor.person is not None and actor.person == opener
        if submitted_at is None and not is_mine:
            continue
        side = situation.state.sides[number]
        opens = is_mine or (side.programme == "withdraw" and own) or _watches(actor, case)
        found.append(
            SideCase(
                number,
                SIDE_TITLES.get(side.programme, Text(side.programme, side.programme)),
                _END_TITLES.get(side.end, Status(Text(side.end, side.end))) if side.end else _OPEN,
                case_href(number) if opens else "",
            )
        )
    return found


def _watches(actor: Actor, case: Case) -> bool:
    return any(actor.holds(role, programme=case.code) for role in ("officer", "supervision"))
