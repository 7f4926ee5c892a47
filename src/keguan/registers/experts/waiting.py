"""What still waits for an expert. Seats are kept upstairs; who lets an expert go asks here first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """A review that an expert has not done. number: of the case, for the expert alone. href: where they hand it back."""

    number: str
    href: str


Teller = Callable[[int], Sequence[Waiting]]
_tellers: list[Teller] = []


def told_by(teller: Teller) -> Teller:
    """Let this answer from now on what waits for an expert, given the id of the entry; called once, as its app is ready."""
    if teller not in _tellers:
        _tellers.append(teller)
    return teller


def waiting_for(expert: int) -> list[Waiting]:
    """Everything that still waits for this expert."""
    return [one for teller in _tellers for one in teller(expert)]
