"""The query box of a list: `环节:形式审查 申请金额>50万 申报单位:"天河大学" -已撤回`, read strictly, told as it was understood.

Parts stand apart by spaces and must all hold. A part is `name:value` (several values by commas, any of them), a comparison
`name>value` of a number, an amount or a day, or a word; with `-` in front it must not hold. Spaces around a sign or a comma
belong to it. A word that is the name of
one choice of one filter means that choice; any other word, and whatever stands in quotes, is searched for. The names are
those of the list's filters and columns, in both languages. A query with any mistake narrows nothing.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache, reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef

from keguan.components import reader
from keguan.components.list_spec import Choice, Column, Filter, Rows, Search
from keguan.components.typed import read_day, read_money, read_number
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING, today
from keguan.kernel.money import Money
from keguan.kernel.names import clean_text, halfwidth
from keguan.kernel.problems import Problem

WHERE = "find"
MOST = 500
"""Characters of one query."""
MOST_PARTS = 20
MOST_NUMBER = 2**62

_SAME = str.maketrans("：＞＜＝，－−“”「」『』\u3000", ':><=,--"""""" ')
"""Signs as Chinese keyboards give them, one for one: places stay what they are."""
_KEY = re.compile(r'(?P<key>[^\s":=<>≥≤,()]+)\s*(?P<op>>=|<=|[:=<>≥≤])\s*')
_COMMA = re.compile(r"\s*,\s*")
_VALUE = re.compile(r'"(?P<quoted>[^"]*)"|(?P<bare>[^\s",]+)')
_WORD = re.compile(r'"(?P<quoted>[^"]*)"|(?P<bare>[^\s":=<>≥≤]+)')
_LOOKUPS = {"=": "exact", ":": "exact", ">": "gt", "<": "lt", ">=": "gte", "<=": "lte"}
_FROM_TODAY = re.compile(r"(今天|today)(?:([+-])(\d{1,4}))?(?:天|d)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """One value or word of a query, as typed, and where it stands (counted from 1). is_quoted: taken by the letter."""

    text: str
    at: int
    is_quoted: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a query. key and op are "" for a word by itself."""

    at: int
    is_not: bool
    key: str
    op: str
    values: tuple[Said, ...]


Condition = Callable[[Rows], Rows]


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it was understood: how it narrows, by which columns, and in words. `problems` where it was not."""

    typed: str = ""
    conditions: tuple[tuple[Part, Condition], ...] = ()
    compares: tuple[Column, ...] = ()
    meaning: tuple[Text, ...] = ()
    problems: tuple[Problem, ...] = ()

    def narrow(self, rows: Rows) -> Rows | Problem:
        """The rows that meet every part, or what a filter could not read."""
        for part, condition in self.conditions:
            try:
                rows = condition(rows)
            except ValueError:
                say = Text("第 {at} 个字：「{key}」没有这个值。", "Character {at}: “{key}” has no such value.")
                fix = Text("请换一个值。", "Give another value.")
                said = say.filled(at=part.at, key=part.key)
                return Problem("query.value", said, WHERE, part.values[0].text, fix=fix)
        return rows


@dataclass(frozen=True, slots=True)
class Words:
    """What a query of one list may name: its filters with the choices of now, its columns that compare, its search."""

    filters: Sequence[tuple[Filter, tuple[Choice, ...] | None]]
    columns: Sequence[Column]
    search: Search | None

    def filter(self, key: str) -> tuple[Filter, tuple[Choice, ...] | None] | None:
        """The filter of this name: its key first, then its titles."""
        return next((pair for names in _NAMES for pair in self.filters if _plain(key) in names(pair[0])), None)

    def column(self, key: str) -> Column | None:
        """The column of this name that can be compared."""
        return next(
            (one for names in _NAMES for one in self.columns if one.compared and _plain(key) in names(one)), None
        )

    def all_names(self) -> list[str]:
        """Every name, for those who mistyped one."""
        things: list[Filter | Column] = [one for one, _ in self.filters if not one.is_quiet]
        return [reader.said(one.title) for one in (*things, *(one for one in self.columns if one.compared))]


def _keys(thing: Filter | Column) -> set[str]:
    return {_plain(thing.key)}


def _titles(thing: Filter | Column) -> set[str]:
    return {_plain(name) for one in (thing.title, *thing.also) for name in (one.zh, one.en)}


_NAMES = (_keys, _titles)


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    """The form in which names and choices are compared: no case, no spaces, no brackets."""
    return re.sub(r"[\s_()\[\]「」“”\"-]", "", halfwidth(name, punctuation=True)).casefold()


def understood(typed: str, words: Words) -> Query:
    """What a query means for this list, or every mistake in it with its place and the way out."""
    text = clean_text(typed).strip()
    if len(text) > MOST:
        say = Text("查询式最多 {most} 个字。", "A query has at most {most} characters.").filled(most=MOST)
        return Query(text[:MOST], problems=(Problem("query.too_long", say, WHERE, fix=_SHORTER),))
    parts: list[Part] = []
    problems: list[Problem] = []
    for part in parts_of(text):
        if isinstance(part, Problem):
            problems.append(part)
        else:
            parts.append(part)
    if len(parts) > MOST_PARTS:
        say = Text("查询式最多 {most} 项。", "A query has at most {most} parts.").filled(most=MOST_PARTS)
        problems.append(Problem("query.too_many", say, WHERE, fix=_SHORTER))
        parts = []
    found = [_meant(part, words) for part in parts]
    problems += [one for one in found if isinstance(one, Problem)]
    if problems:
        return Query(text, problems=tuple(problems))
    good = [(part, one) for part, one in zip(parts, found, strict=True) if not isinstance(one, Problem)]
    compares = tuple(column for part in parts if part.key and (column := words.column(part.key)) is not None)
    return Query(text, tuple((part, one[0]) for part, one in good), compares, tuple(one[1] for _, one in good))


_SHORTER = Text("请缩短后再查。", "Shorten it.")


# -------------------------------------------------------------------------------------------------------- letters


def parts_of(text: str) -> Iterator[Part | Problem]:
    """The parts of a query, and a problem for each place that is not one."""
    text = halfwidth(text)
    plain = text.translate(_SAME)
    at = 0
    while at < len(plain):
        if plain[at].isspace():
            at += 1
            continue
        begin = at
        is_not = plain[at] == "-"
        at += is_not
        named = _KEY.match(plain, at)
        part: Part | Problem
        if named:
            at = named.end()
            part, at = _values(text, plain, begin, at, is_not, named)
        elif word := _WORD.match(plain, at):
            part, at = Part(begin + 1, is_not, "", "", (_said(text, word),)), word.end()
        else:
            part = _mistake(plain, at if plain[at : at + 1].strip() else begin)
        if isinstance(part, Part) and at < len(plain) and not plain[at].isspace():
            part = _mistake(plain, at)
        if isinstance(part, Problem):
            # After a mistake, the rest up to the next space belongs to it.
            at = next((place for place in range(max(at, begin) + 1, len(plain)) if plain[place].isspace()), len(plain))
        yield part


def _values(
    text: str, plain: str, begin: int, at: int, is_not: bool, named: re.Match[str]
) -> tuple[Part | Problem, int]:
    values: list[Said] = []
    while found := _VALUE.match(plain, at):
        values.append(_said(text, found))
        at = found.end()
        comma = _COMMA.match(plain, at)
        if not comma:
            break
        at = comma.end()
    else:
        return _mistake(plain, at) if plain[at : at + 1] == '"' else _nothing_after(plain, begin, at), at
    op = {"≥": ">=", "≤": "<="}.get(named["op"], named["op"])
    return Part(begin + 1, is_not, named["key"], op, tuple(values)), at


def _said(text: str, found: re.Match[str]) -> Said:
    """What was matched, in the letters that were typed."""
    part = "bare" if found["quoted"] is None else "quoted"
    return Said(text[found.start(part) : found.end(part)], found.start() + 1, part == "quoted")


def _nothing_after(plain: str, begin: int, at: int) -> Problem:
    say = Text("第 {at} 个字之后缺少值：{piece}", "A value is missing after character {at}: {piece}")
    fix = Text("请在符号后写上值，如 {piece}值。", "Write a value after the sign, as {piece}value.")
    whole = plain[begin:at].rstrip()
    piece = whole[:80]
    said = say.filled(at=begin + len(whole), piece=piece)
    return Problem("query.no_value", said, WHERE, piece, fix=fix.filled(piece=piece))


def _mistake(plain: str, at: int) -> Problem:
    """What cannot be read at a place: a quote that is not closed, or a sign where none belongs."""
    piece = plain[at : at + 20]
    if plain[at : at + 1] == '"':
        say = Text("第 {at} 个字的引号没有关上。", "The quote at character {at} is not closed.").filled(at=at + 1)
        return Problem("query.quote", say, WHERE, piece, fix=Text("请补上另一个引号。", "Add the other quote."))
    say = Text("第 {at} 个字“{sign}”不该在这里。", "The “{sign}” at character {at} does not belong there.")
    fix = Text("含空格或符号的值请加引号。", "Put values with spaces or signs in quotes.")
    return Problem("query.sign", say.filled(at=at + 1, sign=plain[at : at + 1]), WHERE, piece, fix=fix)


# -------------------------------------------------------------------------------------------------------- meaning

Meant = tuple[Condition, Text]
"""How a part narrows, and in words."""


def _meant(part: Part, words: Words) -> Meant | Problem:
    if not part.key:
        return _word(part, words)
    found, column = words.filter(part.key), words.column(part.key)
    if part.op in (":", "=") and found is not None:
        return _filtered(part, *found)
    if column is not None:
        return _compared(part, column)
    if found is not None:
        say = Text("第 {at} 个字：「{title}」不能比大小。", "Character {at}: “{title}” cannot be compared.")
        fix = Text("请写 {key}:值。", "Write {key}:value.").filled(key=part.key)
        return Problem("query.no_order", say.filled(at=part.at, title=found[0].title), WHERE, part.op, fix=fix)
    return _unknown_name(part, words)


def _unknown_name(part: Part, words: Words) -> Problem:
    names = words.all_names()
    say = Text("第 {at} 个字：这个列表没有「{key}」。", "Character {at}: this list has no “{key}”.")
    near = difflib.get_close_matches(part.key, names, n=3, cutoff=0.4) or names
    fix = Text("可用的名称：{names}。要查文字请加引号。", "Names are: {names}. To search for text, put it in quotes.")
    said = fix.filled(names=Text("、".join(near), ", ".join(near)))
    return Problem("query.name", say.filled(at=part.at, key=part.key), WHERE, part.key, fix=said)


def _word(part: Part, words: Words) -> Meant | Problem:
    (word,) = part.values
    if not word.is_quoted:
        named = [
            (one, choice)
            for one, choices in words.filters
            for choice in choices or ()
            if _plain(word.text) in _choice_names(choice)
        ]
        if len({id(one) for one, _ in named}) > 1:
            say = Text("第 {at} 个字：「{word}」有几种意思。", "Character {at}: “{word}” may mean several things.")
            ways = [f"{reader.said(one.title)}:{word.text}" for one, _ in named]
            fix = Text("请写明：{ways}", "Say which: {ways}").filled(ways=Text("、".join(ways), ", ".join(ways)))
            return Problem("query.ambiguous", say.filled(at=word.at, word=word.text), WHERE, word.text, fix=fix)
        if named:
            declared, choice = named[0]
            told = Text("{title}：{value}", "{title}: {value}").filled(title=declared.title, value=choice.text)
            return _turned(part, [_by(declared.apply, choice.value)]), _not(part, told)
    if words.search is None:
        say = Text("第 {at} 个字：这个列表不能按文字查找。", "Character {at}: this list cannot be searched for text.")
        fix = Text("请写 名称:值。", "Write name:value.")
        return Problem("query.no_search", say.filled(at=word.at), WHERE, word.text, fix=fix)
    told = Text("{hint}含“{word}”", "{hint} has “{word}”").filled(hint=words.search.hint, word=word.text)
    return _turned(part, [_by(words.search.find, _tidy(word.text))]), _not(part, told)


def _filtered(part: Part, declared: Filter, choices: tuple[Choice, ...] | None) -> Meant | Problem:
    wanted: list[str] = []
    shown: list[Text | str] = []
    for value in part.values:
        if choices is None:
            wanted.append(_tidy(value.text))
            shown.append(value.text)
            continue
        choice = _choice_meant(value.text, choices)
        if choice is None:
            return _no_such_value(value, declared, choices)
        wanted.append(choice.value)
        shown.append(choice.text)
    values = Text("、".join(_in(one, "zh") for one in shown), " or ".join(_in(one, "en") for one in shown))
    told = Text("{title}：{values}", "{title}: {values}").filled(title=declared.title, values=values)
    return _turned(part, [_by(declared.apply, one) for one in wanted]), _not(part, told)


def _choice_meant(typed: str, choices: Sequence[Choice]) -> Choice | None:
    """The choice of this value or name; else the only one with that in its name: 形式 for 形式审查."""
    plain = _plain(typed)
    whole = [one for one in choices if typed == one.value] or [one for one in choices if plain in _choice_names(one)]
    partly = [one for one in choices if plain and any(plain in name for name in _choice_names(one))]
    return whole[0] if whole else partly[0] if len(partly) == 1 else None


def _no_such_value(value: Said, declared: Filter, choices: Sequence[Choice]) -> Problem:
    names = [reader.said(one.text) for one in choices]
    near = difflib.get_close_matches(value.text, names, n=5, cutoff=0.3) or names[:8]
    say = Text("第 {at} 个字：「{title}」没有“{value}”。", "Character {at}: “{title}” has no “{value}”.")
    fix = Text("可用的值：{near}。", "Values are: {near}.").filled(near=Text("、".join(near), ", ".join(near)))
    said = say.filled(at=value.at, title=declared.title, value=value.text)
    return Problem("query.value", said, WHERE, value.text, fix=fix)


def _compared(part: Part, column: Column) -> Meant | Problem:
    if len(part.values) > 1 and part.op not in (":", "="):
        say = Text("第 {at} 个字：比大小只能有一个值。", "Character {at}: one compares with one value.")
        fix = Text("数字里的逗号请去掉。", "Leave commas out of numbers.")
        return Problem("query.one_value", say.filled(at=part.values[1].at), WHERE, part.values[1].text, fix=fix)
    conditions: list[Condition] = []
    shown: list[str] = []
    for value in part.values:
        bound = _bound(value, column)
        if isinstance(bound, Problem):
            return bound
        lookups = _lookups(column, part.op, bound)
        conditions.append(_keeping(lookups | ({column.open_if: True} if column.open_if else {})))
        shown.append(_as_said(bound))
    sign = {":": "=", "=": "=", ">=": "≥", "<=": "≤"}.get(part.op, part.op)
    told = Text("{title} {sign} {value}", "{title} {sign} {value}").filled(
        title=column.title, sign=sign, value=Text("、".join(shown), " or ".join(shown))
    )
    return _turned(part, conditions), _not(part, told)


def _bound(value: Said, column: Column) -> Money | Decimal | date | Problem:
    """The value as the column's kind reads it."""
    found: Money | Decimal | date | Problem
    if column.kind == "money":
        found = read_money(value.text, WHERE)
    elif column.kind == "number":
        found = read_number(value.text, WHERE)
        if isinstance(found, Decimal) and abs(found) > MOST_NUMBER:
            found = Problem("query.number", Text("数字太大。", "The number is too large."), WHERE, value.text)
    elif from_today := _FROM_TODAY.fullmatch(value.text):
        days = int(from_today[3] or 0)
        found = today() + timedelta(days=-days if from_today[2] == "-" else days)
    else:
        found = read_day(value.text, WHERE)
        if isinstance(found, date) and not 1000 <= found.year <= 9000:
            found = Problem("query.day", Text("年份不对。", "The year is not plausible."), WHERE, value.text)
    if isinstance(found, Problem):
        say = Text("第 {at} 个字：{said}", "Character {at}: {said}").filled(at=value.at, said=found.say)
        return Problem(found.code, say, WHERE, value.text, fix=found.fix)
    return found


def _lookups(column: Column, op: str, bound: Money | Decimal | date) -> dict[str, Any]:
    name, lookup = column.compared, _LOOKUPS[op]
    if isinstance(bound, Money):
        return {f"{name}__{lookup}": bound.fen}
    if isinstance(bound, Decimal) or column.kind == "day":
        return {f"{name}__{lookup}": bound}
    # A day of moments lasts from its midnight to the next; a deadline at midnight is the end of the day before.
    start, end = (datetime.combine(bound + timedelta(days=days), time(0), BEIJING) for days in (0, 1))
    after, until = ("gt", "lte") if column.kind == "deadline" else ("gte", "lt")
    if op in (">", ">="):
        return {f"{name}__{after}": end if op == ">" else start}
    if op in ("<", "<="):
        return {f"{name}__{until}": start if op == "<" else end}
    return {f"{name}__{after}": start, f"{name}__{until}": end}


# --------------------------------------------------------------------------------------------------------- pieces


def _turned(part: Part, conditions: Sequence[Condition]) -> Condition:
    """Any of the conditions, or none of them where the part is denied."""

    def narrow(rows: Rows) -> Rows:
        if not part.is_not:
            return reduce(or_, (condition(rows) for condition in conditions))
        # Apart from the rows at hand, and by key: whatever a filter joins, each row is looked up once.
        every = rows if rows.query.annotations else rows.model._default_manager.all()
        for condition in conditions:
            denied = condition(every.order_by().select_related(None)).filter(pk=OuterRef("pk"))
            rows = rows.filter(~Exists(denied))
        return rows

    return narrow


def _by(apply: Callable[[Rows, str], Rows], value: str) -> Condition:
    return lambda rows: apply(rows, value)


def _keeping(lookups: Mapping[str, Any]) -> Condition:
    return lambda rows: rows.filter(**lookups)


def _not(part: Part, told: Text) -> Text:
    return Text("不含（{told}）", "not ({told})").filled(told=told) if part.is_not else told


def _choice_names(choice: Choice) -> set[str]:
    texts = (choice.text.zh, choice.text.en) if isinstance(choice.text, Text) else (choice.text,)
    return {_plain(one) for one in (choice.value, *texts)}


def _tidy(value: str) -> str:
    return " ".join(value.split())


def _in(value: Text | str, language: str) -> str:
    return value.said_in(language) if isinstance(value, Text) else value


def _as_said(bound: Money | Decimal | date) -> str:
    return reader.money(bound) if isinstance(bound, Money) else str(bound)


# ----------------------------------------------------------------------------------------------------------- help


@dataclass(frozen=True, slots=True)
class HelpLine:
    """One name that a query of this list may use, with its other names and an example."""

    names: Text
    example: Text


def help_lines(words: Words) -> list[HelpLine]:
    """What may be asked of this list, made from its declaration."""
    kinds: dict[str, Text | str] = {"money": Text("50万", "CNY500000"), "number": "10"}
    named = [
        HelpLine(_called(one), _shown_as(one, ":", choices[0].text if choices else Text("值", "value")))
        for one, choices in words.filters
        if not one.is_quiet
    ]
    compared = [one for one in words.columns if one.compared]
    return named + [HelpLine(_called(one), _shown_as(one, ">", kinds.get(one.kind, "2026-04-01"))) for one in compared]


def _called(thing: Filter | Column) -> Text:
    def names(language: str) -> tuple[str, list[str]]:
        title, *more = (one.said_in(language) for one in (thing.title, *thing.also))
        return title, more + [thing.key] * (_plain(thing.key) != _plain(title))

    (zh, more_zh), (en, more_en) = names("zh"), names("en")
    return Text(
        f"{zh}（{'、'.join(more_zh)}）" if more_zh else zh,
        f"{en} ({', '.join(more_en)})" if more_en else en,
    )


def _shown_as(thing: Filter | Column, sign: str, value: Text | str) -> Text:
    def example(language: str) -> str:
        name, said = thing.title.said_in(language), _in(value, language)
        return f"{thing.key if re.search(r'[^0-9A-Za-z一-鿿]', name) else name}{sign}" + (
            said if re.fullmatch(r"[^\s\",:<>=()（）]+", said) else f'"{said}"'
        )

    return Text(example("zh"), example("en"))
