"""Projects are recorded once per case, counted while they run, and found by title however it was typed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st
from tests import make

from keguan.kernel.actors import SYSTEM
from keguan.kernel.names import normal_title
from keguan.kernel.problems import Refused
from keguan.registers.projects import queries, services
from keguan.registers.projects.logic import approved_year, clean_number, number_grammar
from keguan.registers.projects.models import Project
from keguan.registers.trace.models import Event


@pytest.mark.django_db
def test_a_case_asked_twice_gives_one_project_and_another_case_is_refused_its_number() -> None:
    host = make.organisation().pk
    first = make.project(origin="C1", number="N1", host=host)
    assert make.project(origin="C1", number="N1", host=host).pk == first.pk
    with pytest.raises(Refused) as refused:
        make.project(origin="C2", number="N1", host=host)
    assert refused.value.refusal.problems[0].code == "project.number-taken"
    assert Event.objects.filter(tag="projects:project:recorded").count() == 1


@pytest.mark.django_db
def test_a_person_runs_a_project_from_its_first_to_its_last_day() -> None:
    person = make.person()
    project = make.project(principal=person.pk)
    day = timedelta(days=1)
    running = {
        on: queries.running_projects(person, on).exists()
        for on in (project.first_day - day, project.first_day, project.last_day, project.last_day + day)
    }
    assert list(running.values()) == [False, True, True, False]


@pytest.mark.django_db
def test_taking_part_counts_only_where_it_is_asked_for() -> None:
    principal, member = make.person(), make.person()
    make.project(principal=principal.pk, participants=(member.pk, principal.pk))
    on = date(2026, 6, 1)
    assert not queries.running_projects(member, on).exists()
    assert queries.running_projects(member.pk, on, role="any").count() == 1
    assert queries.running_projects(principal, on, role="any").count() == 1


@pytest.mark.django_db
def test_a_finished_project_no_longer_counts_and_the_change_names_its_reason() -> None:
    person = make.person()
    project = make.project(principal=person.pk, origin="C7")
    services.change_status(project, "finished", SYSTEM, reason="验收通过", origin="C7")
    assert not queries.running_projects(person, date(2026, 6, 1)).exists()
    event = Event.objects.get(tag="projects:project:status-changed")
    assert (event.payload["before"], event.payload["after"]) == ("running", "finished")
    with pytest.raises(Refused):
        services.change_status(project, "finished", SYSTEM, reason=" ")


@pytest.mark.django_db
def test_a_pseudonym_counts_its_own_projects_and_an_empty_one_counts_nobodys() -> None:
    row = make.project()
    Project.objects.filter(pk=row.pk).update(principal_pseudonym="P0123456789")
    make.project()
    assert queries.running_projects("P0123456789", date(2026, 6, 1)).get() == row
    assert not queries.running_projects("", date(2026, 6, 1)).exists()


@pytest.mark.django_db
def test_a_project_without_days_is_not_counted_as_running_but_shown_for_a_person_to_look_at() -> None:
    person = make.person()
    project = make.project(principal=person.pk, first_day=None, last_day=None)
    assert not queries.running_projects(person, date(2026, 6, 1)).exists()
    assert queries.undated_projects(person).get() == project


@pytest.mark.django_db
def test_linking_a_principal_keeps_the_first_answer() -> None:
    project, person = make.project(), make.person()
    services.link_principal(project, person.pk, SYSTEM)
    services.link_principal(project, person.pk, SYSTEM)
    assert project.memberships.get().person == person
    with pytest.raises(Refused):
        services.link_principal(project, make.person().pk, SYSTEM)


@pytest.mark.django_db
def test_the_database_refuses_a_project_that_ends_before_it_starts() -> None:
    row = make.project()
    with pytest.raises(IntegrityError), transaction.atomic():
        Project.objects.filter(pk=row.pk).update(last_day=date(2020, 1, 1))


@pytest.mark.parametrize(
    ("number", "grammar", "year"),
    [
        ("71701001", "nsfc", 2017),
        ("79970001", "nsfc", 1999),
        ("71720107001", "nsfc", 2017),
        ("2018YFA0208400", "national_rd", 2018),
        ("2018YFF01010100", "national_rd", 2018),
        ("SQ2018YFD020224", "national_rd", 2018),
        ("65KRD2026P000174", "own", None),
        ("1601217", "unknown", None),
        ("0", "unknown", None),
    ],
)
def test_each_funder_is_known_by_its_numbers(number: str, grammar: str, year: int | None) -> None:
    assert (number_grammar(number), approved_year(number)) == (grammar, year)


def test_a_footnote_mark_and_wide_digits_are_no_part_of_a_number() -> None:
    assert clean_number(" ２０１９YFC1509800* ") == "2019YFC1509800"


@pytest.mark.django_db
def test_the_same_title_is_found_whatever_spaces_dashes_and_quotes_were_typed() -> None:
    project = make.project("“穷家富路？”——解释水平 DNA 研究")
    assert queries.same_title("「穷家富路」: 解释水平dna硏究").get() == project
    assert not queries.same_title("穷家富路解释水平RNA研究").exists()


@given(st.text())
def test_normalising_a_title_twice_changes_nothing(title: str) -> None:
    assert normal_title(normal_title(title)) == normal_title(title)
