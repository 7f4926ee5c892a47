"""The tour of the demo: for each role a few places worth a look, found in the year that was lived."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from keguan.casework.models import Answers, Case, Draft, Ranking, Round, SeatHolder
from keguan.casework.permissions import visible_to
from keguan.kernel import clock
from keguan.kernel.actors import NOBODY, Actor
from keguan.kernel.bilingual import Text
from keguan.panels.matching.models import Proposal
from keguan.registers.parties.access import actor_for
from keguan.registers.parties.models import Account, Duty
from keguan.registers.parties.queries import in_force
from keguan.registers.parties.roles import APPLICANT, ROLES, role_name

PUBLIC = "public"
Address = Callable[[Actor], str | None]


@dataclass(frozen=True, slots=True)
class Stop:
    """One place: what it is, what to see there, and where it is for one person; no address where there is no such thing."""

    title: Text
    see: Text
    address: Address


@dataclass(frozen=True, slots=True)
class Seen:
    """A stop as one person comes to it."""

    title: Text
    see: Text
    href: str


def title_of(role: str) -> Text:
    """What a tour is called."""
    return Text("公众", "The public") if role == PUBLIC else role_name(role)


def guide_for(role: str) -> Account | None:
    """The demo person who has most to show in this role; None for the public, or where nobody holds it."""
    accounts = Account.objects.filter(is_active=True, person__is_demo=True).select_related("person").order_by("pk")
    if role == PUBLIC:
        return None
    if role == APPLICANT:
        writing = Draft.objects.filter(case__in=_being_written()).values("case__applicant")
        handed_in = Case.objects.filter(submitted_at__isnull=False).values("applicant")
        both = accounts.filter(person__in=writing).filter(person__in=handed_in)
        return both.first() or accounts.filter(person__in=handed_in).first()
    if role == "expert":
        return accounts.filter(person__in=SeatHolder.objects.values("expert__person")).first()
    holders = Duty.objects.filter(in_force(), role=role)
    if role in ("host", "authority"):
        busy = Case.objects.filter(submitted_at__isnull=False).values(role)
        return accounts.filter(person__in=holders.filter(organisation__in=busy).values("person")).first()
    return accounts.filter(person__in=holders.values("person")).first()


def stops(role: str, account: Account | None) -> list[Seen]:
    """The tour of a role, for the person who guides it."""
    actor = actor_for(account.person) if account and account.person else NOBODY
    found = [(one, one.address(actor)) for one in TOURS[role]]
    return [Seen(one.title, one.see, href) for one, href in found if href]


# ------------------------------------------------------------------------------------------------ where things are


def _at(name: str) -> Address:
    return lambda actor: reverse(name)


def _being_written() -> QuerySet[Case]:
    now = clock.now()
    return Case.objects.filter(submitted_at=None, end="", round__opens__lte=now, round__closes__gt=now)


def _draft(actor: Actor) -> str | None:
    number = (
        _being_written().filter(applicant=actor.person, drafts__isnull=False).values_list("number", flat=True).first()
    )
    return reverse("case_form_now", args=[number]) if number else None


def _receipt(actor: Actor) -> str | None:
    found = Answers.objects.filter(case__applicant=actor.person, case__parent=None).order_by("-id").first()
    return reverse("case_receipt", args=[found.case.number, found.form]) if found else None


def _case(where: Q) -> Address:
    def address(actor: Actor) -> str | None:
        found = Case.objects.filter(visible_to(actor), where, parent=None).order_by(
            F("submitted_at").desc(nulls_last=True)
        )
        number = found.values_list("number", flat=True).first()
        return reverse("case", args=[number]) if number else None

    return address


def _round(name: str, where: Q, *step: str) -> Address:
    def address(actor: Actor) -> str | None:
        found = Round.objects.filter(where, status="published").order_by("-opens", "code").first()
        return reverse(name, args=[found.code, *step]) if found else None

    return address


_ANY, _OF_KEY_RD = Q(), Q(programme__code="key-rd-project")
_RANKED = _OF_KEY_RD & Q(pk__in=Ranking.objects.values("round"))
_PROPOSED = Q(pk__in=Proposal.objects.values("round"))
_HANDED_IN, _ENDED, _RUNS = Q(submitted_at__isnull=False), ~Q(end=""), Q(end="", submitted_at__isnull=False)
_TODO = Stop(
    Text("待办", "To do"),
    Text(
        "等您办理的事，最急的在前。演示到这一天为止，没有时这里会说明。", "What waits for you, the most urgent first."
    ),
    _at("todo"),
)
_MESSAGES = Stop(
    Text("消息", "Messages"),
    Text("办件有了变化，谁会收到什么。", "What you are told when a case moves."),
    _at("messages"),
)
_CASES = Stop(
    Text("办件", "Cases"),
    Text(
        "试试查询框：环节:形式审查 申请金额>50万。选列、存视图、导出。",
        "Try the query box (step, amount, host, in either language). Choose columns, keep the view, export it.",
    ),
    _at("cases"),
)
_EXPLAINED = Stop(
    Text("一个办结的办件", "A case that has ended"),
    Text("每个环节由谁、按哪条规则、用什么数值、依据什么办理；下方是痕迹。", "Who did what at each step, by which rule, value and source; its trace below."),
    _case(_ENDED & _HANDED_IN),
)  # fmt: skip
_GLANCE = Stop(
    Text("批次总览", "A round at a glance"),
    Text("办到哪一步、花了多少、还要多久。", "How far its cases are, what was granted, how long steps take."),
    _round("round_overview", _OF_KEY_RD),
)
_AWARDS = Stop(
    Text("资助结果", "Awards"),
    Text("按年份、地区、计划筛选，可下载。", "By year, region and programme; to take away as data."),
    _at("awards"),
)
_CALL = Stop(
    Text("一个通知", "A call"),
    Text(
        "谁可以申报、到什么时候；先自查条件再动笔。",
        "Who may apply and until when; check your eligibility before you write.",
    ),
    _round("call", _ANY),
)

TOURS: Mapping[str, tuple[Stop, ...]] = {
    PUBLIC: (
        Stop(Text("申报通知", "Calls"), Text("不登录就能看；可订阅、可加入日历。", "Open to everybody; by feed, mail and calendar too."), _at("calls")),
        _CALL,
        Stop(Text("申报指南", "The guide"), Text("由计划定义生成：问什么、哪些规则、依据何在。", "Made from the definition: what is asked, by which rules and sources."), _round("guide", _OF_KEY_RD)),
        Stop(Text("公示", "Public notices"), Text("还剩多少时间、谁可以提出异议。", "How much time is left, and who may object."), _at("notices")),
        _AWARDS,
        Stop(Text("统计", "Statistics"), Text("图表同时给出数字。", "Charts, with their numbers beside them."), _at("awards_statistics")),
    ),
    APPLICANT: (
        _CALL,
        Stop(Text("一份正在写的申报书", "An application being written"), Text("写到哪里存到哪里；看左边还缺什么；试试上传、替换附件。", "It keeps itself while you type; see on the side what is missing; try to replace a file."), _draft),
        Stop(Text("我的办件", "My cases"), Text("走到哪一步、谁在办；办结的可以归档。", "Where each stands and who acts; those that ended can be archived."), _at("my_cases")),
        Stop(Text("回执", "A receipt"), Text("编号、服务器时间、摘要值：任何人都能重新算出。", "Number, server time and digest, which anybody can compute again."), _receipt),
        _EXPLAINED,
        _MESSAGES,
    ),
    "administrator": (
        Stop(Text("本单位人员", "Our people"), Text("邀请、授予和结束职责、离开。", "Invite, give and end duties, let people go."), _at("members_home")),
        Stop(Text("单位名录", "Organisations"), Text("您的单位在名录中是怎样的。", "How your organisation stands in the register."), _at("organisations")),
        _MESSAGES,
    ),
    "host": (
        _TODO,
        Stop(Text("申报进展", "Progress of applications"), Text("本单位谁还没交、缺什么。", "Who has not handed in yet, and what they lack."), _at("progress")),
        _CASES,
        Stop(Text("本单位的一个办件", "A case of the institution"), Text("审核时看到的全文和规则核对。", "The whole text, and what the rules say of it."), _case(_HANDED_IN)),
    ),
    "authority": (
        _TODO,
        Stop(Text("申报进展", "Progress of applications"), Text("所属单位的申报；限额内排序推荐。", "Those of the bodies below; ranked within the quota."), _at("progress")),
        _CASES,
        Stop(Text("一个推荐过的办件", "A case that was recommended"), Text("推荐意见和名次怎样留痕。", "How opinion and rank are traced."), _case(_HANDED_IN)),
    ),
    "officer": (
        _TODO,
        _CASES,
        Stop(Text("正在办理的一个办件", "A case that is running"), Text("左边答案，右边规则、历史和决定。", "Answers on one side; rules, history and decision on the other."), _case(_RUNS)),
        Stop(Text("拟定的评审组", "Panels proposed"), Text("为什么是这些专家，谁被回避，换人要写理由。", "Why these experts, who keeps out, and the reason wherever one was replaced."), _round("panels", _PROPOSED, "review")),
        Stop(Text("公开抽取", "A public draw"), Text("名单先封存，种子后公布；任何人可用公开文件重算。", "The list is fixed first, the seed comes after; anybody computes it again from the public file."), _round("draws", Q(programme__code="natural-science-fund"), "review")),
        Stop(Text("文本相似", "Texts that are alike"), Text("相同段落左右对照；由人判定并写明理由。", "The same passages side by side; a person decides, and says why."), _at("similarity")),
    ),
    "committee": (
        Stop(Text("立项决定", "Deciding"), Text("一次会议的全部办件；决定逐项留痕，可打印决议。", "All cases of a meeting; each decision is traced, the resolution prints."), _round("deciding", _RANKED, "decide")),
        Stop(Text("批次排序", "A ranking"), Text("名次由哪些分数得出。", "Which scores make each rank."), _round("ranking", _RANKED, "rank")),
        Stop(Text("会议", "Meetings"), Text("议程、到会、回避、无记名表决、签署的记录。", "Agenda, who came, who kept out, secret ballots, minutes that were signed."), _at("meetings")),
        Stop(Text("评分解读", "The scores read together"), Text("换一种算法、去掉一位专家，入围线怎样移动。", "How the line moves by another way of counting, or without one reviewer."), _round("score_reading", _RANKED, "rank")),
        _GLANCE,
        _EXPLAINED,
    ),
    "expert": (
        _TODO,
        Stop(Text("评审过的一个办件", "A case you were asked about"), Text("接受并承诺保密以后才看到全文；自己的评分一直在。", "The text opens once confidence is promised; your own scores stay."), _case(_HANDED_IN)),
        Stop(Text("我的专家信息", "My entry in the pool"), Text("学科、成果、可评时间；历次评审的记录可以查看和答复。", "Fields, works, when you are free; the record of your reviews, which you may answer."), _at("expert_mine")),
        Stop(Text("消息提醒", "Notices"), Text("什么事用邮件、什么事用短信告诉您。", "What you are told by mail, and what by text message."), _at("notice_wishes")),
        _MESSAGES,
    ),
    "planning": (
        Stop(Text("批次", "Rounds"), Text("起草的人不能自己发布。", "Whoever drafted one does not publish it."), _at("rounds")),
        Stop(Text("设置新批次", "Set up a round"), Text("时间、预算、领域、名额。", "Window, budget, topics, quota."), _at("round_new")),
        _GLANCE,
        _AWARDS,
    ),
    "supervision": (
        Stop(Text("痕迹", "The trace"), Text("每个人做的每件事，用句子写出；查看也留痕。", "What everybody did, in sentences; looking leaves a trace as well."), _at("trace")),
        Stop(Text("惩戒", "Sanctions"), Text("依据、期限、影响哪些申报。", "Ground, period, and which applications they stop."), _at("sanctions")),
        Stop(Text("公开抽取", "Public draws"), Text("每次更换按顺序公布。", "Every replacement is published in its order."), _at("announced_draws")),
        _CASES,
        _EXPLAINED,
    ),
    "finance": (
        Stop(Text("拨付", "Payments"), Text("应付、已付、金额不同时为什么。", "What is due, what was paid, and why where amounts differ."), _at("payments")),
        _CASES,
        _GLANCE,
    ),
    "registrar": (
        Stop(Text("名录", "Registers"), Text("比办件活得久的一切。", "All that outlives a case."), _at("registers")),
        Stop(Text("单位", "Organisations"), Text("更名、隶属关系随时间变化，旧的都在。", "Names and hierarchies over time; nothing old is lost."), _at("organisations")),
        Stop(Text("人员", "People"), Text("职责、账户、任职单位。", "Duties, accounts, employers."), _at("people")),
        Stop(Text("疑似重复", "Duplicates"), Text("合并前先看会移动什么。", "See what moves before two are merged."), _at("duplicates")),
        Stop(Text("导入", "Imports"), Text("模板、试运行、全有或全无。", "Templates, a dry run, all or nothing."), _at("imports")),
        Stop(Text("专家库", "Experts"), Text("领域、回避、负担。", "Fields, conflicts, load."), _at("experts")),
    ),
}  # fmt: skip
"""The tours in the order of the sign-in page."""

assert set(TOURS) == {PUBLIC, APPLICANT, *ROLES}  # noqa: S101 - a role without a tour is a slip of this file
