"""A list under a name: for its owner, first if they like, shared with holders of a duty of theirs and with nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests import make
from tests.slices.casework.page_cast import fields_on, signed_in

from keguan.kernel import clock
from keguan.registers.parties.models import Person
from keguan.registers.trace.models import Event
from keguan.registers.views.models import SavedView

pytestmark = pytest.mark.django_db

LIST = "organisations"


def holder(role: str = "officer", programme: str = "key-rd-project") -> Person:
    person = make.person()
    make.duty(role, person, programme=programme)
    return person


def keep(client: Client, name: str = "高校", query: str = "kind=university&columns=name", **typed: str) -> Any:
    sent = {"name": name, "path": reverse(LIST), "query": query, **typed}
    return client.post(reverse("view_new"), sent)


def test_a_list_is_kept_and_met_again_without_javascript_at_one_more_query(
    django_assert_max_num_queries: Any,
) -> None:
    make.organisation("天河大学", kind="university")
    make.organisation("天河公司", kind="enterprise")
    client = signed_in(make.person())
    listed = client.get(reverse(LIST), {"kind": "university", "columns": "name", "page": "1"}).content.decode()
    link = f"{reverse('view_new')}?path={reverse(LIST)}&amp;query="
    assert link in listed
    address = listed[listed.index(link) :].partition('"')[0].replace("&amp;", "&")
    form = client.get(address).content.decode()
    sent = fields_on(form, "")
    answer = client.post(reverse("view_new"), {**sent, "name": ["高校"]})
    assert answer.status_code == 303
    kept = SavedView.objects.get()
    assert (kept.path, kept.query) == (reverse(LIST), "kind=university&columns=name")
    with django_assert_max_num_queries(8):
        shown = client.get(answer["Location"]).content.decode()
    assert "天河大学" in shown
    assert "天河公司" not in shown
    assert ">高校</a>" in client.get(reverse(LIST)).content.decode()


def test_what_one_wants_first_is_met_first_and_the_whole_list_stays_one_click_away() -> None:
    client = signed_in(make.person())
    keep(client, first="yes")
    keep(client, name="企业", query="kind=enterprise", first="yes")
    answer = client.get(reverse(LIST))
    assert (answer.status_code, answer["Location"]) == (302, f"{reverse(LIST)}?kind=enterprise")
    whole = client.get(reverse(LIST), {"view": "all"})
    assert whole.status_code == 200
    assert 'href="?view=all"' in whole.content.decode()
    assert SavedView.objects.filter(is_first=True).count() == 1


def test_a_view_is_shared_with_holders_of_the_same_duty_and_nobody_else() -> None:
    owner = holder()
    client = signed_in(owner)
    assert keep(client, name="共同", share="0").status_code == 303
    assert keep(client, name="自用").status_code == 303
    everybody = {
        "colleague": (holder(), True),
        "officer of all": (holder(programme=""), True),
        "officer elsewhere": (holder(programme="rd-post-subsidy"), False),
        "supervisor": (holder("supervision"), False),
        "nobody": (make.person(), False),
    }
    for who, (person, meets) in everybody.items():
        reader = signed_in(person)
        for address in (reverse(LIST), reverse("views")):
            said = reader.get(address).content.decode()
            assert ("共同</a>" in said) == meets, who
            assert "自用</a>" not in said, who
        shared = SavedView.objects.get(name="共同")
        assert reader.post(reverse("view_drop", args=[shared.pk])).status_code == 404, who
    (event,) = Event.objects.filter(tag="list:view:shared")
    assert (event.actor, event.payload["role"]) == (owner.pk, "officer")
    assert "共同" not in str(event.payload), "what somebody typed can be erased"
    assert client.post(reverse("view_drop", args=[SavedView.objects.get(name="共同").pk])).status_code == 303
    assert Event.objects.filter(tag="list:view:dropped").count() == 1


@pytest.mark.parametrize(("language", "title"), [("zh", "单位"), ("en", "Organisations")])
def test_a_view_is_told_with_the_title_of_its_list(language: str, title: str) -> None:
    person = make.person()
    client = signed_in(person)
    keep(client)
    SavedView.objects.create(owner=person, name="旧", path="/gone/", query="", made_at=clock.now())
    said = client.get(reverse("views"), {"lang": language}).content.decode().partition("<tbody")[2]
    assert f">{title}</td>" in said
    assert f">{reverse(LIST)}</td>" not in said
    assert ">/gone/</td>" in said, "a list that is no more has no title"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "名称"),
        ({"name": "长" * 61}, "名称"),
        ({"share": "7"}, "只能与您本人所任职责"),
        ({"path": "/nowhere/"}, "没有这个列表"),
        ({"path": "/me/"}, "没有这个列表"),
        ({"query": "find=没有:x"}, "没有「没有」"),
    ],
)
def test_what_cannot_be_kept_is_told_and_what_was_typed_stays(typed: dict[str, str], said: str) -> None:
    client = signed_in(holder())
    answer = keep(client, **{"name": "名", **typed})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not SavedView.objects.exists()


def test_the_same_name_replaces_and_fifty_are_enough() -> None:
    client = signed_in(make.person())
    for query in ("kind=university", "kind=enterprise"):
        keep(client, query=query)
    assert SavedView.objects.get().query == "kind=enterprise"
    owner = SavedView.objects.get().owner
    made_at = SavedView.objects.get().made_at
    SavedView.objects.bulk_create(
        SavedView(owner=owner, name=f"视图{n}", path=reverse(LIST), query="", made_at=made_at) for n in range(49)
    )
    assert keep(client, name="第五十一").status_code == 422
