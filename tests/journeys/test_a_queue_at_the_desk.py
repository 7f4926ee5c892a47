"""An officer goes through a queue: reads beside the rules, marks what is wrong where it stands, notes something, goes on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests import make
from tests.journeys import walks
from tests.journeys.conftest import Stage
from tests.make import cases
from tests.make import world as w

from keguan.casework.models import Case
from keguan.kernel.clock import clock_at

TITLES = ("抗旱棉花选育", "节水灌溉示范", "盐碱地改良")


@pytest.fixture
def world(stage: Stage) -> Iterator[w.World]:
    """Three applications of three principals, waiting for their formal check."""
    of = cases.opened(w.world())
    for n, title in enumerate(TITLES):
        who = f"principal {n}"
        of.people[who] = make.person(employer=of.university, title="senior", degree="doctor")
        team = [{"member": make.person(employer=of.university).pk, "role": "lead", "months": 6}]
        cases.case(of, at="screen", who=who, rank=n + 1, principal=of.people[who].pk, title=title, team=team)
    with clock_at(w.moment("2026-04-10")):
        yield of


@pytest.mark.parametrize("phone", [False, True])
def test_an_officer_goes_through_the_queue_without_leaving_the_desk(
    stage: Stage, world: w.World, *, phone: bool
) -> None:
    officer = stage.signed_in(world.people["officer"], phone=phone)
    walks.opens_task(officer, TITLES[0])
    officer.sees("第 1 件，共 3 件", "一、", "到审查结论")
    officer.page.get_by_label("新备注").fill("已电话联系负责人")
    officer.press("写下备注")
    officer.sees("已电话联系负责人")
    officer.tick("需要修改：项目摘要")
    officer.fill("修改要求：项目摘要", "请写明示范地点")
    officer.fill("审查意见", "请按标注修改。")
    officer.press("退回修改")
    officer.sees("已办理：退回修改", TITLES[1], "第 1 件，共 2 件")
    walks.judges(officer, "指南", "附件", "涉密", "简历")
    officer.press("通过")
    officer.sees("已办理：通过", TITLES[2])
    officer.misses("第 1 件")
    assert sorted(Case.objects.values_list("step", flat=True)) == ["apply", "review", "screen"]
    applicant = stage.signed_in(world.people["principal 0"], phone=phone)
    walks.opens_task(applicant, TITLES[0])
    applicant.follow("项目摘要")
    applicant.sees("退回时指出，需要修改", "请写明示范地点", "退回指出 1 处")
    applicant.misses("已电话联系负责人")
