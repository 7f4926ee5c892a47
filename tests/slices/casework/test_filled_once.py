"""What is known already is not asked again: registers and earlier applications fill a form, and each value says from where."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import make
from tests.make import world as w
from tests.slices.casework.page_cast import form_address, send

from keguan.casework.drafting import reuse
from keguan.casework.models import Draft, DraftField
from keguan.casework.services import Done
from keguan.kernel.ids import new_key
from keguan.kernel.problems import Refusal

pytestmark = pytest.mark.django_db


def kept(number: str) -> dict[str, Any]:
    return Draft.objects.get(case__number=number).values


def handed_in(world: w.World) -> str:
    number = w.started(world)
    assert isinstance(world.act(number, "submit", "applicant", values=w.proposal(world)), Done)
    return number


def test_an_application_begins_with_its_applicant_as_principal_taken_from_the_register(
    world: w.World, applicant: Client
) -> None:
    assert world.round is not None
    begun = applicant.post(reverse("apply", args=[world.round.code]), {"host": world.university.pk, "key": new_key()})
    number = begun["Location"].split("/")[2]
    assert kept(number)["principal"] == world.people["applicant"].pk
    said = applicant.get(begun["Location"]).content.decode()
    assert "取自名录" in said
    assert world.people["applicant"].name in said


def test_what_is_empty_is_filled_from_an_earlier_application_and_says_so(world: w.World, applicant: Client) -> None:
    before, number = handed_in(world), w.started(world)
    send(applicant, number, "save", title="新的题目一则", summary="已经写好的摘要")
    answer = send(applicant, number, f"reuse:{before}")
    assert answer.status_code == 303
    now, then = kept(number), w.proposal(world)
    assert (now["title"], now["summary"]) == ("新的题目一则", "已经写好的摘要"), "nothing typed is touched"
    assert [row["indicator"] for row in now["targets"]] == [row["indicator"] for row in then["targets"]]
    assert not now.get("attachments")
    stated = [now.get(one) for one in ("unclassified", "same_content", "ethics")]
    assert set(stated) <= {None, ""}, "each application makes its own statements"
    sources = dict(DraftField.objects.filter(draft__case__number=number).values_list("field", "source"))
    assert (sources["targets"], sources["summary"]) == (before, "")
    assert f"取自您的申报 {before}" in applicant.get(form_address(number)).content.decode()


def test_a_value_that_is_typed_over_is_no_longer_said_to_be_taken(world: w.World, applicant: Client) -> None:
    before, number = handed_in(world), w.started(world)
    send(applicant, number, f"reuse:{before}")
    assert kept(number)["asked"]
    send(applicant, number, "save", asked="60")
    assert DraftField.objects.get(draft__case__number=number, field="asked").source == ""
    assert DraftField.objects.get(draft__case__number=number, field="targets").source == before


def test_nobody_fills_from_the_application_of_somebody_else(world: w.World) -> None:
    before, number = handed_in(world), w.started(world)
    stranger = make.person(employer=world.university)
    own = Draft.objects.count()
    answer = reuse.take_over(number, "proposal", before, w.actor_for(stranger))
    assert isinstance(answer, Refusal)
    assert Draft.objects.count() == own
    other = reuse.take_over(number, "proposal", "65ZDYF2026999999X", world.actor("applicant"))
    assert isinstance(other, Refusal)


def test_a_duty_that_reads_proposals_does_not_fill_ones_own_from_them(world: w.World) -> None:
    before, host = handed_in(world), world.people["host"]
    number = w.started(world, "host")
    assert isinstance(reuse.take_over(number, "proposal", before, w.actor_for(host)), Refusal)
    assert not DraftField.objects.filter(draft__case__number=number).exists()
