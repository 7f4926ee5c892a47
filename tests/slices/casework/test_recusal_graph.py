"""Everything that ties an expert to a case keeps them out, in the windows that the programme names, and after the fact too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.test import Client
from tests import make
from tests.make import cases

from keguan.casework import queries
from keguan.casework.models import Case, Message, Recusal, Seat, Task
from keguan.casework.permissions import can_see_case, can_see_proposal, visible_to
from keguan.casework.reviewing.rechecking import recheck
from keguan.casework.reviewing.recusal import recusals
from keguan.casework.services import Done
from keguan.kernel.actors import SYSTEM
from keguan.kernel.clock import clock_at
from keguan.kernel.problems import Refusal
from keguan.language.recusals import KINDS, LASTING, avoidance
from keguan.language.schema import Avoided, Review
from keguan.registers.experts import services as experts
from keguan.registers.experts.models import Expert, Work
from keguan.registers.organisations.models import Organisation, Parent
from keguan.registers.parties import services as parties
from keguan.registers.parties.access import actor_for
from keguan.registers.parties.merging import merge
from keguan.registers.parties.models import Employment, Kinship, Person
from keguan.registers.projects.models import Membership, Project
from keguan.registers.ties import services as ties
from keguan.registers.ties.models import Tie
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db
TODAY = date(2026, 4, 11)
NOW = datetime(2026, 4, 11, 4, tzinfo=UTC)
CAME_IN = datetime(2026, 3, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock_at(NOW):
        yield


@pytest.fixture
def case(db: None) -> Case:
    university = make.organisation("天河大学")
    applicant, member = make.person("申报甲", employer=university), make.person("成员乙", employer=university)
    return cases.bare_case(
        cases.bare_round(cases.version()),
        host=university,
        applicant=applicant,
        principal=applicant,
        members=[member.pk],
        submitted_at=CAME_IN,
        step="review",
        step_kind="review",
    )


def step(*avoid: str) -> Review:
    found = cases.definition().programme.step("review")
    assert isinstance(found, Review)
    return replace(found, panel=replace(found.panel, avoid=tuple(Avoided(one) for one in avoid)))


def codes(case: Case, of: Expert, *avoid: str) -> list[str]:
    return [one.code.removeprefix("recusal.") for one in recusals(case, step(*avoid), [of.pk], {})[of.pk]]


def applicant(case: Case) -> Person:
    return Person.objects.get(pk=case.applicant_id)


def member(case: Case) -> Person:
    return Person.objects.get(pk=case.members[0])


# ------------------------------------------------------------------------------------------------------ each kind


def test_a_former_adviser_and_a_former_student_keep_out_for_life_or_in_the_window(case: Case) -> None:
    taught, studied = make.expert(), make.expert()
    make.tie(member(case), "adviser", taught.person, since=date(1999, 9, 1), until=date(2003, 7, 1))
    make.tie(studied.person, "adviser", applicant(case), until=date(2024, 7, 1))
    assert codes(case, taught, "adviser") == ["adviser"]
    assert codes(case, studied, "adviser") == ["adviser"]
    assert codes(case, taught, "adviser_5y") == []
    assert codes(case, studied, "adviser_5y") == ["adviser"]
    assert codes(case, studied, "adviser_1y", "kin") == []


@pytest.mark.parametrize("kind", ["dispute", "declared", "nominator", "adviser", "coauthor", "advice"])
def test_a_programme_that_does_not_name_a_kind_does_not_avoid_it(case: Case, kind: str) -> None:
    tied = make.expert()
    make.tie(tied.person, kind, **({"organisation": case.host_id} if kind == "advice" else {"other": member(case)}))
    assert codes(case, tied, kind) == [kind]
    assert codes(case, tied, *(one for one in KINDS if one != kind)) == []


def test_shares_and_advice_count_through_the_legal_entity_from_either_side(case: Case) -> None:
    institute = make.organisation("天河大学研究院", kind="other", under=case.host)
    firm = make.organisation("某公司", kind="enterprise")
    adviser, works_there, elsewhere = make.expert(), make.expert(make.person(employer=firm)), make.expert()
    make.tie(adviser.person, "advice", organisation=institute.pk, until=date(2024, 6, 1))
    make.tie(member(case), "advice", organisation=firm.pk)
    make.tie(elsewhere.person, "advice", organisation=firm.pk)
    assert codes(case, adviser, "advice_3y") == ["advice"]
    assert codes(case, adviser, "advice_1y") == []
    assert codes(case, works_there, "advice_3y") == ["advice"]
    assert codes(case, elsewhere, "advice_3y") == []


def test_who_left_the_institution_last_year_keeps_out_where_the_window_says_so(case: Case) -> None:
    school = make.organisation("天河大学水利学院", kind="other", under=case.host)
    mover = make.expert(make.person(employer=school))
    with clock_at(NOW - timedelta(days=400)):
        new = make.organisation("别处大学")
        parties.correct_person(SYSTEM, mover.person, revision=0, employer=new)
    assert codes(case, mover, "same_institution") == []
    assert codes(case, mover, "same_institution_3y") == ["same_institution"]
    assert codes(case, mover, "same_institution_1y") == []


def test_a_shared_work_ties_by_identifier_or_title_and_a_shared_prize_by_its_own_name(case: Case) -> None:
    theirs = make.expert(applicant(case))
    expert, other = make.expert(), make.expert()
    make.work(theirs, "棉花膜下滴灌：进展", year=2024, identifier="10.1/X")
    make.work(expert, "别的写法", year=2024, identifier="https://doi.org/10.1/x")
    make.work(theirs, "盐碱地 改良", kind="prize", year=2024)
    make.work(other, "盐碱地改良", kind="prize", year=2024)
    assert codes(case, expert, "coauthor_3y", "coaward_3y") == ["coauthor"]
    assert codes(case, other, "coauthor_3y", "coaward_3y") == ["coaward"]
    Work.objects.update(year=2019)
    assert codes(case, expert, "coauthor_3y") == []
    assert codes(case, expert, "coauthor") == ["coauthor"]


def test_shared_projects_come_from_the_register_and_from_our_own_cases(case: Case) -> None:
    in_project, in_case, long_ago = make.expert(), make.expert(), make.expert()
    project = Project.objects.create(
        number="1",
        title="甲",
        normal_title="甲",
        host=make.organisation(),
        status="finished",
        last_day=date(2025, 1, 1),
    )
    for person in (in_project.person, member(case)):
        Membership.objects.create(project=project, person=person)
    old = Project.objects.create(
        number="2", title="乙", normal_title="乙", host=make.organisation(), status="finished", approved_year=2015
    )
    for person in (long_ago.person, member(case)):
        Membership.objects.create(project=old, person=person)
    cases.bare_case(
        cases.bare_round(case.programme), principal=in_case.person, members=[case.applicant_id], submitted_at=CAME_IN
    )
    for one, expected in ((in_project, ["coproject"]), (in_case, ["coproject"]), (long_ago, [])):
        assert codes(case, one, "coproject_3y") == expected


def test_a_name_among_the_authors_is_a_hint_under_any_spelling_and_needs_a_reason(case: Case) -> None:
    person = make.person("阿卜杜热依木·买买提")
    Case.objects.filter(pk=case.pk).update(members=[person.pk])
    case.refresh_from_db()
    expert = make.expert()
    make.work(expert, "某文", year=2025, authors=("阿卜杜热依木•买买提", "另一人"))
    (problem,) = recusals(case, step("coauthor_3y"), [expert.pk], {})[expert.pk]
    assert problem.code == "recusal.coauthor"
    assert problem.may_override


def test_each_reason_says_when_it_held_and_what_it_rests_on(case: Case) -> None:
    expert = make.expert()
    make.tie(expert.person, "dispute", member(case), since=date(2025, 1, 2), source="判决书〔2025〕1号")
    (problem,) = recusals(case, step("dispute"), [expert.pk], {})[expert.pk]
    assert "自 2025-01-02 起；判决书〔2025〕1号" in problem.say.zh
    assert "since 2025-01-02" in problem.say.en


# ---------------------------------------------------------------------------------------------- one and the same


def test_the_ties_of_two_entries_count_for_the_one_person(case: Case) -> None:
    kept = make.expert(make.person("王芳", employer=make.organisation()))
    gone = make.person("王芳", employer=case.host)
    make.tie(gone, "dispute", member(case))
    make.tie(kept.person, "declared", member(case))
    assert codes(case, kept, "dispute", "declared", "same_institution") == ["declared"]
    merge(make.actor("registrar"), kept.person, gone, reason="同一人")
    assert codes(case, kept, "dispute", "declared", "same_institution") == ["same_institution", "dispute", "declared"]


def test_a_tie_between_two_entries_of_one_person_is_dropped_and_one_that_both_had_is_kept_once() -> None:
    kept, gone, third = make.person("王芳"), make.person("王芳"), make.person()
    make.tie(kept, "dispute", gone), make.tie(kept, "dispute", third), make.tie(gone, "dispute", third)
    row = merge(make.actor("registrar"), kept, gone, reason="同一人")
    assert [(one.person, one.other) for one in Tie.objects.all()] == [(kept, third)]
    assert len([one for one in row.dropped if one.get("table") == "ties.tie"]) == 2


# ------------------------------------------------------------------------------------------------- after the fact


def _reviewed() -> tuple[Any, str, list[Expert]]:
    world = cases.opened()
    number = cases.case(world, at="review").number
    chosen = [Expert.objects.get(pk=one) for one in world.experts[:2]]
    assert isinstance(world.act(number, "assign", "officer", experts=[one.pk for one in chosen]), Done)
    for one in chosen:
        assert isinstance(world.act(number, "accept", actor_for(one.person), confirmed=True), Done)
    return world, number, chosen


def test_an_expert_who_turns_out_to_be_the_applicants_former_student_sees_nothing_and_may_only_decline() -> None:
    world, number, (student, other) = _reviewed()
    case, actor = Case.objects.get(number=number), actor_for(student.person)
    assert can_see_proposal(actor, case)
    make.tie(student.person, "adviser", world.people["applicant"], until=date(2020, 7, 1))
    assert recheck([student.person_id]) == 1
    case = Case.objects.get(number=number)
    assert not can_see_case(actor, case)
    assert not can_see_proposal(actor, case)
    assert not Case.objects.filter(visible_to(actor)).exists()
    assert not queries.reviews_of(actor).exists()
    assert not queries.tasks_of(actor).exists()
    assert queries.seats_of(actor, case) == ()
    assert queries.cases(actor).count() == 0
    assert can_see_case(actor_for(other.person), case)
    # The officer learns of it, has something to do, and the way out works.
    assert Task.objects.filter(case=case, role="officer").exists()
    assert {one.person_id for one in Message.objects.filter(kind="recusal")} >= {student.person_id}
    assert Message.objects.filter(kind="recusal").count() >= 2
    # Somebody else's seat does not bring the task back.
    assert isinstance(world.act(number, "assign", "officer", experts=[world.experts[2]]), Done)
    assert not queries.tasks_of(actor).exists()
    client = Client()
    client.force_login(make.account(student.person))
    for path in ("/cases/", "/my-cases/", f"/cases/?q={case.title[:4]}", f"/cases/?q={number}"):
        said = client.get(path).content.decode()
        assert f"/cases/{number}/" not in said, path
        assert case.title not in said, path
    assert case.title not in client.get("/todo/").content.decode()
    answer = client.get(f"/cases/{number}/")
    assert (answer.status_code, answer["Location"]) == (303, f"/cases/{number}/decline/")
    page = client.get(f"/cases/{number}/decline/").content.decode()
    assert case.title not in page
    assert client.post(f"/cases/{number}/decline/", {"reason": "应当回避", "key": "k-1"}).status_code == 303
    assert Seat.objects.get(case=case, holder__expert=student).state == "declined"
    assert client.get(f"/cases/{number}/decline/").status_code == 404


def test_a_tie_that_was_a_mistake_is_ended_and_the_case_opens_again() -> None:
    world, number, (student, _) = _reviewed()
    tie = make.tie(world.people["applicant"], "dispute", student.person, since=date(2026, 1, 1))
    recheck([world.people["applicant"].pk])
    actor, case = actor_for(student.person), Case.objects.get(number=number)
    assert not can_see_case(actor, case)
    ties.end(tie, SYSTEM, on=TODAY - timedelta(days=1), reason="误登")
    assert recheck([student.person_id]) == 0
    assert can_see_case(actor, case)
    tags = list(Event.objects.filter(tag__startswith="case:recusal:").order_by("id").values_list("tag", flat=True))
    assert tags == ["case:recusal:found", "case:recusal:lifted"]


def test_looking_again_twice_tells_nobody_twice() -> None:
    world, _, (student, _) = _reviewed()
    make.tie(student.person, "dispute", world.people["applicant"])
    recheck([student.person_id])
    told = Message.objects.filter(kind="recusal").count()
    assert told >= 2
    assert recheck([student.person_id]) == 1
    assert Message.objects.filter(kind="recusal").count() == told


def test_a_new_employer_is_looked_at_by_the_job_that_the_change_puts_off(monkeypatch: pytest.MonkeyPatch) -> None:
    world, _, (one, _) = _reviewed()
    put_off: list[frozenset[int]] = []
    monkeypatch.setattr("keguan.registers.parties.changes._listeners", [put_off.append])
    person = Person.objects.get(pk=one.person_id)
    parties.correct_person(SYSTEM, person, revision=person.revision, employer=world.university)
    assert put_off == [frozenset({person.pk})]
    assert recheck(put_off[0]) == 1
    assert Recusal.objects.get().kinds == ["same_institution"]


def test_what_one_side_said_in_confidence_is_not_told_to_the_other() -> None:
    world, number, (expert, _) = _reviewed()
    make.tie(world.people["applicant"], "dispute", expert.person, source="举报材料")
    answer = world.act(number, "score", actor_for(expert.person), scores={}, comment="")
    assert isinstance(answer, Refusal)
    assert [one.code for one in answer.problems] == ["recusal.interest"]
    assert "举报" not in answer.problems[0].say.zh


# ----------------------------------------------------------------------------------------------------------- soft


def test_a_soft_tie_is_for_the_officer_to_judge_with_a_reason_that_is_traced() -> None:
    world = cases.opened()
    number = cases.case(world, at="review").number
    expert = Expert.objects.get(pk=world.experts[0])
    make.tie(expert.person, "declared", world.people["applicant"], severity="soft")
    answer = world.act(number, "assign", "officer", experts=[expert.pk])
    assert isinstance(answer, Refusal)
    assert [(one.code, one.may_override) for one in answer.problems] == [("recusal.declared", True)]
    assert isinstance(world.act(number, "assign", "officer", experts=[expert.pk], despite="只是同乡"), Done)
    assert Seat.objects.get(case__number=number).reason == "只是同乡"
    assert Event.objects.filter(tag="case:assign:judged", case_number=number).exists()
    assert isinstance(world.act(number, "accept", actor_for(expert.person), confirmed=True), Done)
    assert recheck([expert.person_id]) == 0


def test_no_reason_gives_a_seat_to_whom_a_hard_tie_keeps_out() -> None:
    world = cases.opened()
    number = cases.case(world, at="review").number
    expert = Expert.objects.get(pk=world.experts[0])
    make.tie(expert.person, "declared", world.people["applicant"])
    answer = world.act(number, "assign", "officer", experts=[expert.pk], despite="仍需其参加")
    assert isinstance(answer, Refusal)
    assert not Seat.objects.filter(case__number=number).exists()


# ------------------------------------------------------------------------------------------- against a plain oracle


def _world(seed: int) -> tuple[Case, list[Expert]]:
    """A random world: few people and bodies with many ties, so that most kinds meet."""
    random = Random(seed)

    def day(none: float = 0.3) -> date | None:
        return None if random.random() < none else TODAY - timedelta(days=random.randrange(-200, 2500))

    def span() -> dict[str, date | None]:
        since, until = day(), day(0.5)
        return {"since": since, "until": max(since, until) if since and until else until}

    kinds = ["university", "institute", "other", "other", "department"]
    bodies = [make.organisation(f"单位{n}", kind=random.choice(kinds)) for n in range(7)]
    for n, body in enumerate(bodies[1:], 1):
        if random.random() < 0.7:
            hangs = {"since": day(0) or TODAY, "until": None} if random.random() < 0.6 else {"since": date(2010, 1, 1), "until": day(0)}  # fmt: skip
            if hangs["until"] is None or hangs["until"] >= hangs["since"]:
                Parent.objects.create(
                    child=body, parent=bodies[random.randrange(n)], hierarchy="administrative", **hangs
                )
    people = [make.person(f"人{n}", employer=random.choice([*bodies, None])) for n in range(9)]
    pool = [make.expert(one) for one in people[:6]]

    def two() -> list[Person]:
        return random.sample(people, 2)

    for _ in range(5):
        Employment.objects.get_or_create(person=random.choice(people), organisation=random.choice(bodies), since=None, defaults={"until": day()})  # fmt: skip
    for relation in random.sample(["spouse", "parent", "sibling", "in_law"], 3):
        one, other = two()
        Kinship.objects.create(person=one, relative=other, relation=relation, **span())
    for kind in ("adviser", "coauthor", "advice", "nominator", "dispute", "declared", "advice", "declared"):
        one, other = two()
        body = random.choice(bodies) if kind == "advice" or (kind == "declared" and random.random() < 0.5) else None
        severity = random.choice(["hard", "soft"])
        Tie.objects.get_or_create(
            kind=kind, person=one, other=None if body else other, organisation=body, since=None,
            defaults={"until": day(), "severity": severity, "source": "x", "declared_at": NOW},
        )  # fmt: skip
    for n in range(3):
        status = random.choice(["running", "finished", "unknown"])
        project = Project.objects.create(
            number=f"P{seed}-{n}", title="t", normal_title="t", host=bodies[0], status=status,
            last_day=day(), approved_year=random.choice([None, 2020, 2024]),
        )  # fmt: skip
        for one in two():
            Membership.objects.create(project=project, person=one)
    for n in range(6):
        expert = random.choice(pool)
        make_title = random.choice(["甲", "乙", f"独{n}"])
        kind = random.choice(["paper", "prize", "project"])
        if not expert.works.filter(normal_title=make_title, kind=kind).exists():
            make.work(expert, make_title, kind=kind, year=random.choice([None, 2019, 2024, 2026]),
                      authors=tuple(one.name for one in two()))  # fmt: skip
    in_round = cases.bare_round(cases.version())
    head, mate = random.sample(people[3:], 2)
    found = cases.bare_case(
        in_round, host=random.choice(bodies), applicant=head, principal=head, members=[mate.pk], submitted_at=CAME_IN,
        step="review", step_kind="review",
    )  # fmt: skip
    for one, other in (two(), two()):
        cases.bare_case(in_round if random.random() < 0.5 else cases.bare_round(cases.version()),
                        principal=one, members=[other.pk], submitted_at=CAME_IN)  # fmt: skip
    return found, pool


def _expected(case: Case, expert: Expert, avoid: tuple[str, ...]) -> dict[str, bool]:
    """Plain Python over the same rows: by kind, whether it is only soft."""
    me, team = expert.person, [applicant(case), member(case)]
    if me in team:
        return {}
    found: dict[str, bool] = {}
    windows = {one.kind: one for word in avoid if (one := avoidance(word))}

    def counts(kind: str, since: date | None, until: date | None, *, soft: bool = False) -> None:
        window = windows.get(kind)
        if window is None:
            return
        horizon = TODAY if window.years is None else TODAY.replace(year=TODAY.year - window.years)
        if window.years is None and kind in LASTING:
            horizon = date.min
        if (since is None or since <= TODAY) and (until is None or until >= horizon):
            found[kind] = found.get(kind, True) and soft

    window = windows.get("same_institution")
    links_since = TODAY.replace(year=TODAY.year - (window.years or 0)) if window else TODAY

    def above(body: Organisation) -> set[Organisation]:
        reached, edge = {body}, [body]
        while edge:
            for link in Parent.objects.filter(child=edge.pop()).select_related("parent"):
                if (
                    link.since <= TODAY
                    and (link.until is None or link.until >= links_since)
                    and link.parent not in reached
                ):
                    reached.add(link.parent)
                    edge.append(link.parent)
        return reached

    def alike(one: Organisation, other: Organisation) -> bool:
        legal = {"university", "institute", "enterprise", "hospital"}
        return one == other or any(body.kind in legal for body in above(one) & above(other))

    def jobs(of: Person) -> list[tuple[Organisation, date | None, date | None]]:
        past = [(one.organisation, one.since, one.until) for one in of.employments.select_related("organisation")]
        return [*past, *([(of.employer, None, None)] if of.employer else [])]

    theirs = [*([(case.host, None, None)] if case.host else []), *(job for one in team for job in jobs(one))]
    for body, since, until in jobs(me):
        for other, begun, ended in theirs:
            if alike(body, other) and (begun is None or begun <= TODAY):
                ends = [one for one in (until, ended) if one is not None]
                counts("same_institution", since, min(ends) if ends else None)
    for kin in Kinship.objects.all():
        if {kin.person, kin.relative} in [{me, one} for one in team]:
            counts("kin", kin.since, kin.until)
    for tie in Tie.objects.select_related("organisation", "person", "other"):
        soft = tie.severity == "soft"
        if tie.other is not None:
            if {tie.person, tie.other} in [{me, one} for one in team]:
                counts(tie.kind, tie.since, tie.until, soft=soft)
            continue
        if tie.person == me:
            sides = theirs
        elif tie.person in team:
            sides = jobs(me)
        else:
            continue
        if any(alike(tie.organisation, body) and (ended is None or ended >= TODAY) for body, _, ended in sides):
            counts(tie.kind, tie.since, tie.until, soft=soft)
    for project in Project.objects.all():
        joined = {one.person for one in project.memberships.all()}
        if me in joined and joined & set(team):
            until = project.last_day or (date(project.approved_year, 12, 31) if project.approved_year else None)
            counts("coproject", project.first_day, None if project.status == "running" else until)
    for other_case in Case.objects.exclude(pk=case.pk):
        people = {other_case.applicant_id, other_case.principal_id, *other_case.members}
        if me.pk in people and people & {one.pk for one in team} and other_case.submitted_at:
            counts("coproject", other_case.submitted_at.date(), other_case.submitted_at.date())
    for work in Work.objects.select_related("expert__person"):
        kind = {"prize": "coaward", "project": "coproject"}.get(work.kind, "coauthor")
        first, last = (date(work.year, 1, 1), date(work.year, 12, 31)) if work.year else (None, None)
        if work.expert == expert:
            twins = Work.objects.filter(expert__person__in=team, kind=work.kind, normal_title=work.normal_title)
            if twins.exists():
                counts(kind, first, last)
            if {one.name for one in team} & set(work.authors):
                counts(kind, first, last, soft=True)
        elif work.expert.person in team and me.name in work.authors:
            counts(kind, first, last, soft=True)
    return found


@pytest.mark.parametrize("seed", range(12))
def test_the_statement_agrees_with_a_plain_reading_of_the_registers(seed: int) -> None:
    case, pool = _world(seed)
    every = ("kin", "same_institution", "adviser", "coauthor", "coproject", "coaward", "advice", "nominator", "dispute", "declared")  # fmt: skip
    within = tuple(f"{one}_3y" if one not in ("kin", "dispute", "declared") else one for one in every)
    for avoid in (every, within):
        answer = recusals(case, step(*avoid), [one.pk for one in pool], {})
        for expert in pool:
            ties = [one for one in answer[expert.pk] if one.code.removeprefix("recusal.") in KINDS]
            said = {one.code.removeprefix("recusal."): one.may_override for one in ties}
            assert said == _expected(case, expert, avoid), (seed, expert.person.name)


def test_an_expert_who_left_the_pool_leaves_their_open_seats_to_the_officer() -> None:
    _, _, (one, _) = _reviewed()
    experts.leave(one, SYSTEM, reason="本人申请")
    assert recheck([one.person_id]) == 1
    assert (Recusal.objects.get().kinds, Recusal.objects.get().is_hard) == (["not_active"], False)
