"""Spellings: how many second entries under another spelling are found, and how many proposals are false.

`KEGUAN_SHARED_DATA=… python -m bench.spellings`: no database is needed. The principal investigators of the NSFC list and where
they work are real; they have pseudonyms there, so names are drawn for them: 100 family names and 200 characters of given names,
as unevenly common as real ones are. One in ten stands a second time at the same employer, spelt otherwise, and nothing else is
known of anybody: no birth date, no document. That is the least with which a proposal is made.
"""

from __future__ import annotations

import csv
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from tests.shared_data import FOLDER

from keguan.kernel.names import normal_name, syllables
from keguan.texts.spelt import MANY_HAVE, Spelt, spelt

SEED = 20261123
TWICE = 0.1
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国志文晓海小春云波林峰龙飞鹏宇浩然子轩雨欣怡佳雪梅琳洁倩婷慧颖莉萍玲燕凤琴"
    "珍荣德福贵生成良忠义仁礼智信才学永庆东西南北中正清源江河山川泽润天地光辉耀亮星辰月阳新宏伦健康安宁乐嘉瑞祥吉利昌盛兴旺达通博雅思远"
    "凡诚立帆航翔腾跃凯胜利斌彬武毅坚松柏青翠竹菊莲荷露霜冰洪泉溪湖培育振家邦权威震森焱鑫垚淼艺诗画书琪琦瑶珊珂璐"
)


def main() -> None:
    """Print everything."""
    path = FOLDER / "nsfc-projects.csv"
    if not path.is_file():
        print(f"left out, absent: {path.name}", file=sys.stderr)
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [(row["host"], row["principal_investigator"]) for row in csv.DictReader(file)]
    for line in found_and_false({who: host for host, who in rows if host and who}):
        print(line, flush=True)


def named(people: Mapping[str, str]) -> dict[str, str]:
    """A name for each pseudonym."""
    chance = random.Random(SEED)  # noqa: S311 - a random world
    families = [1 / (n + 2) for n in range(len(MANY_HAVE))]
    given = [1 / (n + 25) for n in range(len(_GIVEN))]
    found = {}
    for who in people:
        many = 2 if chance.random() < 0.85 else 1
        found[who] = chance.choices(MANY_HAVE, families)[0] + "".join(chance.choices(_GIVEN, given, k=many))
    return found


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("s2t")


def _old(name: str) -> str:
    return str(_converter().convert(name))


def _letters(name: str, form: str) -> str:
    family, *rest = (one.capitalize() for one in syllables(name, person=True))
    return form.format(family=family, given="".join(rest).capitalize(), short="".join(f"{one[0]}." for one in rest))


SPELLINGS: dict[str, Callable[[str], str]] = {
    "traditional characters": _old,
    "letters, family name first": lambda name: _letters(name, "{family} {given}"),
    "letters, family name last": lambda name: _letters(name, "{given} {family}"),
    "letters with initials": lambda name: _letters(name, "{family} {short}"),
}


def found_and_false(people: Mapping[str, str]) -> Iterator[str]:
    """For each spelling: which second entries meet the first, and whom else."""
    names = named(people)
    yield f"people: {len(people):,}, employers: {len(set(people.values())):,}, of one name at one employer: {_same(people, names)}"
    chance = random.Random(SEED + 1)  # noqa: S311 - a random world
    twice = [who for who in people if chance.random() < TWICE]
    at: dict[str, list[str]] = defaultdict(list)
    for who, host in people.items():
        at[host].append(who)
    forms = {who: spelt(name) for who, name in names.items()}
    for title, spell in SPELLINGS.items():
        true = false = changed = 0
        for who in twice:
            second = spell(names[who])
            if normal_name(second) == normal_name(names[who]):
                continue
            changed += 1
            met = [other for other in at[people[who]] if _meet(spelt(second), forms[other])]
            true += who in met
            false += len(met) - (who in met)
        share = true / max(1, changed)
        yield f"{title}: {changed} second entries, found {share:.1%}, false proposals {false} ({false / max(1, changed):.2f} for each)"


def _same(people: Mapping[str, str], names: Mapping[str, str]) -> int:
    seen: dict[tuple[str, str], int] = defaultdict(int)
    for who, host in people.items():
        seen[host, names[who]] += 1
    return sum(n * (n - 1) // 2 for n in seen.values())


def _meet(one: Spelt, other: Spelt) -> bool:
    """As `registers.parties.alike` asks the database."""
    in_letters = one.plain < "{" or other.plain < "{"
    short = any(it.initials and not it.sound for it in (one, other))
    return (
        one.plain == other.plain
        or bool(in_letters and one.sound and one.sound == other.sound)
        or bool(short and one.initials == other.initials)
    )


if __name__ == "__main__":
    main()
