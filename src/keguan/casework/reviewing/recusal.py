"""Who must keep out of a review, and why: asked before a seat is given, for one expert or for the whole pool."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max

from keguan.casework.models import Case, Round, SeatHolder
from keguan.casework.reviewing.relations import SEES_NAMES, Relation, relations, said
from keguan.casework.situation.about import finder
from keguan.casework.versions import definition_of
from keguan.database import prepared
from keguan.engine.state import Values
from keguan.engine.steps.review import DECLINES, LIVE, NEEDS_WORDS, SET_ASIDE, WAITS
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING, local_date
from keguan.kernel.problems import Problem
from keguan.language.recusals import Avoidance, avoided_by, avoided_by_members
from keguan.language.schema import Panel, Review
from keguan.registers.experts.freshness import oldest
from keguan.registers.parties.alike import in_question

ARTICLE = "国家自然科学基金条例 第20条"
WHY_MOST = 100
"""So many characters of why a seat was given back or taken are said beside an expert's name."""
NAMED_MOST = 3
"""How many unwelcome reviewers an applicant may name."""

_DECLINE = Text("请谢绝评审并写明理由。", "Decline the review and give this reason.")
_ANOTHER = Text("请改派其他专家。", "Choose another expert.")
_JUDGE = Text(
    "请改派其他专家，或写明仍然指派的理由。", "Choose another expert, or give the reason why this one all the same."
)
_SAID: Mapping[str, Text] = {
    "kin": Text(
        "该专家与申报人或参与者有近亲属等关系，应当回避。",
        "The expert is a near relation of the applicant or of a member of the team.",
    ),
    "same_institution": Text(
        "该专家与申报人或参与者属于同一法人单位，应当回避。",
        "The expert belongs to the same legal entity as the applicant or a member of the team.",
    ),
    "own_application": Text(
        "该专家本人在同一批次有申报，应当回避。", "The expert has an application of their own in this round."
    ),
    "named_by_applicant": Text("申报人已提出该专家不宜评审。", "The applicant named this expert as unsuitable."),
    "adviser": Text(
        "该专家与申报人或参与者有师生关系。",
        "The expert taught the applicant or a member of the team, or was taught by them.",
    ),
    "coauthor": Text(
        "该专家与申报人或参与者合作发表过成果。",
        "The expert has works together with the applicant or a member of the team.",
    ),
    "coproject": Text(
        "该专家与申报人或参与者共同承担或申报过项目。",
        "The expert has a project together with the applicant or a member of the team.",
    ),
    "coaward": Text(
        "该专家与申报人或参与者共同获奖。", "The expert shares a prize with the applicant or a member of the team."
    ),
    "advice": Text(
        "该专家在申报方持股或任有偿顾问，或申报方人员在其单位如此。",
        "The expert holds shares of the applicant's side or is paid for advice there, or the other way round.",
    ),
    "nominator": Text(
        "该专家与申报方有提名关系。", "The expert nominated the applicant's side, or was nominated by it."
    ),
    "dispute": Text("该专家与申报方有争议或纠纷。", "There is a dispute between the expert and the applicant's side."),
    "declared": Text("一方已声明有其他利害关系。", "One side declared another interest."),
    "own_case": Text("该专家是本件的申报人或参与者。", "The expert is the applicant or a member of the team."),
    "sees_names": Text(
        "该专家的职责可以看到本件的申报人，不得参加双盲评审。",
        "The expert holds a duty that shows them who applies; nobody who knows that reviews double-blind.",
    ),
    "not_active": Text("该专家不在可用专家库中。", "The expert is not active in the pool."),
    "unknown": Text("专家库中没有这位专家。", "There is no such expert in the pool."),
    "full": Text("该专家在手的评审已达上限。", "The expert has as many reviews at hand as they will take."),
    "yearly": Text("该专家本年度的评审已达其上限。", "The expert has as many reviews this year as they will take."),
    "resting": Text(
        "该专家最近在本计划以前的批次评审过，在轮换间隔内。",
        "The expert reviewed in an earlier round of this programme not long ago and rests.",
    ),
    "away": Text("该专家登记了今天不参加评审。", "The expert takes no new reviews on these days."),
    "stale": Text("该专家的信息逾期未作年度确认。", "The expert's entry is overdue for its yearly confirmation."),
    "question": Text(
        "名录中另有一条记录可能与该专家是同一人，尚无结论。",
        "Another entry of the register may be the same person as this expert; that is not settled.",
    ),
    "seated": Text("该专家已在本评审组。", "The expert already sits on this panel."),
    "declined": Text("该专家已谢绝本件的评审。", "The expert has declined this review."),
    "declined_conflict": Text(
        "该专家因利益冲突谢绝了本件的评审。", "The expert declined this review for a conflict of interest."
    ),
    "released": Text("该专家已被解除本件的指派。", "The expert was released from this review."),
    "set_aside": Text("该专家对本件的评分已不予采用。", "The expert's scores of this case were set aside."),
}
_RELATED = Text(
    "您与本件存在应当回避的关系；双盲评审中不告知是哪一种。",
    "A relation keeps you out of this case; in a double-blind review it is not said which.",
)
_FROM_LAW = frozenset({"kin", "same_institution", "own_application", "named_by_applicant", "own_case"})
_HAD_A_SEAT = frozenset({"declined", "declined_conflict", "released", SET_ASIDE})
_NOT_TIES = _HAD_A_SEAT | {"not_active", "unknown", "full", "yearly", "resting", "away", "stale", "question", "seated"}
"""What stands against a seat without being a conflict of interest."""
UNAVAILABLE = frozenset(f"recusal.{one}" for one in ("not_active", "resting", "away", "stale", "question"))
"""Codes of an expert who is not to be asked today, whatever the case."""
NO_ROOM = frozenset({"recusal.full", "recusal.yearly"})
_FOR_THE_OFFICER = frozenset({"named_by_applicant", "dispute", "declared"})
"""What the other side may have said in confidence: its expert learns that something stands against them, not what."""


_STANDING = """
  SELECT expert.id, expert.person_id, expert.status = 'active', expert.max_load,
    EXISTS (
      SELECT FROM casework_seat seat JOIN casework_seatholder holder ON holder.seat_id = seat.id
      WHERE seat.case_id = %(case)s AND seat.step = %(step)s AND seat.attempt = %(attempt)s
        AND seat.state = ANY(%(live)s) AND holder.expert_id = expert.id
    ),
    (
      SELECT count(*) FROM casework_seatholder holder JOIN casework_seat seat ON seat.id = holder.seat_id
      WHERE holder.expert_id = expert.id AND seat.state = ANY(%(waits)s)
    ),
    expert.yearly_most IS NOT NULL AND expert.yearly_most <= (
      SELECT count(*) FROM casework_seatholder holder JOIN casework_seat seat ON seat.id = holder.seat_id
      WHERE holder.expert_id = expert.id AND seat.state = ANY(%(live)s) AND seat.changed_at >= %(year)s
    ),
    EXISTS (
      SELECT FROM experts_absence absence
      WHERE absence.expert_id = expert.id AND %(today)s BETWEEN absence.since AND absence.until
    ),
    expert.status = 'active' AND expert.confirmed_on < %(oldest)s,
    earlier.state, earlier.because, earlier.reason, earlier.changed_at
  FROM experts_expert expert
  LEFT JOIN LATERAL (
    SELECT seat.state, seat.because, seat.reason, seat.changed_at
    FROM casework_seat seat JOIN casework_seatholder holder ON holder.seat_id = seat.id
    WHERE seat.case_id = %(case)s AND seat.step = %(step)s AND seat.attempt = %(attempt)s
      AND seat.state <> ALL(%(live)s) AND holder.expert_id = expert.id
    ORDER BY seat.because = 'conflict' DESC, seat.number DESC LIMIT 1
  ) earlier ON true
  WHERE expert.id = ANY(%(experts)s)"""


def recusals(
    case: Case, step: Review, expert_ids: Iterable[int], answers: Mapping[str, Values]
) -> dict[int, tuple[Problem, ...]]:
    """Every reason that keeps each of these experts out of this review; an empty tuple for who is free.

    step.panel.avoid says which relations count; the expert's own case, an expert who is not active or has no time left,
    and a seat already held on this panel always do; from a double-blind review a duty that shows who applies. A relation
    that is for the officer to judge `may_override`, and so does the rest between two rounds, an entry that its expert has not confirmed in time, and
    that they declined this review before, were released from it or had their scores set aside; who declined it for a
    conflict of interest stays out. Three
    queries, however many experts. Source: 国家自然科学基金条例 第20条.
    """
    asked = list(dict.fromkeys(expert_ids))
    team = team_of(case)
    named = _named(case, step, answers)
    avoided = _avoided(step)
    kinds = {one.kind for one in avoided}
    tied: dict[int, dict[str, Relation]] = {}
    for tie in relations(asked, team, case, avoided):
        tied.setdefault(tie.expert, {}).setdefault(tie.kind, tie)
    known: dict[int, tuple[Problem, ...]] = {}
    standing = _standing(case, step, asked)
    questioned = in_question(person for _, person, *_ in standing)
    rest = resting(case.round, step.panel, asked)
    for expert, person, active, most, seated, load, spent, away, stale, *earlier in standing:
        had = "" if seated else _had(*earlier)
        ties = {} if person in team else tied.get(expert, {})
        holds = {
            "own_case": person in team,
            "named_by_applicant": person in named and "named_by_applicant" in kinds,
            "not_active": not active,
            "seated": seated,
            "full": load >= most,
            "yearly": spent,
            "resting": expert in rest,
            "away": away,
            "stale": stale,
            "question": person in questioned,
        }
        codes = [code for code in _SAID if code in ties or holds.get(code) or code == had]
        whys = {had: _why(*earlier) if had else None, "resting": _until(rest.get(expert))}
        known[expert] = tuple(_problem(code, expert, step, ties.get(code), whys.get(code)) for code in codes)
    return {expert: known.get(expert, (_problem("unknown", expert, step),)) for expert in asked}


def _had(state: str | None, because: str, *_: object) -> str:
    """What stands against somebody who had a seat on this panel and has it no longer."""
    return "declined_conflict" if state == "declined" and because == "conflict" else state or ""


def _why(state: str, because: str, reason: str, at: datetime) -> Text:
    """When a seat was given back or taken, and why. Of who declined naming one of the reasons listed, that one: what else
    stands with their seat is why an officer had given it."""
    day = at.astimezone(BEIJING).date().isoformat()
    named = DECLINES.get(because) if state == "declined" else None
    words = reason[:WHY_MOST] if named is None or because in NEEDS_WORDS else ""
    parts = [Text(day, day), *([named] if named else []), *([Text(words, words)] if words else [])]
    return Text("，".join(one.zh for one in parts), ", ".join(one.en for one in parts))


def _avoided(step: Review) -> tuple[Avoidance, ...]:
    """What the programme avoids, and what a double-blind review does for its own sake."""
    avoided = avoided_by(step.panel.avoid)
    return (*avoided, Avoidance(SEES_NAMES)) if step.blind == "double" else avoided


def team_of(case: Case) -> frozenset[int]:
    """The people whose case it is."""
    return frozenset(one for one in (case.applicant_id, case.principal_id, *case.members) if one is not None)


def _standing(case: Case, step: Review, experts: list[int]) -> Sequence[tuple[Any, ...]]:
    today = clock.today()
    asked = {
        "experts": experts,
        "case": case.pk,
        "step": str(step.id),
        "attempt": case.memo.state["steps"].get(step.id, {}).get("attempt", 1),
        "live": list(LIVE),
        "waits": list(WAITS),
        "today": today,
        "year": datetime(today.year, 1, 1, tzinfo=BEIJING),
        "oldest": oldest(today),
    }
    with prepared.cursor() as cursor:
        cursor.execute(_STANDING, {name: prepared.stable(value) for name, value in asked.items()})
        return cursor.fetchall()


def is_tie(problem: Problem) -> bool:
    """Whether what stands against a seat is a conflict of interest, and not a full load or the like."""
    return problem.code.removeprefix("recusal.") not in _NOT_TIES


def own_recusals(case: Case, step: Review, person: int) -> tuple[Problem, ...]:
    """The relations that keep a reviewer who has a seat from going on, among them what came up after it was given.

    Whom the applicant does not want is for the officer to know, never for that person. One query.
    """
    team = team_of(case)
    if person in team:
        found = [_problem("own_case", person, step)]
    else:
        tied: dict[str, Relation] = {}
        for tie in relations([person], team, case, _avoided(step), of_people=True):
            tied.setdefault(tie.kind, tie)
        found = [_problem(code, person, step, tied[code]) for code in _SAID if code in tied]
    related = [one for one in found if not one.may_override]
    if related and definition_of(case.programme).programme.is_double_blind:
        # Which relation it is would tell who applies.
        related = [Problem("recusal.related", _RELATED, where="experts", source=ARTICLE)]
    return tuple(dict.fromkeys(told_to_expert(one) for one in related))


def told_to_expert(problem: Problem) -> Problem:
    """The same as its expert may read it: what somebody said of them in confidence is not told."""
    if problem.code.removeprefix("recusal.") not in _FOR_THE_OFFICER:
        return replace(problem, where="declared.interests", fix=_DECLINE)
    said = Text("您与本件有利害关系，应当回避。", "An interest stands between you and this case; you must keep out.")
    return Problem("recusal.interest", said, where="declared.interests", source=ARTICLE, fix=_DECLINE)


_MEMBER_SAID: Mapping[str, Text] = {
    "own_case": Text("本人是申报人或参与者。", "They are the applicant or a member of the team."),
    "kin": Text("与申报人或参与者有近亲属等关系。", "A near relation of the applicant or of a member of the team."),
    "same_institution": Text(
        "与申报人或参与者属于同一法人单位。",
        "Belongs to the same legal entity as the applicant or a member of the team.",
    ),
    "own_application": Text("本人在同一批次有申报。", "Has an application of their own in this round."),
    "adviser": Text("与申报人或参与者有师生关系。", "Adviser or student of the applicant or of a member of the team."),
    "coauthor": Text(
        "与申报人或参与者合作发表过成果。", "Has works together with the applicant or a member of the team."
    ),
    "coproject": Text(
        "与申报人或参与者共同承担或申报过项目。", "Has a project together with the applicant or a member of the team."
    ),
    "coaward": Text("与申报人或参与者共同获奖。", "Shares a prize with the applicant or a member of the team."),
    "advice": Text(
        "在申报方持股或任有偿顾问，或申报方人员在其单位如此。",
        "Holds shares of the applicant's side or is paid for advice there, or the other way round.",
    ),
    "nominator": Text("与申报方有提名关系。", "Nominated the applicant's side, or was nominated by it."),
    # What one side said in confidence: the room learns that there is something, not what.
    **dict.fromkeys(
        ("named_by_applicant", "dispute", "declared"),
        Text("与本件有应当回避的利害关系。", "An interest stands between them and this case."),
    ),
}


def member_recusals(case: Case, people: Iterable[int], avoid: Iterable[str] = ()) -> dict[int, tuple[Problem, ...]]:
    """Why each of these members of a deciding body must leave when the case is taken up; an empty tuple for who may stay.

    Their own case, kin and the same legal entity always count. avoid: what else the programme names for its vote; a soft tie
    is for the member to declare or the secretary to record. One query. Source: 国家自然科学基金条例 第20条.
    """
    asked, team = list(dict.fromkeys(people)), team_of(case)
    avoided = avoided_by_members(avoid)
    tied = relations(asked, team, case, avoided, of_people=True)
    held = {(one.expert, one.kind) for one in tied if one.severity == "hard"}
    unwelcome = _unwelcome(case) if any(one.kind == "named_by_applicant" for one in avoided) else frozenset()
    found: dict[int, tuple[Problem, ...]] = {}
    for person in asked:
        holds = {"own_case": person in team, "named_by_applicant": person in unwelcome}
        codes = [code for code in _MEMBER_SAID if holds.get(code, (person, code) in held)]
        found[person] = tuple(
            Problem(
                f"recusal.{code}", _MEMBER_SAID[code], value=str(person), source=ARTICLE if code in _FROM_LAW else ""
            )
            for code in codes
        )
    return found


def _unwelcome(case: Case) -> frozenset[int]:
    """The people whom the applicant named as unsuitable, wherever a review of the programme asks for them."""
    steps = definition_of(case.programme).programme.steps
    return frozenset[int]().union(*(_named(case, one, case.memo.answers) for one in steps if isinstance(one, Review)))


def at_hand(experts: Iterable[int]) -> dict[int, int]:
    """How many reviews each of these experts still has to do; those with none are left out."""
    live = SeatHolder.objects.filter(expert__in=list(experts), seat__state__in=WAITS)
    return dict(live.order_by().values_list("expert").annotate(seats=Count("pk")))


def given_this_year(experts: Iterable[int]) -> dict[int, int]:
    """How many seats each of these experts was given, or has scored, this calendar year; those with none are left out."""
    first = datetime(clock.today().year, 1, 1, tzinfo=BEIJING)
    seats = SeatHolder.objects.filter(expert__in=list(experts), seat__state__in=LIVE, seat__changed_at__gte=first)
    return dict(seats.order_by().values_list("expert").annotate(seats=Count("pk")))


def resting(of_round: Round | None, panel: Panel, experts: Iterable[int] | None = None) -> dict[int, date]:
    """Which of these experts (None: of all) had a seat in an earlier round of the programme within its days of rest, and the last day of it.

    The rule for whoever is drawn, proposed or assigned by hand. No query where the programme states no rest, else one.
    """
    if not panel.rest_days or of_round is None:
        return {}
    rest = timedelta(days=panel.rest_days)
    seats = SeatHolder.objects.filter(
        seat__case__code=of_round.programme.code, seat__state__in=LIVE, seat__changed_at__gte=clock.now() - rest
    ).exclude(seat__case__round=of_round)
    if experts is not None:
        seats = seats.filter(expert__in=list(experts))
    last = seats.order_by().values_list("expert").annotate(last=Max("seat__changed_at"))
    return {expert: local_date(at + rest) for expert, at in last}


def _until(day: date | None) -> Text | None:
    return None if day is None else Text("至{day}", "until {day}").filled(day=day.isoformat())


def _problem(code: str, expert: int, step: Review, tie: Relation | None = None, why: Text | None = None) -> Problem:
    source = ARTICLE if code in _FROM_LAW else step.source if code not in _NOT_TIES else ""
    is_soft_tie = tie is not None and tie.severity == "soft"
    say, soft = _SAID[code], is_soft_tie or code in ("resting", "stale", "declined", "released", SET_ASIDE)
    when = said(tie) if tie is not None else why
    if when is not None and when.zh:
        say = Text("{say}（{when}）", "{say} ({when})").filled(say=say, when=when)
    if is_soft_tie:
        say = Text("可能的利害关系：{say}", "Perhaps an interest: {say}").filled(say=say)
    fix = _JUDGE if soft else _ANOTHER
    return Problem(f"recusal.{code}", say, "experts", str(expert), source, fix, may_override=soft)


def _named(case: Case, step: Review, answers: Mapping[str, Values]) -> frozenset[int]:
    if not step.panel.named:
        return frozenset()
    return frozenset(finder(definition_of(case.programme), step.panel.named)(answers)[:NAMED_MOST])
