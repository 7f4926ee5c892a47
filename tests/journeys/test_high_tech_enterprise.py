"""Certification of a high-tech enterprise: from the call to the certificate in the register; and 70 is not enough."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests import make
from tests.journeys import walks
from tests.journeys.conftest import Stage
from tests.journeys.pages import Visitor
from tests.make import world as w

from keguan.casework import alarms
from keguan.casework.models import Round
from keguan.casework.services import Done
from keguan.kernel.clock import clock_at

PRODUCT = "膜下滴灌智能控制器"
PAPERS = ("complete", "core_rights", "domain")


@pytest.fixture
def world() -> w.World:
    world = w.world()
    enterprise = make.organisation(
        "天河智控科技有限公司", kind="enterprise", under=world.bureau, founded=date(2018, 5, 1)
    )
    world.people["enterprise"] = make.person(employer=enterprise)
    return world


def _call(world: w.World) -> Round:
    return w.call(
        world,
        "high-tech-enterprise",
        opens=w.moment("2026-03-01"),
        closes=w.moment("2026-03-31", "18:00"),
        budget_fen=0,
    )


def test_an_enterprise_goes_from_the_call_to_its_certificate_in_the_register(stage: Stage, world: w.World) -> None:
    with clock_at(w.moment("2026-03-02")):
        applicant = stage.signed_in(world.people["enterprise"])
        number = walks.begins(applicant, _call(world))
        _applies(applicant, world)
        walks.hands_in(applicant, number, PRODUCT, "发明专利")
    with clock_at(w.moment("2026-04-10")):
        officer = stage.signed_in(world.people["officer"])
        walks.opens_task(officer, number, "受理审查")
        walks.judges(officer, "申请材料齐全、相互一致", "核心自主知识产权权属清晰", "主要产品（服务）的核心技术属于")
        officer.press("通过")
        officer.sees("已办理：通过")
        w.reviewed(world, number, (71, 71, 71, 71, 71))
        walks.opens_task(officer, number, "综合审查")
        officer.sees("创新能力评价综合得分在70分以上（不含70分）", "71")
        walks.judges(officer, "应急、市场监管、生态环境等部门未反馈")
        officer.press("通过")
        officer.sees("已办理：通过")
        committee = stage.signed_in(world.people["committee"])
        walks.opens_agenda(committee, number)
        committee.fill("理由", "符合认定条件")
        committee.press("同意")
        committee.sees("已办理：同意")
        anybody = stage.browser()
        anybody.opens("/notices/")
        anybody.sees("天河智控科技有限公司", "先进制造与自动化")
    with clock_at(w.moment("2026-04-30", "00:01")):
        alarms.ring()
        applicant.opens(f"/cases/{number}/")
        applicant.sees("已认定", "已登记：")
        applicant.follow("高新技术企业证书", applicant.page.locator("section").filter(has_text="由此产生"))
        applicant.sees(f"高新技术企业证书：{PRODUCT}", "天河智控科技有限公司", "2026-04-", "2029-04-")


def test_exactly_seventy_points_are_not_enough(stage: Stage, world: w.World) -> None:
    with clock_at(w.moment("2026-03-02")):
        _call(world)
        number = _handed_in(world)
    with clock_at(w.moment("2026-04-10")):
        met = {f"papers.{rule}": {"result": "meets"} for rule in PAPERS}
        assert isinstance(world.act(number, "pass", "officer", verdicts=met), Done)
        w.reviewed(world, number, (60, 65, 70, 75, 80))
        officer = stage.signed_in(world.people["officer"])
        walks.opens_task(officer, number, "综合审查")
        rule = officer.page.locator("table.verdicts tbody tr").filter(has_text="不含70分").first.inner_text()
        assert "不符合" in rule
        assert "70" in rule
        walks.judges(officer, "应急、市场监管、生态环境等部门未反馈")
        officer.press("通过")
        assert officer.status == 422
        officer.sees("创新能力评价综合得分在70分以上（不含70分）", "评分未超过70分的，不符合认定条件")
        officer.fill("审查意见", "综合得分70分，未超过70分。")
        officer.press("不通过")
        officer.sees("已办理：不通过", "未达到认定条件")
        applicant = stage.signed_in(world.people["enterprise"])
        applicant.opens(f"/cases/{number}/")
        applicant.sees("未达到认定条件", "综合得分70分，未超过70分。")


def _applies(applicant: Visitor, world: w.World) -> None:
    applicant.fill("主要产品（服务）名称", PRODUCT)
    applicant.fill("所属高新技术领域", "先进制造与自动化")
    applicant.sees("取自名录", world.people["enterprise"].name)
    applicant.choose("申请认定前一年内是否发生重大安全、重大质量事故或严重环境违法行为", "否")
    right = {"授权号或登记号": "ZL202310000001.1", "名称": "一种滴灌控制方法", "获得方式": "自主研发"}
    applicant.rows("知识产权清单", [right | {"类别": "Ⅰ类（发明专利、植物新品种、国家新药等）"}])
    applicant.fill("职工总数", "１２０")
    applicant.fill("科技人员数", "30")
    applicant.fill("最近一年销售收入", "3000")
    applicant.fill("最近一年总收入", "3000")
    applicant.fill("最近一年高新技术产品（服务）收入", "2000")
    applicant.rows(
        "近三个会计年度销售收入与研发费用",
        [
            {"会计年度": year, "销售收入": sales, "研发费用总额": "150", "其中：境内研发费用": "150"}
            for year, sales in (("2023", "2000"), ("2024", "2500"), ("2025", "3000"))
        ],
    )
    applicant.fill("科技成果转化情况", "三年转化成果十五项，均形成产品并销售。")
    applicant.fill("三年转化成果总项数", "15")
    applicant.fill("研究开发组织管理水平", "设有研发中心，建立研发费用辅助账和成果转化奖励制度。")
    applicant.fill("企业成长性说明", "净资产和销售收入三年年均增长百分之二十以上。")
    applicant.upload("知识产权证书", "专利证书.pdf", walks.PDF)
    applicant.upload("专项审计报告和年度财务会计报告", "审计报告.pdf", walks.PDF)


def _handed_in(world: w.World) -> str:
    """The same application, by the write door."""
    person = world.people["enterprise"]
    number = w.started(world, "enterprise", host=person.employer)
    papers = [make.document(origin=number).pk]
    right = {"number": "ZL202310000001.1", "name": "一种滴灌控制方法", "class": "class_one", "source": "own"}
    accounts = [
        {"year": year, "sales": sales, "research": "150", "domestic": "150"}
        for year, sales in ((2023, "2000"), (2024, "2500"), (2025, "3000"))
    ]
    values: dict[str, Any] = {"main_product": PRODUCT, "domain": "manufacturing", "contact": person.pk}
    values |= {"accident": False, "ip": [right], "ip_papers": papers, "staff": 120, "research_staff": 30}
    values |= {"last_sales": "3000", "total_income": "3000", "high_tech_income": "2000", "accounts": accounts}
    values |= {"audit_reports": papers, "transformation": "三年转化成果十五项，均形成产品并销售。"}
    values |= {"transformations": 15, "organisation": "设有研发中心，建立研发费用辅助账和奖励制度。"}
    values |= {"growth": "净资产和销售收入三年年均增长百分之二十以上。"}
    answer = world.act(number, "submit", "enterprise", values=values)
    assert isinstance(answer, Done), answer
    return number
