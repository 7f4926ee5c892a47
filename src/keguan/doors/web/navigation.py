"""What stands in the navigation, for whom: each page itself says who may open it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.urls import reverse

from keguan.components.access import PUBLIC, Right, holding, right_at
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text

WITH_CASES = holding(
    Text("办理办件", "handle cases"),
    "registrar", "supervision", "officer", "planning", "finance", "committee", "host", "authority",
)  # fmt: skip
WITH_REVIEWS = holding(Text("参加评审", "review"), "expert")
OUTSIDE = Right(Text("以公众身份查看", "look as one of the public"), lambda actor: not actor.is_known)


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation: for whoever may open it, and of them for those only for whom it is made, where `made_for`
    says so."""

    title: Text
    url_name: str
    made_for: Right = PUBLIC


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as one reader sees it."""

    title: Text
    href: str
    is_here: bool


PLACES: tuple[Place, ...] = (
    Place(Text("待办", "To do"), "todo"),
    Place(Text("通知与公示", "Calls and notices"), "calls"),
    Place(Text("资助结果", "Awards"), "awards"),
    Place(Text("专家抽取", "Draws of experts"), "announced_draws", OUTSIDE),
    Place(Text("我的办件", "My cases"), "my_cases"),
    Place(Text("我的评审", "My reviews"), "reviews", WITH_REVIEWS),
    Place(Text("办件", "Cases"), "cases", WITH_CASES),
    Place(Text("申报进展", "Progress"), "progress"),
    Place(Text("批次", "Rounds"), "rounds"),
    Place(Text("会议", "Meetings"), "meetings"),
    Place(Text("我的视图", "My views"), "views", WITH_CASES),
    Place(Text("我的导出", "My exports"), "exports", WITH_CASES),
    Place(Text("本单位人员", "Our people"), "members_home"),
    Place(Text("名录", "Registers"), "registers"),
)


@cache
def _opened_by(url_name: str) -> tuple[str, Right]:
    """The address of a page, and the right that it declares."""
    address = reverse(url_name)
    return address, right_at(address)


def items(actor: Actor, path: str) -> list[Item]:
    """The navigation for one reader standing at `path`."""
    pages = [(place, *_opened_by(place.url_name)) for place in PLACES]
    shown = [(p, href) for p, href, right in pages if right.holds(actor) and p.made_for.holds(actor)]
    # What waits for one stands on the first page, too.
    here = reverse("todo") if path == "/" else path
    return [Item(p.title, href, here.startswith(href)) for p, href in shown]
