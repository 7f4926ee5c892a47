"""Reading what people type: numbers, 万元, days. Full-width digits and Chinese commas are understood."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
import uuid
from decimal import Decimal, InvalidOperation

from django.http import HttpRequest

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Conflict, Problem

_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_MOST_FEN = 10**17


class Unreadable(ValueError):
    """What was typed cannot be read as what was asked for. `say` tells what is wrong, `fix` how to write it."""

    def __init__(self, say: Text, fix: Text) -> None:
        super().__init__(say.en)
        self.say = say
        self.fix = fix

    def problem(self, where: str, value: str) -> Problem:
        """This as a problem at a place of the form."""
        return Problem("typed.unreadable", self.say, where, value[:200], fix=self.fix)


def tidy(text: str) -> str:
    """Typed text with full-width forms folded and outer spaces removed. Control characters other than line ends go."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(c for c in folded if c in "\n\t" or unicodedata.category(c) != "Cc").strip()


def decimal_from(text: str) -> Decimal:
    """A decimal number, exact. Thousands separators are allowed; exponents are not. Raises Unreadable."""
    bare = re.sub(r"[,，\s_]", "", tidy(text)).replace("。", ".")
    try:
        if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", bare, re.ASCII):
            raise InvalidOperation
        return Decimal(bare)
    except InvalidOperation:
        raise Unreadable(
            Text("「{typed}」不是数字。", "“{typed}” is not a number.").filled(typed=text.strip()[:40]),
            Text("请只填数字，例如 12.5。", "Write digits only, for example 12.5."),
        ) from None


def whole_from(text: str) -> int:
    """A whole number. Raises Unreadable."""
    number = decimal_from(text)
    if number != number.to_integral_value():
        raise Unreadable(
            Text("{typed} 不是整数。", "{typed} is not a whole number.").filled(typed=text.strip()[:40]),
            Text("请填整数。", "Write a whole number."),
        )
    return int(number)


def fen_from_wan(text: str) -> int:
    """An amount typed in 万元 (with or without the word) as fen. Raises Unreadable if finer than a fen."""
    bare = re.sub(r"(万元|万|wan)$", "", tidy(text), flags=re.IGNORECASE)
    fen = decimal_from(bare).scaleb(6)
    if fen != fen.to_integral_value() or abs(fen) > _MOST_FEN:
        raise Unreadable(
            Text("{typed} 万元 精确不到分，或过大。", "{typed} (10,000 yuan) is finer than a fen, or too large.").filled(
                typed=bare[:40]
            ),
            Text("以万元填写，最多六位小数。", "Write it in 10,000 yuan with at most six decimals."),
        )
    return int(fen)


def day_from(text: str) -> dt.date:
    """A calendar day, written 2026-11-22, 2026/11/22 or 2026年11月22日. Raises Unreadable."""
    found = _DAY.fullmatch(tidy(text))
    try:
        if found:
            return dt.date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    raise Unreadable(
        Text("「{typed}」不是日期。", "“{typed}” is not a date.").filled(typed=text.strip()[:40]),
        Text("请按 2026-11-22 的样式填写。", "Write it like 2026-11-22."),
    )


def posted_key(request: HttpRequest) -> str:
    """The idempotency key of a form (`{% form_key %}`): the same for a double click, new for a new page.

    A form without one gets a fresh key, so it works but is not protected against a double click.
    """
    sent = request.POST.get("key", "")
    return sent if re.fullmatch(r"[0-9a-f-]{32,36}", sent) else str(uuid.uuid4())


def posted_revision(request: HttpRequest) -> int:
    """The revision of the thing as the form showed it. Raises Conflict if the form did not say."""
    sent = request.POST.get("revision", "")
    if re.fullmatch(r"[0-9]{1,9}", sent, re.ASCII):
        return int(sent)
    raise Conflict(
        Problem(
            "form.revision",
            Text("表单没有说明它依据的版本。", "The form does not say which revision it was made from."),
            "revision",
            sent[:40],
            fix=Text("请重新打开页面再提交。", "Open the page again and send it from there."),
        )
    )
