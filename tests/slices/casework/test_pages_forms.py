"""Forms on pages: nothing that is typed is lost, whatever is typed, pressed, uploaded or done in another tab."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from tests import make
from tests.make import world as w
from tests.slices.casework.page_cast import fields_on, filled, form_address, send, signed_in

from keguan.casework.models import Case, Draft
from keguan.casework.steps.form_values import as_inputs, pressed, typed_values
from keguan.kernel.clock import clock_at
from keguan.kernel.ids import new_key
from keguan.language.definition import Definition
from keguan.language.loader import load
from keguan.language.parameters import load_parameters
from keguan.registers.documents.models import Document

pytestmark = pytest.mark.django_db


def draft(number: str) -> dict[str, Any]:
    return dict(Draft.objects.get(case__number=number).values)


def test_wrong_values_are_kept_as_typed_and_shown_again_with_their_problem(applicant: Client, number: str) -> None:
    response = send(
        applicant, number, "save", asked="八十万", start="2027-02-30", own_funds="５０ 万", title="棉花\u3000🌱"
    )
    assert response.status_code == 303
    assert draft(number)["asked"] == "八十万"
    said = applicant.get(form_address(number)).content.decode()
    assert fields_on(said, form_address(number))["proposal.asked"] == ["八十万"]
    assert fields_on(said, form_address(number))["proposal.own_funds"] == ["５０ 万"]
    assert 'href="#field-proposal-asked"' in said
    assert 'href="#field-proposal-start"' in said
    assert 'href="#field-proposal-own_funds"' not in said
    assert "🌱" in said


def test_an_empty_draft_names_everything_that_is_owed_only_when_it_is_checked(applicant: Client, number: str) -> None:
    assert 'id="problems"' not in applicant.get(form_address(number)).content.decode()
    said = applicant.get(form_address(number), {"check": "1"}).content.decode()
    for name in ("title", "principal", "summary", "targets", "asked"):
        assert f'href="#field-proposal-{name}"' in said, name
    assert "待填写后核对" in said, "what is not answered yet is for nobody to judge"


def test_a_section_against_which_a_rule_stands_is_not_called_complete_once_that_is_known(
    world: w.World, applicant: Client, number: str
) -> None:
    budget = [{"heading": "labour", "fiscal": "8000 万元", "own": "0 万元"}]
    typed = filled(world, asked="8000 万元", budget=budget)
    assert applicant.post(form_address(number), typed | {"do": "save", "revision": "1"}).status_code in (303, 409)

    def contents(**asked: str) -> str:
        page = applicant.get(form_address(number), asked).content.decode()
        return page.partition('id="sections"')[2].partition("</aside>")[0]

    assert "有误" not in contents()
    assert "处有误" in contents(check="1")


def test_submitting_an_incomplete_form_shows_the_problems_and_keeps_the_draft(applicant: Client, number: str) -> None:
    response = send(applicant, number, "submit", title="棉花抗旱新品种")
    assert response.status_code == 422
    assert draft(number)["title"] == "棉花抗旱新品种"
    assert Case.objects.get(number=number).submitted_at is None


def test_rows_are_added_and_removed_without_losing_anything_typed(applicant: Client, number: str) -> None:
    send(applicant, number, "add:proposal.targets", **{"targets[1].indicator": "甲", "summary": "摘要一二三"})
    send(applicant, number, "add:proposal.targets", **{"targets[2].indicator": "乙"})
    send(applicant, number, "remove:proposal.targets[1]", **{"targets[3].indicator": "丙"})
    kept = draft(number)
    assert [row["indicator"] for row in kept["targets"]] == ["乙", "丙"]
    assert kept["summary"] == "摘要一二三"


def test_a_problem_in_a_row_leads_to_its_cell(applicant: Client, number: str) -> None:
    send(applicant, number, "save", **{"targets[1].indicator": "甲", "targets[1].value": "很多"})
    said = applicant.get(form_address(number)).content.decode()
    assert 'href="#field-proposal-targets-1-value"' in said
    assert 'id="field-proposal-targets-1-value"' in said
    summary = said[said.index('id="problems"') :].partition("</section>")[0]
    assert re.search(r"“[^”]+·[^”]+”第 1 行：", summary), "question, column and row are named where all problems stand"


def test_people_are_found_by_name_in_any_spelling_and_chosen(world: w.World, applicant: Client, number: str) -> None:
    elsewhere = make.organisation("北山理工大学二部", kind="university")
    person = make.person("艾力·斯木吐拉", employer=elsewhere)
    send(applicant, number, "find:proposal.principal", principal__q="艾力•斯木吐拉", title="先写题目")
    said = applicant.get(form_address(number)).content.decode()
    assert f"choose:proposal.principal:{person.pk}" in said
    assert fields_on(said, form_address(number))["proposal.principal?q"] == ["艾力•斯木吐拉"], "typed, not chosen: kept"
    send(applicant, number, f"choose:proposal.principal:{person.pk}")
    assert draft(number)["principal"] == str(person.pk)
    assert "北山理工大学二部" in applicant.get(form_address(number)).content.decode()
    send(applicant, number, "clear:proposal.principal")
    assert (draft(number)["principal"], draft(number)["title"]) == ("", "先写题目")


def test_whoever_only_searches_is_told_of_no_mistake_until_the_form_is_checked(
    world: w.World, applicant: Client, number: str
) -> None:
    person = make.person("艾力·斯木吐拉", employer=make.organisation("北山理工大学二部", kind="university"))
    send(applicant, number, "find:proposal.principal", principal__q="艾力·斯木吐拉")
    said = applicant.get(form_address(number)).content.decode()
    assert 'id="problems"' not in said
    assert "请在下面选择" in said
    assert "有误" not in said.partition('id="sections"')[2].partition("</aside>")[0]
    checked = applicant.get(form_address(number), {"check": "1"}).content.decode()
    summary = checked[checked.index('id="problems"') :].partition("</section>")[0]
    assert 'href="#field-proposal-principal"' in summary
    assert "还没有从名录中选定" in summary
    send(applicant, number, f"choose:proposal.principal:{person.pk}")
    assert "还没有从名录中选定" not in applicant.get(form_address(number), {"check": "1"}).content.decode()


@pytest.mark.parametrize(
    ("entered", "typed"),
    [
        ("库尔班江·斯木吐拉", "库尔班江斯木吐拉"),
        ("库尔班江斯木吐拉", "库尔班江.斯木吐拉"),
        ("单巴特·尔", "单巴特尔"),
        ("单巴特尔", "单巴特·尔"),
    ],
)
def test_a_name_is_found_whole_with_its_dot_or_without(
    applicant: Client, number: str, entered: str, typed: str
) -> None:
    person = make.person(entered, employer=make.organisation("北山理工大学二部", kind="university"))
    choice = f"choose:proposal.principal:{person.pk}"
    send(applicant, number, "find:proposal.principal", principal__q=typed)
    assert choice in applicant.get(form_address(number)).content.decode()
    for part in (typed[:-1], typed[1:]):
        send(applicant, number, "find:proposal.principal", principal__q=part)
        assert choice not in applicant.get(form_address(number)).content.decode()


def test_nobody_leafs_through_the_people_of_other_institutions(world: w.World, applicant: Client, number: str) -> None:
    make.person("阿依古丽·买买提", employer=make.organisation("北山理工大学三部", kind="university"))
    colleague = make.person("阿依努尔·买买提", employer=world.university)
    send(applicant, number, "save", principal__q="阿依")
    said = applicant.get(form_address(number)).content.decode()
    assert f"choose:proposal.principal:{colleague.pk}" in said
    assert "阿依古丽" not in said


def test_a_second_tab_overwrites_nothing_and_offers_both_versions(applicant: Client, number: str) -> None:
    send(applicant, number, "save", title="第一个窗口")
    page = applicant.get(form_address(number)).content.decode()
    send(applicant, number, "save", title="第二个窗口")
    sent: dict[str, Any] = dict(fields_on(page, form_address(number)))
    sent |= {"proposal.title": "第三个窗口", "proposal.targets[1].indicator": "行", "do": "save"}
    response = applicant.post(form_address(number), sent)
    said = response.content.decode()
    assert response.status_code == 409
    assert "第三个窗口" in said
    assert "第二个窗口" in said
    assert draft(number)["title"] == "第二个窗口"
    assert draft(number)["targets"][0]["indicator"] == "行", "nobody else typed here"
    mine: dict[str, Any] = dict(fields_on(said, form_address(number)))
    assert applicant.post(form_address(number), mine | {"do": "save"}).status_code == 303
    assert draft(number)["title"] == "第三个窗口"
    assert draft(number)["targets"][0]["indicator"] == "行"


def test_what_another_tab_changed_is_not_undone_by_a_page_on_which_nobody_touched_it(
    applicant: Client, number: str
) -> None:
    send(applicant, number, "save", title="第一个题目", own_funds="5")
    page = applicant.get(form_address(number)).content.decode()
    send(applicant, number, "save", title="第二个题目", **{"targets[1].indicator": "甲"})
    sent: dict[str, Any] = dict(fields_on(page, form_address(number)))
    response = applicant.post(form_address(number), sent | {"proposal.own_funds": "６", "do": "save"})
    assert response.status_code == 303
    kept = draft(number)
    assert (kept["title"], kept["own_funds"], kept["targets"][0]["indicator"]) == ("第二个题目", "６", "甲")


def test_hidden_questions_keep_their_answers_for_when_they_are_asked_again(applicant: Client, number: str) -> None:
    send(applicant, number, "save", own_funds="5")
    page = applicant.get(form_address(number)).content.decode()
    assert 'value="proposal.own_funds_letter@' in page
    document = SimpleUploadedFile("承诺书.txt", "承诺出资".encode())
    send(applicant, number, "save", **{"own_funds_letter?file": document})
    kept = draft(number)["own_funds_letter"]
    assert len(kept) == 1
    send(applicant, number, "save", own_funds="0")
    assert 'value="proposal.own_funds_letter@' not in applicant.get(form_address(number)).content.decode()
    assert draft(number)["own_funds_letter"] == kept


def test_files_are_kept_listed_and_removed_and_a_bad_one_loses_nothing(
    applicant: Client, number: str, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    good = SimpleUploadedFile("说明.txt", "内容".encode())
    bad = SimpleUploadedFile("程序.pdf", b"MZ\x90\x00")
    page = applicant.get(form_address(number)).content.decode()
    sent: dict[str, Any] = dict(fields_on(page, form_address(number)))
    sent |= {"proposal.attachments?file": [good, bad], "proposal.title": "题目在此", "do": "save"}
    response = applicant.post(form_address(number), sent)
    said = response.content.decode()
    assert response.status_code == 422
    assert 'href="#field-proposal-attachments"' in said
    assert "说明.txt" in said
    document = Document.objects.get(origin=number)
    assert draft(number)["attachments"] == [document.pk]
    assert draft(number)["title"] == "题目在此"
    got = applicant.get(reverse("case_document", args=[document.pk]))
    assert b"".join(got).decode() == "内容"
    assert got["Content-Disposition"].startswith("attachment;")
    assert got["X-Content-Type-Options"] == "nosniff"
    send(applicant, number, f"drop:proposal.attachments:{document.pk}")
    assert draft(number)["attachments"] == []


def test_a_file_opens_to_those_who_may_read_the_proposal_and_to_nobody_else(
    world: w.World, applicant: Client, number: str, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    send(applicant, number, "save", **{"attachments?file": SimpleUploadedFile("说明.txt", b"text")})
    address = reverse("case_document", args=[Document.objects.get(origin=number).pk])
    host = signed_in(world.people["host"])
    assert host.get(address).status_code == 403, "not before it is submitted"
    files = [str(one) for one in draft(number)["attachments"]]
    _submitted(world, applicant, number, files)
    assert b"".join(host.get(address)) == b"text"
    assert signed_in(make.person()).get(address).status_code == 403
    assert Client().get(address).status_code == 302


def _submitted(world: w.World, applicant: Client, number: str, files: list[str] | None = None) -> str:
    revision = str(Draft.objects.get(case__number=number).revision) if Draft.objects.exists() else "0"
    typed = filled(world) | {"proposal.attachments": files or [], "do": "submit", "revision": revision}
    response = applicant.post(form_address(number), typed)
    assert response.status_code == 303, response.content.decode()
    revision = str(Draft.objects.get(case__number=number).revision)
    sent = {"key": new_key(), "revision": revision, "step": "apply", "confirmed": "yes"}
    assert applicant.post(response["Location"], sent).status_code == 303
    return revision


def test_after_submission_the_form_is_closed_and_what_is_typed_comes_back_to_read(
    world: w.World, applicant: Client, number: str
) -> None:
    _submitted(world, applicant, number)
    response = applicant.post(
        form_address(number), {"shown": "proposal.title", "proposal.title": "迟到的修改", "do": "save", "revision": "2"}
    )
    assert response.status_code == 409
    assert "迟到的修改" in response.content.decode()
    assert Case.objects.get(number=number).title != "迟到的修改"


def test_after_the_deadline_the_page_says_so_and_the_draft_stays(
    world: w.World, applicant: Client, number: str
) -> None:
    send(applicant, number, "save", title="写到一半的题目")
    with clock_at(w.moment("2026-03-31", "19:00")):
        said = applicant.get(form_address(number)).content.decode()
        assert "申报已截止" in said
        assert "写到一半的题目" in said
        typed = filled(world) | {"do": "submit", "revision": "1"}
        response = applicant.post(form_address(number), typed)
        confirm = applicant.post(
            response["Location"], {"key": new_key(), "revision": "2", "step": "apply", "confirmed": "yes"}
        )
        assert confirm.status_code == 422
        assert "申报已截止" in confirm.content.decode()
    assert Case.objects.get(number=number).submitted_at is None
    assert draft(number)["summary"]


def test_the_grace_rule_counts_from_the_moment_one_began(world: w.World, applicant: Client) -> None:
    assert world.round is not None
    with clock_at(w.moment("2026-03-31", "17:59")):
        begun = applicant.post(
            reverse("apply", args=[world.round.code]), {"host": str(world.university.pk), "key": new_key()}
        )
        number = begun["Location"].split("/")[2]
    with clock_at(w.moment("2026-03-31", "18:20")):
        _submitted(world, applicant, number)
    assert Case.objects.get(number=number).submitted_at is not None


def test_a_draft_that_changed_under_the_confirmation_is_not_handed_in_unseen(
    world: w.World, applicant: Client, number: str
) -> None:
    response = applicant.post(form_address(number), filled(world) | {"do": "submit", "revision": "0"})
    send(applicant, number, "save", title="又改了题目一次")
    sent = {"key": new_key(), "revision": "1", "step": "apply", "confirmed": "yes"}
    refused = applicant.post(response["Location"], sent)
    assert refused.status_code == 409
    assert "又改了题目一次" in refused.content.decode()
    assert Case.objects.get(number=number).submitted_at is None


def test_a_returned_form_says_why_and_where_and_begins_with_what_was_handed_in(
    world: w.World, applicant: Client, number: str
) -> None:
    _submitted(world, applicant, number)
    world.act(number, "return", "host", reason="预算测算依据不足", places=["proposal.budget"])
    said = applicant.get(form_address(number)).content.decode()
    assert "预算测算依据不足" in said
    assert 'href="#field-proposal-budget"' in said
    assert "分子标记" in said


def test_only_the_applicant_types_and_others_read_after_submission(
    world: w.World, applicant: Client, number: str
) -> None:
    host = signed_in(world.people["host"])
    send(applicant, number, "save", title="草稿中的题目")
    assert host.get(form_address(number)).status_code == 403
    sent = {"shown": "proposal.title", "proposal.title": "别人改的", "do": "save", "revision": "1"}
    assert host.post(form_address(number), sent).status_code == 403
    assert draft(number)["title"] == "草稿中的题目"
    _submitted(world, applicant, number)
    assert "分子标记" in host.get(form_address(number)).content.decode()


def test_ids_that_nobody_has_are_a_problem_not_a_crash(world: w.World, applicant: Client, number: str) -> None:
    typed = filled(world, principal=10**15) | {"do": "submit", "revision": "0"}
    response = applicant.post(form_address(number), typed)
    assert response.status_code == 422
    assert "field-proposal-principal" in response.content.decode()


# ------------------------------------------------------------------------------------------------ without a database


@pytest.fixture(scope="module")
def definition() -> Definition:
    from django.conf import settings

    parameters = load_parameters(Path(settings.PARAMETERS))
    assert not isinstance(parameters, tuple)
    folder = sorted((Path(settings.PROGRAMMES) / "key-rd-project").iterdir())[-1]
    read = load(folder, parameters)
    assert isinstance(read, Definition)
    return read


texts = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=20)
rows = st.lists(st.fixed_dictionaries({"indicator": texts, "value": texts, "unit": texts}), max_size=4)
team = st.lists(
    st.fixed_dictionaries({"member": st.one_of(texts, st.integers(1, 10**9).map(str)), "role": texts, "months": texts}),
    max_size=3,
)


@given(title=texts, targets=rows, team=team, files=st.lists(st.integers(1, 10**12), max_size=3))
def test_what_was_typed_survives_the_way_into_hidden_inputs_and_back(
    definition: Definition, title: str, targets: Any, team: Any, files: Any
) -> None:
    from urllib.parse import urlencode

    from django.http import QueryDict

    form = definition.programme.form("proposal")
    for row in team:
        row["member"] = row["member"].strip()
    sent = {"title": title, "targets": targets, "team": team, "attachments": files}
    first = typed_values(form, QueryDict(urlencode(list(as_inputs(form, sent)))), {})
    again = typed_values(form, QueryDict(urlencode(list(as_inputs(form, first)))), {})
    assert again == first
    assert first["title"] == title
    assert first["attachments"] == files
    assert [row["indicator"] for row in first["targets"]] == [row["indicator"] for row in targets]


@given(
    button=st.one_of(
        texts, st.from_regex(r"(add|remove|choose|clear|drop|find):proposal\.[a-z]{1,8}(\[\d\])?(\.[a-z]+)?(:\d+)?")
    )
)
def test_no_button_breaks_the_form(definition: Definition, button: str) -> None:
    values: dict[str, Any] = {"title": "题", "team": [{"member": "5"}], "targets": "坏", "attachments": [1]}
    pressed(definition.programme.form("proposal"), values, button)
    assert values["title"] in ("题", "") or values["title"].isdecimal()
