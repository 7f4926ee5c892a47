"""The minutes in words, the same for the page and the document; and beside them, no part of them, what came of its cases since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from keguan.casework.documents.book import seconds
from keguan.kernel.bilingual import Text
from keguan.language.vocabulary import ROLES
from keguan.panels.meetings.minutes_content import content_of
from keguan.panels.meetings.models import CLOSED, Ballot, Item, KeptOut
from keguan.panels.meetings.motions import went
from keguan.panels.meetings.outcomes import overtaken, result_of
from keguan.panels.meetings.sittings import Sitting

_OPENING = Text(
    "{body}于 {begins} 在{place}召开会议，{ended}。应到 {members} 人，曾到会 {came} 人。",
    "The {body} met on {begins} at {place}; {ended}. Members: {members}; of them came: {came}.",
)
_RULE = Text(
    "表决规则：应到人数的{quorum}且不少于{least}人到会（回避的不计入应到），{threshold}赞成为通过（{source}）。",
    "Votes: {quorum} of those who may vote on an item present, and never fewer than {least}; {threshold} carries. Source: {source}",
)
_ENDED, _RUNS = Text("{at} 结束", "it ended on {at}"), Text("会议尚未结束", "it has not ended")
_ADJOURNED = Text("{at} 休会，{resumed}。", "It was adjourned on {at}, and {resumed}.")
_RESUMED, _NOT_RESUMED = Text("{at} 恢复", "resumed on {at}"), Text("未恢复", "not resumed")
_OUT_SINCE = Text("{why}；{at} 登记", "{why}; noted on {at}")
_OVERTAKEN = Text("这次表决由第{n}次表决取代。", "Ballot {n} took the place of this one.")
_LEFT, _LEFT_OPEN = Text("未审议。", "Not taken up."), Text("没有审议完。", "Not dealt with to the end.")


@dataclass(frozen=True, slots=True)
class Row:
    """An item in the minutes: what was counted beside who dissented. is_out: the reader left for it, and sees neither."""

    place: int
    number: str
    title: str
    is_out: bool
    out: list[tuple[str, Text]]
    said: list[Text]
    dissents: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Off:
    """A case that was taken off the agenda, and when."""

    number: str
    title: str
    at: str
    is_out: bool


@dataclass(frozen=True, slots=True)
class Told:
    """The minutes as one reader meets them. room: each member with when they came and left."""

    opening: list[Text]
    room: list[tuple[str, list[tuple[str, str]]]]
    rows: list[Row]
    off: list[Off]

    @property
    def is_whole(self) -> bool:
        """Whether nothing was left out for this reader."""
        return not (any(one.is_out for one in self.rows) or any(one.is_out for one in self.off))


def told(sitting: Sitting, reading: int | None, places: range | None = None) -> Told:
    """What the minutes say, for the person who reads them: what they must keep out of is left empty. places: of the items these
    only, from 1; None for all."""
    content = content_of(sitting)
    items = content["items"]
    shown = items if places is None else [items[at - 1] for at in places if at <= len(items)]
    out = {one.case.number for one in sitting.items if sitting.is_out(one, reading)}
    if off := [number for number, _, _ in content["off"]]:
        closed = KeptOut.objects.filter(person=reading or 0, case__number__in=off)
        out.update(closed.values_list("case__number", flat=True))
    return Told(
        opening=list(_opening(content)),
        room=[(name, [(_at(since), _at(until)) for since, until in stays]) for _, name, stays in content["members"]],
        rows=[_row(sitting, content, one, is_out=one["case"] in out) for one in shown],
        off=[
            Off("", "", _at(at), is_out=True) if number in out else Off(number, title, _at(at), is_out=False)
            for number, title, at in content["off"]
        ],
    )


def since(sitting: Sitting, reading: int | None) -> list[tuple[Item, Text]]:
    """What became of the cases that are shown besides what the meeting did: by which meeting they were decided, and whether its
    ballots stand."""
    found = []
    for item in sitting.shown_items:
        last = next((one for one in sitting.ballots.get(item.pk, []) if one.state == CLOSED), None)
        but = overtaken(sitting, item, last) if last is not None else None
        text = but or result_of(sitting, item)
        if text is not None and not sitting.is_out(item, reading):
            found.append((item, text))
    return found


def _opening(content: Mapping[str, Any]) -> Iterable[Text]:
    ended = _ENDED.filled(at=_at(content["closed"])) if content["closed"] else _RUNS
    came = sum(bool(stays) for _, _, stays in content["members"])
    yield _OPENING.filled(
        body=ROLES[content["body"]], begins=_at(content["opened"]), place=content["place"], ended=ended,
        members=len(content["members"]), came=came,
    )  # fmt: skip
    for left, back in content["adjourned"]:
        resumed = _RESUMED.filled(at=_at(back)) if back else _NOT_RESUMED
        yield _ADJOURNED.filled(at=_at(left), resumed=resumed)
    if rule := content["rule"]:
        quorum, threshold = Text(*rule["quorum"]), Text(*rule["threshold"])
        yield _RULE.filled(quorum=quorum, least=rule["least"], threshold=threshold, source=rule["source"])


def _row(sitting: Sitting, content: Mapping[str, Any], one: Mapping[str, Any], *, is_out: bool) -> Row:
    if is_out:
        return Row(one["place"], "", "", True, [], [], [])
    item = Item(amount_fen=one["proposed_fen"])
    said: list[Text] = []
    ballots = [Ballot(**fields) for fields in one["ballots"]]
    last = next((ballot.number for ballot in reversed(ballots) if ballot.was_counted), 0)
    for ballot in ballots:
        said += went(sitting, item, ballot)
        said += [_OVERTAKEN.filled(n=last)] if ballot.state == CLOSED and ballot.number != last else []
    if not one["is_done"] and content["closed"]:
        said.append(_LEFT_OPEN if ballots else _LEFT)
    left = [(name, _OUT_SINCE.filled(why=Text(zh, en), at=_at(at))) for _, name, zh, en, at in one["left"]]
    return Row(
        one["place"],
        one["case"],
        one["title"],
        False,
        left,
        said,
        [(name, text) for _, _, name, text in one["dissents"]],
    )


def _at(moment: str) -> str:
    return seconds(datetime.fromisoformat(moment)) if moment else ""
