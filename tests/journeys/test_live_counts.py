"""While one types, the page counts characters as the server does when it judges them."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Stage
from tests.make import world as w

from keguan.casework.models import Case
from keguan.casework.versions import definition_of
from keguan.kernel.clock import clock_at
from keguan.language import cells

TITLES = (
    "棉花",
    "𠮷野家𠮷",  # beyond the first plane: two halves in the browser, one sign for people
    "ＡＢＣ１２３",
    "e\u0301te\u0301",  # letters and their marks, put together
    "  两端和   中间的空白  ",
    "👩\u200d🌾 农民",
    "甲\u200d乙\u200b丙\u00ad",  # what cannot be seen
    "ᠮᠣᠩᠭᠣᠯ\u200d ᠪᠢᠴᠢᠭ",
    "",
)
SUMMARIES = ("第一行\n第二行", "\n\n 中间\n\n空行 \n", "𠮷\n" * 20, "一\t二")
WORDS = {
    "zh": ("{n} / {most} · 还可写 {left} 字", "61 / 60 · 超出 1 字", "不超过60个字，现为61个"),
    "en": ("{n} / {most} · {left} left", "61 / 60 · 1 too many", "At most 60 characters; this has 61"),
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_characters_left_are_those_that_the_server_counts(stage: Stage, language: Literal["zh", "en"]) -> None:
    left, over, judged = WORDS[language]
    world = w.world(experts_count=0)
    with clock_at(w.moment("2026-03-02")):
        w.call(world, "key-rd-project", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00"))
        number = w.started(world)
        page = stage.signed_in(world.people["applicant"], language, script=True).page
        page.goto(f"/cases/{number}/form/proposal/")
        form = definition_of(Case.objects.get(number=number).programme).programme.form("proposal")
        for name, samples in (("title", TITLES), ("summary", SUMMARIES)):
            field = next(one for one in form.fields if one.field == name)
            typed = page.locator(f'[name="proposal.{name}"]')
            count = page.locator(f"#field-proposal-{name}-count")
            for text in samples:
                typed.fill(text)
                counts = len(cells.reader(field, name)(text)[0] or "")
                assert field.most is not None
                expect(count).to_have_text(left.format(n=counts, most=field.most, left=field.most - counts))
        title = page.locator('[data-question="proposal.title"]')
        title.locator("input:not([type=hidden])").fill(" " + "𠮷" * 61 + "\u200b")
        expect(title).to_contain_text(over)
        expect(title.locator("[data-errors]")).to_contain_text(judged)
