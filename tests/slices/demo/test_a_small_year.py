"""The demo's cast and a year of thirteen cases, lived through the write door in the test database."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

import pytest
from django.conf import settings
from django.test import Client
from django.urls import resolve
from pytest_django.plugin import DjangoDbBlocker
from tests import make, own_database

from keguan.casework.models import Case, Notice, ProgrammeVersion, Round, SeatHolder, Task
from keguan.casework.versions import definition_of
from keguan.doors.demo import cast, rounds, tour, year
from keguan.doors.demo.stage import Stage
from keguan.fairness.draw_bundle import check
from keguan.insight.similarity.models import Document, Finding
from keguan.kernel.clock import BEIJING, clock_at
from keguan.language.schema import kind_of
from keguan.language.vocabulary import KINDS
from keguan.panels.draws.models import Draw
from keguan.panels.meetings.models import Meeting, MinutesSignature
from keguan.registers.certificates.models import Certificate
from keguan.registers.experts.models import Merit
from keguan.registers.funds.models import Payment
from keguan.registers.parties.models import Account, Duty, Person
from keguan.registers.parties.roles import ROLES
from keguan.registers.projects.models import Project
from keguan.registers.ties.models import Tie
from keguan.registers.trace.models import Event
from keguan.registers.views.models import SavedView

UNTIL = datetime(2026, 11, 20, 15, 0, tzinfo=BEIJING)


@pytest.fixture(scope="module")
def stage(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """The year, lived once for all tests of this file."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(settings, "MEDIA_ROOT", tmp_path_factory.mktemp("files"))
        try:
            yield year.lived(UNTIL, plans=rounds.SMALL, size=cast.SMALL)
        finally:
            own_database.empty()


@pytest.fixture(autouse=True)
def _reading(stage: Stage, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


def test_thirteen_cases_came_to_their_end() -> None:
    cases = Case.objects.filter(round__isnull=False)
    assert cases.count() == 13
    assert not cases.filter(end="").exists()
    assert not Task.objects.exists()


def test_nobody_of_the_committee_is_of_a_host_or_of_who_recommends_its_cases(stage: Stage) -> None:
    members = Person.objects.filter(pk__in=stage.cast.staff["committee"])
    employers = set(members.values_list("employer", flat=True))
    recommended = {stage.cast.recommenders.get(host or 0) for host in Case.objects.values_list("host", flat=True)}
    assert None not in employers
    assert employers & (recommended | set(Case.objects.values_list("host", flat=True))) == set()


def test_every_step_kind_of_the_language_was_reached() -> None:
    reached = set()
    for case in Case.objects.select_related("programme", "memo"):
        programme = definition_of(case.programme).programme
        reached |= {kind_of(programme.step(step)) for step in case.memo.state["steps"]}
    assert reached == set(KINDS)


def test_no_call_is_titled_for_the_young_whom_no_rule_knows() -> None:
    assert not [plan for plan in (*rounds.FULL, *rounds.SMALL) if "青年" in plan.zh or "young" in plan.en.lower()]


def test_every_end_of_a_key_rd_project_was_reached() -> None:
    version = ProgrammeVersion.objects.get(code="key-rd-project")
    declared = {str(end.end) for end in definition_of(version).programme.ends} | {"withdrawn"}
    assert set(Case.objects.filter(round__programme=version).values_list("end", flat=True)) == declared


def test_what_succeeds_leaves_a_project_a_certificate_and_money_paid() -> None:
    awarded = Case.objects.get(end="awarded", code="key-rd-project")
    assert Project.objects.get(origin=awarded.number).amount_fen == awarded.amount_fen
    assert Payment.objects.filter(origin=awarded.number, status="paid").count() == 1
    certified = Case.objects.get(end="certified")
    assert Certificate.objects.get(origin=certified.number).status == "valid"
    assert Notice.objects.filter(case=awarded, outcome="unopposed").exists()


def test_who_reviewed_for_the_fund_was_drawn_and_anybody_computes_the_draw_again() -> None:
    draw = Draw.objects.get()
    assert check(draw.bundle.encode(), announced=draw.digest, value=draw.value).agrees
    seats = SeatHolder.objects.filter(seat__case__code="natural-science-fund", seat__state="final")
    assert set(seats.values_list("expert", flat=True)) <= set(draw.places.values_list("expert", flat=True))
    assert seats.count() == 3
    assert Case.objects.get(code="natural-science-fund").end == "awarded"


def test_what_is_done_beside_the_cases_is_in_the_year_too() -> None:
    meeting = Meeting.objects.filter(state="closed").first()
    assert meeting is not None
    assert MinutesSignature.objects.filter(meeting=meeting).count() == 5
    assert {one.kind for one in Tie.objects.all()} == {"adviser", "coauthor", "advice"}
    assert Merit.objects.filter(rating="poor").exclude(answer="").count() == 1
    assert SavedView.objects.count() == 4


def test_texts_of_the_year_are_alike_only_where_it_means_them_to_be() -> None:
    compared = Document.objects.filter(compared_at__isnull=False)
    assert compared.count() >= 9
    assert not Finding.objects.filter(share__gte=500).exists()  # none of so few is written after another
    assert Finding.objects.count() <= 3


def test_the_trace_tells_of_every_revision_of_every_case_without_a_gap() -> None:
    for case in Case.objects.all():
        events = Event.objects.filter(case_number=case.number, tag__startswith="case:", outcome="done")
        told = [event.payload["revision"] for event in events.order_by("id") if "revision" in event.payload]
        assert told == sorted(set(told)), case.number
        assert told[-1] == case.revision, case.number


def test_whoever_drafted_a_round_did_not_publish_it() -> None:
    assert Round.objects.count() == 5
    for made in Round.objects.all():
        assert made.drafted_by != made.published_by


def test_everybody_who_can_sign_in_is_invented() -> None:
    assert Account.objects.exists()
    assert not Account.objects.filter(person__is_demo=False).exists()
    assert any("·" in name for name in Person.objects.values_list("name", flat=True))


def test_the_sign_in_page_of_a_demo_lists_the_people_by_role(settings: object, client: Client) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    with clock_at(UNTIL):
        page = client.get("/sign-in/").content.decode()
    for role in ROLES:
        assert ROLES[role].zh in page, role
        holder = Duty.objects.filter(role=role, until__isnull=True).select_related("person").first()
        assert holder is not None, role
        assert holder.person.name in page, role


@pytest.mark.parametrize("role", tour.TOURS)
def test_every_stop_of_a_tour_opens_to_its_guide(role: str, settings: object, client: Client) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    with clock_at(UNTIL):
        guide = tour.guide_for(role)
        assert (guide is None) == (role == tour.PUBLIC)
        if guide is not None:
            before = client.get(f"/tour/{role}/").content.decode()
            assert f'value="{guide.pk}"' in before
            entered = client.post("/sign-in/", {"account": guide.pk, "next": f"/tour/{role}/"})
            assert entered["Location"] == f"/tour/{role}/"
        found = tour.stops(role, guide)
        assert 3 <= len(found) <= 6
        said = client.get(f"/tour/{role}/").content.decode()
        english = client.get(f"/tour/{role}/", {"lang": "en"}).content.decode()
        for stop in found:
            assert f'href="{stop.href}"' in said
            assert html.escape(stop.see.en) in english
            assert client.get(stop.href, follow=True).status_code == 200, stop.href


def test_without_a_demo_there_is_no_tour(client: Client) -> None:
    assert client.get("/tour/").status_code == 404
    assert client.get("/tour/officer/").status_code == 404


def test_the_demo_leads_to_its_tours(settings: object, client: Client, django_assert_max_num_queries: Any) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    assert 'href="/tour/"' in client.get("/sign-in/").content.decode()
    listed = client.get("/tour/").content.decode()
    for role in tour.TOURS:
        assert f'href="/tour/{role}/"' in listed
        with clock_at(UNTIL), django_assert_max_num_queries(12):
            assert client.get(f"/tour/{role}/").status_code == 200
    assert client.get("/tour/nobody/").status_code == 404


LINK = re.compile(r'<a [^>]*?href="(/[^"#]*|[?][^"#]*)')
MOST_OF_A_KIND = 2
"""So many addresses of one page are opened for one reader."""
READERS = ("applicant", *ROLES)


@pytest.mark.parametrize("who", READERS)
def test_every_link_on_a_page_opens_to_its_reader(who: str, stage: Stage, settings: Any, client: Client) -> None:
    settings.DEMO = True
    with clock_at(UNTIL):
        client.force_login(_account_of(who, stage))
        waiting, came, opened, dead = ["/"], {"/": ""}, Counter[str](), []
        while waiting:
            address = waiting.pop(0)
            name = str(resolve(address.partition("?")[0]).url_name)
            opened[name] += 1
            if opened[name] > MOST_OF_A_KIND or name == "sign_out":
                continue
            answer: Any = client.get(address)
            if answer.status_code >= 400:
                dead.append(f"{answer.status_code} {address} on {came[address]}")
            elif answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                links = {urljoin(address, html.unescape(one)) for one in LINK.findall(answer.content.decode())}
                waiting += sorted(links - set(came))
                came |= dict.fromkeys(links - set(came), address)
            answer.close()  # a file on its way stays open otherwise
    assert dead == []
    assert len(opened) > 40, who


def _account_of(who: str, stage: Stage) -> Account:
    if who in ROLES:
        return Account.objects.filter(person__duties__role=who, person__duties__until__isnull=True).first()  # type: ignore[return-value]
    leader = Case.objects.filter(code="key-rd-project", end="awarded").values_list("principal", flat=True).get()
    return Account.objects.filter(person=leader).first() or make.account(Person.objects.get(pk=leader))
