"""Setting up a round: a draft by one of the planning body, published from its page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.casework.models import ProgrammeVersion, Round
from keguan.casework.pages.answering import status_of_refusal
from keguan.casework.pages.rounds.copying import beside, filled_from
from keguan.casework.pages.rounds.fields import SET_UP, read_moment, read_topics
from keguan.casework.pages.rounds.rounds import PLANS
from keguan.casework.rounds import services
from keguan.casework.versions import definition_of
from keguan.components.access import actor_on, page
from keguan.components.deeds import SeeOther
from keguan.components.fields import Field, filled
from keguan.components.lists import Choice
from keguan.components.notices import tell
from keguan.components.status import Crumb
from keguan.components.typed import read_money, read_whole
from keguan.kernel.bilingual import Text
from keguan.kernel.money import Money
from keguan.kernel.problems import Problem, Refusal
from keguan.language.diff import changes

_CODE = Text("编号要有3至40个英文字母、数字或连字符。", "A code has 3 to 40 letters, digits or hyphens.")
_CHOOSE = Text("请选择计划版本。", "Choose a programme version.")


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
    tell(request, Text("批次草稿已保存，核对后发布。", "The round is saved as a draft; look it over and publish it."))
    return SeeOther(reverse("round", args=[answer.code]))


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
) -> HttpResponse:
    choices = tuple(Choice(str(pk), Text(f"{one.title_zh} {one.version}", f"{one.title_en} {one.version}"))
                    for pk, one in versions.items())  # fmt: skip
    fields: list[Field] = [replace(one, choices=choices) if one.name == "version" else one for one in SET_UP]
    last = _last(request)
    if last is not None:
        fields = filled_from(fields, last, versions) if request.method != "POST" else beside(fields, last)
    context = {
        "fields": filled(fields, request.POST, problems) if request.method == "POST" else fields,
        "last": last,
        "like": _definition_changes(last, versions) if last is not None else None,
        "problems": problems,
        "has_versions": bool(versions),
        "crumbs": [Crumb(Text("批次", "Rounds"), reverse("rounds")), Crumb(Text("新建批次", "A new round"))],
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
    read: dict[str, Any] = {
        "code": post.get("code", "").strip(),
        "title": Text(post.get("title_zh", "").strip(), post.get("title_en", "").strip()),
        "summary": Text(post.get("summary_zh", "").strip(), post.get("summary_en", "").strip()),
        "opens": read_moment(post.get("opens", ""), "opens"),
        "closes": read_moment(post.get("closes", ""), "closes"),
        "grace_minutes": read_whole(post.get("grace_minutes", "") or "0", "grace_minutes"),
        "budget_fen": read_money(post.get("budget", "") or "0", "budget"),
        "quota": read_whole(post.get("quota", "") or "0", "quota"),
        "topics": read_topics(post.get("topics", ""), "topics"),
    }
    problems = [one for one in read.values() if isinstance(one, Problem)]
    chosen = post.get("version", "")
    if not chosen.isdecimal() or int(chosen) not in versions:
        problems.insert(0, Problem("round.version", _CHOOSE, "version"))
    if not _is_code(read["code"]):
        problems.append(Problem("round.code", _CODE, "code", read["code"][:60]))
    if isinstance(read["budget_fen"], Money):
        read["budget_fen"] = read["budget_fen"].fen
    for name, most in (("grace_minutes", 24 * 60), ("quota", 100_000)):
        value = read[name]
        if isinstance(value, int) and not 0 <= value <= most:
            said = Text("应在0至{most}之间。", "This must be between 0 and {most}.").filled(most=most)
            problems.append(Problem("round.terms", said, name, str(value)))
    return read, tuple(problems)


def _is_code(text: str) -> bool:
    return 3 <= len(text) <= 40 and text.isascii() and text.replace("-", "").isalnum()
