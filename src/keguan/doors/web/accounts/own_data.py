"""What the platform keeps about one person, as an archive for that person (个人信息保护法 第45条)."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.urls import reverse

from keguan.casework.models import Answers, Draft, DraftField
from keguan.kernel import clock
from keguan.registers.experts.queries import of_expert
from keguan.registers.parties.merging import relations_of_people, relations_to
from keguan.registers.parties.models import Account, Person
from keguan.registers.trace.models import Event

NOT_THEIR_OWN = {
    "granted_duties": "duties of others",
    "declared_kin": "relations of others",
    "kin_of": "what others declared",
    "invitations_sent": "invitations of others",
    "told_apart": "records of the registrar",
    "told_apart_from": "records of the registrar",
    "people_told_apart": "entries of others",
    "merges": "records of the registrar",
    "merge": "records of the registrar",
    "merges_done": "entries of others",
    "invitations": "told by the invitation that was accepted",
    "sanctions": "told by the decision that is served on the person",
}
"""Relations to a person that say something about somebody else, each with the reason."""

_NOT_OF_THE_PERSON = {"api.keptanswer.account": "what a repeated request was answered, for a day"}
"""Relations to an account that say nothing about whom it belongs to."""

_SECRET = {"password", "id_salt", "id_commitment", "salt", "digest", "session_key", "data"}
"""What opens a door. `data` is what a second factor holds: its key, or codes that are not used up."""

_README = """科管：本人数据 / Keguan: your own data

{when}

每个 .json 文件是一类记录；files.json 列出您上传的文件及下载地址。
Each .json file holds one kind of record; files.json lists the files you handed in and where to download them.
"""


def archive(account: Account) -> bytes:
    """A .zip with one JSON file per kind of record."""
    parts = records(account)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("README.txt", _README.format(when=clock.now().isoformat(timespec="seconds")))
        for name, rows in sorted(parts.items()):
            box.writestr(
                f"{name}.json", json.dumps(rows, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1, sort_keys=True)
            )
    return content.getvalue()


def records(account: Account) -> dict[str, list[dict[str, Any]]]:
    """All kinds of records about a person, each row as plain values; nothing secret, nothing about others."""
    person = Person.objects.get(pk=account.person_id)
    found: dict[str, list[dict[str, Any]]] = {"person": [_plain(person)]}
    for name, relation in own_relations().items():
        found[name] = _rows(relation.related_model._base_manager.filter(**{relation.field.name: person}))
    for name, relation in account_relations().items():
        found[name] = _rows(relation.related_model._base_manager.filter(**{relation.field.name: account}))
    found["files"] = [
        {**row, "address": reverse("document_file", args=[row["id"]])} for row in found.pop("documents", [])
    ]
    for name, rows in of_expert(person).items():
        found[name] = _rows(rows)
    numbers = {row["id"] for name in ("begun_cases", "led_cases") for row in found.get(name, [])}
    found["answers"] = _rows(Answers.objects.filter(case__in=numbers))
    found["drafts"] = _rows(Draft.objects.filter(case__in=numbers))
    found["draft_fields"] = _rows(DraftField.objects.filter(draft__case__in=numbers))
    found["doings"] = _rows(Event.objects.filter(actor=person.pk).only("id", "at", "tag", "case_number", "outcome"))
    return found


def own_relations() -> dict[str, Any]:
    """Every relation that says something about the person, by its name."""
    return {name: one for name, one in relations_of_people().items() if name not in NOT_THEIR_OWN}


def account_relations() -> dict[str, Any]:
    """Every relation that says something about how the person signs in, and what signs in for them."""
    return {name: one for name, one in relations_to(Account).items() if name not in _NOT_OF_THE_PERSON}


def _rows(rows: Iterable[models.Model]) -> list[dict[str, Any]]:
    return [_plain(row) for row in rows]


def _plain(row: models.Model) -> dict[str, Any]:
    left_out = _SECRET | row.get_deferred_fields()
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.attname not in left_out and not isinstance(field, (models.BinaryField, SearchVectorField))
    }
