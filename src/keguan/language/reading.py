"""From nodes to the dataclasses of `schema`, whose annotations are the grammar. All problems at once, each with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from datetime import date
from fractions import Fraction
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from keguan.fairness.ballots import Share
from keguan.kernel import money
from keguan.kernel.bilingual import Text
from keguan.kernel.duration import Duration
from keguan.kernel.problems import Problem
from keguan.language import recusals, schema
from keguan.language.nodes import Map, Node, Scalar, Sequence
from keguan.language.schema import Expression, Name, Percent, Place, Span
from keguan.language.slips import nearest

Shape = TypeVar("Shape")

_Fen = NewType("_Fen", int)
_Day = NewType("_Day", str)
_Word = NewType("_Word", str)  # a name that expressions use: no hyphen, no word of CEL's own
_Points = NewType("_Points", str)
_DurationText = NewType("_DurationText", str)

_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
_WHOLE: Final = re.compile(r"-?[0-9]{1,15}")
_SHARE: Final = re.compile(r"(more than )?[1-9][0-9]?/[1-9][0-9]?")
_LOOKS_TYPED: Final = re.compile(
    r"[-+]?[0-9][0-9_]*(\.[0-9]*)?([eE][-+]?[0-9]+)?|true|false|null|~|True|False|Null|yes|no"
)
_CEL_WORDS: Final = frozenset(
    {"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop", "null",
     "package", "namespace", "return", "true", "var", "void", "while", "wan", "today", "param"}
)  # fmt: skip
_USED_IN_EXPRESSIONS: Final = {
    (schema.Form, "form"), (schema.Field, "field"), (schema.Column, "column"), (schema.Parameter, "name"),
}  # fmt: skip
_VALUES_OF: Final[Mapping[str, Any]] = {
    "fen": _Fen, "duration": _DurationText, "count": int, "percent": Percent, "points": _Points,
}  # fmt: skip


class _Bad:
    """Stands for a value that could not be read; the problem is already noted."""


_BAD: Final = _Bad()


def read(node: Node, shape: type[Shape], leave_out: frozenset[str] = frozenset()) -> Shape | tuple[Problem, ...]:
    """The node as a dataclass of `schema`, or every problem with it. leave_out: keys that come from elsewhere."""
    reader = _Reader()
    found = reader.record(node, shape, leave_out)
    return found if isinstance(found, shape) and not reader.problems else tuple(reader.problems)


def read_list(node: Node, shape: type[Shape]) -> tuple[Shape, ...] | list[Problem]:
    """A list of such dataclasses, or every problem (as a list, to tell the two apart)."""
    reader = _Reader()
    found = reader.value(node, tuple[shape, ...])  # type: ignore[valid-type]
    return reader.problems if reader.problems else tuple(found)


def read_rule_sets(node: Node) -> tuple[schema.RuleSet, ...] | list[Problem]:
    """`rules.yaml`: a map from the name of a rule set to its list of rules."""
    reader = _Reader()
    sets = []
    if not isinstance(node, Map):
        reader.shape(node, Text("应为“规则集名: 规则列表”", "Needed: the name of a rule set, and its list of rules"))
        return reader.problems
    for entry in node.entries:
        name = reader.value(Scalar(entry.key, True, entry.place), _Word)
        rules = reader.value(entry.node, tuple[schema.Rule, ...])
        sets.append(schema.RuleSet(name=name, rules=rules))
    return reader.problems or tuple(sets)


@cache
def _grammar(shape: Any) -> Mapping[str, tuple[Any, Field[Any]]]:
    hints = get_type_hints(shape)
    return {one.name: (hints[one.name], one) for one in fields(shape) if one.name != "place"}


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.unit = ""

    def refuse(
        self, code: str, say: Text, place: Place, value: str = "", fix: Text | None = None
    ) -> _Bad:  # the value to go on with
        self.problems.append(Problem(code=f"definition.{code}", say=say, where=str(place), value=value[:200], fix=fix))
        return _BAD

    def shape(self, node: Node, say: Text) -> _Bad:
        fix = None
        if isinstance(node, Scalar) and "：" in node.text:
            fix = Text("键后面要用半角冒号加空格", "After a key stands a plain colon and a space, not “：”")
        return self.refuse("type", say, node.place, node.text if isinstance(node, Scalar) else "", fix)

    # ------------------------------------------------------------------------------------------ compound

    def value(self, node: Node, hint: Any) -> Any:
        """The node as the type that an annotation asks for, or `_BAD`."""
        origin = get_origin(hint)
        if origin in (Union, UnionType):
            return self.value(node, next(one for one in get_args(hint) if one is not NoneType))
        if origin is tuple:
            return self._many(node, get_args(hint)[0])
        if origin is Literal:
            return self._one_of(node, get_args(hint))
        if origin is not None and issubclass(origin, Mapping):
            return self._words(node)
        if hint is schema.Step:
            return self._step(node)
        if hint in _SCALARS:
            return _SCALARS[hint](self, node)
        if hint is Text:
            return self._text(node)
        return self.record(node, hint)

    def record(self, node: Node, shape: Any, leave_out: frozenset[str] = frozenset(), kind: str = "") -> Any:
        if not isinstance(node, Map):
            keys = [name for name in _grammar(shape) if name not in leave_out][:4]
            return self.shape(node, Text("应为一组键：{k}…", "Needed: a map of {k} …").filled(k=", ".join(keys)))
        grammar = {key: one for key, one in _grammar(shape).items() if key not in leave_out}
        outer = self.unit
        if shape is schema.Parameter and isinstance(unit := node.get("unit"), Scalar):
            self.unit = unit.text
        found: dict[str, Any] = {}
        for entry in node.entries:
            if entry.key not in grammar:
                self._unknown_key(entry.key, entry.place, grammar)
                continue
            hint = self._hint(shape, entry.key, grammar[entry.key][0], node)
            found[entry.key] = self.value(entry.node, hint)
        self.unit = outer
        if kind and "id" not in found:
            found["id"] = kind
        needed = [k for k, (_, one) in grammar.items() if one.default is MISSING and one.default_factory is MISSING]
        for key in needed:
            if key not in found:
                found[key] = self.refuse(
                    "missing", Text("缺少 {key}", "{key} is missing").filled(key=key), node.place, key
                )
        if any(one is _BAD for one in found.values()):
            return _BAD
        if any(one.name == "place" for one in fields(shape)):
            found["place"] = node.place
        return shape(**found)

    def _hint(self, shape: Any, key: str, hint: Any, node: Map) -> Any:
        if (shape, key) in _USED_IN_EXPRESSIONS:
            return _Word
        if shape in (schema.Field, schema.Column) and key in ("least", "most"):
            kind = node.get("type")
            return _Fen if isinstance(kind, Scalar) and kind.text == "money" else hint
        if shape is schema.DatedValue and key == "since":
            return _Day
        if shape is schema.DatedValue and key == "value":
            return _VALUES_OF.get(self.unit, str)
        return hint

    def _unknown_key(self, key: str, place: Place, known: Mapping[str, Any]) -> None:
        fix = nearest(key, known) or Text(
            "可用的键：{keys}", "The keys here: {keys}"
        ).filled(keys=", ".join(known))  # fmt: skip
        self.refuse("unknown_key", Text("没有名为 {key} 的键", "There is no key {key} here").filled(key=key[:60]),
                    place, key[:60], fix)  # fmt: skip

    def _many(self, node: Node, inner: Any) -> Any:
        if not isinstance(node, Sequence):
            return self.shape(node, Text("应为列表，每项以“- ”开头", "Needed: a list, each item after “- ”"))
        found = tuple(self.value(item, inner) for item in node.items)
        return _BAD if any(one is _BAD for one in found) else found

    def _words(self, node: Node) -> Any:
        if not isinstance(node, Map):
            return self.shape(node, Text("应为“词: 词”", "Needed: a map from word to word"))
        found = {entry.key: self._name(entry.node) for entry in node.entries}
        return _BAD if any(one is _BAD for one in found.values()) else found

    def _step(self, node: Node) -> Any:
        if not isinstance(node, Map) or len(node.entries) != 1:
            return self.shape(
                node,
                Text(
                    "环节写成“种类:”加其下的键，例如 - apply:", "A step is its kind and a map below it, as in - apply:"
                ),
            )
        entry = node.entries[0]
        if entry.key not in schema.STEP_KINDS:
            known = schema.STEP_KINDS
            fix = nearest(entry.key, known) or Text("环节种类：{k}", "The kinds: {k}").filled(k=", ".join(known))
            say = Text("没有名为 {kind} 的环节种类", "There is no step kind {kind}").filled(kind=entry.key[:60])
            return self.refuse("unknown_kind", say, entry.place, entry.key, fix)
        return self.record(entry.node, schema.STEP_KINDS[entry.key], kind=entry.key)

    def _text(self, node: Node) -> Any:
        if not isinstance(node, Map):
            return self.shape(node, Text("应有 zh 和 en 两种语言", "Needed: both languages, zh and en"))
        return self.record(node, Text)

    # ------------------------------------------------------------------------------------------- scalars

    def _scalar(self, node: Node) -> Scalar | None:
        if not isinstance(node, Scalar):
            self.shape(node, Text("应为单个值", "Needed: a single value"))
            return None
        if not node.text.strip():
            self.refuse("empty", Text("这里是空的", "This is empty"), node.place)
            return None
        return node

    def _str(self, node: Node) -> Any:
        if (scalar := self._scalar(node)) is None:
            return _BAD
        if not scalar.quoted and _LOOKS_TYPED.fullmatch(scalar.text):
            return self.refuse(
                "quote",
                Text(
                    "这里应为文字，{value} 会被读成数或是非", "Needed: a text; {value} reads as a number or a yes/no"
                ).filled(value=scalar.text),
                scalar.place,
                scalar.text,
                Text('加引号："{v}"', 'Quote it: "{v}"').filled(v=scalar.text),
            )
        return scalar.text.strip()

    def _matching(self, node: Node, pattern: re.Pattern[str], say: Text, code: str = "type") -> Any:
        if (scalar := self._scalar(node)) is None:
            return _BAD
        if pattern.fullmatch(scalar.text.strip()):
            return scalar.text.strip()
        return self.refuse(code, say, scalar.place, scalar.text)

    def _name(self, node: Node) -> Any:
        say = Text(
            "名称用小写字母开头，只含小写字母、数字、_ 和 -", "A name has a-z, 0-9, _ and -, and begins with a letter"
        )
        return self._matching(node, _NAME, say, "name")

    def _word(self, node: Node) -> Any:
        say = Text("名称用小写字母开头，只含小写字母、数字和 _", "A name has a-z, 0-9 and _, and begins with a letter")
        found = self._matching(node, _WORD, say, "name")
        if found in _CEL_WORDS:
            say = Text("{name} 是表达式语言的保留词", "{name} is a word of the expression language itself")
            return self.refuse("name", say.filled(name=found), node.place, found)
        return found

    def _int(self, node: Node) -> Any:
        found = self._matching(node, _WHOLE, Text("应为整数", "Needed: a whole number"))
        return found if found is _BAD else int(found)

    def _avoided(self, node: Node) -> Any:
        if (scalar := self._scalar(node)) is None:
            return _BAD
        if recusals.avoidance(scalar.text) is not None:
            return scalar.text
        fix = nearest(scalar.text, recusals.known_words()) or Text(
            "可用的回避关系：{words}；可带年限，如 coauthor_3y",
            "The recusals: {words}; some with a window, as in coauthor_3y",
        ).filled(words=", ".join(recusals.KINDS))
        say = Text("没有名为 {word} 的回避关系", "There is no recusal {word}").filled(word=scalar.text[:60])
        return self.refuse("word", say, scalar.place, scalar.text, fix)

    def _bool(self, node: Node) -> Any:
        found = self._matching(node, re.compile("true|false"), Text("应为 true 或 false", "Needed: true or false"))
        return found if found is _BAD else found == "true"

    def _percent(self, node: Node) -> Any:
        say = Text("应为百分数，例如 60 %", "Needed: hundredths, as in 60 %")
        found = self._matching(node, re.compile(r"[0-9]{1,4} ?%|[0-9]{1,4}"), say)
        return found if found is _BAD else int(found.rstrip(" %"))

    def _share(self, node: Node) -> Any:
        say = Text("应为分数，例如 2/3 或 more than 1/2", "Needed: a fraction, as in 2/3 or more than 1/2")
        found = self._matching(node, _SHARE, say)
        if found is _BAD:
            return _BAD
        above, part = found.startswith("more than "), found.removeprefix("more than ")
        over, _, under = part.partition("/")
        return Share(Fraction(int(over), int(under)), above)

    def _points(self, node: Node) -> Any:
        found = self._matching(node, re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?"), Text("应为分数", "Needed: points"))
        return int(found) if found is not _BAD and found.isdigit() else found

    def _fen(self, node: Node) -> Any:
        if (scalar := self._scalar(node)) is None:
            return _BAD
        fix = Text("写明单位，例如 100 万元 或 2000 元", "Write the unit: 100 万元 or 2000 元")
        if scalar.text.strip() == "0":
            return 0
        if _WHOLE.fullmatch(scalar.text.strip()):
            say = Text("金额没有单位", "The amount has no unit")
            return self.refuse("money", say, scalar.place, scalar.text, fix)
        found = money.Money.parse(scalar.text)
        if isinstance(found, Problem):
            return self.refuse("money", found.say, scalar.place, scalar.text, fix)
        return found.fen

    def _day(self, node: Node) -> Any:
        if (scalar := self._scalar(node)) is None:
            return _BAD
        text = scalar.text.strip()
        try:
            if len(text) == 10:
                return date.fromisoformat(text).isoformat()
        except ValueError:
            pass
        say = Text("应为日期，例如 2018-01-01", "Needed: a date, as in 2018-01-01")
        return self.refuse("date", say, scalar.place, text)

    def _duration(self, node: Node) -> Any:
        if (scalar := self._scalar(node)) is None:
            return _BAD
        found = Duration.parse(scalar.text)
        if isinstance(found, Problem):
            return self.refuse("duration", found.say, scalar.place, scalar.text, found.fix)
        return found

    def _duration_text(self, node: Node) -> Any:
        found = self._duration(node)
        return found if found is _BAD else str(found)

    def _span(self, node: Node) -> Any:
        if isinstance(node, Scalar) and node.text.strip().startswith("param."):
            name = self._word(Scalar(node.text.strip()[6:], True, node.place))
            return _BAD if name is _BAD else Span(parameter=name, place=node.place)
        found = self._duration(node)
        return found if found is _BAD else Span(duration=found, place=node.place)

    def _expression(self, node: Node) -> Any:
        if (scalar := self._scalar(node)) is None:
            return _BAD
        return Expression(scalar.source or scalar.text, scalar.place)

    def _one_of(self, node: Node, words: tuple[Any, ...]) -> Any:
        if (scalar := self._scalar(node)) is None:
            return _BAD
        if scalar.text in words:
            return scalar.text
        fix = nearest(scalar.text, words) or Text("可选：{w}", "One of: {w}").filled(w=", ".join(words))
        say = Text("{v} 不在可选的词里", "{v} is not one of the words that fit here").filled(v=scalar.text[:60])
        return self.refuse("word", say, scalar.place, scalar.text, fix)


_SCALARS: Final[Mapping[Any, Any]] = {
    str: _Reader._str,
    int: _Reader._int,
    bool: _Reader._bool,
    Name: _Reader._name,
    _Word: _Reader._word,
    schema.Avoided: _Reader._avoided,
    Percent: _Reader._percent,
    Share: _Reader._share,
    Duration: _Reader._duration,
    Span: _Reader._span,
    Expression: _Reader._expression,
    _Fen: _Reader._fen,
    _Day: _Reader._day,
    _Points: _Reader._points,
    _DurationText: _Reader._duration_text,
}
