"""A form that keeps itself: each changed question is sent by itself, and the answer says what became of it.

The page works without: then its buttons send the whole form (`pages.form`), by the same names. Answers are JSON with pieces of
the page in them; the words are chosen here, never in the browser.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils.html import format_html_join

from keguan.casework.drafting.drafts import Kept, save_draft
from keguan.casework.models import Case
from keguan.casework.pages.answering import request_id, status_of_refusal
from keguan.casework.pages.answers import Named, named, said_value
from keguan.casework.pages.form.fields import Page, sections, sums_of, weighed_said
from keguan.casework.pages.form.finding import found_for
from keguan.casework.pages.form.refused_files import note, remembered, too_large_at_home
from keguan.casework.pages.form.sections import progress_of
from keguan.casework.pages.form.sheet import balances, checked, sheet_for, unsure
from keguan.casework.situation.attachments import most_bytes
from keguan.casework.steps.form_values import mark, shown_in, typed_values
from keguan.components import reader
from keguan.components.access import SIGNED_IN, actor_on, page
from keguan.components.status import Status
from keguan.engine.moves import names_in
from keguan.engine.state import Values
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING, now
from keguan.kernel.problems import Problem, Refusal
from keguan.language.schema import Field, Form
from keguan.registers.parties.queries import names_of

_SHOWN_MOST = 200
_SAVED = Text("已自动保存 {at:%H:%M:%S}", "Saved {at:%H:%M:%S}")
_CLASH = Text(
    "{who}在 {at:%H:%M} 也改了这一项，现为“{value}”。您在本页写的没有丢，点“保存草稿”即可比较、选择。",
    "{who} changed this at {at:%H:%M} too; it now says “{value}”. What you typed here is not lost: press “Save draft” to compare and choose.",
)
_YOURSELF = Text("您自己（在另一窗口）", "You yourself, in another window,")
_SOMEBODY = Text("另有人", "Somebody else")
_NOTHING = Text("（空）", "(nothing)")
_COUNTED = {"table": Text("表格，{n} 行", "a table, rows: {n}"), "file": Text("{n} 个文件", "files: {n}")}


@page(SIGNED_IN, methods=("POST",))
def case_form_autosave(request: HttpRequest, number: str, form: str) -> HttpResponseBase:
    """Keep the questions that were sent, each by itself."""
    shown = shown_in(request.POST)
    read: list[tuple[Form, dict[str, Any]]] = []

    def typed(of: Form) -> dict[str, Any]:
        values = typed_values(of, request.POST, {})
        read.append((of, values))
        return values

    seen = {name.partition(".")[2]: one.seen or 0 for name, one in shown.items()}
    actor = actor_on(request)
    try:
        saved = save_draft(number, form, typed, seen, actor, request_id=request_id(request))
    except Case.DoesNotExist as missing:
        raise Http404 from missing
    if isinstance(saved, Refusal):
        refused = [reader.said(one.in_full) for one in saved.problems]
        over = any(one.code == "case.moved_on" for one in saved.problems)
        return JsonResponse({"refused": list(dict.fromkeys(refused)), "over": over}, status=status_of_refusal(saved))
    of, values = read[0]
    note(request, number, of, too_large_at_home(of, request.POST))
    problems = remembered(request, number, of) + saved.problems
    fields = {f"{of.form}.{one.field}": one for one in of.fields if one.field in values}
    kept = {name: one for name, one in fields.items() if one.field not in saved.clashes}
    return JsonResponse(
        {
            "said": reader.said(_SAVED.filled(at=now().astimezone(BEIJING))),
            "marks": {name: mark(one, name, values[one.field], saved.revision) for name, one in kept.items()},
            "errors": {name: _errors(_at(problems, name)) for name in kept}
            | {f"{of.form}.{name}": _errors([_clash(of, name, one, actor)]) for name, one in saved.clashes.items()},
        }
    )


@page(SIGNED_IN)
def case_form_progress(request: HttpRequest, number: str, form: str) -> HttpResponseBase:
    """What depends on several answers: how far each section is, what is computed, which questions are asked now."""
    sheet = sheet_for(request, number, form, with_facts=False)
    found = checked(sheet, sheet.values, complete=False)
    hidden = sheet.situation.definition.hidden_fields(form, sheet.values, names_in(sheet.situation))
    coming = [one for one in sheet.form.fields if one.shown_when]
    part = replace(
        sheet.form, sections=tuple(replace(one, fields=_of(one.fields, coming)) for one in sheet.form.sections)
    )
    looked_up = found_for(part, sheet.values, number, sheet.actor)
    refused_files = remembered(request, number, sheet.form)
    weighed = weighed_said(sheet.situation.definition, balances(sheet, found.clean))
    asked = Page(
        part,
        sheet.values,
        looked_up,
        refused_files + found.problems,
        hidden,
        kept=sheet.values,
        seen=sheet.revision,
        remarks=sheet.remarks,
        room_bytes=most_bytes(sheet.situation.definition.programme),
        refused_files=frozenset(one.where for one in refused_files),
        weighed=weighed,
        unsure=unsure(sheet, sheet.values),
    )
    questions = [one for section in sections(asked) for one in section.questions]
    return JsonResponse(
        {
            "sections": render_to_string(
                "casework/form/sections.html", {"progress": progress_of(sheet, hidden, refused_files)}, request
            ),
            "computed": {
                f"{form}.{one.field}": said_value(one, found.clean[one.field], Named())
                if one.field in found.clean
                else ""
                for one in sheet.form.fields
                if one.computed
            },
            "sums": {
                f"{form}.{one.field}": _sums(one, sheet.values) for one in sheet.form.fields if one.type == "table"
            },
            "weighed": {
                f"{form}.{one.field}": _weighed(weighed.get(f"{form}.{one.field}", ()))
                for one in sheet.form.fields
                if one.type in ("money", "table")
            },
            "asked": {
                one.where: render_to_string("casework/form/question.html", {"question": one}, request)
                for one in questions
            },
        }
    )


def _of(fields: Iterable[Field], wanted: list[Field]) -> tuple[Field, ...]:
    return tuple(one for one in fields if one in wanted)


def _sums(one: Field, values: Values) -> str:
    rows = [row for row in values.get(one.field) or () if isinstance(row, Mapping)]
    return render_to_string("casework/form/table_sums.html", {"f": {"sums": sums_of(one, rows)}})


def _weighed(lines: Iterable[Status]) -> str:
    return render_to_string("casework/form/weighed.html", {"lines": tuple(lines)})


def _at(problems: Iterable[Problem], name: str) -> list[Problem]:
    return [one for one in problems if one.where == name or one.where.startswith((f"{name}[", f"{name}."))]


def _errors(problems: list[Problem]) -> str:
    """Problems as the list that stands beside a question."""
    lines = format_html_join("", "<li>{}</li>", ((reader.said(_placed(one)),) for one in problems))
    return f'<ul class="error">{lines}</ul>' if problems else ""


def _placed(problem: Problem) -> Text:
    """What is wrong and the way out, as beside the question of a whole page; or what is wrong in which row of a table."""
    _, bracket, rest = problem.where.partition("[")
    if not bracket:
        return problem.in_full
    said = Text("第 {row} 行：{say}", "Row {row}: {say}")
    return said.filled(row=rest.partition("]")[0], say=problem.say)


def _in_short(field: Field, raw: Any, names: Named) -> str:
    if field.type in _COUNTED:
        return reader.said(_COUNTED[field.type].filled(n=len(raw or ())))
    return said_value(field, raw, names)


def _clash(of: Form, name: str, there: Kept, actor: Actor) -> Problem:
    field = next(one for one in of.fields if one.field == name)
    if there.by is None:
        who: Text | str = _SOMEBODY
    else:
        who = _YOURSELF if there.by == actor.person else names_of([there.by]).get(there.by, _SOMEBODY)
    value = _in_short(field, there.value, named([(of, {name: there.value})], ""))
    shown = value if len(value) <= _SHOWN_MOST else value[:_SHOWN_MOST] + "…"
    said = _CLASH.filled(who=who, at=there.at.astimezone(BEIJING), value=shown or _NOTHING)
    return Problem("draft.clash", said, f"{of.form}.{name}")
