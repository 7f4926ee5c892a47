"""The trace of one case as sentences, in the words of its programme; who reviews and who objects stays hidden."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from keguan.casework.messages import end_title
from keguan.components.status import Tone
from keguan.engine.steps import kind_for
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.schema import Rank, Review, Step
from keguan.language.wording import OUTCOMES, step_title
from keguan.registers.trace.models import Event
from keguan.registers.trace.queries import events_of_case
from keguan.registers.trace.sentences import SYSTEM_NAME, told

MOST = 300
REVIEWER = Text("一位评审专家", "A reviewer")
SOMEBODY = Text("一位实名人员", "Somebody under their real name")
_READ = {
    "proposal": Text("查看了申报内容", "read the proposal"),
    "identity": Text("查看了评审专家身份", "read who the reviewers are"),
    "document": Text("下载了附件", "downloaded a file"),
}
_DOCUMENT = Text("上传了附件", "handed in a file")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of the trace."""

    at: datetime
    said: Text
    tone: Tone


def events_for(number: str) -> list[Event]:
    """The events of a case that its page tells, the oldest first. Changes of columns repeat what deeds say."""
    newest = events_of_case(number).exclude(tag__startswith="db:").order_by("-id")[:MOST]
    return list(reversed(newest))


def sentences(
    definition: Definition,
    events: Iterable[Event],
    names: Mapping[int, str],
    *,
    masked: frozenset[int],
    sees: frozenset[str],
    hide_objector: bool,
) -> list[Sentence]:
    """The events in words. masked: people who review this case, named to nobody who may not see reviewers."""
    lines = []
    for event in events:
        who = _who(event, names, masked, hide_objector)
        what = _what(definition, event, sees)
        said = what if what is None else Text("{who} {what}", "{who} {what}").filled(who=who, what=what)
        tone: Tone = "bad" if event.outcome == "refused" else "info" if event.outcome == "read" else "good"
        lines.append(Sentence(event.at, said or told(event, names), tone))
    return lines


def _who(event: Event, names: Mapping[int, str], masked: frozenset[int], hide_objector: bool) -> Text:
    if event.actor is None:
        return SYSTEM_NAME
    if event.actor in masked:
        return REVIEWER
    if hide_objector and _opens_objection(event):
        return SOMEBODY
    name = names.get(event.actor)
    return Text(name, name) if name else Text(f"人员{event.actor}号", f"Person {event.actor}")


def _opens_objection(event: Event) -> bool:
    return event.tag.startswith("case:open-side:") and "object" in str(event.payload)


def _what(definition: Definition, event: Event, sees: frozenset[str]) -> Text | None:
    source, subject, action = event.tag.split(":")
    if source == "read":
        return _READ.get(subject)
    if event.tag == "documents:document:kept":
        return _DOCUMENT
    if source != "case":
        return Text("{tag}", "{tag}").filled(tag=event.tag) if event.actor is not None else None
    verb, step = _verb(definition, str(event.payload.get("command", "")), str(event.payload.get("step", "")))
    at = Text("在“{step}”环节", "at “{step}”").filled(step=step) if step else Text("", "")
    if action == "refused":
        n = len(event.payload.get("problems") or ())
        said = Text("{at}试图“{verb}”，未予办理（{n}处问题）", "tried “{verb}” {at}: refused, {n} problems")
        return said.filled(at=at, verb=verb, n=n)
    follows = _follows(definition, event.payload.get("events") or [], sees)
    return Text("{at}{verb}{follows}", "{verb} {at}{follows}").filled(at=at, verb=verb, follows=follows)


def _verb(definition: Definition, command: str, step_id: str) -> tuple[Text, Text | None]:
    """The command and its step in words."""
    fixed = {
        "start": Text("开始申报", "began the application"),
        "open_side": Text("提出关联办件", "opened a side case"),
        "close_side": Text("关联办件办结", "a side case ended"),
        "expire": Text("时限已到", "the time was over"),
        "close": Text("公示期满", "the notice was over"),
        "place": Text("按批次排序", "placed by the ranking"),
    }
    step: Step | None = next((one for one in definition.programme.steps if one.id == step_id), None)
    title = step_title(step) if step else None
    if command in fixed:
        return fixed[command], title if command not in ("start",) else None
    verbs = kind_for(step).verbs(step) if step else ()
    return next((one.title for one in verbs if one.name == command), Text(command, command)), title


def _follows(definition: Definition, events: list[Mapping[str, Any]], sees: frozenset[str]) -> Text:
    """What a deed led to: outcomes, the next step, the end."""
    steps = {str(step.id): step for step in definition.programme.steps}
    parts: list[Text] = []
    for one in events:
        step = steps.get(str(one.get("step", "")))
        match one.get("event"):
            case "closed" if step is not None and not (isinstance(step, Review | Rank) and "reviews" not in sees):
                outcome = OUTCOMES.get(str(one.get("outcome")), Text("", ""))
                parts.append(Text("“{s}”{o}", "“{s}” {o}").filled(s=step_title(step), o=outcome))
            case "entered" if step is not None:
                parts.append(Text("进入“{s}”", "on to “{s}”").filled(s=step_title(step)))
            case "ended":
                end = end_title(definition, str(one.get("end", "")))
                parts.append(Text("办结：{e}", "ended: {e}").filled(e=end))
    if not parts:
        return Text("", "")
    return Text("；" + "，".join(one.zh for one in parts), "; " + ", ".join(one.en for one in parts))
