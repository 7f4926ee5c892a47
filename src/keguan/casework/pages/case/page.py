"""The page of one case: where it stands, what this reader may do now, and everything they may see of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse

from keguan.casework import services, vacancies
from keguan.casework.desk_notes import notes_of
from keguan.casework.desks.archive import is_archived, may_archive
from keguan.casework.drafting.editors import leads
from keguan.casework.links import links_for
from keguan.casework.models import Case
from keguan.casework.pages.answering import kept, onward
from keguan.casework.pages.case.about import about_lines, sides_of
from keguan.casework.pages.case.appointments import expected_for
from keguan.casework.pages.case.desk import desk_of
from keguan.casework.pages.case.left_seats import answers_who_left
from keguan.casework.pages.case.parts import Parts, parts_of
from keguan.casework.pages.case.setting_aside import turned_out_for
from keguan.casework.pages.case_words import left_behind, stages, status_of, what_next
from keguan.casework.pages.desks.queue import queue_for
from keguan.casework.pages.opened import PARTS, case_for, closed_parts, note_reading
from keguan.casework.pages.step_help import help_for
from keguan.casework.permissions import reads_by_seat
from keguan.casework.reviewing.watermarks import said_of
from keguan.casework.steps.closets import closet_of
from keguan.casework.steps.scene import Scene
from keguan.components.access import SIGNED_IN, page
from keguan.components.fields import Field
from keguan.components.status import Crumb
from keguan.engine.afterwards import may_retract
from keguan.engine.decision import Situation
from keguan.engine.machine import commands_for
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.schema import Decide
from keguan.language.wording import step_title
from keguan.registers.trace.services import Reading

_NOTE = Field("note", "prose", Text("新备注", "New note"), most=2000)


@page(SIGNED_IN)
@answers_who_left
def case(request: HttpRequest, number: str) -> HttpResponseBase:
    """Everything about one case that this reader may see."""
    found, actor = case_for(request, number)
    return case_page(request, found, actor)


def case_page(
    request: HttpRequest,
    found: Case,
    actor: Actor,
    *,
    post: QueryDict | None = None,
    problems: tuple[Problem, ...] = (),
    status: int = 200,
) -> HttpResponse:
    """The page; after a refusal with what was typed, its problems and their status."""
    situation = services.situation_for(found, actor)
    closed = closed_parts(actor, found)
    sees = frozenset(set(PARTS) - set(closed))
    parts = parts_of(found, actor, situation, closed)
    verbs = {offered.verb.name: offered.verb for offered in commands_for(situation)}
    scene = Scene(found, situation, actor, verbs, post, problems, sees, parts.seats, request.GET.dict())
    panel = closet_of(scene.step) if situation.state.step else None
    onwards = onward(post, "") if post is not None else ""
    desk = desk_of(scene, parts)
    apart = bool(situation.acting.own or situation.acting.seat) or found.submitted_at is None
    handles = not apart and actor.holds("officer", programme=found.code)
    sees_notes = handles or (not apart and actor.holds("supervision", programme=found.code))
    asked = request.path.rstrip("/").rsplit("/", 1)[-1]
    shown = panel.shows.panel(scene) if panel else {}
    # A sheet that is still there holds what was typed itself, also where it was only to be kept; what a meeting votes on has none.
    holds = set() if "ballot" in shown else {*verbs, *(["draft"] if verbs.keys() & {"score", "rescore"} else [])}
    context: dict[str, Any] = {
        "case": found,
        "status": status_of(found),
        "crumbs": [*_way_here(found, situation, onwards), Crumb(found.number)],
        "onward": onwards,
        "stages": stages(situation.definition, situation.state, sees),
        "next": what_next(situation.definition, situation.state),
        "vacancy": None
        if situation.acting.seat
        else vacancies.here(situation.definition, situation.state, found, situation.acting),
        "help": help_for(situation.definition, situation.state.step),
        "left": left_behind(situation.definition, situation.state, sees) if "trace" in sees else [],
        "about": about_lines(found, actor, sees),
        "sides": sides_of(found, actor, situation),
        "verbs": verbs,
        "waits": any(verb.is_awaited for verb in verbs.values()),
        "panel": panel,
        "p": shown,
        "problems": problems,
        "kept": kept(request, situation.definition.programme) if post is not None and asked not in holds else [],
        "can_withdraw": _can_withdraw(found, situation),
        "can_retract": may_retract(situation),
        "retract_reason": RETRACT_REASON.typed_in(request.POST).with_problems(problems),
        "can_copy": found.parent_id is None and leads(actor, found),
        "can_archive": may_archive(found, actor),
        "is_archived": may_archive(found, actor) and is_archived(found, actor),
        "is_reviewing": bool(situation.acting.seat) and "proposal" in sees,
        "watermark": said_of(actor, clock.now()) if "proposal" in sees and reads_by_seat(actor, found) else "",
        "parts": parts,
        "desk": desk,
        "turned_out": turned_out_for(found, actor, situation, sees, parts.seats, post, problems),
        "can_handle": handles,
        "links": links_for(actor, found),
        "expected": expected_for(actor, found),
        "handler": parts.names.people.get(found.handler_id or 0, "") if sees_notes else "",
        "notes": notes_of(actor, found) if sees_notes else [],
        "note_field": _NOTE.typed_in(request.POST).with_problems(problems),
        "rates_reviews": parts.names_reviewers and actor.holds("officer", programme=found.code),
        "queue": queue_for(request, found, actor, waits=desk is not None),
    }
    note_reading(request, found, actor, _confidential(parts))
    return render(request, "casework/case.html", context, status=status)


def _way_here(found: Case, situation: Situation, onwards: str) -> list[Crumb]:
    """The way back: to the agenda of decisions where something refused was sent from it or from its papers, else to the cases."""
    try:
        asked = resolve(onwards)
    except Resolver404:
        asked = None
    if asked is not None and asked.url_name in ("deciding", "paper") and found.round is not None:
        code, steps = found.round.code, situation.definition.programme.steps
        named = (one for one in steps if isinstance(one, Decide) and one.id == asked.kwargs["step"])
        if asked.kwargs["code"] == code and (step := next(named, None)):
            return [
                Crumb(Text("批次", "Rounds"), reverse("rounds")),
                Crumb(code, reverse("round", args=[code])),
                Crumb(step_title(step), reverse("deciding", args=[code, step.id])),
            ]
    return [Crumb(Text("办件", "Cases"), reverse("cases"))]


def _confidential(parts: Parts) -> list[Reading]:
    things: dict[Reading, bool] = {
        "proposal": bool(parts.forms),
        "reviews": parts.shows_scores,
        "reviewers": parts.names_reviewers,
    }
    return [thing for thing, shown in things.items() if shown]


RETRACT_REASON = Field(
    "reason", "text", Text("撤回的理由", "Why it is taken back"), most=500, required=True,
    hint=Text("处理单位会看到；撤回后不再处理，需要时可在期限内重新提出。", "Whoever would decide reads it. Nothing more is done about it; while there is time it can be made anew."),
)  # fmt: skip


def _can_withdraw(found: Case, situation: Situation) -> bool:
    state = situation.state
    return (
        not state.end
        and found.submitted_at is not None
        and "applicant" in situation.acting.roles
        and "withdraw" in situation.definition.programme.side_cases
        and not any(side.programme == "withdraw" for side in state.open_sides.values())
    )
