"""What a cell means: each reader turns a value as found into a value as kept, or says what is wrong with it.

A reader also says what it takes, for the template, and shows what it understood, for the trial of a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from keguan.kernel.bilingual import Text
from keguan.kernel.ids import normal_uscc, uscc_problem
from keguan.kernel.money import Money
from keguan.kernel.names import clean_text, halfwidth
from keguan.kernel.problems import Problem
from keguan.registers.imports.grid import Value


@dataclass(frozen=True, slots=True)
class Kept:
    """A value that is kept although something about it is odd: the row comes in, the oddity is reported."""

    value: Any
    odd: Problem


def _as_kept(value: Any) -> object:
    return value


@dataclass(frozen=True, slots=True)
class Reader:
    """From a cell that is not blank to a value, a `Kept` or a `Problem`.

    takes: what people may write, in words. choices: all there is to choose from, where that is closed. show: a value as
    people read it.
    """

    read: Callable[[Value], Any]
    takes: Text
    choices: tuple[Text, ...] = ()
    show: Callable[[Any], object] = _as_kept

    def __call__(self, value: Value) -> Any:
        return self.read(value)


def takes(zh: str, en: str) -> Callable[[Callable[[Value], Any]], Reader]:
    """Make a function a reader: `@takes("日期", "a day")`."""
    return lambda read: Reader(read, Text(zh, en))


# Excel keeps 15 digits; a longer whole number stored as a number has lost its last digits for good.
_MOST_EXACT = 10**15
_EXCEL_EPOCH = date(1899, 12, 30)
_DAY = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?(?:[ T]00:00(?::00(?:\.0+)?)?)?")
_DAY_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")
ANYTHING = Text("文本", "text")
_BETWEEN_WORDS = re.compile(r"[;,、，；\n\t|]+")


def said(value: Value) -> str:
    """A cell as the person sees it: 71701001 and not 71701001.0, trimmed, without what cannot be seen."""
    if isinstance(value, str):
        # Most cells are plain already; the full cleaning costs ten times as much.
        return value.strip() if value.isascii() and value.isprintable() else _tidy(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return format(value, ".15g") if abs(value) < _MOST_EXACT else format(value, ".0f")
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d" if value.time() == datetime.min.time() else "%Y-%m-%d %H:%M:%S")
    return "" if value is None else str(value)


@lru_cache(maxsize=8192)
def _tidy(value: str) -> str:
    return " ".join(clean_text(value).replace("\u3000", " ").replace("\xa0", " ").split())


def text(limit: int = 500) -> Reader:
    """Any text of at most so many letters; numbers are taken as they look."""

    def read(value: Value) -> str | Problem:
        found = said(value)
        if len(found) > limit:
            say = Text("太长：{n} 字，最多 {most} 字", "Too long: {n} letters, at most {most}")
            return _problem("too-long", say.filled(n=len(found), most=limit), found, Text("请缩短", "Shorten it"))
        return found

    return Reader(read, Text("文本，最多 {most} 字", "text, at most {most} letters").filled(most=limit))


@takes("编号或号码，按文本填写", "a number or code, written as text")
def code(value: Value) -> str | Problem:
    """A number that is a name (a project number, a phone): digits as typed, wide ones made plain."""
    if isinstance(value, float | int) and not isinstance(value, bool) and abs(value) >= _MOST_EXACT:
        say = Text("这一格存成了数字，超过15位的数字已丢失", "Stored as a number: the digits beyond the 15th are lost")
        fix = Text("请把该列设为“文本”后重新填写", "Format the column as text and type it again")
        return _problem("digits-lost", say, said(value), fix)
    return halfwidth(said(value), punctuation=True)


@takes("18位统一社会信用代码", "the 18 characters of the unified social credit code")
def credit_code(value: Value) -> str | Problem:
    """A unified social credit code, checked."""
    found = code(value)
    if isinstance(found, Problem):
        return found
    return uscc_problem(found) or normal_uscc(found)


def amount(unit: str = "万元") -> Reader:
    """An amount as whole fen. unit: what a bare number means."""

    def read(value: Value) -> int | Problem:
        # A float such as 0.30000000000000004 is 0.3 to the person who typed it.
        found = Money.parse(said(value), unit)
        return found.fen if isinstance(found, Money) else found

    words_ = Text(
        "金额，不写单位时为{unit}，如 12.5、125000元", "an amount, {unit} where no unit stands: 12.5, 125000元"
    )
    return Reader(read, words_.filled(unit=unit), show=lambda fen: Money(fen).said)


def whole(least: int, most: int) -> Reader:
    """A whole number within limits."""

    def read(value: Value) -> int | Problem:
        found = halfwidth(said(value), punctuation=True)
        if re.fullmatch(r"[+-]?\d{1,12}", found) and least <= int(found) <= most:
            return int(found)
        say = Text("应为 {a} 至 {b} 的整数", "A whole number from {a} to {b} is wanted").filled(a=least, b=most)
        return _problem("not-whole", say, found, Text("请填整数", "Give a whole number"))

    return Reader(read, Text("{a} 至 {b} 的整数", "a whole number from {a} to {b}").filled(a=least, b=most))


@takes("日期，如 2018-01-02", "a day, such as 2018-01-02")
def day(value: Value) -> date | Problem:
    """A day: a date cell, its serial number, or text such as 2018-01-02, 2018.1.2, 2018年1月2日, 20180102."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and 1 <= value < 73051 and value == int(value):
        return _EXCEL_EPOCH + timedelta(days=int(value))
    found = halfwidth(said(value), punctuation=True)
    match = _DAY.fullmatch(found.replace(" 00:00:00", "")) or _DAY_DIGITS.fullmatch(found)
    if match:
        try:
            return date(*map(int, match.groups()))
        except ValueError:
            pass
    fix = Text("例如 2018-01-02", "For example 2018-01-02")
    return _problem("not-a-day", Text("不是日期", "Not a day"), found, fix)


def choice(words: Mapping[str, Text], *also: tuple[str, str]) -> Reader:
    """One of a closed list, by its code or its Chinese or English name. also: further (word, code) pairs."""
    codes: dict[str, str] = {}
    for word, name in words.items():
        codes |= {word.casefold(): word, name.zh.casefold(): word, name.en.casefold(): word}
    codes |= {word.casefold(): target for word, target in also}
    known = "、".join(name.zh for name in words.values())

    def read(value: Value) -> str | Problem:
        found = said(value)
        if (key := codes.get(found.casefold())) is not None:
            return key
        fix = Text("可填：{known}", "One of: {known}").filled(known=Text(known, ", ".join(words)))
        return _problem("not-in-list", Text("不在可选范围内", "Not one of the choices"), found, fix)

    return Reader(read, Text("从列表中选择", "one of the list"), tuple(words.values()), show=words.__getitem__)


def words(each: Callable[[str], str | Problem] | None = None, takes: Text = ANYTHING) -> Reader:
    """A list in one cell, separated by semicolon, comma or 、. each: reads one entry. takes: what an entry is."""

    def read(value: Value) -> list[str] | Problem:
        found = [one.strip() for one in _BETWEEN_WORDS.split(said(value)) if one.strip()]
        read_words = [each(one) if each else one for one in found]
        wrong = next((one for one in read_words if isinstance(one, Problem)), None)
        return wrong or list(dict.fromkeys(one for one in read_words if isinstance(one, str)))

    several = Text("{what}；多个以分号隔开", "{what}; several with semicolons between them")
    return Reader(read, several.filled(what=takes))


@takes("邮箱地址", "an e-mail address")
def email(value: Value) -> str | Problem:
    """An e-mail address."""
    found = halfwidth(said(value), punctuation=True)
    if re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", found) and len(found) <= 254:
        return found
    return _problem(
        "not-an-email",
        Text("不是邮箱地址", "Not an e-mail address"),
        found,
        Text("例如 name@example.cn", "For example name@example.cn"),
    )


def lenient(reader: Reader, code_: str, say: Text, *, value: Any = None) -> Reader:
    """The same reader for published lists: what it cannot read is kept as unknown (`value`) and reported as odd."""

    def read(cell: Value) -> Any:
        found = reader(cell)
        if isinstance(found, Problem):
            return Kept(value, Problem(code_, say, value=said(cell)[:80]))
        return found

    return replace(reader, read=read)


def _problem(kind: str, say: Text, value: str, fix: Text | None = None) -> Problem:
    return Problem(code=f"import.cell.{kind}", say=say, value=value[:80], fix=fix)
