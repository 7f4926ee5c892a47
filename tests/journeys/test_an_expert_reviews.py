"""An expert at the desk: invited, sworn, scoring; in a browser that dies, without a script, and on a telephone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from tests.journeys import walks
from tests.journeys.conftest import PHONE, Stage
from tests.make import world as w

from keguan.casework.models import Seat
from keguan.casework.reviewing.models import SeatDraft
from keguan.kernel.clock import clock_at
from keguan.registers.parties.models import Person

POINTS = (15, 14, 20, 11, 12, 3)
DIES_WITHIN_MS = 2000


@pytest.fixture
def invited(stage: Stage) -> Iterator[tuple[Stage, str, Person]]:
    world = w.world()
    with clock_at(w.moment("2026-03-02")):
        w.call(world, "key-rd-project", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00"))
        number = walks.recommended(world)
    with clock_at(w.moment("2026-04-10")):
        met = {f"formal.{rule}": {"result": "meets"} for rule in ("guide", "attachments", "classified", "cv")}
        world.act(number, "pass", "officer", verdicts=met)
        world.act(number, "assign", "officer", experts=world.experts[:2])
        yield stage, number, walks.reviewers_of(number)[0]


def accepts(stage: Stage, number: str, person: Person, language: str = "zh", **how: bool):  # type: ignore[no-untyped-def]
    expert = stage.signed_in(person, language, **how)
    expert.page.goto(f"/cases/{number}/")
    for box in expert.page.locator("input[name=declared]").all():
        box.check()
    with expert.page.expect_navigation(wait_until="load"):  # before that no script listens to what is typed
        expert.page.locator("form[action$='/do/accept/'] button").click()
    expert.page.locator("form[data-autosave]").wait_for()
    return expert


def test_a_browser_that_dies_loses_at_most_two_seconds(invited: tuple[Stage, str, Person]) -> None:
    stage, number, person = invited
    expert = accepts(stage, number, person, script=True)
    expert.page.locator("[name='scores.need']").fill("15")
    expect(expert.page.locator("#totals")).to_contain_text("15 / 100", timeout=8000)
    expect(expert.page.locator("[data-save-state]")).to_contain_text("已自动保存", timeout=8000)
    expert.page.locator("[name='scores.route']").fill("99")
    expect(expert.page.locator("[data-question='scores.route'] [data-errors]").first).to_contain_text(
        "0至25", timeout=8000
    )
    expert.page.locator("[name='comment']").press_sequentially("半句没写完", delay=20)
    expert.page.wait_for_timeout(DIES_WITHIN_MS)
    expert.page.context.close()  # nothing says goodbye
    stage.contexts.remove(expert.page.context)
    assert SeatDraft.objects.get().values["comment"] == "半句没写完"
    again = stage.signed_in(person, script=True)
    again.page.goto(f"/cases/{number}/")
    assert again.page.locator("[name='comment']").input_value() == "半句没写完"
    assert Seat.objects.filter(case__number=number, state="final").count() == 0


def test_a_page_left_open_after_its_reviewer_declined_stops_asking_and_keeps_what_was_typed(
    invited: tuple[Stage, str, Person],
) -> None:
    stage, number, person = invited
    expert = accepts(stage, number, person, script=True)
    elsewhere = stage.signed_in(person)
    elsewhere.page.goto(f"/cases/{number}/")
    elsewhere.page.locator("details > summary", has_text="谢绝评审").click()
    elsewhere.page.locator("form[action$='/do/decline/'] input[value=time]").check()
    elsewhere.page.locator("form[action$='/do/decline/'] button").click()
    elsewhere.page.wait_for_url("**/todo/**")
    asked: list[str] = []
    expert.page.on("request", lambda one: asked.append(one.url))
    state = expert.page.locator("[data-save-state]")
    expert.page.locator("[name='comment']").press_sequentially("写到一半", delay=20)
    expect(state).to_contain_text("您已谢绝", timeout=8000)
    expect(state).to_contain_text("我的评审")
    told = len(asked)
    expert.page.locator("[name='comment']").press_sequentially("又写几个字", delay=20)
    expert.page.wait_for_timeout(4000)
    assert len(asked) == told, "it does not ask again"
    expect(state).to_contain_text("您已谢绝")
    assert expert.page.locator("[name='comment']").input_value() == "写到一半又写几个字"


def test_a_second_window_says_what_it_did_not_keep_until_that_is_settled(invited: tuple[Stage, str, Person]) -> None:
    stage, number, person = invited
    first = accepts(stage, number, person, script=True)
    second = stage.signed_in(person, script=True)
    second.page.goto(f"/cases/{number}/")
    saved, state = "已自动保存", second.page.locator("[data-save-state]")
    first.page.locator("[name='scores.need']").fill("15")
    expect(first.page.locator("[data-save-state]")).to_contain_text(saved, timeout=8000)
    second.page.locator("[name='scores.need']").fill("9")
    expect(state).to_contain_text("其余已保存；标出的几处", timeout=8000)
    second.page.locator("[name='scores.route']").fill("20")
    expect(second.page.locator("#totals")).to_contain_text("35 / 100", timeout=8000)
    expect(state).to_contain_text("其余已保存；标出的几处")
    second.page.locator("[name='scores.need']").fill("15")
    expect(state).to_contain_text(saved, timeout=8000)
    kept = SeatDraft.objects.get().values
    assert (kept["scores.need"], kept["scores.route"]) == ("15", "20")


def test_an_expert_scores_and_changes_their_mind_without_a_script(invited: tuple[Stage, str, Person]) -> None:
    stage, number, person = invited
    expert = accepts(stage, number, person, "en")
    for at, points in enumerate(POINTS):
        expert.page.locator(".criterion input.num").nth(at).fill(str(points))
    expert.page.locator("button[formaction]").click()
    expect(expert.page.locator("#totals")).to_contain_text("75 of 100")
    expert.page.locator("[name='comment']").fill("Clear thinking, solid groundwork, measurable targets.")
    expert.page.locator("form[data-autosave] button:not([formaction])").click()
    expert.sees("You have scored: 75 in total.")
    expert.page.locator("details > summary", has_text="Change my scores").click()
    expert.page.locator("[name='scores.need']").fill("10")
    expert.page.locator("form[data-autosave] button:not([formaction])").click()
    expert.sees("You have scored: 70 in total.")
    expert.page.goto("/reviews/")
    expert.sees("70 in total")


def test_the_desk_fits_a_telephone(invited: tuple[Stage, str, Person]) -> None:
    stage, number, person = invited
    expert = accepts(stage, number, person, script=True, phone=True)
    for address in (f"/cases/{number}/", "/reviews/"):
        expert.page.goto(address)
        assert expert.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
    expert.page.goto(f"/cases/{number}/")
    expert.page.locator("[name='scores.need']").fill("15")
    expect(expert.page.locator("#totals")).to_contain_text("15 / 100", timeout=8000)
    assert expert.page.locator("svg.watermark text").count() == 1
