"""A pool of many experts comes a piece at a time: short on a phone, and what is ticked stays ticked."""

from __future__ import annotations

from typing import Literal

import pytest
from tests.journeys.conftest import Stage
from tests.make import cases
from tests.make import world as w

from keguan.casework.models import Seat
from keguan.kernel.clock import clock_at

MORE = {"zh": ("再显示 15 位", "再显示 4 位", "指派专家", "查询", "查找专家"), "en": ("Show 15 more", "Show 4 more", "Assign reviewers", "Show", "Find experts")}  # fmt: skip
MOST_PIXELS = 4_000
"""Five phones high, where all of them at once were some twenty."""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_fifteen_experts_at_first_more_on_demand_and_ticks_stay(stage: Stage, language: Literal["zh", "en"]) -> None:
    fifteen, rest, assign, find, search = MORE[language]
    world = cases.opened(w.world(experts_count=34))
    case = cases.case(world, at="review")
    with clock_at(w.moment("2026-04-02")):
        officer = stage.signed_in(world.people["officer"], language, phone=True)
        page = officer.page
        page.goto(f"/cases/{case.number}/?pool=1")
        boxes = page.locator("#pool input[name=experts]")
        assert boxes.count() == 15
        tall = page.locator("#pool").evaluate("one => one.offsetHeight")
        assert tall < MOST_PIXELS
        first = boxes.nth(0).get_attribute("value")
        boxes.nth(0).check()
        officer.press(fifteen)
        assert boxes.count() == 30
        assert page.url.endswith("#fresh")
        fresh = page.locator("#fresh")
        assert fresh.locator("input").get_attribute("value") == boxes.nth(15).get_attribute("value")
        assert boxes.nth(0).is_checked()
        officer.press(rest)
        assert boxes.count() == 34
        assert page.get_by_role("button", name=rest).count() == 0
        second = boxes.nth(33).get_attribute("value")
        boxes.nth(33).check()
        officer.fill(search, "古丽")
        officer.press(find)
        assert boxes.count() == 16, "another search begins anew; what is ticked stays, also below"
        assert page.locator("#pool input[name=experts]:checked").count() == 2
        officer.press(assign)
    seated = set(Seat.objects.filter(case=case).values_list("holder__expert", flat=True))
    assert seated == {int(first or 0), int(second or 0)}
