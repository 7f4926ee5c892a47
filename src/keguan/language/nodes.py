"""Strict YAML: text into nodes that know their place, or every reason why not. No types are guessed here.

Left out of YAML on purpose: flow maps (a comma inside an unquoted one silently makes a second key), anchors, aliases,
tags, tabs, several documents. Lists of bare words may stand on one line: `[university, institute]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from textwrap import dedent
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.schema import Place

MOST_BYTES: Final = 1_000_000
_DEEPEST: Final = 24
_BARE_WORD: Final = re.compile(r"[\w.+-]+")
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True)
class Scalar:
    """One text as written. quoted: by quotes or as a block, so that it is certainly meant as text.

    source: the same text with the line breaks of the file (an expression keeps them, so that places stay right).
    """

    text: str
    quoted: bool
    place: Place
    source: str = ""


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a map and what stands under it."""

    key: str
    place: Place
    node: Node


@dataclass(frozen=True, slots=True)
class Map:
    """A map in the order of the file; keys are unique."""

    entries: tuple[Entry, ...]
    place: Place

    def get(self, key: str) -> Node | None:
        """What stands under the key, or None."""
        return next((entry.node for entry in self.entries if entry.key == key), None)


Node = Scalar | Sequence | Map


# Pure, and YAML is slow: a definition whose one file changed reads only that file again.
@lru_cache(maxsize=64)
def read_nodes(file: str, text: str) -> Node | tuple[Problem, ...]:
    """The one document in a text, or every problem: codes `yaml.*`, places `file:line:column`. Never raises."""
    text = text.replace("\r\n", "\n")
    if problems := _unfit(file, text):
        return problems
    return _Reading(file, text).read()


def _unfit(file: str, text: str) -> tuple[Problem, ...]:
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        return (_problem("too_large", Text("文件超过1 MB", "The file is larger than 1 MB"), Place(file, 1, 1)),)
    problems = []
    if text.startswith("\ufeff"):
        say = Text("文件以字节顺序标记（BOM）开头", "The file begins with a byte order mark")
        fix = Text("另存为不带BOM的UTF-8", "Save it as UTF-8 without a mark")
        return (_problem("bom", say, Place(file, 1, 1), fix=fix),)
    for number, line in enumerate(text.split("\n"), start=1):
        if (column := line.find("\t")) >= 0:
            say = Text("文件中有制表符", "There is a tab in the file")
            fix = Text("改用空格缩进", "Use spaces instead")
            problems.append(_problem("tab", say, Place(file, number, column + 1), fix=fix))
        if found := _UNSEEN.search(line):
            say = Text("文件中有不可见的字符 U+{code}", "There is an invisible character U+{code}").filled(
                code=f"{ord(found[0]):04X}"
            )
            problems.append(_problem("unseen", say, Place(file, number, found.start() + 1)))
    return tuple(problems[:20])


class _Reading:
    """One text on its way into nodes; collects problems and goes on as long as the YAML parser does."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines = text.split("\n")
        self.text = text
        self.problems: list[Problem] = []

    def read(self) -> Node | tuple[Problem, ...]:
        node: Node | None = None
        try:
            events = iter(YAML(typ="safe", pure=True).parse(self.text))
            for event in events:
                if isinstance(event, DocumentStartEvent):
                    self._document(event, second=node is not None)
                elif isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent | AliasEvent):
                    node = self._node(event, events, 0)
        except _TooDeep as deep:
            self.add("too_deep", Text("嵌套过深", "This is nested too deeply"), deep.place)
        except MarkedYAMLError as error:
            self._syntax(error)
        except Exception as error:  # the library may raise anything on text that is not YAML
            self.add(
                "syntax", Text("无法作为YAML读取", "This cannot be read as YAML"), Place(self.file, 1, 1), str(error)
            )
        if self.problems:
            return tuple(self.problems)
        if node is None or (isinstance(node, Scalar) and not node.text):
            return (_problem("empty", Text("文件是空的", "The file is empty"), Place(self.file, 1, 1)),)
        return node

    def add(self, code: str, say: Text, place: Place, value: str = "", fix: Text | None = None) -> None:
        self.problems.append(_problem(code, say, place, value, fix))

    def _document(self, event: Any, *, second: bool) -> None:
        if second:
            self.add("documents", Text("一个文件只能有一份文档", "A file holds one document only"), self._place(event))
        if event.version or event.tags:
            self.add("directive", Text("不允许使用YAML指令", "YAML directives are not allowed"), self._place(event))

    def _place(self, event: Any) -> Place:
        return Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        place = self._place(event)
        if depth > _DEEPEST:
            raise _TooDeep(place)
        self._refuse_cleverness(event, place)
        match event:
            case MappingStartEvent():
                return self._map(event, events, place, depth)
            case SequenceStartEvent():
                return self._sequence(event, events, place, depth)
            case ScalarEvent():
                return self._scalar(event, place)
            case _:
                return Scalar("", quoted=False, place=place)

    def _refuse_cleverness(self, event: Any, place: Place) -> None:
        quote = Text("如果是文字，请整体加单引号", "If it is meant as text, put the whole in single quotes")
        if isinstance(event, AliasEvent) or event.anchor:
            say = Text("不允许使用锚点和引用（& 和 *）", "Anchors and aliases (& and *) are not allowed")
            self.add("anchor", say, place, self._line(place), quote)
        if not isinstance(event, AliasEvent) and event.tag:
            self.add("tag", Text("不允许使用标签（!）", "Tags (!) are not allowed"), place, self._line(place), quote)

    def _map(self, event: Any, events: Iterator[Any], place: Place, depth: int) -> Map:
        if event.flow_style:
            self.add(
                "flow",
                Text("不允许使用花括号映射：其中未加引号的逗号会悄悄多出一个键", "No maps in braces: in them, "
                     "a comma that is not quoted silently makes another key"),
                place,
                self._line(place),
                Text("每个键另起一行；表达式整体加单引号", "Write one key per line; put an expression in single quotes"),
            )  # fmt: skip
        entries: list[Entry] = []
        first: dict[str, Place] = {}
        while not isinstance(key_event := next(events), MappingEndEvent):
            key = self._node(key_event, events, depth + 1)
            node = self._node(next(events), events, depth + 1)
            if not isinstance(key, Scalar):
                self.add("key", Text("键必须是一个词", "A key is a single word"), key.place)
            elif key.text in first:
                say = Text(
                    "键 {key} 重复，第一次出现在第{line}行", "The key {key} is given twice, first in line {line}"
                )
                said = say.filled(key=key.text[:60], line=first[key.text].line)
                fix = Text("删除其中一个", "Delete one of the two")
                self.add("duplicate", said, key.place, key.text[:60], fix)
            else:
                first[key.text] = key.place
                entries.append(Entry(key.text, key.place, node))
        return Map(tuple(entries), place)

    def _sequence(self, event: Any, events: Iterator[Any], place: Place, depth: int) -> Sequence:
        items = []
        while not isinstance(item := next(events), SequenceEndEvent):
            items.append(self._node(item, events, depth + 1))
        bare = all(isinstance(one, Scalar) and (one.quoted or _BARE_WORD.fullmatch(one.text)) for one in items)
        if event.flow_style and not bare:
            self.add(
                "flow",
                Text("方括号列表中只能写词", "A list in brackets holds bare words only"),
                place,
                self._line(place),
                Text("每项另起一行，以“- ”开头", "Write each item on a line of its own, after “- ”"),
            )
        return Sequence(tuple(items), place)

    def _scalar(self, event: Any, place: Place) -> Scalar:
        if event.style in ("|", ">"):
            body = self.lines[event.start_mark.line + 1 : event.end_mark.line + (1 if event.end_mark.column else 0)]
            lead = next((n for n, line in enumerate(body) if line.strip()), 0)
            line = body[lead] if body else ""
            first = Place(self.file, place.line + 1 + lead, len(line) - len(line.lstrip()) + 1)
            return Scalar(event.value.rstrip("\n"), True, first, dedent("\n".join(body[lead:])).rstrip())
        if event.style is None and event.end_mark.line > event.start_mark.line:
            begin, end = event.start_mark, event.end_mark
            body = self.lines[begin.line : end.line + 1]
            body[-1] = body[-1][: end.column]
            body[0] = body[0][begin.column :]
            return Scalar(event.value, False, place, "\n".join(line.strip() for line in body))
        if event.style is None:
            return Scalar(event.value, False, place, event.value)
        inside = Place(place.file, place.line, place.column + 1)
        return Scalar(event.value, True, inside, event.value)

    def _line(self, place: Place) -> str:
        return self.lines[place.line - 1].strip()[:120] if place.line <= len(self.lines) else ""

    def _syntax(self, error: MarkedYAMLError) -> None:
        mark = error.problem_mark or error.context_mark
        place = Place(self.file, mark.line + 1, mark.column + 1) if mark else Place(self.file, 1, 1)
        line = self._line(place)
        said = str(error.problem or "").split("\n")[0]
        fix = Text(
            "检查缩进和冒号；含“: ”、“ #”或以引号、! & * [ { 开头的文字，整体加单引号",
            "Check the indentation and the colons; a text with “: ” or “ #”, or that begins with a quote or one of "
            "! & * [ {, goes into single quotes as a whole",
        )
        if "：" in line and ": " not in line:
            fix = Text("键后面要用半角冒号加空格", "After a key stands a plain colon and a space, not “：”")
        say = Text("YAML写法有误（{said}）", "This is not well-formed YAML ({said})").filled(said=said)
        self.add("syntax", say, place, line, fix)


@dataclass
class _TooDeep(Exception):  # noqa: N818 - never leaves this file
    """Nested beyond anything a definition needs."""

    place: Place


def _problem(code: str, say: Text, place: Place, value: str = "", fix: Text | None = None) -> Problem:
    return Problem(code=f"yaml.{code}", say=say, where=str(place), value=value[:200], fix=fix)
