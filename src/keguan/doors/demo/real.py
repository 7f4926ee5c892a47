"""A round on real input: real titles and hosts apply, and all the other published projects are their history.

The rows that apply are held back from the import, as if they had not been funded yet. Principals are known by pseudonym
only, so one person is entered for each pseudonym at a host. Three things that the lists do not say are assumed: every
host sits in the region, nobody brings own funds, and an amount that is not given is `AMOUNT_WAN`.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings

from keguan.casework import services, versions
from keguan.casework.drafting import opening
from keguan.casework.models import Case, Judgement, ProgrammeVersion, Round
from keguan.casework.rounds import services as rounds
from keguan.doors.demo import institutions
from keguan.engine.decision import Command
from keguan.engine.judging import verdicts_at
from keguan.kernel.actors import SYSTEM
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING, clock_at
from keguan.kernel.names import normal_title, without_lookalikes
from keguan.kernel.problems import Problem, Refusal, Refused
from keguan.language.schema import Screen
from keguan.registers.imports import services as imports
from keguan.registers.imports.spec import Report
from keguan.registers.imports.specs import SPECS
from keguan.registers.organisations import services as organisations
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties import services as parties
from keguan.registers.parties.access import actor_for
from keguan.registers.parties.models import Person
from keguan.registers.projects import services as projects
from keguan.registers.projects.logic import clean_number, number_grammar
from keguan.registers.projects.models import Project

FILES = ("nsfc-projects.csv", "national-rd-projects.csv")
ORIGIN = "real-round"
CODE = "ZDYF-2019-R"
AMOUNT_WAN = "60"
TITLE_MOST = 60
_SINCE = date(2018, 12, 1)
_OPENS, _DAY, _ENDORSED, _CLOSES, _CHECKED = (
    datetime.combine(day, time(10), BEIJING)
    for day in (date(2019, 3, 4), date(2019, 3, 11), date(2019, 3, 14), date(2019, 4, 15), date(2019, 4, 25))
)

Told = Callable[[Text, int, int], None]
Row = dict[str, str]


@dataclass
class Account:
    """What came of the round. refused: by the code of the problem; person: by the rule that needs a person's judgement.

    examples: title, host and problem of refusals, the first few of each code.
    """

    rows: int = 0
    imported: list[Report] = field(default_factory=list)
    held_back: int = 0
    submitted: int = 0
    refused: int = 0
    by_code: Counter[str] = field(default_factory=Counter)
    person_on_submission: Counter[str] = field(default_factory=Counter)
    person_on_check: Counter[str] = field(default_factory=Counter)
    passed: int = 0
    waiting: int = 0
    examples: dict[str, list[tuple[str, str, Problem]]] = field(default_factory=lambda: defaultdict(list))

    def refuse(self, row: Row, refusal: Refusal) -> None:
        """Count a refusal by each of its problems."""
        self.refused += 1
        for code in {problem.code for problem in refusal.problems}:
            self.by_code[code] += 1
        for problem in refusal.problems:
            self.examples[problem.code].append((row["title"], row["host"], problem))


def played(folder: Path, count: int, told: Told) -> Account:
    """Import the lists but for `count` rows, and let those rows apply. Needs an empty database with its tables.

    told: hears each stage, how much is done, of how much. Raises Refused if a programme cannot be published.
    """
    account = Account()
    held = _hold_back(folder, count)
    applicants = [row for rows in held.values() for row in rows]
    account.rows = account.held_back = len(applicants)
    with clock_at(datetime.combine(_SINCE, time(10), BEIJING)):
        staff = _Staff()
        hosts = staff.hosts({_host(row) for row in applicants}, told)
        for name in FILES:
            account.imported.append(_import(folder / name, held[name], told))
        people = _people(applicants, hosts, told)
    of_round = staff.round(len(applicants))
    numbers = _apply(of_round, applicants, hosts, people, account, told)
    _check(numbers, staff, account, told)
    return account


# --------------------------------------------------------------------------------------------------- the history


def _hold_back(folder: Path, count: int) -> dict[str, list[Row]]:
    """Rows that apply, by file: a quarter repeat a title of the lists, a quarter have a principal of many projects, the
    rest is drawn by lot."""
    rows = [
        (name, row) for name in FILES for row in _rows(folder / name) if row["title"].strip() and row["host"].strip()
    ]
    able = [(name, row) for name, row in rows if row["principal_investigator"].strip()]
    spelled = {id(row): normal_title(row["title"]) for _, row in rows}
    titles = Counter(spelled.values())
    leads = Counter(row["principal_investigator"] for _, row in able)
    draw = Random(2019)
    draw.shuffle(able)
    repeated = [one for one in able if titles[spelled[id(one[1])]] > 1]
    busy = [one for one in able if leads[one[1]["principal_investigator"]] > 3]
    held: dict[str, list[Row]] = {name: [] for name in FILES}
    taken: set[int] = set()
    for name, row in [*repeated[: count // 4], *busy[: count // 4], *able]:
        if len(taken) < count and id(row) not in taken:
            taken.add(id(row))
            held[name].append(row)
    return held


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _import(path: Path, held: Sequence[Row], told: Told) -> Report:
    """Import a list without what is held back; where a number is restated, none of its rows is history."""
    out = {_identity(row) for row in held}
    rows = _rows(path)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(row for row in rows if _identity(row) not in out)

    def progress(stage: Text, done: int, total: int) -> None:
        told(Text(f"导入 {path.name}：{stage.zh}", f"importing {path.name}: {stage.en}"), done, total)

    report = imports.run(SPECS[path.stem], text.getvalue().encode(), SYSTEM, progress=progress, name=path.name)
    if report.is_refused:
        raise Refused.because(*report.problems)
    return report


def _identity(row: Row) -> tuple[str, ...]:
    number = clean_number(row["number"])
    return (number,) if number_grammar(number) != "unknown" else (number, row["title"], row["host"])


def _people(rows: Sequence[Row], hosts: dict[str, Organisation], told: Told) -> dict[tuple[str, str], Person]:
    """One person for each pseudonym at a host, joined to the projects that the lists give them there."""
    keys = list(dict.fromkeys((row["principal_investigator"], _host(row)) for row in rows))
    theirs = defaultdict(list)
    for project in Project.objects.filter(principal_pseudonym__in={pseudonym for pseudonym, _ in keys}):
        theirs[project.principal_pseudonym, project.host_id].append(project)
    found = {}
    for number, (pseudonym, host) in enumerate(keys):
        told(Text("登记负责人", "entering principals"), number, len(keys))
        person = _person(pseudonym, hosts[host])
        for project in theirs[pseudonym, hosts[host].pk]:
            projects.link_principal(project, person.pk, SYSTEM)
        found[pseudonym, host] = person
    return found


def _person(name: str, employer: Organisation, role: str = "", **duty: Any) -> Person:
    person = parties.register_person(
        SYSTEM, name=name, employer=employer, is_demo=bool(role), origin=f"{ORIGIN}: {name}@{employer.name}"
    )
    if role:
        parties.grant_duty(SYSTEM, person, role, since=_SINCE, **duty)
        parties.open_account(SYSTEM, person, username=f"real{person.pk}")
    return person


def _host(row: Row) -> str:
    return without_lookalikes(row["host"].strip())


def kind_of_host(name: str) -> str:
    """What kind of organisation a published name speaks of; `other` where it does not say."""
    endings = (
        ("enterprise", ("公司", "集团", "厂")),
        ("hospital", ("医院", "疾病预防控制中心")),
        ("institute", ("研究所", "研究院", "科学院", "研究中心", "实验室", "设计院", "天文台", "植物园")),
        ("university", ("大学", "学院", "学校", "分校", "校区")),
    )
    for kind, words in endings:
        if any(word in name for word in words):
            return kind
    return "other"


# ----------------------------------------------------------------------------------------------------- the round


class _Staff:
    """Those who run the round: a department above every host, its planners, an officer, a research office each."""

    def __init__(self) -> None:
        home = organisations.register(SYSTEM, name=institutions.DEPARTMENT, kind="department", region_code="650100")
        agency = organisations.register(SYSTEM, name=institutions.AGENCY, kind="agency", region_code="650100")
        self.home = home
        self.planners = [actor_for(_person(f"规划处{number}", home, "planning")) for number in (1, 2)]
        self.officer = actor_for(_person("项目主管", agency, "officer"))
        self.authority = actor_for(_person("推荐单位", home, "authority", organisation=home))
        self.offices: dict[int, Any] = {}

    def hosts(self, names: set[str], told: Told) -> dict[str, Organisation]:
        """The hosts that apply, with their kind as their name says and the region as assumed, under the department."""
        found = {}
        for number, name in enumerate(sorted(names)):
            told(Text("登记申报单位", "entering hosts"), number, len(names))
            host = organisations.register(
                SYSTEM, name=name, kind=kind_of_host(name), region_code="650000", origin=f"{ORIGIN}: region assumed"
            )
            organisations.attach(SYSTEM, host, self.home, since=date(2000, 1, 1))
            self.offices[host.pk] = actor_for(_person(f"科研处（{name}）", host, "host", organisation=host))
            found[name] = host
        return found

    def round(self, quota: int) -> Round:
        """The round, published."""
        folder = sorted((Path(settings.PROGRAMMES) / "key-rd-project").iterdir())[-1]
        with clock_at(datetime.combine(_SINCE, time(12), BEIJING)):
            version = versions.publish(folder, Path(settings.PARAMETERS), SYSTEM)
            if not isinstance(version, ProgrammeVersion):
                raise Refused(version)
            terms = rounds.Terms(
                code=CODE,
                title=Text("真实题目与单位的试办批次", "A trial round of real titles and hosts"),
                opens=_OPENS,
                closes=_CLOSES,
                budget_fen=5_000_000_000,
                quota=quota,
            )
            drafted = rounds.draft_round(version, terms, self.planners[0])
            made = rounds.publish_round(CODE, self.planners[1]) if isinstance(drafted, Round) else drafted
        if not isinstance(made, Round):
            raise Refused(made)
        return made


def _apply(
    of_round: Round,
    rows: Sequence[Row],
    hosts: dict[str, Organisation],
    people: dict[tuple[str, str], Person],
    account: Account,
    told: Told,
) -> list[str]:
    """Everybody applies on the same day. Answers with the numbers of what came in."""
    numbers = []
    for place, row in enumerate(rows):
        told(Text("提交申报", "submitting"), place, len(rows))
        host, person = hosts[_host(row)], people[row["principal_investigator"], _host(row)]
        actor = actor_for(person, on=_DAY.date())
        with clock_at(_DAY):
            started = opening.start(of_round.code, actor, host.pk, f"{ORIGIN}-start-{place}")
            if isinstance(started, Refusal):
                account.refuse(row, started)
                continue
            member = _person(f"成员{place + 1}", host)
            values = _proposal(row, person.pk, member.pk)
            command = Command("submit", started.step, {"values": values, "confirmed": True})
            answer = services.act(started.number, command, actor, f"{ORIGIN}-submit-{place}")
        if isinstance(answer, Refusal):
            account.refuse(row, answer)
            continue
        account.submitted += 1
        numbers.append(started.number)
        for judgement in Judgement.objects.filter(case__number=started.number):
            account.person_on_submission.update(one["rule"] for one in judgement.verdicts if one["result"] == "person")
    return numbers


def _proposal(row: Row, principal: int, member: int) -> dict[str, Any]:
    title = row["title"].strip()
    asked = f"{row['amount_wan_yuan'].strip() or AMOUNT_WAN} 万元"
    work = f"围绕“{title[:200]}”开展研究，题目、单位和金额取自公布的清单，其余内容从略。"
    return {
        "title": title,
        "domain": "society",
        "principal": principal,
        "start": "2019-07-01",
        "end": "2022-06-30",
        "summary": work,
        "objectives": work,
        "route": work,
        "targets": [{"indicator": "发表论文", "value": 3, "unit": "篇"}],
        "team": [{"member": member, "role": "researcher", "months": 6}],
        "asked": asked,
        "own_funds": "0 万元",
        "budget": [{"heading": "operations", "fiscal": asked, "own": "0 万元"}],
        "ethics": False,
        "unclassified": True,
        "same_content": False,
    }


def _check(numbers: Sequence[str], staff: _Staff, account: Account, told: Told) -> None:
    """Hosts and department let everything through; the officer passes what asks nothing about a repetition."""
    for rank, number in enumerate(numbers, start=1):
        told(Text("审核、推荐、形式审查", "endorsing and checking"), rank, len(numbers))
        with clock_at(_ENDORSED):
            case = Case.objects.get(number=number)
            office = staff.offices[case.host_id or 0]
            _must(services.act(number, Command("endorse", "endorse", {}), office, f"{number}-host"))
            recommend = Command("endorse", "recommend", {"rank": rank})
            _must(services.act(number, recommend, staff.authority, f"{number}-authority"))
    for place, number in enumerate(numbers):
        told(Text("形式审查", "formal check"), place, len(numbers))
        with clock_at(_CHECKED):
            _screen(number, staff, account)


def _screen(number: str, staff: _Staff, account: Account) -> None:
    case = Case.objects.select_related("memo", "round", "host", "programme", "parent").get(number=number)
    situation = services.situation_for(case, staff.officer)
    step = situation.definition.programme.step(case.step)
    if not isinstance(step, Screen):
        raise TypeError(f"{number} is not at a check")
    asked = [one.rule for one in verdicts_at(situation, step.rules) if one.result == "person"]
    account.person_on_check.update(asked)
    if any("duplicate" in rule or "elsewhere" in rule for rule in asked):
        account.waiting += 1
        return
    verdicts = {rule: {"result": "meets"} for rule in asked}
    _must(services.act(number, Command("pass", case.step, {"verdicts": verdicts}), staff.officer, f"{number}-pass"))
    account.passed += 1


def _must(answer: services.Done | Refusal) -> None:
    if isinstance(answer, Refusal):
        raise Refused(answer)
