"""Text that two applications share is found, shown to those who run the programme, and decided by a person alone."""

from __future__ import annotations

import random
import re
from datetime import date
from typing import Any

import numpy as np
import pytest
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import signed_in
from tests.unit.texts.test_files import pdf

from keguan.casework.models import Answers, Case
from keguan.casework.services import Done
from keguan.casework.situation import facts
from keguan.casework.situation.about import About
from keguan.insight.similarity import index, queries, services
from keguan.insight.similarity.decisions import decide
from keguan.insight.similarity.models import Document, FileText, Finding, Generation
from keguan.insight.similarity.queries import bits_of, findings, side_by_side
from keguan.insight.similarity.sources import texts_of
from keguan.kernel import clock
from keguan.kernel.clock import clock_at
from keguan.kernel.problems import Refusal
from keguan.registers.documents.models import Document as File
from keguan.registers.trace.models import Event
from keguan.texts.fingerprints import fingerprints, units

pytestmark = pytest.mark.django_db

SAID = (
    "针对南疆灌区春旱频繁、出苗率低的问题，收集国内外抗旱种质三百余份，在人工气候室和大田两种条件下鉴定其苗期和花铃期的抗旱性。"
    "利用重测序数据挖掘与根系构型相关的主效位点，开发可用于育种的分子标记，建立早代选择的技术流程。"
    "在三个植棉团场设置多年多点试验，评价新品系的产量、品质与水分利用效率，形成配套的膜下滴灌制度。"
)
MOVED = (
    "在三个植棉团场设置多年多点试验，评价新品系的产量、品质与水分利用效率，形成配套的膜下滴灌方案。"
    "针对南疆灌区春旱频繁、出苗率低的难题，收集国内外抗旱种质三百余份，在人工气候室和大田两种条件下鉴定其苗期和花铃期的抗旱性。"
)


def apply(of: w.World, attached: bytes | None = None, **changes: Any) -> Case:
    """Another application, of people of its own, handed in. attached: the content of a file that is handed in with it."""
    number = w.started(of)
    if attached is not None:
        changes["attachments"] = [make.document("可行性报告.pdf", attached, origin=number).pk]
    leads = make.person(employer=of.university, born=date(1980, 5, 1)).pk
    team = [{"member": make.person(employer=of.university).pk, "role": "lead", "months": 6}]
    mine = {name: _nonsense(name, number) for name in ("summary", "objectives", "route")}
    mine["title"] = _nonsense("title", number)[:20]
    values = w.proposal(of, principal=leads, team=team, **(mine | changes))
    answer = of.act(number, "submit", "applicant", values=values)
    assert isinstance(answer, Done), answer
    return Case.objects.get(number=number)


def _nonsense(*seed: str) -> str:
    """A text that no other shares anything with."""
    chance = random.Random(" ".join(seed))
    return "".join(chr(chance.randrange(0x4E00, 0x9000)) for _ in range(90))


def share(case: Case) -> Any:
    case = Case.objects.select_related("host", "round", "programme").get(pk=case.pk)
    return facts.compute(frozenset({"similar.share"}), case, About(), clock.now()).get("similar.share")


@pytest.fixture
def world() -> Any:
    of = cases.opened(quota=20)
    with clock_at(w.moment("2026-03-02")):
        yield of


@pytest.fixture
def pair(world: w.World) -> tuple[Case, Case, Finding]:
    """An application, and a later one that took much of its summary, moved and with other words."""
    first, second = apply(world, summary=SAID), apply(world, summary=MOVED)
    services.keep_up()
    return first, second, Finding.objects.get(document__case=second)


def test_a_copied_summary_is_found_and_quoted_from_both_as_it_was_written(pair: tuple[Case, Case, Finding]) -> None:
    first, _second, found = pair
    assert found.other.case == first
    assert found.share >= 200
    (field,) = found.by_field
    assert field["field"] == "proposal.summary"
    assert field["share"] >= 900
    texts = texts_of([found.document, found.other])
    mine = {piece.name: piece.text for piece in texts[found.document_id]}
    other = {piece.name: piece.text for piece in texts[found.other_id]}
    quoted = [
        (mine[name][first:after], other[other_name][other_first:other_after])
        for name, first, after, other_name, other_first, other_after, _ in found.passages
    ]
    assert len(quoted) == 2, "two sentences, however they were moved"
    for one, two in quoted:
        assert (one in MOVED, two in SAID) == (True, True)
        assert (one[:4], one[-4:]) == (two[:4], two[-4:])


def test_both_of_two_running_applications_are_to_be_looked_at(world: w.World) -> None:
    first = apply(world, summary=SAID)
    assert services.keep_up().found == 0
    second = apply(world, summary=MOVED)
    services.keep_up()
    assert set(Finding.objects.values_list("document__case", "other__case")) == {
        (first.pk, second.pk),
        (second.pk, first.pk),
    }
    assert services.keep_up() == services.KeptUp(), "what was read and compared is not read again"


def test_unrelated_applications_share_nothing(world: w.World) -> None:
    assert apply(world)
    assert share(apply(world)) is None, "not compared yet: nobody knows"
    done = services.keep_up()
    assert (done.read, done.compared, done.found) == (2, 2, 0)
    assert [share(case) for case in Case.objects.all()] == [0, 0]


def test_a_draft_is_nobodys_business(world: w.World) -> None:
    w.started(world)
    assert services.keep_up().read == 0


def test_a_corrected_application_takes_the_place_of_its_earlier_version(
    world: w.World, pair: tuple[Case, Case, Finding]
) -> None:
    _, second, found = pair
    assert decide(found.pk, "matters", "两处整句相同", world.actor("officer"), seen="open") == found
    assert isinstance(world.act(second.number, "return", "host", reason="请说明与在先申报的关系"), Done)
    values = w.proposal(world, summary=_nonsense("new"), title=second.title) | {
        name: value for name, value in _answers(second).items() if name not in ("summary",)
    }
    assert isinstance(world.act(second.number, "submit", "applicant", values=values), Done)
    assert share(second) is None, "what was compared is not what stands there now"
    services.keep_up()
    assert share(second) == 0
    assert list(findings(world.actor("officer")).filter(document__case=second)) == []
    assert Document.objects.filter(case=second, gone_at=None).count() == 1
    found.refresh_from_db()
    assert found.state == "matters", "what a person decided stays"
    assert signed_in(world.people["officer"]).get(reverse("similarity_finding", args=[found.pk])).status_code == 200


def _answers(case: Case) -> dict[str, Any]:
    return case.memo.answers["proposal"]


def test_a_withdrawn_application_is_let_go(world: w.World, pair: tuple[Case, Case, Finding]) -> None:
    first, _, _ = pair
    Case.objects.filter(pk=first.pk).update(step="", step_kind="", end="withdrawn", changed_at=clock.now())
    assert services.keep_up().gone == 1
    third = apply(world, summary=SAID)
    services.keep_up()
    assert first.pk not in Finding.objects.filter(document__case=third).values_list("other__case", flat=True)


def test_the_fact_is_the_largest_share_that_nobody_found_harmless(
    world: w.World, pair: tuple[Case, Case, Finding]
) -> None:
    _, second, found = pair
    assert share(second) == found.share // 10
    answer = decide(found.pk, "no_matter", "同一团队的前期工作，申报书已说明", world.actor("officer"), seen="open")
    assert isinstance(answer, Finding)
    assert share(second) == 0


def test_a_funded_project_of_the_same_title_is_found(world: w.World) -> None:
    project = make.project(title="盐碱地棉花抗旱新品种选育与节水栽培示范")
    assert services.read_projects() >= 1
    case = apply(world, title="盐碱地棉花抗旱新品种选育及节水栽培示范")
    services.keep_up()
    assert Finding.objects.get(document__case=case).other.project == project
    assert services.read_projects() == 0
    project.title = "另外一个完全不同的项目名称在此登记"
    project.save()
    assert services.read_projects() == 1
    assert Document.objects.filter(project=project, gone_at=None).get().versions == {"title": project.title}


# ------------------------------------------------------------------------------------------- reports and attachments

# Of the characters that the fonts of a PDF have.
LONG = "".join(
    random.Random("report").choices([c for c in map(chr, range(0x4E00, 0x9000)) if c.encode("gb2312", "ignore")], k=600)
)


@pytest.fixture
def attached(world: w.World) -> tuple[Case, Case]:
    """Two applications of which the second has the same pages in its attachment, behind one of its own."""
    return apply(world, attached=pdf("封面一", LONG)), apply(world, attached=pdf("封面二", "另一页", LONG))


def test_what_two_attachments_share_is_found_with_the_file_and_the_page(
    world: w.World, attached: tuple[Case, Case]
) -> None:
    first, second = attached
    assert services.keep_up().read == 4
    found = Finding.objects.get(document__case=second)
    assert (found.document.part, found.other.case, found.other.part) == ("attachments", first, "attachments")
    texts = side_by_side(world.actor("officer"), found)
    assert [one.title.zh for one in texts.mine] == ["可行性报告.pdf，第 3 页"]
    assert [one.title.en for one in texts.other] == ["可行性报告.pdf, page 2"]
    page = signed_in(world.people["officer"]).get(reverse("similarity_finding", args=[found.pk])).content.decode()
    assert LONG[:40] in page
    file = found.document.versions["files"][0]
    assert reverse("case_document", args=[file]) in page
    assert share(second) == 0, "the share that a threshold asks for is that of the answers"


def test_an_answer_that_stands_in_the_attachment_of_another_is_found(world: w.World) -> None:
    first = apply(world, attached=pdf("封面", SAID))
    second = apply(world, summary=MOVED)
    services.keep_up()
    found = Finding.objects.get(document__case=second)
    assert (found.document.part, found.other.case, found.other.part) == ("application", first, "attachments")
    assert share(second) == found.share // 10 > 0


def test_a_file_that_the_reader_may_not_open_shows_nothing_of_its_text(
    world: w.World, attached: tuple[Case, Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = attached
    services.keep_up()
    found = Finding.objects.get(document__case=second)
    opens = queries.open_files
    monkeypatch.setattr(queries, "open_files", lambda actor, case: () if case == first else opens(actor, case))
    texts = side_by_side(world.actor("officer"), found)
    assert (bool(texts.mine), texts.other, texts.hides) == (True, [], True)
    page = signed_in(world.people["officer"]).get(reverse("similarity_finding", args=[found.pk])).content.decode()
    assert "其中的文字不显示" in page


def test_an_attachment_of_another_programme_stays_closed_with_its_name(
    world: w.World, attached: tuple[Case, Case]
) -> None:
    first, second = attached
    services.keep_up()
    found = Finding.objects.get(document__case=second)
    person = make.person()
    make.duty("officer", person, programme="key-rd-project")
    Case.objects.filter(pk=first.pk).update(code="another-programme")
    Document.objects.filter(case=first, part="attachments").update(versions={"files": [0]})
    File.objects.filter(origin=first.number).update(name="张三的报告.pdf")
    page = signed_in(person).get(reverse("similarity_finding", args=[found.pk])).content.decode()
    assert "张三" not in page
    assert "可行性报告.pdf" in page, "their own programme's"


def test_an_attachment_that_was_taken_out_is_let_go(world: w.World, attached: tuple[Case, Case]) -> None:
    first, _ = attached
    services.keep_up()
    kept = Answers.objects.get(case=first)
    Answers.objects.create(
        case=first, form=kept.form, version=2, values=kept.values | {"attachments": []}, digest="", at=clock.now()
    )
    services.keep_up()
    assert set(Document.objects.filter(case=first, gone_at=None).values_list("part", flat=True)) == {"application"}


def test_a_file_is_read_once_and_one_that_says_nothing_is_no_document(world: w.World) -> None:
    case = apply(world, attached=b"%PDF-1.7\nnothing that anybody could read\n%%EOF\n")
    services.keep_up()
    text = FileText.objects.get()
    assert (text.pages, text.is_whole) == ([], False)
    assert set(Document.objects.filter(case=case).values_list("part", flat=True)) == {"application"}
    assert services.read_cases([case.pk]) == 0
    assert FileText.objects.get().read_at == text.read_at


def test_the_report_of_a_project_is_held_against_applications_and_is_not_asked_itself(world: w.World) -> None:
    of_seminars = cases.bare_round(cases.version("seminar-grant"))
    reporting = cases.bare_case(
        of_seminars, step="deliver", step_kind="deliver", submitted_at=clock.now(), title="研讨活动"
    )
    for form, values in (("request", {"title": "抗旱研讨活动"}), ("report", {"summary": SAID})):
        Answers.objects.create(case=reporting, form=form, version=1, values=values, digest="", at=clock.now())
    second = apply(world, summary=MOVED)
    services.keep_up()
    found = Finding.objects.get()
    assert (found.document.case, found.other.case, found.other.part) == (second, reporting, "report")
    assert found.passages[0][3] == "report.summary"


def test_the_project_that_an_application_became_is_no_finding(world: w.World) -> None:
    case = apply(world, title="盐碱地棉花抗旱新品种选育与节水栽培示范")
    make.project(title=case.title, origin=case.number)
    services.read_projects()
    services.keep_up()
    assert not Finding.objects.exists()


# ---------------------------------------------------------------------------------------------------- the index


def _documents(count: int, seed: int = 0) -> list[Document]:
    rows = []
    for number in range(count):
        prints = fingerprints(units(_nonsense(str(seed), str(number))))
        project = make.project(title=f"项目{seed}号之{number}")
        rows.append(Document(project=project, size=90, fingerprints=prints.tobytes(), made_at=clock.now()))
    return Document.objects.bulk_create(rows)


def test_packing_changes_no_answer_and_generations_merge() -> None:
    known = _documents(6)
    asked = [np.frombuffer(one.fingerprints, np.uint32) for one in known]
    before = [index.candidates(of) for of in asked]
    assert before == [[one.pk] for one in known]
    assert index.pack(least=7) == 0
    assert index.pack(least=1) == 6
    assert [index.candidates(of) for of in asked] == before
    later = _documents(2, seed=1)
    assert index.candidates(np.frombuffer(later[0].fingerprints, np.uint32)) == [later[0].pk]
    assert index.pack(least=1) == 2
    assert Generation.objects.count() == 2, "a small generation is not merged into a much larger one"
    more = _documents(4, seed=2)
    assert index.pack(least=1) == 4
    assert list(Generation.objects.values_list("documents", flat=True)) == [12]
    for one in [*known, *later, *more]:
        assert index.candidates(np.frombuffer(one.fingerprints, np.uint32)) == [one.pk]


def test_merging_drops_what_is_gone() -> None:
    known = _documents(3)
    index.pack(least=1)
    Document.objects.filter(pk=known[0].pk).update(gone_at=clock.now())
    _documents(3, seed=1)
    index.pack(least=1)
    assert index.candidates(np.frombuffer(known[0].fingerprints, np.uint32)) == []
    assert index.candidates(np.frombuffer(known[1].fingerprints, np.uint32)) == [known[1].pk]


def test_set_phrases_are_no_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "too_common", lambda documents: 3)
    prints = fingerprints(units(SAID))
    rows = [
        Document(project=make.project(), size=9, fingerprints=prints.tobytes(), made_at=clock.now()) for _ in range(4)
    ]
    Document.objects.bulk_create(rows[:3])
    assert len(index.candidates(prints)) == 3
    Document.objects.bulk_create(rows[3:])
    assert index.candidates(prints) == []
    index.pack(least=1)
    assert index.candidates(prints) == []


def test_rebuilding_keeps_findings_and_answers(world: w.World, pair: tuple[Case, Case, Finding]) -> None:
    _, _, found = pair
    prints = np.frombuffer(found.document.fingerprints, np.uint32)
    before = index.candidates(prints)
    Document.objects.update(fingerprints=b"", size=0)
    assert index.candidates(prints) == []
    assert services.rebuild() == 2
    assert index.candidates(prints) == before
    assert Finding.objects.filter(pk=found.pk).exists()


# ------------------------------------------------------------------------------------------------ rights and pages


def test_officers_and_the_supervision_look_others_do_not(
    world: w.World, pair: tuple[Case, Case, Finding], django_assert_max_num_queries: Any
) -> None:
    _, second, found = pair
    address = reverse("similarity_finding", args=[found.pk])
    for who in ("officer", "supervisor"):
        client = signed_in(world.people[who])
        client.get("/")
        with django_assert_max_num_queries(12):
            page = client.get(address)
        assert page.status_code == 200
        with django_assert_max_num_queries(12):
            listed = client.get(reverse("similarity"), {"case": second.number})
        assert listed.status_code == 200
        assert second.number in listed.content.decode()
    for who in ("applicant", "member", "host", "authority", "committee", "planner", "finance"):
        assert signed_in(world.people[who]).get(address).status_code == 403, who
        assert signed_in(world.people[who]).get(reverse("similarity")).status_code == 403, who
        assert not findings(world.actor(who)).exists(), who


def test_the_page_of_a_case_says_how_far_the_comparison_is(world: w.World, pair: tuple[Case, Case, Finding]) -> None:
    _, second, _found = pair
    address = reverse("case", args=[second.number])
    officer = signed_in(world.people["officer"])
    assert f"?case={second.number}" in officer.get(address).content.decode()
    assert world.round is not None
    of_round = officer.get(reverse("round", args=[world.round.code])).content.decode()
    assert f"{reverse('similarity')}?round={world.round.code}" in of_round
    third = apply(world)
    listed = officer.get(reverse("similarity"), {"case": third.number}).content.decode()
    assert "尚未比对" in listed
    services.keep_up()
    assert "未发现重复" in officer.get(reverse("similarity"), {"case": third.number}).content.decode()
    assert "其中 1 项待核看" in officer.get(reverse("similarity"), {"case": second.number}).content.decode()
    assert reverse("similarity") not in signed_in(world.people["applicant"]).get(address).content.decode()
    assert reverse("similarity") not in signed_in(world.people["host"]).get(address).content.decode()


def test_whoever_reviews_the_case_meets_nothing_of_it(world: w.World, pair: tuple[Case, Case, Finding]) -> None:
    _, second, found = pair
    officer = world.people["officer"]
    expert = make.expert(officer, fields=("210",))
    cases.bare_seat(second, expert, state="accepted")
    assert signed_in(officer).get(reverse("similarity_finding", args=[found.pk])).status_code == 404
    assert not findings(world.actor("officer")).filter(document__case=second).exists()


def test_the_text_of_another_programme_stays_closed(world: w.World, pair: tuple[Case, Case, Finding]) -> None:
    first, second, found = pair
    person = make.person()
    make.duty("officer", person, programme="key-rd-project")
    Case.objects.filter(pk=first.pk).update(code="another-programme", title="别的计划的名称")
    client = signed_in(person)
    page = client.get(reverse("similarity_finding", args=[found.pk])).content.decode()
    assert first.number in page
    assert "别的计划的名称" not in page
    assert "出苗率低的问题" not in page, "only in the other"
    assert "出苗率低的难题" in page, "their own programme's"
    listed = client.get(reverse("similarity")).content.decode()
    assert first.number in listed
    assert "别的计划的名称" not in listed
    assert not Event.objects.filter(tag="read:proposal:opened", case_number=first.number, actor=person.pk).exists()
    assert Event.objects.filter(tag="read:proposal:opened", case_number=second.number, actor=person.pk).exists()


def test_a_decision_has_a_reason_is_traced_and_does_not_overwrite_one_unseen(
    world: w.World, pair: tuple[Case, Case, Finding]
) -> None:
    _, second, found = pair
    client = signed_in(world.people["officer"])
    address = reverse("similarity_finding", args=[found.pk])
    refused = client.post(address, {"seen": "open", "state": "", "reason": ""})
    assert refused.status_code == 422
    found.refresh_from_db()
    assert found.state == "open"
    typed = client.post(address, {"seen": "open", "state": "", "reason": "同一团队的前期工作"})
    assert "同一团队的前期工作" in typed.content.decode(), "nothing typed is lost"
    assert (
        client.post(address, {"seen": "open", "state": "no_matter", "reason": "同一团队的前期工作"}).status_code == 303
    )
    found.refresh_from_db()
    assert (found.state, found.decided_by) == ("no_matter", world.people["officer"])
    event = Event.objects.get(tag="similarity:finding:decided")
    assert (event.case_number, event.payload["after"]) == (second.number, "no_matter")
    stale = client.post(address, {"seen": "open", "state": "matters", "reason": "另有看法"})
    assert stale.status_code == 422
    found.refresh_from_db()
    assert found.state == "no_matter"
    answer = decide(found.pk, "matters", "不是我的职责", world.actor("supervisor"), seen="no_matter")
    assert isinstance(answer, Refusal)


def test_what_was_decided_at_the_other_application_is_shown_and_taken_over_by_one_press(world: w.World) -> None:
    first = apply(world, summary=SAID)
    services.keep_up()
    second = apply(world, summary=MOVED)
    services.keep_up()
    here, there = (Finding.objects.get(document__case=one) for one in (first, second))
    client = signed_in(world.people["officer"])
    at_first, at_second = (reverse("similarity_finding", args=[one.pk]) for one in (here, there))
    assert 'id="there"' not in client.get(at_second).content.decode()
    answer = decide(here.pk, "no_matter", "同一团队的前期工作", world.actor("officer"), seen="open")
    assert isinstance(answer, Finding)
    page = client.get(at_second).content.decode()
    assert "同一团队的前期工作" in page.partition('id="there"')[2]
    there.refresh_from_db()
    assert there.state == "open", "it is asked of each by itself"
    pressed = dict(
        re.findall(r'type="hidden" name="(seen|state|reason)" value="([^"]*)"', page.partition('id="there"')[2])
    )
    assert client.post(at_second, pressed).status_code == 303
    there.refresh_from_db()
    assert (there.state, there.reason, there.decided_by) == ("no_matter", "同一团队的前期工作", world.people["officer"])
    assert Event.objects.filter(tag="similarity:finding:decided", case_number=second.number).count() == 1
    assert "采用同一判定" not in client.get(at_second).content.decode()
    assert isinstance(decide(here.pk, "matters", "后来发现照抄", world.actor("officer"), seen="no_matter"), Finding)
    assert "后来发现照抄" in client.get(at_second).content.decode(), "that the two differ does not stay unseen"
    assert client.get(at_first).status_code == 200


def test_where_a_programme_sets_a_threshold_its_rule_leads_whoever_judges_to_the_passages(world: w.World) -> None:
    w.call(world, "natural-science-fund", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00"))
    number = w.started(world)
    assert isinstance(world.act(number, "submit", "applicant", values=w.fund_proposal(world)), Done)
    assert isinstance(world.act(number, "endorse", "host", note="属实"), Done)
    client = signed_in(world.people["officer"])
    page = client.get(f"/cases/{number}/").content.decode()
    row = page[page.index("与其他申请或已立项项目的重复经人核对") :][:900]
    assert f"?case={number}" in row
    met = {f"formal.{rule}": {"result": "meets"} for rule in ("scope", "attachments", "anonymous")}
    answer = world.act(number, "pass", "officer", verdicts=met)
    assert isinstance(answer, Refusal), "not compared yet: a person looks"
    services.keep_up()
    assert isinstance(world.act(number, "pass", "officer", verdicts=met), Done)


def test_what_somebody_found_to_matter_is_not_passed_without_a_reason(world: w.World) -> None:
    w.call(world, "natural-science-fund", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00"))
    first, second = _fund_application(world), _fund_application(world)
    services.keep_up()
    found = Finding.objects.get(document__case__number=second, other__case__number=first)
    assert isinstance(decide(found.pk, "matters", "整段相同", world.actor("officer"), seen="open"), Finding)
    rules = ("scope", "attachments", "anonymous", "similar")
    met: dict[str, Any] = {f"formal.{rule}": {"result": "meets"} for rule in rules}
    refused = world.act(second, "pass", "officer", verdicts=met)
    assert isinstance(refused, Refusal)
    assert [one.code for one in refused.problems] == ["rule.formal.similar_judged"]
    met["formal.similar_judged"] = {"result": "meets", "reason": "两件是同一团队经批准的姊妹课题"}
    assert isinstance(world.act(second, "pass", "officer", verdicts=met), Done)


def _fund_application(world: w.World) -> str:
    number = w.started(world)
    leads = make.person(employer=world.university, born=date(1980, 5, 1), title="senior", degree="doctor").pk
    team = [{"member": make.person(employer=world.university).pk, "months": 6}]
    values = w.fund_proposal(world, principal=leads, team=team)
    assert isinstance(world.act(number, "submit", "applicant", values=values), Done)
    assert isinstance(world.act(number, "endorse", "host", note="属实"), Done)
    return number


def test_nothing_is_refused_by_the_machine(world: w.World, pair: tuple[Case, Case, Finding]) -> None:
    _, second, _ = pair
    assert isinstance(world.act(second.number, "endorse", "host", note="材料属实"), Done)


def test_bits_are_the_text_again_with_every_passage_marked(world: w.World, pair: tuple[Case, Case, Finding]) -> None:
    _, _, found = pair
    texts = side_by_side(world.actor("officer"), found)
    assert texts.closed is None
    for side in (texts.mine, texts.other):
        assert "".join(bit.text for one in side for bit in one.bits) in (SAID, MOVED)
        assert {n for one in side for bit in one.bits for n in bit.numbers} == {1, 2}
        assert sorted(n for one in side for bit in one.bits for n in bit.begins) == [1, 2]
    own = [[bit.text for one in side for bit in one.bits if bit.is_own] for side in (texts.mine, texts.other)]
    assert all(own), "words that were exchanged are not shown as standing in both"
    assert not any(text in SAID for text in own[0] if len(text) > 1), own
    overlapping = bits_of("零一二三四五六七", [(1, 5, 1), (3, 8, 2)])
    assert [(bit.text, bit.numbers, bit.begins) for bit in overlapping] == [
        ("零", (), ()),
        ("一二", (1,), (1,)),
        ("三四", (1, 2), (2,)),
        ("五六七", (2,), ()),
    ]


def test_the_list_is_handed_out_as_a_spreadsheet(world: w.World, pair: tuple[Case, Case, Finding]) -> None:
    sheet = signed_in(world.people["officer"]).get(reverse("similarity"), {"format": "xlsx"})
    assert sheet.status_code == 200
    assert sheet["Content-Type"].startswith("application/vnd")
    sheet.close()
