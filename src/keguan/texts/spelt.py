"""One name of a person in the ways in which it is written: characters old and new, with dots or without, in letters in either
order, with initials. For finding entries that a person should compare, never for telling that two are one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from keguan.kernel.names import MIDDLE_DOT, display_name, halfwidth, normal_name, syllables
from keguan.texts.variants import simplified

_LATIN: Final = re.compile(r"[a-z\u00c0-\u024f'’.,·\- ]+")
_CHINESE: Final = re.compile(r"[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]{2,}")
_PARTS: Final = re.compile(r"[\s.·]+")
_INSIDE: Final = re.compile(r"[-'’]")
_MOST_INITIALS: Final = 3
_SYLLABLE: Final = re.compile(
    "(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|ian|uan|iao|uai|ai|ei|ao|ou|an|en|in|un|ia|ie"
    "|iu|ua|ui|uo|ue|er|a|o|e|i|u)"
)
MANY_HAVE: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石"
    "廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
"""The hundred family names that four people in five have (公安部《全国姓名报告》, from memory)."""
_OF_TWO: Final = frozenset(
    [
        "欧阳",
        "司徒",
        "诸葛",
        "上官",
        "司马",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "夏侯",
        "宇文",
        "长孙",
        "司空",
        "端木",
        "呼延",
        "南宫",
        "申屠",
        "闻人",
        "鲜于",
        "赫连",
        "钟离",
        "独孤",
    ]
)


@dataclass(frozen=True, slots=True)
class Spelt:
    """Under what the spellings of a name meet; "" where a name has no such form.

    plain: in simplified characters, without dots and blanks. sound: family and given name in letters, in the order of the
    alphabet. initials: the family name in letters, and how each syllable of the given one begins; of a name whose given part
    is nothing but initials, these alone, and no sound.
    """

    plain: str
    sound: str = ""
    initials: str = ""


@lru_cache(maxsize=4096)
def spelt(name: str) -> Spelt:
    """The forms of one name.

    王曉明 and 王晓明 are one `plain`, 艾力·斯木吐拉 and 艾力斯木吐拉 too; 王晓明, Wang Xiaoming and Xiao-Ming WANG are one
    `sound`; and with Wang X.M. they share their `initials`.
    """
    normal = normal_name(name)
    plain = simplified(normal)
    bare = plain.replace(MIDDLE_DOT, "").replace(" ", "")
    if _LATIN.fullmatch(normal):
        return Spelt(bare, *_of_letters(display_name(halfwidth(name, punctuation=True))))
    if MIDDLE_DOT in plain:
        parts = ["".join(syllables(part)) for part in plain.split(MIDDLE_DOT) if _CHINESE.fullmatch(part)]
        return Spelt(bare, " ".join(sorted(map(_letters, parts))) if len(parts) == plain.count(MIDDLE_DOT) + 1 else "")
    if not _CHINESE.fullmatch(plain):
        return Spelt(bare)
    sounds = [_letters(one) for one in syllables(plain, person=True)]
    ends = 2 if len(plain) > 2 and plain[:2] in _OF_TWO else 1
    family, given = "".join(sounds[:ends]), sounds[ends:]
    return Spelt(bare, _sound(family, "".join(given)), f"{family} {''.join(one[0] for one in given)}")


def _sound(family: str, given: str) -> str:
    return " ".join(sorted((family, given)))


def _of_letters(name: str) -> tuple[str, str]:
    """Sound and initials of a name in letters."""
    before, comma, after = name.partition(",")
    parts = [one for one in _PARTS.split(f"{before} {after}" if comma else name) if one.strip("-'’")]
    long = [one for one in parts if not _is_initials(one)]
    short = "".join(_letters(one) for one in parts if _is_initials(one))
    if not long or (len(long) == 1 and not short):
        return "", ""
    if len(long) == 1:
        return "", f"{_letters(long[0])} {short}"
    at = 0 if comma else _family_at(long)
    family, given = _letters(long[at]), _letters("".join(long[:at] + long[at + 1 :]))
    return _sound(family, given), f"{family} {_begin(given)}"


def _is_initials(part: str) -> bool:
    """Whether a part of a name is a letter, or so few capitals that are no syllable."""
    bare = _INSIDE.sub("", part)
    return len(bare) == 1 or (len(bare) <= _MOST_INITIALS and bare.isupper() and not set(bare.lower()) & set("aeiou"))


def _family_at(parts: Sequence[str]) -> int:
    """Which part is the family name: the one in capitals, or of the first and the last the one that many families have; else
    the first."""
    loud = [at for at, one in enumerate(parts) if one.isupper()]
    if len(loud) == 1:
        return loud[0]
    last = len(parts) - 1
    known = [at for at in (0, last) if _letters(parts[at]) in _families()]
    return known[0] if known else 0


@cache
def _families() -> frozenset[str]:
    return frozenset(_letters(one) for char in MANY_HAVE for one in syllables(char, person=True))


def _letters(text: str) -> str:
    """In plain small letters; ü however it is typed (lü, lv, lyu)."""
    bare = unicodedata.normalize("NFKD", _INSIDE.sub("", normal_name(text)))
    # A y only where the name begins so: in Minyuan it is another syllable's.
    return re.sub("(?<=[ln])v|(?<=^[ln])yu", "u", "".join(one for one in bare if one.isascii()))


def _begin(given: str) -> str:
    """How each syllable begins, where it can be cut into syllables; else how the name does."""
    cut = _SYLLABLE.findall(given)
    return "".join(one[0] for one in cut) if "".join(cut) == given else given[:1]
