"""The list of findings: one specification for the page of everything, of a round and of a case, and for its spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Q

from keguan.casework.models import Round
from keguan.components.lists import Choice, Column, Filter, ListSpec, Rows, Search, href_to
from keguan.components.status import Status
from keguan.insight.similarity.models import ASKED, PARTS, STATES, Document
from keguan.kernel.bilingual import Text

SIMILARITY = Text("查重", "Similarity")
MOST_ROUNDS = 200
CLOSED = Text("（不属您的计划，内容不公开）", "(of another programme; its text stays closed)")
_TONES = {"open": "warn", "matters": "bad", "no_matter": "neutral"}
_PROJECT = Text("立项项目（只比名称）", "Funded project (title only)")
_KINDS = {**PARTS, "project": _PROJECT}


def status_of(state: str) -> Status:
    """The state of a finding as people see it."""
    return Status(STATES[state], _TONES[state])  # type: ignore[arg-type]


def kind_of(document: Document) -> Text:
    """What was compared, in a word."""
    return PARTS[document.part] if document.part else _PROJECT


def other_number(row: Any) -> str:
    """The number of what it was found in."""
    return row.other.case.number if row.other.case else row.other.project.number


def other_title(row: Any) -> Any:
    """Its title, as far as this reader may know it: projects stand in an open register."""
    if row.other.project:
        return row.other.project.title
    return row.other.case.title if row.other_seen else CLOSED


def _href(row: Any) -> str:
    return href_to("similarity_finding", row.pk)


def _rounds() -> Sequence[Choice]:
    rows = Round.objects.exclude(status="draft").order_by("-opens").values_list("code", "title_zh", "title_en")
    return [Choice(code, Text(f"{zh}（{code}）", f"{en} ({code})")) for code, zh, en in rows[:MOST_ROUNDS]]


def _kind(rows: Rows, kind: str) -> Rows:
    return rows.filter(other__part="" if kind == "project" else kind)


def _same_host(rows: Rows, answer: str) -> Rows:
    same = Q(document__case__host=F("other__case__host")) | Q(document__case__host=F("other__project__host"))
    return rows.filter(same) if answer == "yes" else rows.exclude(same)


def _search(rows: Rows, text: str) -> Rows:
    number = text.replace(" ", "").upper()
    return rows.filter(
        Q(document__case__title__icontains=text)
        | Q(document__case__number__startswith=number)
        | Q(other__case__number__startswith=number)
    )


LIST = ListSpec(
    name="similarity",
    title=SIMILARITY,
    columns=(
        Column(
            "case", Text("申报", "Application"), lambda r: r.document.case.number, sort=("document__case",), link=_href
        ),
        Column("title", Text("名称", "Title"), lambda r: r.document.case.title, link=_href),
        Column("part", Text("比对内容", "Compared part"), lambda r: kind_of(r.document)),
        Column(
            "share", Text("重复比例（%）", "Share (%)"), lambda r: r.share // 10, "number", sort=("share",), compares=""
        ),
        Column("other", Text("重复对象", "Found in"), other_number),
        Column("other_title", Text("对象名称", "Its title"), other_title),
        Column("kind", Text("对象类别", "Kind"), lambda r: kind_of(r.other)),
        Column("state", Text("判定", "Decision"), lambda r: status_of(r.state), "status", sort=("state",)),
        Column(
            "found",
            Text("比对时间", "Compared"),
            lambda r: r.found_at,
            "moment",
            sort=("found_at",),
            sheet_only=True,
        ),
        Column(
            "other_share",
            Text("占对象比例（%）", "Of the other (%)"),
            lambda r: r.other_share // 10,
            "number",
            sheet_only=True,
        ),
        Column(
            "host",
            Text("申报单位", "Host"),
            lambda r: r.document.case.host.name if r.document.case.host else "",
            sheet_only=True,
        ),
        Column("round", Text("批次", "Round"), lambda r: r.document.case.round.code, sheet_only=True),
        Column(
            "by", Text("判定人", "Decided by"), lambda r: r.decided_by.name if r.decided_by else "", sheet_only=True
        ),
        Column(
            "decided",
            Text("判定时间", "Decided"),
            lambda r: r.decided_at,
            "moment",
            sort=("decided_at",),
            sheet_only=True,
        ),
        Column("reason", Text("理由", "Reason"), lambda r: r.reason, sheet_only=True),
    ),
    filters=(
        Filter(
            "state",
            Text("判定", "Decision"),
            lambda rows, state: rows.filter(state=state),
            tuple(Choice(*one) for one in STATES.items()),
        ),
        Filter(
            "round", Text("批次", "Round"), lambda rows, code: rows.filter(document__case__round__code=code), _rounds
        ),
        Filter(
            "least",
            Text("比例不低于", "Share at least"),
            lambda rows, percent: rows.filter(share__gte=10 * int(percent)),
            tuple(Choice(str(one), f"{one} %") for one in (10, 20, 30, 50, 80)),
        ),
        Filter(
            "part",
            Text("比对内容", "Compared part"),
            lambda rows, part: rows.filter(document__part=part),
            tuple(Choice(one, PARTS[one]) for one in ASKED),
        ),
        Filter("kind", Text("对象类别", "Kind"), _kind, tuple(Choice(*one) for one in _KINDS.items())),
        Filter(
            "same_host",
            Text("同一单位", "Same host"),
            _same_host,
            (Choice("yes", Text("是", "Yes")), Choice("no", Text("否", "No"))),
        ),
        Filter(
            "case",
            Text("申报编号", "Number of the application"),
            lambda rows, number: rows.filter(document__case__number=number),
            is_quiet=True,
        ),
    ),
    search=Search(Text("名称或编号", "title or number"), _search),
    default_sort="-share",
    empty=Text("没有查重结果。", "Nothing was found."),
)
