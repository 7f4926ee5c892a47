"""All closets by kind: how a post is read into a command, and what the panel on the case page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

from django.http import QueryDict

from keguan.casework.steps.agree import content as agree_content
from keguan.casework.steps.agree import panel as agree_panel
from keguan.casework.steps.apply import content as apply_content
from keguan.casework.steps.apply import panel as apply_panel
from keguan.casework.steps.check import content as check_content
from keguan.casework.steps.check import panel as check_panel
from keguan.casework.steps.decide import content as decide_content
from keguan.casework.steps.decide import panel as decide_panel
from keguan.casework.steps.deliver import content as deliver_content
from keguan.casework.steps.deliver import panel as deliver_panel
from keguan.casework.steps.endorse import content as endorse_content
from keguan.casework.steps.endorse import panel as endorse_panel
from keguan.casework.steps.pay import content as pay_content
from keguan.casework.steps.pay import panel as pay_panel
from keguan.casework.steps.publish import content as publish_content
from keguan.casework.steps.publish import panel as publish_panel
from keguan.casework.steps.rank import content as rank_content
from keguan.casework.steps.rank import panel as rank_panel
from keguan.casework.steps.record import content as record_content
from keguan.casework.steps.record import panel as record_panel
from keguan.casework.steps.review import content as review_content
from keguan.casework.steps.review import panel as review_panel
from keguan.casework.steps.scene import Scene
from keguan.casework.steps.screen import content as screen_content
from keguan.casework.steps.screen import panel as screen_panel
from keguan.engine.decision import Situation
from keguan.language.definition import Definition
from keguan.language.schema import Step, kind_of


class Reads(Protocol):
    """A closet's `content` module."""

    def read(
        self, post: QueryDict, definition: Definition, step: Any, verb: str, situation: Situation
    ) -> dict[str, Any]:
        """The content of a command from what was typed; nothing is judged here."""
        ...


class Shows(Protocol):
    """A closet's `panel` module."""

    def panel(self, scene: Scene) -> dict[str, Any]:
        """What `steps/<kind>/panel.html` needs."""
        ...


@dataclass(frozen=True, slots=True)
class Closet:
    """One step kind on pages."""

    kind: str
    content: Reads
    shows: Shows

    @property
    def template(self) -> str:
        return f"steps/{self.kind}/panel.html"


CLOSETS: Mapping[str, Closet] = {
    kind: Closet(kind, cast(Reads, content), cast(Shows, shows))
    for kind, content, shows in (
        ("apply", apply_content, apply_panel),
        ("endorse", endorse_content, endorse_panel),
        ("screen", screen_content, screen_panel),
        ("review", review_content, review_panel),
        ("rank", rank_content, rank_panel),
        ("decide", decide_content, decide_panel),
        ("publish", publish_content, publish_panel),
        ("agree", agree_content, agree_panel),
        ("pay", pay_content, pay_panel),
        ("deliver", deliver_content, deliver_panel),
        ("check", check_content, check_panel),
        ("record", record_content, record_panel),
    )
}


def closet_of(step: Step) -> Closet:
    """The closet of a step's kind."""
    return CLOSETS[kind_of(step)]
