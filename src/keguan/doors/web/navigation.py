"""What stands in the navigation, for whom. Addresses are looked up by name, so that what is not built is not shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.urls import NoReverseMatch, reverse

from keguan.components.access import PUBLIC, SIGNED_IN, Right, holding
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text

WITH_CASES = holding(
    Text("办理办件", "handle cases"),
    "registrar", "supervision", "officer", "planning", "finance", "committee", "host", "authority",
)  # fmt: skip
WITH_ROUNDS = holding(
    Text("管理批次", "run rounds"), "registrar", "supervision", "officer", "planning", "finance", "committee"
)
WITH_REVIEWS = holding(Text("参加评审", "review"), "expert")
WITH_MEETINGS = holding(Text("查看会议", "see meetings"), "officer", "committee", "supervision")
WITH_APPLICANTS = holding(Text("查看本单位申报进展", "follow the applicants of one's institution"), "host", "authority")
WITH_MEMBERS = holding(Text("管理本单位人员", "look after the people of the organisation"), "administrator")
OUTSIDE = Right(Text("以公众身份查看", "look as one of the public"), lambda actor: not actor.is_known)


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation."""

    title: Text
    url_name: str
    right: Right


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as one reader sees it."""

    title: Text
    href: str
    is_here: bool


PLACES: tuple[Place, ...] = (
    Place(Text("待办", "To do"), "todo", SIGNED_IN),
    Place(Text("通知与公示", "Calls and notices"), "calls", PUBLIC),
    Place(Text("资助结果", "Awards"), "awards", PUBLIC),
    Place(Text("专家抽取", "Draws of experts"), "announced_draws", OUTSIDE),
    Place(Text("我的办件", "My cases"), "my_cases", SIGNED_IN),
    Place(Text("我的评审", "My reviews"), "reviews", WITH_REVIEWS),
    Place(Text("办件", "Cases"), "cases", WITH_CASES),
    Place(Text("申报进展", "Progress"), "progress", WITH_APPLICANTS),
    Place(Text("批次", "Rounds"), "rounds", WITH_ROUNDS),
    Place(Text("会议", "Meetings"), "meetings", WITH_MEETINGS),
    Place(Text("我的视图", "My views"), "views", WITH_CASES),
    Place(Text("我的导出", "My exports"), "exports", WITH_CASES),
    Place(Text("本单位人员", "Our people"), "members_home", WITH_MEMBERS),
    Place(Text("名录", "Registers"), "registers", SIGNED_IN),
)


@cache
def _address(url_name: str) -> str | None:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return None


def items(actor: Actor, path: str) -> list[Item]:
    """The navigation for one reader standing at `path`."""
    shown = [(p, href) for p in PLACES if (href := _address(p.url_name)) is not None and p.right.holds(actor)]
    # What waits for one stands on the first page, too.
    here = (_address("todo") if path == "/" else None) or path
    return [Item(p.title, href, here.startswith(href)) for p, href in shown]
