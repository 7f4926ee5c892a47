"""Several people write one application: nothing overwritten unseen, sections kept, and only the applicant hands in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import make
from tests.make import world as w
from tests.slices.casework.page_cast import fields_on, form_address, send, signed_in

from keguan.casework import services
from keguan.casework.drafting import drafts, editors
from keguan.casework.models import Case, Draft, Editor, Message
from keguan.casework.permissions import can_see_proposal, visible_to
from keguan.engine.decision import Command
from keguan.kernel.ids import new_key
from keguan.kernel.problems import Refusal
from keguan.registers.parties.access import actor_for
from keguan.registers.parties.models import Person
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague(world: w.World) -> Person:
    return make.person("阿依努尔·买买提", employer=world.university)


def kept(number: str) -> dict[str, Any]:
    return Draft.objects.get(case__number=number).values


def asked(world: w.World, number: str, person: Person, *sections: int, writes: bool = True) -> None:
    names = tuple(editors.section_name("proposal", one) for one in sections)
    assert editors.share(number, person.pk, editors.Share(writes, names), world.actor("applicant")) is None


def codes(answer: Any) -> set[str]:
    return {problem.code for problem in answer.problems} if isinstance(answer, Refusal) else set()


def section_of(number: str, field: str) -> int:
    case = Case.objects.select_related("programme").get(number=number)
    form = services.definition_of(case.programme).programme.form("proposal")
    return next(n for n, one in enumerate(form.sections) if field in {str(each.field) for each in one.fields})


def autosave(client: Client, number: str, page: str, **typed: str) -> Any:
    """Send single questions as the page's script does: with the mark that the page carries for each."""
    fields = fields_on(page, form_address(number))
    marks = {one.partition("@")[0]: one for one in fields["shown"]}
    sent: dict[str, Any] = {"shown": [marks[f"proposal.{name}"] for name in typed]}
    sent |= {f"proposal.{name}": value for name, value in typed.items()}
    return client.post(reverse("case_form_autosave", args=[number, "proposal"]), sent)


def opened(client: Client, number: str) -> str:
    return client.get(form_address(number)).content.decode()


def test_single_questions_are_kept_with_their_problems_and_the_rest_stays(world: w.World, number: str) -> None:
    client = signed_in(world.people["applicant"])
    send(client, number, "save", title="先写的题目")
    page = opened(client, number)
    told = autosave(client, number, page, asked="八十万").json()
    assert kept(number)["asked"] == "八十万"
    assert kept(number)["title"] == "先写的题目"
    assert "proposal.asked@" in told["marks"]["proposal.asked"]
    assert '<ul class="error">' in told["errors"]["proposal.asked"]
    sent = {"shown": told["marks"]["proposal.asked"], "proposal.asked": "80"}
    again = client.post(reverse("case_form_autosave", args=[number, "proposal"]), sent)
    assert again.status_code == 200
    assert kept(number)["asked"] == "80"
    assert again.json()["errors"]["proposal.asked"] == ""


def test_two_who_change_the_same_question_are_told_and_two_who_change_others_are_not(
    world: w.World, number: str, colleague: Person
) -> None:
    asked(world, number, colleague)
    mine, theirs = signed_in(world.people["applicant"]), signed_in(colleague)
    page_of_mine, page_of_theirs = opened(mine, number), opened(theirs, number)
    assert autosave(mine, number, page_of_mine, title="我写的题目").json()["marks"]
    assert autosave(theirs, number, page_of_theirs, summary="同事写的摘要").json()["marks"]
    told = autosave(theirs, number, page_of_theirs, title="同事写的题目").json()
    assert not told["marks"]
    assert "我写的题目" in told["errors"]["proposal.title"]
    assert world.people["applicant"].name in told["errors"]["proposal.title"]
    assert (kept(number)["title"], kept(number)["summary"]) == ("我写的题目", "同事写的摘要")


def test_a_section_kept_by_one_is_closed_to_the_others_and_open_to_the_applicant(
    world: w.World, number: str, colleague: Person
) -> None:
    other = make.person("帕提曼·艾力", employer=world.university)
    asked(world, number, colleague, section_of(number, "title"))
    asked(world, number, other)
    refused = drafts.save_draft(number, "proposal", {"title": "别人改的"}, 0, actor_for(other))
    assert codes(refused) == {"section.kept"}
    assert isinstance(
        drafts.save_draft(number, "proposal", {"title": "同事写的"}, 0, actor_for(colleague)), drafts.Saved
    )
    seen = Draft.objects.get(case__number=number).revision
    saved = drafts.save_draft(number, "proposal", {"title": "申报人改的"}, seen, world.actor("applicant"))
    assert isinstance(saved, drafts.Saved)
    assert kept(number)["title"] == "申报人改的"
    page = opened(signed_in(other), number)
    assert 'name="proposal.title"' not in page
    assert "申报人改的" in page, "it may be read"


def test_a_section_is_kept_by_one_only(world: w.World, number: str, colleague: Person) -> None:
    asked(world, number, colleague, 0)
    given = editors.Share(True, (editors.section_name("proposal", 0),))
    other = make.person(employer=world.university)
    assert codes(editors.share(number, other.pk, given, world.actor("applicant"))) == {"section.kept"}
    assert not Editor.objects.filter(person=other).exists()


def test_who_writes_along_reads_and_types_but_does_not_hand_in_and_shares_nothing_out(
    world: w.World, number: str, colleague: Person
) -> None:
    stranger = actor_for(colleague)
    assert codes(drafts.save_draft(number, "proposal", {"title": "不请自来"}, 0, stranger)) == {"right.missing"}
    asked(world, number, colleague)
    actor, case = actor_for(colleague), Case.objects.get(number=number)
    assert can_see_proposal(actor, case)
    assert Case.objects.filter(visible_to(actor), number=number).exists()
    assert Message.objects.filter(person=colleague, case=case).exists()
    answer = services.act(number, Command("submit", "apply", {"values": w.proposal(world)}), actor, new_key())
    assert codes(answer) == {"right.missing"}
    assert codes(editors.share(number, make.person().pk, editors.Share(True), actor)) == {"right.missing"}
    tags = set(Event.objects.filter(case_number=number).values_list("tag", flat=True))
    assert "case:editor:added" in tags


def test_a_reader_reads_and_types_nothing(world: w.World, number: str, colleague: Person) -> None:
    send(signed_in(world.people["applicant"]), number, "save", title="题目在此")
    asked(world, number, colleague, writes=False)
    assert codes(drafts.save_draft(number, "proposal", {"title": "读者改的"}, 9, actor_for(colleague))) == {
        "right.missing"
    }
    page = opened(signed_in(colleague), number)
    assert "题目在此" in page
    assert 'name="proposal.title"' not in page


def test_somebody_removed_while_typing_is_told_and_what_they_typed_stays_with_them(
    world: w.World, number: str, colleague: Person
) -> None:
    asked(world, number, colleague)
    client = signed_in(colleague)
    page = opened(client, number)
    assert editors.release(number, colleague.pk, world.actor("applicant")) is None
    answer = autosave(client, number, page, title="刚打的字")
    assert answer.status_code == 403
    assert "申报人" in answer.json()["refused"][0]
    assert not Draft.objects.filter(case__number=number, fields__field="title").exists()
    whole = client.post(form_address(number), {"shown": "proposal.title", "proposal.title": "刚打的字", "do": "save"})
    assert whole.status_code == 403
    assert client.get(form_address(number)).status_code == 403
    assert Case.objects.get(number=number).editors == []


def test_writing_together_is_arranged_on_a_page(world: w.World, number: str, colleague: Person) -> None:
    client = signed_in(world.people["applicant"])
    address = reverse("case_writers", args=[number, "proposal"])
    found = client.post(address, {"do": "find", "who": "阿依努尔"}).content.decode()
    assert f'value="share:{colleague.pk}"' in found
    assert client.post(address, {"do": f"share:{colleague.pk}"}).status_code == 303
    assert (
        client.post(address, {"do": f"share:{colleague.pk}", "section": "proposal/1", "writes": "yes"}).status_code
        == 303
    )
    assert Editor.objects.get(person=colleague, until=None).sections == ["proposal/1"]
    listed = signed_in(colleague).get(address).content.decode()
    assert "阿依努尔·买买提" in listed
    assert f'value="release:{colleague.pk}"' in listed, "one may leave"
    assert signed_in(make.person()).get(address).status_code == 403
    assert client.post(address, {"do": f"release:{colleague.pk}"}).status_code == 303
    assert Case.objects.get(number=number).editors == []


def test_the_section_list_counts_what_is_owed_also_where_nobody_looked(world: w.World, number: str) -> None:
    client = signed_in(world.people["applicant"])
    before = client.get(reverse("case_form_progress", args=[number, "proposal"])).json()["sections"]
    assert "还缺" in before
    send(client, number, "save", asked="八十万")
    after = client.get(reverse("case_form_progress", args=[number, "proposal"])).json()["sections"]
    assert "1 处有误" in after
    assert 'href="#field-proposal-asked"' in after


def test_rows_pasted_from_a_spreadsheet_stand_in_the_table(world: w.World, number: str) -> None:
    client = signed_in(world.people["applicant"])
    lines = "指标一\t10\t项\n\n指标二\t20\t篇\n"
    send(client, number, "paste:proposal.targets", **{"targets?paste": lines})
    rows = kept(number)["targets"]
    assert [row["indicator"] for row in rows] == ["指标一", "指标二"]
    assert [row["value"] for row in rows] == ["10", "20"]


@pytest.mark.parametrize(
    ("head", "is_head"),
    [
        ("指标\t目标值\t单位", True),
        ("指标名称\t目标值\t计量", True),
        ("Indicator\ttarget VALUE\t个", True),
        ("指标名称 *\t目标值（个）\t", True),
        ("指标名称\t10\t项", False),
        ("单位\t指标名称\t目标值", False),
        ("指标\t10\t单位", False),
    ],
)
def test_a_first_line_that_names_most_of_the_columns_is_their_head(
    world: w.World, number: str, head: str, is_head: bool
) -> None:
    assert [one.title.zh for one in _columns(number, "targets")] == ["指标名称", "目标值", "单位"]
    client = signed_in(world.people["applicant"])
    send(client, number, "paste:proposal.targets", **{"targets?paste": f"{head}\n甲\t1\t项\n乙\t2\t项\n"})
    first = [] if is_head else [head.split("\t")[0]]
    assert [row["indicator"] for row in kept(number)["targets"]] == [*first, "甲", "乙"]


def test_a_paste_of_thousands_of_cells_is_refused_in_words_and_stays_in_its_box(world: w.World, number: str) -> None:
    client = signed_in(world.people["applicant"])
    lines = "\n".join(f"指标{n}\t{n}\t项" for n in range(1700))
    answer = send(client, number, "paste:proposal.targets", title="题目也在", **{"targets?paste": lines})
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "粘贴的有 1700 行" in said
    assert "指标1699" in said
    assert kept(number)["title"] == "题目也在"


def test_a_full_table_is_pasted_again_in_the_place_of_its_rows(world: w.World, number: str) -> None:
    client = signed_in(world.people["applicant"])
    wrong = "设备费\tx\t1\n业务费\t2\t2\n劳务费\t3\t3\n"
    right = wrong.replace("x", "1")
    send(client, number, "paste:proposal.budget", **{"budget?paste": wrong})
    refused = send(client, number, "paste:proposal.budget", **{"budget?paste": right})
    assert refused.status_code == 422
    said = refused.content.decode()
    assert "表格最多 3 行，现有 3 行，粘贴的有 3 行。要用粘贴的换掉现有各行，请按“替换现有各行”" in said
    assert [row["fiscal"] for row in kept(number)["budget"]] == ["x", "2", "3"], "nobody loses rows unasked"
    address = form_address(number)
    again: dict[str, Any] = dict(fields_on(said, address)) | {"do": "paste:proposal.budget:instead"}
    assert f'value="{again["do"]}"' in said
    assert client.post(address, again).status_code == 303
    assert [row["fiscal"] for row in kept(number)["budget"]] == ["1", "2", "3"]


@pytest.mark.parametrize("lines", ["", " \n\t\n", "科目\t财政经费\t自筹经费\t测算依据\n"])
def test_nothing_pasted_replaces_nothing(world: w.World, number: str, lines: str) -> None:
    client = signed_in(world.people["applicant"])
    send(client, number, "paste:proposal.budget", **{"budget?paste": "设备费\t1\t1\n"})
    refused = send(client, number, "paste:proposal.budget:instead", **{"budget?paste": lines})
    assert refused.status_code == 422
    assert "框中没有粘贴内容" in refused.content.decode()
    assert len(kept(number)["budget"]) == 1


def test_a_line_that_is_too_wide_is_named_by_its_place_in_what_was_pasted(world: w.World, number: str) -> None:
    client = signed_in(world.people["applicant"])
    head = "\t".join(one.title.zh for one in _columns(number, "targets"))
    lines = [head, "", "甲\t1\t项", '"两行的\n指标"\t1\t项', "乙\t1\t项", "丙\t1\t项\t多了"]
    said = send(client, number, "paste:proposal.targets", **{"targets?paste": "\n".join(lines)}).content.decode()
    assert "第 7 行多于 3 列" in said


def test_a_quotation_mark_that_is_never_closed_is_told_and_breaks_nothing(world: w.World, number: str) -> None:
    client = signed_in(world.people["applicant"])
    refused = send(client, number, "paste:proposal.targets", **{"targets?paste": '"' + "甲\t1\t项\n" * 30_000})
    assert refused.status_code == 422
    assert "粘贴的内容无法按行列读取" in refused.content.decode()


def _columns(number: str, field: str) -> Any:
    case = Case.objects.select_related("programme").get(number=number)
    form = services.definition_of(case.programme).programme.form("proposal")
    return next(one for one in form.fields if one.field == field).columns


def test_whoever_meets_themselves_in_another_window_is_told_so(world: w.World, number: str) -> None:
    client = signed_in(world.people["applicant"])
    page = opened(client, number)
    assert autosave(client, number, page, summary="先写的摘要。").json()["marks"]
    told = autosave(client, number, page, summary="后写的摘要。").json()["errors"]["proposal.summary"]
    assert "您自己（在另一窗口）" in told
    assert "现为“先写的摘要。”。" in told
    assert "。。" not in told
    assert world.people["applicant"].name not in told


def test_the_same_words_saved_late_make_no_new_revision(world: w.World, number: str) -> None:
    client = signed_in(world.people["applicant"])
    page = opened(client, number)
    send(client, number, "save", title="同一个题目")
    before = Draft.objects.get(case__number=number).revision
    assert autosave(client, number, page, title="同一个题目").status_code == 200
    assert Draft.objects.get(case__number=number).revision == before, "a confirmation page stays good"


def test_who_only_reads_keeps_no_section_closed_to_the_others(world: w.World, number: str, colleague: Person) -> None:
    writer = make.person(employer=world.university)
    asked(world, number, colleague, section_of(number, "title"), writes=False)
    asked(world, number, writer)
    assert isinstance(drafts.save_draft(number, "proposal", {"title": "可以填写"}, 0, actor_for(writer)), drafts.Saved)


def test_what_is_shared_with_somebody_stands_among_their_cases_and_says_so(
    world: w.World, number: str, colleague: Person
) -> None:
    mine, theirs = signed_in(world.people["applicant"]), signed_in(colleague)
    assert number not in theirs.get(reverse("my_cases")).content.decode()
    asked(world, number, colleague)
    shown = theirs.get(reverse("my_cases")).content.decode()
    assert number in shown
    assert "他人邀我参与填写" in shown
    own = mine.get(reverse("my_cases")).content.decode()
    assert number in own
    assert "他人邀我参与填写" not in own, "the applicant's own"
    assert number not in theirs.get(reverse("todo")).content.decode().split("消息")[0], "waits for the applicant alone"
    assert editors.release(number, colleague.pk, world.actor("applicant")) is None
    assert number not in theirs.get(reverse("my_cases")).content.decode()
