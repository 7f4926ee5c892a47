"""The minutes of a meeting as a document: who was there, who kept out of what, what was voted, who dissented, who signed."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from keguan.casework.documents import shelf
from keguan.casework.documents.book import RARE, Tree, page_words, seconds
from keguan.casework.documents.typesetting import breakable, lacks_letters
from keguan.casework.rounds.resolutions import NOT_QUALIFIED
from keguan.components import reader
from keguan.components.access import actor_on, page
from keguan.kernel.bilingual import Text
from keguan.panels.meetings.minutes_content import digest_of
from keguan.panels.meetings.minutes_told import Off, Row, told
from keguan.panels.meetings.pages import meeting_for
from keguan.panels.meetings.rights import SEES_MEETINGS
from keguan.panels.meetings.signed_minutes import signatures
from keguan.panels.meetings.sittings import Sitting

_TITLE = Text("“{round}”{meeting}会议记录", "Minutes of {meeting} on “{round}”")
_DRAFT = Text("草稿", "Draft")
_SIGNED_AT = Text("已在系统内签署，{at}", "signed in the system, {at}")
_EARLIER = Text("（签署后记录有补充，所签摘要值：{digest}）", " (an earlier text; digest signed: {digest})")
_BY_HAND = (Text("会议主持（签字）", "Chair (signature)"), Text("记录（签字）", "Secretary (signature)"))
_OUT = Text("您须回避的议项", "An item that you must keep out of")
_WITHHELD = Text(
    "您须回避的议项不列内容；摘要值为记录全文的摘要值。",
    "Items that you must keep out of are left empty; the digest is that of the whole minutes.",
)
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
    """The document as JSON values, in the reader's language; its digest is that of the minutes in any. reading: the person who
    reads it."""
    said, meeting, mark = reader.said, sitting.meeting, digest_of(sitting)
    heading = said(_TITLE.filled(round=meeting.round.title, meeting=meeting.title))
    text, signed = told(sitting, reading), _signed(sitting, mark)
    tree: Tree = {
        "language": reader.language(),
        "title": heading,
        "heading": heading,
        "author": "",
        "watermark": "" if meeting.closed_at else said(_DRAFT),
        "footer": f"{meeting.round.code}  {meeting.number}\n{mark}",
        "opening": [breakable(said(one)) for one in text.opening],
        "lists": [_room(text.room), _agenda(text.rows), *([_off(text.off)] if text.off else [])],
        "digest": mark,
        "signed": signed or [{"label": said(one), "value": ""} for one in _BY_HAND],
        "signing-note": said(NOT_QUALIFIED) if signed else "",
        "words": {
            "page": page_words(),
            "signing": said(Text("签署", "Signatures")),
            "digest": said(Text("记录内容摘要值（SHA-256）", "Digest of the minutes (SHA-256)")),
        },
    }
    notes = [] if text.is_whole else [said(_WITHHELD)]
    return tree | {"notes": [*notes, *([said(RARE)] if lacks_letters(tree) else [])]}


def _signed(sitting: Sitting, mark: str) -> list[Tree]:
    rows = []
    for name, one in signatures(sitting):
        at = _SIGNED_AT.filled(at=seconds(one.at))
        earlier = _EARLIER.filled(digest=one.digest) if one.digest != mark else Text("", "")
        rows.append({"label": name, "value": breakable(reader.said(Text(at.zh + earlier.zh, at.en + earlier.en)))})
    return rows


def _table(title: Text, columns: list[tuple[Text, bool]], rows: list[list[str]]) -> Tree:
    return {
        "title": reader.said(title),
        "columns": [{"title": reader.said(one), "number": number} for one, number in columns],
        "rows": rows,
        "sums": [],
    }


def _room(room: list[tuple[str, list[tuple[str, str]]]]) -> Tree:
    rows = [
        [
            breakable(name),
            "\n".join(since for since, _ in stays) or "—",
            "\n".join(until or "—" for _, until in stays) or "—",
        ]
        for name, stays in room
    ]
    columns = [(Text("成员", "Member"), False), (Text("到会", "Came"), False), (Text("离会", "Left"), False)]
    return _table(Text("到会情况", "Who was there"), columns, rows)


def _agenda(items: list[Row]) -> Tree:
    columns = [
        (Text("序", "No."), True),
        (Text("办件", "Case"), False),
        (Text("回避", "Kept out"), False),
        (Text("表决", "Vote"), False),
        (Text("不同意见", "Dissent"), False),
    ]
    return _table(Text("审议情况", "Agenda"), columns, [_row(one) for one in items])


def _row(one: Row) -> list[str]:
    said = reader.said
    if one.is_out:
        return [str(one.place), said(_OUT), "", "", ""]
    return [
        str(one.place),
        f"{breakable(one.title)}\n{one.number}",
        breakable("\n".join(f"{name}：{said(why)}" for name, why in one.out)),
        breakable("\n".join(said(text) for text in one.said)) or "—",
        breakable("\n".join(f"{name}：{text}" for name, text in one.dissents)),
    ]


def _off(cases: list[Off]) -> Tree:
    rows = [[reader.said(_OUT) if one.is_out else f"{breakable(one.title)}\n{one.number}", one.at] for one in cases]
    columns = [(Text("办件", "Case"), False), (Text("撤下时间", "Taken off"), False)]
    return _table(Text("撤下议程的办件", "Taken off the agenda"), columns, rows)
