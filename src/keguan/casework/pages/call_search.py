"""Finding calls: words, facets, and the same question as a page, a feed, a calendar and a subscription."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict

from keguan.casework import queries
from keguan.casework.models import Round
from keguan.casework.versions import definition_of
from keguan.components.facets import Facet, Narrowed, narrowed
from keguan.components.lists import Choice, choices_of
from keguan.components.reader import language
from keguan.components.status import Status
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.names import clean_text, halfwidth
from keguan.language.vocabulary import APPLICANT_KINDS

OPEN = Status(Text("正在申报", "Open"), "good")
COMING = Status(Text("即将开放", "Coming"), "info")
PAST = Status(Text("已截止", "Closed"), "neutral")
STATES = {"open": OPEN.text, "soon": COMING.text, "closed": PAST.text}
_ENDS = {
    "7": Text("7 天内截止", "Closes within 7 days"),
    "30": Text("30 天内截止", "Closes within 30 days"),
}
LONGEST_WORDS = 60


def state_of(one: Round) -> Status:
    """Whether applications can come in now."""
    now = clock.now()
    if one.status == "closed" or now > one.closes:
        return PAST
    return COMING if now < one.opens else OPEN


def in_state(word: str) -> Q:
    """The rounds of one of `STATES`, as `state_of` tells each."""
    now = clock.now()
    past = Q(status="closed") | Q(closes__lt=now)
    return {"open": ~past & Q(opens__lte=now), "soon": ~past & Q(opens__gt=now), "closed": past}[word]


def who_may_apply(one: Round) -> tuple[str, ...]:
    """The kinds of organisation that a call is for; all kinds where its programme names none."""
    kinds = definition_of(one.programme).programme.applicants
    return tuple(kind for kind in kinds if kind in APPLICANT_KINDS) or tuple(APPLICANT_KINDS)


def _states(one: Round) -> Iterator[Choice]:
    word = {OPEN: "open", COMING: "soon", PAST: "closed"}[state_of(one)]
    yield Choice(word, STATES[word])


def _ends(one: Round) -> Iterator[Choice]:
    now = clock.now()
    if one.status == "published" and one.closes > now:
        for days, said in _ENDS.items():
            if one.closes <= now + timedelta(days=int(days)):
                yield Choice(days, said)


FACETS: tuple[Facet[Round], ...] = (
    Facet("status", Text("状态", "Status"), _states, tuple(STATES)),
    Facet("programme", Text("计划", "Programme"), lambda one: [Choice(one.programme.code, one.programme.title)]),
    Facet(
        "kind",
        Text("申报单位类型", "Kind of applicant"),
        lambda one: [Choice(kind, APPLICANT_KINDS[kind]) for kind in who_may_apply(one)],
        [choice.value for choice in choices_of(APPLICANT_KINDS)],
    ),
    Facet(
        "topic",
        Text("支持方向", "Topic"),
        # By its name: codes such as 1.2 mean something else in every call.
        lambda one: [Choice(topic["zh"], Text(topic["zh"], topic["en"])) for topic in one.topics],
    ),
    Facet("closes", Text("截止时间", "Deadline"), _ends, tuple(_ENDS)),
)
LASTING = ("programme", "kind", "topic")
"""The facets of a call that do not change with the days: what a subscription may ask for."""


@dataclass(frozen=True, slots=True)
class FoundCalls:
    """Calls that meet a question, those that can be applied for first, by their deadlines."""

    words: str
    narrowed: Narrowed[Round]

    @property
    def feed_query(self) -> str:
        """The same with the reader's language, which a feed reader cannot tell by itself."""
        return f"{self.query or '?'}{'&' if self.query else ''}lang={language()}"

    def standing(self, state: Status) -> list[Round]:
        """Those of them that are open, coming or past."""
        return [one for one in self.narrowed.rows if state_of(one) is state]

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.narrowed.asked)

    @property
    def query(self) -> str:
        """The question as a query string, "" for everything."""
        asked = ({"q": self.words} if self.words else {}) | self.narrowed.asked
        return "?" + urlencode(asked) if asked else ""


def find_calls(asked: QueryDict) -> FoundCalls:
    """The calls that a query string asks for: `q` (words in title, summary and topics) and the facets. One query."""
    words = tidy_words(asked.get("q", ""))
    found = queries.calls(clock.now(), words.split())
    return FoundCalls(words, narrowed([*found.open, *found.coming, *found.past], FACETS, asked))


def tidy_words(typed: str) -> str:
    """What was typed into the search box: full-width letters folded, single spaces, not endless."""
    return " ".join(halfwidth(clean_text(typed)).split())[:LONGEST_WORDS].strip()


def published(one: Round) -> datetime:
    """When a call was published; calls from before that was kept count as published when they opened."""
    return one.published_at or one.opens


def news_at(one: Round) -> datetime:
    """When there was last something new about a call: when it was published, or what it says was changed."""
    return one.changed_at or published(one)
