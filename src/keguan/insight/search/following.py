"""Keeping up with the rooms: which entries an event of the trace concerns.

Read from the trace, in which every deed stands, so that no path can forget to tell. The last minutes are looked through
again each time: an event may become visible after a later one, when its transaction took longer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from django.db.models import Max, Q

from keguan.casework.models import Case, Notice, Round
from keguan.insight.search import entries
from keguan.insight.search.models import Followed
from keguan.kernel import clock
from keguan.registers.experts.models import Expert
from keguan.registers.projects.models import Project
from keguan.registers.trace.models import Event

AGAIN: Final = timedelta(minutes=10)
"""Longer than any transaction takes."""
_AT_ONCE: Final = 2000
_IMPORTED: Final[Mapping[str, tuple[str, ...]]] = {
    "projects": ("project",),
    "nsfc-projects": ("project",),
    "national-rd-projects": ("project",),
    "experts": ("expert",),
    "people": ("expert",),
}


@dataclass
class Touched:
    """What events concern, by the keys of their rooms. whole: kinds of which too much changed to say what."""

    cases: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    projects: set[int] = field(default_factory=set)
    experts: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)
    organisations: set[int] = field(default_factory=set)
    whole: set[tuple[str, ...]] = field(default_factory=set)

    def add(self, event: Event, *, is_new: bool) -> None:
        """Note what one event concerns. is_new: not looked at before; what touches a whole kind counts once."""
        source, _, action = event.tag.split(":")
        if event.case_number:
            self.cases.add(event.case_number)
        found: Mapping[str, Any] = event.payload
        match source:
            case "round" if isinstance(code := found.get("code"), str):
                self.calls.add(code)
            case "projects":
                self.projects |= _ids(found.get("project"))
            case "experts":
                self.experts |= _ids(found.get("expert"))
                self.people |= _ids(found.get("person"))
            case "parties" if action == "merged" and is_new:
                self.whole |= {("expert",), ("project",), ("case",), ("proposal",)}
            case "parties":
                self.people |= _ids(found.get("person"))
            case "organisations":
                self.organisations |= _ids(found.get("organisation"))
            case "imports" if is_new and action == "done" and str(found.get("spec")) in _IMPORTED:
                self.whole.add(_IMPORTED[str(found["spec"])])

    def refresh(self) -> int:
        """Make what was touched what the rooms say now. Returns how many entries changed."""
        changed = sum(entries.sync(kinds) for kinds in self.whole)
        hosts = self.organisations
        of_people = Q(person__in=self.people) | Q(person__employer__in=hosts)
        for kinds, rows in (
            (("call",), Round.objects.filter(code__in=self.calls)),
            (("project",), Project.objects.filter(Q(pk__in=self.projects) | Q(host__in=hosts))),
            (("expert",), Expert.objects.filter(Q(pk__in=self.experts) | of_people)),
        ):
            changed += _synced(kinds, rows.values_list("pk", flat=True))
        cases = set(Case.objects.filter(Q(number__in=self.cases) | Q(host__in=hosts)).values_list("pk", flat=True))
        for kinds in (("case",), ("proposal",), ("report",)):
            changed += _synced(kinds, cases)
        notices = Notice.objects.filter(case__in=cases).values_list("pk", flat=True)
        return changed + _synced(("notice", "award"), notices)


def _ids(value: object) -> set[int]:
    return {value} if isinstance(value, int) else set()


def _synced(kinds: tuple[str, ...], keys: Iterable[int]) -> int:
    wanted = sorted(keys)
    parts = [wanted[start : start + _AT_ONCE] for start in range(0, len(wanted), _AT_ONCE)]
    return sum(entries.sync(kinds, part) for part in parts)


def follow() -> int:
    """Bring search up to what was done since; the first time, make all of it. Returns how many entries changed."""
    found = Followed.objects.first()
    if found is None:
        newest = Event.objects.aggregate(last=Max("id"))["last"] or 0
        changed = entries.rebuild()
        Followed.objects.create(pk=1, settled=newest, seen=newest)
        return changed
    touched, after, settled, old = Touched(), found.settled, found.settled, clock.now() - AGAIN
    while events := list(Event.objects.filter(pk__gt=after, outcome="done").order_by("pk")[:_AT_ONCE]):
        for event in events:
            touched.add(event, is_new=event.pk > found.seen)
        after = events[-1].pk
        settled = max([settled, *(one.pk for one in events if one.at < old)])
    changed = touched.refresh()
    Followed.objects.filter(pk=1).update(settled=settled, seen=max(found.seen, after))
    return changed
