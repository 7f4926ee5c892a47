"""Who puts a line into somebody's messages: casework, which stands above and says so here."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from keguan.kernel.bilingual import Text

Teller = Callable[[list[int], Text], None]
_tellers: list[Teller] = []


def tells(teller: Teller) -> Teller:
    """Let this tell people, given their ids, from now on; called once, as its app is ready."""
    if teller not in _tellers:
        _tellers.append(teller)
    return teller


def tell(people: Iterable[int], line: Text) -> None:
    """Tell these people something about the pool of experts. Needs a transaction."""
    asked = list(dict.fromkeys(people))
    for teller in _tellers:
        teller(asked, line)
