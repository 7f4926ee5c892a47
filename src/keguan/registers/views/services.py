"""Keeping, sharing and dropping views of lists."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.urls import Resolver404

from keguan.components.list_pages import listing_at
from keguan.kernel import clock
from keguan.kernel.actors import Actor, HeldDuty
from keguan.kernel.bilingual import Text
from keguan.kernel.names import clean_text
from keguan.kernel.problems import Forbidden, Problem, Refused
from keguan.registers.trace import services as trace
from keguan.registers.views.models import SavedView

MOST_VIEWS = 50
MOST_NAME = 60
PRIVATE = frozenset({"registrar", "expert"})
"""Duties that share nothing: experts do not know of each other, registrars need not."""


Tidied = Callable[[str], tuple[str, tuple[Problem, ...]]]
_others: dict[str, tuple[Text, Tidied]] = {}


def keep_also(path: str, title: Text, tidied: Tidied) -> None:
    """Let the questions of a page that is no list be kept as views. tidied: a query as it is kept, with what is wrong."""
    _others[path] = title, tidied


def title_at(path: str, actor: Actor) -> Text | str:
    """What the list at an address is called; the address itself where the actor may not open it, or it is none any more."""
    if path in _others:
        return _others[path][0]
    try:
        return listing_at(path, "", actor).spec.title
    except (Resolver404, Forbidden, LookupError):
        return path


def duties_to_share(actor: Actor) -> tuple[HeldDuty, ...]:
    """With whom somebody may share: holders of a duty that they hold themselves."""
    return tuple(duty for duty in actor.duties if duty.role not in PRIVATE)


@transaction.atomic
def keep(
    actor: Actor, name: str, path: str, query: str, *, is_first: bool = False, shared: HeldDuty | None = None
) -> SavedView:
    """Keep a list as it was asked for; the same name on the same list is replaced. Raises Refused.

    shared: one of the actor's own duties, whose other holders meet it too; traced.
    """
    name, problems = clean_text(name).strip(), []
    if not 1 <= len(name) <= MOST_NAME:
        say = Text("请给视图起一个名称，最多 {most} 个字。", "Give the view a name of at most {most} characters.")
        problems.append(Problem("view.name", say.filled(most=MOST_NAME), "name", name[:MOST_NAME]))
    if shared is not None and shared not in duties_to_share(actor):
        say = Text("只能与您本人所任职责的人员共享。", "You can share only with holders of a duty of your own.")
        problems.append(Problem("view.duty", say, "share"))
    try:
        if path in _others:
            query, wrong = _others[path][1](query)
        else:
            listing = listing_at(path, query, actor)
            query, wrong = listing.query()[1:], tuple(listing.problems)
        problems += wrong
    except (Resolver404, LookupError, Forbidden):
        problems.append(Problem("view.path", Text("没有这个列表。", "There is no such list."), "path"))
    if actor.person is None or SavedView.objects.filter(owner=actor.person).count() >= MOST_VIEWS:
        say = Text("最多保存 {most} 个视图。", "At most {most} views are kept.").filled(most=MOST_VIEWS)
        fix = Text("请先删除不用的。", "Delete one that you do not need.")
        problems.append(Problem("view.too_many", say, "name", fix=fix))
    if problems:
        raise Refused.because(*problems)
    if is_first:
        SavedView.objects.filter(owner=actor.person, path=path).update(is_first=False)
    told = shared or HeldDuty("")
    made, _ = SavedView.objects.update_or_create(
        owner_id=actor.person,
        path=path,
        name=name,
        defaults={
            "query": query,
            "is_first": is_first,
            "role": told.role,
            "programme": told.programme,
            "organisation": told.organisation,
            "made_at": clock.now(),
        },
    )
    if shared is not None:
        payload = {"path": path, "role": told.role, "programme": told.programme, "organisation": told.organisation}
        trace.write("list:view:shared", actor, payload=payload, personal={"name": name, "asked": query})
    return made


@transaction.atomic
def drop(actor: Actor, view: SavedView) -> None:
    """Delete a view of one's own."""
    if view.owner_id != actor.person:
        raise Forbidden("delete this view")
    if view.role:
        trace.write("list:view:dropped", actor, payload={"path": view.path, "role": view.role})
    view.delete()
