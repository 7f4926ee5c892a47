"""Changing a published call: a form with what may be changed, the draft beside what stands, and its publication by another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.casework.models import CallChange, Round
from keguan.casework.pages.answering import status_of_refusal
from keguan.casework.pages.rounds.changes import compared
from keguan.casework.pages.rounds.copying import as_typed
from keguan.casework.pages.rounds.fields import CHANGE_REASON, SET_UP, read_terms
from keguan.casework.pages.rounds.rounds import PLANS, rounds_for
from keguan.casework.rounds import amending
from keguan.casework.rounds.services import Terms, columns
from keguan.casework.rounds.versions import terms_of, with_terms
from keguan.components.access import actor_on, page
from keguan.components.deeds import Given, SeeOther, deed_page
from keguan.components.fields import Field, filled
from keguan.components.notices import tell
from keguan.components.status import Crumb
from keguan.components.typed import posted_revision
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal, Refused
from keguan.registers.parties.queries import names_of

_TITLE = Text("变更申报通知：{code}", "Change the call {code}")
_TERM_OF_FIELD = {"budget": "budget_fen"}


@page(PLANS, methods=("GET", "POST"))
def round_amend(request: HttpRequest, code: str) -> HttpResponseBase:
    """Draft a change of a published call, or go on with one's own draft of it: what may be changed is asked, and what may not
    is told with the reason."""
    actor = actor_on(request)
    found = _round(request, code)
    drafted = _draft(found)
    if found.status != "published":
        return SeeOther(reverse("round", args=[code]))
    if drafted is not None and not amending.is_drafter(drafted, actor):
        return SeeOther(reverse("call_change", args=[code]))
    names = amending.changeable(found)
    if request.method != "POST":
        return _form(request, found, drafted, names)
    read = read_terms({**as_typed(found), **request.POST.dict()})
    problems = tuple(one for one in read.values() if isinstance(one, Problem))
    if problems:
        return _form(request, found, drafted, names, problems, 422)
    terms = terms_of(with_terms(found, columns(Terms(code=found.code, kind=found.kind, **read))))
    # What stands as it was shown is as it was: a deadline with seconds is typed without them.
    as_shown, term_of = as_typed(found), _TERM_OF_FIELD
    same = {
        term_of.get(name, name)
        for name, shown in as_shown.items()
        if _plain(request.POST.get(name, shown)) == _plain(shown)
    }
    wanted = {name: terms[name] for name in names if name not in same}
    revision = posted_revision(request) if drafted is not None else None
    answer = amending.draft_change(code, wanted, request.POST.get("reason", ""), actor, revision=revision)
    if isinstance(answer, Refusal):
        return _form(request, found, drafted, names, answer.problems, status_of_refusal(answer))
    tell(
        request,
        Text(
            "变更已存为草稿；由同处另一人核对后发布。",
            "The change is a draft; a colleague looks it over and publishes it.",
        ),
    )
    return SeeOther(reverse("call_change", args=[code]))


def _form(
    request: HttpRequest,
    found: Round,
    drafted: CallChange | None,
    names: tuple[str, ...],
    problems: tuple[Problem, ...] = (),
    status: int = 200,
) -> HttpResponse:
    shown = as_typed(with_terms(found, drafted.terms if drafted else {}))
    fields: list[Field] = [
        replace(one, value=shown[one.name]) for one in SET_UP if _TERM_OF_FIELD.get(one.name, one.name) in names
    ]
    fields.append(replace(CHANGE_REASON, value=drafted.reason if drafted else ""))
    if drafted is not None:
        fields.append(Field("revision", "hidden", Text("版本", "Revision"), str(drafted.revision)))
    context = {
        "round": found,
        "drafted": drafted,
        "title": _TITLE.filled(code=found.code),
        "fields": filled(fields, request.POST, problems) if request.method == "POST" else fields,
        "rules": [one.why for one in amending.AMENDABLE],
        "fixed": amending.FIXED,
        "problems": problems,
        "crumbs": [*_crumbs(found), Crumb(Text("变更", "Change"))],
    }
    return render(request, "casework/call_amend.html", context, status=status)


@page(PLANS)
def call_change(request: HttpRequest, code: str) -> HttpResponseBase:
    """A drafted change beside what the call says now, and what may be done with it."""
    return _change_page(request, code)


def _change_page(
    request: HttpRequest, code: str, problems: tuple[Problem, ...] = (), status: int = 200
) -> HttpResponseBase:
    actor, found = actor_on(request), _round(request, code)
    drafted = _draft(found)
    if drafted is None:
        return SeeOther(reverse("round", args=[code]))
    own = amending.is_drafter(drafted, actor)
    context = {
        "round": found,
        "drafted": drafted,
        "drafter": names_of([drafted.drafted_by] if drafted.drafted_by else []).get(drafted.drafted_by or 0, ""),
        "terms": [one for one in compared(terms_of(found), _after(found, drafted)) if one.is_changed],
        "own": own,
        "is_stale": drafted.made_on != found.revision,
        "can_publish": actor.person != drafted.drafted_by and not drafted.returned_because,
        "problems": problems,
        "crumbs": [*_crumbs(found), Crumb(Text("变更草稿", "Drafted change"))],
    }
    return render(request, "casework/call_change.html", context, status=status)


def _after(found: Round, drafted: CallChange) -> Mapping[str, Any]:
    return terms_of(found) | drafted.terms


@page(PLANS, methods=("POST",))
def call_change_publish(request: HttpRequest, code: str) -> HttpResponseBase:
    """Publish a drafted change of a call."""
    found = _round(request, code)
    if _draft(found) is None:
        raise Http404
    answer = amending.publish_change(code, actor_on(request), revision=posted_revision(request))
    if isinstance(answer, Refusal):
        return _change_page(request, code, answer.problems, status_of_refusal(answer))
    tell(
        request,
        Text("变更已发布，并已通知有关人员。", "The change is published, and those whom it concerns are told."),
    )
    return SeeOther(reverse("round", args=[code]))


@page(PLANS, methods=("GET", "POST"))
def call_change_send_back(request: HttpRequest, code: str) -> HttpResponseBase:
    """Send a drafted change back to its drafter, with a reason, instead of publishing it."""
    found, back = _round(request, code), reverse("call_change", args=[code])
    drafted = _draft(found)
    if drafted is None or amending.is_drafter(drafted, actor_on(request)):
        return SeeOther(back)

    def do(given: Given) -> tuple[Text, str]:
        if refusal := amending.send_change_back(code, given.text("reason"), actor_on(request)):
            raise Refused(refusal)
        return Text("已退回，起草人会收到消息。", "Sent back; its drafter gets a message."), back

    title = Text("退回变更草稿：{code}", "Send the drafted change back: {code}").filled(code=code)
    fields = [Field("reason", "prose", Text("理由", "Reason"), drafted.returned_because, required=True, most=2000)]
    return deed_page(request, title, fields, do, button=Text("退回", "Send it back"), back=back, crumbs=_crumbs(found))


@page(PLANS, methods=("GET", "POST"))
def call_change_drop(request: HttpRequest, code: str) -> HttpResponseBase:
    """Drop a drafted change, by its drafter, after a question."""
    found, back = _round(request, code), reverse("call_change", args=[code])
    drafted = _draft(found)
    if drafted is None or not amending.is_drafter(drafted, actor_on(request)):
        return SeeOther(back)

    def do(given: Given) -> tuple[Text, str]:
        if refusal := amending.drop_change(code, actor_on(request)):
            raise Refused(refusal)
        return Text("变更草稿已撤销。", "The drafted change is dropped."), reverse("round", args=[code])

    title = Text("撤销变更草稿：{code}", "Drop the drafted change: {code}").filled(code=code)
    hint = Text("通知保持原样。", "The call stays as it is.")
    return deed_page(
        request, title, [], do, button=Text("撤销", "Drop it"), back=back, hint=hint, crumbs=_crumbs(found)
    )


def _round(request: HttpRequest, code: str) -> Round:
    """The round, for who plans its programme. Raises Http404."""
    found = get_object_or_404(rounds_for(actor_on(request)), code=code)
    if not actor_on(request).holds("planning", programme=found.programme.code):
        raise Http404
    return found


def _plain(typed: str) -> str:
    return typed.replace("\r\n", "\n").strip()


def _draft(found: Round) -> CallChange | None:
    return CallChange.objects.filter(round=found).first()


def _crumbs(found: Round) -> list[Crumb]:
    return [Crumb(Text("批次", "Rounds"), reverse("rounds")), Crumb(found.code, reverse("round", args=[found.code]))]
