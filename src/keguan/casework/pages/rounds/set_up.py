"""Setting up a round: a draft by one of the planning body, published from its page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.casework.models import ProgrammeVersion, Round
from keguan.casework.pages.answering import status_of_refusal
from keguan.casework.pages.rounds.copying import as_typed, beside, filled_from
from keguan.casework.pages.rounds.fields import SET_UP, read_terms
from keguan.casework.pages.rounds.rounds import PLANS, rounds_for
from keguan.casework.rounds import services
from keguan.casework.versions import definition_of
from keguan.components.access import actor_on, page
from keguan.components.deeds import Given, SeeOther, deed_page
from keguan.components.fields import Field, filled
from keguan.components.lists import Choice
from keguan.components.notices import tell
from keguan.components.status import Crumb, Line
from keguan.components.typed import posted_revision
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal, Refused
from keguan.language.diff import changes

_CODE = Text("编号要有3至40个英文字母、数字或连字符。", "A code has 3 to 40 letters, digits or hyphens.")
_NEW = Text("新建批次", "A new round")
_EDIT = Text("修改批次草稿：{code}", "Change the draft of a round: {code}")
_CHOOSE = Text("请选择计划版本。", "Choose a programme version.")
_SAVED = Text(
    "批次草稿已保存，由同处另一人核对后发布。",
    "The round is saved as a draft; a colleague looks it over and publishes it.",
)


@page(PLANS, methods=("GET", "POST"))
def round_new(request: HttpRequest) -> HttpResponseBase:
    """Set up a round, from nothing or (`?from=`) from an earlier one of its programme."""
    versions = _versions(request)
    if request.method != "POST":
        return _form(request, versions)
    terms, problems = _terms(request, versions)
    if problems:
        return _form(request, versions, problems, 422)
    version = versions[int(request.POST["version"])]
    terms["kind"] = definition_of(version).programme.rounds
    last = _last(request)
    answer = services.draft_round(version, services.Terms(**terms), actor_on(request), copied_from=last)
    if isinstance(answer, Refusal):
        return _form(request, versions, answer.problems, status_of_refusal(answer))
    tell(request, _SAVED)
    return SeeOther(reverse("round", args=[answer.code]))


@page(PLANS, methods=("GET", "POST"))
def round_edit(request: HttpRequest, code: str) -> HttpResponseBase:
    """Change a draft, by its drafter: the form that sets a round up, filled."""
    drafted, versions = _draft_of(request, code), _versions(request)
    if not services.is_drafter(drafted, actor_on(request)):
        return SeeOther(reverse("round", args=[code]))
    if request.method != "POST":
        return _form(request, versions, drafted=drafted)
    terms, problems = _terms(request, versions)
    if problems:
        return _form(request, versions, problems, 422, drafted)
    version = versions[int(request.POST["version"])]
    terms["kind"] = definition_of(version).programme.rounds
    revision = posted_revision(request)
    answer = services.change_draft(code, version, services.Terms(**terms), actor_on(request), revision=revision)
    if isinstance(answer, Refusal):
        return _form(request, versions, answer.problems, status_of_refusal(answer), drafted)
    tell(request, _SAVED)
    return SeeOther(reverse("round", args=[answer.code]))


@page(PLANS, methods=("GET", "POST"))
def round_delete(request: HttpRequest, code: str) -> HttpResponseBase:
    """Delete a draft, by its drafter, after a question."""
    drafted, back = _draft_of(request, code), reverse("round", args=[code])
    if not services.is_drafter(drafted, actor_on(request)):
        return SeeOther(back)

    def do(given: Given) -> tuple[Text, str]:
        if refusal := services.delete_draft(code, actor_on(request)):
            raise Refused(refusal)
        return Text("草稿 {code} 已删除。", "The draft {code} is deleted.").filled(code=code), reverse("rounds")

    title = Text("删除批次草稿：{code}", "Delete the draft of a round: {code}").filled(code=code)
    hint = Text(
        "草稿删除后不能恢复；痕迹中只记有人删除了它。",
        "A deleted draft does not come back; the trace keeps that it was deleted.",
    )
    lines = [Line(Text("名称", "Title"), drafted.title), Line(Text("计划", "Programme"), drafted.programme.title)]
    button = Text("删除", "Delete it")
    return deed_page(request, title, [], do, button=button, back=back, hint=hint, lines=lines, crumbs=_crumbs(drafted))


@page(PLANS, methods=("GET", "POST"))
def round_send_back(request: HttpRequest, code: str) -> HttpResponseBase:
    """Send a draft back to its drafter, with a reason, instead of publishing it."""
    drafted, back = _draft_of(request, code), reverse("round", args=[code])
    if services.is_drafter(drafted, actor_on(request)) or drafted.status != "draft":
        return SeeOther(back)

    def do(given: Given) -> tuple[Text, str]:
        answer = services.send_back(code, given.text("reason"), actor_on(request))
        if isinstance(answer, Refusal):
            raise Refused(answer)
        return Text("已退回，起草人会收到消息。", "Sent back; its drafter gets a message."), back

    title = Text("退回批次草稿：{code}", "Send the draft back: {code}").filled(code=code)
    fields = [Field("reason", "prose", Text("理由", "Reason"), drafted.returned_because, required=True, most=2000)]
    return deed_page(
        request, title, fields, do, button=Text("退回", "Send it back"), back=back, crumbs=_crumbs(drafted)
    )


def _draft_of(request: HttpRequest, code: str) -> Round:
    return get_object_or_404(rounds_for(actor_on(request)), code=code)


def _crumbs(drafted: Round) -> list[Crumb]:
    return [
        Crumb(Text("批次", "Rounds"), reverse("rounds")),
        Crumb(drafted.code, reverse("round", args=[drafted.code])),
    ]


def _versions(request: HttpRequest) -> dict[int, ProgrammeVersion]:
    """The published versions that have rounds and that this person plans, the newest of each programme first."""
    actor = actor_on(request)
    return {
        one.pk: one
        for one in ProgrammeVersion.objects.order_by("code", "-published_at")
        if actor.holds("planning", programme=one.code) and definition_of(one).programme.rounds != "side"
    }


def _form(
    request: HttpRequest,
    versions: dict[int, ProgrammeVersion],
    problems: tuple[Problem, ...] = (),
    status: int = 200,
    drafted: Round | None = None,
) -> HttpResponse:
    choices = tuple(Choice(str(pk), Text(f"{one.title_zh} {one.version}", f"{one.title_en} {one.version}"))
                    for pk, one in versions.items())  # fmt: skip
    fields: list[Field] = [replace(one, choices=choices) if one.name == "version" else one for one in SET_UP]
    last = _last(request) if drafted is None else None
    if drafted is not None:
        typed = as_typed(drafted)
        fields = [replace(one, value=typed[one.name]) for one in fields]
        fields.append(Field("revision", "hidden", Text("版本", "Revision"), str(drafted.revision)))
    if last is not None:
        fields = filled_from(fields, last, versions) if request.method != "POST" else beside(fields, last)
    context = {
        "fields": filled(fields, request.POST, problems) if request.method == "POST" else fields,
        "last": last,
        "drafted": drafted,
        "title": _NEW if drafted is None else _EDIT.filled(code=drafted.code),
        "like": _definition_changes(last, versions) if last is not None else None,
        "problems": problems,
        "has_versions": bool(versions),
        "crumbs": [*_crumbs(drafted), Crumb(Text("修改", "Change"))]
        if drafted is not None
        else [Crumb(Text("批次", "Rounds"), reverse("rounds")), Crumb(_NEW)],
    }
    return render(request, "casework/round_new.html", context, status=status)


def _last(request: HttpRequest) -> Round | None:
    """The earlier round that the address or the form names, if this person plans its programme. Raises Http404 otherwise."""
    code = (request.POST if request.method == "POST" else request.GET).get("from", "")
    if not code:
        return None
    rows = Round.objects.filter(kind="open").select_related("programme").defer("programme__sources")
    last = get_object_or_404(rows, code=code)
    if not actor_on(request).holds("planning", programme=last.programme.code):
        raise Http404
    return last


def _definition_changes(
    last: Round, versions: dict[int, ProgrammeVersion]
) -> tuple[ProgrammeVersion, tuple[Text, ...]] | None:
    """The newest version of the programme and what it changes, where it is not the one of the earlier round."""
    newest = next((one for one in versions.values() if one.code == last.programme.code), None)
    if newest is None or newest.pk == last.programme_id:
        return None
    return newest, changes(definition_of(last.programme), definition_of(newest))


def _terms(request: HttpRequest, versions: dict[int, ProgrammeVersion]) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """What was typed as terms, and everything that is wrong with it."""
    post = request.POST
    read = {"code": post.get("code", "").strip(), **read_terms(post)}
    problems = [one for one in read.values() if isinstance(one, Problem)]
    chosen = post.get("version", "")
    if not chosen.isdecimal() or int(chosen) not in versions:
        problems.insert(0, Problem("round.version", _CHOOSE, "version"))
    if not _is_code(read["code"]):
        problems.append(Problem("round.code", _CODE, "code", read["code"][:60]))
    return read, tuple(problems)


def _is_code(text: str) -> bool:
    return 3 <= len(text) <= 40 and text.isascii() and text.replace("-", "").isalnum()
