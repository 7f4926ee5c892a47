"""Search: filling the index, answering questions, and how often the wanted title stands at the top.

The texts are real where the shared data is there (abstracts, titles, projects), multiplied by mixing sentences of different
abstracts; without them the part is left out by name. Questions are made from the texts with a fixed seed.
"""

from __future__ import annotations

import csv
import random
import re
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from django.db import connection
from tests.shared_data import FOLDER

from bench.measure import Figure, Meter
from bench.place import owner_connection
from keguan.insight.search import entries, vocabulary
from keguan.insight.search.finding import find
from keguan.insight.search.models import Entry
from keguan.insight.search.sources import Document
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.texts.terms import wanted

TARGET_MS = 50.0
READER = Actor(None, "", (), frozenset())
MEMBER = Actor(1, "", (), frozenset())
_SEED = 20261122
_SENTENCE = re.compile(r"[^。；;.]+[。；;.]?")


def measure(abstracts: int, *, questions: int = 200) -> Iterator[Figure]:
    """All figures of search, over so many abstracts and all real titles."""
    if not (FOLDER / "paper-abstracts-dev.csv").is_file():
        print("search: paper-abstracts-dev.csv is absent (set KEGUAN_SHARED_DATA)", file=sys.stderr)
        return
    chance = random.Random(_SEED)  # noqa: S311 - the same questions each time
    titles = list(_titles())
    meter, clock = Meter(), time.perf_counter()
    spent = meter.spent(lambda: _fill(abstracts, titles, chance))
    number = abstracts + len(titles)
    note = f"clock {time.perf_counter() - clock:.0f} s; {len(titles) + min(abstracts, _DISTINCT)} of them cut from text"
    yield Figure(f"search: fill {number} entries and build the index", spent.total / 1000, "s", note=note)
    print(_sizes(), file=sys.stderr)
    for name, asked in _questions(titles, chance, questions).items():
        yield from _times(name, asked)
    for name, asked in _known_items(titles, chance, questions).items():
        found = [_rank(typed, title) for typed, title in asked]
        print(f"… known item, {name}: MRR {_mrr(found):.3f}, in the first ten {_in_ten(found):.3f}", file=sys.stderr)


def _titles() -> Iterator[str]:
    for name in ("paper-titles-by-category.csv", "nsfc-projects.csv", "national-rd-projects.csv"):
        if not (FOLDER / name).is_file():
            print(f"search: {name} is absent", file=sys.stderr)
            continue
        with (FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
            yield from dict.fromkeys(row["title"] for row in csv.DictReader(file) if row["title"])


def _mixed(number: int, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Titles and abstracts: the real ones first, then abstracts of sentences from different ones."""
    with (FOLDER / "paper-abstracts-dev.csv").open(encoding="utf-8-sig", newline="") as file:
        real = [(row["title"], row["abstract"]) for row in csv.DictReader(file)]
    yield from real[:number]
    sentences = [one for _, text in real for one in _SENTENCE.findall(text) if len(one) > 8]
    halves = [(title[: len(title) // 2], title[len(title) // 2 :]) for title, _ in real]
    for _ in range(number - len(real)):
        title = chance.choice(halves)[0] + chance.choice(halves)[1]
        yield title, "".join(chance.choices(sentences, k=4))


_DISTINCT = 10_000
"""So many abstracts are cut; more are the same once more under other keys, which costs the index as much as others would."""
_AGAIN = """INSERT INTO search_entry (kind, key, programme, year, region, host, day, length, words)
SELECT kind, key + %s, programme, 2006 + (key + %s) %% 20, region, host, day, length, words
FROM search_entry WHERE key >= %s AND key < %s"""


def _multiply(titles: int, abstracts: int) -> None:
    with connection.cursor() as cursor:
        for at in range(1, abstracts // _DISTINCT):
            cursor.execute(_AGAIN, [at * _DISTINCT, at, titles, titles + _DISTINCT])


def _fill(abstracts: int, titles: Sequence[str], chance: random.Random) -> None:
    from tqdm import tqdm

    rows = chain(((title, "") for title in titles), _mixed(min(abstracts, _DISTINCT), chance))
    # As one would before the first fill of a large installation: the index is built once, over all rows.
    with owner_connection() as owner:
        owner.execute("DROP INDEX search_entry_words")
    with tqdm(total=min(abstracts, _DISTINCT) + len(titles), unit_scale=True, disable=None) as bar:
        key = 0
        while part := list(islice(rows, entries.AT_ONCE)):
            made = [_document(key + at, title, text, chance) for at, (title, text) in enumerate(part)]
            entries.write(made, counts=False)
            key += len(part)
            bar.update(len(part))
    _multiply(len(titles), abstracts)
    vocabulary.recount()
    with owner_connection() as owner:
        owner.execute("SET maintenance_work_mem = '512MB'")
        owner.execute("CREATE INDEX search_entry_words ON search_entry USING gin (words) WITH (fastupdate = off)")
        owner.execute("VACUUM ANALYZE search_entry")


def _document(key: int, title: str, text: str, chance: random.Random) -> Document:
    year = chance.randint(2006, 2026)
    region = f"65{chance.randint(1, 14):02d}00"
    return Document(
        kind="project", key=key, slug=str(key), title=Text(title, title), text=text, year=year, region=region,
        programme=f"programme-{chance.randint(1, 30)}", host=f"单位{chance.randint(1, 400)}",
    )  # fmt: skip


def _sizes() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_size_pretty(pg_relation_size('search_entry')), pg_size_pretty(pg_table_size('search_entry')),"
            " pg_size_pretty(pg_relation_size('search_entry_words')), pg_size_pretty(pg_table_size('search_shown')),"
            " pg_size_pretty(pg_table_size('search_word')), (SELECT count(*) FROM search_word)"
        )
        return "… size: rows {}, with words {}, index {}, texts {}, vocabulary {} ({} words)".format(*cursor.fetchone())


def _questions(titles: Sequence[str], chance: random.Random, number: int) -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word FROM search_word WHERE left(word, 1) NOT IN ('^', '=') AND length(word) > 1 AND (near <> '{}' OR length(word) = 2)"
            " ORDER BY members DESC LIMIT 60"
        )
        frequent = [word for (word,) in cursor.fetchall() if wanted(word)]
        cursor.execute(
            "SELECT word FROM search_word WHERE left(word, 1) NOT IN ('^', '=') AND members BETWEEN 1 AND 60 AND length(word) BETWEEN 2 AND 6"
            " ORDER BY md5(word) LIMIT 500"
        )
        rare = [word for (word,) in cursor.fetchall()]
    return {
        "one word": [chance.choice(_words_of(chance.choice(titles))) for _ in range(number)],
        "several words": [_three(chance.choice(titles), chance) for _ in range(number)],
        "frequent words": [" ".join(chance.sample(frequent, chance.randint(1, 3))) for _ in range(number)],
        "rare words": [chance.choice(rare) for _ in range(number)],
        "mistyped": [_mistyped(_three(chance.choice(titles), chance), chance) for _ in range(number)],
        "one frequent word in one year": [chance.choice(frequent) for _ in range(number)],
    }


def _known_items(titles: Sequence[str], chance: random.Random, number: int) -> dict[str, list[tuple[str, str]]]:
    chosen = [title for title in chance.sample(titles, number * 2) if len(_words_of(title)) >= 3][:number]
    three = [(_three(title, chance), title) for title in chosen]
    from opencc import OpenCC

    traditional = OpenCC("s2t")
    return {
        "three words of its title": three,
        "the same, one mistyped": [(_mistyped(typed, chance), title) for typed, title in three],
        "the same in traditional script": [(traditional.convert(typed), title) for typed, title in three],
    }


def _words_of(title: str) -> list[str]:
    return [one.word for one in wanted(title)] or [title]


def _three(title: str, chance: random.Random) -> str:
    words = _words_of(title)
    return " ".join(chance.sample(words, min(3, len(words))))


def _mistyped(question: str, chance: random.Random) -> str:
    """One slip in the longest word: a character of the same sound for Chinese, two letters turned round else."""
    words = question.split()
    at = max(range(len(words)), key=lambda one: len(words[one]))
    words[at] = _slip(words[at], chance)
    return " ".join(words)


def _slip(word: str, chance: random.Random) -> str:
    place = chance.randrange(len(word))
    if word.isascii():
        return word[:place] + word[place + 1 : place + 2] + word[place : place + 1] + word[place + 2 :]
    from pypinyin import lazy_pinyin

    sound = lazy_pinyin(word[place])
    same = [char for char in map(chr, range(0x4E00, 0x9FA5)) if char != word[place] and lazy_pinyin(char) == sound]
    return word[:place] + (chance.choice(same) if same else "某") + word[place + 1 :]


def _times(name: str, asked: Sequence[str]) -> Iterator[Figure]:
    narrowed = {"year": "2015"} if "year" in name else {}
    for one in asked[:5]:
        find(MEMBER, one, narrowed)
    spent, clocks = [], []
    for one in asked:
        start = time.perf_counter()
        ours = Meter().spent(lambda one=one: find(MEMBER, one, narrowed))
        clocks.append((time.perf_counter() - start) * 1000)
        spent.append(ours.total)
    note = (
        f"CPU p95 {_at(spent, 95):.1f}; clock p50 {_at(clocks, 50):.1f} p95 {_at(clocks, 95):.1f} max {max(clocks):.0f}"
    )
    yield Figure(f"search: {name}, mean of CPU", statistics.mean(spent), "ms", n=len(asked), note=note)
    yield Figure(f"search: {name}, p95 by clock", _at(clocks, 95), "ms", TARGET_MS, n=len(asked))


def _at(values: Sequence[float], percent: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def _rank(typed: str, title: str) -> int:
    """Where the title stands in the answer, from 1; 0 where it does not."""
    answer = find(MEMBER, typed)
    top = [one.entry for one in answer.hits[:50]]
    titles = dict(Entry.objects.filter(pk__in=top).values_list("pk", "shown__title_zh"))
    said = [titles[one] for one in top]
    return said.index(title) + 1 if title in said else 0


def _mrr(ranks: Sequence[int]) -> float:
    return statistics.mean(1 / rank if rank else 0 for rank in ranks)


def _in_ten(ranks: Sequence[int]) -> float:
    return statistics.mean(1 <= rank <= 10 for rank in ranks)
