"""The form by which cases are handed over: to whom, and why."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest

from keguan.casework.handing import colleagues
from keguan.components.fields import Field
from keguan.components.lists import Choice
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem

TITLE = Text("转交同事", "Hand over to a colleague")
EVERYBODY = Choice("all", Text("交回全体经办人员", "Back to all officers"))
_TO = Text("转交给", "To whom")
_WHY = Text("理由", "Reason")
_READ = Text("接收人会看到，并留有痕迹。", "The colleague reads it; it stays in the trace.")


def receiver_in(request: HttpRequest) -> tuple[int | None, tuple[Problem, ...]]:
    """Whom the form names; None for everybody."""
    typed = request.POST.get("to", "")
    if typed == EVERYBODY.value:
        return None, ()
    if typed.isdecimal() and len(typed) < 19:
        return int(typed), ()
    return None, (Problem("handing.no_duty", Text("请选择一位经办同事。", "Choose a colleague."), where="to"),)


def fields_of(actor: Actor, programmes: Sequence[str]) -> list[Field]:
    """To whom, and why."""
    people = tuple(Choice(str(one.pk), Text(one.name, one.name)) for one in colleagues(actor, programmes))
    mine = (Choice(str(actor.person), Text("由我经办", "To myself")),)
    return [
        Field("to", "choice", _TO, required=True, choices=(*people, *mine, EVERYBODY)),
        Field("reason", "prose", _WHY, hint=_READ, required=True, most=500),
    ]
