"""What asks for codes: what somebody typed as it is stored, and what a stored code is called.

A code is stored with its edition, `gbt13745:2009:52040`: an entry says for good by which classification it was sorted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q

from keguan.components.lists import Choice
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.names import halfwidth
from keguan.kernel.problems import Problem
from keguan.registers.codes.models import CodeNode, CodeTree

USUAL = "gbt13745"
"""The classification that a code without a name of one is taken from."""

_NAMES = {"gb/t13745": USUAL, "gbt13745": USUAL}


@dataclass(frozen=True, slots=True)
class Reference:
    """A code with its edition. tree, version, code: as in `CodeTree` and `CodeNode`."""

    tree: str
    version: str
    code: str

    @classmethod
    def of(cls, stored: str) -> Reference:
        """Read what is stored (`gbt13745:2009:520`)."""
        return cls(*stored.split(":", 2))

    def __str__(self) -> str:
        return f"{self.tree}:{self.version}:{self.code}"

    @property
    def line(self) -> list[str]:
        """The code and all that may stand above it, as stored: what an expert of a broader field may have given."""
        return [f"{self.tree}:{self.version}:{self.code[:length]}" for length in range(1, len(self.code) + 1)]


def trees() -> list[CodeTree]:
    """Every edition, of each classification the one in force first."""
    today = clock.today()
    found = CodeTree.objects.order_by("name", "-since", "-version")
    return sorted(found, key=lambda one: (one.name, not _in_force(one, today)))


def _in_force(tree: CodeTree, day: object) -> bool:
    return not ((tree.since and tree.since > day) or (tree.until and tree.until < day))  # type: ignore[operator]


def read_codes(typed: Iterable[str]) -> dict[str, str | Problem]:
    """Codes as stored, by what was typed: `520.40`, `gbt13745:520`, `nsfc:2025:A01`; a Problem for each unknown one.

    Without the name of a classification a code is one of GB/T 13745; without a year, of the edition in force. Two queries.
    """
    known = trees()
    found = {one: _found(one, known) for one in typed}
    codes = {code for at in found.values() if at for code in _above(at[1])}
    nodes = set(CodeNode.objects.filter(code__in=codes).values_list("tree_id", "code")) if codes else set()
    return {one: _checked(one, at, nodes) for one, at in found.items()}


def _found(typed: str, known: list[CodeTree]) -> tuple[CodeTree, str] | None:
    parts = "".join(halfwidth(typed, punctuation=True).split()).split(":")
    name = _NAMES.get(parts[0].casefold(), parts[0].casefold()) if len(parts) > 1 else USUAL
    version = parts[1] if len(parts) == 3 else ""
    tree = next((one for one in known if one.name == name and version in ("", one.version)), None)
    return (tree, parts[-1].replace(".", "").upper()) if tree is not None and len(parts) <= 3 else None


def _above(code: str) -> list[str]:
    return [code[:length] for length in range(1, len(code) + 1)]


def _checked(typed: str, at: tuple[CodeTree, str] | None, nodes: set[tuple[int, str]]) -> str | Problem:
    if at is not None:
        tree, code = at
        listed = (tree.pk, code) in nodes
        below = bool(tree.shape and re.fullmatch(tree.shape, code))
        if listed or (below and any((tree.pk, above) in nodes for above in _above(code))):
            return f"{tree.name}:{tree.version}:{code}"
    return Problem(
        code="expert.field-unknown",
        say=Text("没有这个学科代码", "There is no such code"),
        value=typed[:40],
        source="GB/T 13745-2009" if at is None or at[0].name == USUAL else at[0].source,
        fix=Text(
            "例如 110（数学）、520.40；其他分类写作“分类名:代码”，分类名见“分类代码”名录",
            "For example 110 (mathematics), 520.40; of another classification its name, a colon and the code: its register lists them",
        ),
    )


def names_of(stored: Iterable[str]) -> Mapping[str, Text]:
    """What stored codes are called: the code, and the name of the nearest listed one at or above it. Two queries at most.

    The classification is told where it is not GB/T 13745.
    """
    wanted = {one: Reference.of(one) for one in stored}
    if not wanted:
        return {}
    codes = {code for ref in wanted.values() for code in _above(ref.code)}
    rows = CodeNode.objects.filter(code__in=codes).values_list(
        "tree__name", "tree__version", "code", "title_zh", "title_en"
    )
    titles = {f"{tree}:{version}:{code}": Text(zh, en) for tree, version, code, zh, en in rows}
    return {one: _name(ref, titles) for one, ref in wanted.items()}


def _name(ref: Reference, titles: Mapping[str, Text]) -> Text:
    shown = ref.code if ref.tree == USUAL else f"{ref.tree} {ref.version} {ref.code}"
    title = next((titles[one] for one in reversed(ref.line) if one in titles), None)
    return Text(f"{shown} {title.zh}", f"{shown} {title.en}") if title else Text(shown, shown)


def top_choices() -> tuple[Choice, ...]:
    """The first level of every edition in force, for narrowing lists. One query."""
    today = clock.today()
    in_force = (Q(tree__since__isnull=True) | Q(tree__since__lte=today)) & (
        Q(tree__until__isnull=True) | Q(tree__until__gte=today)
    )
    rows = CodeNode.objects.filter(in_force, parent="").select_related("tree").order_by("tree__name", "code")
    return tuple(Choice(str(ref := _reference(row)), _name(ref, {str(ref): row.title})) for row in rows)


def _reference(row: CodeNode) -> Reference:
    return Reference(row.tree.name, row.tree.version, row.code)


MOST_CALLED = 200
"""A word that stands in more titles says little; so many codes are looked for."""


def codes_called(word: str) -> list[str]:
    """The codes, as stored, whose title has this word; none for a single character, which stands in most of them."""
    if len(word) < 2:
        return []
    titled = CodeNode.objects.filter(Q(title_zh__contains=word) | Q(title_en__icontains=word))
    rows = titled.order_by("code").values_list("tree__name", "tree__version", "code")[:MOST_CALLED]
    return [str(Reference(*row)) for row in rows]
