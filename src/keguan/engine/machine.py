"""The machine: may this person ask this of this case now, what does the step say, and where does the case go next.

`decide` is a pure function of a situation and a command. It knows no step kind by name except through `steps.KINDS`,
and no programme at all: the way through a procedure is the order of its steps and their routes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from keguan.engine.afterwards import MOVE_UP, RETRACT, RETRACT_VERB, against_retracting, rank_asked, ranked_before
from keguan.engine.decision import Acting, Command, Decided, Decision, Effect, Situation, TellParent
from keguan.engine.moves import DISCARDED, Move, Verb, holds, names_in, reason_owed, refuse, text_of
from keguan.engine.setting_aside import SENT_BACK, panel_before
from keguan.engine.state import Acted, Closed, Ended, Entered, Event, Noted, Prolonged, Reopened, SideMoved, evolve
from keguan.engine.steps import kind_for, publish
from keguan.engine.steps.review import SET_ASIDE, due_from
from keguan.engine.taking_back import TAKE_BACK, TAKEN_BACK, YES, due_as_before, given_before, too_late
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal
from keguan.kernel.workdays import UnknownYear
from keguan.language.schema import Publish, Review, Step, kind_of
from keguan.language.verdicts import Verdict
from keguan.language.vocabulary import BODIES, BODY_NAMES, KINDS, ROLES

WITHDRAWN = "withdrawn"
"""The end that every programme has: the applicant took the application back."""

PASSED_OVER = "passed_over"
"""The outcome of a step whose `when` did not hold."""

WORDS_MOST = 5000
"""Characters of a reason, a note or a comment."""

AUTOMATIC_MOST = 64
"""No definition has so many steps in a row that nobody waits at; more means a loop that the checker should have refused."""


@dataclass(frozen=True, slots=True)
class Offered:
    """Something this person may do now."""

    verb: Verb
    step: Step


def begin(situation: Situation) -> Decision:
    """The case comes to its first step."""
    try:
        return _Walk(situation).enter(situation.definition.programme.steps[0]).decided()
    except UnknownYear as unknown:
        return Refusal((unknown.problem,))


def decide(situation: Situation, command: Command) -> Decision:
    """What the command does to the case, or every reason why not. Never raises for what a person can send."""
    try:
        return _decide(situation, command)
    except UnknownYear as unknown:
        # A deadline that cannot be computed is not guessed: nothing happens until the year is declared.
        return Refusal((unknown.problem,))


def _decide(situation: Situation, command: Command) -> Decision:
    if command.name in ("open_side", "close_side"):
        return _side(situation, command)
    if long := tuple(_overlong(command)):
        return Refusal(long)
    step_or_refusal = _step_for(situation, command)
    if isinstance(step_or_refusal, Refusal):
        return step_or_refusal
    step = step_or_refusal
    if command.name == TAKE_BACK:
        return _taken_back(situation, step, command)
    if command.name == SET_ASIDE and not isinstance(step, Review):
        return _set_aside(situation, step, command)
    if command.name == RETRACT:
        return _retracted(situation, step, command)
    if command.name == MOVE_UP:
        return _moved_up(situation, command)
    verb = next((verb for verb in kind_for(step).verbs(step) if verb.name == command.name), None)
    if verb is None:
        return refuse(
            "command.unknown", Text("本环节没有这项操作。", "This step has no such action."), value=command.name
        )
    if forbidden := _forbidden(situation, verb):
        return Refusal(forbidden)
    move = kind_for(step).decide(situation, step, command)
    if isinstance(move, Refusal):
        return move
    return _Walk(situation).acted(verb).follow(step, move).decided()


def commands_for(situation: Situation) -> tuple[Offered, ...]:
    """What the acting person may do with the case now, in the order of the step's verbs."""
    state = situation.state
    if state.end or not state.step:
        return ()
    step = situation.definition.programme.step(state.step)
    kind = kind_for(step)
    return tuple(
        Offered(verb, step)
        for verb in kind.verbs(step)
        if verb.role and not _forbidden(situation, verb) and kind.offers(situation, step, verb)
    )


# ------------------------------------------------------------------------------------------------ may they?


def _overlong(command: Command) -> Iterator[Problem]:
    """Words beside a form: reasons, notes, comments. Forms have limits of their own."""
    said = Text("文字过长，最多{most}字。", "This is too long: {most} characters at most.").filled(most=WORDS_MOST)
    for name, one in command.content.items():
        for where, text in _texts(name, one) if name != "values" else ():
            if len(text) > WORDS_MOST:
                yield Problem("text.too_long", said, where=where[:WORDS_MOST], value=str(len(text)))


def _texts(where: str, value: Any) -> Iterator[tuple[str, str]]:
    """Every text in a value, with its place."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield where, str(name)
            yield from _texts(f"{where}.{name}", one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(where, one)


def _step_for(situation: Situation, command: Command) -> Step | Refusal:
    state = situation.state
    if state.end:
        return refuse("case.ended", Text("该办件已办结。", "This case has ended."), value=state.end)
    if command.step != state.step:
        current = situation.definition.programme.step(state.step)
        title = current.title or KINDS[kind_of(current)].title
        said = Text("该办件已进入“{title}”环节，请刷新页面。", "The case has moved on to “{title}”; reload the page.")
        return refuse("case.moved_on", said.filled(title=title), value=command.step)
    return situation.definition.programme.step(state.step)


def _forbidden(situation: Situation, verb: Verb) -> tuple[Problem, ...]:
    """Why who acts may not: the role is missing, the case is their own, or they acted for another body on it."""
    acting = situation.acting
    if not holds(acting, verb):
        role = ROLES.get(verb.role, Text("系统", "the system"))
        said = Text("只有{role}可以这样做。", "Only {role} can do this.").filled(role=role)
        return (Problem("right.missing", said, value=role),)
    if acting.is_system:
        return ()
    return _own_case(acting, verb) or _other_hand(situation, verb)


def _own_case(acting: Acting, verb: Verb) -> tuple[Problem, ...]:
    if not acting.own or verb.role == "applicant":
        return ()
    said = Text("不能办理与本人有关的申报件。", "Nobody acts on a case of their own.")
    fix = Text("请由同部门其他人员办理。", "Let a colleague take it.")
    return (Problem("right.own_case", said, value=ROLES.get(verb.role, verb.role), fix=fix),)


def _other_hand(situation: Situation, verb: Verb) -> tuple[Problem, ...]:
    body = BODIES[verb.role]
    others = [
        BODY_NAMES[held]
        for held, people in situation.state.hands.items()
        if held != body and situation.acting.person in people
    ]
    if not others:
        return ()
    said = Text(
        "您已在本件其他环节代表另一方办理，职责应当分离。",
        "You acted on this case for another body; duties are separated.",
    )
    value = Text("、".join(one.zh for one in others), ", ".join(one.en for one in others))
    return (Problem("right.separation", said, value=value),)


# ----------------------------------------------------------------------------------------------- where next?


@dataclass
class _Walk:
    """One decision being made: the situation as it stands after the events so far."""

    situation: Situation
    events: tuple[Event, ...] = ()
    effects: tuple[Effect, ...] = ()
    verdicts: tuple[Verdict, ...] = ()

    def decided(self) -> Decided:
        return Decided(self.events, self.effects, self.verdicts)

    def acted(self, verb: Verb) -> _Walk:
        person = self.situation.acting.person
        return self if person is None or not verb.role else self.add(Acted(person, BODIES[verb.role]))

    def add(self, *events: Event) -> _Walk:
        state = self.situation.state
        for event in events:
            state = evolve(state, event)
        self.situation = replace(self.situation, state=state)
        self.events += events
        return self

    def follow(self, step: Step, move: Move) -> _Walk:
        """Take up what the step said, and go on until somebody has something to do, or the case ends."""
        self.take(step, move)
        for _ in range(AUTOMATIC_MOST):
            if not move.outcome:
                return self
            self.add(Closed(step.id, move.outcome, self.situation.now))
            target = self.target(step, move.outcome)
            if isinstance(target, str):
                return self.end(target)
            step, move = target, self.arrive(target)
            self.take(step, move)
        raise RuntimeError(f"{self.situation.state.number}: no step waits for anybody")

    def enter(self, step: Step, due: datetime | None = None) -> _Walk:
        """Begin at a step. due: when it was due before, where a deed is undone: nobody gains time by that."""
        return self.follow(step, self.arrive(step, due))

    def take(self, step: Step, move: Move) -> None:
        """The step's answers, memory, effects and verdicts."""
        self.add(*move.answered)
        if move.memo:
            self.add(Noted(step.id, move.memo))
        if move.due is not None and move.due != self.situation.state.steps[step.id].due:
            self.add(Prolonged(step.id, move.due))
        self.effects += move.effects
        self.verdicts += move.verdicts

    def arrive(self, step: Step, due: datetime | None = None) -> Move:
        """Come to a step; one whose condition does not hold is passed over. due: as in `enter`."""
        situation = self.situation
        entered = Entered(step.id, situation.now)
        there = replace(situation, state=evolve(situation.state, entered))
        if step.when is not None and situation.definition.value(step.when, names_in(situation)) is False:
            move = Move(outcome=PASSED_OVER)
        else:
            move = kind_for(step).enter(there, step)
        if due is not None:
            move = due_as_before(there, step, move, due)
        self.add(replace(entered, due=move.due))
        return move

    def target(self, step: Step, outcome: str) -> Step | str:
        """The step or the end that an outcome leads to."""
        programme = self.situation.definition.programme
        if outcome in step.routes:
            name = step.routes[outcome]
            return next((one for one in programme.steps if one.id == name), str(name))
        if outcome == DISCARDED or (outcome == "lapsed" and programme.rounds == "side"):
            # Not handed in, or not while it could be: it was never made.
            return WITHDRAWN
        place = programme.steps.index(step)
        if place + 1 < len(programme.steps):
            return programme.steps[place + 1]
        return next(str(end.end) for end in programme.ends if end.success)

    def end(self, end: str) -> _Walk:
        """The case is over; a side case tells its parent."""
        self.add(Ended(end, self.situation.now))
        if self.situation.definition.programme.rounds == "side":
            self.effects += (TellParent(end),)
        return self


# ------------------------------------------------------------------------------------------------- taking back


def _taken_back(situation: Situation, here: Step, command: Command) -> Decision:
    """Back to the step whose yes is taken back, for whoever may say yes there; with a reason, which the trace keeps."""
    if owed := reason_owed(command):
        return owed
    given = given_before(situation)
    if isinstance(given, Refusal):
        return given
    said = situation.state.steps[given.id].outcome
    verb = next(verb for verb in kind_for(given).verbs(given) if verb.name == YES[said])
    if forbidden := _forbidden(situation, verb):
        return Refusal(forbidden)
    due = situation.state.steps[given.id].due
    if late := too_late(situation, given, due):
        return late
    walk = _Walk(situation).acted(verb)
    walk.add(Noted(here.id, {"reason": text_of(command, "reason")}), Closed(here.id, TAKEN_BACK, situation.now))
    return walk.enter(given, due).decided()


# ------------------------------------------------------------------------------------------------ setting aside


def _set_aside(situation: Situation, here: Step, command: Command) -> Decision:
    """Back to the panel that was complete, with all that it holds but the review that is set aside."""
    panel = panel_before(situation)
    if isinstance(panel, Refusal):
        return panel
    verb = next(verb for verb in kind_for(panel).verbs(panel) if verb.name == SET_ASIDE)
    if forbidden := _forbidden(situation, verb):
        return Refusal(forbidden)
    walk = _Walk(situation).acted(verb)
    walk.add(Closed(here.id, SENT_BACK, situation.now), Reopened(panel.id, due_from(situation, panel)))
    move = kind_for(panel).decide(walk.situation, panel, replace(command, step=panel.id))
    if isinstance(move, Refusal):
        return move
    walk.take(panel, move)
    return walk.decided()


# -------------------------------------------------------------------------------------------------- afterwards


def _retracted(situation: Situation, here: Step, command: Command) -> Decision:
    """The side case ends, as if it had not been made; its parent hears of it, and goes on where it waited for nothing else."""
    if forbidden := _forbidden(situation, RETRACT_VERB):
        return Refusal(forbidden)
    if refused := against_retracting(situation, command):
        return refused
    walk = _Walk(situation).acted(RETRACT_VERB)
    walk.add(Noted(here.id, {"reason": text_of(command, "reason")}))
    return walk.end(WITHDRAWN).decided()


def _moved_up(situation: Situation, command: Command) -> Decision:
    """A better rank that has come free, for whoever may recommend there."""
    given = ranked_before(situation)
    if isinstance(given, Refusal):
        return given
    verb = next(verb for verb in kind_for(given).verbs(given) if verb.name == "endorse")
    if forbidden := _forbidden(situation, verb):
        return Refusal(forbidden)
    rank = rank_asked(situation, given, command)
    if isinstance(rank, Refusal):
        return rank
    return _Walk(situation).acted(verb).add(Noted(given.id, {"rank": rank})).decided()


# -------------------------------------------------------------------------------------------------- side cases


def _side(situation: Situation, command: Command) -> Decision:
    """A side case begins or ended: a withdrawal that is accepted ends the case, an objection that is upheld its notice."""
    state = situation.state
    if state.end:
        return refuse("case.ended", Text("该办件已办结。", "This case has ended."), value=state.end)
    number, programme = str(command.content.get("number", "")), str(command.content.get("programme", ""))
    if command.name == "open_side":
        return _open_side(situation, number, programme)
    if not situation.acting.is_system:
        return refuse("right.missing", Text("关联办件自行办结。", "A side case ends by itself, not here."))
    if number not in state.open_sides:
        return refuse("side.unknown", Text("没有这个待结的关联办件。", "No such side case is open."), value=number)
    end = str(command.content.get("end", ""))
    walk = _Walk(situation).add(SideMoved(number, programme, end))
    if programme == "withdraw" and end == "accepted":
        return walk.end(WITHDRAWN).decided()
    step = situation.definition.programme.step(state.step)
    if isinstance(step, Publish) and programme == "object":
        over = state.current.due is not None and situation.now >= state.current.due
        if end == "upheld":
            return walk.follow(step, Move(outcome="upheld")).decided()
        if over and not publish.objections_open(walk.situation):
            return walk.follow(step, Move(outcome="unopposed")).decided()
    return walk.decided()


def _open_side(situation: Situation, number: str, programme: str) -> Decision:
    state = situation.state
    if programme not in situation.definition.programme.side_cases:
        return refuse(
            "side.not_offered", Text("本计划没有这类办件。", "This programme has no such side case."), value=programme
        )
    if programme == "withdraw":
        if "applicant" not in situation.acting.roles:
            return refuse(
                "right.missing", Text("只有申报人可以撤回。", "Only the applicant can withdraw."), value="applicant"
            )
        if any(side.programme == "withdraw" for side in state.open_sides.values()):
            return refuse("side.open", Text("撤回申请正在办理。", "A withdrawal is under way."))
    if programme == "object":
        step = situation.definition.programme.step(state.step)
        running = isinstance(step, Publish) and state.current.due is not None and situation.now < state.current.due
        if not running:
            return refuse(
                "object.no_notice", Text("公示期内方可提出异议。", "Objections are open while the notice stands.")
            )
    return _Walk(situation).add(SideMoved(number, programme)).decided()
