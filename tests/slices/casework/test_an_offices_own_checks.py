"""An institution keeps its own checklist for a round; it is owed before endorsing, and nobody outside sees it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import act, signed_in

from keguan.casework.desks import batches
from keguan.casework.models import Batch, Case, OfficeItem, OfficeTick
from keguan.casework.services import Done
from keguan.kernel.clock import clock_at
from keguan.kernel.ids import new_key
from keguan.kernel.problems import Refusal
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[w.World]:
    of = cases.opened()
    with clock_at(w.moment("2026-03-03")):
        yield of


def address(world: w.World, *more: object) -> str:
    assert world.round is not None
    return reverse("office_case" if more else "office_checks", args=[world.round.code, world.university.pk, *more])


def item(world: w.World, zh: str = "伦理审查意见已留存", **sent: str) -> OfficeItem:
    answer = signed_in(world.people["host"]).post(address(world), {"zh": zh, **sent})
    assert answer.status_code == 303, answer.content.decode()
    return OfficeItem.objects.get(zh=zh)


def test_a_required_item_is_owed_before_endorsing_and_ticking_it_frees_the_way(world: w.World) -> None:
    number = cases.case(world, at="endorse").number
    required, optional = item(world, required="yes"), item(world, "经费已与财务处核对", en="Money checked")
    refused = world.act(number, "endorse", "host", note="材料属实")
    assert isinstance(refused, Refusal)
    assert [one.code for one in refused.problems] == ["office.unticked"]
    assert "伦理审查意见已留存" in refused.problems[0].say.zh
    assert refused.problems[0].value == "", "nobody knows an item by its number in the table"
    host = signed_in(world.people["host"])
    assert "0 / 2" in host.get(address(world)).content.decode()
    assert host.post(address(world, number), {"item": [required.pk]}).status_code == 303
    assert "1 / 2" in host.get(address(world)).content.decode()
    assert list(OfficeTick.objects.values_list("item", flat=True)) == [required.pk]
    assert optional.say.en == "Money checked"
    assert isinstance(world.act(number, "endorse", "host", note="材料属实"), Done)


@pytest.mark.parametrize(("who", "step"), [("host", "endorse"), ("authority", "recommend")])
def test_the_office_meets_its_checks_beside_its_decision_and_ticks_them_there(
    world: w.World, who: str, step: str
) -> None:
    number = cases.case(world, at=step).number
    office = {"host": world.university, "authority": world.bureau}[who]
    assert world.round is not None
    kept = reverse("office_checks", args=[world.round.code, office.pk])
    client, page = signed_in(world.people[who]), reverse("case", args=[number])
    for zh in ("伦理审查意见已留存", "经费已核对"):
        assert client.post(kept, {"zh": zh, "required": "yes"}).status_code == 303
    first, second = OfficeItem.objects.all()
    shown = client.get(page).content.decode()
    assert first.zh in shown
    assert kept in shown
    sent = {"reason": "材料属实", "rank": "1"}
    refused = act(client, number, "endorse", **sent, office_item=[str(first.pk)])
    said = refused.content.decode()
    assert refused.status_code == 422
    assert 'href="#field-office_item"' in said, "the refusal leads to where it is ticked"
    assert 'id="field-office_item"' in said
    assert f'name="office_item" value="{second.pk}"' in said
    assert f'name="office_item" value="{first.pk}"' not in said, "what was ticked is kept"
    assert "材料属实" in said
    assert act(client, number, "endorse", **sent, office_item=[str(second.pk)]).status_code == 303
    assert Case.objects.get(number=number).step != step
    assert OfficeTick.objects.filter(by=world.people[who].pk).count() == 2


def test_nobody_ticks_beside_a_decision_that_is_not_theirs(world: w.World) -> None:
    number = cases.case(world, at="endorse").number
    found = item(world, required="yes")
    for who in ("authority", "officer", "applicant"):
        answer = act(signed_in(world.people[who]), number, "endorse", office_item=[str(found.pk)])
        assert answer.status_code in (403, 409, 422), who
    assert not OfficeTick.objects.exists()


def test_a_return_owes_nothing_and_a_dropped_item_is_owed_no_more(world: w.World) -> None:
    number = cases.case(world, at="endorse").number
    found = item(world, required="yes")
    host = signed_in(world.people["host"])
    drop = reverse("office_item_drop", args=[world.round.code, world.university.pk, found.pk])  # type: ignore[union-attr]
    for _ in range(2):
        assert host.post(drop).status_code == 303
    assert Event.objects.filter(tag="office:item:dropped").count() == 1
    assert isinstance(world.act(number, "endorse", "host", note="材料属实"), Done)
    item(world, "另一项", required="yes")
    assert isinstance(world.act(number, "return", "authority", reason="请补充"), Done), (
        "another office's list binds nobody"
    )


def test_a_batch_says_what_is_owed_when_it_is_looked_over(world: w.World) -> None:
    number = cases.case(world, at="endorse").number
    item(world, required="yes")
    batch = batches.begin(world.actor("host"), Case.objects.filter(number=number), new_key())
    assert isinstance(batch, Batch)
    assert batches.choose(batch, world.actor("host"), "endorse", "") is None
    assert [one["code"] for one in batch.lines.get().problems] == ["office.unticked"]


def test_nobody_outside_the_institution_sees_it(world: w.World) -> None:
    number = cases.case(world, at="endorse").number
    found = item(world)
    signed_in(world.people["host"]).post(address(world, number), {"item": [found.pk]})
    elsewhere = world.people["elsewhere"] = make.person()
    make.duty("host", elsewhere, organisation=make.organisation())
    for who in ("authority", "elsewhere", "officer", "applicant", "supervisor"):
        client = signed_in(world.people[who])
        assert client.get(address(world)).status_code in (403, 404), who
        assert client.post(address(world, number), {"item": [found.pk]}).status_code in (403, 404), who
    for who in ("applicant", "authority", "officer", "supervisor"):
        page = signed_in(world.people[who]).get(reverse("case", args=[number])).content.decode()
        assert found.zh not in page
        assert "核对清单" not in page
    event = Event.objects.get(tag="office:checks:ticked")
    assert (event.case_number, event.payload["number"]) == ("", number)


def test_nobody_ticks_for_an_application_of_their_own_and_an_empty_item_is_none(world: w.World) -> None:
    number = cases.case(world, at="endorse").number
    found = item(world)
    Case.objects.filter(number=number).update(members=[world.people["host"].pk])
    host = signed_in(world.people["host"])
    assert host.post(address(world, number), {"item": [found.pk]}).status_code == 403
    empty = host.post(address(world), {"zh": " ", "en": "Kept"})
    assert empty.status_code == 422
    assert 'value="Kept"' in empty.content.decode()
    assert not OfficeTick.objects.exists()
