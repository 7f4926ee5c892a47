"""What the counted values of a verdict were counted from, told to those who may know: a reader meets the numbers of cases,
projects, certificates and sanctions that are open to them anyway, and of the others no more than that they count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from keguan.casework.models import Case
from keguan.casework.permissions import can_see_proposal, runs_or_watches, visible_to
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.registers.integrity.rights import sanctions_visible_to
from keguan.registers.parties.queries import names_of

Grounds = Mapping[str, Sequence[Mapping[str, Any]]]
"""By fact: kind, id and number of each thing that was counted, as the verdict keeps them."""

_SAID: Mapping[str, Text] = {
    "case": Text("办件{n}", "case {n}"),
    "project": Text("项目{n}", "project {n}"),
    "certificate": Text("证书{n}", "certificate {n}"),
    "sanction": Text("惩戒决定{n}", "sanction {n}"),
}


@dataclass(frozen=True, slots=True)
class Ground:
    """One thing that was counted. href: its page, "" where it has none of its own."""

    said: Text
    href: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """The grounds that one reader may know, by kind and id."""

    told: Mapping[tuple[str, int], Ground]

    def of(self, grounds: Grounds, name: str) -> tuple[Ground, ...]:
        """What this reader may know of the value of this name."""
        keys = ((one["kind"], one["id"]) for one in grounds.get(name, ()))
        return tuple(self.told[key] for key in keys if key in self.told)


def known_to(actor: Actor, case: Case, several: Iterable[Grounds]) -> Known:
    """What this reader may know of all these grounds of a case's verdicts. No query where nothing was counted; otherwise one
    for each of cases, sanctions and people among them."""
    numbers: dict[str, dict[int, str]] = {}
    for grounds in several:
        for one in (one for of in grounds.values() for one in of):
            numbers.setdefault(one["kind"], {})[one["id"]] = one["number"]
    told: dict[tuple[str, int], Ground] = {}
    for kind, found in numbers.items():
        if kind == "person":
            names = names_of(found) if can_see_proposal(actor, case) else {}
            told |= {(kind, pk): Ground(Text(name, name)) for pk, name in names.items()}
            continue
        page = "project" if kind == "listed" else kind
        for pk in _open_to(actor, case, kind, set(found)):
            href = reverse(page, args=[found[pk] if kind == "case" else pk])
            told[kind, pk] = Ground(_SAID[page].filled(n=found[pk]), href)
    return Known(told)


def _open_to(actor: Actor, case: Case, kind: str, ids: set[int]) -> set[int]:
    match kind:
        case "case":
            return set(Case.objects.filter(visible_to(actor), pk__in=ids).values_list("pk", flat=True))
        case "sanction":
            return set(sanctions_visible_to(actor).filter(pk__in=ids).values_list("pk", flat=True))
        case "project" | "certificate":
            return ids  # both registers are open to whoever is signed in
        case "listed" if runs_or_watches(actor, case):
            # Only a pseudonym ties these projects to the principal: whose it is must not be learned from a verdict.
            return ids
        case _:
            return set()
