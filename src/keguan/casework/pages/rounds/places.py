"""Pages of a round that upper rooms have: each tells its own, and the round's page leads there."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from keguan.casework.models import Round
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition

Place = tuple[Text, str]
Places = Callable[[Actor, Round, Definition], Iterable[Place]]
_sources: list[Places] = []


def has_places(source: Places) -> Places:
    """Let this function tell of pages of a round, for those who may open them."""
    if source not in _sources:
        _sources.append(source)
    return source


def places_of(actor: Actor, of_round: Round, definition: Definition) -> list[Place]:
    """What each page is called, and its address."""
    return [place for source in _sources for place in source(actor, of_round, definition)]
