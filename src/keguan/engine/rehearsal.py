"""A journey among a programme's examples, run through the real engine: no database, real working days, every word checked.

Each person of a journey is invented: one for each role, one for each reviewer's seat.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from keguan.engine import rounds
from keguan.engine.comparison import MOMENT, Comparison, Story
from keguan.engine.decision import SYSTEM, Acting, Command, Decided, Due, Effect, Enter, RoundTerms, Situation, Wake
from keguan.engine.machine import begin, decide
from keguan.engine.moves import names_in
from keguan.engine.state import CaseState, Closed, Entered, evolve_all
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING, local_date
from keguan.kernel.problems import Problem, Refusal, Refused
from keguan.kernel.workdays import UnknownYear, Workdays
from keguan.language.definition import Definition
from keguan.language.evidence import Evidence, Shown, together
from keguan.language.examples import Action, Journey
from keguan.language.schema import Agree, Apply, Decide, Deliver, Rank, Review, Step
from keguan.language.typed import Unreadable, names_of, value_of
from keguan.language.vocabulary import ROLES

_FIRST_EXPERT = 2001
_PEOPLE = {role: 1001 + at for at, role in enumerate(ROLES)}


def rehearse_all(definition: Definition, journeys: Iterable[Journey], calendar: Workdays) -> Shown:
    """What all journeys show, and everything that went otherwise than they state."""
    return together(rehearse(definition, journey, calendar) for journey in journeys)


def rehearse(definition: Definition, journey: Journey, calendar: Workdays) -> Shown:
    """What one journey shows. Problems name the action or expectation that did not come true."""
    try:
        walk = _Rehearsal(definition, journey, calendar)
        walk.run()
        if walk.problems:
            return Shown(Evidence(), tuple(walk.problems))
        return Comparison(journey, walk.story, walk.situation).shown()
    except (Refused, UnknownYear, Unreadable, _Stop) as stopped:
        return Shown(Evidence(), _why(journey, stopped))


class _Stop(Exception):  # noqa: N818 - never leaves this file
    """The journey cannot go on."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__()
        self.problems = problems


def _why(journey: Journey, stopped: Exception) -> tuple[Problem, ...]:
    if isinstance(stopped, _Stop):
        return stopped.problems
    if isinstance(stopped, UnknownYear):
        return (replace(stopped.problem, where=str(journey.place)),)
    if isinstance(stopped, Refused):
        return tuple(replace(one, where=str(journey.place)) for one in stopped.refusal.problems)
    say = Text("示例中的“{value}”无法识别", "“{value}” in the journey cannot be read").filled(value=str(stopped))
    return (Problem("examples.value", say, where=str(journey.place), value=str(stopped)),)


class _Rehearsal:
    """One journey on its way."""

    def __init__(self, definition: Definition, journey: Journey, calendar: Workdays) -> None:
        self.definition = definition
        self.journey = journey
        self.story = Story()
        self.problems: list[Problem] = []
        self.facts: dict[str, Any] = {}
        self.sides = 0
        terms = self.terms()
        self.learn(journey.facts, journey.place)
        opening = next((action.at for stage in journey.stages for action in stage.actions if action.at), "")
        now = moment(opening) if opening else terms.opens + timedelta(hours=9)
        self.situation = Situation(
            definition, terms, CaseState("REHEARSAL"), SYSTEM, now, calendar, self.facts_now(now, terms)
        )

    def terms(self) -> RoundTerms:
        written = self.journey.round
        if "opens" not in written or "closes" not in written:
            raise _Stop()
        return RoundTerms(
            opens=moment(str(written["opens"]), time()),
            closes=moment(str(written["closes"]), time(23, 59, 59)),
            grace_minutes=value_of(written.get("grace_minutes", 0), "int"),
            budget_fen=value_of(written.get("budget", 0), "int"),
            quota=value_of(written.get("quota", 0), "int"),
        )

    def learn(self, facts: Mapping[str, Any], place: Any) -> None:
        names, problems = names_of(facts, self.definition.types, place)
        self.facts |= names
        self.problems += problems

    def facts_now(self, now: datetime, terms: RoundTerms) -> dict[str, Any]:
        of_round = {
            "today": local_date(now),
            "round.opens": local_date(terms.opens),
            "round.closes": local_date(terms.closes),
            "round.year": local_date(terms.opens).year,
            "round.budget": terms.budget_fen,
            "round.quota": terms.quota,
        }
        return of_round | self.facts

    # ------------------------------------------------------------------------------------------- running

    def run(self) -> None:
        if self.problems:
            return
        begun = begin(self.situation)
        if isinstance(begun, Refusal):
            raise _Stop(*(replace(one, where=str(self.journey.place)) for one in begun.problems))
        self.take(begun)
        for stage in self.journey.stages:
            for action in stage.actions:
                if stage.until and self.state.step == stage.until:
                    break
                self.act(action)

    @property
    def state(self) -> CaseState:
        return self.situation.state

    @property
    def step(self) -> Step:
        return self.definition.programme.step(self.state.step)

    def act(self, action: Action) -> None:
        """One action: the clock moves, somebody asks for something, and it is granted or refused as stated."""
        self.learn(action.facts, action.place)
        self.move_clock(action)
        if not self.state.step and self.state.end:
            say = Text("办件已办结（{end}），不能再“{command}”", "The case has ended ({end}): no “{command}” any more")
            filled = say.filled(end=self.state.end, command=action.command)
            raise _Stop(Problem("examples.ended", filled, str(action.place), self.state.end))
        refusal: Refusal | None = None
        for command, acting, facts in self.commands(action):
            refusal = self.ask(command, acting, facts)
            if refusal is not None:
                break
        self.compare_refusal(action, refusal)

    def ask(self, command: Command, acting: Acting, facts: Mapping[str, Any]) -> Refusal | None:
        now = self.situation.now
        known = self.facts_now(now, self.situation.terms) | dict(facts)
        self.situation = replace(self.situation, acting=acting, facts=known)
        if command.name in ("sign", "fill") and isinstance(self.step, Agree):
            command = self.with_text(command)
        decision = decide(self.situation, command)
        if isinstance(decision, Refusal):
            return decision
        self.take(decision)
        return None

    def with_text(self, command: Command) -> Command:
        """A signature names the text that the signer saw."""
        if command.name != "sign":
            return command
        by = next(iter(self.situation.acting.roles), "")
        text = self.state.current.memo.get("text", "")
        return Command(f"sign_{by}", command.step, {"text": text, **command.content})

    def take(self, decision: Decided) -> None:
        self.situation = replace(self.situation, state=evolve_all(self.state, decision.events))
        for event in decision.events:
            if isinstance(event, Closed):
                self.story.path.append(f"{event.step}.{event.outcome}")
            elif isinstance(event, Entered):
                self.story.attempts[event.step] = self.story.attempts.get(event.step, 0) + 1
                self.note_due(event)
        self.story.verdicts |= {verdict.rule: verdict for verdict in decision.verdicts}
        for effect in decision.effects:
            self.note_effect(effect)

    def note_due(self, event: Entered) -> None:
        self.story.dues.pop(event.step, None)
        if event.due is not None:
            self.story.dues[event.step] = event.due

    def note_effect(self, effect: Effect) -> None:
        match effect:
            case Due():
                self.story.tranches.append(effect)
            case Enter():
                self.story.records.append(effect)
            case Wake(purpose="remind"):
                self.story.wakes[effect.step] = effect.at

    def move_clock(self, action: Action) -> None:
        now = self.situation.now
        if action.at:
            later = moment(action.at)
        elif action.after is not None:
            day = action.after.after(now, self.situation.calendar)
            later = day if action.after.unit == "hours" else datetime.combine(
                local_date(day - MOMENT), now.astimezone(BEIJING).time(), BEIJING
            )  # fmt: skip
        elif action.command in ("close", "expire") and self.state.step and self.state.current.due:
            later = max(now, self.state.current.due)
        else:
            later = now
        if later < now:
            say = Text("时间倒流：{later}早于{now}", "Time runs backwards: {later} is before {now}")
            filled = say.filled(later=later.isoformat(), now=now.isoformat())
            raise _Stop(Problem("examples.time", filled, str(action.place), action.at))
        begun = moment(action.begun) if action.begun else self.situation.begun
        self.situation = replace(self.situation, now=later, begun=begun)

    # ------------------------------------------------------------------------------------------ commands

    def commands(self, action: Action) -> list[tuple[Command, Acting, Mapping[str, Any]]]:
        """The engine's commands for one action; some actions are short for several."""
        content = action.content if isinstance(action.content, dict) else {}
        step = self.step
        acting = self.acting(action)
        match action.command:
            case "submit" | "fill":
                values = self.answers(step, content)
                return [(Command(action.command, step.id, {"values": values, "confirmed": True}), acting, {})]
            case "review" if isinstance(step, Review):
                return self.review(step, acting, content)
            case "rank" if isinstance(step, Rank):
                return [(self.placed(step, content), SYSTEM, {})]
            case "object" | "withdraw":
                return self.side(action.command, content, acting)
            case "assign":
                experts = [int(str(one)) for one in content.get("experts") or ()]
                recusals = _recusals(experts, content.get("recusals") or {})
                known = {"recusals": recusals, "drawn": experts}
                return [(Command("assign", step.id, {"experts": experts}), acting, known)]
            case "accept" | "decline" | "score":
                seat = str(content.get("seat", "1"))
                seated = Acting(_FIRST_EXPERT + int(seat), frozenset({action.by or "expert"}), seat=seat)
                sent = {**content, "confirmed": True, "scores": _whole(content.get("scores") or {})}
                return [(Command(action.command, step.id, sent), seated, {})]
            case "approve" | "reject" if isinstance(step, Decide) and step.vote is not None:
                given = dict(content)
                facts = _voted(action.command, given.pop("vote", None))
                return [(Command(action.command, step.id, self.sent(given)), acting, facts)]
            case _:
                return [(Command(action.command, step.id, self.sent(content)), acting, {})]

    def acting(self, action: Action) -> Acting:
        by = action.by
        if not by and action.command in ("submit", "fill", "withdraw"):
            by = "applicant"
        if not by:
            return SYSTEM
        if by not in ROLES:
            say = Text("没有“{by}”这个角色", "There is no role “{by}”").filled(by=by)
            raise _Stop(Problem("examples.role", say, str(action.place), by))
        person = action.person or _PEOPLE[by]
        own = by == "applicant" or person == _PEOPLE["applicant"]
        return Acting(person, frozenset({by}), own=own)

    def answers(self, step: Step, content: Mapping[str, Any]) -> dict[str, Any]:
        form = step.form if isinstance(step, Apply | Agree | Deliver) else ""
        values = dict(self.journey.answers.get(form, {}))
        for name, value in content.items():
            values[name.removeprefix(f"{form}.")] = value
        return {name: value for name, value in values.items() if value is not None}

    def sent(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """Content as pages send it: amounts in fen, ranks as numbers."""
        sent = dict(content)
        if "amount" in sent:
            sent["amount_fen"] = value_of(sent.pop("amount"), "int")
        for name in ("rank", "position"):
            if name in sent:
                sent[name] = value_of(sent[name], "int")
        return sent

    def review(
        self, step: Review, acting: Acting, content: Mapping[str, Any]
    ) -> list[tuple[Command, Acting, Mapping[str, Any]]]:
        given = content.get("scores") or []
        experts = [_FIRST_EXPERT + at for at in range(len(given))]
        known = {"recusals": dict.fromkeys(experts, ()), "drawn": experts}
        found: list[tuple[Command, Acting, Mapping[str, Any]]] = [
            (Command("assign", step.id, {"experts": experts}), acting, known)
        ]
        taken = len(self.state.current.memo.get("seats") or {})
        for at, (expert, score) in enumerate(zip(experts, given, strict=True), taken + 1):
            seated = Acting(expert, frozenset({"expert"}), seat=str(at))
            scores = _whole(score) if isinstance(score, dict) else self.spread(step, int(str(score)))
            found.append((Command("accept", step.id, {"confirmed": True}), seated, {}))
            said_of_it = {"scores": scores, **self.comments(step)}
            found.append((Command("score", step.id, said_of_it), seated, {}))
        return found

    def comments(self, step: Review) -> dict[str, Any]:
        """What reviewers say where an example leaves it open: as much as the rubric asks for."""
        rubric = self.definition.programme.rubric(step.rubric)
        said = "示例评语"
        repeated = said * max(1, -(-rubric.comment_least // len(said)))
        return {"comment": repeated, "comments": {str(one.criterion): said for one in rubric.criteria}}

    def spread(self, step: Review, total: int) -> dict[str, int]:
        """A total over the criteria of the rubric, from the first on."""
        scores = {}
        for one in self.definition.programme.rubric(step.rubric).criteria:
            scores[str(one.criterion)] = min(one.points, total)
            total -= scores[str(one.criterion)]
        if total:
            scores[next(iter(scores))] += total
        return scores

    def placed(self, step: Rank, content: Mapping[str, Any]) -> Command:
        """The place that the round's real ranking gives, among the other cases of the example."""
        own = names_in(self.situation)
        entries = [rounds.Entry("OWN", own, self.submitted())]
        for at, other in enumerate(content.get("others") or (), 1):
            names, problems = names_of(other, self.definition.types, self.journey.place)
            if problems:
                raise _Stop(*problems)
            entries.append(rounds.Entry(f"OTHER-{at}", {**own, **names}, self.submitted() + timedelta(minutes=at)))
        ranking = rounds.rank(self.definition, step, entries, self.situation.terms.budget_fen)
        line = next(line for line in ranking.lines if line.number == "OWN")
        place = {"position": line.position, "amount_fen": line.amount_fen, "within": line.within}
        return Command("place", step.id, place)

    def submitted(self) -> datetime:
        first = self.state.steps[self.definition.programme.steps[0].id]
        return first.closed or self.situation.now

    def side(
        self, programme: str, content: Mapping[str, Any], acting: Acting
    ) -> list[tuple[Command, Acting, Mapping[str, Any]]]:
        number = next((number for number, side in self.state.open_sides.items() if side.programme == programme), "")
        found: list[tuple[Command, Acting, Mapping[str, Any]]] = []
        if not number:
            self.sides += 1
            number = f"SIDE-{self.sides}"
            opened = {"programme": programme, "number": number}
            found.append((Command("open_side", self.step.id, opened), acting, {}))
        if end := content.get("end"):
            closed = {"programme": programme, "number": number, "end": end}
            found.append((Command("close_side", self.step.id, closed), SYSTEM, {}))
        return found

    # ---------------------------------------------------------------------------------------- comparing

    def compare_refusal(self, action: Action, refusal: Refusal | None) -> None:
        codes = [problem.code for problem in refusal.problems] if refusal else []
        if action.refused:
            if not any(code in (action.refused, f"rule.{action.refused}") for code in codes):
                say = Text("预期“{command}”被拒绝（{code}）", "“{command}” should be refused ({code})")
                filled = say.filled(command=action.command, code=action.refused)
                raise _Stop(Problem("examples.not_refused", filled, str(action.place), ", ".join(codes) or "granted"))
            self.story.refused.add((self.state.step, action.refused))
        elif refusal:
            say = Text("“{command}”被拒绝：{why}", "“{command}” is refused: {why}")
            problems = []
            for one in refusal.problems:
                filled = say.filled(command=action.command, why=one.say)
                value = f"{one.code} {one.where} {one.value}".strip()
                problems.append(Problem("examples.refused", filled, str(action.place), value, one.source, one.fix))
            raise _Stop(*problems)


def moment(written: str, default: time = time(9)) -> datetime:
    """`2017-03-10` or `2017-03-10 14:30`, Beijing time; a bare day means `default`. Raises Unreadable."""
    try:
        if len(written) <= 10:
            return datetime.combine(date.fromisoformat(written), default, BEIJING)
        return datetime.fromisoformat(written).replace(tzinfo=BEIJING)
    except ValueError as error:
        raise Unreadable(written) from error


def _whole(scores: Mapping[str, Any]) -> dict[str, int]:
    return {str(name): int(str(points)) for name, points in scores.items()}


def _voted(command: str, given: Any) -> dict[str, Any]:
    """The ballot before a decision: as the example counts it, none for `vote: none`, or one that carries it unanimously."""
    if given == "none":
        return {}
    if not isinstance(given, Mapping):
        return {"vote": {"motion": command, "for": 99, "against": 0, "abstain": 0, "present": 99, "members": 99}}
    counts = {name: int(str(given.get(name, 0))) for name in ("for", "against", "abstain", "present", "members")}
    counts["present"] = counts["present"] or counts["for"] + counts["against"] + counts["abstain"]
    counts["members"] = counts["members"] or counts["present"]
    amount = {"amount_fen": value_of(given["amount"], "int")} if "amount" in given else {}
    return {"vote": {"motion": str(given.get("motion", "approve")), **counts, **amount}}


def _recusals(experts: Iterable[int], given: Mapping[str, Any]) -> dict[int, tuple[Problem, ...]]:
    said_why = Text("示例：存在回避关系", "Example: a conflict of interest")
    return {expert: (Problem(str(given[str(expert)]), said_why),) if str(expert) in given else () for expert in experts}
