"""An authority orders what it recommends, without JavaScript too, and recommends in that order up to its quota."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import fields_on, signed_in

from keguan.casework.desks import recommendations
from keguan.casework.models import Batch, Case, RecommendationOrder
from keguan.casework.pages.desks import recommendations as pages
from keguan.kernel.clock import clock_at
from keguan.kernel.ids import new_key
from keguan.kernel.problems import Refusal
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[w.World]:
    of = cases.opened(quota=2)
    with clock_at(w.moment("2026-03-03")):
        yield of


def waiting(world: w.World, n: int = 3, at: str = "recommend") -> list[str]:
    """Applications of different principals, on the authority's desk."""
    found = []
    for one in range(n):
        who = f"principal {one}"
        world.people[who] = make.person(
            employer=world.university, born=date(1980, 5, 1 + one), title="senior", degree="doctor"
        )
        team = [{"member": make.person(employer=world.university).pk, "role": "lead", "months": 6}]
        changes = {"principal": world.people[who].pk, "title": f"抗旱品种之{'甲乙丙丁'[one]}", "team": team}
        found.append(cases.case(world, at=at, who=who, rank=one + 1, **changes).number)
    return found


def address(world: w.World) -> str:
    assert world.round is not None
    return reverse("recommendations", args=[world.round.code, world.bureau.pk])


def press(client: Client, world: w.World, do: str, page: str = "", **typed: str) -> Any:
    """Press a button of the form, as the page stands."""
    page = page or client.get(address(world)).content.decode()
    sent: dict[str, Any] = dict(fields_on(page, address(world))) | typed
    return client.post(address(world), {**sent, "do": do})


def order_on(answer: Any) -> list[str]:
    """The whole order that a page would send."""
    page = answer.content.decode()
    (action,) = re.findall(r'<form method="post" action="([^"]+)" data-order', page)
    return " ".join(fields_on(page, action)["order"]).split()


def rows_on(answer: Any) -> list[str]:
    """The cases that stand on a page."""
    return re.findall(r'<tr data-number="([^"]+)"', answer.content.decode())


def saved(client: Client, world: w.World, page: str) -> Any:
    """Look over what stands on this page, and save it."""
    looked = press(client, world, "preview", page)
    assert looked.status_code == 200, looked.content.decode()
    return press(client, world, "save", looked.content.decode())


def kept() -> list[str]:
    row = RecommendationOrder.objects.get()
    numbers = dict(Case.objects.filter(pk__in=row.cases).values_list("pk", "number"))
    return [numbers[pk] for pk in row.cases]


def test_buttons_move_a_row_and_keep_the_focus_on_it_and_nothing_is_kept_before_saving(
    world: w.World, django_assert_max_num_queries: Any
) -> None:
    a, b, c = waiting(world)
    client = signed_in(world.people["authority"])
    with django_assert_max_num_queries(12):
        first = client.get(address(world))
    assert order_on(first) == [a, b, c]
    up = press(client, world, f"up:{c}")
    assert order_on(up) == [a, c, b]
    page = up.content.decode()
    assert f'value="up:{c}" data-by="-1" aria-label="上移 抗旱品种之丙" autofocus' in page
    assert "抗旱品种之丙：第 2 位，限额内。" in page
    again = press(client, world, f"up:{c}", page)
    assert order_on(again) == [c, a, b]
    assert order_on(press(client, world, f"up:{c}", again.content.decode())) == [c, a, b], "it is the first already"
    assert "抗旱品种之乙：第 3 位，限额外。" in press(client, world, f"down:{b}").content.decode()
    assert not RecommendationOrder.objects.exists()
    looked = press(client, world, "preview", again.content.decode())
    assert "将保存的变化" in looked.content.decode()
    assert press(client, world, "save", looked.content.decode()).status_code == 303
    assert kept() == [c, a, b]
    assert order_on(client.get(address(world))) == [c, a, b]
    client.get(reverse("case", args=[b]))  # reads what is read once
    with django_assert_max_num_queries(12):
        case = client.get(reverse("case", args=[a]))
    assert re.search(r'name="rank"[^>]*value="2"|value="2"[^>]*name="rank"', case.content.decode()), (
        "as the order has it"
    )
    event = Event.objects.get(tag="round:recommendations:ordered")
    assert event.payload["after"] == [c, a, b]


def test_typed_places_are_taken_at_their_word_and_every_mistake_is_said_at_once(world: w.World) -> None:
    a, b, c = waiting(world)
    client = signed_in(world.people["authority"])
    assert order_on(press(client, world, "sort", **{f"place-{c}": "1"})) == [c, a, b]
    assert order_on(press(client, world, "sort", **{f"place-{a}": "3"})) == [b, c, a]
    wrong = press(client, world, "preview", **{f"place-{a}": "9", f"place-{b}": "first", f"place-{c}": "1.5"})
    page = wrong.content.decode()
    assert wrong.status_code == 422
    assert all(f'href="#field-place-{number}"' in page for number in (a, b, c))
    assert 'value="first"' in page, "what was typed is still there"
    twice = press(client, world, "preview", **{f"place-{b}": "1", f"place-{c}": "1"})
    assert "第 1 位填了两次" in twice.content.decode()


def test_the_preview_tells_what_crosses_the_quota_line(world: w.World) -> None:
    _, b, c = waiting(world)
    client = signed_in(world.people["authority"])
    assert saved(client, world, "").status_code == 303
    page = press(client, world, "preview", press(client, world, f"up:{c}").content.decode()).content.decode()
    assert "第 3 位 → 第 2 位" in page
    assert "进入限额内" in page
    assert "移出限额" in page
    # Moved again after the look: it is shown again, not saved.
    moved = press(client, world, f"up:{b}", page)
    assert press(client, world, "save", moved.content.decode()).status_code == 200
    assert kept()[2] == c


def test_a_long_order_is_turned_and_keeps_what_was_moved_and_typed(
    world: w.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "ON_A_PAGE", 2)
    a, b, c, d = waiting(world, 4)
    client = signed_in(world.people["authority"])
    first = client.get(address(world))
    assert (rows_on(first), order_on(first)) == ([a, b], [a, b, c, d])
    over = press(client, world, f"down:{b}", first.content.decode())
    assert (rows_on(over), order_on(over)) == ([b, d], [a, c, b, d]), "the page goes along with what crosses its end"
    assert "抗旱品种之乙：第 3 位，限额外。" in over.content.decode()
    typed = press(client, world, "sort", over.content.decode(), **{f"place-{d}": "1"})
    assert (rows_on(typed), order_on(typed)) == ([c, b], [d, a, c, b]), "one stays where one typed"
    assert "抗旱品种之丁：第 1 位，限额内。" in typed.content.decode()
    back = press(client, world, "turn:1", typed.content.decode(), **{f"place-{b}": "2"})
    assert (rows_on(back), order_on(back)) == ([d, b], [d, b, a, c]), "typed, and then turned"
    wrong = press(client, world, "turn:2", back.content.decode(), **{f"place-{b}": "9"})
    assert (wrong.status_code, rows_on(wrong)) == (422, [d, b]), "what is wrong stays before one's eyes"
    assert 'value="9"' in wrong.content.decode()
    assert saved(client, world, back.content.decode()).status_code == 303
    assert kept() == [d, b, a, c]
    assert rows_on(client.get(address(world), {"page": 2})) == [a, c]


def test_an_order_typed_before_an_arrow_is_pressed_is_not_lost(world: w.World) -> None:
    a, b, c = waiting(world)
    client = signed_in(world.people["authority"])
    assert order_on(press(client, world, f"up:{b}", **{f"place-{c}": "1"})) == [c, b, a]


def test_saving_twice_saves_once_and_a_stale_page_is_refused_with_its_order_kept(world: w.World) -> None:
    a, b, c = waiting(world)
    client = signed_in(world.people["authority"])
    looked = press(client, world, "preview", press(client, world, f"up:{b}").content.decode()).content.decode()
    assert press(client, world, "save", looked).status_code == 303
    assert press(client, world, "save", looked).status_code == 303
    assert Event.objects.filter(tag="round:recommendations:ordered").count() == 1
    old = press(client, world, "preview", press(client, world, f"up:{c}").content.decode()).content.decode()
    assert saved(client, world, press(client, world, f"down:{b}").content.decode()).status_code == 303
    stale = press(client, world, "save", old)
    assert stale.status_code == 409
    assert order_on(stale) == [b, c, a]
    assert kept() == [a, b, c]


def test_what_came_in_since_stands_last_and_what_went_on_is_refused(world: w.World) -> None:
    assert world.round is not None
    numbers = waiting(world, 2)
    client = signed_in(world.people["authority"])
    assert saved(client, world, "").status_code == 303
    Case.objects.filter(number=numbers[0]).update(step="screen", step_kind="screen")
    answer = recommendations.save_order(world.round, world.bureau.pk, numbers[::-1], 1, world.actor("authority"))
    assert isinstance(answer, Refusal)
    assert {one.code for one in answer.problems} == {"case.moved_on"}


def test_nobody_else_orders_and_nobody_orders_beside_an_application_of_their_own(world: w.World) -> None:
    assert world.round is not None
    numbers = waiting(world)
    for who in ("host", "officer", "applicant"):
        assert signed_in(world.people[who]).get(address(world)).status_code in (403, 404)
        answer = recommendations.save_order(world.round, world.bureau.pk, numbers, 0, world.actor(who))
        assert isinstance(answer, Refusal)
    Case.objects.filter(number=numbers[0]).update(members=[world.people["authority"].pk])
    looked = press(signed_in(world.people["authority"]), world, "preview").content.decode()
    assert press(signed_in(world.people["authority"]), world, "save", looked).status_code == 403


def test_the_batch_recommends_in_order_up_to_the_quota_after_a_look(world: w.World) -> None:
    assert world.round is not None
    a, b, c = waiting(world)
    client = signed_in(world.people["authority"])
    assert (
        reverse("recommendations_endorse", args=[world.round.code, world.bureau.pk])
        not in client.get(address(world)).content.decode()
    ), "an order is saved first"
    moved = press(client, world, f"up:{c}").content.decode()
    assert saved(client, world, moved).status_code == 303
    for number, rank in ((c, "2"), (b, "")):
        case_page = client.get(reverse("case", args=[number])).content.decode()
        assert re.search(r'name="rank"[^>]*value="(\d*)"', case_page)[1] == rank, (
            "the kept order, within the ranks left"
        )
    action = reverse("recommendations_endorse", args=[world.round.code, world.bureau.pk])
    sent = fields_on(client.get(address(world)).content.decode(), action)
    answer = client.post(action, {**sent, "reason": "同意推荐"})
    assert answer.status_code == 303, answer.content.decode()
    assert client.post(action, {**sent, "reason": "同意推荐"})["Location"] == answer["Location"], "a double click"
    batch = Batch.objects.get()
    assert batch.state == "ready"
    assert "确认：2 件 · 同意推荐" in client.get(answer["Location"]).content.decode()
    assert not Case.objects.filter(recommended_rank__isnull=False).exists()
    client.post(reverse("batch_do", args=[batch.pk, "confirm"]))
    ranks = dict(Case.objects.values_list("number", "recommended_rank"))
    assert ranks == {a: 1, c: 2, b: None}
    assert Case.objects.get(number=b).step == "recommend"
    page = client.get(address(world)).content.decode()
    assert "已推荐 2 项" in page
    assert "限额已用完" in page


def test_a_rank_that_came_free_is_given_again(world: w.World) -> None:
    assert world.round is not None
    a, b = waiting(world, 2)
    assert not isinstance(world.act(a, "endorse", "authority", rank=2), Refusal)
    found = recommendations.standing(world.round, world.bureau.pk)
    assert found is not None
    assert (found.numbers, found.ranks) == ([b], (1,))
    stale = recommendations.endorse_in_order(world.round, world.bureau.pk, 5, "", world.actor("authority"), new_key())
    assert isinstance(stale, Refusal)
