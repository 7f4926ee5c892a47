"""A draw is fair, the same for everybody, and its published file shows any change."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from keguan.doors.cli import main
from keguan.fairness.draw import (
    FORMAT,
    OUT,
    SIGNS,
    CasePool,
    Drawn,
    Expert,
    FrozenList,
    Stratum,
    contradictions,
    drawn,
    sample,
    seed_of,
)
from keguan.fairness.draw_bundle import bundle_of, check, seed_from, written_out
from keguan.fairness.randomness import (
    CHAINS,
    QUICKNET,
    drand_round_after,
    drand_time,
    looking_up,
    named_problems,
    promised,
    reveal_problems,
    value_problems,
    written,
)
from keguan.fairness.seating import Seating, replayed
from keguan.kernel.canonical import canonical
from keguan.kernel.problems import Refusal, Refused

FROZEN_AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ROUND = drand_round_after(datetime(2026, 3, 3, 1, 0, tzinfo=UTC))
DRAND = {
    "source": "drand",
    "name": "drand quicknet",
    "chain": QUICKNET,
    "round": ROUND,
    "outcomes": 0,
    "public_at": written(drand_time(QUICKNET, ROUND)),
}
SIGNATURE = "ab" * 48
ENTERED = {
    "value": hashlib.sha256(bytes.fromhex(SIGNATURE)).hexdigest(),
    "signature": SIGNATURE,
    "evidence": "",
    "entered_at": "2026-03-03T02:00:00Z",
}
SECRET = "5e" * 32
ABOUT = {"round": "R1", "step": "review", "number": 1, "reason": ""}


def pseudonym(n: int) -> str:
    return f"{n:064x}"


def listed(
    cases: dict[str, dict[str, tuple[int, list[int]]]], experts: int, *, load: int = 9, reserves: int = 2, **more: Any
) -> FrozenList:
    """A list of so many experts; each case names seats and experts by stratum, everybody else is kept out."""
    pools = []
    for case, strata in sorted(cases.items()):
        parts = tuple(Stratum(name, seats) for name, (seats, _) in strata.items())
        signs = {one: SIGNS[n] for n, (_, some) in enumerate(strata.values()) for one in some}
        pools.append(CasePool(case, parts, "".join(signs.get(n, OUT) for n in range(experts)), "c" * 64))
    return FrozenList(
        draw="R1:review:1",
        about=ABOUT,
        frozen_at=written(FROZEN_AT),
        randomness=DRAND,
        experts=tuple(Expert(pseudonym(n), load) for n in range(experts)),
        cases=tuple(pools),
        reserves=reserves,
        **more,
    )


TWO = listed(
    {
        "A1": {"field": (2, [0, 1, 2, 3, 4, 5]), "outside": (1, [6, 7, 8])},
        "A2": {"field": (2, [1, 2, 3, 4, 5, 6, 9]), "outside": (1, [0, 7])},
    },
    10,
    commitments=(("supervision", promised("R1:review:1", "supervision", SECRET)),),
    reveal_by="2026-03-02T12:00:00Z",
)
REVEALS = [{"party": "supervision", "secret": SECRET, "at": "2026-03-02T10:00:00Z"}]


def done(frozen: FrozenList, seed: bytes) -> Drawn:
    found = drawn(frozen, seed)
    assert isinstance(found, Drawn)
    return found


SMALL = listed(
    {"A1": {"field": (1, [0, 1, 2])}},
    4,
    commitments=TWO.commitments,
    reveal_by=TWO.reveal_by,
)


def bundle(frozen: FrozenList = TWO) -> dict[str, Any]:
    """A whole published draw, with a decline, a reserve passed over and a replacement in its log."""
    seating = Seating(frozen, done(frozen, seed_from(frozen, ENTERED, REVEALS)))
    first = seating.seated["A1", "field"][0]
    seating.entry("left", "A1", "field", first, at="2026-03-04T01:00:00Z", reason="declined")
    turn = seating.next_reserve("A1", "field")
    seating.entry("passed", "A1", "field", turn, at="2026-03-04T01:00:00Z", reason="recused")
    turn = seating.next_reserve("A1", "field")
    seating.entry("seated", "A1", "field", turn, at="2026-03-04T01:00:00Z")
    return bundle_of(frozen, ENTERED, REVEALS, seating, published_at="2026-06-01T00:00:00Z")


FILE = written_out(bundle())


# ------------------------------------------------------------------------------------------------- fairness


def test_every_pair_within_a_stratum_is_drawn_equally_often_over_a_fixed_family_of_seeds() -> None:
    frozen = listed({"A1": {"field": (2, [0, 2, 3, 5, 7, 8]), "outside": (1, [1, 4, 6])}}, 9, reserves=0)
    seen: Counter[tuple[str, tuple[int, ...]]] = Counter()
    draws = 6000
    for n in range(draws):
        panel = done(frozen, hashlib.sha256(b"family %d" % n).digest()).panels[0]
        seen.update((stratum, places) for stratum, places in panel.members)
    for stratum, kinds in (("field", 30), ("outside", 3)):
        counts = [n for (name, _), n in seen.items() if name == stratum]
        expected = draws / kinds
        statistic = sum((n - expected) ** 2 / expected for n in counts) + (kinds - len(counts)) * expected
        # The seeds are fixed, so this either always holds or never: one in a thousand families would fail by chance.
        assert statistic < chi2.ppf(0.999, kinds - 1), (stratum, statistic)


def test_a_biased_choice_would_be_noticed_by_that_threshold() -> None:
    counts: Counter[int] = Counter()
    for n in range(6000):  # the classic slip: a byte modulo 100
        counts[hashlib.sha256(b"family %d" % n).digest()[0] % 100] += 1
    statistic = sum((counts[one] - 60) ** 2 / 60 for one in range(100))
    assert statistic > chi2.ppf(0.999, 99)


def test_numbers_beyond_the_last_whole_multiple_are_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = iter([b"\xff" * 32, (7).to_bytes(32, "big")])
    monkeypatch.setattr("keguan.fairness.draw.hmac.digest", lambda *_: next(blocks))
    assert sample(b"", ("x",), [10, 11, 12], 1) == [11]


@given(st.lists(st.integers(0, 999), min_size=1, max_size=30, unique=True), st.data())
def test_a_sample_is_the_beginning_of_the_shuffle_written_out(of: list[int], data: st.DataObject) -> None:
    n = data.draw(st.integers(0, len(of)))
    left = list(of)
    for place in range(n):  # 2**256 is so far above any rest that none of these numbers is rejected
        block = hmac.digest(b"seed", canonical([FORMAT, "x", place]), "sha256")
        other = place + int.from_bytes(block, "big") % (len(of) - place)
        left[place], left[other] = left[other], left[place]
    assert sample(b"seed", ("x",), of, n) == left[:n]


def test_members_and_reserves_of_different_cases_and_strata_do_not_hang_together() -> None:
    frozen = listed({c: {"all": (3, list(range(12)))} for c in ("A1", "A2")}, 12, reserves=3)
    same = sum(
        one.panels[0].members == one.panels[1].members
        for one in (done(frozen, hashlib.sha256(b"%d" % n).digest()) for n in range(200))
    )
    assert same <= 3  # 1 in 1320 each by chance


@st.composite
def lists(draw: st.DrawFn) -> FrozenList:
    experts = draw(st.integers(4, 14))
    cases: dict[str, dict[str, tuple[int, list[int]]]] = {}
    for n in range(draw(st.integers(1, 5))):
        where = draw(st.lists(st.sampled_from("abx"), min_size=experts, max_size=experts))
        some = {name: [place for place, at in enumerate(where) if at == name] for name in "ab"}
        cases[f"C{n}"] = {name: (draw(st.integers(1, 3)), places) for name, places in some.items()}
    return listed(cases, experts, load=draw(st.integers(1, 4)), reserves=draw(st.integers(0, 3)))


@settings(max_examples=80, deadline=None)
@given(lists(), st.binary(min_size=32, max_size=32))
def test_nobody_ineligible_is_drawn_and_no_load_is_exceeded(frozen: FrozenList, seed: bytes) -> None:
    found = drawn(frozen, seed)
    if any(len(case.experts(n)) < part.seats for case in frozen.cases for n, part in enumerate(case.strata)):
        assert isinstance(found, Refusal)
        return
    if isinstance(found, Refusal):
        return
    load: Counter[int] = Counter()
    for case, panel in zip(frozen.cases, found.panels, strict=True):
        members, reserves = dict(panel.members), dict(panel.reserves)
        for number, part in enumerate(case.strata):
            seated, spare = members[part.stratum], reserves[part.stratum]
            assert len(seated) == part.seats
            assert len(spare) <= frozen.reserves
            assert len({*seated, *spare}) == len(seated) + len(spare)
            assert {*seated, *spare} <= set(case.experts(number))
            load.update(seated)
    assert all(n <= frozen.experts[one].load for one, n in load.items())
    assert drawn(frozen, seed) == found


def test_a_list_that_cannot_be_drawn_says_which_stratum_of_which_case() -> None:
    short = listed({"A1": {"field": (3, [0, 1]), "outside": (2, [2])}, "A2": {"field": (1, [0])}}, 3)
    assert [one.where for one in contradictions(short)] == ["cases.A1.field", "cases.A1.outside"]
    assert "outside" in contradictions(short)[1].say.en
    assert contradictions(listed({}, 3))[0].code == "draw.no_cases"


def test_loads_that_do_not_reach_are_told_before_chance_is_known() -> None:
    few = listed({c: {"all": (2, [0, 1, 2])} for c in ("A1", "A2")}, 3, load=1)
    assert [one.code for one in contradictions(few)] == ["draw.load"]
    # Enough room together, but A1 and A2 want the same two people.
    tight = listed({"A1": {"all": (1, [0])}, "A2": {"all": (1, [0])}, "A3": {"all": (1, [1, 2])}}, 3, load=1)
    tight = replace(tight, experts=(*tight.experts[:2], Expert(pseudonym(2), 5)))
    assert [one.code for one in contradictions(tight)] in (["draw.load"], ["draw.stuck"])
    assert contradictions(TWO) == ()


def test_tight_loads_are_drawn_anew_until_every_seat_is_filled() -> None:
    frozen = listed({f"A{n}": {"all": (2, list(range(6)))} for n in range(3)}, 6, load=1, reserves=1)
    found = {done(frozen, hashlib.sha256(b"%d" % n).digest()).attempt for n in range(40)}
    assert found == {1}
    crossed = listed({"A1": {"all": (1, [0, 1])}, "A2": {"all": (1, [0, 2])}, "A3": {"all": (1, [1, 2])}}, 3, load=1)
    attempts = [done(crossed, hashlib.sha256(b"%d" % n).digest()).attempt for n in range(60)]
    assert max(attempts) > 1


# ---------------------------------------------------------------------------------------- seed and randomness


def test_the_seed_hangs_on_the_list_the_value_the_name_and_what_was_revealed() -> None:
    seeds = {
        seed_of(TWO, "1"),
        seed_of(TWO, "2"),
        seed_of(replace(TWO, reserves=1), "1"),
        seed_of(replace(TWO, draw="R1:review:2"), "1"),
        seed_of(TWO, "1", [("supervision", "2")]),
        seed_of(TWO, "1", [("supervision2", "")]),
    }
    assert len(seeds) == 6
    assert seed_of(TWO, "1", [("a", "1"), ("b", "2")]) == seed_of(TWO, "1", [("b", "2"), ("a", "1")])


def test_a_draw_known_by_heart_stays_what_it_is() -> None:
    """Published bundles must verify for ever: whoever changes the rule of drawing must name a new format."""
    seed = seed_from(TWO, ENTERED, REVEALS)
    assert (TWO.digest, seed.hex(), done(TWO, seed).panels[0].members) == KNOWN


def test_the_value_must_come_after_the_freeze_and_at_the_time_of_its_round() -> None:
    soon = drand_round_after(FROZEN_AT)
    early = replace(TWO, randomness={**DRAND, "round": soon, "public_at": written(drand_time(QUICKNET, soon))})
    assert "draw.too_soon" in [one.code for one in named_problems(early)]
    wrong = replace(TWO, randomness={**DRAND, "round": ROUND + 1})
    assert [one.code for one in named_problems(wrong)] == ["draw.round_time"]
    late = replace(TWO, reveal_by="2026-03-04T00:00:00Z")
    assert [one.code for one in named_problems(late)] == ["draw.reveal_by"]
    few = replace(TWO, randomness={**DRAND, "source": "lottery", "outcomes": 1000})
    assert [one.code for one in named_problems(few)] == ["draw.source"]
    assert named_problems(TWO) == ()


@pytest.mark.parametrize("chain", CHAINS)
def test_the_round_after_a_moment_is_the_first_that_is_not_before_it(chain: str) -> None:
    for at in (FROZEN_AT, drand_time(chain, 1), drand_time(chain, 12345)):
        found = drand_round_after(at, chain)
        assert drand_time(chain, found) >= at
        assert found == 1 or drand_time(chain, found - 1) < at


def test_a_value_is_the_digest_of_its_signature_and_not_entered_before_its_time() -> None:
    assert value_problems(TWO, ENTERED) == ()
    other = {**ENTERED, "signature": "ac" * 48}
    assert [one.code for one in value_problems(TWO, other)] == ["draw.signature"]
    early = {**ENTERED, "entered_at": "2026-03-02T23:00:00Z"}
    assert [one.code for one in value_problems(TWO, early)] == ["draw.early"]
    assert [one.code for one in value_problems(TWO, {**ENTERED, "value": "12"})] == ["draw.value"]


def test_who_reveals_something_else_or_too_late_is_refused() -> None:
    assert reveal_problems(TWO, REVEALS) == ()
    for change, code in (
        ({"secret": "00" * 32}, "draw.other_secret"),
        ({"at": "2026-03-02T12:00:01Z"}, "draw.late_reveal"),
        ({"party": "host"}, "draw.no_promise"),
    ):
        assert [one.code for one in reveal_problems(TWO, [{**REVEALS[0], **change}])] == [code]
    assert [one.code for one in reveal_problems(TWO, REVEALS * 2)] == ["draw.no_promise"]


def test_a_party_that_keeps_silent_is_recorded_or_ends_the_draw_as_was_fixed_before() -> None:
    for rule, expected in (("without", []), ("stop", ["draw.void"])):
        frozen = replace(TWO, unrevealed=rule)
        seating = Seating(frozen, done(frozen, seed_from(frozen, ENTERED, [])))
        told = bundle_of(frozen, ENTERED, [], seating, published_at="2026-06-01T00:00:00Z")
        assert told["unrevealed"] == ["supervision"]
        assert [one.code for one in check(written_out(told)).problems] == expected


# --------------------------------------------------------------------------------------------- replacements


def test_reserves_follow_in_their_order_and_in_no_other() -> None:
    start = done(TWO, b"s" * 32)
    key = ("A1", "field")
    reserves = dict(start.panels[0].reserves)["field"]
    seating = Seating(TWO, start)
    member = seating.seated[key][0]
    for what, place, reason in (
        ("seated", reserves[0], ""),
        ("left", reserves[0], "declined"),
        ("left", member, "why"),
    ):
        with pytest.raises(Refused):
            Seating(TWO, start).entry(what, *key, place, at="1", reason=reason)
    seating.entry("left", *key, member, at="1", reason="declined")
    with pytest.raises(Refused):
        seating.entry("seated", *key, reserves[1], at="1")
    seating.entry("seated", *key, reserves[0], at="1")
    assert seating.seated[key][-1] == reserves[0]
    seating.entry("left", *key, reserves[0], at="2", reason="recused")
    seating.entry("passed", *key, reserves[1], at="2", reason="unavailable")
    assert seating.next_reserve(*key) is None
    assert seating.vacancies() == [key]
    seating.entry("exhausted", *key, None, at="2")
    assert (seating.vacancies(), seating.without_reserve()) == ([], [key])
    again = replayed(TWO, start, seating.log)
    assert again.seated == seating.seated
    with pytest.raises(Refused):
        replayed(TWO, start, seating.log[1:])


# --------------------------------------------------------------------------------------------------- the file


def test_a_published_file_agrees_and_keeps_who_the_experts_are() -> None:
    found = check(FILE, announced=TWO.digest.upper(), value=ENTERED["value"].upper())
    assert found.problems == ()
    assert (found.agrees, found.cases, found.replaced) == (True, 2, 1)
    assert [one.code for one in check(FILE, announced="0" * 64).problems] == ["draw.announced"]
    assert [one.code for one in check(FILE, value="0" * 64).problems] == ["draw.other_value"]


def test_every_single_byte_that_is_changed_is_found() -> None:
    """Whatever byte, whatever bit: no file but the published one agrees, and each answer names something."""
    file = written_out(bundle(SMALL))
    assert check(file).agrees
    for place in range(len(file)):
        edited = file[:place] + bytes([file[place] ^ (1 << place % 8)]) + file[place + 1 :]
        found = check(edited)
        assert not found.agrees, place
        assert found.problems, place
    for edited in (FILE[:-1], FILE + b" ", FILE[: len(FILE) // 2], b"", b"[]", b"{}", b"\xff", b"[" * 9000):
        assert not check(edited).agrees


def sealed(change: dict[str, Any]) -> bytes:
    """The file with a part replaced by somebody who knows how to seal it again."""
    from keguan.kernel.canonical import digest

    told = {**bundle(), **change}
    content = {name: part for name, part in told.items() if name != "seal"}
    return written_out({**content, "seal": digest(content)})


def test_whoever_seals_the_file_again_is_found_by_the_part_that_was_changed() -> None:
    told = bundle()
    other = json.loads(json.dumps(told["list"]))
    stands = other["cases"][0]["stands"]
    for odd in (stands[:-1], stands + OUT, "2" + stands[1:], list(stands), "", None):
        other["cases"][0]["stands"] = odd
        found = check(sealed({"list": other}))
        assert [one.where for one in found.problems if one.where != "digest"][:1] in (["list.cases.A1"], [""]), odd
    assert not check(sealed({"list": {**other, "cases": []}})).agrees
    panels = json.loads(json.dumps(told["drawn"]))
    panels["panels"][1]["members"][0][1].reverse()
    assert [one.where for one in check(sealed({"drawn": panels})).problems] == ["drawn.A2"]
    assert [one.code for one in check(sealed({"seed": "0" * 64})).problems] == ["draw.seed"]
    assert "draw.log_chain" in [one.code for one in check(sealed({"log": told["log"][1:]})).problems]
    assert "draw.signature" in [
        one.code for one in check(sealed({"randomness": {**ENTERED, "value": "0" * 64}})).problems
    ]
    for odd in (None, 7, [], {}, "x", [[]], {"value": 1}):
        for part in ("list", "randomness", "reveals", "drawn", "log", "published_at", "seed", "digest"):
            if odd == [] and part in ("log", "reveals"):
                continue
            assert not check(sealed({part: odd})).agrees, (part, odd)


def test_the_command_line_does_it_again_without_a_database(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "draw.json"
    path.write_bytes(FILE)
    assert main(["draw", "verify", str(path), "--digest", TWO.digest]) == 0
    assert TWO.digest in capsys.readouterr().out
    path.write_bytes(FILE.replace(b'"declined"', b'"recused"'))
    assert main(["draw", "verify", str(path)]) == 1
    told = capsys.readouterr().err
    assert "draw.seal" in told
    assert "log[1]" in told
    path.write_bytes(FILE[:100])
    assert main(["draw", "verify", str(path)]) == 2
    assert main(["draw", "verify", str(tmp_path / "none.json")]) == 2


def test_a_promise_made_at_the_terminal_is_the_one_that_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", "commit", "R1:review:1", "supervision"]) == 0
    secret, promise = [line.rsplit(" ", 1)[1] for line in capsys.readouterr().out.splitlines()]
    assert promise == promised("R1:review:1", "supervision", secret)


KNOWN = (
    "0877cd841cd5cc110bb194797f862f154b1f9df35837b869517534d4a358ed01",
    "cedb86e263a493f9da8ed8c6479ed10cc9a7a04c1bc87c3b8b84acc678ea8650",
    (("field", (4, 1)), ("outside", (7,))),
)


def test_the_time_to_look_a_value_up_is_told_in_beijing_and_beside_it_as_the_file_has_it() -> None:
    said = looking_up({"source": "lottery", "name": "某开奖", "public_at": "2026-11-22T13:15:00Z"})
    assert "北京时间 2026-11-22 21:15:00，即 2026-11-22T13:15:00Z 起公布" in said.zh
    assert "2026-11-22 21:15:00 Beijing time (2026-11-22T13:15:00Z)" in said.en
