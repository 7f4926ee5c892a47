"""What rules counted is kept with the verdict and told by number, to those to whom the number is open anyway."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w
from tests.slices.casework.page_cast import signed_in

from keguan.casework import explain
from keguan.casework.drafting import drafts
from keguan.casework.models import Case, Judgement
from keguan.casework.situation.grounds import known_to
from keguan.kernel.clock import clock_at
from keguan.registers.projects.models import Project

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[w.World]:
    """A round of March, and everything on 10 April."""
    of = cases.opened()
    with clock_at(w.moment("2026-04-10")):
        yield of


def elsewhere(world: w.World) -> Case:
    """Another application that the principal leads, of another institution and another round."""
    of_round = cases.bare_round(cases.version())
    return cases.bare_case(
        of_round,
        principal=world.people["applicant"],
        submitted_at=cases.OPENED,
        step="screen",
        step_kind="screen",
        title="另一项申报",
    )


def whole(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_officer_meets_the_other_case_by_number_before_and_after_judging_it(world: w.World) -> None:
    case, other = cases.case(world, at="screen"), elsewhere(world)
    officer = signed_in(world.people["officer"])
    here = reverse("case", args=[case.number])
    link = f'<a href="{reverse("case", args=[other.number])}">办件{other.number}</a>'
    assert link in whole(officer, here)
    met = {f"formal.{rule}": {"result": "meets"} for rule in ("guide", "attachments", "classified", "cv", "elsewhere")}
    world.act(case.number, "pass", "officer", verdicts=met)
    kept = {one["rule"]: one for judged in Judgement.objects.filter(case=case) for one in judged.verdicts}
    ground = {"kind": "case", "id": other.pk, "number": other.number}
    assert kept["formal.elsewhere"]["grounds"] == {"person.applications_elsewhere": [ground]}
    assert "grounds" not in kept["formal.guide"]
    Case.objects.filter(pk=other.pk).update(end="declined", step="", step_kind="")
    assert link in whole(officer, here), "frozen with the verdict"


@pytest.mark.parametrize(
    ("who", "learns"),
    [("officer", True), ("supervisor", True), ("applicant", True), ("member", False), ("host", False)],
)
def test_a_case_is_named_only_to_those_who_may_know_of_it(world: w.World, who: str, learns: bool) -> None:
    case, other = cases.case(world, at="screen"), elsewhere(world)
    met = {f"formal.{rule}": {"result": "meets"} for rule in ("guide", "attachments", "classified", "cv", "elsewhere")}
    world.act(case.number, "pass", "officer", verdicts=met)
    case = Case.objects.select_related("memo", "programme", "parent").get(pk=case.pk)
    lines = [one for line in explain.lines(explain.explanation(case, world.actor(who))) for one in (line.zh, line.en)]
    assert any("负责人在其他批次的在审申报 = 1" in one for one in lines), "that it was counted is known to all"
    assert (f"      负责人在其他批次的在审申报 = 1（办件{other.number}）" in lines) == learns
    assert any(other.number in one for one in lines) == learns
    assert (other.number in whole(signed_in(world.people[who]), reverse("case", args=[case.number]))) == learns


def test_an_applicant_reads_which_project_sanction_and_member_stand_against_them(world: w.World) -> None:
    principal, member = world.people["applicant"], world.people["member"]
    project = make.project(principal=principal.pk)
    listed = make.project()
    for one in (project, listed):
        Project.objects.filter(pk=one.pk).update(principal_pseudonym="P1")
    make.project(participants=(member.pk,))
    make.project(participants=(member.pk,))
    own, of_host = make.sanction(person=principal.pk), make.sanction(organisation=world.university.pk)
    with clock_at(w.moment("2026-03-05")):
        number = w.started(world)
        client = signed_in(principal)
        address = reverse("case_form", args=[number, "proposal"])
        drafts.save_draft(number, "proposal", w.proposal(world), 0, world.actor("applicant"))
        said = whole(client, f"{address}?check=1")
    assert f'<a href="{reverse("project", args=[project.pk])}">项目{project.number}</a>' in said
    assert f'<a href="{reverse("sanction", args=[own.pk])}">' in said
    assert f"</span> 1<br>{member.name}</div>" in said
    assert reverse("sanction", args=[of_host.pk]) not in said, "the institution's own affair"
    assert listed.number not in said, "only a pseudonym says whose it is"


def test_what_only_a_pseudonym_ties_to_somebody_is_told_to_those_who_run_the_programme(world: w.World) -> None:
    case, listed = cases.case(world, at="screen"), make.project()
    grounds = {"person.running_projects": [{"kind": "listed", "id": listed.pk, "number": listed.number}]}
    for who, learns in (("officer", True), ("applicant", False), ("host", False), ("authority", False)):
        known = known_to(world.actor(who), case, [grounds])
        assert [one.said.zh for one in known.of(grounds, "person.running_projects")] == [
            f"项目{listed.number}" for _ in range(learns)
        ]
