"""Whatever people try, in whatever order, no case comes into a state that the law does not know."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from tests.unit.engine.walks import Walk, opening, programmes, replayed, step_once

from keguan.engine.decision import Due, Enter
from keguan.engine.machine import PASSED_OVER, WITHDRAWN
from keguan.engine.moves import DISCARDED
from keguan.engine.state import Closed, Ended, Entered
from keguan.language.schema import Agree, Decide, Publish, Review, kind_of
from keguan.language.vocabulary import BODIES, KINDS

WALKS, STEPS = 100, 100
"""100 walks of 100 tries: 10 000 steps for each programme that opens rounds."""


@pytest.mark.parametrize("code", ["key-rd-project", "rd-post-subsidy", "high-tech-enterprise", "seminar-grant"])
@settings(max_examples=WALKS, deadline=None, derandomize=True)
@given(random=st.randoms(use_true_random=True))
def test_ten_thousand_random_steps_reach_no_illegal_state(code: str, random: Random) -> None:
    walk = Walk(programmes()[code], opening(code))
    walk.begin()
    for _ in range(STEPS):
        step_once(walk, random)
        _is_legal(walk)
    note(f"{walk.state.end or walk.state.step}, {len(walk.decided)} decided, {walk.refused} refused")
    assert replayed(walk) == walk.state


def _is_legal(walk: Walk) -> None:
    state, programme = walk.state, walk.definition.programme
    ids = [step.id for step in programme.steps]
    ends = {str(end.end) for end in programme.ends} | {WITHDRAWN}
    # in exactly one place
    assert (state.step in ids and not state.end) or (not state.step and state.end in ends)
    for step_id, there in state.steps.items():
        step = programme.step(step_id)
        kind = KINDS[kind_of(step)]
        if there.outcome == DISCARDED:
            assert (kind_of(step), state.end, dict(state.answers)) == ("apply", WITHDRAWN, {})
        else:
            assert there.outcome in ("", PASSED_OVER, *kind.outcomes)
        assert (there.outcome == "") == (there.closed is None)
        if there.outcome == "":
            assert state.step == step_id or state.end == WITHDRAWN
        if isinstance(step, Review) and there.outcome == "reviewed":
            finals = [seat for seat, seated in there.memo["seats"].items() if seated == "final"]
            assert len(finals) == step.panel.size
            assert 0 <= there.memo["score"] <= 10_000
        if isinstance(step, Decide) and there.outcome == "approved" and step.amount is not None:
            assert 0 < there.memo["amount"] <= there.memo["proposed"]
        if isinstance(step, Agree) and there.outcome == "signed":
            assert set(there.memo["signed"]) == set(step.parties)
    _nobody_acts_for_two_bodies(walk)
    _money_and_records_follow_a_notice(walk)
    _events_make_a_path(walk)


def _nobody_acts_for_two_bodies(walk: Walk) -> None:
    seen: dict[int, str] = {}
    for body, people in walk.state.hands.items():
        assert body in BODIES.values()
        for person in people:
            assert seen.setdefault(person, body) == body


def _money_and_records_follow_a_notice(walk: Walk) -> None:
    effects = [effect for answer in walk.decided for effect in answer.effects]
    if not any(isinstance(effect, Due | Enter) for effect in effects):
        return
    notices = [step.id for step in walk.definition.programme.steps if isinstance(step, Publish)]
    if notices:
        assert any(walk.state.steps[one].outcome == "unopposed" for one in notices)
    tranches = [effect for effect in effects if isinstance(effect, Due)]
    decided = [
        walk.state.steps[s.id].memo["amount"]
        for s in walk.definition.programme.steps
        if isinstance(s, Decide) and s.amount
    ]
    if tranches and decided:
        assert sum(effect.amount_fen for effect in tranches) == decided[-1]


def _events_make_a_path(walk: Walk) -> None:
    """Each step that is entered was reached by closing another, and nothing happens after the end."""
    story = [event for answer in walk.decided for event in answer.events if isinstance(event, Entered | Closed | Ended)]
    for before, after in pairwise(story):
        assert not isinstance(before, Ended)
        if isinstance(after, Entered):
            assert isinstance(before, Closed)
        if isinstance(after, Closed):
            assert isinstance(before, Entered)
            assert before.step == after.step


@pytest.mark.parametrize("code", ["key-rd-project", "rd-post-subsidy", "high-tech-enterprise", "seminar-grant"])
def test_the_walks_go_deep_enough_to_mean_something(code: str) -> None:
    seen: set[str] = set()
    ends: set[str] = set()
    for seed in range(60):
        random, walk = Random(seed), Walk(programmes()[code], opening(code))
        walk.begin()
        for _ in range(120):
            step_once(walk, random)
        seen |= set(walk.state.steps)
        ends |= {walk.state.end}
    assert seen == {step.id for step in programmes()[code].programme.steps}
    assert len(ends - {""}) >= 2
