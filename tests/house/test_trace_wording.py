"""Whatever the trace can hold is told in words: every tag that the code can write has its sentence, in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import get_args

import pytest
from django.db.migrations.loader import MigrationLoader
from tests.unit.engine.walks import programmes

from keguan.engine.steps import KINDS, kind_for
from keguan.language.schema import kind_of
from keguan.registers.trace.columns import TraceColumns
from keguan.registers.trace.sentences import has_sentence
from keguan.registers.trace.services import Reading

SOURCE = Path(__file__).resolve().parents[2] / "src" / "keguan"
TAG = re.compile(r"[a-z0-9_.-]+:[a-z0-9_.-]+:[a-z0-9_.-]+")
OF_A_COMMAND = re.compile(r"case:\{[^}]*\}:(accepted|refused)")
BESIDE_THE_STEPS = {"start", "open_side", "close_side", "take_back", "retract", "move_up"}
"""What can be asked of a case besides the verbs of its step."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module:
    """One module, and the tags that it writes: as they stand, or put together from what its functions are called with."""

    def __init__(self, text: str) -> None:
        self.tree = ast.parse(text)
        self.functions: dict[ast.AST, Function] = {}
        for function in ast.walk(self.tree):
            if isinstance(function, Function):
                self.functions |= dict.fromkeys(ast.walk(function), function)  # the innermost comes last

    def tags(self) -> Iterator[str]:
        """Every tag; one that cannot be followed to its words stands with its braces."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and TAG.fullmatch(node.value):
                yield node.value
            elif isinstance(node, ast.JoinedStr) and TAG.fullmatch(re.sub(r"\{[^}]*\}", "x", _as_written(node))):
                yield from self.values(node)

    def values(self, node: ast.expr) -> set[str]:
        """Everything that an expression can be."""
        match node:
            case ast.Constant(value=str() as said):
                return {said}
            case ast.IfExp():
                return self.values(node.body) | self.values(node.orelse)
            case ast.JoinedStr():
                return {"".join(parts) for parts in product(*map(self.values, node.values))}
            case ast.FormattedValue():
                return self.values(node.value)
            case ast.Name(id=name) if (function := self.functions.get(node)) and name in _parameters(function):
                return self.given(function, name)
        return {f"{{{ast.unparse(node)}}}"}

    def given(self, function: Function, name: str) -> set[str]:
        """What a function of this module is called with."""
        annotation = (
            function.args.args[_parameters(function).index(name)].annotation if name in _places(function) else None
        )
        if isinstance(annotation, ast.Name) and annotation.id == "Reading":
            return set(get_args(Reading))
        found: set[str] = set()
        for call in ast.walk(self.tree):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == function.name:
                at = _places(function).index(name) if name in _places(function) else len(call.args)
                by_name = [one.value for one in call.keywords if one.arg == name]
                found |= {said for one in (*call.args[at : at + 1], *by_name) for said in self.values(one)}
        return found or {f"{{{name}}}"}


def _as_written(node: ast.JoinedStr) -> str:
    return "".join(one.value if isinstance(one, ast.Constant) else "{}" for one in node.values)  # type: ignore[misc]


def _places(function: Function) -> list[str]:
    return [one.arg for one in function.args.args]


def _parameters(function: Function) -> list[str]:
    return _places(function) + [one.arg for one in function.args.kwonlyargs]


def written() -> dict[str, str]:
    """Every tag that a module writes, and where. Whoever writes the trace imports it."""
    found = {"trace:personal:erased": "a function of the database"}
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if (
            ("registers.trace" in text or path.parent.name == "trace")
            and path.name != "sentences.py"
            and "migrations" not in path.parts
        ):
            found |= dict.fromkeys(Module(text).tags(), path.relative_to(SOURCE).as_posix())
    return found


def of_commands() -> set[str]:
    """What can be asked of cases."""
    steps = [step for one in programmes().values() for step in one.programme.steps]
    assert {kind_of(step) for step in steps} == set(KINDS), "no programme shows every kind of step: name its verbs here"
    return BESIDE_THE_STEPS | {verb.name for step in steps for verb in kind_for(step).verbs(step)}


def of_columns() -> set[str]:
    """What tables trace by themselves."""
    migrations = MigrationLoader(None).disk_migrations.values()
    watched = [one for migration in migrations for one in migration.operations if isinstance(one, TraceColumns)]
    return {f"db:{one.arguments['subject']}:{column}" for one in watched for column in one.arguments["columns"]}


def test_every_tag_that_a_module_writes_has_a_sentence() -> None:
    found = {tag: place for tag, place in written().items() if not OF_A_COMMAND.fullmatch(tag)}
    assert len(found) > 40
    assert {tag: place for tag, place in found.items() if not has_sentence(tag)} == {}


@pytest.mark.parametrize("came_of_it", ["accepted", "refused"])
def test_every_command_has_a_sentence_for_yes_and_no(came_of_it: str) -> None:
    tags = {f"case:{command.replace('_', '-')}:{came_of_it}" for command in of_commands()}
    assert {tag for tag in tags if not has_sentence(tag)} == set()


def test_every_watched_column_has_a_sentence() -> None:
    assert len(of_columns()) > 8
    assert {tag for tag in of_columns() if not has_sentence(tag)} == set()


def test_the_test_itself_follows_a_tag_to_where_it_is_put_together() -> None:
    text = """
def end(row, *, to): _trace(to, row)
def revoke(row): end(row, to="revoked")
def replace(row): end(row, to="replaced" if row else "lost")
def odd(row): _trace(row.word, row)
def _trace(event, row): trace.write(f"paper:thing:{event}", row)
trace.write("paper:thing:made", actor)
"""
    assert set(Module(text).tags()) == {
        *(f"paper:thing:{one}" for one in ("revoked", "replaced", "lost", "made")),
        "paper:thing:{row.word}",
    }
