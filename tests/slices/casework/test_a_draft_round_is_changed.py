"""A drafted round is changed and deleted by its drafter, sent back by a colleague, and published as it was looked over."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from tests.make import world as w
from tests.slices.casework.page_cast import fields_on, signed_in

from keguan.casework.models import Message, Round
from keguan.casework.rounds import services as rounds
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import clock_at
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db
CODE = "KRD-2026"


@pytest.fixture
def world() -> Any:
    """A round that the planner drafted, without a budget."""
    of = w.world(experts_count=0)
    with clock_at(w.moment("2026-02-20")):
        opens, closes = w.moment("2026-03-01"), w.moment("2026-03-31", "18:00")
        terms = rounds.Terms(CODE, Text("2026年度重点研发", "Key R&D 2026"), opens, closes)
        drafted = rounds.draft_round(w.version("key-rd-project"), terms, of.actor("planner"))
        assert isinstance(drafted, Round), drafted
        yield of


def typed(client: Any, name: str, code: str = CODE) -> dict[str, Any]:
    """The form of this page as it stands."""
    address = reverse(name, args=[code])
    page = address if name != "round_publish" else reverse("round", args=[code])
    sent = fields_on(client.get(page).content.decode(), address if page != address else "")
    return {one: values[-1] for one, values in sent.items()}


def test_its_drafter_changes_it_in_the_form_that_set_it_up_and_nobody_else_does(world: w.World) -> None:
    planner, publisher = (signed_in(world.people[who]) for who in ("planner", "publisher"))
    page, address = reverse("round", args=[CODE]), reverse("round_edit", args=[CODE])
    assert address in planner.get(page).content.decode()
    assert address not in publisher.get(page).content.decode()
    shown = typed(planner, "round_edit")
    assert (shown["title_zh"], shown["closes"], shown["budget"]) == ("2026年度重点研发", "2026-03-31 18:00", "0")
    assert planner.post(address, shown | {"closes": "2026-02-01"}).status_code == 422
    answer = planner.post(address, shown | {"code": "KRD-2026-A", "budget": "300", "closes": "2026-04-10 18:00"})
    assert answer["Location"] == reverse("round", args=["KRD-2026-A"])
    said = planner.get(answer["Location"]).content.decode()
    assert "由同处另一人核对后发布" in said
    of = Round.objects.get()
    assert (of.code, of.budget_fen, of.closes) == ("KRD-2026-A", 300_000_000, w.moment("2026-04-10", "18:00"))
    address = reverse("round_edit", args=[of.code])
    assert planner.post(address, shown | {"code": of.code}).status_code == 422, "an older window overwrites nothing"
    refused = publisher.post(address, shown | {"code": of.code, "title_zh": "改名"})
    assert refused["Location"] == reverse("round", args=[of.code])
    assert (
        rounds.change_draft(
            of.code,
            of.programme,
            rounds.Terms(of.code, of.title, of.opens, of.closes),
            world.actor("publisher"),
            revision=1,
        )
        .problems[0]
        .code
        == "round.not_drafter"
    )  # type: ignore[union-attr]
    assert Round.objects.get().title_zh == "2026年度重点研发"


def test_what_changed_since_the_look_is_not_published(world: w.World) -> None:
    planner, publisher = (signed_in(world.people[who]) for who in ("planner", "publisher"))
    seen = typed(publisher, "round_publish")
    shown = typed(planner, "round_edit")
    assert planner.post(reverse("round_edit", args=[CODE]), shown | {"budget": "300"}).status_code == 303
    address = reverse("round_publish", args=[CODE])
    assert "草稿已有变化" in publisher.post(address, seen).content.decode()
    assert Round.objects.get().status == "draft"
    assert publisher.post(address, typed(publisher, "round_publish")).status_code == 303
    for name in ("round_edit", "round_delete"):
        assert planner.get(reverse(name, args=[CODE])).status_code == 303
        planner.post(reverse(name, args=[CODE]), shown)
    assert Round.objects.get().status == "published"


def test_a_colleague_sends_it_back_with_a_reason_and_its_drafter_hears_of_it(world: w.World) -> None:
    planner, publisher = (signed_in(world.people[who]) for who in ("planner", "publisher"))
    page, address = reverse("round", args=[CODE]), reverse("round_send_back", args=[CODE])
    assert address not in planner.get(page).content.decode()
    assert planner.post(address, {"reason": "自己退回"}).status_code == 303
    assert Round.objects.get().returned_because == ""
    assert publisher.post(address, {"reason": " "}).status_code == 422
    assert CODE in publisher.get(reverse("todo")).content.decode()
    assert publisher.post(address, {"reason": "预算未填"}).status_code == 303
    (told,) = Message.objects.filter(kind="round")
    assert (told.person, told.zh) == (world.people["planner"], f"批次草稿 {CODE} 被退回：预算未填")
    assert "预算未填" in planner.get(page).content.decode()
    assert CODE not in publisher.get(reverse("todo")).content.decode()
    assert f'<a href="{page}">修改被退回的批次草稿，重新提交核对</a>' in planner.get(reverse("todo")).content.decode()
    answer = rounds.publish_round(CODE, world.actor("publisher"))
    assert not isinstance(answer, Round)
    assert answer.problems[0].code == "round.returned"
    shown = typed(planner, "round_edit")
    assert planner.post(reverse("round_edit", args=[CODE]), shown | {"budget": "300"}).status_code == 303
    assert Round.objects.get().returned_because == ""
    assert "重新提交核对" not in planner.get(reverse("todo")).content.decode()
    assert "核对并发布批次" in publisher.get(reverse("todo")).content.decode()
    assert publisher.post(reverse("round_publish", args=[CODE]), typed(publisher, "round_publish")).status_code == 303


def test_its_drafter_deletes_it_after_a_question_and_the_trace_keeps_that(world: w.World) -> None:
    planner, publisher = (signed_in(world.people[who]) for who in ("planner", "publisher"))
    address = reverse("round_delete", args=[CODE])
    assert "草稿删除后不能恢复" in planner.get(address).content.decode()
    assert publisher.post(address).status_code == 303
    assert Round.objects.exists()
    assert planner.post(address)["Location"] == reverse("rounds")
    assert not Round.objects.exists()
    assert Event.objects.get(tag="round:draft:deleted").payload["code"] == CODE


def test_a_budget_that_is_not_set_is_no_budget_of_nothing(world: w.World) -> None:
    planner = signed_in(world.people["planner"])
    for page in (reverse("rounds"), reverse("round", args=[CODE]), reverse("round_overview", args=[CODE])):
        said = planner.get(page, {"lang": "en"}).content.decode()
        assert "none set" in said, page
        assert "CNY 0" not in said.split("none set")[0][-300:], page
