"""Two more rounds, past their review: one whose cases all wait to be ranked, and one that was ranked and decided, with cases
at the decision, in their notice, at the agreement, awarded and declined.

As in `world`, a handful is walked by the real write door and the rest are copies of their rows; each has scores of its own
by reviewers of its own, and a place; the ranking has a line for each.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.types.json import Jsonb
from tests import make
from tests.make import world as one_case

from bench import world
from bench.copying import Copy, Template, copy, number_like
from bench.place import owner_connection
from keguan.casework import alarms
from keguan.casework.models import Case, Round, Seat
from keguan.casework.rounds import services as rounds
from keguan.fairness.scores import hundredths, trimmed_mean
from keguan.kernel import clock
from keguan.kernel.clock import clock_at
from keguan.kernel.names import normal_title
from keguan.registers.experts.models import Expert
from keguan.registers.parties.models import Person

RANKING = {"rank": 1.0}
DECIDED = {"decide": 0.20, "publish": 0.15, "agree": 0.10, "awarded": 0.15, "declined": 0.40}
"""Where the cases of the second round stand, as shares of all; whoever was declined lay beyond the budget."""
ASKED_FEN = 80_000_000
EXPERTS, PANEL = 600, 5
SEED = 20261123


@dataclass(frozen=True, slots=True)
class Judged:
    """The codes of the round that waits for its ranking and of the decided one, and the number of a case at each stage."""

    ranking: str
    decided: str
    numbers: Mapping[str, str]


def build(first: world.Round) -> Judged:
    """Both rounds, each as large as the first, by the people who apply there, in the two years before."""
    of = first.world
    of.experts += _experts(of.experts[0], EXPERTS - len(of.experts))
    decided = _decided(of, first.cases)
    _many(first, decided, DECIDED, years_ago=2)
    code, opened = of.round.code, clock.now() - timedelta(days=70)
    _called(of, opened, first.cases)
    waiting = {"rank": _scored(of, "rank", 1, opened)}
    _many(first, waiting, RANKING, years_ago=1)
    numbers = {stage: one.case.number for stage, one in (decided | waiting).items()}
    return Judged(of.round.code, code, numbers)


def _experts(like: int, number: int) -> list[int]:
    row, employer = Expert.objects.get(pk=like), make.organisation("南湖理工大学").pk
    names = [f"李·{at}" for at in range(number)]
    people = Person.objects.bulk_create(Person(name=one, normal_name=one, employer_id=employer) for one in names)
    given = {one.attname: getattr(row, one.attname) for one in Expert._meta.concrete_fields} | {"id": None}
    return [one.pk for one in Expert.objects.bulk_create(Expert(**given | {"person_id": one.pk}) for one in people)]


# ---------------------------------------------------------------------------------------- a few, by the real door


def _decided(of: one_case.World, cases: int) -> dict[str, Template]:
    now = clock.now()
    opened = now - timedelta(days=130)
    found, people = {}, {}
    _called(of, opened, cases)
    for rank, stage in enumerate(DECIDED, start=1):
        scores = (72, 72, 72, 72, 72) if stage == "declined" else (90, 85, 81, 80, 20)
        found[stage] = _scored(of, "rank", rank, opened, scores)
        people[stage] = dict(of.people)
    with clock_at(opened + timedelta(days=60)):
        world.no_refusal(rounds.adopt_ranking(of.round.code, "rank", of.actor("officer"), "bench"))
    with clock_at(now - timedelta(days=45)):
        for stage in ("agree", "awarded"):
            _act(of, found[stage], "approve", "committee", amount_fen=ASKED_FEN, reason="同意立项")
        _act(of, found["declined"], "reject", "committee", reason="超出预算")
    with clock_at(now - timedelta(days=20)):
        alarms.ring()
        of.people = people["awarded"]
        _signed(of, found["awarded"])
    with clock_at(now - timedelta(days=2)):
        _act(of, found["publish"], "approve", "committee", amount_fen=ASKED_FEN, reason="同意立项")
    for stage, one in found.items():
        of.people = people[stage]
        found[stage] = world.template(of, one.case.number, one.title, one.rank, stage)
    return found


def _called(of: one_case.World, opened: datetime, cases: int) -> None:
    closes, budget = opened + timedelta(days=20), 4 * ASKED_FEN
    with clock_at(opened):
        one_case.call(of, world.PROGRAMME, opens=opened, closes=closes, quota=cases, budget_fen=budget)


def _scored(
    of: one_case.World, stage: str, rank: int, opened: datetime, scores: tuple[int, ...] = (90, 85, 81, 80, 20)
) -> Template:
    """One application by new people that waits to be ranked, in the world's latest round."""
    world.new_applicants(of)
    with clock_at(opened + timedelta(days=1)):
        number, values = world.begun(of, rank)
        *before, passing = world.walk(values, rank)
        for verb, who, content in before:
            world.no_refusal(of.act(number, verb, who, **content))
    with clock_at(opened + timedelta(days=30)):
        verb, who, content = passing
        world.no_refusal(of.act(number, verb, who, **content))
        one_case.reviewed(of, number, scores)
    return world.template(of, number, values["title"], rank, stage)


def _act(of: one_case.World, template: Template, verb: str, who: str, **content: object) -> None:
    world.no_refusal(of.act(template.case.number, verb, who, **content))


def _signed(of: one_case.World, template: Template) -> None:
    number, day = template.case.number, clock.today()
    agreement = {
        "start": day.isoformat(),
        "end": (day + timedelta(days=2 * 365)).isoformat(),
        "own_funds": "0 万元",
        "targets": [{"indicator": "新品种", "value": 1, "unit": "个"}],
        "milestones": [
            {"due": (day + timedelta(days=500)).isoformat(), "work": "完成品系鉴定", "proof": "中期报告"},
            {"due": (day + timedelta(days=700)).isoformat(), "work": "完成示范", "proof": "验收材料"},
        ],
    }
    _act(of, template, "fill", "applicant", values=agreement)
    text = Case.objects.select_related("memo").get(number=number).memo.state["steps"]["agree"]["memo"]["text"]
    for party in ("applicant", "host", "officer"):
        met = {"agreement.targets_not_lower": {"result": "meets"}} if party == "officer" else {}
        _act(of, template, f"sign_{party}", party, text=text, verdicts=met)


# ------------------------------------------------------------------------------------------------ many, by copying


def _many(first: world.Round, templates: dict[str, Template], shares: Mapping[str, float], *, years_ago: int) -> None:
    of_round, chance = first.world.round, random.Random(SEED)  # noqa: S311 - a random world
    number = first.cases - len(templates)
    stages = [stage for stage, share in shares.items() for _ in range(round(share * number))]
    stages += [next(iter(shares))] * (number - len(stages))
    chance.shuffle(stages)
    totals = [_totals(chance, stage) for stage in stages]
    scores = [hundredths(trimmed_mean(one)) for one in totals]
    # The templates keep the first places.
    order = sorted(range(number), key=lambda at: -scores[at])
    places = {at: place for place, at in enumerate(order, start=len(templates) + 1)}
    copies = list(_copies(first, templates, stages, scores, places, years_ago))
    copy(copies)
    _seats(first.world.experts, copies, totals, templates)
    _told_to_the_round(of_round, first.cases)


def _totals(chance: random.Random, stage: str) -> list[int]:
    """What each reviewer gives: below the line where the case is to be declined, above it where it is not."""
    worth = {"declined": (71, 78), "rank": (60, 92)}.get(stage, (82, 92))
    middle = chance.randint(*worth)
    return [max(0, min(100, middle + chance.randint(-8, 8) * (stage == "rank" or at > 2))) for at in range(PANEL)]


def _copies(
    first: world.Round,
    templates: dict[str, Template],
    stages: Sequence[str],
    scores: Sequence[int],
    places: Mapping[int, int],
    years_ago: int,
) -> Iterator[Copy]:
    after = Case.objects.latest("id").pk + 1
    for at, stage in enumerate(stages):
        like = templates[stage]
        host, authority = first.hosts[at % len(first.hosts)]
        number = number_like(like.case.number, world.FIRST_SERIAL + at, years_ago)
        title = f"绿洲区第{at}号节水装备研制与示范{years_ago}"
        yield Copy(
            *(like.case.pk, after + at, number, first.applicants[2 * at], first.applicants[2 * at + 1]),
            *(host, authority, title, normal_title(title), 100 + at, like.rank),
            *(like.case.number, like.person, like.member, like.title, stage, scores[at], places[at]),
        )


def _seats(
    experts: Sequence[int], copies: Sequence[Copy], totals: Sequence[list[int]], templates: Mapping[str, Template]
) -> None:
    """A panel for each, by turns from the whole pool."""
    like = Seat.objects.filter(case=next(iter(templates.values())).case).earliest("id")
    with owner_connection() as owner, owner.transaction():
        owner.execute("CREATE TEMP TABLE panel (case_id bigint, number int, total int, expert bigint) ON COMMIT DROP")
        with owner.cursor().copy("COPY panel FROM STDIN") as rows:
            for at, (one, given) in enumerate(zip(copies, totals, strict=True)):
                for seat, total in enumerate(given):
                    rows.write_row((one.id, seat + 1, total, experts[(3 * at + 101 * seat) % len(experts)]))
        owner.execute(
            "INSERT INTO casework_seat (case_id, step, attempt, number, state, scores, total, comment, comments,"
            " because, blind, reason, changed_at) SELECT panel.case_id, row.step, row.attempt, panel.number, row.state,"
            " row.scores, panel.total, row.comment, row.comments, row.because, row.blind, row.reason, row.changed_at"
            " FROM panel, casework_seat row WHERE row.id = %s",
            [like.pk],
        )
        owner.execute(
            "INSERT INTO casework_seatholder (seat_id, expert_id) SELECT seat.id, panel.expert"
            " FROM panel JOIN casework_seat seat USING (case_id, number)"
        )


def _told_to_the_round(of_round: Round, cases: int) -> None:
    """The round's budget, its ranking's lines, and what all this is to PostgreSQL."""
    budget = round(cases * (1 - DECIDED["declined"])) * ASKED_FEN
    Round.objects.filter(pk=of_round.pk).update(budget_fen=budget)
    rows = Case.objects.filter(round=of_round, position__isnull=False).order_by("position")
    lines = [
        {
            "number": number,
            "position": place,
            "order": f"{score / 100:.2f}",
            "asked_fen": ASKED_FEN,
            "amount_fen": ASKED_FEN if place * ASKED_FEN <= budget else 0,
            "within": place * ASKED_FEN <= budget,
            "why": "" if place * ASKED_FEN <= budget else "budget",
        }
        for number, place, score in rows.values_list("number", "position", "score_hundredths")
    ]
    spent = sum(one["amount_fen"] for one in lines)
    with owner_connection() as owner:
        owner.execute("ALTER TABLE casework_ranking DISABLE TRIGGER USER")
        owner.execute(
            "UPDATE casework_ranking SET budget_fen = %s, spent_fen = %s, lines = %s WHERE round_id = %s",
            [budget, spent, Jsonb(lines), of_round.pk],
        )
        owner.execute("ALTER TABLE casework_ranking ENABLE TRIGGER USER")
