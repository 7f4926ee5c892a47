"""The published file of a draw: everything an outsider needs to do the draw again, and nothing that says who an expert is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from keguan.fairness.draw import OUT, SIGNS, Drawn, FrozenList, drawn, list_of, seed_of
from keguan.fairness.randomness import (
    HEX,
    fetching,
    moment,
    named_problems,
    normal_value,
    reveal_problems,
    value_problems,
)
from keguan.fairness.seating import Seating
from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import digest
from keguan.kernel.problems import Problem, Refusal, Refused

BUNDLE = "keguan-draw-bundle/2"
PARTS = (
    "digest",
    "drawn",
    "fetching",
    "format",
    "list",
    "log",
    "published_at",
    "randomness",
    "reveals",
    "seed",
    "unrevealed",
)
_UNREADABLE = (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of checking a file. problems: what does not agree; readable: whether it is a bundle at all."""

    problems: tuple[Problem, ...]
    readable: bool = True
    draw: str = ""
    digest: str = ""
    cases: int = 0
    experts: int = 0
    replaced: int = 0
    fetching: Text | None = None

    @property
    def agrees(self) -> bool:
        return self.readable and not self.problems


def bundle_of(
    frozen: FrozenList,
    entered: Mapping[str, Any],
    reveals: Sequence[Mapping[str, Any]],
    seating: Seating,
    *,
    published_at: str,
) -> dict[str, Any]:
    """The bundle of a draw whose review is over. entered: value, signature, evidence, entered_at."""
    content = {
        "format": BUNDLE,
        "list": frozen.document(),
        "digest": frozen.digest,
        "randomness": dict(entered),
        "fetching": _both(fetching(frozen.randomness)),
        "reveals": [dict(one) for one in reveals],
        "unrevealed": silent(frozen, reveals),
        "seed": seed_from(frozen, entered, reveals).hex(),
        "drawn": seating.drawn.document(),
        "log": [dict(one) for one in seating.log],
        "published_at": published_at,
    }
    return {**content, "seal": digest(content)}


def written_out(bundle: Mapping[str, Any]) -> bytes:
    """The one way a bundle is written to a file: sorted, indented by one space, UTF-8, a line end at the end."""
    return (json.dumps(bundle, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n").encode()


def seed_from(frozen: FrozenList, entered: Mapping[str, Any], reveals: Sequence[Mapping[str, Any]]) -> bytes:
    """The seed from what was entered and revealed."""
    return seed_of(frozen, entered["value"], [(one["party"], one["secret"]) for one in reveals])


def silent(frozen: FrozenList, reveals: Sequence[Mapping[str, Any]]) -> list[str]:
    """Who promised a secret and did not reveal it."""
    revealed = {one["party"] for one in reveals}
    return sorted(party for party, _ in frozen.commitments if party not in revealed)


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


# ---------------------------------------------------------------------------------------------------- checking


def check(file: bytes, *, announced: str = "", value: str = "") -> Checked:
    """Do the whole draw again from the bytes of a published file, and say everything that does not agree.

    announced: the digest of the list as it was announced before; value: the public randomness as one looked it up oneself.
    Without them the file is only checked against itself.
    """
    try:
        bundle = json.loads(file.decode())
    except (ValueError, RecursionError) as error:
        said = Text("文件不是 JSON。", "The file is not JSON.")
        return Checked((Problem("draw.unreadable", said, value=str(error)[:200], fix=_AGAIN),), readable=False)
    if not isinstance(bundle, dict) or bundle.get("format") != BUNDLE:
        said = Text("不是抽取结果文件，或不是本版本认识的格式。", "This is no bundle of a draw, or of another format.")
        return Checked((Problem("draw.format", said, "format", fix=_AGAIN),), readable=False)
    try:
        return _checked(bundle, file, announced.strip().lower(), value)
    except _UNREADABLE as error:
        problem = Problem("draw.shape", _SHAPE, value=f"{type(error).__name__}: {error}"[:200], fix=_AGAIN)
        return Checked((*_bytes(bundle, file), problem), readable=True)


_AGAIN = Text("请重新下载原文件。", "Download the original file again.")
_SHAPE = Text("文件的内容不成其为一次抽取。", "What the file holds is not the shape of a draw.")
_SHAPE_PLACE = Text("“{where}”不是应有的内容。", "“{where}” is not what it should be.")


def _checked(bundle: Mapping[str, Any], file: bytes, announced: str, value: str) -> Checked:
    found = _bytes(bundle, file)
    frozen = list_of(bundle["list"])
    shape = list_problems(frozen)
    if frozen.document() != bundle["list"]:
        shape = (*shape, _off("list"))
    about = Checked((), True, str(frozen.draw), frozen.digest, len(frozen.cases), len(frozen.experts))
    if shape:
        return replace(about, problems=(*found, *shape))
    entered, reveals = bundle["randomness"], bundle["reveals"]
    found += _chance(bundle, frozen, announced, value)
    seed = seed_from(frozen, entered, reveals)
    if bundle["seed"] != seed.hex():
        said = Text(
            "种子与随机数、名单摘要、揭示的内容算出的不一致。",
            "The seed is not what randomness, list and reveals give.",
        )
        found.append(Problem("draw.seed", said, "seed", str(bundle["seed"])[:80]))
    again = drawn(frozen, seed)
    if isinstance(again, Refusal):
        return replace(about, problems=(*found, *again.problems))
    found += _panels(bundle["drawn"], again)
    try:
        Seating(frozen, again, bundle["log"])
    except Refused as refused:
        found += refused.refusal.problems
    replaced = sum(one["what"] == "seated" for one in bundle["log"])
    return replace(about, problems=tuple(found), replaced=replaced, fetching=fetching(frozen.randomness))


def _bytes(bundle: Mapping[str, Any], file: bytes) -> list[Problem]:
    """Whether these are the bytes that were published: the form, the seal over all content, and no part too many."""
    found = []
    if written_out(bundle) != file:
        said = Text("文件不是规定的写法：内容以外有改动，或有重复的键。", "The bytes are not as a bundle is written.")
        place = next((n for n, (a, b) in enumerate(zip(written_out(bundle), file, strict=False)) if a != b), len(file))
        found.append(Problem("draw.bytes", said, f"byte {place}", fix=_AGAIN))
    content = {name: part for name, part in bundle.items() if name != "seal"}
    try:
        seal = digest(content)
    except (TypeError, ValueError):  # a float, or a key that begins with $: nothing that was ever sealed
        seal = ""
    if bundle.get("seal") != seal:
        said = Text(
            "封印与内容不符：文件在公布后被改动。", "The seal does not fit: the file was changed after publication."
        )
        found.append(Problem("draw.seal", said, "seal", fix=_AGAIN))
    if tuple(sorted(content)) != PARTS:
        found.append(_off("/".join(sorted(set(content) ^ set(PARTS)))))
    return found


def _chance(bundle: Mapping[str, Any], frozen: FrozenList, announced: str, value: str) -> list[Problem]:
    """The digest, the value, its evidence and what was revealed."""
    entered, reveals = bundle["randomness"], bundle["reveals"]
    found = [*named_problems(frozen), *value_problems(frozen, entered), *reveal_problems(frozen, reveals)]
    if bundle["digest"] != frozen.digest:
        said = Text("名单与其摘要不符。", "The list does not have the digest that stands beside it.")
        found.append(Problem("draw.digest", said, "digest", str(bundle["digest"])[:80]))
    if announced and announced != frozen.digest:
        said = Text("名单不是事先公布摘要的那一份。", "This is not the list whose digest was announced.")
        found.append(Problem("draw.announced", said, "digest", frozen.digest))
    if value and normal_value(frozen.randomness["source"], value) != entered["value"]:
        said = Text("随机数与您查到的不同。", "The value is not the one that you looked up.")
        found.append(Problem("draw.other_value", said, "randomness.value", entered["value"]))
    if bundle["unrevealed"] != silent(frozen, reveals):
        found.append(_off("unrevealed"))
    if silent(frozen, reveals) and frozen.unrevealed == "stop":
        said = Text(
            "有一方未揭示，按事先的约定本次抽取作废。",
            "A party did not reveal: by the rule fixed before, the draw is void.",
        )
        found.append(Problem("draw.void", said, "unrevealed", ", ".join(silent(frozen, reveals))))
    if bundle["fetching"] != _both(fetching(frozen.randomness)):
        found.append(_off("fetching"))
    if moment(bundle["published_at"]) < moment(entered["entered_at"]):
        found.append(_off("published_at"))
    found += [_off(part) for part in ("log", "reveals") if not isinstance(bundle[part], list)]
    if set(entered) != {"value", "signature", "evidence", "entered_at"}:
        found.append(_off("randomness"))
    return found


def _panels(told: Mapping[str, Any], again: Drawn) -> list[Problem]:
    """Every case whose panel is not the one that comes out."""
    expected = again.document()
    if told == expected:
        return []
    said = Text("重新抽取的结果与文件不同。", "Drawn again, this is not what comes out.")
    by_case = {one["case"]: one for one in told["panels"]}
    others = [one["case"] for one in expected["panels"] if by_case.get(one["case"]) != one]
    return [Problem("draw.drawn", said, f"drawn.{one}") for one in others] or [Problem("draw.drawn", said, "drawn")]


def _off(where: str) -> Problem:
    return Problem("draw.part", _SHAPE_PLACE.filled(where=where), where)


def list_problems(frozen: FrozenList) -> tuple[Problem, ...]:
    """What makes a list no list: an expert forgotten for a case or there twice, an order other than fixed, odd numbers."""
    found: list[str] = []
    names = [one.expert for one in frozen.experts]
    if not all(HEX.fullmatch(one) for one in names) or any(a >= b for a, b in pairwise(names)):
        found.append("list.experts")
    if any(type(one.load) is not int or one.load < 1 for one in frozen.experts):
        found.append("list.experts.load")
    numbers = [one.case for one in frozen.cases]
    if any(a >= b for a, b in pairwise(numbers)):
        found.append("list.cases")
    for case in frozen.cases:
        whole = all(type(part.seats) is int and part.seats > 0 for part in case.strata)
        distinct = len({part.stratum for part in case.strata}) == len(case.strata) <= len(SIGNS)
        signs = {OUT, *SIGNS[: len(case.strata)]}
        exact = type(case.stands) is str and len(case.stands) == len(names) and signs.issuperset(case.stands)
        if not (whole and distinct and exact and HEX.fullmatch(case.kept_out)):
            found.append(f"list.cases.{case.case}")
    if type(frozen.reserves) is not int or frozen.reserves < 0:
        found.append("list.reserves")
    if frozen.unrevealed not in ("without", "stop") or len(dict(frozen.commitments)) != len(frozen.commitments):
        found.append("list.commitments")
    return tuple(_off(one) for one in found)
