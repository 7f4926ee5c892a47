"""What a reader may be told of a form: as it was handed in, or as it is being typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest

from keguan.casework.documents.book import Cover, Told, seconds
from keguan.casework.models import Answers, Case, Draft
from keguan.casework.pages.answers import Named, named
from keguan.casework.pages.form.sheet import Sheet, checked, sheet_for
from keguan.casework.pages.opened import case_for, note_reading
from keguan.casework.pages.secrets import as_told, hidden_answers, sees_identity
from keguan.casework.permissions import is_own, why_not
from keguan.casework.situation.about import about_of
from keguan.casework.versions import definition_of
from keguan.components import reader
from keguan.engine.moves import names_in
from keguan.engine.state import Values
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Forbidden, Problem
from keguan.language.schema import Form

_DRAFT = Text("草稿，尚未提交", "Draft, not handed in")
_HANDED_IN = Text("已提交（第 {n} 次）", "Handed in ({n})")


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One hand-in as this reader may read it."""

    case: Case
    actor: Actor
    form: Form
    row: Answers
    told: Told

    @property
    def is_whole(self) -> bool:
        """Whether nothing of it is kept from this reader, so that they may have the answers themselves."""
        return not self.told.hidden


def handed_in(request: HttpRequest, number: str, form_name: str) -> HandedIn:
    """The form as it was handed in, the last time or (`?version=2`) another; the reading is traced.

    Raises Http404 where it was not, Forbidden where the proposal is closed to the reader.
    """
    case, actor = case_for(request, number)
    if problem := why_not(actor, case, "proposal"):
        raise Forbidden("read this form", (problem,))
    row = _row(case, form_name, request.GET.get("version", ""))
    form = definition_of(case.programme).programme.form(form_name)
    hidden = frozenset(one for one in hidden_answers(actor, case) if one.split(".")[0] == form_name)
    # What was not asked then has no answer; what could be left empty is told as left empty.
    unasked = frozenset(
        str(one.field) for one in form.fields if one.shown_when is not None and one.field not in row.values
    )
    note_reading(request, case, actor, ["proposal"])
    names = as_told(named([(form, row.values)], number, actor), actor, case)
    return HandedIn(case, actor, form, row, Told(form, row.values, names, hidden, unasked))


def _row(case: Case, form: str, version: str) -> Answers:
    rows = Answers.objects.filter(case=case, form=form).order_by("-version")
    if version:
        rows = rows.filter(version=int(version) if version.isdecimal() and len(version) < 9 else 0)
    found = rows.first()
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True, slots=True)
class Drafted:
    """A form as it is being typed. problems: all that still stands in the way of handing it in."""

    sheet: Sheet
    told: Told
    problems: tuple[Problem, ...]
    saved_at: datetime


def drafted(request: HttpRequest, number: str, form_name: str) -> Drafted:
    """The form as it is being typed, checked as if it were handed in while it can be. Raises Http404 for who does not write it."""
    sheet = sheet_for(request, number, form_name)
    case, actor = sheet.case, sheet.actor
    never = form_name not in sheet.situation.state.answers
    if not sheet.is_open and not (never and is_own(actor, case)):
        raise Http404
    # Of a draft whose time is over nothing is asked any more; what was typed stays to be read.
    found = checked(sheet, sheet.values, complete=not sheet.situation.state.end)
    values = _as_read(sheet.values, found.clean)
    unasked = sheet.situation.definition.hidden_fields(form_name, sheet.values, names_in(sheet.situation))
    names = named([(sheet.form, values)], number, actor)
    saved = Draft.objects.filter(case=case, form=form_name).values_list("saved_at", flat=True).first()
    told = Told(sheet.form, values, names, frozenset(), unasked, found.problems)
    return Drafted(sheet, told, found.problems, saved or case.created_at)


def _as_read(typed: Values, clean: Values) -> dict[str, Any]:
    """What was typed, read where it can be read: no wrong word of it is lost, in rows of tables neither."""
    found = {**typed, **clean}
    for name, raw in typed.items():
        rows = clean.get(name)
        if not (isinstance(raw, list) and isinstance(rows, list) and len(raw) == len(rows)):
            continue
        if all(isinstance(one, Mapping) for one in (*raw, *rows)):
            found[name] = [{**before, **after} for before, after in zip(raw, rows, strict=True)]
    return found


# --------------------------------------------------------------------------------------------------------- the cover


def cover_of(case: Case, actor: Actor, told: Told, row: Answers | None) -> Cover:
    """What the cover says; row: the hand-in, None for a draft. Who objects stays out of it for who may not know."""
    about = about_of(definition_of(case.programme), {**case.memo.answers, str(told.form.form): told.values})
    state = _HANDED_IN.filled(n=row.version) if row is not None else _DRAFT
    lines = [
        *particulars(case, actor, told.names, about.principal, about.asked_fen),
        (Text("状态", "State"), reader.said(state)),
    ]
    if row is not None:
        lines.append((Text("提交时间（北京时间）", "Handed in (Beijing time)"), seconds(row.at)))
    return Cover(
        number=case.number,
        programme=reader.said(case.programme.title),
        subject=about.title or case.title,
        lines=lines,
        digest=row.digest if row is not None else "",
        at=row.at if row is not None else None,
        author=case.host.name if case.host is not None and sees_identity(actor, case) else "",
    )


def particulars(
    case: Case, actor: Actor, names: Named, principal: int | None, asked_fen: int | None
) -> list[tuple[Text, str]]:
    """Whose case it is, in which round, for how much: what does not change afterwards."""
    lines = [(Text("编号", "Number"), case.number)]
    lines.append((Text("计划", "Programme"), f"{reader.said(case.programme.title)} {case.programme.version}"))
    if case.round is not None:
        lines.append((Text("批次", "Round"), reader.said(case.round.title)))
    if case.parent is not None:
        lines.append((Text("针对的办件", "About the case"), case.parent.number))
    if sees_identity(actor, case):
        if case.host is not None:
            lines.append((Text("申报单位", "Host"), case.host.name))
        if case.authority is not None:
            lines.append((Text("推荐单位", "Recommending authority"), case.authority.name))
        if principal is not None and principal in names.people:
            lines.append((Text("项目负责人", "Principal"), names.people[principal]))
    if asked_fen is not None:
        lines.append((Text("申请金额", "Asked"), reader.money(asked_fen)))
    return lines
