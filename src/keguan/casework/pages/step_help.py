"""What a step is, told where one stands at it: from the definition, so that no page has words of its own to grow old."""

from __future__ import annotations

from dataclasses import dataclass

from keguan.casework.pages.programme_words import RuleWords, steps_said
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.prose import step_said


@dataclass(frozen=True, slots=True)
class StepHelp:
    """One step: who acts, what is done, by when, where each outcome leads, the source; and the rules that it goes by."""

    title: Text
    programme: Text
    sentences: tuple[Text, ...]
    rules: tuple[RuleWords, ...]


_told: dict[tuple[str, str], StepHelp] = {}


def help_for(definition: Definition, step: str) -> StepHelp | None:
    """The help for a step by its id, None after the end. Told once per process: a published definition never changes."""
    if not step:
        return None
    key = (definition.digest, step)
    if key not in _told:
        programme = definition.programme
        words = next(w for w, one in zip(steps_said(definition), programme.steps, strict=True) if one.id == step)
        _told[key] = StepHelp(words.title, programme.title, step_said(programme, programme.step(step)), words.rules)
    return _told[key]
