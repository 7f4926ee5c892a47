"""Money as a whole number of fen; 万元 only on the page. Never a float."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Final

from keguan.kernel.bilingual import Text
from keguan.kernel.names import clean_text, halfwidth
from keguan.kernel.problems import Problem

FEN_PER_YUAN: Final = 100
FEN_PER_WAN: Final = 1_000_000
MOST_FEN: Final = 10**15
"""The largest amount anybody may type: ten trillion yuan. Below 2**53, so that every reader keeps it exact."""

UNITS: Final = {
    "元": FEN_PER_YUAN,
    "圆": FEN_PER_YUAN,
    "yuan": FEN_PER_YUAN,
    "万": FEN_PER_WAN,
    "万元": FEN_PER_WAN,
    "wan": FEN_PER_WAN,
    "亿": FEN_PER_WAN * 10_000,
    "亿元": FEN_PER_WAN * 10_000,
}
"""Fen in one of each unit that may follow a number."""

_AMOUNT: Final = re.compile(
    r"(?P<sign>[-−–—负])?(?P<mark>¥|rmb|cny|人民币)?(?P<late_sign>[-−–—负])?"
    r"(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.(?P<part>[0-9]+))?"
    rf"(?P<unit>{'|'.join(sorted(UNITS, key=len, reverse=True))})?"
)
# The Chinese keyboard gives 。 and ￥ where . and ¥ were meant.
_TYPED_OTHERWISE: Final = str.maketrans({"。": ".", "\uffe5": "¥"})


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in fen (renminbi). May be negative as a balance; a typed amount may not.

    Adds to and subtracts from Money, multiplies and floor-divides by int (`paid * 60 // 100` is 60 %, rounded down to
    the fen). Anything with a float, or an int without its unit, raises TypeError. Sum with `sum(amounts, ZERO)`.
    """

    fen: int

    def __post_init__(self) -> None:
        if type(self.fen) is not int:
            raise TypeError(f"fen is a whole number, not {self.fen!r}")

    @classmethod
    def wan(cls, amount: str | int | Decimal) -> Money:
        """So many 万元, written by a programmer. TypeError for a float, ValueError for a part of a fen."""
        return cls(_exact_fen(amount, FEN_PER_WAN))

    @classmethod
    def yuan(cls, amount: str | int | Decimal) -> Money:
        """So many yuan, written by a programmer. TypeError for a float, ValueError for a part of a fen."""
        return cls(_exact_fen(amount, FEN_PER_YUAN))

    @classmethod
    def parse(cls, text: str, unit: str = "万元") -> Money | Problem:
        """What a person typed as an amount: `12.5`, `12.5万`, `１２．５ 万元`, `125,000元`, `¥125000`.

        unit: what a bare number means, a key of `UNITS`; after ¥ a bare number is yuan. Never rounds, never guesses: a ¥50
        where 万元 are asked for may be a cell formatted as money, and is asked about. Problem `money.empty`,
        `.unreadable`, `.unit`, `.negative`, `.too_fine` or `.too_large`, whose `where` is for the caller to fill.
        """
        typed = halfwidth(clean_text(text), punctuation=True).translate(_TYPED_OTHERWISE)
        typed = "".join(typed.split()).lower()
        if not typed:
            return _problem("empty", text)
        found = _AMOUNT.fullmatch(typed)
        if found is None or len(typed) > 60:
            return _problem("unreadable", text)
        part = found["part"] or ""
        scale = UNITS[found["unit"] or ("元" if found["mark"] else unit)]
        fen = Fraction(int(found["whole"].replace(",", "") + part) * scale, 10 ** len(part))
        if fen and (found["sign"] or found["late_sign"]):
            return _problem("negative", text)
        if found["mark"] and not found["unit"] and scale < UNITS[unit] and 0 < fen < UNITS[unit]:
            return _problem("unit", text)
        if fen > MOST_FEN:
            return _problem("too_large", text)
        return cls(int(fen)) if fen.denominator == 1 else _problem("too_fine", text)

    def in_wan(self) -> str:
        """The exact amount in 万元 as text, without needless zeros: 12.5."""
        return _written(self.fen, 6).rstrip("0").rstrip(".")

    def in_yuan(self) -> str:
        """The exact amount in yuan as text: 125000, or 0.50 where there are fen."""
        return _written(self.fen, 2).removesuffix(".00")

    @property
    def said(self) -> Text:
        """In both languages: 12.5万元, CNY 125,000."""
        yuan, _, fen = self.in_yuan().partition(".")
        return Text(str(self), f"CNY {int(yuan):,}" + (f".{fen}" if fen else ""))

    def __str__(self) -> str:
        return f"{self.in_wan()}万元"

    def __bool__(self) -> bool:
        return self.fen != 0

    def __add__(self, other: Money) -> Money:
        return Money(self.fen + other.fen) if isinstance(other, Money) else NotImplemented

    def __sub__(self, other: Money) -> Money:
        return Money(self.fen - other.fen) if isinstance(other, Money) else NotImplemented

    def __neg__(self) -> Money:
        return Money(-self.fen)

    def __mul__(self, times: int) -> Money:
        return Money(self.fen * times) if type(times) is int else NotImplemented

    __rmul__ = __mul__

    def __floordiv__(self, by: int) -> Money:
        return Money(self.fen // by) if type(by) is int else NotImplemented


ZERO: Final = Money(0)


def share_pool(claims: Sequence[Money], pool: Money) -> list[Money]:
    """Share a fixed pool in proportion to eligible claims.

    claims: one per case, already capped; the result keeps their order.
    Returns one amount per claim, rounded down to the fen; the remainder stays in the pool. If the pool suffices,
    everyone gets the claim; nobody ever gets more. Raises ValueError for a negative claim or pool.
    Source: 后补助实施细则 第九条.
    """
    if pool < ZERO or any(claim < ZERO for claim in claims):
        raise ValueError("a pool and its claims are not negative")
    asked = sum(claims, ZERO)
    if asked <= pool:
        return list(claims)
    return [Money(claim.fen * pool.fen // asked.fen) for claim in claims]


def _exact_fen(amount: str | int | Decimal, scale: int) -> int:
    if isinstance(amount, bool) or not isinstance(amount, str | int | Decimal):
        raise TypeError(f"money is written as text, int or Decimal, not {amount!r}")
    try:
        fen = Fraction(Decimal(amount)) * scale
    except (InvalidOperation, OverflowError, ValueError) as error:
        raise ValueError(f"{amount!r} is not an amount of money") from error
    if fen.denominator != 1:
        raise ValueError(f"{amount!r} holds a part of a fen")
    return int(fen)


def _written(fen: int, places: int) -> str:
    whole, part = divmod(abs(fen), 10**places)
    return f"{'-' if fen < 0 else ''}{whole}.{part:0{places}}"


_PROBLEMS: Final = {
    "empty": (Text("请填写金额", "Please give an amount"), Text("例如 12.5（万元）", "For example 12.5 (万元)")),
    "unreadable": (
        Text("无法识别该金额", "This cannot be read as an amount"),
        Text(
            "请填写数字，可带单位，例如 12.5万元、125000元、1,250元",
            "Give a number, with a unit if you like: 12.5万元, 125000元, 1,250元",
        ),
    ),
    "unit": (
        Text(
            "这里以万元填写，带货币符号的数看不出是元还是万元",
            "Amounts here are in 万元; after a currency sign it is unclear which is meant",
        ),
        Text("请写明单位，例如 50万元 或 5000元", "Write the unit: 50万元 or 5000元"),
    ),
    "negative": (
        Text("金额不能为负", "An amount cannot be negative"),
        Text("请去掉负号；核减请另行办理", "Leave the sign out; a reduction is made elsewhere"),
    ),
    "too_fine": (
        Text("金额最小到分，该金额含有不足一分的部分", "The smallest amount is one fen; this holds a part of one"),
        Text("万元最多六位小数，元最多两位小数", "At most six decimals in 万元, two in yuan"),
    ),
    "too_large": (
        Text("金额超过系统上限（10万亿元）", "The amount is above the limit of ten trillion yuan"),
        Text("请核对单位是元还是万元", "Check whether the unit is yuan or 万元 (10 000 yuan)"),
    ),
}


def _problem(kind: str, typed: str) -> Problem:
    say, fix = _PROBLEMS[kind]
    return Problem(code=f"money.{kind}", say=say, value=clean_text(typed)[:80], fix=fix)
