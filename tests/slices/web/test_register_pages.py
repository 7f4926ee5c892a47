"""The pages of the registers: who sees what, at which cost, in both languages."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import make
from tests.slices.web import people

from keguan.kernel.actors import Actor, HeldDuty
from keguan.registers.certificates.models import Certificate, RegisterKind
from keguan.registers.documents.services import keep
from keguan.registers.experts.models import Expert
from keguan.registers.funds.models import Payment
from keguan.registers.funds.rights import can_see_payment, visible_to
from keguan.registers.imports.models import ImportRun
from keguan.registers.imports.specs import SPECS
from keguan.registers.integrity.models import Sanction
from keguan.registers.integrity.pages import can_see_sanction, sanctions_visible_to
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties.models import Account
from keguan.registers.projects.models import Project
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 1)
LISTS = {
    "organisations": "organisation",
    "people": "person",
    "duties": None,
    "experts": "expert",
    "projects": "project",
    "documents": "document",
    "certificates": "certificate",
    "sanctions": "sanction",
    "payments": "payment",
    "trace": "event",
    "imports": "import",
}
FOR_STAFF = ("person", "expert", "document", "sanction", "event")
FOR_HOSTS = ("payment",)


class World:
    """Seventy of everything, so that each list has more than one page."""

    def __init__(self) -> None:
        self.host = people.organisation()
        self.owner = people.person("王一", employer=self.host)
        others = [people.organisation(f"单位{n:03}", "enterprise") for n in range(62)]
        self.person = self.owner.person
        Expert.objects.create(
            person=self.person,
            fields=["gbt13745:2009:210", "gbt13745:2009:520"],
            status="active",
            verified_at=datetime(2026, 1, 1, tzinfo=UTC),
            confirmed_on=date(2026, 1, 1),
        )
        Project.objects.bulk_create(
            Project(
                number=f"N{n}",
                title=f"题目<{n}>",
                normal_title=f"题目{n}",
                host=other,
                amount_fen=n * 10**6,
                approved_year=2020,
            )
            for n, other in enumerate(others)
        )
        kind = RegisterKind.objects.create(code="test-kind", title_zh="试验名录", title_en="Test register")
        Certificate.objects.bulk_create(
            Certificate(register=kind, number=f"C{n}", holder=other, title="证", first_day=DAY, last_day=DAY)
            for n, other in enumerate(others)
        )
        Sanction.objects.bulk_create(
            Sanction(organisation=other, kind="criticism", severity="minor", since=DAY, source="文1号", decided_by="厅")
            for other in others
        )
        Sanction.objects.create(
            person=self.person, kind="admonition", severity="minor", since=DAY, source="文2号", decided_by="厅"
        )
        actor = Actor(self.person.pk, self.person.name)
        for n in range(5):
            keep(f"文{n}.txt", f"内容 {n}".encode(), actor, origin="65X")
        Payment.objects.bulk_create(
            Payment(number=f"65X{n}-1", origin=f"65X{n}", tranche=1, payee=other, amount_fen=n * 10**6, owed_on=DAY)
            for n, other in enumerate([self.host, *others], start=1)
        )
        ImportRun.objects.create(
            spec="people", file_name="人.xlsx", file_sha256="0" * 64, rows_read=1, created=1, updated=0, unchanged=0
        )

    def pk(self, detail: str) -> int:
        return {
            "organisation": self.host.pk,
            "person": self.person.pk,
            "expert": self.person.expert.pk,
            "project": Project.objects.earliest("pk").pk,
            "document": self.person.documents.earliest("pk").pk,
            "certificate": Certificate.objects.earliest("pk").pk,
            "sanction": Sanction.objects.get(person=self.person).pk,
            "payment": Payment.objects.earliest("pk").pk,
            "event": Event.objects.filter(actor=self.person.pk).earliest("pk").pk,
            "import": ImportRun.objects.earliest("pk").pk,
        }[detail]


@pytest.fixture
def world(tmp_path: Any, settings: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    return World()


@pytest.fixture
def signed_in(client: Client) -> Callable[..., Client]:
    def as_somebody(*roles: str) -> Client:
        client.force_login(people.person("职员", *roles))
        return client

    return as_somebody


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_list_and_page_opens_for_staff_within_eight_queries(
    world: World, signed_in: Callable[..., Client], language: str, django_assert_max_num_queries: Any
) -> None:
    staff = signed_in("registrar", "supervision")
    owner = Client()
    owner.force_login(world.owner)
    for name, detail in LISTS.items():
        # Files are for those who handed them in; a case's page opens them to others.
        client = owner if name == "documents" else staff
        with django_assert_max_num_queries(8):
            response = client.get(reverse(name), {"lang": language})
        assert response.status_code == 200, name
        assert "<0>" not in response.content.decode(), name
        if detail:
            address = reverse(detail, args=[world.pk(detail)])
            with django_assert_max_num_queries(10):
                response = client.get(address, {"lang": language})
            assert response.status_code == 200, detail


def test_lists_and_pages_name_the_region_beside_its_code(world: World, signed_in: Callable[..., Client]) -> None:
    client = signed_in("registrar")
    Organisation.objects.filter(pk=world.host.pk).update(region_code="652900")
    Expert.objects.update(region_code="652900")
    pages = ("organisations", {"q": world.host.name}), ("experts", {})
    addresses = [(reverse(name), query) for name, query in pages]
    addresses += [
        (reverse("organisation", args=[world.host.pk]), {}),
        (reverse("expert", args=[world.pk("expert")]), {}),
    ]
    for address, query in addresses:
        for language, said in (("zh", "652900 阿克苏地区"), ("en", "652900 Aksu Prefecture")):
            assert said in client.get(address, {**query, "lang": language}).content.decode(), address


def test_every_list_is_also_a_spreadsheet(world: World, signed_in: Callable[..., Client]) -> None:
    client = signed_in("registrar", "officer")
    for name in LISTS:
        response = client.get(reverse(name), {"format": "xlsx"})
        assert b"".join(response).startswith(b"PK"), name


def test_every_way_to_sort_and_filter_a_list_works(world: World, signed_in: Callable[..., Client]) -> None:
    from keguan.doors.web.trace_pages import TRACE
    from keguan.registers.certificates.lists import CERTIFICATES
    from keguan.registers.documents.lists import DOCUMENTS
    from keguan.registers.experts.lists import EXPERTS
    from keguan.registers.funds.lists import PAYMENTS
    from keguan.registers.imports.lists import IMPORTS
    from keguan.registers.integrity.lists import SANCTIONS
    from keguan.registers.organisations.lists import ORGANISATIONS
    from keguan.registers.parties.lists import DUTIES, PEOPLE
    from keguan.registers.projects.lists import PROJECTS

    client = signed_in("registrar", "officer")
    specs = (
        ORGANISATIONS,
        PEOPLE,
        DUTIES,
        EXPERTS,
        PROJECTS,
        DOCUMENTS,
        CERTIFICATES,
        SANCTIONS,
        PAYMENTS,
        TRACE,
        IMPORTS,
    )
    assert {spec.name for spec in specs} == set(LISTS)
    for spec in specs:
        asked = [{"sort": f"{sign}{column.key}"} for column in spec.columns if column.sort for sign in ("", "-")]
        asked += [{"q": "王 1%_'\\"}, {"q": "·"}] if spec.search else []
        for box in spec.filters:
            choices = box.choices() if callable(box.choices) else box.choices
            asked += (
                [{box.key: choice.value} for choice in list(choices)[:2]]
                if choices
                else [{box.key: "2020"}, {box.key: "²"}]
            )
        for query in asked:
            response = client.get(reverse(spec.name), query)
            assert response.status_code == 200, (spec.name, query)
            if "²" not in query.values():
                assert 'id="problems"' not in response.content.decode(), (spec.name, query)


def test_a_duty_is_found_by_who_holds_it_and_by_the_organisation_it_is_held_for(
    world: World, signed_in: Callable[..., Client]
) -> None:
    university, other = make.organisation("绿洲大学（本部）"), make.organisation("戈壁研究所")
    make.duty("host", make.person("甲某人"), organisation=university)
    make.duty("host", make.person("乙某人"), organisation=other)
    client = signed_in("registrar", "officer")
    for typed in ("甲某人", "绿洲大学", "绿洲大学(本部)"):
        said = client.get(reverse("duties"), {"q": typed}).content.decode().partition("<table")[2]
        assert "甲某人" in said, typed
        assert "乙某人" not in said, typed
    assert "所代表的单位" in client.get(reverse("duties")).content.decode()
    assert "organisation it is held for" in client.get(reverse("duties"), {"lang": "en"}).content.decode()


def test_strangers_are_asked_to_sign_in_everywhere(world: World, client: Client) -> None:
    for name in LISTS:
        assert client.get(reverse(name)).status_code == 302, name


def test_a_person_without_duties_sees_only_themselves_in_the_closed_registers(world: World, client: Client) -> None:
    client.force_login(world.owner)
    stranger = people.person("李二")
    for name in ("people", "experts", "sanctions", "documents", "payments", "trace"):
        assert "单位0" not in client.get(reverse(name)).content.decode(), name
    said = client.get(reverse("people")).content.decode()
    assert said.count("<tr>") == 2
    for detail in FOR_STAFF:
        assert client.get(reverse(detail, args=[world.pk(detail)])).status_code == 200, detail
    client.force_login(stranger)
    for detail in (*FOR_STAFF, *FOR_HOSTS):
        assert client.get(reverse(detail, args=[world.pk(detail)])).status_code == 403, detail
    assert client.get(reverse("imports")).status_code == 403
    assert (
        Event.objects.filter(tag="web:page:forbidden", actor=stranger.person_id).count()
        == len((*FOR_STAFF, *FOR_HOSTS)) + 1
    )


def test_reading_somebody_elses_entry_is_traced_and_reading_ones_own_is_not(world: World, client: Client) -> None:
    address = reverse("person", args=[world.person.pk])
    client.force_login(world.owner)
    client.get(address)
    assert not Event.objects.filter(outcome="read").exists()
    officer = people.person("李二", "officer")
    client.force_login(officer)
    response = client.get(address)
    event = Event.objects.get(outcome="read")
    assert (event.actor, event.payload["key"]) == (officer.person_id, str(world.person.pk))
    assert event.request_id == response["X-Request-Id"]


def test_a_file_comes_back_as_it_was_handed_in_and_only_to_who_did(world: World, client: Client) -> None:
    address = reverse("document_file", args=[world.pk("document")])
    client.force_login(world.owner)
    response = client.get(address)
    assert b"".join(response).decode() == "内容 0"
    assert response["Content-Disposition"].startswith("attachment;")
    client.force_login(people.person("李二", "supervision"))
    refused = client.get(address)
    assert refused.status_code == 403
    assert "请在其办件页面打开" in refused.content.decode()


@pytest.mark.parametrize(
    "roles", [(), ("registrar",), ("supervision",), ("officer",), ("expert",), ("host",), ("finance",)]
)
def test_the_list_of_sanctions_and_the_single_one_agree_on_who_sees_it(world: World, roles: tuple[str, ...]) -> None:
    own = Organisation.objects.latest("pk")
    for person in (None, world.person.pk, 10**9):
        actor = Actor(person, "x", tuple(HeldDuty(role, own.pk if role == "host" else None) for role in roles))
        listed = set(sanctions_visible_to(actor).values_list("pk", flat=True))
        assert listed == {one.pk for one in Sanction.objects.all() if can_see_sanction(actor, one)}


@pytest.mark.parametrize(
    "roles", [(), ("registrar",), ("supervision",), ("officer",), ("expert",), ("host",), ("authority",), ("finance",)]
)
def test_the_list_of_payments_and_the_single_one_agree_on_who_sees_it(world: World, roles: tuple[str, ...]) -> None:
    own = Organisation.objects.latest("pk")
    actor = Actor(world.person.pk, "x", tuple(HeldDuty(role, own.pk if role == "host" else None) for role in roles))
    listed = set(Payment.objects.filter(visible_to(actor)).values_list("pk", flat=True))
    assert listed == {one.pk for one in Payment.objects.all() if can_see_payment(actor, one)}
    if roles == ("host",):
        assert listed == {Payment.objects.get(payee=own).pk}


def test_the_registers_page_leads_only_to_what_opens(world: World, client: Client) -> None:
    client.force_login(people.person("李二"))
    said = client.get(reverse("registers")).content.decode()
    assert reverse("organisations") in said
    assert f'"{reverse("imports")}"' not in said
    client.force_login(people.person("张三", "registrar"))
    assert f'"{reverse("imports")}"' in client.get(reverse("registers")).content.decode()


class TestImporting:
    """Try, look, confirm."""

    CSV = "单位名称,单位类型\n新疆甲大学,university\n新疆乙研究所,institute\n"

    def send(self, client: Client, text: str, spec: str = "organisations") -> Any:
        file = io.BytesIO(text.encode())
        file.name = "单位.csv"
        return client.post(reverse("import_upload"), {"spec": spec, "file": file})

    @pytest.fixture
    def registrar(self, client: Client, tmp_path: Any, settings: Any) -> Account:
        settings.MEDIA_ROOT = tmp_path
        account = people.person("张三", "registrar")
        client.force_login(account)
        return account

    def ticket(self, response: Any) -> str:
        return response.content.decode().split('name="ticket" value="')[1].split('"')[0]

    def test_a_trial_writes_nothing_and_the_confirmation_everything_once(
        self, client: Client, registrar: Account
    ) -> None:
        tried = self.send(client, self.CSV)
        assert tried.status_code == 200, tried.content.decode()
        assert not Organisation.objects.exists()
        ticket = self.ticket(tried)
        for _ in range(2):
            done = client.post(reverse("import_confirm"), {"ticket": ticket})
            assert done["Location"] == reverse("imports")
        assert Organisation.objects.count() == 2
        assert ImportRun.objects.get().by_id == registrar.person_id

    def test_a_trial_shows_the_first_rows_as_understood_and_what_would_become_of_each(
        self, client: Client, registrar: Account
    ) -> None:
        people.organisation("新疆甲大学")
        rows = "单位名称,类型,上级单位\n新疆甲大学,高校,\n　新疆乙研究所 ,科研机构,新疆甲大学\n"
        said = self.send(client, rows).content.decode()
        first, second = (f"<tr>{row}" for row in said.split("读到的行")[1].split("</table>")[0].split("<tr>")[2:])
        assert ">2</th>" in first
        assert "不变" in first
        assert ">3</th>" in second
        assert "新增" in second
        assert ">新疆乙研究所<" in second, "without the blanks around it"
        assert ">科研院所<" in second, "the word of the register"
        many = "单位名称\n" + "".join(f"单位{n}号\n" for n in range(30))
        assert "另有 10 行未列出" in self.send(client, many).content.decode()

    def test_a_renaming_is_shown_with_both_names_and_waits_for_its_own_yes(
        self, client: Client, registrar: Account
    ) -> None:
        firms = [make.organisation(f"旧{n}公司", address="旧街1号") for n in range(2)]
        rows = "".join(f"新{n}公司,{one.uscc},新街2号\n" for n, one in enumerate(firms))
        tried = self.send(client, f"名称,信用代码,地址\n{rows}")
        said = tried.content.decode().split("将更改的内容")[1]
        for told in ("旧0公司", "新0公司", "旧街1号", "新街2号", "这些更名都是本意：2处"):
            assert told in said
        asked = client.post(reverse("import_confirm"), {"ticket": self.ticket(tried)})
        assert asked.status_code == 422
        assert 'id="field-renamings-error"' in asked.content.decode()
        assert not Organisation.objects.filter(name__startswith="新").exists()
        answer = {"ticket": self.ticket(asked), "renamings": "2"}
        assert client.post(reverse("import_confirm"), answer)["Location"] == reverse("imports")
        assert Organisation.objects.filter(name__startswith="新").count() == 2

    def test_each_template_is_handed_out_and_can_be_imported_as_it_is(self, client: Client, registrar: Account) -> None:
        shown = client.get(reverse("import_upload")).content.decode()
        for name in SPECS:
            address = reverse("import_template", args=[name])
            assert f'href="{address}"' in shown
            for language in ("zh", "en"):
                answer = client.get(address, {"lang": language})
                file = io.BytesIO(b"".join(answer))
                file.name = f"{name}.xlsx"
                tried = client.post(reverse("import_upload"), {"spec": name, "file": file})
                assert tried.status_code == 200, tried.content.decode()
        assert client.get(reverse("import_template", args=["nothing"])).status_code == 404

    def test_bad_rows_are_listed_with_their_place_and_cannot_be_confirmed(
        self, client: Client, registrar: Account
    ) -> None:
        refused = self.send(client, "单位名称,单位类型\n,university\n甲,没有这种\n")
        said = refused.content.decode()
        assert refused.status_code == 422
        assert "A2" in said or "第 2" in said or "2" in said
        assert 'name="ticket"' not in said

    def test_the_ticket_of_another_person_does_not_work(self, client: Client, registrar: Account) -> None:
        ticket = self.ticket(self.send(client, self.CSV))
        client.force_login(people.person("李四", "registrar"))
        client.post(reverse("import_confirm"), {"ticket": ticket})
        client.post(reverse("import_confirm"), {"ticket": ticket + "x"})
        client.post(reverse("import_confirm"))
        assert not Organisation.objects.exists()

    def test_without_file_or_choice_the_form_comes_back_with_both_problems(
        self, client: Client, registrar: Account
    ) -> None:
        response = client.post(reverse("import_upload"), {"spec": "nothing"})
        said = response.content.decode()
        assert response.status_code == 422
        assert 'href="#field-spec"' in said
        assert 'href="#field-file"' in said

    def test_only_registrars_import(self, client: Client) -> None:
        client.force_login(people.person("李二", "officer"))
        assert client.get(reverse("import_upload")).status_code == 403
        assert client.get(reverse("import_template", args=["people"])).status_code == 403
        assert client.post(reverse("import_confirm")).status_code == 403
