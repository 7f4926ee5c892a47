"""A published call is changed: drafted by one with a reason, published by another, told to whom it concerns.

What of it may be changed is a table, each line with its reason. Nothing that an application rests on is taken from anybody:
the programme's rules, forms, rubric and steps are pinned by every case, and are in no line of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from keguan.casework.messages import send
from keguan.casework.models import CallChange, Ranking, Round
from keguan.casework.rounds import services
from keguan.casework.rounds.versions import TERMS, differing, terms_of, with_terms
from keguan.engine.moves import refuse
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal
from keguan.registers.trace import services as trace

# ------------------------------------------------------------------------------------------- what may be changed


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a round has come."""

    has_opened: bool
    has_closed: bool
    is_ranked: bool


@dataclass(frozen=True, slots=True)
class Amendable:
    """What a published call may change in some of its terms.

    terms: the names of their columns. until: whether it may still be changed. may: whether this change harms nobody, of all
    the terms before and after. why: the rule and its reason, as people read it.
    """

    terms: tuple[str, ...]
    why: Text
    until: Callable[[Standing], bool]
    may: Callable[[Mapping[str, Any], Mapping[str, Any]], bool]


def _any(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return True


def _opens_as_long(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return _length(after) >= _length(before)


def _length(terms: Mapping[str, Any]) -> float:
    return (datetime.fromisoformat(terms["closes"]) - datetime.fromisoformat(terms["opens"])).total_seconds()


def _later(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return datetime.fromisoformat(after["closes"]) >= datetime.fromisoformat(before["closes"])


def _more_grace(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return bool(after["grace_minutes"] >= before["grace_minutes"])


def _more_money(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return bool(before["budget_fen"] and after["budget_fen"] > before["budget_fen"])


def _more_room(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return bool(before["quota"] and (after["quota"] > before["quota"] or after["quota"] == 0))


def _topics_stay(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return all(topic in after["topics"] for topic in before["topics"])


AMENDABLE: Final[tuple[Amendable, ...]] = (
    Amendable(
        ("title_zh", "title_en", "summary_zh", "summary_en", "notes_zh", "notes_en", "contact_zh", "contact_en"),
        Text(
            "名称、摘要、申报须知、联系方式随时可以更正：只是说明，不产生也不减少任何人的权利。",
            "Title, summary, notes and contact may be corrected at any time: they explain, and give or take no right.",
        ),
        lambda standing: True,
        _any,
    ),
    Amendable(
        ("opens",),
        Text(
            "开始时间在开放之前可以调整，但可申报的时间不得缩短：申报人按已公布的时间安排工作。",
            "The opening may be moved while the call has not opened, if the time to apply gets no shorter: applicants plan by it.",
        ),
        lambda standing: not standing.has_opened,
        _opens_as_long,
    ),
    Amendable(
        ("closes",),
        Text(
            "截止时间在排序之前只能延后：提前截止会使按原定时间准备的人失去机会。",
            "The deadline may be moved later until the round is ranked, never earlier: who planned by it would lose their chance.",
        ),
        lambda standing: not standing.is_ranked,
        _later,
    ),
    Amendable(
        ("grace_minutes",),
        Text(
            "宽限在截止之前只能加长，理由同上。",
            "The grace may be made longer until the deadline, for the same reason.",
        ),
        lambda standing: not standing.has_closed,
        _more_grace,
    ),
    Amendable(
        ("budget_fen",),
        Text(
            "已公布的预算在排序之前只能增加：减少会使本可立项的申报落选。",
            "A published budget may be raised until the round is ranked, never lowered: applications that it would have paid for"
            " would lose it.",
        ),
        lambda standing: not standing.is_ranked,
        _more_money,
    ),
    Amendable(
        ("quota",),
        Text(
            "推荐限额在截止之前只能放宽：已经推荐的不能因此失效。",
            "The quota may be widened until the deadline, never narrowed: what was recommended would no longer count.",
        ),
        lambda standing: not standing.has_closed,
        _more_room,
    ),
    Amendable(
        ("topics",),
        Text(
            "支持方向在截止之前只能增加，已有的原样保留：申报书已据此填写。",
            "Topics may be added until the deadline; those there are stay as they are, since applications were written for them.",
        ),
        lambda standing: not standing.has_closed,
        _topics_stay,
    ),
)
"""Everything that a published call may change, and why no more. Each term stands in one line."""

FIXED: Final = Text(
    "申报条件、表单、规则、评审指标、环节和经费办法不能更改：每个办件自始至终依照同一计划版本办理，改了就对一部分人不公。"
    "确需更改的，另发布一个采用新计划版本的批次，并在本通知的申报须知中写明。",
    "Eligibility, forms, rules, rubric, steps and how money is given cannot be changed: each case goes by one version of its"
    " programme from beginning to end, and a change would be unfair to some. If they must change, publish another round on a"
    " new version of the programme, and say so in the notes of this call.",
)
"""What no published call may change, and the way out."""


def standing_of(of_round: Round) -> Standing:
    """How far a round has come. One query."""
    now = clock.now()
    return Standing(of_round.opens <= now, of_round.closes < now, Ranking.objects.filter(round=of_round).exists())


def changeable(of_round: Round) -> tuple[str, ...]:
    """The names of the terms that may still be changed, now. One query."""
    standing = standing_of(of_round)
    return tuple(name for one in AMENDABLE if one.until(standing) for name in one.terms)


def _against(of_round: Round, terms: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Everything that speaks against these terms in place of those that stand."""
    before = terms_of(of_round)
    after, standing = {**before, **terms}, standing_of(of_round)
    changed = differing(before, after)
    if not changed:
        said = Text("没有任何变化。", "Nothing is changed.")
        return (Problem("change.none", said, fix=Text("请先修改要变更的内容。", "Change what is to be changed.")),)
    problems: list[Problem] = []
    for one in AMENDABLE:
        if (mine := changed & set(one.terms)) and not (one.until(standing) and one.may(before, after)):
            problems += [Problem("change.not_allowed", one.why, where=_FIELDS.get(name, name)) for name in sorted(mine)]
    moved = {"opens", "closes"} & changed
    if moved and datetime.fromisoformat(after["closes"]) <= clock.now():
        said = Text("新的截止时间已过。", "The new deadline has passed.")
        problems.append(Problem("round.over", said, where="closes"))
    if moved and _length(after) <= 0:
        problems.append(
            Problem("round.window", Text("截止应晚于开始。", "The round must close after it opens."), "closes")
        )
    if not str(after["title_zh"]).strip() or not str(after["title_en"]).strip():
        said = Text("请填写中英文名称。", "Give the title in both languages.")
        problems.append(Problem("round.title", said, where="title_zh"))
    return tuple(problems)


_FIELDS = {"budget_fen": "budget"}


# ------------------------------------------------------------------------------------------------ drafts of changes


def draft_change(
    code: str, terms: Mapping[str, Any], reason: str, actor: Actor, *, revision: int | None = None
) -> CallChange | Refusal:
    """Draft a change of a published call, or save one's own draft of it anew. One of the planning body does this; somebody else
    of it publishes.

    terms: those that may be changed, as `versions.terms_of` tells them; what is as it was is left out. revision: that of the
    draft which the form showed, None where there was none. Raises Round.DoesNotExist.
    """
    with transaction.atomic():
        trace.stamp(actor)
        of_round = services.locked(code)
        if not services.plans(of_round, actor):
            return services.not_planning()
        if of_round.status != "published":
            said = Text("只有已发布的通知才能变更。", "Only a published call is changed.")
            return refuse("round.not_published", said)
        drafted = CallChange.objects.filter(round=of_round).first()
        if drafted is not None and not is_drafter(drafted, actor):
            said = Text(
                "已有同事起草的变更，先发布或退回它。", "A colleague has drafted a change: publish it or send it back."
            )
            return refuse("change.another", said)
        if (drafted.revision if drafted else None) != revision:
            return services.changed_meanwhile()
        problems = list(_against(of_round, terms))
        if not reason.strip():
            said = Text("请写明变更理由，将向公众公布。", "Give the reason; it is made public.")
            problems.append(Problem("reason.missing", said, where="reason"))
        if problems:
            return Refusal(tuple(problems))
        changed = differing(terms_of(of_round), terms_of(of_round) | dict(terms))
        made = drafted or CallChange(round=of_round, drafted_by=actor.person, revision=-1)
        made.terms = {name: terms[name] for name in TERMS if name in changed}
        made.reason, made.made_on, made.returned_because = reason.strip(), of_round.revision, ""
        made.drafted_at = clock.now()
        made.revision += 1
        made.save()
        payload = {"code": code, "terms": made.terms, "reason": made.reason}
        trace.write("round:change:drafted", actor, payload=payload)
        return made


def is_drafter(drafted: CallChange, actor: Actor) -> bool:
    """Whether the actor changes and drops this draft: whoever drafted it, and where nobody did, any who plans the round."""
    return drafted.drafted_by in (None, actor.person)


def drop_change(code: str, actor: Actor) -> Refusal | None:
    """Drop a drafted change, by its drafter. Raises Round.DoesNotExist, CallChange.DoesNotExist."""
    with transaction.atomic():
        trace.stamp(actor)
        of_round = services.locked(code)
        drafted = CallChange.objects.get(round=of_round)
        if not services.plans(of_round, actor):
            return services.not_planning()
        if not is_drafter(drafted, actor):
            return refuse(
                "round.not_drafter", Text("变更由起草人撤销。", "A drafted change is dropped by its drafter.")
            )
        trace.write("round:change:dropped", actor, payload={"code": code})
        drafted.delete()
        return None


def send_change_back(code: str, reason: str, actor: Actor) -> Refusal | None:
    """Send a drafted change back to its drafter instead of publishing it, with a reason, which comes as a message.

    Raises Round.DoesNotExist, CallChange.DoesNotExist.
    """
    with transaction.atomic():
        trace.stamp(actor)
        of_round = services.locked(code)
        drafted = CallChange.objects.get(round=of_round)
        if not services.plans(of_round, actor):
            return services.not_planning()
        if is_drafter(drafted, actor):
            return refuse("round.own_draft", Text("这是您自己起草的变更。", "This change is your own to change."))
        if not reason.strip():
            said = Text("请写明退回的理由，起草人将看到它。", "Give the reason; the drafter reads it.")
            return refuse("reason.missing", said, where="reason")
        drafted.returned_because = reason.strip()
        drafted.revision += 1
        drafted.save(update_fields=["returned_because", "revision"])
        line = Text("对通知 {code} 的变更被退回：{reason}", "Your change of the call {code} was sent back: {reason}")
        told = [drafted.drafted_by] if drafted.drafted_by is not None else []
        send("round", told, None, line.filled(code=code, reason=reason.strip()), clock.now())
        trace.write("round:change:sent_back", actor, payload={"code": code, "reason": reason.strip()})
        return None


def publish_change(code: str, actor: Actor, *, revision: int) -> Round | Refusal:
    """Publish a drafted change: from now on the call says so, its earlier versions stay to be read, and those whom it concerns
    are told.

    revision: that of the draft which was looked over. Raises Round.DoesNotExist, CallChange.DoesNotExist.
    """
    with transaction.atomic():
        trace.stamp(actor)
        of_round = services.locked(code)
        drafted = CallChange.objects.get(round=of_round)
        if not services.plans(of_round, actor):
            return services.not_planning()
        if actor.person is not None and actor.person == drafted.drafted_by:
            said = Text(
                "起草人不能自己发布，请由同处另一人复核发布。",
                "Whoever drafted a change does not publish it; a colleague does.",
            )
            return refuse("right.four_eyes", said)
        if drafted.returned_because:
            said = Text("变更已退回，等起草人修改。", "The change was sent back, and waits for its drafter.")
            return refuse("round.returned", said)
        if drafted.revision != revision:
            return services.changed_meanwhile()
        if drafted.made_on != of_round.revision:
            said = Text("起草之后，通知又有变化。", "The call has changed since this was drafted.")
            fix = Text("请退回，由起草人重新核对。", "Send it back, so that its drafter looks it over anew.")
            return refuse("change.stale", said, fix=fix)
        if problems := _against(of_round, drafted.terms):
            return Refusal(problems)
        changed, before = sorted(drafted.terms), terms_of(of_round)
        of_round = with_terms(of_round, drafted.terms)
        if "closes" in drafted.terms:
            of_round.extended_because = drafted.reason
        services.take_effect(of_round, before, drafted.reason, actor, drafted_by=drafted.drafted_by)
        payload = {
            "code": code,
            "terms": changed,
            "before": {name: before[name] for name in changed},
            "after": drafted.terms,
            "reason": drafted.reason,
        }
        drafted.delete()
        trace.write("round:call:amended", actor, payload=payload)
        return of_round
