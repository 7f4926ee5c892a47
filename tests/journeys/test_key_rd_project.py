"""A key R&D project, from the public call to the signed agreement: everybody signs in and does their part by the pages."""

from __future__ import annotations

import pytest
from tests import make
from tests.journeys import meeting_walk, walks
from tests.journeys.conftest import Stage
from tests.journeys.pages import Visitor
from tests.make import world as w

from keguan.casework import alarms
from keguan.casework.models import Round
from keguan.kernel.actors import SYSTEM
from keguan.kernel.clock import clock_at
from keguan.registers.experts.models import Expert
from keguan.registers.parties.services import declare_kin

SCORES = (
    [18, 17, 21, 12, 12, 5],
    [16, 16, 20, 12, 12, 4],
    [17, 15, 22, 13, 11, 4],
    [15, 14, 18, 10, 10, 3],
    [9] * 5 + [2],
)


@pytest.fixture
def world() -> w.World:
    return w.world(experts_count=8)


def test_a_project_goes_from_the_public_call_to_the_signed_agreement_and_its_first_tranche(
    stage: Stage, world: w.World
) -> None:
    with clock_at(w.moment("2026-03-02")):
        call = w.call(world, "key-rd-project", opens=w.moment("2026-03-01"), closes=w.moment("2026-03-31", "18:00"))
        w.version("object")
        number = _applies(stage, world, call)
    with clock_at(w.moment("2026-03-04")):
        _endorse(stage, world, number)
    with clock_at(w.moment("2026-04-10")):
        officer = _screens(stage, world, number)
        _assigns(officer, world, number)
        walks.reviews(stage, number, SCORES)
        _adopts(officer, call)
        _decides(stage, world, call.code)
    with clock_at(w.moment("2026-04-13")):
        objector = _objects(stage, number)
    with clock_at(w.moment("2026-04-22", "00:01")):
        alarms.ring()
        officer.opens(f"/cases/{number}/")
        officer.sees("现在：拟立项公示")  # an open objection keeps the notice open
    with clock_at(w.moment("2026-04-23")):
        _dismisses(stage, world)
        objector.opens("/my-cases/")
        objector.sees("异议不成立")
        alarms.ring()
        _agree(stage, world, number)


def _applies(stage: Stage, world: w.World, call: Round) -> str:
    anybody = stage.browser()
    anybody.opens("/calls/")
    anybody.sees(call.title.zh, "正在申报", "150 万元")
    anybody.clicks(anybody.page.locator(f"main a[href='/calls/{call.code}/']"))
    anybody.sees("7个工作日", "数值待核")
    anybody.opens(f"/calls/{call.code}/guide/")
    anybody.sees("企业自主投入不低于财政投入的规定倍数", "数值待核")
    applicant = stage.signed_in(world.people["applicant"])
    number = walks.begins(applicant, call)
    walks.fills_proposal(applicant, world, Expert.objects.get(pk=world.experts[0]).person)
    applicant.press("检查")
    applicant.sees("检查通过，可以提交", "规则核对")
    walks.hands_in(applicant, number, walks.TITLE, "80 万元", "自筹承诺.pdf", "示范面积")
    applicant.sees("申报单位审核")
    return number


def _endorse(stage: Stage, world: w.World, number: str) -> None:
    host = stage.signed_in(world.people["host"])
    walks.opens_task(host, number, "申报单位审核")
    host.fill("审核意见", "材料属实，同意申报。")
    host.press("同意推荐")
    host.sees("已办理：同意推荐")
    authority = stage.signed_in(world.people["authority"])
    walks.opens_task(authority, number, "推荐单位推荐")
    authority.sees("推荐限额 3 项，已推荐 0 项")
    authority.press("同意推荐")
    assert authority.status == 422
    authority.fill("推荐排序", "1")
    authority.press("同意推荐")
    authority.sees("已办理：同意推荐")


def _screens(stage: Stage, world: w.World, number: str) -> Visitor:
    officer = stage.signed_in(world.people["officer"])
    walks.opens_task(officer, number, "形式审查")
    walks.judges(officer, "申报内容符合当年指南支持方向", "附件齐全、清晰、签章有效")
    officer.press("通过")
    assert officer.status == 422, "two rules still need a person"
    officer.sees("申报材料未见涉密内容", "处需要处理")
    assert officer.page.locator("table.verdicts input:checked").count() == 2, "what was answered stays answered"
    walks.judges(officer, "申报材料未见涉密内容", "负责人和成员情况与系统登记一致")
    officer.press("通过")
    officer.sees("已办理：通过", "评审组共 5 席，尚余 5 席")
    return officer


def _assigns(officer: Visitor, world: w.World, number: str) -> None:
    """The expert whom the applicant named cannot be chosen; one who turns out to be kin meanwhile is refused."""
    experts = list(Expert.objects.filter(pk__in=world.experts).select_related("person").order_by("pk"))
    officer.follow("从专家库选择")
    unwelcome = officer.page.locator("#pool tr").filter(has_text=experts[0].person.name)
    assert "申报人已提出该专家不宜评审" in unwelcome.inner_text()
    assert unwelcome.get_by_role("checkbox").count() == 0
    declare_kin(SYSTEM, world.people["member"], experts[1].person, "sibling")
    walks.assigns(officer, experts[1:6])
    assert officer.status == 422
    officer.sees("该专家与申报人或参与者有近亲属等关系，应当回避", "国家自然科学基金条例 第20条", "请改派其他专家")
    walks.assigns(officer, [experts[6]])
    officer.sees("已办理：指派专家", "尚余 0 席")


def _adopts(officer: Visitor, call: Round) -> None:
    officer.opens("/todo/")
    officer.follow("排序")
    officer.sees(walks.TITLE, "在预算之内", "（小者在前）", "预算 150 万元，安排 80 万元，余 70 万元")
    officer.tick("我已核对顺序和金额")
    officer.press("确认排序")
    officer.sees("确认。")
    assert officer.page.get_by_role("button", name="确认排序").count() == 0


def _decides(stage: Stage, world: w.World, code: str) -> None:
    committee = stage.signed_in(world.people["committee"])
    committee.opens("/todo/")
    committee.follow("立项决定")
    committee.sees("待会议表决")
    meeting_walk.decides(stage, world, code, "60", "同意立项，劳务费不予支持")
    committee.opens("/todo/")
    committee.misses("立项决定")


def _objects(stage: Stage, number: str) -> Visitor:
    anybody = stage.browser()
    anybody.opens("/notices/")
    anybody.follow(walks.TITLE)
    anybody.sees("天河大学", "60万元", "公示至")
    objector = stage.signed_in(make.person("买买提·吐尔逊"))
    objector.opens(anybody.page.url)
    objector.press("提出异议")
    assert objector.page.get_by_label("异议人姓名或单位名称").input_value() == "买买提·吐尔逊"
    objector.sees("取自您的个人资料")
    objector.fill("联系方式", "0991-0000000")
    objector.choose("本人（单位）实名提出，并对所述事实负责", "是")
    objector.fill("异议事项", "示范面积与事实不符")
    objector.choose("异议类型", "公示内容与事实不符")
    objector.fill("事实和理由", "2026年3月现场查看，所称示范区尚未建立，请核实示范面积。")
    objector.upload("证明材料", "现场照片.pdf", walks.PDF)
    objector.press("核对并提交")
    objector.tick("以上内容真实、完整")
    objector.press("提交")
    objector.sees("已提交")
    return objector


def _dismisses(stage: Stage, world: w.World) -> None:
    supervisor = stage.signed_in(world.people["supervisor"])
    walks.opens_task(supervisor, "示范面积与事实不符", "核实处理")
    supervisor.sees("买买提·吐尔逊", "所称示范区尚未建立")
    supervisor.fill("理由", "经查，示范区在申报书所列计划之内，尚未到建设时间。")
    supervisor.press("不同意")
    supervisor.sees("已办理：不同意", "异议不成立")


def _agree(stage: Stage, world: w.World, number: str) -> None:
    applicant = stage.signed_in(world.people["applicant"])
    walks.opens_task(applicant, number, "签订任务书")
    applicant.follow("填写任务书")
    assert applicant.value("实施期结束") == "2029-06-30"
    applicant.rows(
        "里程碑",
        [
            {"完成日期": "2027-12-31", "工作内容": "完成品系鉴定（中期检查）", "交付成果": "中期报告"},
            {"完成日期": "2029-06-30", "工作内容": "完成示范", "交付成果": "验收材料"},
        ],
    )
    applicant.press("核对并定稿")
    applicant.tick("以上内容真实、完整")
    applicant.press("定稿")
    applicant.sees("已提交")
    applicant.press("作为申报人签署")
    host = stage.signed_in(world.people["host"])
    walks.opens_task(host, number, "签订任务书")
    host.press("作为依托单位科研管理部门签署")
    officer = stage.signed_in(world.people["officer"])
    walks.opens_task(officer, number, "签订任务书")
    officer.press("作为专业机构项目主管签署")
    officer.sees("目标值是否均不低于申报书")
    assert officer.status == 422
    walks.judges(officer, "考核指标不低于申报书")
    officer.press("作为专业机构项目主管签署")
    officer.sees("已立项")
    applicant.opens(f"/cases/{number}/")
    applicant.sees("已立项", "36 万元", "24 万元", "2026-05-2", "应付", "已登记：", walks.TITLE)
    applicant.sees("附条件：")
    applicant.follow(walks.TITLE, applicant.page.locator("section").filter(has_text="由此产生"))
    applicant.sees("60 万元", "天河大学")
