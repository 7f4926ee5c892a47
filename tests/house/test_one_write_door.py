"""Whatever happens to a case happens through `casework.services`: nothing else writes casework's rows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "keguan"

BEHIND_THE_DOOR = {
    "casework/services.py",  # the door
    "casework/effects.py",  # what a decision means for the rows
    "casework/reviewing/seats.py",
    "casework/notices.py",
    "casework/messages.py",
    "casework/reviewing/rechecking.py",  # ties that came up after a seat was given
    "casework/drafting/opening.py",  # how a case comes into the world
    "casework/drafting/drafts.py",  # what is typed, before it is handed in
    "casework/situation/late.py",  # when it may still be handed in
    "casework/desk_notes.py",  # what officers note on it
    "casework/handing.py",  # and whose matter it is among them
    "casework/drafting/editors.py",  # and who types it
    "casework/rounds/versions.py",  # what a published call said, and says
    "casework/rounds/services.py",  # rounds themselves; their cases move through the door
    "casework/rounds/amending.py",  # and how a published call is changed
    "casework/desks/recommendations.py",  # in which order an authority means to recommend
    "casework/office_checks.py",  # what an office looks at for itself
    "casework/reviewing/votes.py",  # what a meeting voted: counts, no decision
    "casework/rounds/resolutions.py",  # what was resolved, and who signed it
    "casework/versions.py",
    "casework/bodies.py",  # and when an organisation goes into another
    "casework/people.py",  # whose cases they are, when people leave or two entries were one
    "casework/desks/archive.py",  # which of one's own cases one keeps out of one's list
    "casework/desks/undoing.py",
    "casework/desks/batches.py",  # which cases, and what came of each; they move through the door
    "panels/draws/services.py",  # draws, rows of their own beside casework's
    "panels/draws/chairs.py",  # and who was drawn; seats are given and taken through the door
    "casework/alarms.py",  # drops alarms that have rung; acts through the door
}
"""Files that may write casework's tables."""

HOLD_THE_KEY = {"casework/services.py", "casework/drafting/opening.py", "casework/sides.py"}
"""Files that may carry out a decision: with the case locked, in a transaction, traced."""

WRITES = {
    *("create", "bulk_create", "get_or_create", "update_or_create", "update", "bulk_update", "delete", "save"),
    *("acreate", "abulk_create", "aget_or_create", "aupdate_or_create", "aupdate", "abulk_update", "adelete", "asave"),
}
RAW_WRITE = re.compile(r"\b(insert\s+into|update|delete\s+from|truncate|copy)\s+\"?casework_", re.IGNORECASE)


def modules() -> Iterator[tuple[str, ast.Module, str]]:
    """Every module that could write: its place below keguan/, its tree, its text."""
    for path in sorted(SOURCE.rglob("*.py")):
        place = path.relative_to(SOURCE).as_posix()
        if "/migrations/" not in place:
            text = path.read_text(encoding="utf-8")
            yield place, ast.parse(text), text


def casework_models(tree: ast.Module) -> set[str]:
    """The names under which a module knows casework's tables."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "keguan.casework.models":
            names |= {alias.asname or alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module == "keguan.casework":
            names |= {alias.asname or alias.name for alias in node.names if alias.name == "models"}
    return names


def writing_calls(tree: ast.Module, models: set[str]) -> Iterator[str]:
    """Calls that write, on a casework model, or on a row while casework models are at hand."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES):
            continue
        names = {part.id for part in ast.walk(node.func) if isinstance(part, ast.Name)}
        if names & models or (models and node.func.attr in ("save", "asave")):
            yield f"line {node.lineno}: {ast.unparse(node.func)}"


def test_only_the_files_behind_the_door_write_caseworks_tables() -> None:
    found = []
    for place, tree, text in modules():
        if place in BEHIND_THE_DOOR:
            continue
        found += [f"{place} {call}" for call in writing_calls(tree, casework_models(tree))]
        found += [f"{place}: {hit.group(0)}" for hit in RAW_WRITE.finditer(text)]
    assert not found


def test_a_decision_is_carried_out_only_by_those_who_hold_the_key() -> None:
    found = []
    for place, tree, _ in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
                if name == "carry_out" and place not in HOLD_THE_KEY:
                    found.append(f"{place} line {node.lineno}")
    assert not found


@pytest.mark.parametrize(
    "text",
    [
        "from keguan.casework.models import Case\nCase.objects.filter(pk=1).update(step='x')",
        "from keguan.casework.models import Case as C\nC.objects.create()",
        "from keguan.casework import models\nmodels.Case.objects.all().delete()",
        "from keguan.casework.models import Case\ncase = Case.objects.get(pk=1)\ncase.save()",
    ],
)
def test_the_test_itself_sees_a_write(text: str) -> None:
    tree = ast.parse(text)
    assert list(writing_calls(tree, casework_models(tree)))
    assert RAW_WRITE.search('cursor.execute("UPDATE casework_case SET step = %s")')
