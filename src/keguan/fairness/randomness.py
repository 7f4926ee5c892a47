"""Chance from outside: which public value decides a draw, from when it is public, and who adds a secret of their own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from keguan.fairness.draw import FORMAT, FrozenList
from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import digest
from keguan.kernel.clock import BEIJING
from keguan.kernel.names import clean_text, halfwidth
from keguan.kernel.problems import Problem

HEX = re.compile(r"[0-9a-f]{64}")
MARGIN = timedelta(minutes=10)
"""The value becomes public at least so long after the list was frozen, so that many can see the digest first."""
LEAST_OUTCOMES = 1_000_000
"""A lottery with fewer outcomes could be tried through by whoever makes the list."""

CHAINS: Mapping[str, tuple[int, int]] = {
    "8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce": (1595431050, 30),
    "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971": (1692803367, 3),
}
"""Chains of drand (https://docs.drand.love): the second of their first round, and seconds between rounds. The first is the
`default` network, the second `quicknet`."""
QUICKNET = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"


def moment(written: object) -> datetime:
    """A moment as draws write it: `2026-11-22T08:00:00Z`. Raises ValueError."""
    if not isinstance(written, str):
        raise ValueError(f"{written!r} is no moment")
    return datetime.strptime(written, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def written(at: datetime) -> str:
    """A moment as draws write it, in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def drand_round_after(at: datetime, chain: str = QUICKNET) -> int:
    """The first round of a drand chain that is public at this moment or later. Raises KeyError for an unknown chain."""
    genesis, period = CHAINS[chain]
    return max(1, -(-(int(at.timestamp()) - genesis) // period) + 1)


def drand_time(chain: str, number: int) -> datetime:
    """When a round of a drand chain becomes public. Raises KeyError for an unknown chain."""
    genesis, period = CHAINS[chain]
    return datetime.fromtimestamp(genesis + (number - 1) * period, UTC)


def normal_value(source: str, typed: str) -> str:
    """A value as it goes into the seed: plain width, one space between parts; small letters for drand."""
    plain = " ".join(halfwidth(clean_text(typed), punctuation=True).split())
    return plain.lower() if source == "drand" else plain


def fetching(named: Mapping[str, Any]) -> Text:
    """How an outsider gets the value for themselves: words of the file, which every check compares."""
    if named["source"] == "drand":
        return Text(
            "从 https://api.drand.sh/{chain}/public/{round} 或任一 drand 节点取 randomness。",
            "Take `randomness` from https://api.drand.sh/{chain}/public/{round}, or from any other drand node.",
        ).filled(chain=named["chain"], round=named["round"])
    return Text(
        "查“{name}”（{public_at} 起公布）的官方公告。",
        "Look up “{name}”, public from {public_at}, where it is published.",
    ).filled(name=named["name"], public_at=named["public_at"])


def looking_up(named: Mapping[str, Any]) -> Text:
    """The same for people: Beijing time first, as announcements of results tell it, and beside it the time in the file."""
    here = moment(named["public_at"]).astimezone(BEIJING)
    said = fetching({**named, "public_at": "{at}"})
    return Text(
        said.zh.replace("{at}", f"北京时间 {here:%Y-%m-%d %H:%M:%S}，即 {named['public_at']}"),
        said.en.replace("{at}", f"{here:%Y-%m-%d %H:%M:%S} Beijing time ({named['public_at']})"),
    )


def named_problems(frozen: FrozenList) -> tuple[Problem, ...]:
    """What stands against a source as it was named: it must be known, and become public after the list was frozen."""
    named, found = frozen.randomness, []
    public_at, frozen_at = moment(named["public_at"]), moment(frozen.frozen_at)
    if public_at < frozen_at + MARGIN:
        said = Text(
            "随机数在{at}公布，距名单封存不足{least}分钟：名单应在随机数产生之前封存。",
            "The value is public at {at}, less than {least} minutes after the list is fixed.",
        ).filled(at=named["public_at"], least=MARGIN.seconds // 60)
        fix = Text("请指定更晚公布的随机数。", "Name a value that becomes public later.")
        found.append(Problem("draw.too_soon", said, "randomness.public_at", named["public_at"], fix=fix))
    if named["source"] == "drand":
        found += _drand_problems(named, public_at)
    elif not named["name"] or named["outcomes"] < LEAST_OUTCOMES:
        said = Text(
            "须写明以哪一项公开结果为准，且可能的结果不少于{least}种。",
            "Say which published result decides; it needs at least {least} possible outcomes.",
        ).filled(least=LEAST_OUTCOMES)
        found.append(Problem("draw.source", said, "randomness.name", str(named["outcomes"])))
    if frozen.commitments and not frozen_at < moment(frozen.reveal_by) <= public_at:
        said = Text(
            "各方应在名单封存之后、随机数公布之前揭示，否则最后揭示的一方可以挑选结果。",
            "Secrets are revealed after the list is fixed and before the value is public, or the last to reveal could choose.",
        )
        found.append(Problem("draw.reveal_by", said, "reveal_by", frozen.reveal_by))
    return tuple(found)


def _drand_problems(named: Mapping[str, Any], public_at: datetime) -> list[Problem]:
    if named["chain"] not in CHAINS:
        said = Text("不认识这条 drand 链。", "This drand chain is not known.")
        return [Problem("draw.chain", said, "randomness.chain", str(named["chain"])[:80])]
    if drand_time(named["chain"], named["round"]) != public_at:
        said = Text("该轮 drand 的公布时间与所写不符。", "That round of drand is public at another time than written.")
        return [Problem("draw.round_time", said, "randomness.round", str(named["round"]))]
    return []


def value_problems(frozen: FrozenList, entered: Mapping[str, Any]) -> tuple[Problem, ...]:
    """What stands against a value that was entered: before its time, out of shape, or not what its evidence says.

    For drand the value must be the SHA-256 of the signature; the signature itself (BLS) is for drand's own tools.
    """
    named, found = frozen.randomness, []
    if moment(entered["entered_at"]) < moment(named["public_at"]):
        said = Text("随机数尚未公布。", "The value is not public yet.")
        found.append(Problem("draw.early", said, "randomness.entered_at", entered["entered_at"]))
    value, signature = entered["value"], entered["signature"]
    if value != normal_value(named["source"], value) or not value:
        said = Text("请填写公布的随机数。", "Enter the value as it was published.")
        found.append(Problem("draw.value", said, "randomness.value", value[:80]))
    elif named["source"] == "drand":
        found += _signature_problems(value, signature)
    elif not entered["evidence"]:
        said = Text("请写明在何处可以查到该结果。", "Say where the result can be looked up.")
        found.append(Problem("draw.evidence", said, "randomness.evidence"))
    return tuple(found)


def _signature_problems(value: str, signature: str) -> list[Problem]:
    if not HEX.fullmatch(value):
        said = Text("drand 的随机数是64位十六进制数。", "A value of drand has 64 hexadecimal digits.")
        return [Problem("draw.value", said, "randomness.value", value[:80])]
    is_hex = re.fullmatch(r"([0-9a-f]{2}){32,128}", signature)
    if not is_hex or hashlib.sha256(bytes.fromhex(signature)).hexdigest() != value:
        said = Text("随机数不是签名的 SHA-256。", "The value is not the SHA-256 of the signature.")
        fix = Text("请按公布的内容逐字核对。", "Compare both with what drand publishes.")
        return [Problem("draw.signature", said, "randomness.signature", signature[:80], fix=fix)]
    return []


# ------------------------------------------------------------------------------------------------ commitments


def promised(draw: str, party: str, secret: str) -> str:
    """What a party hands over before the list is frozen: a digest that binds it to its secret. secret: 64 hexadecimal
    digits from 32 random bytes (`keguan draw commit`)."""
    return digest([FORMAT, "commitment", draw, party, secret])


def reveal_problems(frozen: FrozenList, reveals: Sequence[Mapping[str, Any]]) -> tuple[Problem, ...]:
    """What stands against what was revealed: by nobody who promised, twice, too late, or not what was promised."""
    owed, found = dict(frozen.commitments), []
    for one in reveals:
        expected = owed.pop(one["party"], None)
        where = f"reveals.{one['party']}"
        if expected is None:
            said = Text("该方没有承诺，或已揭示过。", "This party promised nothing, or has revealed before.")
            found.append(Problem("draw.no_promise", said, where))
        elif moment(one["at"]) > moment(frozen.reveal_by):
            said = Text("揭示期限已过。", "The time to reveal has passed.")
            found.append(Problem("draw.late_reveal", said, where, one["at"]))
        elif not HEX.fullmatch(one["secret"]) or promised(frozen.draw, one["party"], one["secret"]) != expected:
            said = Text("揭示的内容与事先的承诺不符。", "What was revealed is not what was promised.")
            found.append(Problem("draw.other_secret", said, where))
    return tuple(found)
