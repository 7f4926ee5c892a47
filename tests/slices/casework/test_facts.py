"""What registers and other cases say of a case: each fact as the law means it, in one query, and limits that hold."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import close_old_connections, connection, transaction
from tests import make
from tests.make import cases
from tests.make.cases import definition, version

from keguan.casework import services
from keguan.casework.models import Case, Memo, Round
from keguan.casework.situation import facts
from keguan.casework.situation.about import TITLE_MOST, About, about_of
from keguan.kernel.actors import SYSTEM
from keguan.language.definition import Definition
from keguan.language.schema import Endorse
from keguan.language.vocabulary import FACTS
from keguan.registers.integrity import services as integrity
from keguan.registers.projects import services as projects
from keguan.registers.projects.models import Project

pytestmark = pytest.mark.django_db
EVERYTHING = frozenset(FACTS)
NOW = datetime(2026, 3, 15, 4, tzinfo=UTC)
CAME_IN = datetime(2026, 3, 10, tzinfo=UTC)


@pytest.fixture
def call(db: None) -> Round:
    return cases.bare_round(version(), budget_fen=500, quota=3)


def other(call: Round, **given: Any) -> Case:
    """Another application of the round, submitted."""
    return cases.bare_case(call, **{"submitted_at": CAME_IN, "step": "screen", "step_kind": "screen"} | given)


def computed(wanted: frozenset[str], case: Case, about: About, now: datetime = NOW) -> dict[str, Any]:
    """The facts of the case: the same ones whether it is asked about alone or among others."""
    known = facts.compute(wanted, case, about, now)
    nobody = (case, About())
    assert facts.compute_many(wanted, [nobody, (case, about), nobody, (case, about)], now)[1::2] == [known, known]
    return known


def found(wanted: str, case: Case, about: About) -> Any:
    return computed(frozenset({wanted}), case, about).get(wanted)


def grounds(wanted: str, case: Case, about: About) -> list[tuple[str, int, str]]:
    known = computed(frozenset({wanted}), case, about).get("grounds", {})
    return [(one["kind"], one["id"], one["number"]) for one in known.get(wanted, [])]


# -------------------------------------------------------------------------------------------------------- about


def test_what_a_case_is_about_is_read_from_typed_text_as_the_form_reads_it() -> None:
    typed = {
        "title": " 棉花  抗旱",
        "principal": "１７",
        "asked": "１２.5 万元",
        "team": [{"member": "18"}, {"member": "17"}],
    }
    stored = {"title": "棉花 抗旱", "principal": 17, "asked": 12_500_000, "team": [{"member": 18}, {"member": 17}]}
    read = about_of(definition(), {"proposal": typed})
    assert read == about_of(definition(), {"proposal": stored})
    assert read == About("棉花 抗旱", "棉花抗旱", 17, frozenset({18}), 12_500_000)


@pytest.mark.parametrize("answers", [{}, {"proposal": {}}, {"proposal": {"title": 7, "principal": "甲", "team": "x"}}])
def test_answers_that_cannot_be_read_say_nothing_and_break_nothing(answers: dict[str, Any]) -> None:
    assert about_of(definition(), answers) == About()


def test_a_side_case_is_called_by_its_reason_and_a_long_reason_still_fits_the_index() -> None:
    read = about_of(definition("withdraw"), {"request": {"reason": "团队调整，" * 300}})
    assert len(read.title) == TITLE_MOST
    assert len(read.normal_title.encode()) < 2700


# -------------------------------------------------------------------------------------------------------- facts


def test_facts_of_the_round_and_the_host_need_no_query(call: Round, django_assert_num_queries: Any) -> None:
    host = make.organisation(kind="enterprise", region_code="650100", founded=date(2025, 3, 15))
    case = cases.bare_case(call, host=host)
    wanted = frozenset(name for name in FACTS if name.startswith("round.")) | {
        "today", "applicant.kind", "applicant.region", "applicant.age_days",
    }  # fmt: skip
    with django_assert_num_queries(0):
        known = facts.compute(wanted, case, About(), NOW)
    assert known == {
        "today": date(2026, 3, 15),
        "round.opens": date(2026, 3, 1),
        "round.closes": date(2026, 3, 31),
        "round.year": 2026,
        "round.budget": 500,
        "round.quota": 3,
        "applicant.kind": "enterprise",
        "applicant.region": "650100",
        "applicant.age_days": 365,
    }


def test_everything_else_is_one_query(call: Round, django_assert_num_queries: Any) -> None:
    host, member = make.organisation(), make.person()
    person = make.person(born=date(1980, 4, 1), title="senior", degree="doctor", employer=host)
    authority = make.organisation(kind="bureau")
    case = cases.bare_case(call, host=host, authority=authority)
    about = About("棉花", "棉花", person.pk, frozenset({member.pk}), 1)
    computed(EVERYTHING, case, about, NOW)
    with django_assert_num_queries(1):
        known = facts.compute(EVERYTHING, case, about, NOW)
    # Nobody wrote when the university was founded, and nothing was compared.
    assert known.keys() == EVERYTHING - {"applicant.age_days", "similar.share"}
    assert known["person.age"] == 45  # 46 only on the day after the round closes
    assert (known["person.title"], known["person.degree"]) == ("senior", "doctor")
    assert all(known[name] == 0 for name, fact in FACTS.items() if fact.counts and name in known)


def test_facts_of_many_cases_are_one_query_for_those_of_a_kind(call: Round, django_assert_num_queries: Any) -> None:
    host = make.organisation()
    people = [make.person(born=date(1960 + at, 4, 1), employer=host) for at in range(5)]
    those = [cases.bare_case(call, host=host, submitted_at=CAME_IN, principal=one) for one in people]
    asked = [(one, About(f"题{at}", f"题{at}", people[at].pk)) for at, one in enumerate(those)]
    with django_assert_num_queries(1):
        known = facts.compute_many(EVERYTHING, asked, NOW)
    assert [one["person.age"] for one in known] == [65, 64, 63, 62, 61]
    assert known == [facts.compute(EVERYTHING, *one, NOW) for one in asked]
    with django_assert_num_queries(2):
        facts.compute_many(EVERYTHING, [*asked, (those[0], About())], NOW)


def test_a_missing_or_unknown_principal_leaves_everything_about_the_person_unknown(call: Round) -> None:
    case = cases.bare_case(call)
    for about in (About(), About(principal=999_999_999)):
        known = computed(EVERYTHING, case, about, NOW)
        assert not any(name.startswith("person.") for name in known)
    assert "duplicate.projects" not in known


def test_whether_the_principal_works_for_the_host_is_unknown_where_nobody_wrote_for_whom_they_work(call: Round) -> None:
    host = make.organisation()
    case = cases.bare_case(call, host=host)
    for employer, known in ((host, True), (make.organisation(), False), (None, None)):
        person = make.person(employer=employer)
        assert found("person.of_applicant", case, About(principal=person.pk)) is known
    assert found("person.of_applicant", cases.bare_case(call), About(principal=person.pk)) is None


def test_a_side_case_knows_nothing_of_a_round(call: Round) -> None:
    parent = other(call)
    side = Case.objects.create(
        number="65WDR20260000001", programme=call.programme, parent=parent, code="withdraw", step="apply",
        step_kind="apply", created_at=NOW, changed_at=NOW,
    )  # fmt: skip
    person = make.person(born=date(1980, 4, 1))
    known = computed(EVERYTHING, side, About("名", "名", person.pk), NOW)
    assert not any("round" in name for name in known)
    assert known["person.running_projects"] == 0


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, 1),
        ({"submitted_at": None}, 0),
        ({"step": "", "step_kind": "", "end": "declined"}, 0),
        ({"step": "", "step_kind": "", "end": "withdrawn"}, 0),
        ({"step": "", "step_kind": "", "end": "awarded"}, 1),
        ({"step": "apply", "step_kind": "apply"}, 1),  # sent back for correction: it came in
    ],
)
def test_applications_in_the_round_count_those_that_came_in_and_did_not_end_in_vain(
    call: Round, changes: dict[str, Any], counts: int
) -> None:
    person, host = make.person(), make.organisation()
    one = other(call, principal=person, host=host, normal_title="棉花", **changes)
    case = cases.bare_case(call, host=host, principal=person, submitted_at=CAME_IN, normal_title="棉花")
    about = About("棉花", "棉花", person.pk)
    for name in ("person.applications_in_round", "applicant.applications_in_round", "duplicate.applications"):
        assert found(name, case, about) == counts, name
        assert grounds(name, case, about) == [("case", one.pk, one.number)] * counts
    assert found("person.applications_elsewhere", case, about) == 0


def test_applications_elsewhere_count_only_those_still_pending_in_other_rounds(call: Round) -> None:
    person = make.person()
    elsewhere = cases.bare_round(call.programme)
    pending = other(elsewhere, principal=person)
    other(elsewhere, principal=person, step="", step_kind="", end="awarded")
    other(elsewhere, members=[person.pk])
    case = cases.bare_case(call)
    assert found("person.applications_elsewhere", case, About(principal=person.pk)) == 1
    assert grounds("person.applications_elsewhere", case, About(principal=person.pk)) == [
        ("case", pending.pk, pending.number)
    ]
    assert found("person.applications_in_round", case, About(principal=person.pk)) == 0


def test_of_many_the_first_twenty_are_named_and_all_are_counted(call: Round) -> None:
    host = make.organisation()
    several = [other(call, host=host).pk for _ in range(23)]
    case = cases.bare_case(call, host=host)
    assert found("applicant.applications_in_round", case, About()) == 23
    assert [pk for _, pk, _ in grounds("applicant.applications_in_round", case, About())] == several[:20]


def test_sanctions_count_while_they_are_in_force(call: Round) -> None:
    person, host = make.person(), make.organisation()
    make.sanction(person=person.pk)
    make.sanction(person=person.pk, since=date(2026, 3, 16), until=None)
    make.sanction(organisation=host.pk, since=date(2020, 1, 1), until=date(2026, 3, 14))
    make.sanction(organisation=host.pk, since=date(2020, 1, 1), until=date(2026, 3, 15))
    case = cases.bare_case(call, host=host)
    assert found("person.active_sanctions", case, About(principal=person.pk)) == 1
    assert found("applicant.active_sanctions", case, About()) == 1
    integrity.lift(
        integrity.Sanction.objects.get(person=person, since=date(2026, 1, 1)),
        SYSTEM,
        on=date(2026, 3, 20),
        reason="复核撤销",
    )
    later = datetime(2027, 3, 15, tzinfo=UTC)
    known = computed(frozenset({"person.active_sanctions"}), case, About(principal=person.pk), later)
    standing = integrity.Sanction.objects.get(person=person, since=date(2026, 3, 16))
    ground = {"kind": "sanction", "id": standing.pk, "number": standing.source}
    assert known == {"person.active_sanctions": 1, "grounds": {"person.active_sanctions": [ground]}}


def test_running_projects_are_those_led_today_also_under_a_pseudonym_that_was_identified(call: Round) -> None:
    person = make.person()
    make.project(principal=person.pk)
    make.project(principal=person.pk, last_day=None)  # said to run, nobody wrote until when
    make.project(principal=person.pk, last_day=date(2026, 3, 14))
    make.project(participants=(person.pk,))
    listed = [make.project() for _ in range(3)]
    for one, pseudonym in zip(listed, ("P1", "P1", "P2"), strict=True):
        Project.objects.filter(pk=one.pk).update(principal_pseudonym=pseudonym, status="unknown", origin="")
    case = cases.bare_case(call)
    assert found("person.running_projects", case, About(principal=person.pk)) == 2
    projects.link_principal(listed[0], person.pk, SYSTEM)
    assert found("person.running_projects", case, About(principal=person.pk)) == 4
    # What only the pseudonym ties to the person is told apart: the list itself does not name them.
    told = grounds("person.running_projects", case, About(principal=person.pk))
    assert [kind for kind, _, _ in told] == ["project", "project", "project", "listed"]
    assert told[2:] == [("project", listed[0].pk, listed[0].number), ("listed", listed[1].pk, listed[1].number)]


def test_a_member_is_over_the_limit_with_two_parts_in_projects_and_applications(call: Round) -> None:
    once, twice, free = make.person(), make.person(), make.person()
    make.project(participants=(once.pk, twice.pk))
    own = other(call, members=[twice.pk], principal=once)
    case = cases.bare_case(call)
    about = About(members=frozenset({once.pk, twice.pk, free.pk}))
    assert found("members.over_limit", case, about) == 2
    assert grounds("members.over_limit", case, about) == [("person", once.pk, ""), ("person", twice.pk, "")]
    # The project that an application led to is not a second part.
    Project.objects.update(origin=own.number)
    assert found("members.over_limit", case, about) == 0
    assert found("members.over_limit", own, about) == 0


def test_duplicates_meet_in_every_spelling_and_a_case_is_no_duplicate_of_its_own_project(call: Round) -> None:
    make.project("“棉花”抗旱 研究", origin="elsewhere")
    case = cases.bare_case(call)
    make.project("棉花抗旱研究", origin=case.number)
    about = about_of(definition(), {"proposal": {"title": "棉花-抗旱研究"}})
    assert found("duplicate.projects", case, about) == 1


def test_certificates_count_in_the_series_the_programme_records_into(db: None) -> None:
    call = cases.bare_round(version("high-tech-enterprise"))
    host = make.organisation(kind="enterprise")
    held = make.certificate("high-tech-enterprise", holder=host.pk)
    make.certificate("key-laboratory", holder=host.pk)
    case = cases.bare_case(call, host=host)
    assert found("applicant.valid_certificates", case, About()) == 1
    assert grounds("applicant.valid_certificates", case, About()) == [("certificate", held.pk, held.number)]
    after = datetime(2029, 1, 2, tzinfo=UTC)
    assert computed(frozenset({"applicant.valid_certificates"}), case, About(), after) == {
        "applicant.valid_certificates": 0
    }


def test_an_authority_that_ranks_has_recommended_what_holds_a_rank(call: Round) -> None:
    bureau = make.organisation(kind="bureau")
    other(call, authority=bureau, recommended_rank=1)
    other(call, authority=bureau, recommended_rank=4)
    other(call, authority=bureau)
    other(call, authority=make.organisation(kind="bureau"), recommended_rank=1)
    case = cases.bare_case(call, authority=bureau, recommended_rank=2)
    assert found("authority.endorsed_in_round", case, About()) == 2
    assert set(found(facts.RANKS_TAKEN, case, About())) == {1, 4}


def test_an_authority_that_does_not_rank_has_recommended_what_it_endorsed_and_was_not_sent_back(call: Round) -> None:
    ranked = definition()
    steps = tuple(replace(one, ranked=False) if isinstance(one, Endorse) else one for one in ranked.programme.steps)
    read = Definition(replace(ranked.programme, steps=steps), {**ranked.sources, "programme.yaml": "unranked"})
    call.programme = cases.bare_version(read=read)
    bureau = make.organisation(kind="bureau")
    call.save()
    endorsed = {"steps": {"recommend": {"outcome": "endorsed"}}}
    other(call, authority=bureau, state=endorsed)
    other(call, authority=bureau, state=endorsed, step="endorse", step_kind="endorse")
    other(call, authority=bureau, state={"steps": {"recommend": {"outcome": "returned"}}})
    case = cases.bare_case(call, authority=bureau, state=endorsed)
    assert found("authority.endorsed_in_round", case, About()) == 1


# -------------------------------------------------------------------------------------------------------- locks


def test_locks_are_named_for_whatever_is_counted_and_for_nothing_else(call: Round) -> None:
    host, bureau = make.organisation(), make.organisation(kind="bureau")
    case = cases.bare_case(call, host=host, authority=bureau)
    about = About("棉花", "棉花", 7, frozenset({8, 9}))
    assert facts.locks(frozenset({"today", "person.age", "applicant.active_sanctions"}), case, about) == ()
    assert facts.locks(frozenset({"person.applications_in_round"}), case, about) == ("person:7",)
    assert facts.locks(EVERYTHING, case, about) == tuple(
        sorted(
            [
                "person:7",
                "person:8",
                "person:9",
                f"applicant:{host.pk}",
                f"applicant:{call.pk}:{host.pk}",
                f"authority:{call.pk}:{bureau.pk}",
                f"title:{call.pk}:棉花",
            ]
        )
    )


@pytest.mark.django_db(transaction=True)
def test_of_two_who_come_at_once_only_one_finds_the_limit_free() -> None:
    call = cases.bare_round(version())
    person = make.person()
    both = [cases.bare_case(call).pk for _ in range(2)]
    wanted = frozenset({"person.applications_in_round", "members.over_limit"})

    def submit(pk: int) -> int:
        try:
            with transaction.atomic():
                case = Case.objects.select_for_update(of=("self",)).select_related("round", "programme").get(pk=pk)
                about = About(principal=person.pk)
                services.take_locks(facts.locks(wanted, case, about))
                counted = facts.compute(wanted, case, about, NOW)["person.applications_in_round"]
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(0.2)")
                if counted == 0:
                    Case.objects.filter(pk=pk).update(submitted_at=CAME_IN, principal=person)
                return int(counted)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(submit, both)) == [0, 1]
    close_old_connections()
    assert Case.objects.filter(principal=person, submitted_at__isnull=False).count() == 1
    assert Memo.objects.count() == 2
