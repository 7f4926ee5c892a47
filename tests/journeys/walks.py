"""Stretches that several journeys walk, each by the pages alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.journeys.conftest import Stage
from tests.journeys.pages import Visitor
from tests.make import world
from tests.make.world import World

from keguan.casework.drafting.drafts import Saved, save_draft
from keguan.casework.models import Round, Seat
from keguan.casework.services import Done
from keguan.registers.experts.models import Expert
from keguan.registers.parties.models import Person

PDF = "%PDF-1.7\n% 材料\n%%EOF\n".encode()
TITLE = "棉花抗旱新品种选育与示范"


def begins(visitor: Visitor, call: Round) -> str:
    """From the public list of calls to an empty form. Returns the number of the case."""
    visitor.opens("/calls/")
    visitor.clicks(visitor.page.locator(f"main a[href='/calls/{call.code}/']"))
    visitor.follow("申报")
    visitor.press("开始填写")
    visitor.sees("已建立办件")
    found = re.search(r"/cases/([0-9A-Z]+)/form/", visitor.page.url)
    assert found, visitor.page.url
    return found[1]


STATED = {
    "是否涉及人体、人类遗传资源或实验动物": "否",
    "本申报书及附件不含国家秘密": "是",
    "相同内容是否已申报或获得其他财政科技计划支持": "否",
}
"""What each application to the key R&D programme states of itself: the statements of another do not come along."""


def fills_proposal(visitor: Visitor, of: World, unwelcome: Person, *, title: str = TITLE, anew: bool = False) -> None:
    """The whole proposal, question by question: tables, files, people looked up by name. anew: also what is known already."""
    principal, member = of.people["applicant"], of.people["member"]
    if anew:
        visitor.press("更换")
        visitor.find("项目负责人", principal.name)
    else:
        visitor.sees(principal.name, "取自名录")  # who begins is the principal unless another is chosen
    visitor.fill("项目名称", title)
    visitor.fill("所属领域", "农业农村")
    visitor.fill("计划开始日期", "2026年7月1日")
    visitor.fill("计划完成日期", "2029/06/30")
    visitor.fill("项目摘要", "针对南疆灌区缺水问题，选育抗旱棉花新品种，并在主产区开展示范。")
    visitor.fill("研究目标与主要内容", "育成抗旱棉花新品种一个以上，形成配套节水栽培技术，建立示范区。")
    visitor.fill("技术路线与可行性", "采用分子标记辅助选择与田间多点鉴定相结合，分三年完成选育和示范。")
    visitor.rows(
        "绩效目标与考核指标",
        [
            {"指标名称": "新品种", "目标值": "１", "单位": "个"},
            {"指标名称": "示范面积", "目标值": "2000", "单位": "亩"},
        ],
    )
    visitor.find("姓名", member.name, visitor.row("项目组成员（不含负责人）", 1))
    visitor.rows("项目组成员（不含负责人）", [{"分工": "任务负责人", "每年投入月数": "6"}])
    visitor.fill("申请财政经费", "80")
    visitor.fill("自筹经费", "20")
    visitor.rows(
        "预算明细",
        [
            {"科目": "业务费", "财政经费": "60", "自筹经费": "20", "测算依据": "田间试验与检测"},
            {"科目": "劳务费", "财政经费": "20", "自筹经费": "0"},
        ],
    )
    for question, answer in STATED.items():
        visitor.choose(question, answer)
    visitor.press("保存草稿")
    visitor.sees("草稿已保存")
    visitor.misses("伦理审查批件")
    visitor.upload("自筹经费承诺书", "自筹承诺.pdf", PDF)
    visitor.press("添加一行", visitor.page.get_by_role("group", name="建议回避的专家"))
    visitor.find("专家", unwelcome.name, visitor.row("建议回避的专家", 1))
    visitor.fill("理由", "曾有学术争议", visitor.row("建议回避的专家", 1))


def hands_in(visitor: Visitor, number: str, *told: str) -> None:
    """From a filled form over the page that shows it once more to the receipt."""
    visitor.press("核对并提交")
    visitor.sees("核对并提交：", *told)
    visitor.tick("以上内容真实、完整")
    visitor.press("提交")
    visitor.sees("已提交", number)


def opens_task(visitor: Visitor, number: str, title: str = "") -> None:
    """From the to-do list to the case that waits there."""
    visitor.opens("/todo/")
    row = visitor.page.locator("main tr").filter(has_text=number).first
    visitor.clicks(row.get_by_role("link").first)
    visitor.sees(visitor.word("现在请您办理", "For you to do now"), title)


def opens_agenda(visitor: Visitor, number: str) -> None:
    """From the to-do list over the agenda of the round to one case."""
    visitor.opens("/todo/")
    visitor.follow(visitor.word("立项决定", "Decide"))
    visitor.clicks(visitor.page.locator("main tr").filter(has_text=number).get_by_role("link").first)
    visitor.page.get_by_role("button", name=visitor.word("同意", "Approve"), exact=True).wait_for()


def judges(visitor: Visitor, *rules: str) -> None:
    """Answer each of these rules with “meets”."""
    for rule in rules:
        row = visitor.page.locator("table.verdicts tbody tr").filter(has_text=rule).first
        row.get_by_label("符合", exact=True).check()


def assigns(visitor: Visitor, experts: Sequence[Expert]) -> None:
    """Tick these experts in the pool and assign them. The pool must be on the page."""
    for expert in experts:
        visitor.page.get_by_role("checkbox", name=expert.person.name, exact=True).check()
    visitor.press("指派专家")


def reviewers_of(number: str) -> list[Person]:
    """Who was invited, seat by seat. The one thing no page may tell the journey."""
    seats = Seat.objects.filter(case__number=number, state="invited").order_by("number")
    return [seat.holder.expert.person for seat in seats.select_related("holder__expert__person")]


def reviews(stage: Stage, number: str, scores: Sequence[Sequence[int]]) -> None:
    """Every invited reviewer signs in, accepts, reads and scores: one list of points by criterion for each."""
    for person, points in zip(reviewers_of(number), scores, strict=True):
        reviewer = stage.signed_in(person)
        opens_task(reviewer, number)
        reviewer.misses("表单内容")
        reviewer.tick("我与申报人及项目组成员没有利益冲突")
        reviewer.tick("我对申报内容、评审意见和评审过程保密")
        reviewer.press("接受评审")
        reviewer.sees("已办理：接受评审", "表单内容")
        fields = reviewer.page.locator(".criterion input.num")
        assert fields.count() == len(points)
        for at, given in enumerate(points):
            fields.nth(at).fill(str(given))
        reviewer.fill("评审意见", "思路清楚，基础扎实，目标可以测量。")
        reviewer.press("评分")
        reviewer.sees("已办理：评分")
        if Seat.objects.filter(case__number=number, state="invited").exists():
            reviewer.sees(f"您已评分，总分 {sum(points)}")


def handed_in(of: World) -> str:
    """An application that has been handed in, by the write door. Returns its number."""
    number = world.started(of)
    answer = of.act(number, "submit", "applicant", values=world.proposal(of, title=TITLE))
    assert isinstance(answer, Done), answer
    return number


def recommended(of: World) -> str:
    """An application that waits for its formal check, by the write door. Returns its number."""
    number = handed_in(of)
    for who, content in (("host", {}), ("authority", {"rank": 1})):
        answer = of.act(number, "endorse", who, **content)
        assert isinstance(answer, Done), answer
    return number


def kept(of: World, number: str, **changes: object) -> None:
    """A complete draft of the proposal."""
    answer = save_draft(number, "proposal", world.proposal(of, title=TITLE, **changes), 0, of.actor("applicant"))
    assert isinstance(answer, Saved), answer
