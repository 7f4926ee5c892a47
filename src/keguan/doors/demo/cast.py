"""Who takes part in the demo: organisations, people, their accounts and duties, the pool of experts.

Everybody is invented. Those with an account can be chosen on the sign-in page; the other researchers fill the register.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from django.contrib.auth.hashers import make_password

from keguan.doors.demo import institutions as bodies
from keguan.doors.demo.institutions import Body
from keguan.doors.demo.names import names
from keguan.doors.demo.topics import FIELDS, works_of
from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM, Actor
from keguan.kernel.clock import clock_at
from keguan.registers.experts import services as experts
from keguan.registers.experts.absences import add_absence
from keguan.registers.experts.applying import Application, apply
from keguan.registers.experts.services import Nomination
from keguan.registers.experts.works import NewWork, add_work
from keguan.registers.integrity import services as integrity
from keguan.registers.organisations import services as organisations
from keguan.registers.organisations.models import Organisation
from keguan.registers.organisations.queries import recommender_of
from keguan.registers.parties import services as parties
from keguan.registers.parties.access import actor_for
from keguan.registers.parties.models import Account, Person

ORIGIN = "demo"


@dataclass(frozen=True, slots=True)
class Size:
    """How many of each. researchers: for each university or institute."""

    hosts: int = len(bodies.HOSTS)
    enterprises: int = 64
    applying_enterprises: int = 8
    researchers: int = 20
    experts: int = 45


WHOLE = Size()
SMALL = Size(hosts=4, enterprises=6, applying_enterprises=2, researchers=8, experts=12)


@dataclass(frozen=True, slots=True)
class Reviewer:
    """An expert of the pool: the pool's id, the person, the demo's fields they know."""

    expert: int
    person: int
    fields: tuple[str, ...]


PASSWORD = "yanshi-keguan-demo"  # noqa: S105 - of invented people, told on every page that asks for it
"""What demo people type where they prove again who they are, as before signing."""


@dataclass
class Cast:
    """Everybody, found by what they are for. Lists are in the order of their appearance; ids are of people."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    hosts: list[Organisation] = field(default_factory=list)
    enterprises: list[Organisation] = field(default_factory=list)
    applying_enterprises: list[Organisation] = field(default_factory=list)
    staff: dict[str, list[int]] = field(default_factory=dict)
    research_offices: dict[int, int] = field(default_factory=dict)
    authorities: dict[int, int] = field(default_factory=dict)
    researchers: dict[int, list[int]] = field(default_factory=dict)
    contacts: dict[int, int] = field(default_factory=dict)
    reviewers: list[Reviewer] = field(default_factory=list)
    sanctioned: int = 0
    recommenders: dict[int, int] = field(default_factory=dict)
    _actors: dict[int, Actor] = field(default_factory=dict)

    def actor(self, person: int) -> Actor:
        """The person with the duties of the day they first act in the demo year."""
        if person not in self._actors:
            self._actors[person] = actor_for(person)
        return self._actors[person]

    def one(self, role: str, number: int = 0) -> int:
        """One of those who hold a role for the whole region."""
        people = self.staff[role]
        return people[number % len(people)]


Told = Callable[[str], None]


class _Casting:
    """The making of a cast, one group after another."""

    def __init__(self, size: Size, since: date, random: Random) -> None:
        self.size, self.since, self.random = size, since, random
        self.cast = Cast()
        self.names: Iterator[str] = names(random)
        self.usernames = 0
        self.codes = 0

    def organisations(self) -> None:
        for body in (*bodies.AUTHORITIES, Body(bodies.AGENCY, "agency", under=bodies.DEPARTMENT)):
            self._enter(body)
        self.cast.hosts = [self._enter(body) for body in bodies.HOSTS[: self.size.hosts]]
        self.cast.enterprises = [self._enter(body) for body in bodies.enterprises(self.size.enterprises)]
        self.cast.applying_enterprises = self.cast.enterprises[-self.size.applying_enterprises :]
        for body in bodies.ELSEWHERE:
            self._enter(body)

    def _enter(self, body: Body) -> Organisation:
        invented = body.kind in ("enterprise", "agency")
        self.codes += invented
        made = organisations.register(
            SYSTEM,
            name=body.name,
            kind=body.kind,
            name_en=body.english,
            region_code=body.region,
            uscc=bodies.invented_code(self.codes) if invented else "",
            founded=date(1998 + self.codes % 22, 1 + self.codes % 12, 8) if body.kind == "enterprise" else None,
            is_demo=True,
            origin=ORIGIN,
        )
        for above, hierarchy in ((body.under, "administrative"), (body.xpcc, "xpcc")):
            if above:
                parent = self.cast.organisations[above]
                organisations.attach(SYSTEM, made, parent, hierarchy=hierarchy, since=date(2000, 1, 1))
        self.cast.organisations[body.name] = made
        return made

    def _person(self, employer: Organisation | None, *, senior: bool, account: bool = False) -> Person:
        draw = self.random
        age_days = draw.randint(38 * 365, 54 * 365) if senior else draw.randint(26 * 365, 40 * 365)
        self.usernames += account
        username = f"demo{self.usernames:03}"
        person = parties.register_person(
            SYSTEM,
            name=next(self.names),
            # Of a domain that never is: whatever server is set up, no such mail arrives anywhere.
            email=f"{username}@keguan.invalid" if account else "",
            born=self.since - timedelta(days=age_days),
            title=draw.choice(("senior", "senior", "associate")) if senior else draw.choice(("associate", "middle")),
            degree=draw.choice(("doctor", "doctor", "master")),
            employer=employer,
            is_demo=True,
            origin=ORIGIN,
        )
        if account:
            parties.open_account(SYSTEM, person, username=username)
        return person

    def _on_duty(
        self, role: str, employer: Organisation, *, organisation: Organisation | None = None, programme: str = ""
    ) -> int:
        person = self._person(employer, senior=True, account=True)
        parties.grant_duty(SYSTEM, person, role, organisation=organisation, programme=programme, since=self.since)
        self.cast.staff.setdefault(role, []).append(person.pk)
        return person.pk

    def staff(self) -> None:
        department = self.cast.organisations[bodies.DEPARTMENT]
        agency = self.cast.organisations[bodies.AGENCY]
        for role, count, employer in (
            ("planning", 3, department),
            ("supervision", 2, department),
            ("registrar", 1, department),
            # They decide on applications that the other departments recommend.
            ("committee", 5, department),
            ("officer", 3, agency),
            ("finance", 2, agency),
        ):
            for _ in range(count):
                self._on_duty(role, employer)
        # One who serves a single programme only, and sees nothing of the others.
        self._on_duty("officer", agency, programme="high-tech-enterprise")
        self.cast.staff["officer"].pop()
        for body in bodies.AUTHORITIES:
            authority = self.cast.organisations[body.name]
            self.cast.authorities[authority.pk] = self._on_duty("authority", authority, organisation=authority)

    def applicants(self) -> None:
        for host in self.cast.hosts + self.cast.applying_enterprises:
            self.cast.research_offices[host.pk] = self._on_duty("host", host, organisation=host)
            few = self.size.researchers if host.kind != "enterprise" else max(4, self.size.researchers // 3)
            with_account = 2 if host.kind != "enterprise" else 1
            self.cast.researchers[host.pk] = [
                self._person(host, senior=number < few * 2 // 3, account=number < with_account).pk
                for number in range(few)
            ]
        for number, enterprise in enumerate(self.cast.enterprises):
            known = self.cast.researchers.get(enterprise.pk)
            person = known[0] if known else self._person(enterprise, senior=True, account=number < 4).pk
            self.cast.contacts[enterprise.pk] = person
        for host in self.cast.hosts + self.cast.enterprises:
            authority = recommender_of(host, self.since)
            if authority is not None:
                self.cast.recommenders[host.pk] = authority.pk

    def administrators(self) -> None:
        # Last, so that everybody else stays who they were.
        for host in self.cast.hosts[:2]:
            self._on_duty("administrator", host, organisation=host)

    def experts(self) -> None:
        elsewhere = [self.cast.organisations[body.name] for body in bodies.ELSEWHERE]
        fields = list(FIELDS)
        for number in range(self.size.experts):
            employer = elsewhere[number % len(elsewhere)]
            person = self._person(employer, senior=True, account=True)
            known = (fields[number % len(fields)], fields[(number * 3 + 1) % len(fields)])
            nomination = experts.Nomination(
                person=person.pk,
                fields=tuple(dict.fromkeys(FIELDS[name].disciplines[number % 3] for name in known)),
                keywords=tuple(self.random.sample(FIELDS[known[0]].keywords, 2)),
                region_code=employer.region_code,
                origin=ORIGIN,
            )
            parties.grant_duty(SYSTEM, person, "expert", since=self.since)
            expert = experts.nominate(nomination, SYSTEM)
            for title in works_of(known, number):
                add_work(expert, NewWork("paper", title, year=self.since.year - 1 - number % 4, source=ORIGIN), SYSTEM)
            experts.verify(expert, self.cast.actor(self.cast.one("officer", number)))
            self.cast.reviewers.append(Reviewer(expert.pk, person.pk, known))

    def experts_of_note(self) -> None:
        """Experts whom no panel of the year asks: one has not confirmed their entry for long, one is away, one waits for the
        registrar, one may be somebody whom the register has already."""
        employer = self.cast.organisations[bodies.ELSEWHERE[0].name]
        officer = self.cast.actor(self.cast.one("officer"))
        stale, away, applies, doubled = (self._person(employer, senior=True, account=True) for _ in range(4))
        with clock_at(clock.now() - timedelta(days=60)):
            experts.verify(experts.nominate(self._nominee(stale, employer), SYSTEM), officer)
        rests = experts.verify(experts.nominate(self._nominee(away, employer), SYSTEM), officer)
        first = clock.today() + timedelta(days=300)
        add_absence(rests, first, first + timedelta(days=120), "", self.cast.actor(away.pk))
        applies = parties.identify_person(SYSTEM, applies, id_kind="passport", id_number="KG0000001")
        apply(applies, Application(("520",), ("数据治理",), employer.region_code), self.cast.actor(applies.pk))
        experts.nominate(self._nominee(doubled, employer), SYSTEM)
        parties.register_person(
            SYSTEM,
            name=doubled.name,
            title=doubled.title,
            degree=doubled.degree,
            employer=employer,
            is_demo=True,
            origin=ORIGIN,
        )

    def _nominee(self, person: Person, employer: Organisation) -> Nomination:
        parties.grant_duty(SYSTEM, person, "expert", since=self.since)
        return Nomination(person.pk, ("520",), ("数据治理",), employer.region_code, origin=ORIGIN)

    def passwords(self) -> None:
        # One for all, made once: a thousand of them would take longer than the year.
        Account.objects.filter(person__is_demo=True).update(password=make_password(PASSWORD))

    def history(self) -> None:
        """What was before the year: a sanctioned enterprise, a near relation declared, a duty that ended."""
        supervisor = self.cast.actor(self.cast.one("supervision"))
        enterprise = self.cast.enterprises[self.size.enterprises // 2]
        self.cast.sanctioned = enterprise.pk
        integrity.impose(
            integrity.NewSanction(
                kind="bar_hosting",
                severity="considerable",
                since=self.since,
                until=self.since + timedelta(days=3 * 365),
                source="演示文书〔虚构〕第1号",
                decided_by=bodies.DEPARTMENT,
                organisation=enterprise.pk,
            ),
            supervisor,
        )
        host = self.cast.hosts[0]
        one, other = Person.objects.filter(
            pk__in=[self.cast.researchers[host.pk][0], self.cast.reviewers[0].person]
        ).order_by("pk")
        parties.declare_kin(SYSTEM, one, other, "sibling", since=self.since)
        gone = self._person(self.cast.organisations[bodies.AGENCY], senior=True, account=True)
        duty = parties.grant_duty(SYSTEM, gone, "finance", since=self.since - timedelta(days=700))
        parties.end_duty(SYSTEM, duty, last_day=self.since - timedelta(days=30))


def cast_of(size: Size, since: date, seed: int = 65, told: Told = lambda _: None) -> Cast:
    """Make everybody. since: the first day of the duties. The same size, day and seed make the same people."""
    casting = _Casting(size, since, Random(seed))
    for group, act in (
        ("单位 organisations", casting.organisations),
        ("职责 duties", casting.staff),
        ("申报人 applicants", casting.applicants),
        ("专家 experts", casting.experts),
        ("名录 registers", casting.history),
        ("单位管理员 administrators", casting.administrators),
        ("专家库近况 pool", casting.experts_of_note),
        ("口令 passwords", casting.passwords),
    ):
        told(group)
        act()
    return casting.cast
