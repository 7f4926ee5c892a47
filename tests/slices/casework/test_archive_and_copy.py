"""One's ended cases are put out of one's own list and brought back; an earlier application is copied into a new one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import make
from tests.make import world as w
from tests.slices.casework.page_cast import act, fields_on, form_address, send, signed_in

from keguan.casework.models import Archived, Case, Draft
from keguan.kernel.ids import new_key
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db


def discarded(world: w.World, applicant: Client, title: str = "先写一半") -> str:
    number = w.started(world)
    send(applicant, number, "save", title=title, summary="一段写好的摘要，将来还用得上")
    assert act(applicant, number, "discard").status_code == 303
    assert Case.objects.get(number=number).end
    return number


def archive(client: Client, number: str, do: str = "archive") -> Any:
    return client.post(reverse("case_archive", args=[number]), {"do": do})


def lists(client: Client, number: str, name: str = "my_cases") -> bool:
    return f"/cases/{number}/" in client.get(reverse(name)).content.decode()


def test_an_archived_case_leaves_ones_own_list_alone_and_comes_back(world: w.World, applicant: Client) -> None:
    number = discarded(world, applicant)
    assert lists(applicant, number)
    assert archive(applicant, number)["Location"] == reverse("my_cases")
    assert not lists(applicant, number)
    assert lists(applicant, number, "my_archive")
    assert lists(applicant, number, "cases"), "it can still be found among all one may see"
    page = applicant.get(reverse("case", args=[number])).content.decode()
    assert "取回到我的列表" in page
    archive(applicant, number, "back")
    assert lists(applicant, number)
    assert not lists(applicant, number, "my_archive")
    tags = Event.objects.filter(case_number=number, tag__startswith="case:archive:").order_by("id")
    assert list(tags.values_list("tag", flat=True)) == ["case:archive:put", "case:archive:taken"]


def test_archiving_twice_is_archiving_once(world: w.World, applicant: Client) -> None:
    number = discarded(world, applicant)
    archive(applicant, number)
    archive(applicant, number)
    assert Archived.objects.count() == 1
    assert Event.objects.filter(tag="case:archive:put").count() == 1


def test_a_running_case_is_not_archived_and_says_what_to_do(world: w.World, applicant: Client) -> None:
    number = w.started(world)
    assert "归档" not in applicant.get(reverse("case", args=[number])).content.decode()
    for language, said, fix in (("zh", "办结后才能归档", "放弃草稿"), ("en", "once it has ended", "discard the draft")):
        refused = applicant.post(f"{reverse('case_archive', args=[number])}?lang={language}", {"do": "archive"})
        assert refused.status_code == 422
        assert said in refused.content.decode()
        assert fix in refused.content.decode()
    assert not Archived.objects.exists()


def test_each_of_its_people_archives_for_themselves_and_nobody_else_may(world: w.World, applicant: Client) -> None:
    number = discarded(world, applicant)
    supervisor = signed_in(world.people["supervisor"])
    assert archive(supervisor, number).status_code == 403
    assert archive(signed_in(make.person()), number).status_code == 403
    archive(applicant, number)
    Case.objects.filter(number=number).update(members=[world.people["member"].pk])
    assert lists(signed_in(world.people["member"]), number)


def offers(client: Client, number: str) -> str:
    return str(client.get(reverse("case_copy", args=[number])).content.decode())


def test_a_copy_begins_a_new_application_with_the_earlier_answers(world: w.World, applicant: Client) -> None:
    earlier = discarded(world, applicant, title="去年的题目在这里")
    assert world.round is not None
    page = offers(applicant, earlier)
    address = f"{reverse('apply', args=[world.round.code])}?from={earlier}"
    assert f'href="{address}"' in page
    begin = applicant.get(address).content.decode()
    assert earlier in begin
    sent = {"host": str(world.university.pk), "key": new_key(), "from": earlier}
    begun = applicant.post(reverse("apply", args=[world.round.code]), sent, follow=True)
    number = begun.redirect_chain[0][0].split("/")[2]
    assert f"已从 {earlier} 带入" in begun.content.decode()
    fields = fields_on(begun.content.decode(), form_address(number))
    assert fields["proposal.summary"] == ["一段写好的摘要，将来还用得上"]
    assert fields["proposal.title"] == [""], "the title is each application's own"
    assert Draft.objects.get(case__number=earlier).values["title"] == "去年的题目在这里"


def test_rounds_of_another_programme_are_offered_as_far_as_they_ask_the_same(world: w.World, applicant: Client) -> None:
    key_rd = world.round
    other = w.call(world, "rd-post-subsidy", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00"))
    over = w.call(world, "key-rd-project", opens=w.moment("2026-02-01"), closes=w.moment("2026-03-01", "18:00"))
    world.round = key_rd
    earlier = discarded(world, applicant)
    assert key_rd is not None
    page = offers(applicant, earlier)
    assert reverse("apply", args=[key_rd.code]) in page
    assert reverse("apply", args=[other.code]) not in page, "it asks nothing that was answered"
    assert reverse("apply", args=[over.code]) not in page


def test_only_whoever_answers_for_an_application_copies_it(world: w.World, applicant: Client) -> None:
    earlier = discarded(world, applicant)
    assert signed_in(make.person()).get(reverse("case_copy", args=[earlier])).status_code == 403
    assert signed_in(world.people["supervisor"]).get(reverse("case_copy", args=[earlier])).status_code == 403
    assert world.round is not None
    sent = {"host": str(world.university.pk), "key": new_key(), "from": earlier}
    colleague = signed_in(world.people["member"])
    begun = colleague.post(reverse("apply", args=[world.round.code]), sent, follow=True)
    assert "没有可以带入的申报" in begun.content.decode()
    assert "一段写好的摘要" not in begun.content.decode()
