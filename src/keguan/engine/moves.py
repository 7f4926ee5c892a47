"""What a step kind answers: remember this, do that, and perhaps: this step is closed, with this outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from keguan.engine.decision import Acting, Command, Effect, Situation
from keguan.engine.state import Answered, Values
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import local_date
from keguan.kernel.names import clean_text
from keguan.kernel.problems import Problem, Refusal
from keguan.language.schema import Step
from keguan.language.verdicts import Verdict

DISCARDED = "discarded"
"""The outcome of an application that its author gave up before handing it in. No programme routes it: it was never made."""


@dataclass(frozen=True, slots=True)
class Move:
    """One answer of a step kind. outcome "" leaves the step open. due says when its time is over: on entering, or from
    now on where the step goes on."""

    outcome: str = ""
    due: datetime | None = None
    memo: Values = field(default_factory=dict)
    answered: tuple[Answered, ...] = ()
    effects: tuple[Effect, ...] = ()
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True, slots=True)
class Verb:
    """Something a person in a role can do at a step. role "" is the system's own.

    is_awaited: whether the case waits for it; False for what may be done though nobody is asked to.
    """

    name: str
    title: Text
    role: str
    is_awaited: bool = True


class Kind(Protocol):
    """What a module in `engine/steps/` provides for its step kind."""

    def verbs(self, step: Any) -> tuple[Verb, ...]:
        """Everything that can be asked of this step, by anyone."""
        ...

    def offers(self, situation: Situation, step: Any, verb: Verb) -> bool:
        """Whether this verb makes sense now, for someone who has its role."""
        ...

    def enter(self, situation: Situation, step: Any) -> Move:
        """The case comes to this step."""
        ...

    def decide(self, situation: Situation, step: Any, command: Command) -> Move | Refusal:
        """Somebody with the right asks for something."""
        ...


def names_in(situation: Situation) -> dict[str, Any]:
    """Every name that expressions may read in this situation, with its value; unknown ones are left out."""
    state = situation.state
    memos = {step_id: step.memo for step_id, step in state.steps.items()}
    day = local_date(situation.terms.opens)
    return situation.definition.names(state.answers, situation.facts, memos, day)


def refuse(
    code: str, say: Text, *, where: str = "", value: str | Text = "", source: str = "", fix: Text | None = None
) -> Refusal:
    """A refusal for one reason."""
    return Refusal((Problem(code, say, where=where, value=value, source=source, fix=fix),))


_READ = Text("请写明理由，当事人将看到它。", "Give a reason; those concerned will read it.")


def reason_owed(command: Command, say: Text = _READ) -> Refusal | None:
    """A refusal if the command came without the reason that somebody is entitled to read. say: who that is."""
    return None if text_of(command, "reason") else refuse("reason.missing", say, where="reason")


def text_of(command: Command, name: str) -> str:
    """A text of the command's content, cleaned and trimmed; "" where there is none."""
    return clean_text(str(command.content.get(name) or "")).strip()


def marks_of(command: Command) -> Values:
    """What was marked for correction: `places` of the form, and `remarks` on some of them, by place. A remark marks its
    place; what is no name of a place is left out."""
    given, said = command.content.get("places"), command.content.get("remarks")
    remarks = {
        clean_text(place): text
        for place, one in (said.items() if isinstance(said, Mapping) else ())
        if _is_place(place) and isinstance(one, str) and (text := clean_text(one).strip())
    }
    places = [clean_text(one) for one in given if _is_place(one)] if isinstance(given, list) else []
    return {"places": list(dict.fromkeys((*places, *remarks))), "remarks": remarks}


def _is_place(given: Any) -> bool:
    return isinstance(given, str) and len(given) <= 200


def holds(acting: Acting, verb: Verb) -> bool:
    """Whether who acts has the role that the verb is for."""
    return acting.is_system if not verb.role else verb.role in acting.roles


def due_after(situation: Situation, step: Step) -> Any:
    """When the step lapses if nothing happens, None if it never does. Timezone-aware."""
    if step.lapse is None:
        return None
    span = situation.definition.span(step.lapse, local_date(situation.terms.opens))
    return span.after(situation.now, situation.calendar)
