"""What officers and offices do with many cases: a list asked, kept, shared and taken along; one deed for several, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from tests import make
from tests.journeys.conftest import Stage
from tests.make import cases
from tests.make import world as w

from keguan.casework.models import Case
from keguan.kernel.clock import clock_at

TITLES = ("抗旱棉花选育", "节水灌溉示范", "盐碱地改良")


@pytest.fixture
def world() -> Iterator[w.World]:
    """Three applications of three principals, on the desk of their research office."""
    of = cases.opened(w.world(experts_count=0))
    for n, title in enumerate(TITLES):
        who = f"principal {n}"
        of.people[who] = make.person(employer=of.university, born=date(1980, 5, 1), title="senior", degree="doctor")
        team = [{"member": make.person(employer=of.university).pk, "role": "lead", "months": 6}]
        cases.case(of, at="endorse", who=who, principal=of.people[who].pk, title=title, team=team)
    with clock_at(w.moment("2026-03-03")):
        yield of


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_list_is_kept_shared_with_colleagues_and_taken_along_as_a_spreadsheet(
    stage: Stage, world: w.World, language: str, tmp_path: Path
) -> None:
    colleague = make.person()
    make.duty("officer", colleague)
    officer = stage.signed_in(world.people["officer"], language)
    say = officer.word
    officer.opens("/cases/")
    officer.page.locator("summary").filter(has_text=say("查询式", "Query")).first.click()
    officer.fill(say("查询式", "Query"), "节水")
    officer.press(say("按查询式列出", "Run the query"))
    officer.sees(TITLES[1])
    officer.misses(TITLES[0], TITLES[2])
    officer.follow(say("保存为视图", "Keep as a view"))
    officer.fill(say("名称", "Name"), "节水类")
    officer.choose(say("与谁共享", "Share with"), say("专业机构项目主管", "Programme officer of the agency"))
    officer.press(say("保存", "Keep"))
    officer.sees(say("已保存视图：节水类", "The view is kept: 节水类"), TITLES[1])
    with officer.page.expect_download() as taken:
        officer.page.get_by_role("link", name=say("下载表格（.xlsx）", "Download spreadsheet (.xlsx)")).click()
    sheet = tmp_path / "list.xlsx"
    taken.value.save_as(sheet)
    assert taken.value.suggested_filename.endswith(".xlsx")
    written = [str(cell) for row in CalamineWorkbook.from_path(sheet).get_sheet_by_index(0).to_python() for cell in row]
    assert written.count(TITLES[1]) == 1
    assert TITLES[0] not in written
    other = stage.signed_in(colleague, language)
    other.opens("/cases/")
    other.sees(TITLES[0])
    other.follow("节水类")
    other.sees(TITLES[1])
    other.misses(TITLES[0])
    officer.opens("/views/")
    officer.press(say("删除", "Delete"))
    other.opens("/cases/")
    other.misses("节水类")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_several_are_endorsed_by_one_deed_and_taken_back(stage: Stage, world: w.World, language: str) -> None:
    host = stage.signed_in(world.people["host"], language)
    say = host.word
    host.opens("/cases/")
    for title in TITLES[:2]:
        host.page.locator("tbody tr").filter(has_text=title).get_by_role("checkbox").check()
    host.clicks(host.page.locator("button[name=which][value=ticked]"))
    host.choose(say("操作", "What to do"), say("同意推荐", "Endorse"))
    host.press(say("核对会怎样", "See what would happen"))
    host.sees(*TITLES[:2])
    host.misses(TITLES[2])
    assert set(Case.objects.values_list("step", flat=True)) == {"endorse"}, "nothing is done before it is confirmed"
    host.clicks(host.page.get_by_role("button", name=say("确认：2 件", "Confirm: 2")))
    assert sorted(Case.objects.values_list("step", flat=True)) == ["endorse", "recommend", "recommend"]
    host.page.get_by_text(say("收回这一批", "Take this batch back"), exact=True).click()
    host.page.get_by_role("textbox").last.fill("漏看了查重结果")
    host.press(say("收回", "Take back"))
    host.sees("漏看了查重结果")
    assert set(Case.objects.values_list("step", flat=True)) == {"endorse"}
    host.opens("/todo/")
    host.sees(*TITLES)
