"""The to-do list: what waits for this person, by deadline, and what they were told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from keguan.casework.models import Task
from keguan.casework.queries import messages_of, tasks_of
from keguan.casework.versions import definition_of
from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.status import Status
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.language.wording import step_title
from keguan.registers.parties.roles import role_name

MOST = 200
MOST_MESSAGES = 20
IN_ROUNDS = {
    "rank": (Text("排序", "Rank"), "ranking"),
    "decide": (Text("立项决定", "Decide"), "deciding"),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line: what to do, about what, by when."""

    title: Text
    about: Text | str
    note: str
    role: Text
    href: str
    due: datetime | None
    state: Status | None


@page(SIGNED_IN)
def todo(request: HttpRequest) -> HttpResponseBase:
    """What waits for me."""
    actor = actor_on(request)
    mine = tasks_of(actor)
    of_rounds = Q(case__step_kind__in=list(IN_ROUNDS), case__round__isnull=False, person__isnull=True)
    tasks = list(mine.exclude(of_rounds)[: MOST + 1])
    grouped = (
        mine.filter(of_rounds)
        .select_related(None)
        .values(
            "case__round__code", "case__round__title_zh", "case__round__title_en", "step", "case__step_kind", "role"
        )
        .annotate(n=Count("pk"), due=Min("due_at"))
        .order_by("case__round__code", "step")
    )
    context = {
        "actor": actor,
        "waiting": [*map(_group, grouped), *map(_single, tasks[:MOST])],
        "is_more": len(tasks) > MOST,
        "told": list(messages_of(actor)[:MOST_MESSAGES]),
    }
    return render(request, "casework/todo.html", context)


def _single(task: Task) -> Waiting:
    step = definition_of(task.case.programme).programme.step(task.step)
    about = task.case.title or task.case.programme.title
    href = reverse("case", args=[task.case.number])
    return Waiting(
        step_title(step), about, task.case.number, role_name(task.role), href, task.due_at, _state(task.due_at)
    )


def _group(row: Mapping[str, Any]) -> Waiting:
    title, url = IN_ROUNDS[str(row["case__step_kind"])]
    said = Text("{what}（{n}件）", "{what} ({n} cases)").filled(what=title, n=row["n"])
    about = Text(str(row["case__round__title_zh"]), str(row["case__round__title_en"]))
    href = reverse(url, args=[row["case__round__code"], row["step"]])
    due = row["due"] if isinstance(row["due"], datetime) else None
    return Waiting(said, about, str(row["case__round__code"]), role_name(str(row["role"])), href, due, _state(due))


def _state(due: datetime | None) -> Status | None:
    if due is None:
        return None
    rest = due - clock.now()
    if rest < timedelta(0):
        return Status(Text("已逾期", "Overdue"), "bad")
    return Status(Text("即将到期", "Due soon"), "warn") if rest < timedelta(days=3) else None
