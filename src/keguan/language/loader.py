"""From a folder of YAML to a `Definition`, or to every reason why not, in both languages and with its place.

A definition's files: `programme.yaml`, and where needed `forms.yaml`, `rules.yaml`, `rubrics.yaml`, `examples/*.yaml`. A
stored one also has `parameters.yaml`, the parameters it uses. What loads is well formed, typed and complete in its
expressions; whether the procedure makes sense is for `checker`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Final

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.definition import Definition
from keguan.language.nodes import read_nodes
from keguan.language.parameters import read_parameters, written
from keguan.language.reading import read, read_list, read_rule_sets
from keguan.language.schema import Expression, Form, Parameter, Programme, Rubric, Span
from keguan.language.slips import nearest

PARTS: Final = ("programme.yaml", "forms.yaml", "rules.yaml", "rubrics.yaml")
PARAMETERS: Final = "parameters.yaml"
EXAMPLES: Final = "examples/"
_FROM_ELSEWHERE: Final = frozenset({"forms", "rules", "rubrics", "parameters"})
_PARAMETER: Final = re.compile(r"\bparam\s*\.\s*([a-z][a-z0-9_]*)")


def load(folder: Path, parameters: Mapping[str, Parameter]) -> Definition | tuple[Problem, ...]:
    """The programme in a folder `programmes/<code>/<version>`; parameters: all there are, it takes those it names."""
    sources = read_sources(folder)
    return sources if isinstance(sources, tuple) else load_sources(sources, parameters)


def read_sources(folder: Path) -> Mapping[str, str] | tuple[Problem, ...]:
    """The texts of a programme's folder by file name, line ends made equal; problems where one is no UTF-8 text."""
    sources: dict[str, str] = {}
    problems = []
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml"), *folder.glob("examples/*.yaml")]):
        name = path.relative_to(folder).as_posix()
        try:
            sources[name] = path.read_bytes().decode("utf-8").replace("\r\n", "\n")
        except (UnicodeDecodeError, OSError):
            say = Text("无法按UTF-8读取该文件", "This file cannot be read as UTF-8")
            fix = Text("另存为UTF-8", "Save it as UTF-8")
            problems.append(Problem(code="yaml.encoding", say=say, where=f"{name}:1:1", fix=fix))
    return tuple(problems) if problems else sources


def load_sources(
    sources: Mapping[str, str], parameters: Mapping[str, Parameter] | None = None
) -> Definition | tuple[Problem, ...]:
    """The same from texts by file name, as a published version stores them.

    Where the sources hold `parameters.yaml`, it is all the definition knows of parameters, and `parameters` is not
    looked at: a pinned version keeps its numbers.
    """
    sources = {name: text.replace("\r\n", "\n") for name, text in sources.items()}
    problems = list(_unknown_files(sources))
    if PARAMETERS in sources:
        held = read_parameters({PARAMETERS: sources[PARAMETERS]}) if sources[PARAMETERS].strip() != "[]" else {}
        if isinstance(held, tuple):
            return (*problems, *held)
        parameters = held
    programme = _read_parts(sources, problems)
    if programme is None or problems:
        return tuple(problems)
    used, unknown = _used_parameters(programme, parameters or {})
    programme = replace(programme, parameters=used)
    embedded = {**sources, PARAMETERS: written(used)}
    definition = Definition(programme, embedded)
    problems = [*unknown, *definition.expression_problems()]
    return tuple(problems) if problems else definition


def _unknown_files(sources: Mapping[str, str]) -> Iterator[Problem]:
    if "programme.yaml" not in sources:
        say = Text("缺少 programme.yaml", "programme.yaml is missing")
        yield Problem(code="definition.file_missing", say=say, where="programme.yaml")
    for name in sources:
        if name not in (*PARTS, PARAMETERS) and not name.startswith(EXAMPLES):
            say = Text("不认识的文件 {name}", "No file {name} belongs to a programme").filled(name=name)
            yield Problem(code="definition.file_unknown", say=say, where=name, fix=nearest(name, PARTS))


def _read_parts(sources: Mapping[str, str], problems: list[Problem]) -> Programme | None:
    found: dict[str, Any] = {}
    for name in PARTS:
        if name not in sources:
            continue
        node = read_nodes(name, sources[name])
        if isinstance(node, tuple):
            problems += node
            continue
        match name:
            case "programme.yaml":
                part: Any = read(node, Programme, _FROM_ELSEWHERE)
                part = list(part) if isinstance(part, tuple) else part
            case "forms.yaml":
                part = read_list(node, Form)
            case "rules.yaml":
                part = read_rule_sets(node)
            case _:
                part = read_list(node, Rubric)
        if isinstance(part, list):
            problems += part
        else:
            found[name.removesuffix(".yaml")] = part
    programme = found.pop("programme", None)
    return None if programme is None else replace(programme, **found)


def _used_parameters(
    programme: Programme, parameters: Mapping[str, Parameter]
) -> tuple[tuple[Parameter, ...], list[Problem]]:
    """The parameters that spans and expressions name, and the spans whose parameter does not exist or is no duration."""
    names: set[str] = set()
    problems = []
    for part in parts_of(programme):
        if isinstance(part, Expression):
            names |= set(_PARAMETER.findall(part.text))
        elif part.parameter:
            names.add(part.parameter)
            held = parameters.get(part.parameter)
            if held is None or held.unit != "duration":
                durations = [f"param.{one.name}" for one in parameters.values() if one.unit == "duration"]
                say = Text("没有名为 param.{n} 的时长参数", "There is no duration parameter param.{n}")
                problems.append(
                    Problem(
                        code="parameter.unknown",
                        say=say.filled(n=part.parameter),
                        where=str(part.place),
                        value=f"param.{part.parameter}",
                        fix=nearest(f"param.{part.parameter}", durations),
                    )
                )
    return tuple(parameters[name] for name in sorted(names & parameters.keys())), problems


def parts_of(thing: Any) -> Iterator[Expression | Span]:
    """Every expression and span in a schema value, in the order of its fields."""
    if isinstance(thing, Expression | Span):
        yield thing
    elif is_dataclass(thing) and not isinstance(thing, type):
        for one in fields(thing):
            yield from parts_of(getattr(thing, one.name))
    elif isinstance(thing, tuple | list):
        for item in thing:
            yield from parts_of(item)
    elif isinstance(thing, Mapping):
        yield from parts_of(tuple(thing.values()))
