"""Of which cases an expert's own reviews were. The record knows reviews by digests alone; whoever keeps the seats upstairs
computes them again, for the expert and nobody else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from keguan.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class OfCase:
    """The case that a review was of, as its reviewer knows it."""

    number: str
    title: str
    href: str


Namer = Callable[[Actor, Collection[str]], Mapping[str, OfCase]]
_namers: list[Namer] = []


def named_by(namer: Namer) -> Namer:
    """Let this answer from now on of which cases those of the actor's own reviews were that have these keys in the record."""
    if namer not in _namers:
        _namers.append(namer)
    return namer


def own_reviews(actor: Actor, keys: Collection[str]) -> dict[str, OfCase]:
    """Those of the actor's own reviews with these keys of the record that they may still know of, by key."""
    return {key: case for namer in _namers for key, case in namer(actor, keys).items()} if keys else {}
