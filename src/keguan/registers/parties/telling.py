"""Who puts a line into somebody's messages: casework, which stands above the registers and says so here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from keguan.kernel.bilingual import Text

About = Literal["expert", "sanction", "duty", "entry"]
"""What registers tell people about: their entry as an expert, what stands against them, what they hold, their own entry."""

Teller = Callable[[list[int], Text], None]
_tellers: dict[About, Teller] = {}


def tells(about: About) -> Callable[[Teller], Teller]:
    """Let this tell people of one thing, given their ids, from now on; said once, as its app is ready."""

    def add(teller: Teller) -> Teller:
        _tellers[about] = teller
        return teller

    return add


def tell(about: About, people: Iterable[int], line: Text) -> None:
    """Tell these people, each once. Needs a transaction."""
    asked = list(dict.fromkeys(people))
    if asked and about in _tellers:
        _tellers[about](asked, line)
