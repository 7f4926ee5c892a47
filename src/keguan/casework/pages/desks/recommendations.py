"""An authority puts its recommendations in order: by drag, by buttons, or by typing places; looked over, then kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from keguan.casework.desks import recommendations as service
from keguan.casework.desks.offices import rounds_followed
from keguan.casework.desks.recommendations import Standing
from keguan.casework.models import Case, Round
from keguan.casework.pages.answering import request_id, status_of_refusal
from keguan.casework.pages.case_words import case_href
from keguan.casework.pages.rounds.progress import PROGRESS
from keguan.components.access import actor_on, holding, page
from keguan.components.deeds import SeeOther
from keguan.components.notices import tell
from keguan.components.status import Crumb
from keguan.components.turning import turn_to
from keguan.components.typed import posted_key, read_whole
from keguan.kernel.bilingual import Text
from keguan.kernel.names import clean_text
from keguan.kernel.problems import Problem, Refusal
from keguan.registers.organisations.models import Organisation

RECOMMENDS = holding(Text("排列推荐次序", "put recommendations in order"), "authority")
ORDER = Text("推荐排序", "Order of recommendation")
ON_A_PAGE = 60
GAPS_NAMED = 20
_NUMBER = re.compile(r"[A-Z0-9]{1,40}")


@dataclass(frozen=True, slots=True)
class Row:
    """One case at its place. name: its title, or else its number. was: its saved place, 0 where it has none. typed: the
    place as somebody typed it."""

    case: Case
    name: str
    href: str
    place: int
    was: int
    rank: int | None
    typed: str
    is_last_above: bool = False


@page(RECOMMENDS, methods=("GET", "POST"))
def recommendations(request: HttpRequest, code: str, organisation: int) -> HttpResponseBase:
    """The order: shown, moved about without being kept, looked over, kept."""
    of_round, authority, found = _found(request, code, organisation)
    if request.method != "POST":
        return _page(request, of_round, authority, found)
    sent, (verb, _, what) = _sent(request.POST, found), request.POST.get("do", "sort").partition(":")
    order, problems = _typed(request.POST, sent)
    if problems:
        return _page(request, of_round, authority, found, order=order, problems=problems, status=422)
    if verb in ("up", "down") and what in order:
        moved = _moved(order, what, verb)
        return _page(request, of_round, authority, found, order=moved, moved=what, by=verb)
    if verb == "save" and request.POST.get("seen", "") != " ".join(order):
        verb = "preview"  # rows were moved since it was looked over
    if verb == "save":
        seen = _whole(request.POST.get("revision", ""))
        answer = service.save_order(of_round, authority.pk, order, seen, actor_on(request), request_id(request))
        if isinstance(answer, Refusal):
            status = status_of_refusal(answer)
            return _page(request, of_round, authority, found, order=order, problems=answer.problems, status=status)
        tell(request, Text("推荐排序已保存。", "The order of recommendation is saved."))
        return SeeOther(reverse("recommendations", args=[code, organisation]))
    return _page(
        request, of_round, authority, found, order=order, moved=_placed(request.POST, sent) if verb == "sort" else "",
        is_preview=verb == "preview", turned=what if verb == "turn" else "",
    )  # fmt: skip


@page(RECOMMENDS, methods=("POST",))
def endorse(request: HttpRequest, code: str, organisation: int) -> HttpResponseBase:
    """Recommend what stands above the line, as a batch that is looked over first."""
    of_round, authority, found = _found(request, code, organisation)
    answer = service.endorse_in_order(
        of_round,
        authority.pk,
        _whole(request.POST.get("revision", "")),
        clean_text(request.POST.get("reason", "")).strip()[:2000],
        actor_on(request),
        posted_key(request),
    )
    if isinstance(answer, Refusal):
        return _page(
            request, of_round, authority, found, problems=answer.problems, status=status_of_refusal(answer),
            reason=request.POST.get("reason", ""),
        )  # fmt: skip
    return SeeOther(reverse("batch", args=[answer.pk]))


@page(RECOMMENDS, methods=("POST",))
def close_gaps(request: HttpRequest, code: str, organisation: int) -> HttpResponseBase:
    """Let what is recommended move up into ranks that came free."""
    of_round, authority, found = _found(request, code, organisation)
    answer = service.close_gaps(
        of_round, authority.pk, actor_on(request), posted_key(request), request_id=request_id(request)
    )
    if isinstance(answer, Refusal):
        status = status_of_refusal(answer)
        return _page(request, of_round, authority, found, problems=answer.problems, status=status)
    tell(request, Text("已顺次前移 {n} 件。", "Moved up: {n}.").filled(n=answer))
    return SeeOther(reverse("recommendations", args=[code, organisation]))


def _found(request: HttpRequest, code: str, organisation: int) -> tuple[Round, Organisation, Standing]:
    actor = actor_on(request)
    if not actor.holds("authority", organisation=organisation):
        raise Http404
    of_round = get_object_or_404(rounds_followed(actor), code=code)
    found = service.standing(of_round, organisation)
    if found is None:
        raise Http404
    return of_round, get_object_or_404(Organisation, pk=organisation), found


# --------------------------------------------------------------------------------------------- what was sent


def _whole(sent: str) -> int:
    return int(sent) if re.fullmatch(r"[0-9]{1,9}", sent) else -1


def _sent(post: QueryDict, found: Standing) -> list[str]:
    """The order as the page had it, and at its end what came in since."""
    named = dict.fromkeys(" ".join(post.getlist("order")).split())
    sent = [number for number in named if _NUMBER.fullmatch(number)][: service.MOST]
    return sent + [number for number in found.numbers if number not in sent]


def _moved(order: list[str], number: str, verb: str) -> list[str]:
    at = order.index(number)
    to = max(0, at - 1) if verb == "up" else min(len(order) - 1, at + 1)
    rest = order[:at] + order[at + 1 :]
    return [*rest[:to], number, *rest[to:]]


def _typed(post: QueryDict, order: list[str]) -> tuple[list[str], tuple[Problem, ...]]:
    """The order once every typed place is taken at its word; the others keep theirs. All problems at once."""
    wanted: dict[int, str] = {}
    problems: list[Problem] = []
    for place, number in enumerate(order, start=1):
        where, typed = f"place-{number}", post.get(f"place-{number}", "").strip()
        read = read_whole(typed, where) if typed else place
        if isinstance(read, Problem):
            problems.append(read)
        elif read == place:
            continue
        elif not 1 <= read <= len(order):
            said = Text("名次为1至{n}的整数。", "A place is a whole number from 1 to {n}.").filled(n=len(order))
            problems.append(Problem("order.place", said, where, typed[:40]))
        elif read in wanted:
            said = Text("第 {n} 位填了两次。", "Place {n} is given twice.").filled(n=read)
            problems.append(Problem("order.twice", said, where, typed[:40]))
        else:
            wanted[read] = number
    if problems:
        return order, tuple(problems)
    others = iter([number for number in order if number not in wanted.values()])
    return [wanted[place] if place in wanted else next(others) for place in range(1, len(order) + 1)], ()


def _placed(post: QueryDict, order: Sequence[str]) -> str:
    """The one case whose place was typed otherwise; empty for none, and for several."""
    places = ((number, str(place), post.get(f"place-{number}", "").strip()) for place, number in enumerate(order, 1))
    others = [number for number, place, typed in places if typed not in ("", place)]
    return others[0] if len(others) == 1 else ""


# --------------------------------------------------------------------------------------------------- the page


def _page(
    request: HttpRequest,
    of_round: Round,
    authority: Organisation,
    found: Standing,
    *,
    order: Sequence[str] | None = None,
    moved: str = "",
    by: str = "",
    problems: tuple[Problem, ...] = (),
    status: int = 200,
    is_preview: bool = False,
    turned: str = "",
    reason: str = "",
) -> HttpResponse:
    waiting = frozenset(found.numbers)
    numbers = [number for number in order if number in waiting] if order is not None else found.numbers
    places = {number: place for place, number in enumerate(numbers, start=1)}
    was = {number: place for place, number in enumerate(found.numbers[: found.placed], start=1)}
    changed = [number for number in numbers if places[number] != was.get(number)] if is_preview else []
    asked = request.POST.get("page") if request.method == "POST" else request.GET.get("page")
    at = (places.get(moved, 1) - 1) // ON_A_PAGE + 1 if by else turned or asked
    turn = turn_to(len(numbers), QueryDict(f"page={at}"), request.path, most=ON_A_PAGE)
    here = numbers[max(0, turn.first - 1) : turn.last]
    cases = service.shown(found, {*here, *changed, moved})

    def row(number: str) -> Row:
        typed = request.POST.get(f"place-{number}") if problems else None
        return _row(found, cases[number], places[number], was.get(number, 0), typed)

    context = {
        "round": of_round,
        "authority": authority,
        "title": ORDER,
        "found": found,
        "gaps": _gaps(found.gaps),
        "rows": [row(number) for number in here],
        "before": " ".join(numbers[: max(0, turn.first - 1)]),
        "after": " ".join(numbers[turn.last :]),
        "turn": turn,
        "line": len(found.ranks),
        "ranks": ",".join(map(str, found.ranks)),
        "moved": moved,
        "by": by,
        "told": _told(row(moved)) if moved in cases else None,
        "is_preview": is_preview,
        "seen": " ".join(numbers),
        "changes": [(row(number), _crossing(row(number), len(found.ranks))) for number in changed],
        "unplaced": len(found.waiting) - found.placed,
        "to_endorse": len(found.to_endorse),
        "more": found.used - len(found.recommended),
        "problems": problems,
        "reason": reason,
        "crumbs": [
            Crumb(PROGRESS, reverse("progress")),
            Crumb(of_round.code, reverse("round_progress", args=[of_round.code])),
            Crumb(ORDER),
        ],
    }
    return render(request, "casework/recommendations.html", context, status=status)


def _row(found: Standing, case: Case, place: int, was: int, typed: str | None) -> Row:
    return Row(
        case=case,
        name=case.title or case.number,
        href=case_href(case.number),
        place=place,
        was=was,
        rank=found.ranks[place - 1] if place <= len(found.ranks) else None,
        typed=str(place) if typed is None else typed,
        is_last_above=place == len(found.ranks),
    )


def _gaps(ranks: Sequence[int]) -> Text | str:
    named = ", ".join(map(str, ranks[:GAPS_NAMED]))
    if len(ranks) <= GAPS_NAMED:
        return named
    return Text("{ranks} 等 {n} 个", "{ranks} and others, {n} in all").filled(ranks=named, n=len(ranks))


def _told(row: Row) -> Text:
    """Where a moved case stands now, for whoever does not see the list."""
    if row.rank is not None:
        return Text("{name}：第 {n} 位，限额内。", "{name}: place {n}, within the quota.").filled(
            name=row.name, n=row.place
        )
    return Text("{name}：第 {n} 位，限额外。", "{name}: place {n}, beyond the quota.").filled(
        name=row.name, n=row.place
    )


def _crossing(row: Row, line: int) -> Text | None:
    """Whether the change takes the case over the quota line."""
    if not row.was or (row.was <= line) == (row.place <= line):
        return None
    if row.place <= line:
        return Text("进入限额内", "comes within the quota")
    return Text("移出限额", "falls beyond the quota")
