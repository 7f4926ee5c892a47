"""What a closet needs to draw its panel: the case as this person meets it, and what was typed into a refused one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from keguan.casework.models import Case, Seat
from keguan.components.fields import Field
from keguan.engine.decision import Situation
from keguan.engine.moves import Verb
from keguan.kernel.actors import Actor
from keguan.kernel.problems import Problem
from keguan.language.definition import Definition
from keguan.language.schema import Step


@dataclass(frozen=True, slots=True)
class Scene:
    """A case at its current step, for one person.

    verbs: what they may do now, by name. post: what they typed, after a refusal; problems: why it was refused.
    sees: the parts of the case that they may see (`permissions.Part`). seats: those of the panel, with their holders.
    query: what the page's address asks for beyond the case.
    """

    case: Case
    situation: Situation
    actor: Actor
    verbs: Mapping[str, Verb]
    post: QueryDict | None = None
    problems: tuple[Problem, ...] = ()
    sees: frozenset[str] = field(default_factory=frozenset)
    seats: tuple[Seat, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)

    @property
    def definition(self) -> Definition:
        return self.situation.definition

    @property
    def step(self) -> Step:
        """The current step. Only for a case that has not ended."""
        return self.definition.programme.step(self.situation.state.step)

    @property
    def memo(self) -> Mapping[str, Any]:
        """What the current step remembers."""
        return self.situation.state.current.memo

    def asked(self, one: Field) -> Field:
        """A field as it was sent, with its problems."""
        typed = one.typed_in(self.post) if self.post is not None and one.name in self.post else one
        return typed.with_problems(self.problems)
