"""Who must not be known stays unknown on every page: reviewers to a case's own people, objectors to those who run it."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import signed_in

from keguan.casework import sides
from keguan.casework.models import Draft, DraftField, Seat
from keguan.casework.rounds import services as rounds
from keguan.casework.services import Done
from keguan.kernel.clock import clock_at
from keguan.registers.parties.access import actor_for
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> w.World:
    """A world with a key R&D round."""
    return cases.opened()


def test_who_supervises_does_not_learn_from_the_raw_trace_who_reviewed_their_own_case(world: w.World) -> None:
    number = cases.case(world, at="scored").number
    make.duty("supervision", world.people["member"])
    reviewer = Seat.objects.filter(case__number=number).first().holder.expert.person  # type: ignore[union-attr]
    events = Event.objects.filter(actor=reviewer.pk)
    assert {"case:score:accepted", "db:seat:state"} <= set(events.values_list("tag", flat=True))
    with clock_at(w.moment("2026-04-12")):
        inside, outside = signed_in(world.people["member"]), signed_in(world.people["supervisor"])
        for event in events:
            assert outside.get(reverse("event", args=[event.pk])).status_code == 200
            assert inside.get(reverse("event", args=[event.pk])).status_code == 403
        assert reviewer.name in outside.get(reverse("trace"), {"actor": reviewer.pk}).content.decode()
        assert reviewer.name not in inside.get(reverse("trace"), {"actor": reviewer.pk}).content.decode()


def test_nobody_learns_from_the_register_of_files_who_objects(world: w.World) -> None:
    objector = make.person()
    evidence = make.document(origin="65YY20260000018", by=actor_for(objector))
    for who in ("officer", "supervisor"):
        reader = signed_in(world.people[who])
        assert reader.get(reverse("document", args=[evidence.pk])).status_code == 403
        assert evidence.name not in reader.get(reverse("documents")).content.decode()
    assert signed_in(objector).get(reverse("document", args=[evidence.pk])).status_code == 200


def test_a_file_opens_with_the_answer_it_was_handed_in_with_and_evidence_only_to_those_who_decide(
    world: w.World, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    w.version("object")
    world.people["objector"] = make.person()
    number = cases.case(world, at="scored").number
    with clock_at(w.moment("2026-04-10")):
        assert world.round is not None
        rounds.adopt_ranking(world.round.code, "rank", world.actor("officer"), "r")
        assert isinstance(world.act(number, "approve", "committee", reason="同意立项"), Done)
        opened = sides.open_side(number, "object", world.actor("objector"), uuid4().hex)
        assert isinstance(opened, Done)
        by = world.actor("objector")
        evidence, forgotten = (make.document(origin=opened.number, by=by) for _ in range(2))
        values = {
            "objector": "王实名", "phone": "13900000000", "real_name": True, "subject": "负责人在研项目超限",
            "ground": "facts", "facts": "公示的负责人在研项目已达两项，见附件合同复印件。", "evidence": [evidence.pk],
        }  # fmt: skip
        assert isinstance(world.act(opened.number, "submit", "objector", values=values), Done)
        may = {"objector": (200, 200), "supervisor": (200, 403), "officer": (403, 403), "applicant": (403, 403)}
        for who, expected in may.items():
            reader = signed_in(world.people[who])
            got = [reader.get(reverse("case_document", args=[one.pk])) for one in (evidence, forgotten)]
            assert tuple(one.status_code for one in got) == expected, who
            for one in got:
                b"".join(one)


def test_the_research_office_that_answers_a_case_opens_what_a_colleague_put_into_its_draft(
    world: w.World, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    pushed = cases.bare_case(world.round, host=world.university)
    file = make.document(origin=pushed.number, by=world.actor("host"))
    kept = Draft.objects.create(
        case=pushed, form="proposal", begun_at=pushed.created_at, saved_at=pushed.created_at, revision=1
    )
    DraftField.objects.create(draft=kept, field="attachments", value=[file.pk], revision=1, at=pushed.created_at)
    colleague = make.person(employer=world.university)
    make.duty("host", colleague, organisation=world.university)
    address = reverse("case_document", args=[file.pk])
    assert b"".join(signed_in(colleague).get(address))
    assert signed_in(world.people["officer"]).get(address).status_code == 403


STAGES = ("apply", "endorse", "recommend", "screen", "review", "scored")


@pytest.mark.parametrize("at", STAGES)
def test_no_verb_that_is_typed_into_the_address_breaks_a_page(world: w.World, at: str) -> None:
    w.version("object")
    number = cases.case(world, at=at).number
    posted: dict[str, Any] = {"key": uuid4().hex, "revision": "1", "step": at, "number": "x", "end": "accepted"}
    with clock_at(w.moment("2026-04-12")):
        for who in ("applicant", "host", "authority", "officer", "committee"):
            client = signed_in(world.people[who])
            for verb in (
                "close_side",
                "open_side",
                "place",
                "Foo-Bar",
                "expire",
                "close",
                "submit",
                "score",
                "approve",
            ):
                answer = client.post(reverse("case_do", args=[number, verb]), posted | {"key": uuid4().hex})
                assert answer.status_code in (403, 404, 409, 422), (who, verb, answer.status_code)


def test_an_objection_is_opened_from_a_case_that_has_no_notice_by_nobody(world: w.World) -> None:
    w.version("object")
    number = cases.case(world, at="screen").number
    answer = sides.open_side(number, "object", world.actor("applicant"), uuid4().hex)
    assert not isinstance(answer, Done)
