"""Rounds: drafted by one, published by another, extended with a reason, ranked and adopted as a whole."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, Q, QuerySet

from keguan.casework import services
from keguan.casework.messages import send, send_to_offices, send_to_writers
from keguan.casework.models import ROUND_KINDS, Alarm, Case, ProgrammeVersion, Ranking, Round, Task
from keguan.casework.rounds.score_sheets import totals_of
from keguan.casework.rounds.versions import differing, keep_version, terms_of
from keguan.casework.versions import definition_of
from keguan.engine import rounds as engine
from keguan.engine.decision import Command
from keguan.engine.moves import names_in, refuse
from keguan.fairness.scores import RANK_BASED
from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM, Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal, Refused
from keguan.language.schema import Rank, Review
from keguan.registers.trace import services as trace

TOGETHER = 1000
"""The facts of so many cases are asked for at once."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a round is set up with. Moments are aware; money in fen; grace in minutes."""

    code: str
    title: Text
    opens: datetime
    closes: datetime
    budget_fen: int = 0
    quota: int = 0
    grace_minutes: int = 0
    summary: Text = field(default=Text("", ""))
    topics: Sequence[dict[str, str]] = ()
    kind: str = "open"
    notes: Text = field(default=Text("", ""))
    contact: Text = field(default=Text("", ""))


def draft_round(
    version: ProgrammeVersion, terms: Terms, actor: Actor, *, copied_from: Round | None = None
) -> Round | Refusal:
    """Set up a round as a draft. The planning body does this; somebody else of it publishes.

    copied_from: the earlier round of the programme that it was made from, beside which it is shown.
    """
    if not actor.holds("planning", programme=version.code):
        return not_planning()
    if problems := _wrong(terms):
        return Refusal(problems)
    with transaction.atomic():
        trace.stamp(actor)
        if Round.objects.filter(code=terms.code).exists():
            return _taken(terms.code)
        made = Round.objects.create(
            programme=version,
            **columns(terms),
            copied_from=copied_from if copied_from and copied_from.programme.code == version.code else None,
            drafted_by=actor.person,
        )
        payload = {"code": made.code, "budget_fen": made.budget_fen, "closes": made.closes, "quota": made.quota}
        trace.write("round:draft:made", actor, programme_digest=version.digest, payload=payload)
        return made


def columns(terms: Terms) -> dict[str, Any]:
    """The terms as a round keeps them."""
    return {
        "code": terms.code,
        "kind": terms.kind,
        "title_zh": terms.title.zh,
        "title_en": terms.title.en,
        "summary_zh": terms.summary.zh,
        "summary_en": terms.summary.en,
        "notes_zh": terms.notes.zh,
        "notes_en": terms.notes.en,
        "contact_zh": terms.contact.zh,
        "contact_en": terms.contact.en,
        "opens": terms.opens,
        "closes": terms.closes,
        "grace_minutes": terms.grace_minutes,
        "budget_fen": terms.budget_fen,
        "quota": terms.quota,
        "topics": list(terms.topics),
    }


def is_drafter(of_round: Round, actor: Actor) -> bool:
    """Whether the actor changes and deletes this draft: whoever drafted it, and where nobody did, any who plans it."""
    return of_round.status == "draft" and of_round.drafted_by in (None, actor.person)


def change_draft(code: str, version: ProgrammeVersion, terms: Terms, actor: Actor, *, revision: int) -> Round | Refusal:
    """Set a draft up anew, by its drafter; what it was sent back for counts as answered.

    revision: the one that the form showed. Raises Round.DoesNotExist.
    """
    with transaction.atomic():
        trace.stamp(actor)
        of_round = locked(code)
        if not actor.holds("planning", programme=version.code) or not plans(of_round, actor):
            return not_planning()
        if not is_drafter(of_round, actor):
            return _not_the_drafter(of_round)
        if of_round.revision != revision:
            return changed_meanwhile()
        if problems := _wrong(terms):
            return Refusal(problems)
        if Round.objects.filter(code=terms.code).exclude(pk=of_round.pk).exists():
            return _taken(terms.code)
        of_round.programme, of_round.returned_because = version, ""
        for name, value in columns(terms).items():
            setattr(of_round, name, value)
        if of_round.copied_from is not None and of_round.copied_from.programme.code != version.code:
            of_round.copied_from = None
        of_round.revision += 1
        of_round.save()
        payload = {"code": of_round.code, "before": code, "budget_fen": of_round.budget_fen, "closes": of_round.closes}
        trace.write("round:draft:changed", actor, programme_digest=version.digest, payload=payload)
        return of_round


def delete_draft(code: str, actor: Actor) -> Refusal | None:
    """Delete a draft, by its drafter; nobody outside the planning body has seen it. Raises Round.DoesNotExist."""
    with transaction.atomic():
        trace.stamp(actor)
        of_round = locked(code)
        if not plans(of_round, actor):
            return not_planning()
        if not is_drafter(of_round, actor):
            return _not_the_drafter(of_round)
        if used := Round.objects.filter(copied_from=of_round).first():
            said = Text("批次 {code} 以它为基础，不能删除。", "The round {code} was made from it, so it stays.")
            return refuse("round.used", said.filled(code=used.code), value=used.code)
        trace.write("round:draft:deleted", actor, payload={"code": code, "title": of_round.title_zh})
        of_round.delete()
        return None


def send_back(code: str, reason: str, actor: Actor) -> Round | Refusal:
    """Send a draft back to its drafter instead of publishing it, with a reason, which comes as a message.

    Raises Round.DoesNotExist.
    """
    with transaction.atomic():
        trace.stamp(actor)
        of_round = locked(code)
        if not plans(of_round, actor):
            return not_planning()
        if of_round.status != "draft":
            return _published_already()
        if is_drafter(of_round, actor):
            said = Text("这是您自己的草稿，请直接修改。", "This draft is your own to change.")
            return refuse("round.own_draft", said)
        if not reason.strip():
            said = Text("请写明退回的理由，起草人将看到它。", "Give the reason; the drafter reads it.")
            return refuse("reason.missing", said, where="reason")
        of_round.returned_because = reason.strip()
        of_round.revision += 1
        of_round.save(update_fields=["returned_because", "revision"])
        line = Text("批次草稿 {code} 被退回：{reason}", "Your draft of the round {code} was sent back: {reason}")
        told = [of_round.drafted_by] if of_round.drafted_by is not None else []
        send("round", told, None, line.filled(code=code, reason=reason.strip()), clock.now())
        trace.write("round:draft:sent_back", actor, payload={"code": code, "reason": reason.strip()})
        return of_round


def locked(code: str) -> Round:
    """The round of this code, locked, with its programme. Raises Round.DoesNotExist."""
    return (
        Round.objects.select_for_update(of=("self",))
        .select_related("programme", "copied_from__programme")
        .get(code=code)
    )


def plans(of_round: Round, actor: Actor) -> bool:
    """Whether the actor sets up and publishes rounds of its programme."""
    return actor.holds("planning", programme=of_round.programme.code)


def _taken(code: str) -> Refusal:
    said = Text("批次编号{code}已被使用。", "The round code {code} is taken.")
    return refuse("round.code_taken", said.filled(code=code), where="code", value=code)


def _published_already() -> Refusal:
    return refuse("round.not_draft", Text("该批次已发布。", "This round is published already."))


def _not_the_drafter(of_round: Round) -> Refusal:
    if of_round.status != "draft":
        return _published_already()
    said = Text("草稿由起草人修改或删除。", "A draft is changed or deleted by its drafter.")
    return refuse("round.not_drafter", said, fix=Text("需要修改的，请退回并写明理由。", "Send it back with a reason."))


def changed_meanwhile() -> Refusal:
    """What was looked over is not what stands."""
    said = Text("您打开页面后，草稿已有变化。", "The draft has changed since you opened the page.")
    return refuse("round.stale", said, fix=Text("请重新打开核对。", "Open it again and look it over."))


def publish_round(code: str, actor: Actor, *, revision: int | None = None) -> Round | Refusal:
    """Publish a drafted round: from now on its call is public and its terms change only by extension.

    revision: the one that was looked over, None where nobody saw a page. Raises Round.DoesNotExist.
    """
    with transaction.atomic():
        trace.stamp(actor)
        of_round = Round.objects.select_for_update(of=("self",)).select_related("programme").get(code=code)
        if not actor.holds("planning", programme=of_round.programme.code):
            return not_planning()
        if of_round.status != "draft":
            return _published_already()
        if actor.person is not None and actor.person == of_round.drafted_by:
            said = Text(
                "起草人不能自己发布，请由同处另一人复核发布。",
                "Whoever drafted a round does not publish it; a colleague does.",
            )
            return refuse("right.four_eyes", said)
        if of_round.returned_because:
            said = Text("草稿已退回，等起草人修改。", "The draft was sent back, and waits for its drafter.")
            return refuse("round.returned", said)
        if revision is not None and revision != of_round.revision:
            return changed_meanwhile()
        if of_round.closes <= clock.now():
            said = Text(
                "截止时间已过，发布后谁也不能申报。",
                "The deadline has passed: nobody could apply once it is published.",
            )
            fix = Text("请起草人修改时间后再发布。", "Let whoever drafted it change the times, then publish.")
            return refuse("round.over", said, where="closes", value=of_round.closes.isoformat(), fix=fix)
        of_round.status, of_round.published_at, of_round.published_by = "published", clock.now(), actor.person
        of_round.revision += 1
        of_round.save()
        keep_version(of_round, actor)
        trace.write("round:call:published", actor, payload={"code": code})
        return of_round


def extend_round(code: str, closes: datetime, reason: str, actor: Actor) -> Round | Refusal:
    """Move the deadline later, for everybody, with a public reason. It is never moved earlier.

    Raises Round.DoesNotExist.
    """
    with transaction.atomic():
        trace.stamp(actor)
        of_round = Round.objects.select_for_update(of=("self",)).select_related("programme").get(code=code)
        if not actor.holds("planning", programme=of_round.programme.code):
            return not_planning()
        problems = []
        if closes <= of_round.closes:
            said = Text("截止时间只能延后。", "The deadline can only be moved later.")
            problems.append(Problem("round.earlier", said, where="closes", value=closes.isoformat()))
        if not reason.strip():
            said = Text("请写明延期理由，将向公众公布。", "Give the reason; it is made public.")
            problems.append(Problem("reason.missing", said, where="reason"))
        if Ranking.objects.filter(round=of_round).exists():
            said = Text("本批次已完成排序，不能再延期。", "This round is ranked already; it is not opened again.")
            problems.append(Problem("round.ranked", said, where="closes"))
        if problems:
            return Refusal(tuple(problems))
        before, closed = terms_of(of_round), of_round.closes
        of_round.closes, of_round.extended_because = closes, reason.strip()
        take_effect(of_round, before, reason.strip(), actor)
        payload = {"code": code, "before": closed, "after": closes, "reason": reason.strip()}
        trace.write("round:call:extended", actor, payload=payload)
        return of_round


def take_effect(
    of_round: Round, before: Mapping[str, Any], reason: str, actor: Actor, *, drafted_by: int | None = None
) -> None:
    """A published call has new terms: they are kept as a version, drafts that are due with its deadline move, and those whom it
    concerns are told. Needs the round locked.

    before: the terms so far.
    """
    of_round.changed_at = clock.now()
    of_round.revision += 1
    of_round.save()
    keep_version(of_round, actor, reason, drafted_by=drafted_by)
    by = of_round.closes - datetime.fromisoformat(before["closes"])
    if {"closes", "grace_minutes"} & differing(before, terms_of(of_round)):
        _move_open_drafts(of_round, by)
    _tell_of_change(of_round, reason, actor, is_extended=by > timedelta())


_MOVE_DUE = """
  UPDATE casework_memo memo SET state = jsonb_set(memo.state, ARRAY['steps', draft.step, 'due'], to_jsonb(%s::text))
  FROM casework_case draft WHERE draft.id = memo.case_id AND draft.round_id = %s
    AND draft.step_kind = 'apply' AND draft.submitted_at IS NULL"""


def _move_open_drafts(of_round: Round, by: timedelta) -> None:
    """First drafts are due when the round closes: their alarms, reminders and tasks move with it."""
    drafts = Case.objects.filter(round=of_round, step_kind="apply", submitted_at__isnull=True)
    # Locked first: somebody who acts on a draft now would write back the state that they read before.
    list(drafts.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))
    drafts.update(due_at=of_round.closes)
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_DUE, [of_round.closes.isoformat(), of_round.pk])
    Task.objects.filter(case__in=drafts, role="applicant").update(due_at=of_round.closes)
    last = of_round.closes + timedelta(minutes=of_round.grace_minutes)
    Alarm.objects.filter(case__in=drafts, purpose="due", attempt=1).update(at=last)
    Alarm.objects.filter(case__in=drafts, purpose="remind", attempt=1).update(at=F("at") + by)


def _tell_of_change(of_round: Round, reason: str, actor: Actor, *, is_extended: bool) -> None:
    """Whoever writes or leads an application hears of it. Who has handed in does as well: where others have longer now, they may
    ask for their application back. So do the offices that wait for the applications, and who runs the round."""
    closes = of_round.closes.astimezone(clock.BEIJING).strftime("%Y-%m-%d %H:%M")
    said = (
        Text("{code} 的申报截止时间已延至 {closes}。", "The deadline of {code} is extended to {closes}.")
        if is_extended
        else Text("申报通知 {code} 已变更：{reason}", "The call {code} was changed: {reason}")
    )
    line, now = said.filled(code=of_round.code, closes=closes, reason=reason), clock.now()
    running = Case.objects.filter(round=of_round, end="")
    if is_extended:
        send_to_writers("extended", running, line, now)
    else:
        send_to_writers("call", running, line, now)
    send_to_offices("call", running, line, now, programme=of_round.programme.code, but=actor.person)


# ------------------------------------------------------------------------------------------------------- ranking


_NOT_THERE = Text("本批次还有{n}项未到排序环节。", "Cases of the round that have not come to the ranking yet: {n}.")
_NOT_SUBMITTED = Text(
    "本批次还有{n}项未到排序环节，其中{drafts}项已开始填写、尚未提交。",
    "Cases of the round that have not come to the ranking yet: {n}, of which {drafts} were begun and not submitted.",
)


def preview_ranking(of_round: Round, step_id: str) -> engine.Ranking | Refusal:
    """The round in order, as it would be adopted now. Writes nothing."""
    definition = definition_of(of_round.programme)
    step = definition.programme.step(step_id)
    if not isinstance(step, Rank):
        raise TypeError(f"{step_id} does not rank")
    on_the_way = on_their_way(of_round, step_id)
    if waiting := on_the_way.count():  # by an index alone, where the drafts are read one by one
        drafts = on_the_way.filter(submitted_at=None).count()
        said = _NOT_SUBMITTED if drafts else _NOT_THERE
        return refuse("rank.too_early", said.filled(n=waiting, drafts=drafts), value=str(waiting))
    return ranking_so_far(of_round, step)


def ranking_so_far(of_round: Round, step: Rank) -> engine.Ranking:
    """Those that have come to the ranking, in order, whether or not others are still on their way."""
    definition = definition_of(of_round.programme)
    return engine.rank(definition, step, entries_of(of_round, str(step.id)), of_round.budget_fen)


def adopt_ranking(code: str, step_id: str, actor: Actor, key: str) -> Ranking | Refusal:
    """Fix the order of the round, and let every case take its place. Asked twice, it answers with the same ranking.

    All cases or none. Raises Round.DoesNotExist.
    """
    try:
        return _adopted(code, step_id, actor, key)
    except Refused as refused:
        # One of the cases could not go on (a working-day calendar without next year, say): nothing was ranked.
        return refused.refusal


def _adopted(code: str, step_id: str, actor: Actor, key: str) -> Ranking | Refusal:
    with transaction.atomic():
        trace.stamp(actor)
        of_round = Round.objects.select_for_update(of=("self",)).select_related("programme").get(code=code)
        definition = definition_of(of_round.programme)
        step = definition.programme.step(step_id)
        by = step.by if isinstance(step, Rank) else "officer"
        if not actor.holds(by, programme=of_round.programme.code):
            said = Text("只有项目主管可以确认排序。", "Only the programme officer can adopt the ranking.")
            return refuse("right.missing", said, value="officer")
        stands = Ranking.objects.filter(round=of_round, step=step_id).first()
        ranked = preview_ranking(of_round, step_id)
        if isinstance(ranked, Refusal):
            return ranked
        if not ranked.lines:
            return stands or refuse("rank.empty", Text("没有待排序的申报。", "Nothing waits to be ranked."))
        if stands is not None:
            said = Text("本批次已完成排序。", "This round is ranked already.")
            return refuse("rank.done", said)
        if _has_own_case(of_round, step_id, actor):
            said = Text("本批次有与您本人有关的申报件。", "A case of your own is in this round.")
            fix = Text("请由同部门其他人员办理。", "Let a colleague take it.")
            return refuse("right.own_case", said, value="officer", fix=fix)
        kept = Ranking.objects.create(
            round=of_round,
            step=step_id,
            budget_fen=ranked.budget_fen,
            spent_fen=ranked.spent_fen,
            lines=[plain_line(line) for line in ranked.lines],
            at=clock.now(),
            by=actor.person,
        )
        payload = {"code": code, "step": step_id, "spent_fen": ranked.spent_fen, "cases": len(ranked.lines)}
        if (deputised := actor.deputises(by, programme=of_round.programme.code)) is not None:
            payload["for"] = deputised
        trace.write("round:ranking:adopted", actor, payload=payload)
        for line in ranked.lines:
            content = {"position": line.position, "amount_fen": line.amount_fen, "within": line.within}
            answer = services.act(line.number, Command("place", step_id, content), SYSTEM, f"{key}-{line.number}")
            if isinstance(answer, Refusal):
                raise Refused(answer)
        return kept


def _has_own_case(of_round: Round, step_id: str, actor: Actor) -> bool:
    if actor.person is None:
        return False
    own = Q(applicant=actor.person) | Q(principal=actor.person) | Q(members__contains=[actor.person])
    return Case.objects.filter(own, round=of_round, step=step_id).exists()


def entries_of(of_round: Round, step_id: str, numbers: Sequence[str] | None = None) -> list[engine.Entry]:
    """The cases that wait to be ranked at a step, or these that were, as the ranking reads them."""
    definition = definition_of(of_round.programme)
    cases = Case.objects.filter(round=of_round)
    cases = cases.filter(step=step_id) if numbers is None else cases.filter(number__in=numbers)
    waiting = list(cases.select_related("memo", "host", "round", "programme").defer("programme__sources"))
    steps = definition.programme.steps
    compared = [str(one.id) for one in steps if isinstance(one, Review) and one.combine == RANK_BASED]
    totals = totals_of(of_round, step_id, compared)
    entries = []
    for first in range(0, len(waiting), TOGETHER):
        some = waiting[first : first + TOGETHER]
        for case, situation in zip(some, services.situations_for(some), strict=True):
            came = case.submitted_at or case.created_at
            entries.append(engine.Entry(case.number, names_in(situation), came, totals.get(case.number, {})))
    return entries


def on_their_way(of_round: Round, step_id: str) -> QuerySet[Case]:
    """Cases of the round that may still come to the ranking: at an earlier step and not ended."""
    before = _steps_before(of_round, step_id)
    waiting = Case.objects.filter(round=of_round, step__in=before)
    if clock.now() > of_round.closes + timedelta(minutes=of_round.grace_minutes):
        waiting = waiting.exclude(step__in=before[:1], submitted_at__isnull=True)
    return waiting


def are_on_their_way(of_round: Round, step_id: str) -> bool:
    """Whether there is any of `on_their_way`. Step by step, each by its index: told all steps at once, PostgreSQL expects so
    many that it looks for one of them through all cases, and where there is none it has read them all."""
    waiting = on_their_way(of_round, step_id)
    there = [Exists(waiting.filter(step=one)) for one in _steps_before(of_round, step_id)]
    return Round.objects.filter(reduce(or_, there, Q(pk__in=[])), pk=of_round.pk).exists()


def _steps_before(of_round: Round, step_id: str) -> list[str]:
    order = [str(step.id) for step in definition_of(of_round.programme).programme.steps]
    return order[: order.index(step_id)]


def plain_line(line: engine.Line) -> dict[str, Any]:
    """A line as an adopted ranking keeps it: the score that ordered it as it is shown, with two decimals."""
    return {name: f"{value:.2f}" if isinstance(value, Decimal) else value for name, value in asdict(line).items()}


def _wrong(terms: Terms) -> tuple[Problem, ...]:
    problems: list[Problem] = []
    if terms.closes <= terms.opens:
        problems.append(
            Problem("round.window", Text("截止应晚于开始。", "The round must close after it opens."), where="closes")
        )
    if not terms.title.zh.strip() or not terms.title.en.strip():
        problems.append(
            Problem("round.title", Text("请填写中英文名称。", "Give the title in both languages."), where="title")
        )
    if not re.fullmatch(r"[A-Za-z0-9-]{3,40}", terms.code):
        said = Text("批次编号为3至40个英文字母、数字或连字符。", "A code has 3 to 40 letters, digits or hyphens.")
        problems.append(Problem("round.code", said, where="code", value=terms.code[:80]))
    if terms.kind not in ROUND_KINDS:
        said = Text("没有这种批次。", "There is no such kind of round.")
        problems.append(Problem("round.kind", said, where="kind", value=terms.kind[:80]))
    budget_fits, quota_fits = 0 <= terms.budget_fen < 2**63, 0 <= terms.quota < 2**31
    if not budget_fits or not quota_fits or not 0 <= terms.grace_minutes <= 24 * 60:
        problems.append(
            Problem(
                "round.terms",
                Text("预算、限额、宽限不合要求。", "Budget, quota or grace is out of bounds."),
                where="budget",
            )
        )
    return tuple(problems)


def not_planning() -> Refusal:
    """Somebody who does not plan asked for it."""
    return refuse(
        "right.missing", Text("只有规划处可以这样做。", "Only the planning department can do this."), value="planning"
    )
