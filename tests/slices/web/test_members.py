"""The people of an organisation, looked after by its own administrator: invited, given duties, let go."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db.models import Q
from django.test import Client
from tests.make import cases
from tests.make import world as w
from tests.slices.web import people

from keguan.casework.models import Case, Message, Task
from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM
from keguan.kernel.clock import clock_at
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties import services
from keguan.registers.parties.models import Account, Duty, Invitation, Person
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db

NUMBER = "11010519491231002X"  # the example of GB 11643
NEW = "another-horse-battery-2"
JOINING = {"name": "艾力•斯木吐拉", "id_kind": "resident", "id_number": NUMBER, "username": "aili"}


@pytest.fixture
def host() -> Organisation:
    return people.organisation()


@pytest.fixture
def boss(host: Organisation) -> Account:
    return people.person("王一", "administrator", employer=host, username="wang.yi")


@pytest.fixture
def desk(boss: Account, client: Client) -> Client:
    client.force_login(boss)
    return client


def invited(desk: Client, host: Organisation, mailoutbox, **more: str) -> str:
    """Invite somebody. Returns the path of the link in the mail."""
    sent = {"name": "艾力·斯木吐拉", "email": "aili@example.edu.cn", **more}
    assert desk.post(f"/members/{host.pk}/invite/", sent).status_code == 303
    return re.search(r"https?://[^/]+(/join/\S+)", mailoutbox[-1].body)[1]


def joins(link: str, **other: str):
    return Client().post(link, {**JOINING, "password": NEW, "again": NEW, **other})


def test_somebody_invited_joins_under_the_name_on_their_document(desk: Client, host: Organisation, mailoutbox) -> None:
    link = invited(desk, host, mailoutbox, role="host")
    assert "新疆示例大学" in mailoutbox[0].subject
    assert "invites you" in mailoutbox[0].subject
    assert joins(link).status_code == 303
    account = Account.objects.get(username="aili")
    assert (account.person.employer, account.person.name) == (host, "艾力·斯木吐拉")
    assert [duty.role for duty in account.person.duties.all()] == ["host"]
    assert EmailAddress.objects.get(user=account).verified
    assert Client().post("/sign-in/", {"username": "aili", "password": NEW}).status_code == 302
    assert Event.objects.filter(tag="parties:member:joined", actor=account.person_id).count() == 1


def test_the_identity_number_is_kept_nowhere(desk: Client, host: Organisation, mailoutbox) -> None:
    joins(invited(desk, host, mailoutbox))
    row = Person.objects.get(name="艾力·斯木吐拉")
    assert (row.id_kind, row.id_ending) == ("resident", "002X")
    whole = str(Person.objects.filter(pk=row.pk).values()) + str(list(Event.objects.values_list("payload", flat=True)))
    assert NUMBER not in whole
    for address in (f"/members/{host.pk}/", f"/members/{host.pk}/{row.pk}/", "/registers/people/"):
        assert "002X" not in desk.get(address).content.decode(), address


def test_all_that_is_wrong_is_told_at_once_and_what_was_typed_stays(
    desk: Client, host: Organisation, mailoutbox
) -> None:
    link = invited(desk, host, mailoutbox)
    refused = joins(link, id_number="110105194912310021", password="123", again="123", username="Not One!")
    said = refused.content.decode()
    assert refused.status_code == 422
    assert "校验不符" in said
    assert "密码太短" in said
    assert "用户名只能用" in said
    assert 'value="艾力•斯木吐拉"' in said
    assert not Person.objects.filter(name__startswith="艾力").exists()
    assert Invitation.objects.get().ended_at is None


def test_a_link_works_once(desk: Client, host: Organisation, mailoutbox) -> None:
    link = invited(desk, host, mailoutbox)
    joins(link)
    again = Client().get(link)
    assert again.status_code == 410
    assert "联系发出邀请的单位管理员" in again.content.decode()


def test_a_link_dies_after_a_week(desk: Client, host: Organisation, mailoutbox) -> None:
    link = invited(desk, host, mailoutbox)
    with clock_at(clock.now() + timedelta(days=7, seconds=1)):
        assert Client().get(link).status_code == 410
        assert joins(link).status_code == 410
    assert not Account.objects.filter(username="aili").exists()


def test_a_made_up_link_says_no_more_than_a_dead_one(desk: Client, host: Organisation, mailoutbox) -> None:
    link = invited(desk, host, mailoutbox)
    desk.post(f"/members/{host.pk}/invitations/{Invitation.objects.get().pk}/end/")
    texts = [
        re.sub(r"[0-9a-f-]{36}|next=[^\"]+|/join/[^\"]+", "", Client().get(address).content.decode())
        for address in (link, "/join/nonsense/")
    ]
    assert texts[0] == texts[1]


def test_an_invitation_ends_with_the_office_of_who_sent_it(
    desk: Client, boss: Account, host: Organisation, mailoutbox
) -> None:
    link = invited(desk, host, mailoutbox)
    services.end_duty(SYSTEM, boss.person.duties.get())
    assert Client().get(link).status_code == 410


def test_inviting_says_nothing_about_who_has_an_account(desk: Client, host: Organisation, mailoutbox) -> None:
    known = people.person("李二", username="li.er")
    EmailAddress.objects.create(user=known, email="li.er@example.edu.cn", verified=True, primary=True)
    first = desk.post(f"/members/{host.pk}/invite/", {"name": "李二", "email": "li.er@example.edu.cn"}, follow=True)
    other = desk.post(f"/members/{host.pk}/invite/", {"name": "李二", "email": "li.san@example.edu.cn"}, follow=True)
    assert [r.status_code for r in (first, other)] == [200, 200]
    assert len(mailoutbox) == 2


def test_who_has_an_account_joins_with_it(desk: Client, host: Organisation, mailoutbox) -> None:
    link = invited(desk, host, mailoutbox, role="host")
    known = people.person("李二", username="li.er")
    visitor = Client()
    visitor.force_login(known)
    assert "用账户" in visitor.get(link).content.decode()
    assert visitor.post(link).status_code == 303
    known.person.refresh_from_db()
    assert known.person.employer == host
    assert known.person.duties.get().role == "host"


def test_nobody_is_of_two_organisations_at_once(desk: Client, host: Organisation, mailoutbox) -> None:
    link = invited(desk, host, mailoutbox)
    elsewhere = people.organisation("新疆示例研究院", "institute")
    known = people.person("李二", username="li.er", employer=elsewhere)
    visitor = Client()
    visitor.force_login(known)
    refused = visitor.post(link)
    assert refused.status_code == 422
    assert "原单位办理离开" in refused.content.decode()


def test_a_member_of_staff_without_account_keeps_their_entry(desk: Client, host: Organisation, mailoutbox) -> None:
    entry = services.register_person(SYSTEM, name="艾力·斯木吐拉", employer=host)
    link = invited(desk, host, mailoutbox, person=str(entry.pk))
    assert joins(link).status_code == 303
    assert Account.objects.get(username="aili").person == entry


def test_the_administrator_gives_and_ends_duties_within_the_organisation(desk: Client, host: Organisation) -> None:
    staff = people.person("李二", employer=host).person
    assert desk.post(f"/members/{host.pk}/{staff.pk}/duty/", {"role": "host"}).status_code == 303
    duty = staff.duties.get()
    assert (duty.role, duty.organisation) == ("host", host)
    assert desk.post(f"/members/{host.pk}/duties/{duty.pk}/end/", {"last_day": ""}).status_code == 303
    duty.refresh_from_db()
    assert duty.until == clock.today() - timedelta(days=1)
    told = Message.objects.filter(person=staff, kind="duty").order_by("pk").values_list("en", flat=True)
    office = f"Research office of the host institution ({host.name})"
    assert list(told) == [
        f"You hold a duty from {clock.today()}: {office}.",
        f"Your duty “{office}” has ended; its last day: {duty.until}.",
    ]


def test_the_office_of_a_recommending_authority_is_given_only_where_there_is_one(
    desk: Client, host: Organisation
) -> None:
    bureau = people.organisation("示例局", "bureau")
    boss = Client()
    boss.force_login(people.person("王二", "administrator", employer=bureau))
    for client, where, recommends in ((desk, host, False), (boss, bureau, True)):
        staff = people.person(f"{where.name}的人", employer=where).person
        address = f"/members/{where.pk}/{staff.pk}/duty/"
        for page in (address, f"/members/{where.pk}/invite/"):
            assert ('value="authority"' in client.get(page).content.decode()) is recommends
        assert client.post(address, {"role": "authority"}).status_code == (303 if recommends else 422)
        assert staff.duties.exists() is recommends


def test_who_has_a_running_case_at_the_desk_is_given_it_only_after_a_second_yes(client: Client) -> None:
    world = cases.opened()
    host, staff = world.university, world.people["applicant"]
    with clock_at(w.moment("2026-03-02")):
        number = w.started(world)
        client.force_login(people.person("王一", "administrator", employer=host))
        address = f"/members/{host.pk}/{staff.pk}/duty/"
        asked = client.post(address, {"role": "host"})
        said = asked.content.decode()
        assert (asked.status_code, 'id="asked"' in said) == (422, True)
        assert f"在办办件 {number} 的申报人或成员" in said
        assert not staff.duties.filter(role="host").exists()
        sure = said.partition('name="sure" value="')[2].partition('"')[0]
        assert client.post(address, {"role": "host", "sure": sure}).status_code == 303
        other = people.person("李二", employer=host).person
        assert client.post(f"/members/{host.pk}/{other.pk}/duty/", {"role": "host"}).status_code == 303


@pytest.mark.parametrize(
    "role", ["registrar", "officer", "planning", "supervision", "finance", "committee", "nonsense"]
)
def test_duties_of_the_platform_are_not_the_administrators_to_give(desk: Client, host: Organisation, role: str) -> None:
    staff = people.person("李二", employer=host).person
    refused = desk.post(f"/members/{host.pk}/{staff.pk}/duty/", {"role": role})
    assert refused.status_code == 422
    assert "不由单位授予" in refused.content.decode()
    assert not staff.duties.exists()
    assert (
        desk.post(f"/members/{host.pk}/invite/", {"name": "张三", "email": "z@example.cn", "role": role}).status_code
        == 422
    )


def test_nobody_gives_a_duty_to_themselves(desk: Client, boss: Account, host: Organisation) -> None:
    refused = desk.post(f"/members/{host.pk}/{boss.person_id}/duty/", {"role": "host"})
    assert refused.status_code == 422
    assert "不能给自己授予职责" in refused.content.decode()


def test_another_organisation_is_closed(desk: Client, host: Organisation) -> None:
    other = people.organisation("新疆示例研究院", "institute")
    staff = people.person("李二", "host", employer=other).person
    duty = staff.duties.get()
    for address in ("", "invite/", f"{staff.pk}/", f"{staff.pk}/duty/", f"{staff.pk}/leave/", f"duties/{duty.pk}/end/"):
        assert desk.get(f"/members/{other.pk}/{address}").status_code == 403, address
        assert desk.get(f"/members/{host.pk}/{address}").status_code in (200, 404), address
    assert desk.post(f"/members/{host.pk}/duties/{duty.pk}/end/").status_code == 404
    assert desk.post(f"/members/{host.pk}/{staff.pk}/leave/").status_code == 404


def test_the_research_office_does_not_administer(client: Client, host: Organisation) -> None:
    client.force_login(people.person("李二", "host", employer=host))
    assert client.get(f"/members/{host.pk}/").status_code == 403


def test_who_leaves_loses_their_duties_and_their_cases_pass_to_the_office(client: Client) -> None:
    world = cases.opened()
    host, staff = world.university, world.people["applicant"]
    with clock_at(w.moment("2026-03-02")):
        number = w.started(world)
        boss = people.person("王一", "administrator", employer=host)
        client.force_login(boss)
        services.grant_duty(SYSTEM, staff, "host", organisation=host)
        assert number in client.get(f"/members/{host.pk}/{staff.pk}/leave/").content.decode()
        assert client.post(f"/members/{host.pk}/{staff.pk}/leave/").status_code == 303
    staff.refresh_from_db()
    assert staff.employer is None
    assert not staff.duties.filter(organisation=host).filter(Q(until=None) | Q(until__gte=date(2026, 3, 2))).exists()
    begun = Case.objects.get(number=number)
    assert begun.applicant is None
    assert {task.person_id for task in Task.objects.filter(case=begun, role="applicant")} == {None}
    assert Event.objects.filter(tag="parties:member:left", actor=boss.person_id).count() == 1
    assert Event.objects.filter(tag="case:people:to_office", case_number=number).count() == 1
    with clock_at(w.moment("2026-03-03")):
        office = Client()
        office.force_login(people.person("赵四", "host", employer=host))
        assert number in office.get("/todo/").content.decode()
        assert office.get(f"/cases/{number}/").status_code == 200


def test_nobody_lets_themselves_go(desk: Client, boss: Account, host: Organisation) -> None:
    refused = desk.post(f"/members/{host.pk}/{boss.person_id}/leave/")
    assert refused.status_code == 422
    assert Duty.objects.filter(person=boss.person, until=None).exists()


def test_the_list_costs_few_statements_however_many_there_are(
    desk: Client, host: Organisation, django_assert_max_num_queries
) -> None:
    for number in range(20):
        people.person(f"职工{number}", "host", employer=host)
    with django_assert_max_num_queries(7):
        assert desk.get(f"/members/{host.pk}/").status_code == 200


def test_the_last_day_may_lie_ahead(desk: Client, host: Organisation) -> None:
    staff = people.person("李二", "host", employer=host).person
    ahead = clock.today() + timedelta(days=30)
    assert (
        desk.post(f"/members/{host.pk}/duties/{staff.duties.get().pk}/end/", {"last_day": str(ahead)}).status_code
        == 303
    )
    assert staff.duties.get().until == ahead
    assert isinstance(ahead, date)
