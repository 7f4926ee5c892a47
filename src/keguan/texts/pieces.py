"""What a short text is found by where any piece of its words must do: 联网 finds 物联网, whatever a dictionary makes of it.

Written as PostgreSQL's `tsvector` and `tsquery`: of Chinese every pair of neighbouring characters with its place, of other
scripts the words, found by how they begin.
"""

from __future__ import annotations

from collections.abc import Iterable

from keguan.texts.terms import LONGEST_TERM
from keguan.texts.variants import folded
from keguan.texts.words import RUNS, singular

_LAST_PLACE, _MOST_PLACES = 16_383, 255


def vector(texts: Iterable[str], marks: Iterable[str] = ()) -> str:
    """These texts as a `tsvector`, in the form in which `query` compares. marks: terms taken as they are, without a place."""
    places: dict[str, list[str]] = {}
    at = 0
    for text in texts:
        for chinese, other in RUNS.findall(folded(text)):
            for one in _pairs(chinese) if chinese else [singular(other[:LONGEST_TERM])]:
                at += 1
                places.setdefault(one, []).append(str(min(at, _LAST_PLACE)))
            # No piece goes over the end of a run.
            at += 1
    said = [f"{quoted(one)}:{','.join(found[:_MOST_PLACES])}" for one, found in places.items()]
    return " ".join([*said, *map(quoted, dict.fromkeys(marks))])


def query(word: str, marks: Iterable[str] = ()) -> str:
    """What finds the texts in which this stands, as a `tsquery`, and those with any of these marks; "" where it has no
    letter. A single character finds only what is nothing else."""
    every = " & ".join(
        "(" + " <-> ".join(map(quoted, _pairs(chinese))) + ")"
        if chinese
        else _beginning(singular(other[:LONGEST_TERM]))
        for chinese, other in RUNS.findall(folded(word))
    )
    return " | ".join([*([f"({every})"] if every else []), *map(quoted, marks)])


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def _beginning(word: str) -> str:
    return quoted(word) + (":*" if len(word) > 1 else "")


def quoted(term: str) -> str:
    """A term as `tsvector` and `tsquery` take it: whatever stands in it means itself."""
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"
