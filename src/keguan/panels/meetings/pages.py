"""The page of a meeting, as its secretary, a member or the supervision meets it; and what they do on it.

Who must leave for an item reads neither its contents nor its ballot. It works by plain reloading; where scripts run, the
part that changes is fetched again by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse

from keguan.casework.leaving import closed_to_who_left
from keguan.casework.pages.answering import request_id, status_of_refusal
from keguan.components.access import actor_on, page
from keguan.components.deeds import Given, SeeOther, deed_page
from keguan.components.fields import Field
from keguan.components.lists import Choice
from keguan.components.notices import tell
from keguan.components.status import Crumb, Line, Status, Tone
from keguan.components.turning import Turn, turn_to
from keguan.components.typed import posted_key, read_money, read_whole
from keguan.engine.voting import TITLES, UNDECIDED
from keguan.fairness.ballots import ABSTAIN, MOTION
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.ids import new_key
from keguan.kernel.money import Money
from keguan.kernel.problems import Forbidden, Problem, Refusal, Refused
from keguan.panels.meetings import planning, services
from keguan.panels.meetings.beforehand import Beforehand, beforehand
from keguan.panels.meetings.deeds import NEVER, Question
from keguan.panels.meetings.models import CLOSED, OPEN, STATES, Ballot, Item, Meeting
from keguan.panels.meetings.motions import carried_by, counted_said, motion_of, voted_on
from keguan.panels.meetings.outcomes import adjourned, is_elsewhere, overtaken, result_of, state_of
from keguan.panels.meetings.rights import KEEPS_OUT, SEES_MEETINGS, can_see, is_secretary
from keguan.panels.meetings.sittings import Sitting
from keguan.panels.meetings.standing import elsewhere

_TONES: dict[str, Tone] = {
    "planned": "info",
    "open": "good",
    "adjourned": "warn",
    "closed": "neutral",
    "cancelled": "neutral",
}
_SURE = {
    "vote.not_all": Text("仍然结束表决并计票", "Close it and count all the same"),
    "meeting.early": Text("现在开会", "Open it now"),
    "meeting.twice": Text("已核对，现在开会", "That is right: open it now"),
    "meeting.enter": Text("登记这项决定", "Enter this decision"),
    "meeting.voids_again": Text("作废这次表决，再次审议", "Make the ballot void, and take it up once more"),
    "meeting.voids": Text("休会，这次表决作废", "Adjourn, and the ballot is void"),
    "meeting.undone": Text("仍然结束会议", "End it all the same"),
    "meeting.ends": Text("确认结束会议", "End it for good"),
}
"""The second yes to each question, by the problem that says why it is asked."""
_TO_VOTE = {**TITLES, ABSTAIN: Text("弃权", "Abstain")}
_OUT = Status(Text("您须回避", "You must keep out"), "bad")
MOST_SHOWN = 30
"""So many items stand on one page of the agenda."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A deed that was refused, as it was sent: what was typed comes back where it was typed, with what is wrong there."""

    item: int = 0
    typed: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def back(self, one: Field) -> Field:
        """The field with what was typed into it, or as it is."""
        if one.name not in self.typed:
            return one
        return replace(one, value=self.typed[one.name]).with_problems(self.problems)


_NOTHING_SENT = Sent()


def _of(name: str, pk: int) -> str:
    """A field that stands on the page for each of several things."""
    return f"{name}-{pk}"


@dataclass(frozen=True, slots=True)
class BallotShown:
    """A ballot as everybody in the room may know it: on what, and how many voted; what was counted only after closing, and why
    it does not stand: but.
    waits: who is present and may vote, and has not; gone: who voted and has left since; lacks: how many votes it takes still
    before it may be counted."""

    ballot: Ballot
    motion: Text
    cast: int
    waits: int
    gone: int
    lacks: int
    is_open: bool
    mine: bool
    said: tuple[Text, ...]
    but: Text | None
    dissents: list[tuple[str, str]]
    may_dissent: bool
    dissent: Field


@dataclass(frozen=True, slots=True)
class ItemShown:
    """An item of the agenda as this reader meets it. is_out: the reader must leave, and sees nothing of it. amount: to put to
    the vote, None where nothing is proposed. heard: when its applicant speaks. before: what it was given before the meeting. is_past: its case
    waits for this decision no longer; undecided: its last ballot decides nothing; held: why the result is not entered now; became: by which meeting it was decided, elsewhere: that meeting, where another."""

    item: Item
    is_out: bool
    state: Status
    motion: Text
    out: list[tuple[str, Text]]
    ballots: list[BallotShown]
    result: str
    is_past: bool
    became: Text | None
    elsewhere: Meeting | None
    may_enter: bool
    held: Problem | None
    undecided: bool
    reason: Field
    amount: Field | None
    to_reject: bool
    key: str
    heard: datetime | None
    before: Beforehand

    @property
    def tells_result(self) -> bool:
        """Whether there is a result to tell, to wait for or to enter."""
        return bool(self.became or self.undecided or self.held or self.may_enter)


@dataclass(frozen=True, slots=True)
class Asked:
    """A deed that waits for a second yes. kept: what was sent with it; sure: what the second yes answers to."""

    why: Problem
    deed: str
    kept: list[tuple[str, str]]
    button: Text

    @property
    def sure(self) -> str:
        """How many, or 1 for what is not counted."""
        return str(self.why.value)


def meeting_for(request: HttpRequest, pk: int) -> tuple[Sitting, Actor]:
    """The meeting, as far as this reader may see it. Raises Http404, Forbidden."""
    actor = actor_on(request)
    try:
        sitting = Sitting.of(pk)
    except Meeting.DoesNotExist as missing:
        raise Http404 from missing
    if not (sitting.member(actor.person) or can_see(actor, sitting.meeting)):
        raise SEES_MEETINGS.refusal()
    return sitting, actor


@page(SEES_MEETINGS)
def meeting(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who is there, the agenda, the item that is taken up, and its ballot."""
    sitting, actor = meeting_for(request, pk)
    return _page(request, sitting, actor)


def _page(
    request: HttpRequest,
    sitting: Sitting,
    actor: Actor,
    problems: tuple[Problem, ...] = (),
    status: int = 200,
    asked: Asked | None = None,
    sent: Sent = _NOTHING_SENT,
) -> HttpResponse:
    found, secretary = sitting.meeting, is_secretary(actor, sitting.meeting)
    me = sitting.member(actor.person)
    names = {one.person_id: one.person.name for one in sitting.members}
    turn = _turn(request, sitting, sent)
    on_it = sitting.items[max(0, turn.first - 1) : turn.last]
    sitting.shown = on_it + ([sitting.now] if sitting.now and sitting.now not in on_it else [])
    before = beforehand(sitting, actor)
    items = [_item(sitting, one, actor, names, before, sent, secretary=secretary) for one in sitting.shown]
    now = next((one for one in items if one.item.state == "now"), None)
    there = sitting.quorum(now.item if now else None)
    context = {
        "meeting": found,
        "title": found.title,
        "state": Status(STATES[found.state], _TONES[found.state]),
        "lines": _lines(sitting),
        "members": [
            (one, names[one.person_id], bool(now and sitting.is_out(now.item, one.person_id)))
            for one in sitting.members
        ],
        "me": me,
        "secretary": secretary,
        "quorum": there if not found.is_over else None,
        "never": NEVER if not found.is_over and there and not there.is_reachable else None,
        "is_timed": sitting.is_timed,
        "is_begun": any(one.case.step != found.step for one in sitting.items),
        "items": items[: len(on_it)],
        "turn": turn,
        "deeds": _agenda_deeds(request, found) if secretary and not found.is_over else {},
        "on_page": on_page(request),
        "this_page": f"?page={turn.page}" if turn.pages > 1 else "",
        "now": now,
        "elsewhere": elsewhere(found, sitting.step) if secretary and not found.is_over else [],
        "numbers": sent.back(_NUMBERS),
        "still_undecided": UNDECIDED,
        "choices": [(one, _TO_VOTE[one]) for one in MOTION],
        # What refreshes itself stays in the language that the address asked for.
        "as_asked": f"?{asked_for}" if (asked_for := _asked_for(request).urlencode()) else "",
        "is_live": found.state in ("open", "adjourned"),
        "can_open": secretary and found.state in ("planned", "adjourned"),
        "written": found.state == "planned" and found.written_until is not None,
        "problems": () if asked else problems,
        "asked": asked,
        "crumbs": [Crumb(Text("会议", "Meetings"), reverse("meetings")), Crumb(found.title)],
    }
    return render(request, "meetings/meeting.html", context, status=status)


def _asked_for(request: HttpRequest) -> QueryDict:
    """What the address asked of the page: a language, a page of the agenda."""
    found = QueryDict(mutable=True)
    found.update({name: request.GET[name] for name in ("lang", "page") if name in request.GET})
    return found


def on_page(request: HttpRequest) -> str:
    """The page of the agenda that was asked for, as the end of an address: what is done there leads back to it."""
    return f"?{urlencode({'page': request.GET['page']})}" if "page" in request.GET else ""


def _agenda_deeds(request: HttpRequest, found: Meeting) -> dict[str, str]:
    """Where its secretary sends what is to be done with an item: the same for all."""
    names = ("take-up", "again", "up", "down", "drop")
    return {one.replace("-", "_"): reverse("meeting_do", args=[found.pk, one]) + on_page(request) for one in names}


def _turn(request: HttpRequest, sitting: Sitting, sent: Sent) -> Turn:
    """The page of the agenda that is asked for. Where none is: that of what was sent, or of what is taken up or comes next."""
    asked, here = _asked_for(request), reverse("meeting", args=[sitting.meeting.pk])
    items = sitting.items
    if "page" not in asked and len(items) > MOST_SHOWN:
        waits = (one for one in items if one.state == "waiting" and one.case.step == sitting.meeting.step)
        comes = sitting.now or next(waits, None) if sitting.meeting.state != "planned" else None
        at = sitting.item(sent.item) or comes or items[0]
        asked["page"] = str(items.index(at) // MOST_SHOWN + 1)
    return turn_to(len(items), asked, here, at="agenda", most=MOST_SHOWN)


def _lines(sitting: Sitting) -> list[Line | None]:
    found, vote = sitting.meeting, sitting.vote
    rule = None
    if vote is not None:
        rule = (
            Text(
                "应到人数的{quorum}且不少于{least}人到会（回避的不计入应到），{threshold}赞成为通过（{source}）",
                "{quorum} of those who may vote on an item, and never fewer than {least}, are present; it carries with {threshold}."
                " Source: {source}",
            )
            .filled(quorum=vote.quorum.said(), least=vote.least, threshold=vote.threshold.said(), source=vote.source)
            .capitalised
        )
    return [
        Line(Text("批次", "Round"), found.round.title, href=reverse("deciding", args=[found.round.code, found.step])),
        Line(Text("计划开始", "Planned to begin"), found.begins, "moment"),
        Line(Text("计划结束", "Planned to end"), found.ends, "moment"),
        Line(Text("实际开始", "Opened"), found.opened_at, "moment") if found.opened_at else None,
        Line(Text("实际结束", "Ended"), found.closed_at, "moment") if found.closed_at else None,
        Line(Text("取消时间", "Cancelled"), found.cancelled_at, "moment") if found.cancelled_at else None,
        Line(Text("取消理由", "Why it was cancelled"), found.why_cancelled, "prose") if found.cancelled_at else None,
        Line(Text("地点", "Place"), found.place),
        Line(Text("书面意见截止", "Written opinions until"), found.written_until, "moment")
        if found.written_until
        else None,
        Line(Text("表决规则", "How it votes"), rule) if rule else None,
    ]


_NUMBERS = Field("numbers", "text", Text("办件编号（可多个，以空格分开）", "Case numbers, with blanks between"))
_AMOUNT = Field("amount", "number", Text("金额（万元）", "Amount (10,000 yuan)"))
_DISSENT = Text("不同意见（署名记入会议记录）", "Dissent (in the minutes, with your name)")
_REASONS = {
    "approve": Text("同意的理由（申报人会看到）", "Reason for approving (the applicant reads it)"),
    "reject": Text("不同意的理由（申报人会看到）", "Reason for rejecting (the applicant reads it)"),
}


def _item(
    sitting: Sitting,
    item: Item,
    actor: Actor,
    names: dict[int, str],
    before: dict[int, Beforehand],
    sent: Sent,
    *,
    secretary: bool,
) -> ItemShown:
    is_out = sitting.is_out(item, actor.person)
    me = sitting.member(actor.person)
    ballots = (
        [] if is_out else [_ballot(sitting, item, one, actor, names, sent) for one in sitting.ballots.get(item.pk, [])]
    )
    last = next((one.ballot for one in ballots if one.ballot.state == CLOSED), None)
    result = carried_by(sitting, item, last) if last is not None else ""
    stands = sitting.standing[item.pk]
    mine = sent if sent.item == item.pk else _NOTHING_SENT
    held = adjourned(sitting.meeting)
    is_mine_to_enter = bool(
        me and result and last and stands.ballot == last.pk and item.state == "done"
        and not (is_out or stands.is_past) and actor.holds(sitting.meeting.body)
    )  # fmt: skip
    return ItemShown(
        item=item,
        is_out=is_out,
        state=_OUT if is_out else state_of(sitting, item),
        motion=motion_of(sitting, item),
        out=[(member.person.name, Text(why.reason_zh, why.reason_en)) for member, why in sitting.left(item)],
        ballots=ballots,
        result=result,
        is_past=stands.is_past,
        became=None if is_out else result_of(sitting, item),
        elsewhere=stands.by if secretary and is_elsewhere(sitting, item) else None,
        may_enter=is_mine_to_enter and held is None,
        held=held if is_mine_to_enter else None,
        undecided=bool(last and not result and stands.ballot == last.pk and item.state == "done")
        and not (is_out or stands.is_past),
        reason=sent.back(Field(_of("reason", item.pk), "prose", _REASONS.get(result, Text("", "")))),
        amount=mine.back(replace(_AMOUNT, value=Money(item.amount_fen).in_wan())) if item.amount_fen else None,
        to_reject=mine.typed.get("motion") == "reject",
        key=new_key(),
        heard=slot.begins if (slot := sitting.slot_of(item)) else None,
        before=before.get(item.pk, Beforehand()),
    )


def _ballot(
    sitting: Sitting, item: Item, ballot: Ballot, actor: Actor, names: dict[int, str], sent: Sent
) -> BallotShown:
    voted = set(ballot.voters)
    said = counted_said(sitting, item, ballot) if ballot.state == CLOSED else ()
    dissents = [(names.get(one["person"], ""), one["text"]) for one in ballot.dissented]
    there = sitting.quorum(item) if ballot.state == OPEN else None
    return BallotShown(
        ballot=ballot,
        motion=voted_on(ballot, item),
        cast=len(voted),
        waits=sum(one.present and one.person_id not in voted for one in sitting.entitled(item)),
        gone=sum(not one.present and one.person_id in voted for one in sitting.members),
        lacks=there.lacks(len(voted)) if there else 0,
        is_open=ballot.state == OPEN,
        mine=actor.person in voted,
        said=said,
        but=overtaken(sitting, item, ballot),
        dissents=dissents,
        may_dissent=ballot.state == CLOSED and actor.person in voted and sitting.meeting.state != "planned",
        dissent=sent.back(Field(_of("dissent", ballot.pk), "prose", _DISSENT, most=services.LONGEST)),
    )


# -------------------------------------------------------------------------------------------------- what is done

Deed = Callable[[HttpRequest, int, Actor], Any]


def _whole(request: HttpRequest, name: str) -> int:
    sent = request.POST.get(name, "")
    return int(sent) if sent.isdecimal() and len(sent) < 18 else 0


def _sure(request: HttpRequest) -> int:
    return _whole(request, "sure")


def _item_of(request: HttpRequest) -> int:
    return _whole(request, "item")


def _open_ballot(request: HttpRequest, pk: int, actor: Actor) -> Any:
    typed = request.POST.get("amount", "").strip()
    if "amount" in request.POST and not typed and request.POST.get("motion") == "approve":
        said = Text("请填写提请表决的金额。", "Say the amount that is put to the vote.")
        return Refusal((Problem("meeting.amount", said, "amount"),))
    amount = read_money(typed, "amount") if typed else None
    if isinstance(amount, Problem):
        return Refusal((amount,))
    motion = request.POST.get("motion", "")
    fen = amount.fen if amount is not None else None
    return services.open_ballot(
        pk, _item_of(request), actor, motion=motion, amount_fen=fen, request_id=request_id(request)
    )


def _add(request: HttpRequest, pk: int, actor: Actor) -> Any:
    return planning.add(pk, request.POST.get("numbers", "").replace("，", " ").replace(",", " ").split(), actor)


DEEDS: dict[str, tuple[Deed, Text]] = {
    "open": (lambda r, pk, a: services.open_(pk, a, request_id(r), early=_sure(r) > 0, twice=max(_sure(r) - 1, 0)), Text("会议进行中。", "The meeting is in session.")),
    "adjourn": (
        lambda r, pk, a: services.adjourn(pk, a, request_id(r), breaking_off=_sure(r) > 0),
        Text("已休会；未结束的表决作废，其余保留。", "Adjourned; a running ballot is void, everything else is kept."),
    ),
    "close": (lambda r, pk, a: services.close(pk, a, request_id(r), undone=_sure(r) - 1 if _sure(r) else None), Text("会议已结束。", "The meeting is over.")),
    "come": (
        lambda r, pk, a: services.be_there(pk, _whole(r, "person"), a, present=True, request_id=request_id(r)),
        Text("已签到。", "Noted as present."),
    ),
    "leave": (
        lambda r, pk, a: services.be_there(pk, _whole(r, "person"), a, present=False, request_id=request_id(r)),
        Text("已登记离会。", "Noted as gone."),
    ),
    "take-up": (lambda r, pk, a: services.take_up(pk, _item_of(r), a, request_id(r)), Text("已提请审议。", "Taken up.")),
    "again": (lambda r, pk, a: services.vote_again(pk, _item_of(r), a, request_id(r), breaking_off=_sure(r) > 0), Text("再次审议。", "Taken up once more.")),
    "ballot": (_open_ballot, Text("表决开始。", "The ballot is open.")),
    "vote": (
        lambda r, pk, a: services.vote(pk, _whole(r, "ballot"), r.POST.get("choice", ""), a, request_id(r)),
        Text("您的票已投入，任何人都看不到内容。", "Your vote is cast; nobody can see what it is."),
    ),
    "count": (lambda r, pk, a: services.close_ballot(pk, _whole(r, "ballot"), a, request_id(r), unvoted=_sure(r)), Text("表决结束。", "The ballot is closed.")),
    "dissent": (
        lambda r, pk, a: services.dissent(
            pk, _whole(r, "ballot"), r.POST.get(_of("dissent", _whole(r, "ballot")), ""), a, request_id(r)
        ),
        Text("不同意见已记入会议记录。", "Your dissent is recorded."),
    ),
    "enter": (
        lambda r, pk, a: services.enter(
            pk, _item_of(r), r.POST.get(_of("reason", _item_of(r)), ""), a, posted_key(r), request_id(r), sure=_sure(r) > 0
        ),
        Text("决定已登记。", "The decision is entered."),
    ),
    "add": (_add, Text("已加入议程。", "Added to the agenda.")),
    "up": (lambda r, pk, a: planning.move(pk, _item_of(r), -1, a), Text("已上移。", "Moved up.")),
    "down": (lambda r, pk, a: planning.move(pk, _item_of(r), 1, a), Text("已下移。", "Moved down.")),
    "drop": (lambda r, pk, a: planning.drop(pk, _item_of(r), a), Text("已撤下。", "Taken off the agenda.")),
}  # fmt: skip


@page(SEES_MEETINGS, methods=("GET", "POST"))
def meeting_do(request: HttpRequest, pk: int, deed: str) -> HttpResponseBase:
    """Do one thing in the meeting, and back to its page; or why not; or a second question first. Whoever opens the address of
    a refused deed once more comes to the meeting."""
    sitting, actor = meeting_for(request, pk)
    if deed not in DEEDS:
        raise Http404
    if request.method != "POST":
        return SeeOther(reverse("meeting", args=[pk]) + on_page(request))
    do, told = DEEDS[deed]
    answer = do(request, pk, actor)
    if isinstance(answer, Refusal):
        asked = _asked(request, deed, answer.problems[0]) if isinstance(answer, Question) else None
        problems = tuple(_placed(request, one) for one in answer.problems)
        sent = Sent(_item_of(request), request.POST.dict(), problems)
        return _page(request, Sitting.of(pk), actor, problems, status_of_refusal(answer), asked, sent)
    tell(request, told)
    back = reverse("meeting", args=[sitting.meeting.pk]) + on_page(request)
    return SeeOther(back + ("#now" if deed not in ("close",) else ""))


def _placed(request: HttpRequest, problem: Problem) -> Problem:
    """The problem at the field of the page, where that is one of several alike."""
    at = {"reason": _of("reason", _item_of(request)), "text": _of("dissent", _whole(request, "ballot"))}
    return replace(problem, where=at.get(problem.where, problem.where))


def _asked(request: HttpRequest, deed: str, why: Problem) -> Asked:
    names = ("ballot", "item", "key", _of("reason", _item_of(request)))
    kept = [(name, str(value)) for name, value in request.POST.items() if name in names]
    return Asked(why, deed, kept, _SURE[why.code])


@page(SEES_MEETINGS, methods=("GET", "POST"))
def meeting_item(request: HttpRequest, pk: int, item: int) -> HttpResponseBase:
    """A member's written opinion on an item before the meeting. Who was sent out for it is told so."""
    sitting, actor = meeting_for(request, pk)
    found, back = sitting.item(item), reverse("meeting", args=[pk]) + on_page(request)
    if found is None:
        raise Http404
    if out := sitting.kept_out.get(found.pk, {}).get(actor.person or 0):
        raise Forbidden("write on this item", (closed_to_who_left(Text(out.reason_zh, out.reason_en)),))
    own = next((one for one in found.opinions.all() if one.person == actor.person), None)
    fields = [
        Field("score", "number", Text("预评分（0至100）", "Score beforehand (0 to 100)"),
              str(own.score) if own and own.score is not None else ""),
        Field("comment", "prose", Text("书面意见", "Written opinion"), own.comment if own else "", most=services.LONGEST),
    ]  # fmt: skip

    def do(given: Given) -> tuple[Text, str]:
        typed = given.text("score")
        score = read_whole(typed, "score") if typed else None
        if isinstance(score, Problem):
            given.problems.append(score)
        given.check()
        whole = score if isinstance(score, int) else None
        answer = services.give_opinion(pk, item, whole, given.text("comment"), actor, request_id(request))
        if isinstance(answer, Refusal):
            raise Refused(answer)
        return Text("书面意见已保存。", "Your opinion is kept."), back

    return deed_page(
        request,
        Text("书面意见：{title}", "Written opinion: {title}").filled(title=found.case.title or found.case.number),
        fields,
        do,
        button=Text("保存", "Keep"),
        back=back,
        hint=Text("书面意见不是表决；会议上仍须投票。", "An opinion is no vote: you vote in the meeting."),
        crumbs=[
            Crumb(Text("会议", "Meetings"), reverse("meetings")),
            Crumb(sitting.meeting.title, back),
        ],
    )


@page(KEEPS_OUT, methods=("GET", "POST"))
def meeting_recusal(request: HttpRequest, pk: int, item: int) -> HttpResponseBase:
    """A member declares that they must keep out of an item, before the meeting or in it; its secretary records what a member
    told them."""
    sitting, actor = meeting_for(request, pk)
    found, back = sitting.item(item), reverse("meeting", args=[pk]) + on_page(request)
    if found is None or sitting.meeting.is_over:
        raise Http404
    if out := sitting.kept_out.get(found.pk, {}).get(actor.person or 0):
        raise Forbidden("declare it again", (closed_to_who_left(Text(out.reason_zh, out.reason_en)),))
    secretary = is_secretary(actor, sitting.meeting)
    if not secretary and sitting.member(actor.person) is None:
        raise KEEPS_OUT.refusal()
    told = [Choice(str(one.person_id), one.person.name) for one in sitting.entitled(found)]
    fields = [Field("reason", "prose", Text("理由（记入会议记录）", "Reason (recorded in the minutes)"), required=True, most=services.LONGEST)]  # fmt: skip
    if secretary:
        fields.insert(
            0, Field("person", "choice", Text("须回避的委员", "Who must keep out"), choices=tuple(told), required=True)
        )

    def do(given: Given) -> tuple[Text, str]:
        person = _whole(request, "person") if secretary else actor.person or 0
        answer = services.keep_out(pk, item, person, given.text("reason"), actor, request_id(request))
        if isinstance(answer, Refusal):
            raise Refused(answer)
        return Text("回避已记录。", "The recusal is recorded."), back + "#now"

    return deed_page(
        request,
        Text("登记委员回避", "Record a recusal") if secretary else Text("声明回避", "Declare a recusal"),
        fields,
        do,
        button=Text("记录回避", "Record it") if secretary else Text("声明回避", "Declare it"),
        back=back,
        hint=Text(
            "回避的委员不能再查看本件的材料、评分和表决，审议时离席；不能撤回。已经投过票而决定尚未登记的，该次表决作废，须重新表决。",
            "Who keeps out no longer reads the papers, scores and ballots of this case, and leaves while it is dealt with. "
            "It is not taken back. Where they have voted and the decision is not entered yet, that ballot is void and held anew.",
        ),
        lines=[
            Line(Text("办件", "Case"), found.case.title or found.case.number),
            Line(Text("编号", "Number"), found.case.number),
        ],
        crumbs=[
            Crumb(Text("会议", "Meetings"), reverse("meetings")),
            Crumb(sitting.meeting.title, back),
        ],
    )
