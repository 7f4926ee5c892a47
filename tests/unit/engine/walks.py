"""Random walks of real programmes through the pure engine: what any mix of people, in any order, could try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from keguan.engine.decision import SYSTEM, Acting, Command, Decided, RoundTerms, Situation
from keguan.engine.machine import begin, decide
from keguan.engine.state import CaseState, evolve_all
from keguan.engine.steps import kind_for
from keguan.kernel.clock import BEIJING
from keguan.kernel.problems import Refusal
from keguan.kernel.workdays import Workdays
from keguan.language.definition import Definition
from keguan.language.examples import read_examples
from keguan.language.loader import load
from keguan.language.parameters import load_parameters
from keguan.language.schema import Check, Review, Screen

ROOT = Path(__file__).resolve().parents[3]
PEOPLE = {
    "applicant": 1,
    "host": 2,
    "authority": 3,
    "officer": 4,
    "committee": 5,
    "supervision": 6,
    "finance": 7,
    "planning": 8,
}
FACTS: Mapping[str, Any] = {
    "applicant.kind": "university",
    "applicant.region": "650100",
    "applicant.age_days": 20000,
    "applicant.active_sanctions": 0,
    "applicant.applications_in_round": 0,
    "applicant.valid_certificates": 0,
    "person.age": 45,
    "person.of_applicant": True,
    "person.title": "senior",
    "person.degree": "doctor",
    "person.active_sanctions": 0,
    "person.running_projects": 0,
    "person.applications_in_round": 0,
    "person.applications_elsewhere": 0,
    "members.over_limit": 0,
    "duplicate.applications": 0,
    "duplicate.projects": 0,
    "similar.share": 0,
    "similar.matters": 0,
    "authority.endorsed_in_round": 0,
    "round.quota": 3,
    "round.budget": 150_000_000,
}


@cache
def programmes() -> Mapping[str, Definition]:
    """Every programme of the repository, by code."""
    parameters = load_parameters(ROOT / "parameters")
    assert isinstance(parameters, Mapping)
    found: dict[str, Definition] = {}
    for folder in sorted((ROOT / "programmes").glob("*/*")):
        definition = load(folder, parameters)
        assert isinstance(definition, Definition), definition
        found[str(definition.programme.programme)] = definition
    return found


@cache
def model_answers(code: str) -> Mapping[str, Any]:
    """Answers that no rule stands against, from the programme's own first journey."""
    examples, problems = read_examples(programmes()[code].sources)
    assert not problems
    return examples.journeys[0].answers if examples.journeys else {}


def opening(code: str) -> datetime:
    """When the round of the programme's first journey opens: its answers are true at that time."""
    examples, _ = read_examples(programmes()[code].sources)
    return datetime.fromisoformat(str(examples.journeys[0].round["opens"])).replace(tzinfo=BEIJING)


@dataclass
class Walk:
    """A case under way: each try is decided, each yes is folded, and the whole story is kept."""

    definition: Definition
    opens: datetime
    now: datetime = field(init=False)
    calendar: Workdays = field(default_factory=Workdays)
    state: CaseState = field(default_factory=lambda: CaseState("65TST2026000001X"))
    decided: list[Decided] = field(default_factory=list)
    refused: int = 0

    def __post_init__(self) -> None:
        self.now = self.opens + timedelta(days=10)

    def situation(self, acting: Acting) -> Situation:
        """The case as somebody meets it now."""
        facts = {
            **FACTS,
            "round.year": self.opens.year,
            "today": self.now.date(),
            "round.opens": self.opens.date(),
            "round.closes": (self.opens + timedelta(days=30)).date(),
            # What a meeting voted, where a programme asks for one: for it or against it by turns.
            "vote": {
                "for": 4 - 3 * (len(self.decided) % 2),
                "against": 1 + 3 * (len(self.decided) % 2),
                "abstain": 0,
                "present": 5,
                "members": 5,
            },
            "recusals": dict.fromkeys(range(100, 140), ()),
            "turned_out": {"1": ["kin"], "3": ["adviser"]},
        }
        terms = RoundTerms(self.opens, self.opens + timedelta(days=30), 30, 150_000_000, 3)
        return Situation(self.definition, terms, self.state, acting, self.now, self.calendar, facts, begun=self.opens)

    def begin(self) -> None:
        """Come to the first step."""
        self.take(begin(self.situation(Acting(person=1, roles=frozenset({"applicant"}), own=True))))

    def try_(self, command: Command, acting: Acting) -> Decided | Refusal:
        """Ask, and take what comes."""
        answer = decide(self.situation(acting), command)
        self.take(answer)
        return answer

    def take(self, answer: Decided | Refusal) -> None:
        """Fold a yes; count a no."""
        if isinstance(answer, Refusal):
            self.refused += 1
            return
        self.decided.append(answer)
        self.state = evolve_all(self.state, answer.events)


def anybody(random: Random) -> Acting:
    """The right person, the wrong one, one with several roles, a reviewer, the system."""
    if random.random() < 0.15:
        return SYSTEM
    if random.random() < 0.3:
        held = random.choices([*PEOPLE, "expert"], k=random.randrange(4))
        return Acting(person=random.randint(1, 9), roles=frozenset(held), own=random.random() < 0.5)
    return in_role(random.choice([*PEOPLE, "expert"]), str(random.randint(1, 7)))


def in_role(role: str, seat: str) -> Acting:
    """The one person who holds a role here; for reviewers, the one in a seat."""
    if role == "expert":
        return Acting(person=100 + int(seat), roles=frozenset({role}), seat=seat)
    return Acting(person=PEOPLE[role], roles=frozenset({role}), own=role == "applicant")


NONSENSE: tuple[dict[str, Any], ...] = (
    {},
    {"reason": ""},
    {"values": None},
    {"scores": "x"},
    {"experts": ["a"]},
    {"rank": "1"},
    {"verdicts": [1]},
)


def content(walk: Walk, verb: str, random: Random) -> dict[str, Any]:
    """Content for a verb: usually sensible, sometimes not."""
    step = walk.definition.programme.step(walk.state.step)
    code = str(walk.definition.programme.programme)
    if verb != "place" and random.random() < 0.1:  # only the house itself places, and it does not send nonsense
        return random.choice(NONSENSE)
    reason = {"reason": "理由充分"}
    match verb:
        case "submit" | "fill":
            return {"values": dict(model_answers(code).get(step.form, {}))}  # type: ignore[attr-defined]
        case "endorse":
            return {"rank": random.randint(0, 3)}
        case "pass" | "fail" if isinstance(step, Screen | Check):
            return reason | {"verdicts": judged(walk, step.rules, "meets" if verb == "pass" else "fails")}
        case "assign":
            return {"experts": random.sample(range(100, 140), random.randint(1, 5))}
        case "release" | "set_aside":
            return reason | {"seat": str(random.randint(1, 7))}
        case "accept":
            return {"confirmed": True}
        case "score" if isinstance(step, Review):
            rubric = walk.definition.programme.rubric(step.rubric)
            scores = {str(one.criterion): random.randint(one.points // 2, one.points) for one in rubric.criteria}
            return {"scores": scores, "comment": "意见"}
        case "place":
            amount = random.choice([0, 80_000_000, 1])
            return {"position": random.randint(1, 9), "amount_fen": amount, "within": amount > 0}
        case _ if verb.startswith("sign_"):
            return {"text": walk.state.current.memo.get("text", ""), "verdicts": judged(walk, step.rules, "meets")}  # type: ignore[attr-defined]
        case _:
            return reason | random.choice([{}, {"amount_fen": 1}, {"amount_fen": 10**12}])


def judged(walk: Walk, rule_sets: Sequence[str], result: str) -> dict[str, dict[str, str]]:
    """The same answer to every rule of these sets."""
    sets = map(walk.definition.programme.rule_set, rule_sets)
    asked = [f"{one.name}.{rule.rule}" for one in sets for rule in one.rules]
    return {rule: {"result": result, "reason": "核对原件"} for rule in asked}


BACKWARD = ("return", "refuse", "fail", "reject", "expire", "release", "set_aside", "decline", "discard")


def step_once(walk: Walk, random: Random) -> None:
    """One try: time may pass, somebody asks something; now and then for a step that is long past."""
    walk.now = walk.now + timedelta(hours=random.choice([0, 0, 0, 0, 1, 1, 1, 6, 24, 24 * 8]))
    steps = walk.definition.programme.steps
    if not walk.state.step:
        walk.try_(Command("submit", random.choice(steps).id, {}), anybody(random))
        return
    step = walk.definition.programme.step(walk.state.step)
    verbs = kind_for(step).verbs(step)
    if not verbs:
        walk.try_(Command("submit", step.id, {}), anybody(random))
        return
    verb = random.choices(verbs, weights=[1 if one.name in BACKWARD else 8 for one in verbs])[0]
    right = SYSTEM if not verb.role else in_role(verb.role, _seat(walk, random))
    acting = right if random.random() < 0.85 else anybody(random)
    asked = walk.state.step if random.random() < 0.95 else "nowhere"
    walk.try_(Command(verb.name, asked, content(walk, verb.name, random)), acting)


def _seat(walk: Walk, random: Random) -> str:
    """A seat that is taken, usually one whose holder still has something to do."""
    seats = walk.state.current.memo.get("seats") or {}
    open_ones = [seat for seat, state in seats.items() if state in ("invited", "accepted")]
    return random.choice(open_ones or [*seats, "1"])


def replayed(walk: Walk) -> CaseState:
    """The state that folding the whole story again gives."""
    state = CaseState(walk.state.number)
    for answer in walk.decided:
        state = evolve_all(state, answer.events)
    return state
