"""The minutes of a meeting as a document: who was there, who kept out of what, what was voted, who dissented."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from keguan.casework.documents import shelf
from keguan.casework.documents.book import RARE, Tree, page_words, seconds
from keguan.casework.documents.typesetting import breakable, lacks_letters
from keguan.components import reader
from keguan.components.access import actor_on, page
from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import digest
from keguan.language.vocabulary import ROLES
from keguan.panels.meetings.models import Item
from keguan.panels.meetings.motions import went
from keguan.panels.meetings.outcomes import left_of, overtaken, result_of
from keguan.panels.meetings.pages import meeting_for
from keguan.panels.meetings.rights import SEES_MEETINGS
from keguan.panels.meetings.sittings import Sitting
from keguan.registers.parties.models import Person

_TITLE = Text("“{round}”{meeting}会议记录", "Minutes of {meeting} on “{round}”")
_OPENING = Text(
    "{body}于 {begins} 在{place}召开会议，{ended}。应到 {members} 人，曾到会 {came} 人。",
    "The {body} met on {begins} at {place}; {ended}. Members: {members}; of them came: {came}.",
)
_RULE = Text(
    "表决规则：应到人数的{quorum}且不少于{least}人到会（回避的不计入应到），{threshold}赞成为通过（{source}）。",
    "Votes: {quorum} of those who may vote on an item present, and never fewer than {least}; {threshold} carries ({source}).",
)
_ENDED, _RUNS = Text("{at} 结束", "it ended on {at}"), Text("会议尚未结束", "it has not ended")
_ADJOURNED = Text("{at} 休会，{resumed}。", "It was adjourned on {at}, and {resumed}.")
_RESUMED, _NOT_RESUMED = Text("{at} 恢复", "resumed on {at}"), Text("未恢复", "not resumed")
_DRAFT = Text("草稿", "Draft")
_AGAIN_AFTER_SECONDS = 3


@page(SEES_MEETINGS)
def minutes_pdf(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The minutes as PDF; a draft until the meeting is over. Items that the reader must keep out of are left empty."""
    sitting, _ = meeting_for(request, pk)
    tree = tree_of(sitting, actor_on(request).person)
    at = sitting.meeting.closed_at or sitting.meeting.opened_at or sitting.meeting.begins
    body = shelf.finished("resolution", tree, at)
    if body is None:
        answer = render(request, "casework/documents/waiting.html", {"title": tree["title"]}, status=202)
        answer["Refresh"] = str(_AGAIN_AFTER_SECONDS)
        return answer
    answer = HttpResponse(body, content_type="application/pdf")
    name = quote(f"{tree['heading']}-{sitting.meeting.pk}")
    answer["Content-Disposition"] = f"attachment; filename=\"minutes.pdf\"; filename*=UTF-8''{name}.pdf"
    return answer


def tree_of(sitting: Sitting, reading: int | None) -> Tree:
    """The document as JSON values, in the reader's language. reading: the person who reads it."""
    said, meeting, vote = reader.said, sitting.meeting, sitting.vote
    heading = said(_TITLE.filled(round=meeting.round.title, meeting=meeting.title))
    came = sum(bool(one.came) for one in sitting.members)
    ended = _ENDED.filled(at=seconds(meeting.closed_at)) if meeting.closed_at else _RUNS
    opening = [
        said(
            _OPENING.filled(
                body=ROLES[meeting.body], begins=seconds(meeting.opened_at or meeting.begins), place=meeting.place,
                ended=ended, members=len(sitting.members), came=came,
            )
        )
    ]  # fmt: skip
    for since, until in meeting.breaks:
        resumed = _RESUMED.filled(at=seconds(until)) if until else _NOT_RESUMED
        opening.append(said(_ADJOURNED.filled(at=seconds(since), resumed=resumed)))
    if vote is not None:
        rule = {
            "quorum": vote.quorum.said(),
            "least": vote.least,
            "threshold": vote.threshold.said(),
            "source": vote.source,
        }
        opening.append(said(_RULE.filled(**rule)))
    room = _room(sitting)
    tree: Tree = {
        "language": reader.language(),
        "title": heading,
        "heading": heading,
        "author": "",
        "watermark": "" if meeting.closed_at else said(_DRAFT),
        "opening": [breakable(one) for one in opening],
        "lists": [room, _agenda(sitting, reading, tells_since=True)],
        "signed": [
            {"label": said(one), "value": ""}
            for one in (Text("会议主持（签字）", "Chair (signature)"), Text("记录（签字）", "Secretary (signature)"))
        ],
        "signing-note": "",
        "words": {
            "page": page_words(),
            "signing": said(Text("签署", "Signatures")),
            "digest": said(Text("记录内容摘要值（SHA-256）", "Digest of the minutes (SHA-256)")),
        },
    }
    # What other meetings do afterwards stands in the text, not in its digest.
    own = [room, _agenda(sitting, reading, tells_since=False)]
    mark = digest({"meeting": meeting.pk, "opening": opening, "lists": own})
    tree |= {"digest": mark, "footer": f"{meeting.round.code}  {meeting.number}\n{mark}"}
    return tree | {"notes": [said(RARE)] if lacks_letters(tree) else []}


def _table(title: Text, columns: list[tuple[Text, bool]], rows: list[list[str]]) -> Tree:
    return {
        "title": reader.said(title),
        "columns": [{"title": reader.said(one), "number": number} for one, number in columns],
        "rows": rows,
        "sums": [],
    }


def _room(sitting: Sitting) -> Tree:
    rows = [
        [
            breakable(one.person.name),
            "\n".join(seconds(since) for since, _ in one.stays) or "—",
            "\n".join(seconds(until) if until else "—" for _, until in one.stays) or "—",
        ]
        for one in sitting.members
    ]
    columns = [(Text("成员", "Member"), False), (Text("到会", "Came"), False), (Text("离会", "Left"), False)]
    return _table(Text("到会情况", "Who was there"), columns, rows)


def _agenda(sitting: Sitting, reading: int | None, *, tells_since: bool) -> Tree:
    """tells_since: whether it says what became of the cases in other meetings, too."""
    names = {one.person_id: one.person.name for one in sitting.members}
    names |= dict(Person.objects.filter(pk__in=[sitting.meeting.secretary or 0]).values_list("pk", "name"))
    columns = [
        (Text("序", "No."), True),
        (Text("办件", "Case"), False),
        (Text("回避", "Kept out"), False),
        (Text("表决", "Vote"), False),
        (Text("不同意见", "Dissent"), False),
    ]
    return _table(
        Text("审议情况", "Agenda"),
        columns,
        [_row(sitting, one, names, reading, tells_since=tells_since) for one in sitting.items],
    )


def _row(sitting: Sitting, item: Item, names: dict[int, str], reading: int | None, *, tells_since: bool) -> list[str]:
    said = reader.said
    if sitting.is_out(item, reading):
        return [str(item.place), said(Text("您须回避的议项", "An item that you must keep out of")), "", "", ""]
    out = [f"{member.person.name}：{said(Text(why.reason_zh, why.reason_en))}" for member, why in sitting.left(item)]
    votes, dissents = [], []
    for ballot in reversed(sitting.ballots.get(item.pk, [])):
        if told := went(sitting, item, ballot):
            but = overtaken(sitting, item, ballot) if tells_since else None
            votes.append(" ".join(said(text) for text in (*told, *([but] if but else []))))
        dissents += [f"{names.get(one.person, '')}：{one.text}" for one in ballot.dissents.all()]
    since = result_of(sitting, item) if tells_since else None
    if item.state != "done" and sitting.meeting.is_over:
        votes.append(said(since or left_of(sitting, item).text))
    return [
        str(item.place),
        f"{breakable(item.case.title)}\n{item.case.number}",
        breakable("\n".join(out)),
        breakable("\n".join(votes)) or "—",
        breakable("\n".join(dissents)),
    ]
