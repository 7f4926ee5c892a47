"""Reading what people type: numbers, 万元, days. Full-width digits and Chinese commas are understood."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.http import HttpRequest

from keguan.kernel.bilingual import Text
from keguan.kernel.ids import new_key
from keguan.kernel.money import Money
from keguan.kernel.names import clean_text, halfwidth
from keguan.kernel.problems import Conflict, Problem

_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")


def read_number(text: str, where: str = "") -> Decimal | Problem:
    """A decimal number, exact: `12.5`, `1,250`, `１２。５`. Exponents are not read. Problem `typed.number`."""
    bare = re.sub(r"[,，\s]", "", halfwidth(clean_text(text), punctuation=True)).replace("。", ".").replace("−", "-")
    if len(bare) <= 40 and _NUMBER.fullmatch(bare):
        return Decimal(bare)
    say = Text("这里要填数字。", "This must be a number.")
    return Problem(
        "typed.number",
        say,
        where,
        clean_text(text)[:80],
        fix=Text("只填数字，例如 12.5。", "Write digits only, for example 12.5."),
    )


def read_whole(text: str, where: str = "") -> int | Problem:
    """A whole number. Problem `typed.number` or `typed.whole`."""
    number = read_number(text, where)
    if isinstance(number, Problem):
        return replace(number, fix=Text("只填数字，不要小数。", "Write digits only, without decimals."))
    if number == number.to_integral_value():
        return int(number)
    say = Text("这里要填整数。", "This must be a whole number.")
    return Problem("typed.whole", say, where, clean_text(text)[:80], fix=Text("不要小数。", "Leave the decimals out."))


def read_money(text: str, where: str = "") -> Money | Problem:
    """An amount typed in 万元 (or with its own unit), exact to the fen. Problems as `Money.parse`."""
    read = Money.parse(text)
    return replace(read, where=where) if isinstance(read, Problem) else read


def read_day(text: str, where: str = "") -> date | Problem:
    """A calendar day, written 2026-11-22, 2026/11/22 or 2026年11月22日. Problem `typed.day`."""
    found = _DAY.fullmatch(halfwidth(clean_text(text), punctuation=True).strip())
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:  # 2026-02-30
        pass
    say = Text("这里要填日期，而且必须是日历上有的一天。", "This must be a day that stands in the calendar.")
    return Problem(
        "typed.day",
        say,
        where,
        clean_text(text)[:80],
        fix=Text("请写成 2026-11-22 这样。", "Write it like 2026-11-22."),
    )


def posted_key(request: HttpRequest) -> str:
    """The idempotency key of a form (`{% form_key %}`): the same for a double click, new for a new page.

    A form without one gets a fresh key: it works, but is not protected against a double click.
    """
    sent = request.POST.get("key", "")
    return sent if re.fullmatch(r"[0-9a-f]{32}", sent) else new_key()


def posted_revision(request: HttpRequest) -> int:
    """The revision of the thing as the form showed it. Raises Conflict if the form did not say."""
    sent = request.POST.get("revision", "")
    if re.fullmatch(r"[0-9]{1,9}", sent):
        return int(sent)
    say = Text("表单没有说明它依据的版本。", "The form does not say which revision it was made from.")
    fix = Text("请重新打开页面，从那里提交。", "Open the page again and send it from there.")
    raise Conflict(Problem("form.revision", say, "revision", sent[:40], fix=fix))
