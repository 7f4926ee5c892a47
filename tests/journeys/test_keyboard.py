"""Without a mouse: from the list of calls to the number of an application, by Tab, Space, Enter and letters alone."""

from __future__ import annotations

import re
from contextlib import nullcontext
from datetime import date

import pytest
from playwright.sync_api import Page
from tests import make
from tests.journeys.conftest import Stage
from tests.journeys.pages import Visitor
from tests.make import cases
from tests.make import world as w

from keguan.casework.models import Case, RecommendationOrder
from keguan.casework.pages.desks import recommendations
from keguan.kernel.clock import clock_at

MOST_TABS = 120
FOCUSED = """() => {
  const one = document.activeElement;
  if (one === document.body) return {name: 'the end of the page', marked: true, hidden: false};
  const seen = getComputedStyle(one), at = one.getBoundingClientRect();
  return {
    name: (one.labels?.[0]?.textContent || one.getAttribute('aria-label') || one.textContent || '').trim().replace(/\\s+/g, ' '),
    marked: seen.outlineStyle !== 'none' && parseFloat(seen.outlineWidth) >= 2,
    hidden: at.width < 2 || at.bottom < 0 || at.top > innerHeight,
    what: one.outerHTML.slice(0, 120),
  };
}"""


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus stands on what is called so. Wherever it passes, one sees where it is."""
    passed = []
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        passed.append(focused["name"])
        assert focused["marked"], f"one does not see the focus on {focused['what']}"
        assert not focused["hidden"], f"the focus is out of sight on {focused['what']}"
        if re.match(name, focused["name"]):
            return
    raise AssertionError(f"Tab does not come to {name}: {passed}")


def _opens(page: Page, name: str) -> None:
    _tab_to(page, name)
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")


def _types(page: Page, name: str, text: str) -> None:
    _tab_to(page, name)
    page.keyboard.type(text)


def test_one_applies_for_a_grant_with_the_keyboard_alone(stage: Stage) -> None:
    world = w.world(experts_count=0)
    with clock_at(w.moment("2026-03-02")):
        call = w.call(world, "seminar-grant", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00"))
        applicant = stage.signed_in(world.people["applicant"], "en")
        page = applicant.page
        page.goto("/calls/")
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUSED)["name"] == "Skip to content"
        page.keyboard.press("Enter")
        _opens(page, re.escape(call.title.en))
        _opens(page, "Apply$")
        _opens(page, "Begin$")
        _types(page, "Name of the seminar", "Saving water on cotton")
        _types(page, "Date", "2026-05-20")
        _types(page, "Amount asked", "1.5")
        _opens(page, "Look over and submit")
        _tab_to(page, "This is true and complete")
        page.keyboard.press("Space")
        _opens(page, "Submit$")
        applicant.looks_round()
        applicant.sees("Handed in")
    assert Case.objects.get().submitted_at is not None


def _at_the_order_of_three(stage: Stage, *, script: bool = True) -> Visitor:
    """The authority at the order of recommendation of Cotton, Wheat and Melons."""
    world = cases.opened()
    for n, name in enumerate(("Cotton", "Wheat", "Melons")):
        world.people[name] = make.person(
            employer=world.university, born=date(1980, 5, 1 + n), title="senior", degree="doctor"
        )
        team = [{"member": make.person(employer=world.university).pk, "role": "lead", "months": 6}]
        cases.case(world, at="recommend", who=name, principal=world.people[name].pk, title=name, team=team)
    authority = stage.signed_in(world.people["authority"], "en", script=script)
    authority.page.goto("/progress/")
    _opens(authority.page, "A round for tests")
    _opens(authority.page, "Order of recommendation")
    return authority


def _kept_order() -> list[str]:
    return [Case.objects.get(pk=pk).title for pk in RecommendationOrder.objects.get().cases]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_an_authority_orders_its_recommendations_with_the_keyboard_alone(stage: Stage, *, script: bool) -> None:
    with clock_at(w.moment("2026-03-02")):
        authority = _at_the_order_of_three(stage, script=script)
        page = authority.page
        _tab_to(page, "Up Melons")
        for place in (2, 1):
            with nullcontext() if script else page.expect_navigation(wait_until="load"):
                page.keyboard.press("Enter")
            assert page.evaluate(FOCUSED)["name"] == "Up Melons", "the focus goes with the row"
            assert page.locator("#order-told").text_content() == f"Melons: place {place}, within the quota."
        assert page.locator("tbody tr[data-number] th a").all_inner_texts() == ["Melons", "Cotton", "Wheat"]
        _opens(page, "Look over the changes")
        authority.looks_round()
        authority.sees("What is going to be saved")
        _opens(page, "Save the order")
        authority.sees("The order of recommendation is saved.")
    assert _kept_order() == ["Melons", "Cotton", "Wheat"]


def test_an_authority_drags_its_recommendations_into_order(stage: Stage) -> None:
    with clock_at(w.moment("2026-03-02")):
        authority = _at_the_order_of_three(stage)
        rows = authority.page.locator("tbody tr[data-number]")
        rows.nth(2).locator("[draggable]").drag_to(rows.nth(0), target_position={"x": 40, "y": 2})
        assert rows.locator("th a").all_inner_texts() == ["Melons", "Cotton", "Wheat"]
        assert authority.page.locator("#order-told").text_content() == "Melons: place 1, within the quota."
        authority.press("Look over the changes")
        authority.press("Save the order")
        authority.sees("The order of recommendation is saved.")
    assert _kept_order() == ["Melons", "Cotton", "Wheat"]


def test_a_long_order_is_put_right_over_several_pages(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recommendations, "ON_A_PAGE", 2)
    with clock_at(w.moment("2026-03-02")):
        authority = _at_the_order_of_three(stage)
        page = authority.page
        told, titles = page.locator("#order-told"), page.locator("tbody tr[data-number] th a")
        _opens(page, "Down Wheat")
        assert titles.all_inner_texts() == ["Wheat"], "over the end of the page, which goes along"
        assert page.evaluate(FOCUSED)["name"] == "Down Wheat"
        assert told.text_content() == "Wheat: place 3, within the quota."
        _opens(page, "Previous")
        assert titles.all_inner_texts() == ["Cotton", "Melons"]
        with page.expect_navigation(wait_until="load"):
            page.get_by_label("Place Cotton").fill("3")
            page.keyboard.press("Tab")
        assert titles.all_inner_texts() == ["Melons", "Wheat"], "a place on another page is taken at once"
        assert told.text_content() == "Cotton: place 3, within the quota."
        page.get_by_label("Place Wheat").fill("1")
        page.keyboard.press("Tab")
        assert titles.all_inner_texts() == ["Wheat", "Melons"]
        authority.looks_round()
        _opens(page, "Look over the changes")
        _opens(page, "Save the order")
        authority.sees("The order of recommendation is saved.")
    assert _kept_order() == ["Wheat", "Melons", "Cotton"]
