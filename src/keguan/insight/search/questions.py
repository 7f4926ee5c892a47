"""What a query string asks of search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.http import QueryDict

from keguan.kernel.bilingual import Text
from keguan.kernel.names import clean_text
from keguan.kernel.problems import Problem
from keguan.texts.terms import wanted

PATH: Final = "/search/"
SEARCH: Final = Text("搜索", "Search")
LONGEST: Final = 200
FACET_TITLES: Final[Mapping[str, Text]] = {
    "kind": Text("种类", "Kind"),
    "programme": Text("计划", "Programme"),
    "year": Text("年度", "Year"),
    "region": Text("地区", "Region"),
    "host": Text("单位", "Organisation"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """What a query string asks. problems: what of it makes no sense; it is told and left out."""

    words: str
    asked: Mapping[str, str]
    sort: str
    page: int
    problems: tuple[Problem, ...] = ()

    def query(self, **changes: str | None) -> str:
        """The same question as a query string, with some parts changed; page 1 unless given."""
        parts: dict[str, str | None] = {"q": self.words, **self.asked, "sort": self.sort, **changes}
        return "?" + urlencode({key: value for key, value in parts.items() if value})


def question_of(asked: QueryDict) -> Question:
    """Read a query string. Whatever stands in it means itself: there are no operators."""
    words, problems = " ".join(clean_text(asked.get("q", "")).split()), []
    if len(words) > LONGEST:
        say = Text("最多搜索 {most} 个字。", "At most {most} characters can be searched for.").filled(most=LONGEST)
        fix = Text("请只留下最要紧的词。", "Keep the words that matter most.")
        problems.append(Problem("search.too_long", say, "q", words[:40] + "…", fix=fix))
        words = ""
    elif words and not wanted(words):
        say = Text("其中没有可以搜索的字词。", "There is no word in it to search for.")
        fix = Text("请输入汉字、字母或数字。", "Type Chinese characters, letters or digits.")
        problems.append(Problem("search.no_words", say, "q", words[:40], fix=fix))
    narrowed = {key: clean_text(asked.get(key, ""))[:LONGEST] for key in FACET_TITLES}
    typed = asked.get("page", "")
    number = int(typed) if typed.isdecimal() and len(typed) < 4 else 1
    sort = "newest" if asked.get("sort") == "newest" else ""
    return Question(
        words, {key: value for key, value in narrowed.items() if value}, sort, max(1, number), tuple(problems)
    )
