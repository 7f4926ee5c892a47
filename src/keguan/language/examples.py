"""Examples of a programme, as jurists write them: whole journeys, and tables of rows for one rule, computation or form.

They are tests and a condition of publication. This file reads them; `tables` runs the tables, `engine.rehearsal` the
journeys, `coverage` asks whether they suffice. Values stay as written (`80 万元`, `2017-03-31`) until they are used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from keguan.kernel.bilingual import Text
from keguan.kernel.duration import Duration
from keguan.kernel.problems import Problem
from keguan.language.expressions import nearest
from keguan.language.nodes import Map, Node, Scalar, Sequence, read_nodes
from keguan.language.schema import NOWHERE, Place

RESULTS = ("meets", "fails", "person", "exempt")
UNKNOWN = "unknown"
"""What a table writes for a value that cannot be known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One command of a journey. by: the role that acts, "" for the system. at, after: when; neither: at once (the
    system: when the step is due). refused: the code (or rule) of the refusal that is expected. facts: known from here."""

    command: str
    content: Any = None
    by: str = ""
    at: str = ""
    after: Duration | None = None
    person: int | None = None
    begun: str = ""
    refused: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Stage:
    """Actions one after another, until the case stands at `until` ("" for all of them)."""

    actions: tuple[Action, ...]
    until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a journey must have come to. path: `step.outcome` of every closed step. dues, reminders: by step."""

    path: tuple[str, ...] = ()
    end: str = ""
    step: str = ""
    dues: Mapping[str, str] = field(default_factory=dict)
    reminders: Mapping[str, str] = field(default_factory=dict)
    verdicts: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    tranches: tuple[Mapping[str, str], ...] = ()
    records: tuple[Mapping[str, str], ...] = ()
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """One case from beginning to end. round: opens, closes, budget, quota, grace_minutes, as written."""

    name: str
    title: Text
    round: Mapping[str, Any]
    facts: Mapping[str, Any]
    answers: Mapping[str, Mapping[str, Any]]
    stages: tuple[Stage, ...]
    expect: Expected
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table: what is given and what must come of it (`verdict`, `value` or `wrong`, by kind of table)."""

    given: Mapping[str, Any] = field(default_factory=dict)
    only: bool = False
    lengths: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    verdict: str = ""
    value: Any = None
    wrong: tuple[str, ...] | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows for one rule (`formal.cofunding`), computation (`claim.eligible`, `rank.order`) or form (`proposal`)."""

    table: str
    on: str = ""
    rows: tuple[Row, ...]
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Examples:
    """All examples of one definition."""

    journeys: tuple[Journey, ...] = ()
    tables: tuple[Table, ...] = ()


def read_examples(sources: Mapping[str, str]) -> tuple[Examples, tuple[Problem, ...]]:
    """The examples among a definition's sources (`examples/*.yaml`), and every problem with them, all at once."""
    reader = _Reader()
    for name in sorted(sources):
        if name.startswith("examples/"):
            reader.file(name, sources[name])
    return Examples(tuple(reader.journeys.values()), tuple(reader.tables)), tuple(reader.problems)


_JOURNEY = ("journey", "title", "like", "until", "round", "facts", "answers", "steps", "expect")
_ROUND = ("opens", "closes", "budget", "quota", "grace_minutes")
_ACTION = ("by", "at", "after", "person", "begun", "refused", "facts")
_EXPECT = ("path", "end", "step", "dues", "reminders", "verdicts", "values", "tranches", "records")
_TABLE = ("table", "on", "given", "facts", "rows")
_ROW = ("given", "only", "lengths", "facts", "verdict", "value", "wrong")


class _Reader:
    """Reads files one after another and collects what is wrong; a journey may be `like` one of an earlier entry."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.journeys: dict[str, Journey] = {}
        self.tables: list[Table] = []

    def wrong(self, code: str, say: Text, place: Place, value: str = "", fix: Text | None = None) -> None:
        self.problems.append(Problem(f"examples.{code}", say, where=str(place), value=value, fix=fix))

    # ------------------------------------------------------------------------------------- whole files

    def file(self, name: str, text: str) -> None:
        node = read_nodes(name, text)
        if isinstance(node, tuple):
            self.problems.extend(node)
            return
        for one in node.items if isinstance(node, Sequence) else (node,):
            if isinstance(one, Map) and one.get("journey"):
                self.journey(one)
            elif isinstance(one, Map) and one.get("table"):
                self.table(one)
            else:
                say = Text("每个示例以 journey: 或 table: 开头", "An example begins with journey: or table:")
                self.wrong("kind", say, one.place)

    def journey(self, node: Map) -> None:
        self.known_keys(node, _JOURNEY)
        name = self.text(node, "journey")
        if name in self.journeys:
            self.wrong("twice", Text("示例重名", "Two journeys have this name"), node.place, name)
        base = self.base(node)
        round_node = self.map(node, "round")
        self.known_keys(round_node, _ROUND)
        answers = {form: dict(values) for form, values in (base.answers if base else {}).items()}
        for entry in self.map(node, "answers").entries:
            given = plain(entry.node)
            answers[entry.key] = {**answers.get(entry.key, {}), **(given if isinstance(given, dict) else {})}
        steps = node.get("steps")
        actions = tuple(self.actions(steps)) if steps else ()
        self.journeys[name] = Journey(
            name=name,
            title=self.title(node),
            round={**(base.round if base else {}), **self.plain_map(round_node)},
            facts={**(base.facts if base else {}), **self.plain_map(self.map(node, "facts"))},
            answers=answers,
            stages=(*self.stages_of(base, node), Stage(actions)),
            expect=self.expected(node),
            place=node.place,
        )
        if "opens" not in self.journeys[name].round or "closes" not in self.journeys[name].round:
            self.wrong(
                "round", Text("批次缺少 opens 或 closes", "The round lacks `opens` or `closes`"), node.place, name
            )

    def base(self, node: Map) -> Journey | None:
        like = self.text(node, "like", required=False)
        if like and like not in self.journeys:
            say = Text("前面没有名为“{like}”的示例", "There is no earlier journey named “{like}”").filled(like=like)
            self.wrong("like", say, node.place, like, nearest(like, self.journeys))
        return self.journeys.get(like) if like else None

    def stages_of(self, base: Journey | None, node: Map) -> tuple[Stage, ...]:
        until = self.text(node, "until", required=False)
        if not base or not until:
            return ()
        *before, last = base.stages
        return (*before, replace(last, until=until))

    # ----------------------------------------------------------------------------------------- journeys

    def actions(self, node: Node) -> Iterable[Action]:
        for one in node.items if isinstance(node, Sequence) else ():
            if not isinstance(one, Map) or not one.entries or one.entries[0].key in _ACTION:
                say = Text(
                    "每一步以操作名开头，例如 - submit:", "Each step begins with a command, for example - submit:"
                )
                self.wrong("action", say, one.place)
                continue
            command = one.entries[0]
            self.known_keys(one, (command.key, *_ACTION))
            after = self.text(one, "after", required=False)
            length = Duration.parse(after) if after else None
            if isinstance(length, Problem):
                self.problems.append(replace(length, where=str(one.place)))
                length = None
            person = self.text(one, "person", required=False)
            yield Action(
                command=command.key,
                content=plain(command.node),
                by=self.text(one, "by", required=False),
                at=self.text(one, "at", required=False),
                after=length,
                person=int(person) if person.isdigit() else None,
                begun=self.text(one, "begun", required=False),
                refused=self.text(one, "refused", required=False),
                facts=self.plain_map(self.map(one, "facts")),
                place=one.place,
            )

    def expected(self, node: Map) -> Expected:
        expect = self.map(node, "expect")
        self.known_keys(expect, _EXPECT)
        if not expect.entries:
            self.wrong("expect", Text("示例没有写明预期", "The journey does not say what is expected"), node.place)
        verdicts = self.text_map(expect, "verdicts")
        for rule, result in verdicts.items():
            self.result(result, expect.place, rule)
        return Expected(
            path=tuple(self.texts(expect, "path")),
            end=self.text(expect, "end", required=False),
            step=self.text(expect, "step", required=False),
            dues=self.text_map(expect, "dues"),
            reminders=self.text_map(expect, "reminders"),
            verdicts=verdicts,
            values=self.text_map(expect, "values"),
            tranches=tuple(self.text_maps(expect, "tranches", ("amount", "due"))),
            records=tuple(self.text_maps(expect, "records", ("register", "title", "series", "until"))),
            place=expect.place if expect.entries else node.place,
        )

    # ------------------------------------------------------------------------------------------- tables

    def table(self, node: Map) -> None:
        self.known_keys(node, _TABLE)
        shared = self.plain_map(self.map(node, "given"))
        facts = self.plain_map(self.map(node, "facts"))
        rows_node = node.get("rows")
        items = rows_node.items if isinstance(rows_node, Sequence) else ()
        rows = [self.row(one, shared, facts) for one in items if isinstance(one, Map)]
        if not rows:
            self.wrong("rows", Text("表格没有行", "The table has no rows"), node.place)
        on = self.text(node, "on", required=False)
        self.tables.append(Table(table=self.text(node, "table"), on=on, rows=tuple(rows), place=node.place))

    def row(self, node: Map, shared: Mapping[str, Any], facts: Mapping[str, Any]) -> Row:
        self.known_keys(node, _ROW)
        alone = any(entry.key == "only" for entry in node.entries)
        own = self.plain_map(self.map(node, "only" if alone else "given"))
        verdict = self.text(node, "verdict", required=False)
        if verdict:
            self.result(verdict, node.place, "verdict")
        value = node.get("value")
        wrong = node.get("wrong")
        said = [verdict != "", value is not None, wrong is not None]
        if sum(said) != 1:
            say = Text("每行写明 verdict、value 或 wrong 之一", "A row states one of verdict, value or wrong")
            self.wrong("row", say, node.place)
        return Row(
            given=own if alone else {**shared, **own},
            only=alone,
            lengths=self.plain_map(self.map(node, "lengths")),
            facts={**facts, **self.plain_map(self.map(node, "facts"))},
            verdict=verdict,
            value=plain(value) if value is not None else None,
            wrong=tuple(self.texts(node, "wrong")) if wrong is not None else None,
            place=node.place,
        )

    # -------------------------------------------------------------------------------------------- parts

    def known_keys(self, node: Map, known: Iterable[str]) -> None:
        words = tuple(known)
        for entry in node.entries:
            if entry.key not in words:
                say = Text("不认识的键“{key}”", "The key “{key}” is not known here").filled(key=entry.key)
                fix = nearest(entry.key, words) or Text("可用：{all}", "Known: {all}").filled(all=", ".join(words))
                self.wrong("unknown_key", say, entry.place, entry.key, fix)

    def result(self, result: str, place: Place, what: str) -> None:
        if result not in RESULTS:
            say = Text("结论应为{all}之一", "A verdict is one of {all}").filled(all=", ".join(RESULTS))
            self.wrong("result", say, place, f"{what}: {result}", nearest(result, RESULTS))

    def text(self, node: Map, key: str, *, required: bool = True) -> str:
        found = node.get(key)
        if isinstance(found, Scalar) and (found.text or found.quoted):
            return found.text
        if found is not None and not isinstance(found, Scalar):
            self.wrong("not_text", Text("“{key}”应为一个词", "“{key}” is one word").filled(key=key), found.place)
        elif required:
            self.wrong("missing", Text("缺少“{key}”", "“{key}” is missing").filled(key=key), node.place)
        return ""

    def title(self, node: Map) -> Text:
        title = self.map(node, "title")
        self.known_keys(title, ("zh", "en"))
        if not title.entries:
            self.wrong("title", Text("示例缺少中英文标题", "The journey lacks a title (zh, en)"), node.place)
            return Text("", "")
        return Text(self.text(title, "zh"), self.text(title, "en"))

    def map(self, node: Map, key: str) -> Map:
        found = node.get(key)
        if isinstance(found, Map):
            return found
        if found is not None and not (isinstance(found, Scalar) and not found.text):
            self.wrong(
                "not_map",
                Text("“{key}”下面应有键和值", "Below “{key}” stand keys and values").filled(key=key),
                found.place,
            )
        return Map((), found.place if found is not None else node.place)

    def texts(self, node: Map, key: str) -> list[str]:
        found = node.get(key)
        if isinstance(found, Sequence):
            return [one.text for one in found.items if isinstance(one, Scalar)]
        if found is not None and not (isinstance(found, Scalar) and not found.text):
            self.wrong("not_list", Text("“{key}”应为列表", "“{key}” is a list").filled(key=key), found.place)
        return []

    def text_map(self, node: Map, key: str) -> dict[str, str]:
        return {name: str(value) for name, value in self.plain_map(self.map(node, key)).items()}

    def text_maps(self, node: Map, key: str, known: tuple[str, ...]) -> list[dict[str, str]]:
        found = node.get(key)
        maps = [one for one in found.items if isinstance(one, Map)] if isinstance(found, Sequence) else []
        for one in maps:
            self.known_keys(one, known)
        return [{entry.key: str(plain(entry.node)) for entry in one.entries} for one in maps]

    def plain_map(self, node: Map) -> dict[str, Any]:
        return {entry.key: plain(entry.node) for entry in node.entries}


def plain(node: Node) -> Any:
    """A node as texts, lists and maps; an empty value is None."""
    match node:
        case Scalar(text=text, quoted=quoted):
            return text if text or quoted else None
        case Sequence(items=items):
            return [plain(one) for one in items]
        case Map(entries=entries):
            return {entry.key: plain(entry.node) for entry in entries}
