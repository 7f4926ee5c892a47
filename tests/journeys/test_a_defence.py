"""A defence session in a browser: slots proposed, moved and told; the applicant comes; a member leaves; a vote, and minutes."""

from __future__ import annotations

import re

import pytest
from icalendar import Calendar
from tests.journeys.conftest import Stage
from tests.journeys.pages import Visitor
from tests.slices.panels.committee import Committee, called

from keguan.casework.models import Case
from keguan.panels.meetings.models import Slot

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_secretary_and_an_applicant_from_the_schedule_to_the_minutes(stage: Stage) -> None:
    with called("defence") as committee:
        number = committee.numbers[0]
        secretary = stage.signed_in(committee.world.people["officer"])
        here = f"{stage.address}/meetings/{committee.pk}/"
        _told(stage, secretary, committee, number, here)
        members = [stage.signed_in(committee.people[at]) for at in range(4)]
        secretary.opens(here)
        for at in range(4):
            secretary.press(f"签到：{committee.people[at].name}")
        secretary.press("宣布开会")
        secretary.sees("请再确认一次")
        secretary.press("现在开会")
        item = secretary.page.locator(".agenda > li").filter(has_text=number)
        secretary.press("提请审议", item)

        leaving, *staying = members
        leaving.opens(here)
        leaving.clicks(leaving.page.locator("#now a", has_text="我对本议项须回避"))
        leaving.fill("理由（记入会议记录）", "申报人是本人学生")
        leaving.press("声明回避")
        leaving.sees("请离席")
        paper = f"/rounds/{committee.world.round.code}/decide/decide/papers/{number}/"  # type: ignore[union-attr]
        leaving.opens(paper)
        leaving.sees("本件您须回避", "申报人是本人学生")
        assert leaving.status == 403

        secretary.opens(here)
        secretary.press("开始无记名表决")
        for member in staying:
            member.opens(here)
            member.choose("您的一票（无记名，投出后不能更改）", "赞成")
            member.press("投票")
        leaving.opens(here)
        leaving.misses("您的一票", "已投")
        secretary.opens(here)
        secretary.press("结束表决并计票")
        secretary.sees("赞成3票", "动议通过")
        staying[0].opens(here)
        staying[0].fill("同意的理由（申报人会看到）", "路线清楚，同意立项")
        staying[0].press("按表决结果登记决定")
        staying[0].press("登记这项决定")
        secretary.opens(here)
        secretary.press("结束会议")
        secretary.press("仍然结束会议")
        minutes = secretary.page.request.get(f"{here}minutes.pdf?lang=zh")
        assert minutes.status in (200, 202)
        assert Case.objects.get(number=number).memo.state["steps"]["decide"]["outcome"] == "approved"


def _told(stage: Stage, secretary: Visitor, committee: Committee, number: str, here: str) -> None:
    """The secretary arranges the slots, and the applicant finds theirs."""
    secretary.opens(here)
    secretary.follow("答辩时间表")
    secretary.follow("设定时段")
    secretary.rows("会议时间（北京时间）", [{"从": "09:00", "到": "10:30", "地点": "二号会议室"}])
    secretary.fill("请申报人携带", "身份证和答辩幻灯片")
    secretary.press("设定时段")
    secretary.press("请系统排顺序")
    secretary.sees("2 件的时间还没有通知")
    free = Slot.objects.filter(item=None).order_by("-begins")[0]
    moved = secretary.page.locator("select[name=item] option", has_text=number).first.get_attribute("value")
    secretary.page.locator("select[name=item]").select_option(moved)
    secretary.page.locator("select[name=slot]").select_option(str(free.pk))
    secretary.press("调整")
    secretary.press("确认并通知")
    secretary.sees("已通知")
    secretary.misses("还没有通知")

    principal = Case.objects.get(number=number).principal
    assert principal is not None
    applicant = stage.signed_in(principal)
    applicant.opens(f"/cases/{number}/")
    applicant.sees("答辩", "二号会议室", "20分钟", "身份证和答辩幻灯片")
    applicant.misses(*(one.name for one in committee.people))
    with applicant.page.expect_download() as coming:
        applicant.page.get_by_role("link", name=re.compile("^日历文件$")).first.click()
    event = Calendar.from_ical(coming.value.path().read_bytes()).walk("VEVENT")[0]
    assert event["DTSTART"].dt == free.begins
    applicant.opens("/messages/")
    applicant.sees(f"{number} 的答辩定于")
