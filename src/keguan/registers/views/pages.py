"""The pages of saved views: keeping one, and all that one has."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.deeds import Given, SeeOther, deed_page
from keguan.components.fields import Field
from keguan.components.lists import Choice
from keguan.components.notices import tell
from keguan.components.status import Crumb
from keguan.kernel.actors import HeldDuty
from keguan.kernel.bilingual import Text
from keguan.registers.parties.roles import role_name
from keguan.registers.views import services
from keguan.registers.views.models import SavedView
from keguan.registers.views.queries import views_of

MINE = Text("我的视图", "My views")
_KEPT = Text("已保存视图：{name}", "The view is kept: {name}")


@page(SIGNED_IN)
def views(request: HttpRequest) -> HttpResponseBase:
    """The views that this reader meets."""
    actor = actor_on(request)
    rows = list(views_of(actor).order_by("path", "name"))
    titles = {path: services.title_at(path, actor) for path in {one.path for one in rows}}
    shown = [(one, titles[one.path], one.owner_id == actor.person, _shared(one)) for one in rows]
    return render(request, "views/views.html", {"views": shown, "title": MINE, "crumbs": [Crumb(MINE)]})


@page(SIGNED_IN, methods=("GET", "POST"))
def view_new(request: HttpRequest) -> HttpResponseBase:
    """Keep the list that one comes from under a name."""
    actor = actor_on(request)
    asked = request.POST if request.method == "POST" else request.GET
    path, query = asked.get("path", "")[:500], asked.get("query", "")[:4000].removeprefix("?")
    duties = {str(at): duty for at, duty in enumerate(services.duties_to_share(actor))}
    yes = (Choice("yes", Text("打开这个列表时先显示它", "Show it first when I open this list")),)
    fields = [
        Field("name", "text", Text("名称", "Name"), required=True, most=services.MOST_NAME),
        Field("first", "choices", Text("默认", "First"), choices=yes),
        Field(
            "share",
            "choice",
            Text("与谁共享", "Share with"),
            hint=Text(
                "共享的只是条件；各人只看到自己有权看的。",
                "Only the question is shared; everybody meets their own rows.",
            ),
            choices=tuple(Choice(at, _said(duty)) for at, duty in duties.items()),
        ),
        Field("path", "hidden", Text("列表", "List"), value=path),
        Field("query", "hidden", Text("条件", "Query"), value=query),
    ]

    def do(given: Given) -> tuple[Text, str]:
        shared = given.text("share")
        nobody = HeldDuty("nobody")
        made = services.keep(
            actor,
            given.text("name"),
            path,
            query,
            is_first=given.text("first") == "yes",
            shared=duties.get(shared, nobody) if shared else None,
        )
        return _KEPT.filled(name=made.name), f"{made.path}?{made.query or 'view=all'}"

    title = Text("保存为视图", "Keep as a view")
    hint = Text("保存筛选、查询式、排序和列。", "Keeps filters, query, order and columns.")
    back = reverse("views")
    crumbs = [Crumb(MINE, back)]
    return deed_page(request, title, fields, do, button=Text("保存", "Keep"), back=back, hint=hint, crumbs=crumbs)


@page(SIGNED_IN, methods=("POST",))
def view_drop(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Delete a view of one's own."""
    actor = actor_on(request)
    services.drop(actor, get_object_or_404(SavedView, pk=pk, owner=actor.person))
    tell(request, Text("已删除视图。", "The view is deleted."))
    return SeeOther(reverse("views"))


def _said(duty: HeldDuty) -> Text:
    role = role_name(duty.role)
    return (
        Text("{role}（{code}）", "{role} ({code})").filled(role=role, code=duty.programme) if duty.programme else role
    )


def _shared(one: SavedView) -> Text | str:
    return _said(HeldDuty(one.role, one.organisation, one.programme)) if one.role else ""
