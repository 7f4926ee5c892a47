"""What is known already stands in the form, says from where and when, gives way to typing, and comes back on demand."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import expect
from tests import make
from tests.journeys.conftest import Stage
from tests.make import cases
from tests.make import world as w

from keguan.casework import sides
from keguan.casework.drafting import filling
from keguan.casework.models import DraftField, Ranking
from keguan.casework.rounds import services as rounds
from keguan.casework.services import Done
from keguan.kernel.clock import clock_at
from keguan.registers.parties.access import actor_for

WORDS = {
    "zh": ("联系方式", "取自您的个人资料，2026-04-15，请核对。", "填入个人资料中的“0991-5550404”", "保存草稿"),
    "en": ("How to reach you", "From your profile, 2026-04-15: please check.", "Fill in “0991-5550404” from your profile", "Save draft"),
}  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_known_answer_says_from_where_gives_way_to_typing_and_comes_back_on_demand(
    stage: Stage, language: Literal["zh", "en"]
) -> None:
    label, source, offer, save = WORDS[language]
    world = cases.opened()
    w.version("object")
    number = cases.case(world, at="scored").number
    with clock_at(w.moment("2026-04-10")):
        assert world.round is not None
        assert isinstance(rounds.adopt_ranking(world.round.code, "rank", world.actor("officer"), "r"), Ranking)
        assert isinstance(world.act(number, "approve", "committee", reason="同意立项"), Done)
    with clock_at(w.moment("2026-04-15")):
        objector = make.person("热依汗·艾山", phone="0991-5550404")
        opened = sides.open_side(number, "object", actor_for(objector), "k")
        assert isinstance(opened, Done)
        filling.begin(opened.number, actor_for(objector))
        page = stage.signed_in(objector, language, script=True).page
        page.goto(f"/cases/{opened.number}/form/objection/")
        phone = page.get_by_label(label)
        question = page.locator('[data-question="objection.phone"]')
        expect(phone).to_have_value("0991-5550404")
        expect(question).to_contain_text(source)
        assert question.get_by_role("button").count() == 0, "nothing is offered where it stands already"
        phone.fill("office@example.org")
        expect(question).not_to_contain_text(source)  # it is typed now
        page.get_by_role("button", name=save, exact=True).last.click()
        again = question.get_by_role("button", name=offer)
        expect(again).to_be_visible()
        expect(phone).to_have_value("office@example.org")
        again.click()
        expect(phone).to_have_value("0991-5550404")
        expect(question).to_contain_text(source)
        kept = DraftField.objects.get(draft__case__number=opened.number, field="phone")
        assert (kept.value, kept.source) == ("0991-5550404", "profile")
