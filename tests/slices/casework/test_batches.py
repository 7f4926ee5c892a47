"""Many cases by one command: looked over, confirmed once, each through the one door, nothing twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import fields_on, signed_in

from keguan.casework import services, sides
from keguan.casework.desks import batches
from keguan.casework.models import Batch, BatchLine, Case, Deed
from keguan.kernel import clock
from keguan.kernel.clock import clock_at
from keguan.kernel.ids import new_key
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[w.World]:
    of = cases.opened()
    with clock_at(w.moment("2026-03-03")):
        yield of


def three(world: w.World, at: str = "endorse") -> list[str]:
    """Applications of three principals, waiting for their research office."""
    numbers = []
    for n in range(3):
        who = f"principal {n}"
        world.people[who] = make.person(
            employer=world.university, born=date(1980, 5, 1 + n), title="senior", degree="doctor"
        )
        named = {
            "principal": world.people[who].pk,
            "title": f"抗旱品种选育之{'甲乙丙'[n]}",
            "team": [{"member": make.person(employer=world.university).pk, "role": "lead", "months": 6}],
        }
        numbers.append(cases.case(world, at=at, who=who, rank=n + 1, **named).number)
    return numbers


def begun(client: Client, *numbers: str, key: str = "", **sent: Any) -> Batch:
    """Tick cases in the list and go on to their batch."""
    sent = {"which": "ticked", "row": list(numbers), "key": key or new_key(), **sent}
    answer = client.post(reverse("batch_new"), sent)
    assert answer.status_code == 303, answer.content.decode()
    return Batch.objects.get(pk=int(re.findall(r"/batches/(\d+)/", answer["Location"])[0]))


def do(client: Client, batch: Batch, what: str, **sent: str) -> Any:
    answer = client.post(reverse("batch_do", args=[batch.pk, what]), sent)
    batch.refresh_from_db()
    return answer


def page_of(client: Client, batch: Batch) -> str:
    return str(client.get(reverse("batch", args=[batch.pk])).content.decode())


def steps(*numbers: str) -> list[str]:
    return [Case.objects.get(number=number).step for number in numbers]


def test_a_research_office_endorses_several_after_a_look_without_javascript(
    world: w.World, django_assert_max_num_queries: Any
) -> None:
    numbers = three(world)
    host = signed_in(world.people["host"])
    listed = host.get(reverse("cases")).content.decode()
    sent = fields_on(listed, reverse("batch_new"))
    assert all(f'name="row" value="{number}"' in listed for number in numbers)
    answer = host.post(reverse("batch_new"), {**sent, "which": "ticked", "row": numbers[:2]})
    batch = Batch.objects.get()
    assert answer["Location"] == reverse("batch", args=[batch.pk])
    chosen = fields_on(page_of(host, batch), reverse("batch_do", args=[batch.pk, "choose"]))
    answer = do(host, batch, "choose", **{**chosen, "verb": "endorse", "reason": "材料属实"})
    assert answer.status_code == 303
    assert steps(*numbers) == ["endorse"] * 3, "looking changes nothing"
    with django_assert_max_num_queries(24):
        seen = page_of(host, batch)
    assert "确认：2 件 · 同意推荐" in seen
    assert "告知当事人后不能收回" in seen
    assert all(number in seen for number in numbers[:2])
    do(host, batch, "confirm")
    assert steps(*numbers) == ["recommend", "recommend", "endorse"]
    assert batch.state == "done"
    assert "已办理 2" in page_of(host, batch)
    assert Event.objects.get(tag="batch:cases:begun").payload["cases"] == 2


def test_clicking_twice_and_two_tabs_do_nothing_twice(world: w.World) -> None:
    numbers = three(world)
    host, key = signed_in(world.people["host"]), new_key()
    batch = begun(host, *numbers, key=key)
    assert begun(host, *numbers, key=key) == batch
    do(host, batch, "choose", verb="endorse")
    for _ in range(2):
        do(host, batch, "confirm")
    do(host, batch, "resume")
    do(host, batch, "choose", verb="return", reason="改")
    assert batch.verb == "endorse"
    assert Deed.objects.filter(case__number__in=numbers, command="endorse").count() == 3
    assert Event.objects.filter(tag="batch:cases:begun").count() == 1
    assert Event.objects.filter(tag="case:endorse:accepted").count() == 3


def test_a_batch_that_broke_off_is_gone_on_with_and_repeats_nothing(
    world: w.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = three(world)
    host = signed_in(world.people["host"])
    batch = begun(host, *numbers)
    do(host, batch, "choose", verb="endorse")
    real, calls = BatchLine.save, []

    def breaks(line: BatchLine, **given: Any) -> None:
        calls.append(line)
        if len(calls) == 2:
            raise RuntimeError("the server went down after the case had moved")
        real(line, **given)

    with monkeypatch.context() as patch:
        patch.setattr(BatchLine, "save", breaks)
        with pytest.raises(RuntimeError):
            do(host, batch, "confirm")
    assert steps(*numbers) == ["recommend", "recommend", "endorse"]
    Batch.objects.update(beat_at=clock.now() - timedelta(hours=1))
    assert reverse("batch_do", args=[batch.pk, "resume"]) in page_of(host, batch)
    do(host, batch, "resume")
    assert steps(*numbers) == ["recommend"] * 3
    assert list(batch.lines.values_list("state", flat=True)) == ["done"] * 3
    assert Event.objects.filter(tag="case:endorse:accepted").count() == 3


def test_what_changed_since_the_look_is_refused_by_itself_and_the_rest_goes_on(world: w.World) -> None:
    numbers = three(world)
    host = signed_in(world.people["host"])
    batch = begun(host, *numbers)
    do(host, batch, "choose", verb="return", reason="请补充预算说明")
    world.act(numbers[1], "endorse", "host", note="单独办理")
    do(host, batch, "confirm")
    assert steps(*numbers) == ["apply", "recommend", "apply"]
    lines = {line.case.number: line for line in batch.lines.select_related("case")}
    assert [lines[number].state for number in numbers] == ["done", "refused", "done"]
    assert lines[numbers[1]].problems[0]["code"] == "case.stale"
    said = page_of(host, batch)
    assert "核对之后该办件已有变化" in said
    assert "未办成" in said
    assert "未通过" not in said, "nobody turned the application down"
    assert "已保留在页面上" not in said, "the batch has no field where anything was typed"


def test_a_case_with_an_open_withdrawal_is_left_out_with_the_reason_and_may_be_done_singly(world: w.World) -> None:
    numbers = three(world)
    w.version("withdraw")
    for n in (0, 1):
        side = sides.open_side(numbers[n], "withdraw", world.actor(f"principal {n}"), new_key())
        assert isinstance(side, services.Done)
        if n == 0:
            world.act(side.number, "submit", f"principal {n}", values={"reason": "改报其他计划"})
            handed_in = side.number
        else:
            draft = side.number
    host = signed_in(world.people["host"])
    batch = begun(host, *numbers)
    do(host, batch, "choose", verb="endorse")
    said = page_of(host, batch)
    assert f"（{handed_in}）正在办理" in said
    assert "确认：2 件" in said
    assert draft not in said, "what was not handed in is its writer's affair"
    world.act(draft, "submit", "principal 1", values={"reason": "改报其他计划"})
    do(host, batch, "confirm")
    assert steps(*numbers) == ["endorse", "endorse", "recommend"], "one that was handed in meanwhile counts, too"
    assert f"（{draft}）正在办理" in page_of(host, batch)
    world.act(numbers[0], "endorse", "host")
    assert steps(numbers[0]) == ["recommend"]


def test_a_batch_does_nothing_that_a_single_act_would_refuse_and_says_why_before(world: w.World) -> None:
    numbers = three(world, at="screen")
    officer = signed_in(world.people["officer"])
    with clock_at(w.moment("2026-04-10")):
        batch = begun(officer, *numbers)
        offered = page_of(officer, batch)
        assert 'value="pass"' not in offered, "each owes a judgement of its own"
        assert "请逐件打开办理" in offered
        assert do(officer, batch, "choose", verb="pass").status_code == 422
        do(officer, batch, "confirm")
        assert steps(*numbers) == ["screen"] * 3
        do(officer, batch, "choose", verb="return", reason="附件不清晰，请重新上传")
        do(officer, batch, "confirm")
    assert steps(*numbers) == ["apply"] * 3


def test_a_quota_counts_those_before_it_in_the_batch(world: w.World, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = three(world, at="recommend")
    authority = signed_in(world.people["authority"])
    batch = begun(authority, *numbers)
    offered = page_of(authority, batch)
    assert "“推荐单位推荐”须给每件一个名次：请在推荐排序页排好次序" in offered, "as the step is called"
    assert world.round is not None
    order = reverse("recommendations", args=[world.round.code, world.bureau.pk])
    assert f'<a href="{order}">' in offered
    assert authority.get(order).status_code == 200
    # Each needs a rank of its own, which no batch can give.
    assert do(authority, batch, "choose", verb="endorse").status_code == 422
    monkeypatch.setattr(batches, "by_themselves", lambda *_: {})
    real = services.machine.decide
    seen: list[Any] = []
    monkeypatch.setattr(batches.machine, "decide", lambda situation, command: seen.append(situation) or _yes())
    do(authority, batch, "choose", verb="endorse")
    monkeypatch.setattr(batches.machine, "decide", real)
    used = [situation.facts["authority.endorsed_in_round"] for situation in seen]
    assert used == [used[0], used[0] + 1, used[0] + 2]


def _yes() -> Any:
    return object()


def test_all_that_match_are_those_of_the_list_and_a_query_with_a_mistake_takes_none(world: w.World) -> None:
    numbers = three(world)
    host = signed_in(world.people["host"])
    sent = {"which": "all", "path": reverse("cases"), "key": new_key()}
    found = begun(host, **{**sent, "query": "?find=之甲"})
    assert [line.case.number for line in found.lines.select_related("case")] == numbers[:1]
    refused = host.post(reverse("batch_new"), {**sent, "key": new_key(), "query": "?find=环节:没有"})
    assert refused.status_code == 422
    assert host.post(reverse("batch_new"), {**sent, "key": new_key(), "path": "/trace/"}).status_code == 404
    assert Batch.objects.count() == 1


def test_nobody_batches_what_they_may_not_see_nor_opens_another_ones_batch(world: w.World) -> None:
    numbers = three(world)
    host, stranger = signed_in(world.people["host"]), make.person()
    make.duty("host", stranger, organisation=make.organisation("别的大学", kind="university"))
    other = signed_in(stranger)
    assert other.post(reverse("batch_new"), {"which": "ticked", "row": numbers}).status_code == 422
    batch = begun(host, *numbers)
    assert other.get(reverse("batch", args=[batch.pk])).status_code == 404
    assert other.post(reverse("batch_do", args=[batch.pk, "choose"]), {"verb": "endorse"}).status_code == 404
    applicant = signed_in(world.people["principal 0"])
    assert applicant.post(reverse("batch_new"), {"which": "ticked", "row": numbers}).status_code == 403
    assert 'name="row"' not in applicant.get(reverse("cases")).content.decode()


def test_what_was_taken_from_a_person_between_look_and_confirmation_is_not_done(world: w.World) -> None:
    numbers = three(world)
    host = signed_in(world.people["host"])
    batch = begun(host, *numbers)
    do(host, batch, "choose", verb="endorse")
    world.people["host"].duties.all().delete()
    batches.confirm(batch, world.actor("host"))
    assert steps(*numbers) == ["endorse"] * 3
    assert set(batch.lines.values_list("state", flat=True)) == {"refused"}


def test_a_long_batch_is_worked_by_the_job_and_can_be_stopped(world: w.World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 1)
    numbers = three(world)
    host = signed_in(world.people["host"])
    batch = begun(host, *numbers)
    do(host, batch, "choose", verb="endorse")
    assert batch.state == "looking"
    assert host.get(reverse("batch", args=[batch.pk]))["Refresh"]
    batches.go_on(batch.pk)
    do(host, batch, "confirm")
    assert (batch.state, steps(*numbers)) == ("running", ["endorse"] * 3)
    real, beats = batches.beat, []

    def beat(*given: Any) -> bool:
        beats.append(given)
        if len(beats) == 2:
            assert do(host, batch, "stop").status_code == 303
        return real(*given)

    monkeypatch.setattr(batches, "beat", beat)
    batches.go_on(batch.pk)
    assert steps(*numbers) == ["recommend", "endorse", "endorse"]
    seen = page_of(host, batch)
    assert "已停止" in seen
    assert Event.objects.get(tag="batch:cases:stopped").payload["left"] == 2


def test_cases_at_different_steps_have_nothing_in_common(world: w.World) -> None:
    numbers = three(world)
    world.act(numbers[0], "endorse", "host")
    host = signed_in(world.people["host"])
    batch = begun(host, *numbers)
    assert "没有共同的" in page_of(host, batch)
    assert do(host, batch, "choose", verb="endorse").status_code == 422


def test_the_to_do_list_has_boxes_where_several_wait(world: w.World) -> None:
    numbers = three(world)
    said = signed_in(world.people["host"]).get(reverse("todo")).content.decode()
    assert [number for number in numbers if f'name="row" value="{number}"' in said] == numbers
    assert 'name="row"' not in signed_in(world.people["principal 0"]).get(reverse("todo")).content.decode()


def test_a_batch_that_was_not_carried_out_is_discarded_by_who_began_it_and_leaves_its_cases(world: w.World) -> None:
    numbers = three(world)
    host = signed_in(world.people["host"])
    colleague = world.people["colleague"] = make.person(employer=world.university)
    make.duty("host", colleague, organisation=world.university)
    for chosen in (False, True):
        batch = begun(host, *numbers)
        if chosen:
            do(host, batch, "choose", verb="endorse", reason="同意")
        address = reverse("batch_do", args=[batch.pk, "discard"])
        assert f'action="{address}"' in host.get(reverse("batches")).content.decode()
        assert f'action="{address}"' in page_of(host, batch)
        assert host.get(address).status_code == 405
        assert signed_in(colleague).post(address).status_code == 404
        assert batches.discard(batch, world.actor("colleague")) is not None
        assert Batch.objects.filter(pk=batch.pk).exists()
        for _ in range(2):
            assert host.post(address)["Location"] == reverse("batches"), "a second click changes nothing"
        assert not Batch.objects.filter(pk=batch.pk).exists()
        batches.go_on(batch.pk)
        event = Event.objects.filter(tag="batch:cases:discarded").latest("id")
        assert (event.actor, event.payload) == (world.people["host"].pk, {"batch": batch.pk, "cases": 3})
    assert Event.objects.filter(tag="batch:cases:discarded").count() == 2
    assert steps(*numbers) == ["endorse"] * 3


def test_what_was_carried_out_is_not_discarded(world: w.World) -> None:
    numbers = three(world)
    host = signed_in(world.people["host"])
    batch = begun(host, *numbers)
    do(host, batch, "choose", verb="endorse", reason="同意")
    do(host, batch, "confirm")
    address = reverse("batch_do", args=[batch.pk, "discard"])
    assert address not in host.get(reverse("batches")).content.decode()
    assert address not in page_of(host, batch)
    answer = do(host, batch, "discard")
    assert answer.status_code == 422
    assert "不能丢弃" in answer.content.decode()
    assert batch.state == "done"
    assert not Event.objects.filter(tag="batch:cases:discarded").exists()


def test_batches_that_nobody_confirmed_are_forgotten_after_a_day(world: w.World) -> None:
    batch = begun(signed_in(world.people["host"]), *three(world))
    assert batches.clear() == 0
    with clock_at(clock.now() + timedelta(days=1, hours=1)):
        batches.clear()
    assert not Batch.objects.filter(pk=batch.pk).exists()
