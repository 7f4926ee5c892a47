"""A committee meets, by the pages: its secretary calls and runs the meeting, its members vote, one of them enters the result."""

from __future__ import annotations

from tests import make
from tests.journeys.conftest import Stage
from tests.journeys.pages import Visitor
from tests.make import world as w


def decides(stage: Stage, world: w.World, code: str, amount_wan: str, reason: str) -> None:
    """One case is taken up, voted on by three members, and its decision entered. In Chinese, today."""
    for name in ("second", "third"):
        world.people[name] = make.person()
        make.duty("committee", world.people[name])
    members = [stage.signed_in(world.people[who]) for who in ("committee", "second", "third")]
    secretary = stage.signed_in(world.people["officer"])
    here = _called(secretary, code)
    for who in ("committee", "second", "third"):
        secretary.press(f"签到：{world.people[who].name}")
    secretary.press("宣布开会")
    secretary.press("提请审议")
    secretary.fill("金额（万元）", amount_wan)
    secretary.press("开始无记名表决")
    secretary.sees("已投 0 人", "结束前不显示结果")
    for member in members:
        member.opens(here)
        member.choose("您的一票（无记名，投出后不能更改）", "赞成")
        member.press("投票")
        member.sees("您已投票")
    secretary.opens(here)
    secretary.press("结束表决并计票")
    secretary.sees("赞成3票", "动议通过")
    members[0].opens(here)
    members[0].fill("同意的理由（申报人会看到）", reason)
    members[0].press("按表决结果登记决定")
    members[0].sees("请再确认一次", "进入下一环节")
    members[0].press("登记这项决定")
    members[0].sees("决定已登记")
    secretary.opens(here)
    secretary.press("结束会议")
    secretary.press("确认结束会议")
    secretary.sees("已结束")


def _called(secretary: Visitor, code: str) -> str:
    secretary.opens(f"/rounds/{code}/")
    secretary.follow("安排会议")
    secretary.fill("日期", "2026-04-10")
    secretary.fill("开始时间", "10:30")
    secretary.fill("地点", "一号会议室")
    secretary.press("安排并通知成员")
    secretary.sees("会议已安排", "一号会议室", "待审议")
    return secretary.page.url
