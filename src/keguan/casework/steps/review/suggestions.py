"""Who is near a case by what they know. Casework asks; an upper room that compares works answers, where there is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from keguan.casework.models import Case
from keguan.kernel.bilingual import Text


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An expert near a case. fit: 0 to 1. because: the works that made it so, each as a sentence, or what else it is."""

    expert: int
    fit: float
    because: tuple[Text, ...] = ()


Suggest = Callable[[Case], Sequence[Suggestion]]
_source: list[Suggest] = []


def answered_by(source: Suggest) -> Suggest:
    """Let this function answer from now on; a later one takes its place."""
    _source[:] = [source]
    return source


def suggestions(case: Case) -> Sequence[Suggestion]:
    """The experts near this case, the nearest first; none where nobody answers."""
    return _source[0](case) if _source else ()
