"""The desk of a round's draws: what was prepared, fixed and drawn, which seats are filled, and who they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from keguan.casework.models import Case, Round
from keguan.casework.pages.case_words import case_href
from keguan.casework.pages.rounds.rankings import round_and_step
from keguan.casework.permissions import reviewers_visible_to
from keguan.components.access import actor_on, page
from keguan.components.lists import Column
from keguan.components.status import Crumb, Line, Status, Tone
from keguan.components.things import Act, Section, thing_page
from keguan.fairness.draw import SIGNS, contradictions
from keguan.fairness.randomness import looking_up
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.schema import Review
from keguan.language.wording import step_title
from keguan.panels.draws.models import CHAIR_STATES, REASONS, SITS, STATES, Chair, Draw
from keguan.panels.draws.preparing import preparation
from keguan.panels.draws.queries import frozen_of, standing_of, under_review
from keguan.panels.draws.rights import WATCHES, runs, watches
from keguan.registers.trace import services as trace

TITLE = Text("抽取评审专家", "Draws of reviewers")
_TONES: Mapping[str, Tone] = {"prepared": "warn", "fixed": "info", "drawn": "good", "published": "good", "void": "bad"}
LEFT_OUT = {
    "resting": Text("轮换间隔内", "resting"),
    "full": Text("承接已满", "no room left"),
    "yearly": Text("已达年度上限", "at the yearly cap"),
    "question": Text("身份待核", "with an open question of identity"),
    "stale": Text("信息逾期未确认", "entry not confirmed in time"),
    "away": Text("登记不参加评审", "away"),
    "nowhere": Text("不属于任何一层或一律回避", "in no stratum, or kept out of every case"),
}
MOST_PEOPLE = 500


def status_of(draw: Draw) -> Status:
    """Its state in one word."""
    return Status(STATES[draw.state], _TONES[draw.state])


def drawn_step(request: HttpRequest, code: str, step: str) -> tuple[Round, Review]:
    """The round and its review that draws, for those who may look. Raises Http404, Forbidden."""
    of_round, found = round_and_step(request, code, step, Review)
    if found.panel.draw is None or not watches(of_round, found, actor_on(request)):
        raise WATCHES.refusal()
    return of_round, found


def draw_at(request: HttpRequest, code: str, step: str, number: int) -> tuple[Draw, Review]:
    """One draw of a round, for those who may look. Raises Http404, Forbidden."""
    of_round, found = drawn_step(request, code, step)
    draw = get_object_or_404(Draw.objects.defer("bundle"), round=of_round, step=step, number=number)
    draw.round = of_round
    return draw, found


def crumbs_to(of_round: Round, step: str) -> list[Crumb]:
    """The way back to the desk."""
    return [
        Crumb(Text("批次", "Rounds"), reverse("rounds")),
        Crumb(of_round.code, reverse("round", args=[of_round.code])),
        Crumb(TITLE, reverse("draws", args=[of_round.code, step])),
    ]


def at(draw: Draw, name: str = "draw") -> str:
    """The address of a page of this draw."""
    return reverse(name, args=[draw.round.code, draw.step, draw.number])


_DRAWS = (
    Column("name", Text("编号", "Number"), lambda one: one.name, link=at),
    Column("state", Text("状态", "State"), status_of, "status"),
    Column("cases", Text("办件", "Cases"), lambda one: len(one.attempts), "number"),
    Column("fixed", Text("名单封存", "List fixed"), lambda one: one.fixed_at, "moment"),
    Column("public", Text("随机数公布", "Value public"), lambda one: one.public_at, "moment"),
    Column("reason", Text("再次抽取的理由", "Why again"), lambda one: one.reason),
)


@page(WATCHES)
def draws(request: HttpRequest, code: str, step: str) -> HttpResponseBase:
    """How this review draws, and every draw that there was."""
    of_round, found = drawn_step(request, code, step)
    panel = found.panel
    assert panel.draw is not None  # noqa: S101 - drawn_step has looked
    rows = list(Draw.objects.filter(round=of_round, step=step).defer("document", "bundle", "outcome"))
    for one in rows:
        one.round = of_round
    rules: list[Line | None] = [
        Line(Text("评审组席位", "Seats of a panel"), panel.size, "number"),
        *(Line(one.title, one.seats, "number") for one in panel.draw.strata),
        Line(Text("每层备选", "Reserves of each stratum"), panel.draw.reserves, "number"),
        Line(Text("每位专家一次至多", "Cases of one draw for an expert"), panel.draw.load, "number"),
        Line(Text("一年至多", "Seats in a year"), panel.draw.yearly, "number") if panel.draw.yearly else None,
        Line(Text("轮换间隔（日）", "Days of rest"), panel.rest_days, "number") if panel.rest_days else None,
    ]
    sections = [
        Section(
            Text("各次抽取", "Draws"), columns=_DRAWS, rows=rows, empty=Text("还没有抽取。", "There is no draw yet.")
        ),
        Section(Text("办法", "How it is drawn"), lines=rules),
    ]
    acts = [Act(Text("准备抽取", "Prepare a draw"), reverse("draw_prepare", args=[code, step]))]
    may = runs(of_round, found, actor_on(request))
    under_way = preparation(of_round, step) if may else ""
    answer = thing_page(
        request,
        step_title(found),
        sections,
        crumbs=crumbs_to(of_round, step)[:-1],
        acts=acts if may and under_way != "running" else (),
        template="draws/draw.html",
        problems=(_BROKE_OFF,) if under_way == "failed" else (),
        next=_UNDER_WAY if under_way == "running" else None,
    )
    if under_way == "running":
        answer["Refresh"] = str(_AGAIN_AFTER_SECONDS)
    return answer


_AGAIN_AFTER_SECONDS = 5
_UNDER_WAY = Text(
    "正在准备名单：逐件核对专家的回避关系，本页会自动更新。",
    "The list is being prepared: ties of experts are looked through case by case. This page renews itself.",
)
_BROKE_OFF = Problem(
    "draw.not_prepared",
    Text("上一次准备名单没有完成，没有任何改动。", "The last list was not prepared to its end; nothing has changed."),
    fix=Text(
        "请再准备一次；有办件在此期间离开本环节的，不要再填它的编号。",
        "Prepare it again, without the numbers of cases that have left this step since.",
    ),
)


@dataclass(frozen=True, slots=True)
class _Pool:
    """One stratum of one case: how many seats, and from how many experts."""

    case: str
    stratum: Text
    seats: int
    experts: int
    sit: int = 0
    owed: int = 0
    waiting: int = 0


_POOLS = (
    Column("case", Text("办件", "Case"), lambda one: one.case, link=lambda one: case_href(one.case)),
    Column("stratum", Text("分层", "Stratum"), lambda one: one.stratum),
    Column("seats", Text("席位", "Seats"), lambda one: one.seats, "number"),
    Column("experts", Text("可抽取", "Eligible"), lambda one: one.experts, "number"),
)
_SEATS = (
    Column("sit", Text("在席", "Sit"), lambda one: one.sit, "number"),
    Column("owed", Text("待邀请或递补", "To invite or replace"), lambda one: one.owed, "number"),
    Column("waiting", Text("备选余", "Reserves left"), lambda one: one.waiting, "number"),
    Column(
        "state",
        Text("状态", "State"),
        lambda one: (
            Status(Text("已满", "Full"), "good")
            if one.sit >= one.seats
            else Status(Text("有空缺", "Open seats"), "warn" if one.waiting else "bad")
        ),
        "status",
    ),
)


@page(WATCHES)
def draw(request: HttpRequest, code: str, step: str, number: int) -> HttpResponseBase:
    """One draw: its list in numbers, its chance, its seats, and what is to be done next."""
    found, review = draw_at(request, code, step, number)
    frozen = frozen_of(found)
    against = contradictions(frozen) if found.state == "prepared" else ()
    pools = _pools(found, review)
    is_drawn = found.state in ("drawn", "published")
    can_run = runs(found.round, review, actor_on(request))
    sections = [
        Section(Text("名单", "The list"), lines=_list_lines(found, len(frozen.experts), len(frozen.cases))),
        Section(Text("随机数", "The chance"), lines=chance_lines(found)),
        Section(Text("席位", "Seats"), columns=(*_POOLS, *(_SEATS if is_drawn else ())), rows=pools),
    ]
    return thing_page(
        request,
        found.name,
        sections,
        crumbs=crumbs_to(found.round, step),
        status=status_of(found),
        acts=_acts(found, can_run=can_run, is_sound=not against),
        template="draws/draw.html",
        problems=against,
        next=_next(found),
        owed=sum(one.owed for one in pools) if can_run and is_drawn else 0,
        settle_href=at(found, "draw_settle"),
    )


def _pools(found: Draw, review: Review) -> list[_Pool]:
    titles = stratum_titles(review)
    chairs = standing_of(found)
    return [
        _Pool(
            one["case"],
            titles.get(part["stratum"], Text(part["stratum"], part["stratum"])),
            part["seats"],
            one["stands"].count(SIGNS[n]),
            *chairs.get((one["case"], part["stratum"]), (0, 0, 0)),
        )
        for one in found.document["cases"]
        for n, part in enumerate(one["strata"])
    ]


def stratum_titles(review: Review) -> dict[str, Text]:
    """What the strata are called."""
    return {str(one.stratum): one.title for one in review.panel.draw.strata} if review.panel.draw else {}


def _list_lines(found: Draw, experts: int, cases: int) -> list[Line | None]:
    left_out = found.document["about"].get("left_out", {})
    said = [
        Text(f"{LEFT_OUT[why].zh}{n}名", f"{LEFT_OUT[why].en} {n}") for why, n in left_out.items() if why in LEFT_OUT
    ]
    return [
        Line(Text("办件", "Cases"), cases, "number"),
        Line(Text("专家", "Experts"), experts, "number"),
        Line(Text("未列入", "Not listed"), Text("，".join(one.zh for one in said), ", ".join(one.en for one in said)))
        if said
        else None,
        Line(Text("再次抽取的理由", "Why again"), found.reason, "prose") if found.reason else None,
        Line(Text("封存时间", "Fixed at"), found.fixed_at, "moment") if found.fixed_at else None,
        Line(Text("名单摘要（SHA-256）", "Digest of the list (SHA-256)"), found.digest) if found.digest else None,
        Line(Text("公告", "Announcement"), found.name, href=reverse("announced_draw", args=[found.name]))
        if found.digest
        else None,
        Line(Text("作废理由", "Void because"), found.closed_because, "prose") if found.closed_because else None,
    ]


def chance_lines(found: Draw) -> list[Line | None]:
    """Which value decides, who promised what, and what was entered."""
    named = found.document["randomness"]
    if not named:
        return [Line(Text("随机数", "Value"), Text("封存名单时指定", "named when the list is fixed"))]
    revealed = {one["party"] for one in found.reveals}
    promises = found.document["commitments"]
    return [
        Line(Text("以哪一项为准", "What decides"), named["name"]),
        Line(Text("公布时间", "Public at"), found.public_at, "moment"),
        Line(Text("如何查到", "How to look it up"), looking_up(named)),
        *(
            Line(
                Text(f"{one['party']}的承诺", f"Promise of {one['party']}"),
                one["commitment"],
                note=Text("已揭示", "revealed") if one["party"] in revealed else Text("未揭示", "not revealed"),
            )
            for one in promises
        ),
        Line(Text("揭示期限", "Reveal by"), found.document["reveal_by"]) if promises else None,
        Line(Text("不揭示时", "If one keeps silent"), UNREVEALED[found.document["unrevealed"]]) if promises else None,
        Line(Text("录入的随机数", "Value entered"), found.value) if found.value else None,
        Line(Text("凭据", "Evidence"), found.evidence or found.signature) if found.value else None,
        Line(Text("录入时间", "Entered at"), found.entered_at, "moment") if found.entered_at else None,
    ]


UNREVEALED = {
    "without": Text("不计入其秘密，继续抽取", "the draw goes on without that secret"),
    "stop": Text("本次抽取作废", "the draw becomes void"),
}


def _acts(found: Draw, *, can_run: bool, is_sound: bool) -> list[Act]:
    people = Act(Text("查看专家姓名", "See who they are"), at(found, "draw_people"))
    if not can_run:
        return [people] if found.state in ("drawn", "published") else []
    match found.state:
        case "prepared":
            acts = [Act(Text("封存名单", "Fix the list"), at(found, "draw_fix"))] if is_sound else []
            return [
                *acts,
                Act(Text("重新准备", "Prepare it again"), reverse("draw_prepare", args=[found.round.code, found.step])),
            ]
        case "fixed":
            acts = [Act(Text("录入随机数", "Enter the value"), at(found, "draw_enter"))]
            if found.document["commitments"]:
                acts.insert(0, Act(Text("揭示", "Reveal a secret"), at(found, "draw_reveal")))
            return [*acts, Act(Text("作废", "Make it void"), at(found, "draw_void"))]
        case "drawn":
            return [
                Act(Text("邀请并递补", "Invite and replace"), at(found, "draw_settle")),
                people,
                Act(Text("公布结果", "Publish the draw"), at(found, "draw_publish")),
            ]
        case "published":
            goes_on = [Act(Text("邀请并递补", "Invite and replace"), at(found, "draw_settle"))]
            return [
                *(goes_on if under_review(found).exists() else ()),
                people,
                Act(Text("下载结果文件", "The published file"), reverse("draw_file", args=[found.name])),
            ]
    return []


def _next(found: Draw) -> Text | None:
    """What happens next, in one sentence."""
    match found.state:
        case "prepared":
            return Text(
                "核对各层人数后封存名单。各方的承诺可用“keguan draw commit {name} 某方”生成。",
                "Look at the strata, then fix the list. Parties make their promises by `keguan draw commit {name} PARTY`.",
            ).filled(name=found.name)
        case "fixed" if found.public_at and clock.now() < found.public_at:
            return Text("名单已封存，等待随机数公布。", "The list is fixed; its value is not public yet.")
        case "fixed":
            return Text("随机数已可公开查到，请录入。", "The value is public: enter it.")
        case "drawn":
            return Text(
                "有人谢绝、应当回避或被解除时，由同层备选依次递补；评审结束后公布结果。",
                "Who declines, must keep out or is released is replaced by the next reserve; publish after the review.",
            )
    return None


_PEOPLE = (
    Column("case", Text("办件", "Case"), lambda one: one.case.number, link=lambda one: case_href(one.case.number)),
    Column("stratum", Text("分层", "Stratum"), lambda one: one.said_stratum),
    Column("order", Text("次序", "Order"), lambda one: one.order + 1, "number"),
    Column("name", Text("专家", "Expert"), lambda one: one.place.expert.person.name),
    Column("employer", Text("单位", "Employer"), lambda one: getattr(one.place.expert.person.employer, "name", "")),
    Column("pseudonym", Text("代号", "Pseudonym"), lambda one: f"{one.place.place}"),
    Column(
        "state",
        Text("状态", "State"),
        lambda one: Status(CHAIR_STATES[one.state], "good" if one.state in SITS else "neutral"),
        "status",
    ),
    Column("reason", Text("理由", "Reason"), lambda one: REASONS.get(one.reason)),
)


@page(WATCHES)
def people(request: HttpRequest, code: str, step: str, number: int) -> HttpResponseBase:
    """Who was drawn, for those who may know reviewers; each look is traced."""
    found, review = draw_at(request, code, step, number)
    known = Case.objects.filter(reviewers_visible_to(actor_on(request)))
    chairs = Chair.objects.filter(draw=found, case__in=known).select_related("case", "place__expert__person__employer")
    rows = list(chairs.order_by("case__number", "stratum", "state", "order")[:MOST_PEOPLE])
    _say_strata(rows, review)
    trace.read(actor_on(request), "reviewers", found.name)
    section = Section(
        Text("专家", "Experts"), columns=_PEOPLE, rows=rows, empty=Text("尚未抽取。", "Nothing is drawn yet.")
    )
    return thing_page(
        request,
        Text("抽中的专家", "Who was drawn"),
        [section],
        crumbs=[*crumbs_to(found.round, step), Crumb(found.name, at(found))],
    )


def _say_strata(rows: Iterable[Chair], review: Review) -> Sequence[Chair]:
    titles = stratum_titles(review)
    for one in rows:
        one.said_stratum = titles.get(one.stratum, one.stratum)  # type: ignore[attr-defined]
    return list(rows)
