"""The demo year: programmes are published, rounds are called, and some three hundred cases live their lives."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from django.conf import settings

from keguan.casework import versions
from keguan.casework.models import ProgrammeVersion, Round
from keguan.casework.rounds import services as rounds
from keguan.doors.demo import institutions, topics
from keguan.doors.demo.applications import Proposal
from keguan.doors.demo.cast import WHOLE, Cast, Size, cast_of
from keguan.doors.demo.plans import Plan
from keguan.doors.demo.rounds import CERTIFICATION, FULL, FUND, KEY_RD, SEMINAR, SUBSIDY
from keguan.doors.demo.stage import Stage, Story, Unexpected, office_hour
from keguan.doors.demo.stories import desks, fund, key_rd, meetings, others
from keguan.doors.demo.stories.parts import proposed
from keguan.kernel.actors import SYSTEM
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import clock_at, local_date
from keguan.kernel.problems import Refused
from keguan.registers.organisations.models import Organisation

BEYOND, BELOW = range(71, 78), range(56, 70)
WITHIN = range(80, 94)
_FOR_ENTERPRISES = ("struck_off", "gave_up", "awarded_refused_first", "awarded_objection", "at_publish_objection")
_NEVER_RANKED = (*key_rd.BEFORE_RANKING, "withdrawn", "withdrawn_late", "beyond", "below")

Told = Callable[[date, int], None]


def published(folders: Sequence[Path] = ()) -> dict[str, ProgrammeVersion]:
    """Every programme of the installation, published; those that are published already stay as they are.

    Raises Refused with everything that stands against one of them.
    """
    found = {}
    for folder in folders or sorted(path.parent for path in Path(settings.PROGRAMMES).glob("*/*/programme.yaml")):
        version = versions.publish(folder, Path(settings.PARAMETERS), SYSTEM)
        if not isinstance(version, ProgrammeVersion):
            raise Refused(version)
        found[version.code] = version
    return found


def lived(
    until: datetime,
    *,
    plans: Sequence[Plan] = FULL,
    size: Size = WHOLE,
    casting: Callable[[str], None] = lambda group: None,
    told: Told = lambda day, deeds: None,
) -> Stage:
    """Make the cast and let the year up to `until` happen. Answers with the stage, which counts what was done.

    casting: hears which group of the cast is made; told: hears each new day. The same day makes the same year.
    """
    first = local_date(until) - timedelta(days=max(plan.opens for plan in plans) + 12)
    with clock_at(office_hour(first, Random(1))):
        known = published()
        cast = cast_of(size, first - timedelta(days=30), told=casting)
    stage = Stage(cast, until)
    stage.play(stage.watch(first))
    labs = _Laboratories(cast)
    # The people with an account lead the cases that are under way today: those are the ones to look at.
    for plan in sorted(plans, key=lambda plan: (plan.programme == FUND, plan.opens)):
        for story in _stories(stage, plan, known, labs):
            stage.play(story)
    for story in desks.at_their_desks(stage, plans):
        stage.play(story)
    stage.run(told)
    return stage


def _stories(stage: Stage, plan: Plan, known: dict[str, ProgrammeVersion], labs: _Laboratories) -> list[Story]:
    fates = [fate for fate, times in plan.fates.items() for _ in range(times)]
    plan = replace(plan, code=f"{plan.code[:-2]}-{stage.opening(plan).year}{plan.code[-2:]}")
    Random(plan.code).shuffle(fates)
    if plan.programme == KEY_RD:
        applications = [labs.application(stage, plan, fate, number) for number, fate in enumerate(fates)]
        plan = replace(plan, budget_wan=_budget(applications), quota=_quota(stage.cast, applications))
        told = [key_rd.told(stage, application) for application in applications]
    elif plan.programme == FUND:
        applications = [labs.application(stage, plan, fate, number) for number, fate in enumerate(fates)]
        plan = replace(plan, budget_wan=_budget(applications))
        applications = [replace(one, plan=plan) for one in applications]
        told = [fund.drawn(stage, plan), *(fund.told(stage, application) for application in applications)]
    else:
        tell = {SUBSIDY: others.post_subsidy, CERTIFICATION: others.certification, SEMINAR: others.seminar}
        applicants = [_applicant(stage, plan, fate, number) for number, fate in enumerate(fates)]
        told = [tell[plan.programme](stage, applicant) for applicant in applicants]
    ranking = [key_rd.ranked(stage, plan)] if "rank" in plan.phases else []
    ranking += [proposed(stage, plan)] if plan.is_proposed else []
    sittings = meetings.held(stage, plan) if plan.programme in (KEY_RD, FUND) else []
    return [_called(stage, plan, known[plan.programme]), *ranking, *told, *sittings]


def _called(stage: Stage, plan: Plan, version: ProgrammeVersion) -> Story:
    """One of the planning department drafts the round, another publishes it some days before it opens."""
    draw = Random(plan.code)
    opens = stage.opening(plan)
    yield office_hour(local_date(opens) - timedelta(days=9), draw)
    year = opens.year
    terms = rounds.Terms(
        code=plan.code,
        title=Text(plan.zh, plan.en).filled(year=year),
        summary=Text(plan.summary_zh, plan.summary_en),
        opens=opens,
        closes=stage.closing(plan),
        budget_fen=plan.budget_wan * 1_000_000,
        quota=plan.quota,
        grace_minutes=plan.grace_minutes,
    )
    drafted = rounds.draft_round(version, terms, stage.cast.actor(stage.cast.one("planning", 0)))
    yield office_hour(local_date(opens) - timedelta(days=5), draw)
    if isinstance(drafted, Round):
        drafted = rounds.publish_round(terms.code, stage.cast.actor(stage.cast.one("planning", 1)))
    if not isinstance(drafted, Round):
        raise Unexpected(f"{plan.code}: {drafted.problems}")
    stage.deeds["rounds"] += 1


def _budget(applications: Sequence[key_rd.Application]) -> int:
    """What the round can spend: enough for those who are to be within, not enough for one more. In 10 000 yuan."""
    within = sum(one.proposal.asked_wan for one in applications if one.fate not in _NEVER_RANKED)
    return within + 9


def _quota(cast: Cast, applications: Sequence[key_rd.Application]) -> int:
    """The largest number that one authority recommends in this round."""
    return max(Counter(cast.recommenders[one.host] for one in applications).values())


def _applicant(stage: Stage, plan: Plan, fate: str, number: int) -> others.Applicant:
    cast = stage.cast
    seed = zlib.crc32(f"{plan.code} {number}".encode())
    clean = [one for one in cast.enterprises[: -len(cast.applying_enterprises)] if one.pk != cast.sanctioned]
    if plan.programme == SEMINAR:
        host = cast.hosts[number % len(cast.hosts)]
        person = cast.researchers[host.pk][number % 3]
    else:
        host = clean[(plan.first_enterprise + number) % len(clean)]
        if fate == "refused":
            host = next(one for one in cast.enterprises if one.pk == cast.sanctioned)
        person = cast.contacts[host.pk]
    objector = cast.contacts[clean[(number + 7) % len(clean)].pk]
    return others.Applicant(plan, fate, host.pk, person, objector, number, seed)


class _Laboratories:
    """Who leads and who takes part, so that nobody stands above the limits by accident."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.hosts = [*cast.hosts, *cast.applying_enterprises]
        self.load: Counter[int] = Counter()
        self.led: Counter[int] = Counter()
        self.leading: set[int] = set()
        self.texts: dict[str, list[int]] = {}
        self.titles = {field: topics.titles(field, Random(field)) for field in topics.FIELDS}

    def application(self, stage: Stage, plan: Plan, fate: str, number: int) -> key_rd.Application:
        seed = zlib.crc32(f"{plan.code} {number}".encode())
        draw = Random(seed)
        host, field = self._host_and_field(plan, fate, number)
        is_enterprise = host.kind == "enterprise"
        principal, members = self._team(host, 1 if is_enterprise else 1 + number % 2)
        asked = draw.randrange(12, fund.MOST_WAN + 1) if plan.programme == FUND else draw.randrange(30, 100, 5)
        score = draw.choice(BEYOND if fate == "beyond" else BELOW if fate == "below" else WITHIN)
        unwelcome = (self.cast.reviewers[seed % len(self.cast.reviewers)].person,) if number % 9 == 2 else ()
        proposal = Proposal(
            title=next(self.titles[field]),
            field=field,
            principal=principal,
            members=members,
            asked_wan=asked,
            own_wan=2 * asked + draw.randrange(0, 60, 10) if is_enterprise else 0,
            start=key_rd.project_start(stage, plan),
            unwelcome=unwelcome,
            text=self._text(field, number, seed),
        )
        objector = self.cast.contacts[self.cast.enterprises[number % 5].pk]
        return key_rd.Application(plan, fate, host.pk, is_enterprise, proposal, score, objector, seed)

    def _text(self, field: str, number: int, seed: int) -> int:
        """By what number the plan is written: mostly its own; a few times that of an earlier application of the field, so
        that the comparison of texts has something to find."""
        before = self.texts.setdefault(field, [])
        text = before[0] if before and number % 11 == 7 else seed
        before.append(text)
        return text

    def _host_and_field(self, plan: Plan, fate: str, number: int) -> tuple[Organisation, str]:
        hosts = self.cast.hosts if plan.programme == FUND else self.hosts
        free = [host for host in hosts if self._leaders(host)]
        if fate in _FOR_ENTERPRISES:
            wanted = [host for host in free if host.kind == "enterprise"]
        else:
            wanted = [host for host in free if self._strengths(host, plan)]
        host = min(wanted or free, key=lambda one: (self.led[one.pk], one.pk))
        fields = self._strengths(host, plan) or plan.fields
        return host, fields[number % len(fields)]

    @staticmethod
    def _strengths(host: Organisation, plan: Plan) -> tuple[str, ...]:
        strong = institutions.STRENGTHS.get(host.name, ("agriculture", "materials", "information", "energy"))
        return tuple(field for field in plan.fields if field in strong)

    def _leaders(self, host: Organisation) -> list[int]:
        people = self.cast.researchers[host.pk]
        return [
            person for person in people[: len(people) * 2 // 3] if person not in self.leading and self.load[person] < 2
        ]

    def _team(self, host: Organisation, members: int) -> tuple[int, tuple[int, ...]]:
        principal = self._leaders(host)[0]
        self.led[host.pk] += 1
        self.leading.add(principal)
        self.load[principal] += 1
        # Younger people first; nobody takes part in more than two.
        others = self.cast.researchers[host.pk][::-1]
        others.sort(key=lambda one: self.load[one])
        chosen = tuple(person for person in others if self.load[person] < 2 and person != principal)[:members]
        self.load.update(chosen)
        return principal, chosen
