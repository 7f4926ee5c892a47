"""A whole journey in English, with JavaScript on: a seminar from the call to the accepted report."""

from __future__ import annotations

import re

from tests.journeys import walks
from tests.journeys.conftest import Stage
from tests.journeys.pages import Visitor
from tests.make import world as w

from keguan.casework import alarms
from keguan.kernel.clock import clock_at

SEMINAR = "Saving water on cotton"


def test_a_seminar_goes_from_the_call_to_the_accepted_report_in_english(stage: Stage) -> None:
    world = w.world(experts_count=0)
    with clock_at(w.moment("2026-03-02")):
        call = w.call(world, "seminar-grant", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00"))
        applicant = stage.signed_in(world.people["applicant"], "en", script=True)
        applicant.opens("/calls/")
        applicant.clicks(applicant.page.locator(f"main a[href='/calls/{call.code}/']"))
        applicant.follow("Apply")
        applicant.press("Begin")
        applicant.fill("Name of the seminar", SEMINAR)
        applicant.fill("Date", "2026-05-20")
        applicant.fill("Amount asked", "6")
        applicant.sees(world.people["applicant"].name)  # who begins is the organiser unless another is chosen
        applicant.press("Look over and submit")
        assert applicant.status == 422
        applicant.sees("The amount is within the limit of one seminar", "Ask for less", "CNY 60,000", "CNY 50,000")
        applicant.fill("Amount asked", "1.5")
        applicant.press("Look over and submit")
        applicant.sees("CNY 15,000")
        applicant.tick("This is true and complete")
        applicant.press("Submit")
        applicant.sees("Handed in")
        found = re.search(r"/cases/([0-9A-Z]+)/", applicant.page.url)
        assert found
        _decided(stage, world, found[1])
    with clock_at(w.moment("2026-03-12")):
        alarms.ring()
        _reports(applicant, found[1])
        officer = stage.signed_in(world.people["officer"], "en", script=True)
        walks.opens_task(officer, found[1])
        row = officer.page.locator("table.verdicts tbody tr").filter(has_text="The seminar was held as planned").first
        row.get_by_label("meets", exact=True).check()
        officer.press("Pass")
        officer.sees("Done: Pass", "Completed")
        applicant.opens(f"/cases/{found[1]}/")
        applicant.sees("Completed", "CNY 15,000")
        _is_english(applicant, SEMINAR, *_names(world))


def _decided(stage: Stage, world: w.World, number: str) -> None:
    planner = stage.signed_in(world.people["planner"], "en", script=True)
    walks.opens_agenda(planner, number)
    _is_english(planner, *_names(world))
    planner.fill("Reason", "Within the plan of the year")
    planner.press("Approve")
    planner.sees("Done: Approve")
    anybody = stage.browser("en", script=True)
    anybody.opens("/notices/")
    anybody.follow(SEMINAR)
    anybody.sees("CNY 15,000", "Standing")
    _is_english(anybody, *_names(world))


def _reports(applicant: Visitor, number: str) -> None:
    walks.opens_task(applicant, number)
    applicant.follow("Fill in and hand in")
    applicant.fill("Participants", "45")
    applicant.fill("Spent", "1.4")
    applicant.fill("What happened", "Two days, eleven talks, a visit to the fields.")
    applicant.press("Look over and submit")
    applicant.tick("This is true and complete")
    applicant.press("Submit")
    applicant.sees("Handed in")


def _names(world: w.World) -> tuple[str, ...]:
    people = tuple(person.name for person in world.people.values())
    return (world.university.name, world.bureau.name, *people, "中文")


def _is_english(visitor: Visitor, *names: str) -> None:
    """What stands on the page is English, but for names, and the sources, which are quoted in their own language."""
    text = visitor.page.evaluate(
        "() => { const page = document.body.cloneNode(true);"
        " page.querySelectorAll('.source').forEach(one => one.remove()); return page.textContent; }"
    )
    text = re.sub(r"Source: [^\n]*", "", text)
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    assert re.findall(r"[^\n]*[\u4e00-\u9fff]+[^\n]*", text) == [], visitor.page.url
