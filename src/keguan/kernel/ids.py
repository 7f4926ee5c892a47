"""Numbers that people copy by hand, and the check characters that catch a slip."""

from __future__ import annotations

import re
from typing import Final
from uuid import uuid4

from stdnum.cn import uscc
from stdnum.iso7064 import mod_37_36

from keguan.kernel.bilingual import Text
from keguan.kernel.names import clean_text, halfwidth
from keguan.kernel.problems import Problem

_NUMBER: Final = re.compile(r"[0-9]{2}[A-Z]{2,4}[0-9]{4}[0-9A-Z][0-9]{5}[0-9A-Z]")
_SEPARATORS: Final = re.compile(r"[\s\-‐‑–—−_]+")
_USCC_LETTERS: Final = frozenset("0123456789ABCDEFGHJKLMNPQRTUWXY")


def normal_number(text: str) -> str:
    """A typed number as it is stored: no spaces or hyphens, plain width, capitals."""
    return _SEPARATORS.sub("", halfwidth(clean_text(text), punctuation=True)).upper()


def make_number(*, region: str, programme: str, year: int, kind: str, serial: int) -> str:
    """A project or case number such as 65KRD2026P00017 and its check character.

    region: two digits of GB/T 2260. programme: 2 to 4 capitals. kind: one digit or capital. serial: 1 to 99 999 within
    the rest. Check character: ISO 7064 MOD 37,36, which catches every single slip and nearly every swap of neighbours.
    Raises ValueError for a part out of shape. A number is never used twice.
    """
    body = f"{region}{programme}{year}{kind}{serial:05}"
    shape = (
        re.fullmatch("[0-9]{2}", region)
        and re.fullmatch("[A-Z]{2,4}", programme)
        and 1000 <= year <= 9999
        and re.fullmatch("[0-9A-Z]", kind)
        and 1 <= serial <= 99_999
    )
    if not shape:
        raise ValueError(f"{body!r} is not the shape of a number")
    return body + str(mod_37_36.calc_check_digit(body))


def check_number(text: str) -> Problem | None:
    """What is wrong with a typed project or case number: `number.shape`, `number.check`, or nothing."""
    number = normal_number(text)
    if not _NUMBER.fullmatch(number):
        return Problem(
            code="number.shape",
            say=Text("这不是本系统的编号", "This is not a number of this system"),
            value=clean_text(text)[:80],
            fix=Text(
                "编号由地区2位、计划2至4个字母、年度4位、类型1位、序号5位和校验1位组成",
                "A number has 2 digits of region, 2 to 4 letters of programme, 4 digits of year, "
                "1 character of kind, 5 digits of serial and 1 check character",
            ),
        )
    if not mod_37_36.is_valid(number):
        return Problem(
            code="number.check",
            say=Text("编号校验位不符，可能抄错了一位", "The check character does not fit: one character may be wrong"),
            value=number,
            fix=Text("请对照原件逐位核对", "Compare it with the original, character by character"),
        )
    return None


def new_key() -> str:
    """A fresh key for one request, so that sending it twice acts once: 32 hexadecimal characters."""
    return uuid4().hex


def normal_uscc(text: str) -> str:
    """A typed unified social credit code as it is stored: no spaces or hyphens, plain width, capitals."""
    return normal_number(text)


def uscc_problem(text: str) -> Problem | None:
    """What is wrong with a typed unified social credit code (统一社会信用代码), or nothing.

    `uscc.length`, `uscc.character` or `uscc.check`. Only the 18th character is checked, as in stdnum: codes are in use
    whose organisation part (9 to 17) does not carry its own check digit. Unlike stdnum, a letter may stand
    first (N: rural collectives, A: the military, Y: others).
    Source: GB 32100-2015.
    """
    code = normal_uscc(text)
    if len(code) != 18:
        return _uscc_problem(
            "length",
            Text("统一社会信用代码应为18位，现为{n}位", "The code has 18 characters, this has {n}").filled(n=len(code)),
            text,
        )
    for place, char in enumerate(code, start=1):
        if char not in (_USCC_LETTERS if place == 1 or place > 8 else "0123456789"):
            return _uscc_problem(
                "character",
                Text(
                    "统一社会信用代码第{place}位不能是“{char}”",
                    "Character {place} of the code cannot be “{char}”",
                ).filled(place=place, char=char),
                text,
            )
    if uscc.calc_check_digit(code) != code[17]:
        return _uscc_problem(
            "check",
            Text("统一社会信用代码校验位不符", "The last character of the code does not fit the others"),
            text,
        )
    return None


def _uscc_problem(kind: str, say: Text, typed: str) -> Problem:
    return Problem(
        code=f"uscc.{kind}",
        say=say,
        value=clean_text(typed)[:80],
        source="GB 32100-2015",
        fix=Text(
            "请对照营业执照或法人证书核对；代码不含字母 I、O、S、V、Z",
            "Compare it with the licence or certificate; the letters I, O, S, V and Z do not occur",
        ),
    )
