"""Kept searches: kept as views, told each morning, within what their owner may find then."""

from __future__ import annotations

import pytest
from django.test import Client
from tests import make

from keguan.casework.models import Message
from keguan.insight.search import alerts, entries
from keguan.insight.search.models import Alert
from keguan.insight.search.questions import PATH
from keguan.kernel.actors import Actor
from keguan.kernel.problems import Refused
from keguan.registers.parties.access import actor_for
from keguan.registers.parties.models import Person
from keguan.registers.views import services
from keguan.registers.views.models import SavedView

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> Actor:
    return actor_for(make.person())


def kept(actor: Actor, query: str = "q=长绒棉&page=3") -> SavedView:
    return services.keep(actor, "长绒棉", PATH, query)


def test_a_search_is_kept_without_its_page(reader: Actor) -> None:
    assert "page" not in kept(reader).query


def test_a_kept_search_is_told_as_one(reader: Actor, client: Client) -> None:
    kept(reader)
    client.force_login(make.account(Person.objects.get(pk=reader.person)))
    said = client.get("/views/", {"lang": "en"}).content.decode().partition("<tbody")[2].partition("</tbody")[0]
    assert ">Search<" in said


@pytest.mark.parametrize("query", ["", "q=", "q=！！！", "q=" + "棉" * 201])
def test_nothing_is_not_kept(reader: Actor, query: str) -> None:
    with pytest.raises(Refused):
        kept(reader, query)


def test_one_is_told_once_of_what_is_new(reader: Actor) -> None:
    make.project(title="长绒棉品质研究")
    entries.rebuild()
    assert alerts.switch(reader, kept(reader))
    assert alerts.tell_all() == 0
    make.project(title="长绒棉机采技术")
    make.project(title="葡萄种质资源")
    entries.rebuild()
    assert alerts.tell_all() == 1
    message = Message.objects.get(person=reader.person)
    assert message.kind == "search"
    assert "有1条新结果" in message.zh
    assert alerts.tell_all() == 0


def test_one_is_not_told_of_what_one_may_not_find(reader: Actor) -> None:
    alerts.switch(reader, kept(reader))
    make.expert(keywords=("长绒棉",))
    entries.rebuild()
    assert alerts.tell_all() == 0


def test_one_switches_on_and_off_by_hand_and_only_ones_own(reader: Actor, client: Client) -> None:
    view, other = kept(reader), kept(actor_for(make.person()))
    client.force_login(make.account(Person.objects.get(pk=reader.person)))
    assert "每天早上提醒" in client.get("/search/", headers={"accept-language": "zh"}).content.decode()
    assert client.post(f"/search/alerts/{view.pk}/").status_code == 303
    assert Alert.objects.filter(view=view).exists()
    assert "不再提醒" in client.get("/search/", headers={"accept-language": "zh"}).content.decode()
    client.post(f"/search/alerts/{view.pk}/")
    assert not Alert.objects.exists()
    assert client.post(f"/search/alerts/{other.pk}/").status_code == 404
