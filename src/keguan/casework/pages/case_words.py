"""What a case is doing, in words: its state, its line of steps, what happens next."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.urls import reverse

from keguan.casework.messages import end_title
from keguan.casework.models import Case
from keguan.casework.versions import definition_of
from keguan.components import reader
from keguan.components.status import Line, Stage, Status
from keguan.engine.machine import PASSED_OVER
from keguan.engine.state import CaseState, StepState
from keguan.engine.steps.review import LIVE, WAITS
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.schema import Agree, Publish, Rank, Review, Step
from keguan.language.vocabulary import ROLES
from keguan.language.wording import OUTCOMES, step_title

DRAFT = Status(Text("草稿", "Draft"), "neutral")
SIDE_TITLES = {"withdraw": Text("撤回申报", "Withdrawal"), "object": Text("对公示提出异议", "Objection")}


@lru_cache(maxsize=4096)
def case_href(number: str) -> str:
    """Where a case has its page. Remembered: a list asks twice for each of its rows."""
    return reverse("case", args=[number])


def status_of(case: Case) -> Status:
    """Where a case stands, in one word. The case needs its programme at hand; asks no query."""
    definition = definition_of(case.programme)
    if case.end:
        good = any(end.end == case.end and end.success for end in definition.programme.ends)
        return Status(end_title(definition, case.end), "good" if good else "bad")
    if case.step_kind == "apply" and case.submitted_at is None:
        return DRAFT
    title = step_title(definition.programme.step(case.step))
    return Status(title, "warn" if case.step_kind == "apply" else "info")


def stages(definition: Definition, state: CaseState, sees: frozenset[str]) -> list[Stage]:
    """The line of steps with dates and outcomes. What came of review and ranking is for those who may see scores."""
    steps = definition.programme.steps
    here = next((at for at, step in enumerate(steps) if step.id == state.step), len(steps))
    return [_stage(step, state, at, here, sees) for at, step in enumerate(steps)]


def _stage(step: Step, state: CaseState, at: int, here: int, sees: frozenset[str]) -> Stage:
    title, there = step_title(step), state.steps.get(step.id)
    if at == here and there is not None:
        until = Text("截止 {day}", "until {day}").filled(day=reader.deadline(there.due)) if there.due else ""
        return Stage(title, "now", until)
    if there is None or there.closed is None or at > here:
        # After a return, what came later once is ahead again.
        return Stage(title, "skipped" if state.end else "ahead")
    if there.outcome == PASSED_OVER:
        return Stage(title, "skipped", OUTCOMES[PASSED_OVER])
    day = reader.day(there.closed)
    secret = isinstance(step, Review | Rank) and "reviews" not in sees
    outcome = OUTCOMES.get(there.outcome, Text("", ""))
    note = Text(day, day) if secret else Text(f"{day} {outcome.zh}", f"{day} {outcome.en}")
    return Stage(title, "done", note)


@dataclass(frozen=True, slots=True)
class Next:
    """Who has to do what."""

    step: Text
    who: Text


def what_next(definition: Definition, state: CaseState) -> Next | None:
    """Whose turn it is in a running case; None for one that has ended."""
    if not state.step:
        return None
    step = definition.programme.step(state.step)
    return Next(step_title(step), who_acts(step, state))


def who_acts(step: Step, state: CaseState | None = None) -> Text:
    """Whose turn it is at a step."""
    if isinstance(step, Agree):
        if state is not None and not state.current.memo.get("text"):
            return ROLES["applicant"]
        signed = state.current.memo["signed"] if state is not None else {}
        parties = [ROLES[party] for party in step.parties if party not in signed]
        return Text("、".join(one.zh for one in parties), ", ".join(one.en for one in parties))
    if isinstance(step, Publish):
        return Text("公众可以提出异议", "the public, who may object")
    if isinstance(step, Review) and state is not None:
        seats = state.current.memo.get("seats") or {}
        free = sum(one in LIVE for one in seats.values()) < step.panel.size
        waits = any(one in WAITS for one in seats.values())
        asked = [ROLES[role] for role, is_asked in ((step.assigned_by, free), (step.by, waits or not free)) if is_asked]
        return Text("、".join(one.zh for one in asked), ", ".join(one.en for one in asked))
    by = getattr(step, "by", "")
    return ROLES[by] if by in ROLES else Text("系统", "the system")


def left_behind(definition: Definition, state: CaseState, sees: frozenset[str]) -> list[tuple[Text, list[Line]]]:
    """What each closed step left: reasons, notes, ranks, amounts; scores only for those who may see them. Why a case was
    sent back is told with its other returns (`case_trace.returns_in`)."""
    found = []
    for step in definition.programme.steps:
        there = state.steps.get(step.id)
        if there is None or there.outcome in ("", "returned"):
            continue
        secret = isinstance(step, Review | Rank) and "reviews" not in sees
        lines = [] if secret else _lines(there)
        if lines:
            found.append((step_title(step), lines))
    return found


def _lines(there: StepState) -> list[Line]:
    memo = there.memo
    lines = [
        Line(Text("得分", "Score"), f"{int(memo['score']) / 100:.2f}") if memo.get("score") is not None else None,
        Line(Text("推荐排序", "Recommended rank"), memo["rank"], "number") if memo.get("rank") is not None else None,
        Line(Text("名次", "Position"), memo["position"], "number") if memo.get("position") is not None else None,
        Line(Text("金额", "Amount"), memo["amount"], "money") if memo.get("amount") else None,
        Line(Text("理由", "Reason"), memo["reason"], "prose") if memo.get("reason") else None,
        Line(Text("意见", "Note"), memo["note"], "prose") if memo.get("note") else None,
        Line(Text("宽限期内提交", "Submitted in the grace period"), True) if memo.get("in_grace") else None,
    ]
    return [line for line in lines if line is not None]
