"""Of which cases an expert's own reviews were. The record knows reviews by digests alone; whoever keeps the seats upstairs
computes them again, for the expert and nobody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from keguan.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class OfCase:
    """The case that a review was of, as its reviewer knows it."""

    number: str
    title: str
    href: str


Namer = Callable[[Actor], Mapping[str, OfCase]]
_namers: list[Namer] = []


def named_by(namer: Namer) -> Namer:
    """Let this answer from now on of which cases the actor's own reviews were, by the keys of the record."""
    if namer not in _namers:
        _namers.append(namer)
    return namer


def own_reviews(actor: Actor) -> dict[str, OfCase]:
    """Every review of the actor's own that they may still know of, by its key in the record."""
    return {key: case for namer in _namers for key, case in namer(actor).items()}
