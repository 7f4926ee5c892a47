"""Lines for people: what became of their case. Nothing confidential stands in them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from keguan.casework.models import Case, Message
from keguan.engine.decision import Decided
from keguan.engine.machine import WITHDRAWN
from keguan.engine.state import Closed, Ended, Entered, Event
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.schema import kind_of
from keguan.language.vocabulary import KINDS


def tell(case: Case, definition: Definition, decided: Decided, now: datetime) -> None:
    """The applicant hears what became of the case: sent back, waiting for them, ended."""
    if case.applicant_id is None:
        return
    lines = [line for event in decided.events if (line := _line(case, definition, event)) is not None]
    send([case.applicant_id], case, lines, now)


def send(people: Iterable[int], case: Case, lines: list[Text], now: datetime) -> None:
    """Put the lines into these people's messages."""
    if lines:
        Message.objects.bulk_create(
            Message(person_id=person, case=case, zh=line.zh, en=line.en, at=now) for person in people for line in lines
        )


def step_title(definition: Definition, step_id: str) -> Text:
    """What a step is called: its own title, or its kind's."""
    step = definition.programme.step(step_id)
    return step.title or KINDS[kind_of(step)].title


def end_title(definition: Definition, end: str) -> Text:
    """What an end is called."""
    if end == WITHDRAWN:
        return Text("已撤回", "Withdrawn")
    return next((one.title for one in definition.programme.ends if one.end == end), Text(end, end))


def _line(case: Case, definition: Definition, event: Event) -> Text | None:
    match event:
        case Ended(end, _):
            said = Text("{number} 已办结：{end}", "{number} has ended: {end}")
            return said.filled(number=case.number, end=end_title(definition, end))
        case Closed(_, "returned", _):
            said = Text("{number} 被退回，请修改后重新提交。", "{number} was returned; correct it and submit again.")
            return said.filled(number=case.number)
        case Entered(step, _, _) if kind_of(definition.programme.step(step)) in ("agree", "deliver"):
            said = Text("{number} 等待您办理：{step}", "{number} waits for you: {step}")
            return said.filled(number=case.number, step=step_title(definition, step))
    return None
