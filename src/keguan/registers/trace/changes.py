"""What changed between two states, told line by line for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from keguan.kernel.bilingual import Text

_NOTHING = object()
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Change:
    """One place that changed. before or after is "" where the place was empty or is empty now."""

    where: str
    before: str
    after: str

    @property
    def said(self) -> Text:
        """The change as one line: added, removed or from–to."""
        values = {"where": self.where, "before": self.before, "after": self.after}
        if not self.before:
            return Text("{where}：填写“{after}”", "{where}: set to “{after}”").filled(**values)
        if not self.after:
            return Text("{where}：清除（原为“{before}”）", "{where}: cleared (was “{before}”)").filled(**values)
        return Text("{where}：“{before}”改为“{after}”", "{where}: “{before}” became “{after}”").filled(**values)


def diff(before: Mapping[str, object] | None, after: Mapping[str, object] | None) -> list[Change]:
    """The places where two states differ, in the order of their paths (`budget.equipment`, `members[2].name`)."""
    old, new = dict(_leaves(before or {}, "")), dict(_leaves(after or {}, ""))
    places = list(dict.fromkeys([*old, *new]))
    changed = [place for place in places if old.get(place, _NOTHING) != new.get(place, _NOTHING)]
    return [Change(place, old.get(place, ""), new.get(place, "")) for place in changed]


def _leaves(value: object, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, f"{place}.{name}" if place else str(name))
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for number, inner in enumerate(value, start=1):
            yield from _leaves(inner, f"{place}[{number}]")
    elif value is not None and value != "":
        said = str(value)
        yield place, said if len(said) <= _LONGEST else said[:_LONGEST] + "…"
