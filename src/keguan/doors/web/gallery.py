"""All components on one page, to look at them together in both languages."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from keguan.components.access import SIGNED_IN, Right, page
from keguan.components.fields import Field
from keguan.components.lists import Choice, Column
from keguan.components.status import Crumb, Line, Stage, Status, Tab
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem

GALLERY = Right(
    Text("查看组件陈列", "see the component gallery"),
    lambda actor: settings.DEMO or SIGNED_IN.holds(actor),
    SIGNED_IN.given_by,
)

PROBLEMS = (
    Problem(
        "apply.cofunding",
        Text("企业自筹经费不足财政经费的 2 倍。", "The enterprise puts in less than twice the public money."),
        "proposal.own_funds",
        "80 万元",
        "兵团2018年科技工作要点 第4条",
        Text(
            "请把自筹经费增至 100 万元以上，或减少申请额。",
            "Raise own funds to 1,000,000 yuan or more, or ask for less.",
        ),
    ),
    Problem("apply.day", Text("开始日期已过。", "The first day lies in the past."), "proposal.first_day", "2020-02-30"),
)


def fields() -> list[Field]:
    """One field of each kind."""
    region = tuple(
        Choice(code, Text(zh, en))
        for code, zh, en in (
            ("650100", "乌鲁木齐市", "Ürümqi"),
            ("650200", "克拉玛依市", "Karamay"),
            ("650400", "吐鲁番市", "Turpan"),
            ("650500", "哈密市", "Hami"),
            ("652300", "昌吉州", "Changji"),
            ("653100", "喀什地区", "Kashgar"),
        )
    )
    member = (
        Field("name", "text", Text("姓名", "Name")),
        Field("months", "number", Text("投入月数", "Months")),
        Field("share", "money", Text("经费", "Money")),
    )
    shown = [
        Field(
            "proposal.title",
            "text",
            Text("项目名称", "Title"),
            "艾力·斯木吐拉团队：棉花滴灌",
            Text("写清对象与方法。", "Name the object and the method."),
            True,
            most=60,
        ),
        Field("proposal.summary", "prose", Text("摘要", "Summary"), "第一行\n第二行", most=500),
        Field("proposal.months", "number", Text("执行期", "Duration"), "24", unit=Text("月", "months")),
        Field("proposal.own_funds", "money", Text("自筹经费", "Own funds"), "80", required=True, source="要点 第4条"),
        Field("proposal.first_day", "day", Text("开始日期", "First day"), "2020-02-30"),
        Field(
            "proposal.kind",
            "choice",
            Text("类型", "Kind"),
            "b",
            choices=(Choice("a", Text("基础研究", "Basic")), Choice("b", Text("应用研究", "Applied"))),
        ),
        Field("proposal.region", "choice", Text("地区", "Region"), "", choices=region),
        Field("proposal.fields", "choices", Text("领域", "Fields"), ("650100", "653100"), choices=region),
        Field("proposal.ethics", "yes_no", Text("是否涉及人体试验？", "Does it involve human subjects?"), "no"),
        Field(
            "proposal.members",
            "table",
            Text("成员", "Members"),
            ({"name": "王一", "months": "6", "share": "12.5"},),
            columns=member,
            spare_rows=1,
        ),
        Field(
            "proposal.plan",
            "file",
            Text("实施方案", "Plan"),
            hint=Text("PDF，不超过 20 MB。", "PDF, at most 20 MB."),
            accept=".pdf",
        ),
    ]
    return [field.with_problems(PROBLEMS) for field in shown]


IN, OUT = Status(Text("在预算之内", "Within"), "good"), Status(Text("超出预算", "Beyond"), "warn")
# Plain words only, so that a reader of the script can check them at a glance; nobody has yet.
SCRIPTS = {
    "uyghur": [
        {
            "key": "ug",
            "title": "پەن-تېخنىكا تۈرى",
            "sentence": "ئىلتىماس قىلىش، باھالاش، قارار چىقىرىش.",
            "good": "تەستىقلاندى",
            "bad": "رەت قىلىندى",
            "deadline": "ئاخىرقى مۇددەت",
            "name": "ئىسىم",
            "somebody": "ئالىم ئەخمەت",
            "money": "مەبلەغ",
            "send": "يوللاش",
            "save": "ساقلاش",
        }
    ],
    "mongolian": [
        {
            "key": "mn",
            "title": "ᠰᠢᠨᠵᠢᠯᠡᠬᠦ ᠤᠬᠠᠭᠠᠨ",
            "sentence": "ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ᠌ ᠳᠡᠭᠡᠷ᠎ᠡ ᠡᠴᠡ ᠳᠣᠷᠣᠭᠰᠢ ᠪᠢᠴᠢᠨ᠎ᠡ᠃",
            "good": "ᠵᠥᠪ",
            "bad": "ᠪᠤᠷᠤᠭᠤ",
            "deadline": "ᠡᠳᠦᠷ",
            "name": "ᠨᠡᠷ᠎ᠡ",
            "somebody": "ᠪᠠᠲᠤ",
            "money": "ᠮᠥᠩᠭᠦ",
            "send": "ᠢᠯᠡᠭᠡᠬᠦ",
            "save": "ᠬᠠᠳᠠᠭᠠᠯᠠᠬᠤ",
        }
    ],
}

TABLE = (
    Column("number", Text("编号", "Number"), lambda row: row[0], link=lambda row: "#table"),
    Column("title", Text("名称", "Title"), lambda row: row[1]),
    Column("asked", Text("申请额", "Asked"), lambda row: row[2], "money"),
    Column("due", Text("截止", "Due"), lambda row: row[3], "day"),
    Column("state", Text("状态", "State"), lambda row: row[4], "status"),
)
ROWS = (
    (
        "65ZDYF2026000077J",
        Text("棉花滴灌关键技术研究", "Drip irrigation of cotton"),
        12_500_000,
        dt.date(2026, 5, 1),
        IN,
    ),
    ("65ZDYF2026000079F", Text("冷链物流边缘计算", "Edge computing for cold chains"), 980_000_000, None, OUT),
)


@page(GALLERY)
def gallery(request: HttpRequest) -> HttpResponseBase:
    """The gallery."""
    moment = dt.datetime(2026, 11, 22, 9, 55, tzinfo=dt.UTC)
    context = {
        "problems": PROBLEMS,
        "fields": fields(),
        "locked": [
            replace(field, name=f"locked.{field.name}", locked=True, problems=())
            for field in fields()
            if field.name in ("proposal.title", "proposal.kind", "proposal.region")
        ],
        "columns": TABLE,
        "rows": ROWS,
        "scripts": SCRIPTS,
        "crumbs": [Crumb(Text("首页", "Home"), "/"), Crumb(Text("组件陈列", "Gallery"))],
        "stages": [
            Stage(Text("申报", "Apply"), "done", "2026-03-01"),
            Stage(Text("单位审核", "Endorse"), "done"),
            Stage(Text("推荐", "Recommend"), "skipped"),
            Stage(Text("评审", "Review"), "now", Text("截止 2026-05-01", "until 2026-05-01")),
            Stage(Text("立项", "Decide")),
        ],
        "lines": [
            Line(Text("申请额", "Asked"), 12_500_000, "money"),
            Line(Text("状态", "Status"), Status(Text("在办", "Open"), "info"), "status"),
            Line(Text("提交时间", "Submitted"), moment, "moment", note=Text("北京时间", "Beijing time")),
            Line(Text("说明", "Note"), "第一行\n第二行", "prose"),
            Line(Text("空", "Empty"), None),
        ],
        "tabs": [Tab(Text("全部", "All"), "#", True, 12), Tab(Text("待审", "Waiting"), "#", False, 3)],
        "statuses": [
            Status(Text(zh, en), tone)  # type: ignore[arg-type]
            for zh, en, tone in (
                ("草稿", "Draft", "neutral"),
                ("在办", "Open", "info"),
                ("通过", "Passed", "good"),
                ("待补正", "To correct", "warn"),
                ("不通过", "Failed", "bad"),
            )
        ],
        "amount_fen": 12_500_000,
        "moment": moment,
    }
    return render(request, "web/gallery.html", context)
