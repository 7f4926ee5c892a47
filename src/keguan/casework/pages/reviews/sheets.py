"""Scoring off line: a spreadsheet of one's own seats in a round, and its way back into drafts.

Reading it in is tried first: every bad cell is told with its place, what meets another text on the web is shown beside it,
nothing is kept. What is confirmed is kept all or not at all, as drafts; sending scores stays something the reviewer does
case by case.
"""

from __future__ import annotations

import hashlib
import hmac
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import xlsxwriter
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from keguan.casework.models import Seat
from keguan.casework.pages.answering import status_of_refusal
from keguan.casework.pages.reviews.sheet_meets_web import (
    LONGEST_CELL,
    Met,
    Row,
    in_a_cell,
    met,
    prints,
    prints_in,
)
from keguan.casework.queries import reviews_of
from keguan.casework.reviewing.drafts import keep
from keguan.casework.steps.review.panel import on_the_sheet
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
    """The seats of one reviewer in one step of a round that are scored by one rubric."""

    round: str
    step: str
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
    return Pile(code, step, seats, definition.programme.rubric(of_step.rubric), definition.digest)


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
        values = on_the_sheet(seat, getattr(seat, "draft", None))
        before = (seat.case.number, seat.case.title, str(seat.number))
        for at, name in enumerate(names):
            cell = in_a_cell(name, values.get(name, ""))
            if not name:
                bound = f"{check_value(seat, pile.digest)}-{prints(names, values)}"
                sheet.write_string(line, at, before[at] if at < len(before) else bound, plain)
            elif name in most and cell.isdecimal() and len(cell) < 5:
                sheet.write_number(line, at, int(cell), typed)
            else:
                sheet.write_string(line, at, values.get(name, "")[:LONGEST_CELL], typed)
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


_CHOOSE = Text(
    "{number}“{title}”：网页和评分表上的内容不同，请选择保留哪一个。",
    "{number}, “{title}”: the web and the sheet differ. Choose which is to stand.",
)
_NEWER = Text(
    "{number}：您查看之后，网页上又有改动。没有保存任何内容，请对照下面现在的内容再确认。",
    "{number}: more was typed on the web since you looked. Nothing was kept: look at what stands below now, and confirm again.",
)
_NO_SEAT = Text("{number}：您现在不能为本件评分。", "{number}: this is no seat that you can score now.")
_AT = Text("{place}：{say}", "{place}: {say}")
_OF_CASE = Text("{case}，{say}", "{case}, {say}")
_WITHOUT = Text("请从评分表中删去该行，重新上传。", "Take its row out of the sheet and upload it again.")


@page(SIGNED_IN, methods=("GET", "POST"))
def review_sheet_back(request: HttpRequest, code: str, step: str) -> HttpResponseBase:
    """Try a sheet that was filled in, and keep it as drafts once its reader confirms what was understood."""
    pile = pile_of(request, code, step)
    rows: list[Row] = []
    found: list[Problem] = []
    if request.method == "POST" and "confirm" in request.POST:
        rows, shown = _confirmed(request)
        if not rows:
            said = Text("确认已过期，请重新上传。", "The confirmation is too old; upload the sheet again.")
            found = [Problem("sheet.stale", said, "file")]
        elif not (found := _kept(request, pile, rows, shown)):
            tell(request, _KEPT.filled(n=len(rows)))
            return SeeOther(reverse("reviews"))
        pile = pile_of(request, code, step)
    elif request.method == "POST":
        rows, found = _tried(request, pile)
        rows = [] if found else rows
    beside = _beside(request, pile, rows, found)
    context = {
        "code": code,
        "step": step,
        "count": len(pile.seats),
        "rows": beside,
        "asks": any(one.differs for one in beside),
        "problems": found[:MOST_PROBLEMS],
        "confirm": _to_confirm(request, rows, beside) if beside else "",
        "crumbs": [Crumb(Text("我的评审", "My reviews"), reverse("reviews")), Crumb(_TITLE)],
    }
    status = status_of_refusal(Refusal(tuple(found))) if found else 200
    return render(request, "casework/review_sheet.html", context, status=status)


def _beside(request: HttpRequest, pile: Pile, rows: Sequence[Row], problems: Sequence[Problem] = ()) -> list[Met]:
    """Each row beside its seat as it stands now; rows without a seat are left out."""
    seats = {one.case.number: one for one in pile.seats}
    titles = dict(zip(columns(pile.rubric), headers(pile.rubric), strict=True))
    wrong = {one.where: one for one in problems}
    beside = []
    for one in rows:
        if one.number in seats:
            # Who chose beside a text that stands there no longer chooses anew.
            chosen = {} if f"take.{one.number}" in wrong else request.POST.dict()
            beside.append(met(one, seats[one.number], pile.rubric, titles, chosen))
    return [
        replace(one, differs=tuple(replace(each, problem=wrong.get(each.where)) for each in one.differs))
        for one in beside
    ]


def _to_confirm(request: HttpRequest, rows: Sequence[Row], beside: Sequence[Met]) -> str:
    """What the page carries along until it is confirmed: what the sheet said, and what stood on the web beside it."""
    sent = {
        "by": actor_on(request).person,
        "rows": [(one.number, dict(one.values), dict(one.taken)) for one in rows],
        "shown": {one.number: dict(one.shown) for one in beside},
    }
    return signing.dumps(sent, salt=_SALT, compress=True)


def _confirmed(request: HttpRequest) -> tuple[list[Row], Mapping[str, Mapping[str, str]]]:
    """The rows that this reader confirms with what they were shown beside them; none where it is too old or not theirs."""
    try:
        sent = signing.loads(request.POST["confirm"], salt=_SALT, max_age=_ONE_HOUR)
    except signing.BadSignature:
        return [], {}
    person = actor_on(request).person
    if person is None or sent["by"] != person:
        return [], {}
    return [Row(*one) for one in sent["rows"]], sent["shown"]


def _kept(
    request: HttpRequest, pile: Pile, rows: Sequence[Row], shown: Mapping[str, Mapping[str, str]]
) -> list[Problem]:
    """Keep all rows as drafts, or none; what stands in the way."""
    actor = actor_on(request)
    beside = _beside(request, pile, rows)
    there = {one.number for one in beside}
    gone = [one.number for one in rows if one.number not in there]
    problems = [Problem("sheet.row", _NO_SEAT.filled(number=one), "file", one, fix=_WITHOUT) for one in gone]
    problems += [_newer(one.number) for one in beside if one.shown != shown.get(one.number)]
    if not problems:
        asked = ((one, each) for one in beside for each in one.differs if not each.chosen)
        problems = [
            Problem("sheet.choose", _CHOOSE.filled(number=one.number, title=each.title), each.where)
            for one, each in asked
        ]
    if problems:
        return problems
    try:
        with transaction.atomic():
            for one in beside:
                kept = keep(one.number, one.kept, actor, one.shown) if one.kept else None
                if isinstance(kept, Refusal):
                    raise Refused(kept)
                if kept is not None and kept.clashes:
                    raise Refused.because(_newer(one.number))
            named = {"n": len(rows), "round": pile.round, "step": pile.step}
            trace.write("review:sheet:read", actor, payload=named)
    except Refused as refused:
        return list(refused.refusal.problems)
    return []


def _newer(number: str) -> Problem:
    return Problem("draft.stale", _NEWER.filled(number=number), f"take.{number}")


def _tried(request: HttpRequest, pile: Pile) -> tuple[list[Row], list[Problem]]:
    file = request.FILES.get("file")
    if file is None or (file.size or 0) > BYTES_MOST:
        said = Text("请选择一个 .xlsx 文件（不超过5MB）。", "Choose an .xlsx file of at most 5 MB.")
        return [], [Problem("sheet.file", said, "file")]
    try:
        grid = read_xlsx(file.read(), file.name or "")
        return _understood(grid, pile)
    except Refused as refused:
        return [], list(refused.refusal.problems)


def _understood(grid: Grid, pile: Pile) -> tuple[list[Row], list[Problem]]:
    lines = [(one.number, [_text(cell) for cell in one.cells]) for one in grid.lines]
    head = lines[0][1] if lines else []
    problems = list(_header_problems(grid, head, headers(pile.rubric)))
    if problems:
        return [], [_placed(one) for one in problems]
    names = columns(pile.rubric)
    seats = {check_value(one, pile.digest): one for one in pile.seats}
    found: dict[str, Row] = {}
    for number, cells in lines[1:]:
        cells = [*cells, *[""] * (len(names) - len(cells))]
        if not any(cells):
            continue
        check, _, carried = cells[len(names) - 1].partition("-")
        seat = seats.get(check)
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
        of_case = f"{seat.case.number} {seat.case.title}".strip()
        problems += [
            replace(one, say=_OF_CASE.filled(case=of_case, say=one.say))
            for one in _cell_problems(grid, number, pile.rubric, names, values)
        ]
        found[seat.case.number] = Row(seat.case.number, values, prints_in(names, carried))
    if not found and not problems:
        said = Text("表中没有可读入的行。", "There is no row to read in.")
        problems.append(Problem("sheet.empty", said, grid.name))
    return list(found.values()), [_placed(one) for one in problems]


def _placed(problem: Problem) -> Problem:
    """What is wrong with a cell or a row, saying where it stands in the sheet: the page has no such place to lead to."""
    return replace(problem, say=_AT.filled(place=problem.where, say=problem.say), where="file")


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
