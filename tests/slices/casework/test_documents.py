"""Books, previews, receipts and resolutions: each reader gets what they may read, and anybody can prove what came in."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from pypdf import PdfReader
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import act, form_address, holders, send, signed_in

from keguan.casework import alarms, services, sides
from keguan.casework.documents import shelf, typesetting
from keguan.casework.documents.reading import particulars
from keguan.casework.documents.receipt import receipt
from keguan.casework.jobs import clear_documents, typeset
from keguan.casework.models import Answers, Case, Seat
from keguan.casework.pages.answers import Named
from keguan.casework.rounds import services as rounds
from keguan.kernel.clock import clock_at
from keguan.kernel.ids import new_key
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db

MARCH, APRIL = w.moment("2026-03-02"), w.moment("2026-04-11")


@pytest.fixture
def world(tmp_path: Path, settings: Any) -> w.World:
    settings.MEDIA_ROOT = tmp_path
    return cases.opened()


def address(name: str, number: str, form: str = "proposal") -> str:
    return reverse(name, args=[number, form])


def words(answer: Any) -> str:
    """The text of a PDF answer without white space."""
    assert answer.status_code == 200, answer.content[:500]
    assert answer["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return re.sub(r"[\s\u200b]+", "", "".join(page.extract_text() for page in pages))


def test_a_preview_shows_the_whole_form_and_marks_what_is_missing(world: w.World) -> None:
    with clock_at(MARCH):
        number = w.started(world)
        applicant = signed_in(world.people["applicant"])
        saved = send(applicant, number, "preview", title="棉花抗旱新品种", asked="很多")
        assert (saved.status_code, saved["Location"]) == (303, address("case_preview", number))
        said = applicant.get(saved["Location"]).content.decode()
        assert "棉花抗旱新品种" in said
        assert "很多" in said, "what cannot be read is shown as it was typed"
        for name in ("summary", "targets", "asked"):
            assert f'href="#field-proposal-{name}"' in said
            assert re.search(rf'id="field-proposal-{name}" class="wanting"', said), name
            assert f'href="{form_address(number)}#field-proposal-{name}"' in said
        assert 'id="field-proposal-title" class="wanting"' not in said
        english = applicant.get(address("case_preview", number), headers={"accept-language": "en"}).content.decode()
        assert "Project title" in english
        draft = words(applicant.get(address("case_preview_pdf", number), {"lang": "en"}))
        assert "草稿Draft" in draft
        assert "Projecttitle" in draft


def test_a_draft_whose_time_is_over_is_still_read_by_its_own_people_and_nothing_is_asked_of_it(world: w.World) -> None:
    with clock_at(MARCH):
        number = w.started(world)
        applicant = signed_in(world.people["applicant"])
        send(applicant, number, "save", title="没有来得及提交的草稿")
    with clock_at(w.moment("2026-06-01")):
        alarms.ring()
        assert Case.objects.get(number=number).end == "never_submitted"
        said = applicant.get(address("case_preview", number)).content.decode()
        assert "没有来得及提交的草稿" in said
        assert "wanting" not in said
        assert "检查通过" not in said
        assert "没有来得及提交的草稿" in words(applicant.get(address("case_preview_pdf", number), {"lang": "zh"}))
        assert applicant.get(address("case_form_progress", number)).status_code == 200


def test_a_draft_is_previewed_by_nobody_but_its_own_people(world: w.World) -> None:
    with clock_at(MARCH):
        number = w.started(world)
        for who in ("host", "officer", "member"):
            reader = signed_in(world.people[who])
            for name in ("case_preview", "case_preview_pdf", "case_book", "case_receipt", "case_answers"):
                assert reader.get(address(name, number)).status_code in (403, 404), (who, name)
        applicant = signed_in(world.people["applicant"])
        assert applicant.get(address("case_book", number)).status_code == 404, "nothing was handed in"
        assert Client().get(address("case_book", number)).status_code in (302, 303, 401)


def test_the_book_is_the_same_file_for_ever_and_says_what_was_handed_in(world: w.World) -> None:
    case = cases.case(world, at="endorse")
    applicant = signed_in(world.people["applicant"])
    with clock_at(MARCH):
        first = applicant.get(address("case_book", case.number))
    with clock_at(APRIL):
        make.person()
        again = applicant.get(address("case_book", case.number))
    row = Answers.objects.get(case=case)
    found = words(first)
    for expected in (
        case.number,
        row.digest,
        case.title,
        world.university.name,
        world.people["applicant"].name,
        "80万元",
    ):
        assert re.sub(r"\s", "", expected) in found, expected
    assert again.content == first.content
    assert "filename*=UTF-8''%E9%87%8D%E7%82%B9" in first["Content-Disposition"]


def test_a_reader_does_not_find_in_the_book_what_the_page_keeps_from_them_and_leaves_a_trace(world: w.World) -> None:
    unwelcome = make.person("不欢迎的专家")
    case = cases.case(world, at="review", unwelcome=[{"expert": unwelcome.pk, "reason": "有纠纷"}])
    with clock_at(APRIL):
        before = Event.objects.filter(tag="read:proposal:opened", case_number=case.number).count()
        for who, sees in (("officer", True), ("supervisor", False), ("authority", False), ("applicant", True)):
            reader = signed_in(world.people[who])
            found = words(reader.get(address("case_book", case.number)))
            assert (unwelcome.name in found) is sees, who
            assert ("有纠纷" in found) is sees, who
            answers = reader.get(address("case_answers", case.number))
            assert answers.status_code == (200 if sees else 404), who
        traced = Event.objects.filter(tag="read:proposal:opened", case_number=case.number)[before:]
        readers = set(Event.objects.filter(pk__in=[one.pk for one in traced]).values_list("actor", flat=True))
        assert {world.people[who].pk for who in ("officer", "supervisor", "authority")} <= readers
        assert world.people["applicant"].pk not in readers, "its own people read their own"
        for who in ("finance", "planner"):
            assert signed_in(world.people[who]).get(address("case_book", case.number)).status_code == 403, who


def test_a_reviewer_reads_the_book_after_promising_confidence(world: w.World) -> None:
    case = cases.case(world, at="review")
    with clock_at(APRIL):
        world.act(case.number, "assign", "officer", experts=world.experts[:5])
        reviewer = signed_in(holders(case.number)[0])
        assert reviewer.get(address("case_book", case.number)).status_code == 403
        act(reviewer, case.number, "accept", declared=["interests", "confidence"])
        assert Seat.objects.filter(case=case, state="accepted").exists()
        assert case.title.replace(" ", "") in words(reviewer.get(address("case_book", case.number)))


def test_a_receipt_holds_all_that_is_needed_to_compute_its_digest_again(world: w.World) -> None:
    with clock_at(MARCH):
        number = w.started(world)
        applicant = world.actor("applicant")
        file = make.document("预算说明.pdf", by=applicant, origin=number)
        world.act(number, "submit", "applicant", values=w.proposal(world, attachments=[file.pk]), confirmed=True)
        reader = signed_in(world.people["applicant"])
        row = Answers.objects.get(case__number=number)
        said = reader.get(address("case_receipt", number)).content.decode()
        printed = words(reader.get(address("case_receipt_pdf", number)))
        for expected in (number, row.digest, "2026-03-02 10:00:00", "2026-03-02T02:00:00Z", file.sha256, file.name):
            assert expected in said, expected
            assert re.sub(r"\s", "", expected) in printed, expected
        assert f"sha256sum {number}-proposal-1.json" in said
        answers = reader.get(address("case_answers", number))
        assert hashlib.sha256(answers.content).hexdigest() == row.digest
        assert json.loads(answers.content) == row.values
        assert len(PdfReader(io.BytesIO(reader.get(address("case_receipt_pdf", number)).content)).pages) == 1
        english = words(reader.get(address("case_receipt_pdf", number), {"lang": "en"}))
        assert "Digestofthecontent" in english


def test_every_hand_in_keeps_its_own_book_and_receipt(world: w.World) -> None:
    with clock_at(MARCH):
        number = w.started(world)
        world.act(number, "submit", "applicant", values=w.proposal(world, title="第一稿的题目"), confirmed=True)
        world.act(number, "return", "host", reason="请改题目")
        world.act(number, "submit", "applicant", values=w.proposal(world, title="第二稿的题目"), confirmed=True)
        reader = signed_in(world.people["applicant"])
        first, second = Answers.objects.filter(case__number=number).order_by("version")
        for version, title, row in (("", "第二稿", second), ("1", "第一稿", first), ("2", "第二稿", second)):
            asked = {"version": version} if version else {}
            found = words(reader.get(address("case_book", number), asked))
            assert title in found
            assert row.digest in found
            assert row.digest in reader.get(address("case_receipt", number), asked).content.decode()
        for wrong in ("3", "0", "x", "9" * 40):
            assert reader.get(address("case_book", number), {"version": wrong}).status_code == 404


def test_who_objects_stays_off_the_cover_for_who_may_not_know(world: w.World) -> None:
    w.version("withdraw")
    opened = sides.open_side(cases.case(world, at="endorse").number, "withdraw", world.actor("applicant"), new_key())
    assert isinstance(opened, services.Done), opened
    side = Case.objects.select_related("parent", "host", "programme").get(number=opened.number)
    side.programme.code, side.authority, names = "object", None, Named(people={7: "异议人"})
    for who, knows in (("supervisor", False), ("applicant", True)):
        said = [value for _, value in particulars(side, world.actor(who), names, 7, None)]
        assert ("异议人" in said) is knows


@pytest.mark.parametrize(("whole", "said"), [(True, "没有附件。"), (False, "有些内容对您保密")])
def test_a_receipt_does_not_deny_files_that_its_reader_may_not_see(whole: bool, said: str) -> None:
    assert said in receipt("65YY1", [], [], "0" * 64, w.moment("2026-04-10"), whole=whole)["words"]["none"]


# ------------------------------------------------------------------------------------------------- long documents


def test_a_long_book_is_made_by_a_job_once_and_then_handed_out(world: w.World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = cases.case(world, at="endorse")
    reader = signed_in(world.people["applicant"])
    at_once = reader.get(address("case_book", case.number)).content
    monkeypatch.setattr(shelf, "WEIGHT_AT_ONCE", 10)
    waiting = reader.get(address("case_book", case.number))
    assert (waiting.status_code, waiting["Refresh"]) == (202, "3")
    assert reader.get(address("case_book", case.number)).status_code == 202
    (job,) = ProcrastinateJob.objects.filter(task_name="casework.typeset")
    typeset(**job.args)
    ready = reader.get(address("case_book", case.number))
    assert (ready.status_code, ready.content) == (200, at_once)
    typeset(**job.args)
    other = reader.get(address("case_book", case.number), {"lang": "en"})
    assert other.status_code == 202, "another content is another document"


def test_a_busy_typesetter_puts_the_book_off_instead_of_holding_the_reader(
    world: w.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = cases.case(world, at="endorse")
    reader = signed_in(world.people["applicant"])

    def busy(*args: Any, **more: Any) -> bytes:
        raise typesetting.Busy

    monkeypatch.setattr(shelf, "typeset", busy)
    assert reader.get(address("case_book", case.number)).status_code == 202


def test_long_documents_are_thrown_away_after_a_day(world: w.World, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    old, new = tmp_path / "made" / "old.pdf", tmp_path / "made" / "new.pdf"
    for one in (old, new):
        one.write_bytes(b"%PDF-")
    os.utime(old, (0, 0))
    clear_documents(timestamp=0)
    assert (old.exists(), new.exists()) == (False, True)


# ----------------------------------------------------------------------------------------------------- resolutions


def test_a_resolution_lists_what_was_decided_and_is_a_draft_while_some_wait(world: w.World) -> None:
    first = cases.case(world, at="scored")
    world.people["applicant"] = make.person(employer=world.university, title="senior", degree="doctor")
    world.people["member"] = make.person(employer=world.university)
    second = cases.case(world, at="scored", rank=2)
    assert world.round is not None
    with clock_at(APRIL):
        adopted = rounds.adopt_ranking(world.round.code, "rank", world.actor("officer"), new_key())
        assert not hasattr(adopted, "problems"), adopted
        here = reverse("resolution_pdf", args=[world.round.code, "decide"])
        committee = signed_in(world.people["committee"])
        deciding = reverse("deciding", args=[world.round.code, "decide"])
        assert committee.get(here).status_code == 404, "nothing is decided"
        assert here not in committee.get(deciding).content.decode()
        world.act(first.number, "approve", "committee", amount_fen=60_000_000, reason="同意立项，核减设备费")
        assert here in committee.get(deciding).content.decode()
        assert "草稿Draft" in words(committee.get(here))
        world.act(second.number, "reject", "committee", reason="研究基础不足")
        found = words(committee.get(here))
        for expected in (
            first.number,
            second.number,
            "60万元",
            "核减设备费",
            "研究基础不足",
            "同意1件",
            "不同意1件",
            "签字",
        ):
            assert expected in found, expected
        assert "草稿" not in found
        english = words(committee.get(here, {"lang": "en"}))
        assert "CNY600,000isgranted" in english
        assert signed_in(world.people["finance"]).get(here).status_code == 403
        assert signed_in(world.people["applicant"]).get(here).status_code == 403
    assert Case.objects.get(number=first.number).amount_fen == 60_000_000
