"""Similarity: how fast documents are indexed and asked for, how many copies are found, how many alarms are false.

The crowd is made of words of real abstracts, chained as they follow one another there (three times out of four, else any
word of them), so that common phrases are as common as they are. Sources and copies are made of whole real sentences that
the crowd does not have: 2 000 characters, of which the copy took 30 or 50 %, sentence by sentence in another order, every
tenth word exchanged. Asking is what the job does: fingerprints, candidates, then all their texts passage by passage.

The crowd is packed as the job packs it, 2 000 documents at a time, and is asked while as many stand unpacked as there ever are.
"""

from __future__ import annotations

import csv
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from tests.shared_data import FOLDER

from bench.measure import Figure, Meter
from bench.place import owner_connection
from keguan.insight.similarity import index
from keguan.insight.similarity.comparing import Read, compared, is_finding
from keguan.insight.similarity.models import Document
from keguan.insight.similarity.sources import WHOLE, Piece
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.texts import fingerprints as f

CROWD = 200_000
SIZE = 2000
COPIES = 100
ASKED = 200
SWAPPED = 0.1
FILE = FOLDER / "paper-abstracts-dev.csv"
_BATCH = index.PACK_FROM
_WORDS = 1150
_SENTENCE = re.compile(r"[^。；;！？!?]+[。；;！？!?]?")

Codes = NDArray[np.uint64]


def measure(documents: int = CROWD) -> Iterator[Figure]:
    """Every figure of similarity, over a crowd of so many documents. Nothing where the abstracts are absent."""
    if not FILE.is_file():
        print(f"skipped: {FILE.name} is absent (KEGUAN_SHARED_DATA)", file=sys.stderr)
        return
    corpus = _corpus()
    with owner_connection() as owner:
        # The crowd belongs to no case and no project.
        owner.execute("ALTER TABLE similarity_document DROP CONSTRAINT similarity_document_of_one_thing")
    yield _reading(corpus)
    crowd = Crowd(corpus, documents)
    with owner_connection() as owner:
        owner.execute("SELECT setval(pg_get_serial_sequence('similarity_document', 'id'), %s)", [documents + 1])
    known = _planted(corpus)
    packing, before = 0.0, 0
    for size in (documents // 4 // _BATCH * _BATCH, documents):
        packing += _grown(crowd, before, size)
        before = size
        yield Figure(f"similarity: pack a document, all merges up to {size:,}", packing / max(size, 1), "ms", n=size)
        yield from _asking(crowd, known, size)


# ---------------------------------------------------------------------------------------------------- real texts


@dataclass(frozen=True, slots=True)
class Corpus:
    """abstracts: whole ones that nothing else is made of; sentences: of the others; words: of all, as they stand there."""

    abstracts: Sequence[str]
    sentences: Sequence[str]
    words: Sequence[str]


def _corpus() -> Corpus:
    import rjieba

    with FILE.open(encoding="utf-8-sig") as file:
        read = [row["abstract"] for row in csv.DictReader(file)]
    random.Random(1).shuffle(read)  # noqa: S311 - a random world
    half = len(read) // 2
    sentences = [one for text in read[half:] for one in _SENTENCE.findall(text) if len(one) > 8]
    return Corpus(read[:half], sentences, [word for text in read for word in rjieba.cut(text) if word.strip()])


def _swapped(text: str, words: Sequence[str], chance: random.Random) -> str:
    import rjieba

    return "".join(
        chance.choice(words) if len(word) > 1 and chance.random() < SWAPPED else word for word in rjieba.cut(text)
    )


def _of_sentences(pool: list[str], size: int) -> list[str]:
    found: list[str] = []
    while sum(map(len, found)) < size:
        found.append(pool.pop())
    return found


# ------------------------------------------------------------------------------------------------------- the crowd


class Crowd:
    """Documents that nobody wrote, made batch by batch. Their words are kept in a file until the end, 2.3 KB a document: making
    a batch again for each candidate took longer than everything else."""

    def __init__(self, corpus: Corpus, documents: int) -> None:
        vocabulary = sorted(set(corpus.words))
        number = {word: at for at, word in enumerate(vocabulary)}
        self.vocabulary = vocabulary
        self.stream = np.array([number[word] for word in corpus.words])
        order = np.argsort(self.stream[:-1], kind="stable")
        self.after = self.stream[1:][order]
        self.begins = np.searchsorted(self.stream[:-1][order], np.arange(len(vocabulary) + 1))
        codes = [f.units(word).codes for word in vocabulary]
        self.lengths = np.array([len(one) for one in codes])
        self.starts = np.cumsum(self.lengths) - self.lengths
        self.codes = np.concatenate(codes)
        rows = -(-documents // _BATCH) * _BATCH
        self.kept = np.memmap(tempfile.TemporaryFile(), np.uint16, "w+", shape=(rows, _WORDS))  # noqa: SIM115 - kept as long as the crowd

    def words(self, batch: int) -> NDArray[np.int64]:
        """The words of a batch's documents, by number: a row each."""
        chance = np.random.default_rng(batch)
        now = chance.choice(self.stream, _BATCH)
        found = np.empty((_BATCH, _WORDS), np.int64)
        for at in range(_WORDS):
            found[:, at] = now
            low, many = self.begins[now], self.begins[now + 1] - self.begins[now]
            follows = self.after[np.minimum(low + (chance.random(_BATCH) * many).astype(np.int64), len(self.after) - 1)]
            anew = (chance.random(_BATCH) < 0.25) | (many == 0)
            now = np.where(anew, chance.choice(self.stream, _BATCH), follows)
        return found

    def prints(self, batch: int) -> list[f.Fingerprints]:
        """The fingerprints of a batch, as `fingerprints` makes them of one text, for all at once."""
        rows = self.words(batch)
        self.kept[batch * _BATCH : (batch + 1) * _BATCH] = rows
        words = rows.ravel()
        lengths = self.lengths[words]
        within = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        codes = self.codes[np.repeat(self.starts[words], lengths) + within]
        sizes = lengths.reshape(_BATCH, _WORDS).sum(axis=1)
        numbers = f.numbered(codes, f.SHINGLE)
        ends = np.cumsum(sizes)
        return [self._kept(numbers[end - size : end - f.SHINGLE + 1]) for end, size in zip(ends, sizes, strict=True)]

    @staticmethod
    def _kept(numbers: Codes) -> f.Fingerprints:
        bits = (len(numbers) - 1).bit_length() - f.KEPT.bit_length() + 1
        small = numbers[(numbers & np.uint64((1 << bits) - 1)) == 0]
        return np.unique((small >> np.uint64(32)).astype(np.uint32))

    def text(self, number: int) -> str:
        """One document of the crowd as text."""
        return "".join(self.vocabulary[word] for word in self.kept[number])


def _reading(corpus: Corpus) -> Figure:
    """What one document costs before it is packed: read, fingerprinted, written."""
    chance = random.Random(2)  # noqa: S311 - a random world
    texts = ["".join(chance.sample(corpus.sentences, 60))[:SIZE] for _ in range(500)]
    f.units(texts[0])

    def read() -> None:
        _copied([(None, f.fingerprints(f.units(text)).tobytes()) for text in texts])

    spent = Meter().each(read, n=1, batches=5).total / len(texts)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM similarity_document")
    return Figure(f"similarity: read a document of {SIZE} characters", spent, "ms", 1.0, n=len(texts), batches=5)


def _copied(rows: Sequence[tuple[int | None, bytes]]) -> None:
    connection.ensure_connection()
    now = clock.now()
    columns = "part, versions, size, fingerprints, made_at, is_packed"
    given = "id, " if rows[0][0] is not None else ""
    with (
        connection.connection.cursor() as cursor,
        cursor.copy(f"COPY similarity_document ({given}{columns}) FROM STDIN") as copy,
    ):
        for pk, prints in rows:
            copy.write_row((*([pk] if pk is not None else []), "application", "{}", SIZE, prints, now, False))


def _grown(crowd: Crowd, before: int, documents: int) -> float:
    """Write the crowd and pack it as it grows, all but the last batch, which stays as the job finds it. Returns what packing
    cost, in ms of processor time of all processes."""
    meter, spent = Meter(), 0.0
    begun = time.monotonic()
    for first in range(before, documents, _BATCH):
        spent += meter.spent(index.pack).total
        rows = [(first + at + 1, prints.tobytes()) for at, prints in enumerate(crowd.prints(first // _BATCH))]
        _copied(rows)
        if (first + _BATCH) % (25 * _BATCH) == 0:
            print(f"  … {first + _BATCH:,} documents, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    return spent


# ----------------------------------------------------------------------------------------------------------- asking


@dataclass(frozen=True, slots=True)
class Known:
    """What stands among the crowd. texts: by document; copies: of a source, by the part that was copied."""

    texts: dict[int, str]
    copies: dict[float, list[tuple[int, str]]]
    abstracts: list[int]


def _planted(corpus: Corpus) -> Known:
    chance = random.Random(3)  # noqa: S311 - a random world
    texts: dict[int, str] = {}
    copies: dict[float, list[tuple[int, str]]] = {0.3: [], 0.5: []}
    for _ in range(COPIES):
        pool = chance.sample(corpus.sentences, 140)
        source = _of_sentences(pool, SIZE)
        pk = _kept("".join(source))
        texts[pk] = "".join(source)
        for part, found in copies.items():
            taken = _of_sentences(chance.sample(source, len(source)), int(part * SIZE) - 30)
            mixed = [_swapped(one, corpus.words, chance) for one in taken]
            mixed += _of_sentences(list(pool), SIZE - sum(map(len, taken)))
            found.append((pk, "".join(chance.sample(mixed, len(mixed)))))
    abstracts = []
    for text in corpus.abstracts:
        abstracts.append(_kept(text))
        texts[abstracts[-1]] = text
    return Known(texts, copies, abstracts)


def _kept(text: str) -> int:
    prints = f.fingerprints(f.units(text))
    return Document.objects.create(size=len(text), fingerprints=prints.tobytes(), made_at=clock.now()).pk


@dataclass
class Asked:
    """How long questions took, and what they found."""

    wall_ms: list[float]
    spent_ms: list[float]
    found: list[set[int]]


def _asking(crowd: Crowd, known: Known, documents: int) -> Iterator[Figure]:
    size = f"{documents:,}"
    for part, target in ((0.3, 10.0), (0.5, 1.0)):
        asked = _ask([text for _, text in known.copies[part]], crowd, known)
        missed = sum(pk not in found for (pk, _), found in zip(known.copies[part], asked.found, strict=True))
        rate = 100 * missed / len(asked.found)
        yield Figure(f"similarity: {part:.0%} copied, missed among {size}", rate, "%", target, n=len(asked.found))
        if part == 0.5:
            yield from _times(asked, size)
    asked = _ask([known.texts[pk] for pk in known.abstracts], crowd, known, but=known.abstracts)
    false = 100 * sum(map(bool, asked.found)) / len(asked.found)
    yield Figure(f"similarity: false alarms among {size}", false, "%", 1.0, n=len(asked.found))


def _times(asked: Asked, size: str) -> Iterator[Figure]:
    for name, times in (("processor time", asked.spent_ms), ("wall", asked.wall_ms)):
        note = f"median {np.median(times):.1f} ms"
        yield Figure(
            f"similarity: ask {size}, p95, {name}",
            float(np.percentile(times, 95)),
            "ms",
            100.0,
            n=len(times),
            note=note,
        )


def _ask(texts: Sequence[str], crowd: Crowd, known: Known, but: Sequence[int] = ()) -> Asked:
    """Ask with each of the texts; with `but`, each of these is left out when it asks itself."""
    result = Asked([], [], [])
    meter = Meter()
    for at, text in enumerate(texts):
        prints = f.fingerprints(f.units(text))
        mine = but[at : at + 1]
        others = {
            pk: known.texts[pk] if pk in known.texts else crowd.text(pk - 1)
            for pk in index.candidates(prints, but=mine)
        }
        found: set[int] = set()

        def ask(
            text: str = text, mine: Sequence[int] = mine, others: dict[int, str] = others, found: set[int] = found
        ) -> None:
            asking = _read(0, text)
            prints = f.fingerprints(asking.units[0])
            for pk in index.candidates(prints, but=mine):
                if is_finding(asking, compared(asking, _read(pk, others[pk]))):
                    found.add(pk)

        begun = time.perf_counter()
        spent = meter.spent(ask).total
        result.wall_ms.append((time.perf_counter() - begun) * 1000)
        result.spent_ms.append(spent)
        result.found.append(found)
    return result


def _read(pk: int, text: str) -> Read:
    return Read(Document(pk=pk), [Piece("text", Text("", ""), WHOLE, True, text)], [f.units(text)])
