"""What a first application costs in clicks and typed answers, counted while it is walked; the tutorial says these figures.

The answers that a paper form would ask for are counted from the definition: each question asked, each computed sum, each cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator
from tests.journeys import walks
from tests.journeys.conftest import Stage
from tests.journeys.pages import Visitor
from tests.make import cases
from tests.make import world as w

from keguan.casework.models import Answers, Case
from keguan.casework.versions import definition_of
from keguan.kernel.clock import clock_at
from keguan.registers.experts.models import Expert

DOCS = Path(__file__).parents[2] / "docs" / "tutorial"


class Counted(Visitor):
    """Somebody whose clicks and answers are counted: an answer is typed, chosen from a list, or a file picked."""

    def __init__(self, of: Visitor) -> None:
        super().__init__(of.page, of.language)
        self.click_count, self.answer_count = 0, 0

    def fill(self, label: str, value: str, within: Locator | None = None) -> None:
        super().fill(label, value, within)
        self.answer_count += 1

    def choose(self, question: str, answer: str, within: Locator | None = None) -> None:
        super().choose(question, answer, within)
        self.answer_count += 1
        self.click_count += 1

    def upload(self, label: str, name: str, content: bytes) -> None:
        super().upload(label, name, content)
        self.answer_count += 1
        self.click_count += 1

    def tick(self, text: str) -> None:
        super().tick(text)
        self.click_count += 1

    def clicks(self, place: Locator) -> None:
        super().clicks(place)
        self.click_count += 1


@pytest.fixture
def world(stage: Stage) -> Iterator[w.World]:
    of = w.world()
    with clock_at(w.moment("2026-03-02")):
        w.call(of, "key-rd-project", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00"))
        yield of


def on_paper(number: str) -> int:
    """So many answers the same application takes on a form that knows nothing and adds nothing up."""
    row = Answers.objects.get(case__number=number, form="proposal")
    form = definition_of(Case.objects.get(number=number).programme).programme.form("proposal")
    return sum(_answers_in(row.values.get(str(one.field))) for one in form.fields)


def _answers_in(value: Any) -> int:
    match value:
        case None | "" | []:
            return 0
        case [{}, *_]:
            return sum(_answers_in(cell) for row in value for cell in row.values())
        case list():
            return len(value)
    return 1


def looked_up(number: str) -> int:
    """So many things about the applicant and the people the rules of the programme read in registers: a form of a system
    without registers would ask for each."""
    definition = definition_of(Case.objects.get(number=number).programme)
    read = {name for step in definition.programme.steps for name in definition.facts_for(str(step.id))}
    return sum(1 for name in read if name.partition(".")[0] in ("applicant", "person", "members", "duplicate"))


def known_of_an_objector() -> tuple[int, int]:
    """How many questions an objection asks, and how many of them a register answers."""
    asked = [one for form in cases.definition("object").programme.forms for one in form.fields]
    return len(asked), sum(1 for one in asked if one.filled_from)


def test_the_tutorial_says_what_a_first_and_a_second_application_cost(stage: Stage, world: w.World) -> None:
    call = world.round
    assert call is not None
    first = Counted(stage.signed_in(world.people["applicant"]))
    number = walks.begins(first, call)
    walks.fills_proposal(first, world, Expert.objects.get(pk=world.experts[0]).person)
    walks.hands_in(first, number)

    with clock_at(w.moment("2026-03-03")):
        again = w.call(world, "key-rd-project", opens=w.moment("2026-03-01"), closes=w.moment("2026-04-30", "18:00"))
        second = Counted(first)
        number_again = walks.begins(second, again)
        second.page.get_by_text("从我以前的申报带入").click()
        second.click_count += 1
        second.clicks(second.page.get_by_role("button", name=number))
        second.fill("项目名称", "棉花抗旱新品种区域试验与推广")
        second.upload("自筹经费承诺书", "自筹承诺.pdf", walks.PDF)
        for question, answer in walks.STATED.items():
            second.choose(question, answer)
        walks.hands_in(second, number_again)

    with clock_at(w.moment("2026-03-04")):
        elsewhere = w.world()  # people who take part in nothing else yet
        other = w.call(
            elsewhere, "key-rd-project", opens=w.moment("2026-03-01"), closes=w.moment("2026-05-31", "18:00")
        )
        anew = Counted(stage.signed_in(elsewhere.people["applicant"]))
        number_anew = walks.begins(anew, other)
        reviewer = Expert.objects.get(pk=elsewhere.experts[0]).person
        walks.fills_proposal(anew, elsewhere, reviewer, title="枣树节水栽培与病害防治", anew=True)
        walks.hands_in(anew, number_anew)

    paper = on_paper(number)
    assert on_paper(number_again) >= paper - 3
    assert anew.answer_count > first.answer_count > second.answer_count
    assert anew.click_count > first.click_count > second.click_count
    questions, known = known_of_an_objector()
    figures = {
        "first-application.zh.md": (
            f"| 同样内容写在纸质表上 | {paper} | — |",
            f"| 之前：什么都不带入，逐项重填 | {anew.answer_count} | {anew.click_count} |",
            f"计划的规则还从名录读取 {looked_up(number)} 项",
            f"异议书共 {questions} 项，其中 {known} 项",
            f"| 第一次申报 | {first.answer_count} | {first.click_count} |",
            f"| 第二次申报，由上一份带入 | {second.answer_count} | {second.click_count} |",
        ),
        "first-application.en.md": (
            f"| the same on a paper form | {paper} | — |",
            f"| before: nothing is taken over, all is typed anew | {anew.answer_count} | {anew.click_count} |",
            f"the rules of the programme read {looked_up(number)} things in the registers",
            f"An objection asks {questions} questions; {known} of them",
            f"| a first application | {first.answer_count} | {first.click_count} |",
            f"| a second one, filled from the first | {second.answer_count} | {second.click_count} |",
        ),
    }
    for name, lines in figures.items():
        told = (DOCS / name).read_text(encoding="utf-8") if (DOCS / name).exists() else ""
        told = " ".join(told.split()) if name.endswith(".en.md") else "".join(told.split("\n"))
        missing = [line for line in lines if line not in told]
        assert not missing, f"{name} should say:\n" + "\n".join(lines)
