"""Events as sentences that people understand, in both languages. Upper rooms add the sentences of their own tags."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from string import Formatter

from keguan.components import reader
from keguan.kernel.bilingual import Text
from keguan.registers.trace.models import Event

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d(:\d\d)?)")
"""A point in time as payloads and columns keep it; people read it by Beijing clocks."""

Teller = Callable[[Event], Text]
_TELLERS: dict[str, Teller] = {}

SYSTEM_NAME = Text("系统", "The system")
_OUTCOMES = {
    "done": Text("完成", "done"),
    "refused": Text("被拒绝", "refused"),
    "read": Text("已查看", "read"),
}


def sentence(tag: str) -> Callable[[Teller], Teller]:
    """Tell events of this tag by a function from the event to what was done, without the actor.

    `@sentence("case:submit:accepted")`. Raises ValueError if the tag has a sentence already: two would contradict.
    """

    def add(teller: Teller) -> Teller:
        if tag in _TELLERS and _TELLERS[tag] is not teller:
            raise ValueError(f"the tag {tag} has a sentence already")
        _TELLERS[tag] = teller
        return teller

    return add


def sentences(said: Mapping[str, Text]) -> None:
    """Tell events of these tags by texts with `{places}` filled from the payload.

    A place that is missing, or that is hidden behind a commitment, is told as an ellipsis, never guessed.
    """
    for tag, text in said.items():
        sentence(tag)(partial(_from_payload, text))


def changes(tag: str, thing: Text, column: Text, words: Mapping[str, Text]) -> None:
    """Tell what the table itself saw of a watched column (`db:<subject>:<column>`).

    thing: which row, with the place `{key}` where its key says something to people; words: what the values are called.
    """
    sentence(tag)(partial(_change, thing, column, words))


def has_sentence(tag: str) -> bool:
    """Whether events of this tag are told in words of their own."""
    return tag in _TELLERS


def told(event: Event, names: Mapping[int, str] | None = None) -> Text:
    """What one event says: who did what. A tag nobody wrote a sentence for is told honestly by its words.

    names: people's names by id, as far as the reader may know them; others are told by their number.
    """
    return Text("{who}{what}", "{who} {what}").filled(who=_who(event, names or {}), what=deed(event))


def deed(event: Event) -> Text:
    """What one event says was done, for those who say by themselves who did it."""
    teller = _TELLERS.get(event.tag)
    return teller(event) if teller else _generic(event)


def _change(thing: Text, column: Text, words: Mapping[str, Text], event: Event) -> Text:
    before, after = (event.payload.get(place) for place in ("before", "after"))
    if before is None:
        said = Text("登记{thing}，{column}为“{after}”", "entered {thing}: its {column} is “{after}”")
    elif after is None:
        said = Text("删去{thing}，{column}原为“{before}”", "removed {thing}: its {column} was “{before}”")
    else:
        said = Text(
            "将{thing}的{column}由“{before}”改为“{after}”", "moved the {column} of {thing} from “{before}” to “{after}”"
        )
    return said.filled(
        thing=filled(thing, event.payload),
        column=column,
        before=words.get(str(before)) or _shown(before),
        after=words.get(str(after)) or _shown(after),
    )


def _who(event: Event, names: Mapping[int, str]) -> Text:
    if event.actor is None:
        return SYSTEM_NAME
    name = names.get(event.actor)
    said = Text(name, name) if name else Text(f"人员{event.actor}号", f"Person {event.actor}")
    return acting_for(said, event, names)


def acting_for(who: Text, event: Event, names: Mapping[int, str]) -> Text:
    """Who did it, with the one for whom they did it as a deputy; names as in `told`."""
    deputised = event.payload.get("for")
    if not isinstance(deputised, int) or event.tag.startswith("parties:"):
        return who
    if known := names.get(deputised):
        return Text(f"{who.zh}（代{known}）", f"{who.en} (for {known})")
    return Text(f"{who.zh}（代人员{deputised}号）", f"{who.en} (for person {deputised})")


def _generic(event: Event) -> Text:
    source, subject, action = event.tag.split(":")
    if source == "db":
        return Text(
            "使 {subject}“{key}”的 {action} 由“{before}”变为“{after}”",
            "moved {action} of {subject} “{key}” from “{before}” to “{after}”",
        ).filled(subject=subject, action=action, **_said(event.payload, "key", "before", "after"))
    if event.outcome == "read":
        return Text("查看了 {subject}“{key}”", "read {subject} “{key}”").filled(
            subject=subject, **_said(event.payload, "key")
        )
    return Text("执行 {subject}：{action}（{outcome}）", "did {subject}: {action} ({outcome})").filled(
        subject=subject, action=action, outcome=_OUTCOMES.get(event.outcome, Text(event.outcome, event.outcome))
    )


def filled(text: Text, payload: Mapping[str, object], **better: Text | str) -> Text:
    """The text with its `{places}` filled from the payload, or from `better` where a plain value says too little."""
    places = {name for said in (text.zh, text.en) for _, name, _, _ in Formatter().parse(said) if name}
    return text.filled(**{**_said(payload, *places), **better})


def _from_payload(text: Text, event: Event) -> Text:
    return filled(text, event.payload)


def _said(payload: Mapping[str, object], *places: str) -> dict[str, str]:
    return {place: _shown(payload.get(place)) for place in places}


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        # Canonical JSON tags what JSON cannot say (`{"$date": …}`); anything else, a commitment too, stays hidden.
        tagged = next((inner for tag, inner in value.items() if tag in ("$date", "$moment", "$decimal", "$int")), None)
        return _shown(tagged)
    if isinstance(value, list):
        return "、".join(map(_shown, value))
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return reader.moment(datetime.fromisoformat(value))
    return "…" if value is None else str(value)


sentences(
    {
        "trace:personal:erased": Text(
            "依据 {basis} 删除了第 {event} 号痕迹中的个人信息：{fields}",
            "erased personal values of event {event} under {basis}: {fields}",
        ),
    }
)
