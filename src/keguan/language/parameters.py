"""Dated numbers of the law: read once from `parameters/*.yaml`, looked up by date, embedded where they are used."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from keguan.kernel.bilingual import Text
from keguan.kernel.duration import Duration
from keguan.kernel.money import Money
from keguan.kernel.problems import Problem
from keguan.language.nodes import Map, Sequence, read_nodes
from keguan.language.reading import read_list
from keguan.language.schema import DatedValue, Parameter
from keguan.language.vocabulary import NameType

TYPES: Final[Mapping[str, NameType]] = {"fen": "int", "count": "int", "percent": "int", "points": "score"}
"""The type of `param.<name>` by unit. A duration has none: it stands in spans, not in expressions."""


WORKDAYS: Final = "workdays.yaml"
"""The file beside the parameters that holds no numbers but days: `workdays.load_workdays` reads it."""


def load_parameters(folder: Path) -> Mapping[str, Parameter] | tuple[Problem, ...]:
    """Every parameter of a folder of YAML files, by name, or every problem with them."""
    sources = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name == WORKDAYS:
            continue
        try:
            sources[path.name] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            say = Text("文件不是UTF-8编码", "The file is not UTF-8")
            return (Problem(code="yaml.encoding", say=say, where=f"{path.name}:1:1"),)
    return read_parameters(sources)


def read_parameters(sources: Mapping[str, str]) -> Mapping[str, Parameter] | tuple[Problem, ...]:
    """The same from texts by file name. A file with no parameter (`[]`) is allowed."""
    found: dict[str, Parameter] = {}
    problems: list[Problem] = []
    for file, text in sources.items():
        node = read_nodes(file, text)
        if isinstance(node, tuple):
            problems += node
            continue
        parameters = read_list(node, Parameter)
        if isinstance(parameters, list):
            problems += parameters
            continue
        places = _value_places(node)
        for number, one in enumerate(parameters):
            if one.name in found:
                say = Text("参数 {name} 已在 {where} 定义", "The parameter {name} is already defined in {where}")
                problems.append(
                    Problem(code="parameter.duplicate", say=say.filled(name=one.name, where=found[one.name].place),
                            where=str(one.place), value=one.name)
                )  # fmt: skip
            problems += _dates_in_order(one, places[number])
            found[one.name] = one
    return tuple(problems) if problems else found


def _value_places(node: Any) -> list[str]:
    items = node.items if isinstance(node, Sequence) else ()
    held = [(item.get("values") if isinstance(item, Map) else None) or item for item in items]
    return [str(one.place) for one in held]


def _dates_in_order(parameter: Parameter, where: str) -> Iterable[Problem]:
    days = [one.since for one in parameter.values]
    if not days:
        say = Text("参数 {name} 没有值", "The parameter {name} has no value").filled(name=parameter.name)
        yield Problem(code="parameter.no_value", say=say, where=where, value=parameter.name)
    if any(later <= earlier for earlier, later in pairwise(days)):
        say = Text("参数 {name} 的日期应由早到晚，不能重复", "The dates of {name} go from early to late, each once")
        yield Problem(code="parameter.order", say=say.filled(name=parameter.name), where=where, value=", ".join(days))


def in_force(parameter: Parameter, on: date) -> DatedValue | None:
    """The value that holds on a day, or None before the first one."""
    day = on.isoformat()
    holding = [one for one in parameter.values if one.since <= day]
    return holding[-1] if holding else None


def span_in_force(parameter: Parameter, on: date) -> Duration | None:
    """The length of time that a duration parameter has on a day, or None."""
    held = in_force(parameter, on)
    if held is None or parameter.unit != "duration":
        return None
    found = Duration.parse(str(held.value))
    return found if isinstance(found, Duration) else None


def written(parameters: Iterable[Parameter]) -> str:
    """These parameters as YAML that reads back to the same, in order of their names: what a definition embeds."""
    lines = []
    for one in sorted(parameters, key=lambda one: one.name):
        lines += [
            f"- name: {one.name}",
            "  title:",
            f"    zh: {_quoted(one.title.zh)}",
            f"    en: {_quoted(one.title.en)}",
        ]
        lines += [f"  unit: {one.unit}", "  values:"]
        for held in one.values:
            lines += [f"    - since: {held.since}", f"      value: {_value(one.unit, held.value)}"]
            lines += [f"      source: {_quoted(held.source)}"]
            lines += [] if held.verified else ["      verified: false"]
            lines += [f"      note: {_quoted(held.note)}"] if held.note else []
    return "\n".join(lines) + "\n" if lines else "[]\n"


def _value(unit: str, value: int | str) -> str:
    return f"{Money(int(value)).in_yuan()} 元" if unit == "fen" else str(value)


def _quoted(text: str) -> str:
    # A JSON string is a YAML double-quoted one.
    return json.dumps(text, ensure_ascii=False)
