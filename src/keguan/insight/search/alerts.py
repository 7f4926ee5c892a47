"""Kept searches, and telling their owners each morning what is new in them: what the owner may find at that moment."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.http import QueryDict

from keguan.casework.messages import send
from keguan.insight.search.models import Alert, Entry
from keguan.insight.search.questions import question_of
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.registers.parties.access import actor_for
from keguan.registers.trace import services as trace
from keguan.registers.views.models import SavedView

_NEW = Text("您保存的搜索“{name}”有{n}条新结果。", "The search that you keep as “{name}” has new results: {n}.")


def tidied(query: str) -> tuple[str, tuple[Problem, ...]]:
    """A question as it is kept: without its page."""
    question = question_of(QueryDict(query))
    problems = question.problems
    if not question.words and not question.asked:
        say = Text("还没有可以保存的搜索。", "There is no search to keep yet.")
        fix = Text("请先输入要搜索的词或选择条件。", "Type words or choose a condition first.")
        problems = (*problems, Problem("search.nothing", say, "name", fix=fix))
    return question.query()[1:], problems


def switch(actor: Actor, view: SavedView, *, request_id: str = "") -> bool:
    """Tell the owner of a kept search from now on, or no more. Returns whether they are told now."""
    with transaction.atomic():
        stopped = Alert.objects.filter(view=view).delete()[0]
        if not stopped:
            newest = Entry.objects.aggregate(last=Max("pk"))["last"] or 0
            Alert.objects.create(view=view, newest=newest)
        tag = "search:alert:off" if stopped else "search:alert:on"
        trace.write(tag, actor, request_id=request_id, payload={"view": view.pk})
    return not stopped


def tell_all() -> int:
    """Tell everybody what is new in the searches they keep. Returns how many messages that made.

    New is what came into search since the last time; what only became readable to somebody since is not.
    """
    newest = Entry.objects.aggregate(last=Max("pk"))["last"] or 0
    told = 0
    for alert in Alert.objects.filter(newest__lt=newest).select_related("view"):
        told += _tell(alert, newest)
    return told


def _tell(alert: Alert, newest: int) -> bool:
    from keguan.insight.search.finding import find

    view, now = alert.view, clock.now()
    question = question_of(QueryDict(view.query))
    answer = find(actor_for(view.owner_id), question.words, question.asked, after=alert.newest)
    number = len(answer.hits) if answer.how == "all" else 0
    with transaction.atomic():
        # Two workers at once: only one moves the alert on, and only that one tells.
        moved = Alert.objects.filter(pk=alert.pk, newest=alert.newest).update(newest=newest, told_at=now)
        if moved and number:
            send("search", [view.owner_id], None, _NEW.filled(name=view.name, n=number), now)
    return bool(moved and number)
