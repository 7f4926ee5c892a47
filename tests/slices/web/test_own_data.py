"""One's own data as an archive: whole, without secrets, without what is others'."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from tests.slices.web import people

from keguan.doors.api.models import Token, Webhook
from keguan.doors.web.accounts import own_data
from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM
from keguan.registers.parties import services
from keguan.registers.parties.merging import relations_of_people, relations_to
from keguan.registers.parties.models import Account
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return people.person("王一", "officer", username="wang.yi")


def opened(client: Client) -> dict[str, list[dict[str, object]]]:
    client.post("/sign-in/", {"username": "wang.yi", "password": people.PASSWORD})
    client.post("/me/again/?next=/me/export/", {"password": people.PASSWORD})
    response = client.post("/me/export/")
    assert response["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.content)) as box:
        assert box.testzip() is None
        return {
            name.removesuffix(".json"): json.loads(box.read(name)) for name in box.namelist() if name.endswith(".json")
        }


def test_the_archive_holds_what_is_ones_own_and_is_traced(client: Client, account: Account) -> None:
    found = opened(client)
    assert found["person"][0]["name"] == "王一"
    assert [duty["role"] for duty in found["duties"]] == ["officer"]
    assert {"tag": "web:own-data:exported"}.items() <= found["doings"][-1].items()
    assert Event.objects.filter(tag="web:own-data:exported", actor=account.person_id).count() == 1


def test_the_archive_holds_no_secret_and_nothing_of_others(client: Client, account: Account) -> None:
    other = people.person("李二", username="li.er")
    services.grant_duty(SYSTEM, other.person, "finance")
    text = json.dumps(opened(client), ensure_ascii=False)
    assert account.password not in text
    assert "commitment" not in text.replace("id_commitment", "")
    assert "李二" not in text
    assert "finance" not in text


def test_every_relation_to_a_person_is_exported_or_named_as_not_their_own() -> None:
    known, exported = set(relations_of_people()), set(own_data.own_relations())
    assert set(own_data.NOT_THEIR_OWN) >= {"granted_duties", "declared_kin", "kin_of"}
    assert known == exported | (set(own_data.NOT_THEIR_OWN) & known)
    assert {"account", "duties", "begun_cases", "led_cases", "messages", "tasks", "documents", "expert"} <= exported


def test_every_relation_to_an_account_is_exported_and_none_with_what_opens_a_door(
    client: Client, account: Account
) -> None:
    opened(client)
    now = clock.now()
    token, digest = "wang's importer", "ab" * 32
    Token.objects.create(
        account=account, name=token, scopes=["cases:read"], digest=digest, hint="kg_abc", made_at=now,
        expires_at=now + timedelta(days=30),
    )  # fmt: skip
    Webhook.objects.create(
        account=account, address="https://example.org/hook", kinds=["case"], salt="s4lt", made_at=now
    )
    Authenticator.objects.create(user=account, type="totp", data={"secret": "JBSWY3DP"})
    found = own_data.records(account)
    assert [one["name"] for one in found["tokens"]] == [token]
    assert [one["address"] for one in found["webhooks"]] == ["https://example.org/hook"]
    assert [one["type"] for one in found["authenticator_set"]] == ["totp"]
    assert found["usersession_set"], "where one is signed in"
    text = json.dumps(found, ensure_ascii=False, default=str)
    assert not [secret for secret in (digest, "s4lt", "JBSWY3DP", client.session.session_key) if secret in text]
    assert set(own_data.account_relations()) == set(relations_to(Account)) - {"api.keptanswer.account"}
