"""Names as people type them, and the one form by which two spellings meet.

Three forms of a name: *as typed* (kept for the record), `display_name` (for pages), `normal_name` (for comparing and
for unique keys; never shown). And free text made safe to keep by `clean_text`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

MIDDLE_DOT: Final = "\u00b7"

DOTS: Final = "\u00b7\u0387\u1427\u2022\u2027\u2219\u22c5\u2981\u2e31\u2e33\u30fb\uff65\ua78f\u318d"
"""Characters that keyboards and fonts offer for the dot of a transliterated name (艾力·斯木吐拉)."""

# A full stop is a middle dot only between two Chinese characters: `J. Smith` and `Co. Ltd.` keep theirs. In a name 。
# counts too, because the Chinese keyboard gives it where . was meant, and no name contains a sentence.
_POINTS: Final = ".\uff0e\ufe52\u2024"
_STOPS: Final = _POINTS + "\u3002\uff61"
_CJK: Final = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

_OPENING: Final = "\uff08\u3014\u3010\u3016\uff3b[\uff5b{\ufe59"
_CLOSING: Final = "\uff09\u3015\u3011\u3017\uff3d]\uff5d}\ufe5a"
# What counts as one character when names are compared: brackets, hyphens, and the round zero of 第三○二医院.
_SAME: Final = {
    ord(char): one
    for one, variants in (
        ("(", _OPENING),
        (")", _CLOSING),
        ("-", "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"),
        ("\u3007", "\u25cb\u25ef"),
    )
    for char in variants
}

_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_FULL_WIDTH_ALNUM: Final = {full: half for full, half in _FULL_WIDTH.items() if chr(half).isalnum()}

# Invisible characters that carry no meaning in any script: zero-width space, soft hyphen, word joiner, byte order mark,
# direction overrides (which can make a text read otherwise than it is stored), and the two that are no characters.
_INVISIBLE: Final = re.compile("[\u200b\u200e\u200f\u00ad\u2060-\u2064\ufeff\u202a-\u202e\u2066-\u206f\ufffe\uffff]")
# Joiners hold emoji and Mongolian or Arabic-script words together; between Chinese or Latin letters they only hide.
_PLAIN: Final = rf"\x00-\x7f\s\u200c\u200d{_CJK}"
_JOINER_THAT_JOINS: Final = re.compile(rf"(?<=[^{_PLAIN}])[\u200c\u200d](?=[^{_PLAIN}])")
_JOINERS: Final = re.compile("[\u200c\u200d]")
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_ENDS: Final = re.compile("\r\n|[\r\x85\u2028\u2029]")

# The narrow no-break space is a letter's neighbour in Mongolian script, not a gap.
_SPACES: Final = re.compile(r"[^\S\u202f]+")
_SPACES_IN_CHINESE: Final = re.compile(rf"(?<=[{_CJK}]) (?=[{_CJK}])")
_SPACES_BY_CHINESE: Final = re.compile(rf"(?<=[{_CJK}]) | (?=[{_CJK}])")
_SPACES_BY_BRACKET: Final = re.compile(r"(?<=[()]) | (?=[()])")
_DOT_RUN: Final = re.compile(rf" ?[{DOTS}](?: ?[{DOTS}])* ?")
_STOP_IN_CHINESE: Final = re.compile(rf"(?<=[{_CJK}]) ?[{_STOPS}] ?(?=[{_CJK}])")
_POINT_IN_CHINESE: Final = re.compile(rf"(?<=[{_CJK}])[{_POINTS}](?=[{_CJK}])")

# Surnames that are read otherwise than the same character elsewhere.
_SURNAMES: Final = {
    "任": "ren2", "单": "shan4", "曾": "zeng1", "解": "xie4", "仇": "qiu2", "查": "zha1", "盖": "ge3", "区": "ou1",
    "朴": "piao2", "缪": "miao4", "乐": "yue4", "冼": "xian3", "翟": "zhai2", "覃": "qin2", "种": "chong2",
    "华": "hua4", "燕": "yan1", "应": "ying1", "葛": "ge3", "那": "na1", "过": "guo1", "员": "yun4", "秘": "bi4",
}  # fmt: skip


# Twins that text recognition mixes up in published lists.
_LOOKALIKES: Final = str.maketrans({"硏": "研", "○": "〇"})


def halfwidth(text: str, *, punctuation: bool = False) -> str:
    """Full-width digits and Latin letters as plain ones (２０２６ＡＢ → 2026AB).

    Chinese punctuation stays unless `punctuation` is set; then （，．－ and the full-width space become plain too.
    Unlike NFKC this never turns 12² into 122.
    """
    return text.translate(_FULL_WIDTH if punctuation else _FULL_WIDTH_ALNUM)


def clean_text(text: str) -> str:
    """The text as its author sees it: what cannot be seen or stored is gone, everything else stays.

    Line ends become newlines; newline and tab stay; other control characters, lone surrogates and meaningless
    zero-width characters go. Emoji, rare characters, Mongolian and Arabic-script text survive. Result is NFC.
    """
    if text.isprintable() and unicodedata.is_normalized("NFC", text):
        return text  # nothing that this function takes out is printable
    text = unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text))
    text = _INVISIBLE.sub("", _CONTROLS.sub("", text))
    if _JOINERS.search(text):
        kept = {found.start() for found in _JOINER_THAT_JOINS.finditer(text)}
        text = "".join(char for at, char in enumerate(text) if at in kept or char not in "\u200c\u200d")
    return unicodedata.normalize("NFC", text)


def display_name(text: str) -> str:
    """The name as a page shows it: trimmed, one kind of middle dot, no stray spaces between Chinese characters.

    Case, brackets and wording stay as typed. 艾力 ・ 斯木吐拉 → 艾力·斯木吐拉; 内蒙 古 → 内蒙古.
    """
    name = _DOT_RUN.sub(MIDDLE_DOT, _SPACES.sub(" ", halfwidth(clean_text(text))))
    return _SPACES_IN_CHINESE.sub("", _STOP_IN_CHINESE.sub(MIDDLE_DOT, name)).strip(f" {MIDDLE_DOT}")


def with_name_dots(text: str) -> str:
    """A text or a question in which 库尔班江.斯木吐拉 stands as 库尔班江·斯木吐拉, character for character.

    A full stop between two Chinese characters is read as the dot of a name; 。 is not, for it ends a sentence.
    """
    return _POINT_IN_CHINESE.sub(MIDDLE_DOT, text)


def normal_name(text: str) -> str:
    """The form by which two spellings of one name are the same; for keys and comparing, never for pages.

    NFKC, every middle dot U+00B7, brackets (), no spaces beside Chinese characters, dots or brackets, casefolded.
    An omitted dot stays a different name: whether 艾力斯木吐拉 is the same person is for a person to say.
    Changes nothing when applied twice.
    """
    name = display_name(text)
    while (folded := _folded(name)) != name:
        name = folded
    return name


def same_name(a: str, b: str) -> bool:
    """Whether two typed names are one name, whatever dots, spaces, widths, brackets and capitals were used."""
    return normal_name(a) == normal_name(b)


@lru_cache(maxsize=4096)
def pinyin_key(text: str, *, person: bool = False) -> str:
    """A key that sorts names as a Chinese reader expects; compare by code point (SQL: COLLATE "C").

    Order: digits, then Latin letters (accents ignored), then Chinese by pinyin and tone character by character, same
    sounds grouped by character, then other scripts. A name with dots sorts as one name without them. `person`: the
    first character is a surname (曾 is zeng, 单 is shan), unless the name has a dot.
    """
    # Imported on first use: its dictionaries take a noticeable part of a second to load.
    from pypinyin import Style, lazy_pinyin

    normal = normal_name(text)
    name = normal.replace(MIDDLE_DOT, "")
    # `errors=list`: characters without pinyin come one by one, as the others do; the stub forgets that a list may come.
    sounds = lazy_pinyin(name, style=Style.TONE3, neutral_tone_with_five=True, errors=list)  # type: ignore[arg-type]
    if person and name == normal and name[:1] in _SURNAMES:
        sounds[0] = _SURNAMES[name[0]]
    return "".join(
        _without_accents(char) if sound == char else f"~{sound}{char}" for char, sound in zip(name, sounds, strict=True)
    )


def syllables(name: str, *, person: bool = False) -> list[str]:
    """How the Chinese characters of a name sound, one syllable without tone for each; other characters as they are.

    person: the first character is a surname, as for `pinyin_key`.
    """
    # Imported on first use: its dictionaries take a noticeable part of a second to load.
    from pypinyin import lazy_pinyin

    sounds = lazy_pinyin(name, errors=list)  # type: ignore[arg-type]
    if person and name[:1] in _SURNAMES:
        sounds[0] = _SURNAMES[name[0]].rstrip("12345")
    return list(sounds)


def without_lookalikes(text: str) -> str:
    """The text with characters that recognition software confuses put right (硏 for 研)."""
    return text.translate(_LOOKALIKES)


def normal_title(title: str) -> str:
    """The form in which two spellings of one title are the same: letters and digits only.

    Spaces, dashes, quotes, brackets, width and case do not count; a repeated title is a hint for a person, never proof.
    A title without any letter stays as typed.
    """
    plain = unicodedata.normalize("NFKC", without_lookalikes(clean_text(title))).casefold()
    return "".join(char for char in plain if char.isalnum()) or plain.strip()


def _folded(name: str) -> str:
    name = unicodedata.normalize("NFKC", _JOINERS.sub("", name)).casefold().translate(_SAME)
    name = _SPACES_BY_BRACKET.sub("", _SPACES_BY_CHINESE.sub("", display_name(name)))
    return unicodedata.normalize("NFC", name)


def _without_accents(char: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
