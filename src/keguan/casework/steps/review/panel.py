"""A panel at work: for the officer the seats and the pool, for a reviewer their own seat, rubric and scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q
from django.http import QueryDict

from keguan.casework.models import SEAT_STATES, Seat
from keguan.casework.reviewing.drafts import Draft, draft_of, print_of
from keguan.casework.reviewing.late_seats import late_seats
from keguan.casework.reviewing.models import SeatDraft
from keguan.casework.reviewing.rechecking import recused
from keguan.casework.steps.review.content import COMMENT, REMARK, scored
from keguan.casework.steps.review.pool import choices, searched
from keguan.casework.steps.scene import Scene
from keguan.components.fields import Field, field_id
from keguan.components.lists import Choice
from keguan.components.status import Status, Tone
from keguan.engine.decision import Command
from keguan.engine.steps.review import (
    COMMENT_MOST,
    DECLINES,
    LIVE,
    REMARK_MOST,
    WAITS,
    due_anew,
    score_problems,
    statements,
)
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.schema import Criterion, Review, Rubric
from keguan.registers.parties.models import Person

_TONES: Mapping[str, Tone] = {"invited": "warn", "accepted": "info", "final": "good"}
STATES: Mapping[str, Status] = {name: Status(said, _TONES.get(name, "neutral")) for name, said in SEAT_STATES.items()}
_WHY_RELEASE = Text("解除理由", "Reason")
_RELEASE_HINT = Text(
    "能看到评审专家姓名的管理人员会看到，申报人看不到。",
    "Those who run the programme and may know its reviewers read it, the applicant does not.",
)
_DESPITE = Text("仍然指派的理由", "Why all the same")
_DESPITE_HINT = Text(
    "所选专家有可能的利害关系、曾谢绝本件或被解除指派等待判断的情形时必须填写，记入痕迹",
    "owed where a chosen expert perhaps has an interest, or declined this review or was released from it; it is traced",
)
_WHY_DECLINE = Text("谢绝理由", "Why you decline")
_DECLINE_WORDS = Text("说明", "In words")
_DECLINE_HINT = Text(
    "利益冲突和其他理由须写明；项目主管会看到，申报人看不到。",
    "Owed for a conflict of interest and for other reasons; the officer reads it, the applicant does not.",
)
_END_HINT = Text("打零分或满分时必填。", "Owed where the score is nothing or all points.")
_HINT = Text(
    "说明打分的依据、优点和不足。立项决定后申报人可以看到，不署名。",
    "Give grounds, strengths and weaknesses. The applicant reads it after the decision, without your name.",
)


def panel(scene: Scene) -> dict[str, Any]:
    """What the officer or the reviewer needs; nothing for anybody else."""
    step = scene.step
    if not isinstance(step, Review):
        return {}
    seats = [one for one in scene.seats if one.step == step.id and one.attempt == scene.situation.state.current.attempt]
    free = step.panel.size - sum(one.state in LIVE for one in seats)
    shown: dict[str, Any] = {"size": step.panel.size, "free": free}
    if "assign" in scene.verbs or "release" in scene.verbs:
        shown |= _officer(scene, seats, free)
    if step.panel.draw is not None and scene.actor.holds(step.assigned_by, programme=scene.case.code):
        shown["drawn_in"] = scene.case.round.code if scene.case.round else ""
    if scene.situation.acting.seat:
        shown |= _reviewer(scene, step, seats)
    return shown


def _officer(scene: Scene, seats: list[Any], free: int) -> dict[str, Any]:
    is_drawn = isinstance(scene.step, Review) and scene.step.panel.draw is not None
    wants_pool = (
        free > 0 and not is_drawn and ("pool" in scene.query or (scene.post is not None and "pool" in scene.post))
    )
    pool = choices(scene) if wants_pool else None
    asks = any(one.candidate.reasons and one.candidate.may_be_chosen for one in (pool.choices if pool else ()))
    return {
        "is_officer": True,
        "open_seats": [one for one in seats if one.state in ("invited", "accepted")],
        "release_reason": scene.asked(Field("reason", "text", _WHY_RELEASE, hint=_RELEASE_HINT)),
        "seat_chosen": scene.post.get("seat", "") if scene.post is not None else "",
        "pool": pool,
        "despite": scene.asked(Field("despite", "text", _DESPITE, hint=_DESPITE_HINT, most=500)) if asks else None,
        "due_anew": due_anew(scene.situation, scene.step) if isinstance(scene.step, Review) else None,
        "late": [(one, STATES[one.state]) for one in late_seats(Q(case=scene.case), str(scene.step.id))]
        if _is_over(scene)
        else [],
        "recused": [one for one in recused(scene.case) if one.seat.state in WAITS],
        "wants_pool": wants_pool,
        "query": searched(scene),
    }


def _is_over(scene: Scene) -> bool:
    """Whether anybody can be late; else nothing is asked of the database."""
    due = scene.situation.state.current.due
    return "release" in scene.verbs and due is not None and due <= clock.now()


@dataclass(frozen=True, slots=True)
class Scored:
    """One criterion on the sheet: its field for points, and one for what is said of it. mark: prints of both as they are kept."""

    criterion: Criterion
    points: Field
    remark: Field
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """How far a sheet is: points so far of how many, criteria scored of how many, what is still wrong with it."""

    points: int
    of: int
    scored: int
    count: int
    wrong: tuple[Problem, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether it could be sent as it stands."""
        return not self.wrong


def totals(rubric: Rubric, values: Mapping[str, str]) -> Totals:
    """What the values of a sheet come to. values: as typed, by field."""
    post = QueryDict(mutable=True)
    post.update(values)
    given = scored(rubric, post)
    whole = [
        value
        for one in rubric.criteria
        if isinstance(value := given["scores"].get(one.criterion), int) and 0 <= value <= one.points
    ]
    points = sum(one.points for one in rubric.criteria)
    wrong = score_problems(rubric, Command("score", "", given))
    return Totals(sum(whole), points, len(whole), len(rubric.criteria), wrong)


def sheet_fields(rubric: Rubric) -> tuple[list[Scored], Field]:
    """The empty fields of a rubric: those of its criteria, and the comment on the whole."""
    remark_hint = _END_HINT if rubric.comment_at_ends else None
    criteria = [
        Scored(
            one,
            Field(f"scores.{one.criterion}", "number", one.title, required=True),
            Field(
                f"comments.{one.criterion}", "text", REMARK.filled(title=one.title), hint=remark_hint, most=REMARK_MOST
            ),
        )
        for one in rubric.criteria
    ]
    least = Text("不少于{n}字。", "At least {n} characters. ").filled(n=rubric.comment_least)
    hint = Text(least.zh + _HINT.zh, least.en + _HINT.en) if rubric.comment_least else _HINT
    return criteria, Field("comment", "prose", COMMENT, hint=hint, required=rubric.comment, most=COMMENT_MOST)


def _reviewer(scene: Scene, step: Review, seats: list[Any]) -> dict[str, Any]:
    mine = next((one for one in seats if str(one.number) == scene.situation.acting.seat), None)
    rubric = scene.definition.programme.rubric(step.rubric)
    if mine is None or mine.state == "invited":
        return {"mine": mine, "rubric": rubric, **_invitation(scene, rubric)}
    draft = draft_of(mine.pk)
    values = on_the_sheet(mine, draft)
    criteria, comment = sheet_fields(rubric)

    def filled(one: Field) -> Field:
        return scene.asked(replace(one, value=values.get(one.name, "")))

    def mark(*of: Field) -> str:
        return " ".join(f"{one.name}~{print_of(values.get(one.name, ''))}" for one in of)

    return {
        "mine": mine,
        "rubric": rubric,
        "criteria": [
            Scored(one.criterion, filled(one.points), filled(one.remark), mark(one.points, one.remark))
            for one in criteria
        ],
        "comment": filled(comment),
        "comment_mark": mark(comment),
        "totals": totals(
            rubric, {name: str(value) for name, value in scene.post.items()} if scene.post is not None else values
        ),
        "saved_at": draft.saved_at if draft else None,
        "given": [
            (one, mine.scores.get(one.criterion), mine.comments.get(one.criterion, "")) for one in rubric.criteria
        ],
        "verb": scene.verbs.get("score") or scene.verbs.get("rescore"),
        **_declining(scene),
    }


def given_in(seat: Seat) -> dict[str, str]:
    """What a final seat says, by field."""
    return {
        **{f"scores.{name}": str(points) for name, points in seat.scores.items()},
        **{f"comments.{name}": said for name, said in seat.comments.items()},
        "comment": seat.comment,
    }


def on_the_sheet(seat: Seat, draft: Draft | SeatDraft | None) -> dict[str, str]:
    """What the sheet of a seat shows its holder, by field: what they gave, over it what they typed since."""
    return (given_in(seat) if seat.state == "final" else {}) | dict(draft.values if draft else {})


@dataclass(frozen=True, slots=True)
class Asked:
    """What an invitation asks for, before the proposal opens. characters: of everything that is to be read, roughly."""

    questions: int
    characters: int
    files: int
    criteria: int
    minutes: int


_READ_A_MINUTE = 400
"""Characters of a proposal that a reviewer reads in a minute, weighing them."""
_MINUTES_A_CRITERION = 3


def asked_of(scene: Scene, rubric: Rubric) -> Asked:
    """How much there is to read and to score. No query."""
    programme = scene.definition.programme
    questions = characters = files = 0
    for name, values in scene.situation.state.answers.items():
        types = {str(one.field): one.type for one in programme.form(name).fields}
        hidden = programme.form(name).telling if programme.is_double_blind else frozenset()
        for field, value in values.items():
            if field in hidden or value in (None, "", []):
                continue
            questions += 1
            if types.get(field) == "file":
                files += len(value) if isinstance(value, list) else 1
            else:
                characters += len(str(value))
    minutes = characters // _READ_A_MINUTE + _MINUTES_A_CRITERION * len(rubric.criteria) + 10 * files
    return Asked(questions, characters, files, len(rubric.criteria), max(15, -(-minutes // 5) * 5))


def _invitation(scene: Scene, rubric: Rubric) -> dict[str, Any]:
    wrong = {one.where: one for one in scene.problems}
    blind = scene.definition.programme.is_double_blind
    team = () if blind else Person.objects.filter(pk__in=scene.case.members).order_by("pk")
    return {
        "asked": asked_of(scene, rubric),
        "is_double": blind,
        "team": [one.name for one in team],
        "declared": [
            (name, said, wrong.get(f"declared.{name}"), field_id(f"declared.{name}"))
            for name, said in statements(blind=blind).items()
        ],
        "ticked": scene.post.getlist("declared") if scene.post is not None else [],
        **_declining(scene),
    }


def _declining(scene: Scene) -> dict[str, Any]:
    reasons = tuple(Choice(name, said) for name, said in DECLINES.items())
    return {
        "because": scene.asked(Field("because", "choice", _WHY_DECLINE, required=True, choices=reasons)),
        "decline_reason": scene.asked(Field("reason", "text", _DECLINE_WORDS, hint=_DECLINE_HINT)),
    }
