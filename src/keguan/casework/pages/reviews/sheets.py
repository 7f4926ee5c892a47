"""Scoring off line: a spreadsheet of one's own seats in a round, and its way back into drafts.

Reading it in is tried first: every bad cell is told with its place, nothing is kept. What is confirmed is kept all or not
at all, as drafts; sending scores stays something the reviewer does case by case.
"""

from __future__ import annotations

import hashlib
import hmac
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from keguan.casework.models import Seat
from keguan.casework.queries import reviews_of
from keguan.casework.reviewing.drafts import keep
from keguan.casework.steps.review.panel import given_in, totals
from keguan.casework.versions import definition_of
from keguan.components import reader
from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.deeds import SeeOther
from keguan.components.notices import tell
from keguan.components.sheets import XLSX, file_name
from keguan.components.status import Crumb
from keguan.engine.steps.review import COMMENT_MOST, REMARK_MOST
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import canonical
from keguan.kernel.problems import Problem, Refusal, Refused
from keguan.language.schema import Review, Rubric
from keguan.registers.imports.grid import Grid
from keguan.registers.imports.sheet_xlsx import read_xlsx
from keguan.registers.trace import services as trace

BYTES_MOST = 5_000_000
MOST_PROBLEMS = 200
_SALT = "casework.review-sheet"
_ONE_HOUR = 3600

_TITLE = Text("离线评分表", "Score sheet")
_BEFORE = (Text("编号", "Number"), Text("名称", "Title"), Text("席位", "Seat"))
_POINTS = Text("{title}（0–{points}）", "{title} (0–{points})")
_REMARK = Text("{title}：说明", "{title}: remark")
_AFTER = (Text("评审意见", "Comment"), Text("校验值（勿改）", "Check value (leave as it is)"))
_KEPT = Text(
    "已读入 {n} 席，保存为草稿。请逐件核对并提交评分。",
    "Read in as drafts: {n}. Look each over and send its scores.",
)


def headers(rubric: Rubric) -> list[Text]:
    """The first row: case, points and remark of each criterion, the comment, the value that says whose row it is."""
    found = list(_BEFORE)
    for one in rubric.criteria:
        found += [_POINTS.filled(title=one.title, points=one.points), _REMARK.filled(title=one.title)]
    return [*found, *_AFTER]


def columns(rubric: Rubric) -> list[str]:
    """The field of the sheet's form behind each column, "" for those that nobody types into."""
    found = ["", "", ""]
    for one in rubric.criteria:
        found += [f"scores.{one.criterion}", f"comments.{one.criterion}"]
    return [*found, "comment", ""]


def check_value(seat: Seat, digest: str) -> str:
    """What binds a row to its seat and to the rubric that its columns stand for."""
    named = canonical([seat.case.number, seat.step, seat.attempt, seat.number, digest])
    return hmac.new(settings.SECRET_KEY.encode(), named, hashlib.sha256).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Pile:
    """The seats of one reviewer in one round that are scored by one rubric."""

    seats: Sequence[Seat]
    rubric: Rubric
    digest: str


def pile_of(request: HttpRequest, code: str, step: str) -> Pile:
    """The reader's own seats there that can still be scored. Raises Http404 where there is none."""
    rows = reviews_of(actor_on(request)).select_related("draft").filter(case__round__code=code, step=step)
    seats = [
        one for one in rows.order_by("case__number") if one.case.step == step and one.state in ("accepted", "final")
    ]
    if not seats:
        raise Http404
    definition = definition_of(seats[0].case.programme)
    seats = [one for one in seats if definition_of(one.case.programme).digest == definition.digest]
    of_step = definition.programme.step(step)
    if not isinstance(of_step, Review):
        raise Http404
    return Pile(seats, definition.programme.rubric(of_step.rubric), definition.digest)


@page(SIGNED_IN)
def review_sheet(request: HttpRequest, code: str, step: str) -> HttpResponseBase:
    """The spreadsheet: one row for each seat, with what was typed so far; only what is to be typed can be changed."""
    pile = pile_of(request, code, step)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"author": "", "title": code})
    locked = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    plain = book.add_format({"valign": "top", "font_color": "#555555"})
    typed = book.add_format({"locked": False, "text_wrap": True, "valign": "top", "bg_color": "#FFFDE7"})
    sheet = book.add_worksheet("Scores")
    sheet.protect("", {"format_columns": True, "format_rows": True})
    sheet.freeze_panes(1, 2)
    for at, title in enumerate(headers(pile.rubric)):
        sheet.write_string(0, at, reader.said(title), locked)
    names = columns(pile.rubric)
    most = {f"scores.{one.criterion}": one.points for one in pile.rubric.criteria}
    for line, seat in enumerate(pile.seats, 1):
        draft = getattr(seat, "draft", None)
        values = (given_in(seat) if seat.state == "final" else {}) | (draft.values if draft else {})
        before = (seat.case.number, seat.case.title, str(seat.number))
        for at, name in enumerate(names):
            if not name:
                text = before[at] if at < len(before) else check_value(seat, pile.digest)
                sheet.write_string(line, at, text, plain)
            elif name in most and values.get(name, "").isdecimal():
                sheet.write_number(line, at, int(values[name]), typed)
            else:
                sheet.write_string(line, at, values.get(name, ""), typed)
    for at, name in enumerate(names):
        sheet.set_column(at, at, 10 if name in most else 16 if not name else 40)
        if name in most:
            bounds = {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": most[name]}
            sheet.data_validation(1, at, len(pile.seats), at, bounds)
    book.close()
    actor = actor_on(request)
    with transaction.atomic():
        trace.write("review:sheet:taken", actor, payload={"n": len(pile.seats), "round": code, "step": step})
    answer = HttpResponse(out.getvalue(), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{file_name("scores", clock.now())}"'
    return answer


# ------------------------------------------------------------------------------------------------- and back again


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row as it was understood. values: by field; total: of the points in it."""

    number: str
    title: str
    values: Mapping[str, str]
    total: int
    scored: int
    count: int


@page(SIGNED_IN, methods=("GET", "POST"))
def review_sheet_back(request: HttpRequest, code: str, step: str) -> HttpResponseBase:
    """Try a sheet that was filled in, and keep it as drafts once its reader confirms what was understood."""
    pile = pile_of(request, code, step)
    problems: tuple[Problem, ...] = ()
    rows: list[ReadRow] = []
    confirm = ""
    if request.method == "POST" and "confirm" in request.POST:
        answer = _kept(request, pile, code, step)
        if isinstance(answer, HttpResponseBase):
            return answer
        problems = answer.problems
    elif request.method == "POST":
        rows, found = _tried(request, pile)
        problems = tuple(found[:MOST_PROBLEMS])
        if not problems:
            sent = {"by": actor_on(request).person, "rows": {one.number: dict(one.values) for one in rows}}
            confirm = signing.dumps(sent, salt=_SALT, compress=True)
    context = {
        "code": code,
        "step": step,
        "count": len(pile.seats),
        "rows": rows,
        "problems": problems,
        "confirm": confirm,
        "crumbs": [Crumb(Text("我的评审", "My reviews"), reverse("reviews")), Crumb(_TITLE)],
    }
    return render(request, "casework/review_sheet.html", context, status=422 if problems else 200)


def _kept(request: HttpRequest, pile: Pile, code: str, step: str) -> HttpResponseBase | Refusal:
    actor = actor_on(request)
    try:
        sent = signing.loads(request.POST["confirm"], salt=_SALT, max_age=_ONE_HOUR)
    except signing.BadSignature:
        sent = {}
    if sent.get("by") != actor.person or actor.person is None:
        said = Text("确认已过期，请重新上传。", "The confirmation is too old; upload the sheet again.")
        return Refusal((Problem("sheet.stale", said, "file"),))
    rows: Mapping[str, Mapping[str, str]] = sent["rows"]
    try:
        with transaction.atomic():
            for number, values in rows.items():
                if isinstance(kept := keep(number, values, actor), Refusal):
                    raise Refused(kept)
            trace.write("review:sheet:read", actor, payload={"n": len(rows), "round": code, "step": step})
    except Refused as refused:
        return refused.refusal
    tell(request, _KEPT.filled(n=len(rows)))
    return SeeOther(reverse("reviews"))


def _tried(request: HttpRequest, pile: Pile) -> tuple[list[ReadRow], list[Problem]]:
    file = request.FILES.get("file")
    if file is None or (file.size or 0) > BYTES_MOST:
        said = Text("请选择一个 .xlsx 文件（不超过5MB）。", "Choose an .xlsx file of at most 5 MB.")
        return [], [Problem("sheet.file", said, "file")]
    try:
        grid = read_xlsx(file.read(), file.name or "")
        return _understood(grid, pile)
    except Refused as refused:
        return [], list(refused.refusal.problems)


def _understood(grid: Grid, pile: Pile) -> tuple[list[ReadRow], list[Problem]]:
    lines = [(one.number, [_text(cell) for cell in one.cells]) for one in grid.lines]
    head = lines[0][1] if lines else []
    problems = list(_header_problems(grid, head, headers(pile.rubric)))
    if problems:
        return [], problems
    names = columns(pile.rubric)
    seats = {check_value(one, pile.digest): one for one in pile.seats}
    found: dict[str, ReadRow] = {}
    for number, cells in lines[1:]:
        cells = [*cells, *[""] * (len(names) - len(cells))]
        if not any(cells):
            continue
        seat = seats.get(cells[len(names) - 1])
        if seat is None or seat.case.number != cells[0]:
            said = Text(
                "这一行的编号或校验值被改动，或不是您现在能评分的席位。",
                "The number or the check value of this row was changed, or it is no seat that you can score now.",
            )
            fix = Text("请从新下载的评分表复制该行。", "Copy the row from a sheet that you download anew.")
            problems.append(Problem("sheet.row", said, grid.place(number), cells[0][:40], fix=fix))
            continue
        if seat.case.number in found:
            said = Text("同一席位出现两次。", "The same seat stands here twice.")
            problems.append(Problem("sheet.twice", said, grid.place(number), cells[0]))
            continue
        values = {name: cells[at] for at, name in enumerate(names) if name}
        problems += _cell_problems(grid, number, pile.rubric, names, values)
        summed = totals(pile.rubric, values)
        found[seat.case.number] = ReadRow(
            seat.case.number, seat.case.title, values, summed.points, summed.scored, summed.count
        )
    if not found and not problems:
        said = Text("表中没有可读入的行。", "There is no row to read in.")
        problems.append(Problem("sheet.empty", said, grid.name))
    return list(found.values()), problems


def _header_problems(grid: Grid, head: Sequence[str], wanted: Sequence[Text]) -> Iterator[Problem]:
    for at, title in enumerate(wanted):
        there = head[at].strip() if at < len(head) else ""
        if there not in (title.zh, title.en):
            said = Text(
                "表头被改动：应为“{title}”，现为“{there}”。",
                "The header was changed: “{title}” stood here, now “{there}”.",
            )
            fix = Text(
                "请恢复表头，或把内容复制到新下载的评分表。",
                "Put the header back, or copy what you typed into a sheet that you download anew.",
            )
            yield Problem(
                "sheet.header", said.filled(title=title, there=there[:40]), grid.place(1, at), there[:40], fix=fix
            )
    for at, there in enumerate(head[len(wanted) :], len(wanted)):
        if there.strip():
            said = Text("多出一列“{there}”。", "There is a column too many: “{there}”.").filled(there=there[:40])
            yield Problem("sheet.header", said, grid.place(1, at), there[:40])


def _cell_problems(
    grid: Grid, number: int, rubric: Rubric, names: Sequence[str], values: Mapping[str, str]
) -> Iterator[Problem]:
    for one in rubric.criteria:
        name = f"scores.{one.criterion}"
        typed = values[name].strip()
        if typed and not (typed.isdecimal() and len(typed) < 5 and int(typed) <= one.points):
            said = Text("“{title}”请打0至{points}的整数分。", "Score “{title}” with a whole number from 0 to {points}.")
            place = grid.place(number, names.index(name))
            yield Problem("review.score", said.filled(title=one.title, points=one.points), place, typed[:40])
    for at, name in enumerate(names):
        most = COMMENT_MOST if name == "comment" else REMARK_MOST
        if name and not name.startswith("scores.") and len(values[name]) > most:
            said = Text("不超过{most}字。", "At most {most} characters.").filled(most=most)
            yield Problem("review.comment_long", said, grid.place(number, at), str(len(values[name])))


def _text(cell: Any) -> str:
    """A cell as it would be typed: 17.0 is 17, as spreadsheets keep whole numbers."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).replace("\r\n", "\n").strip()
