"""A long list is written by a job, for its asker alone; a short one at once. Both are traced as readings."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook
from tests import make
from tests.slices.casework.page_cast import signed_in

from keguan.components import sheets
from keguan.kernel import clock
from keguan.kernel.clock import clock_at
from keguan.kernel.problems import Forbidden
from keguan.registers.exports import services
from keguan.registers.exports.models import Export
from keguan.registers.imports.models import ImportRun
from keguan.registers.organisations.models import Organisation
from keguan.registers.parties.models import Person
from keguan.registers.trace.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def reader() -> Person:
    return make.person()


def institutions(number: int) -> None:
    Organisation.objects.bulk_create(
        Organisation(name=f"单位{n}", normal_name=f"单位{n}", kind="university", origin="test") for n in range(number)
    )


def asked(client: Client, **query: str) -> Export:
    """Ask for the organisations as a file; the export that its page is of."""
    answer = client.get(reverse("organisations"), {"format": "xlsx", **query})
    assert answer.status_code == 303
    return Export.objects.get(pk=int(re.findall(r"/exports/(\d+)/", answer["Location"])[0]))


def page_of(client: Client, export: Export) -> Any:
    return client.get(reverse("export", args=[export.pk]))


def rows_of(client: Client, export: Export) -> list[list[Any]]:
    answer = client.get(reverse("export_file", args=[export.pk]))
    return CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer))).get_sheet_by_index(0).to_python()


def test_ten_thousand_rows_are_written_by_the_job_with_the_query_and_the_columns_asked_for(reader: Person) -> None:
    institutions(10_000)
    make.organisation("别的所", kind="institute")
    client = signed_in(reader)
    export = asked(client, find="单位", columns="name", kind="university")
    assert export.state == "waiting"
    waiting = page_of(client, export)
    assert waiting["Refresh"]
    assert "0 / 10000 行" in waiting.content.decode()
    services.write(export.pk)
    ready = page_of(client, export)
    assert "Refresh" not in ready
    assert reverse("export_file", args=[export.pk]) in ready.content.decode()
    rows = rows_of(client, export)
    assert rows[0] == ["名称"]
    assert len(rows) == 10_001
    assert {row[0] for row in rows[1:]} == {f"单位{n}" for n in range(10_000)}
    (read,) = Event.objects.filter(tag="list:sheet:exported")
    assert (read.actor, read.outcome, read.payload["rows"]) == (reader.pk, "read", 10_000)


def test_a_short_list_is_handed_out_at_once_and_traced(reader: Person) -> None:
    institutions(3)
    answer = signed_in(reader).get(reverse("organisations"), {"format": "xlsx"})
    assert b"".join(answer).startswith(b"PK")
    (read,) = Event.objects.filter(tag="list:sheet:exported")
    assert (read.actor, read.payload["rows"]) == (reader.pk, 3)
    assert not Export.objects.exists()


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four rows are a long list, for tests of what happens to one."""
    monkeypatch.setattr(services, "AT_ONCE", 3)
    institutions(4)


def test_an_export_opens_for_its_asker_alone(reader: Person, long: None) -> None:
    export = asked(signed_in(reader))
    services.write(export.pk)
    other = signed_in(make.person())
    for name in ("export", "export_file"):
        assert other.get(reverse(name, args=[export.pk])).status_code == 404
    assert other.post(reverse("export_cancel", args=[export.pk])).status_code == 404
    assert "导出" not in other.get(reverse("exports")).content.decode().partition("<tbody>")[2]
    assert reverse("export", args=[export.pk]) in signed_in(reader).get(reverse("exports")).content.decode()


def test_a_second_click_finds_the_first_and_nobody_has_more_than_three_on_their_way(reader: Person, long: None) -> None:
    client = signed_in(reader)
    assert asked(client) == asked(client)
    asked(client, sort="-name")
    asked(client, kind="university")
    refused = client.get(reverse("organisations"), {"format": "xlsx", "find": "单位"})
    assert refused.status_code == 422
    assert "3 个导出" in refused.content.decode()


def test_a_cancelled_export_is_told_and_leaves_no_file(
    reader: Person, long: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(reader)
    before, during = asked(client), asked(client, sort="-name")
    client.post(reverse("export_cancel", args=[before.pk]))
    services.write(before.pk)
    assert "您取消了这次导出" in page_of(client, before).content.decode()
    monkeypatch.setattr(services, "_EVERY_ROWS", 2)
    monkeypatch.setattr(sheets, "_write_cell", lambda *_: services.cancel(make_actor(reader), during))
    services.write(during.pk)
    assert "您取消了这次导出" in page_of(client, during).content.decode()
    assert client.get(reverse("export_file", args=[during.pk])).status_code == 404
    assert list(services.place_of(during).parent.glob("*.*")) == []
    assert not Event.objects.filter(tag="list:sheet:exported").exists()


def make_actor(person: Person) -> Any:
    from keguan.registers.parties.access import actor_for

    return actor_for(person)


def test_a_failed_export_is_told_and_may_be_asked_for_again(
    reader: Person, long: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(reader)
    export = asked(client)
    with monkeypatch.context() as patch:
        patch.setattr(sheets, "_write_cell", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            services.write(export.pk)
    assert "没有生成" in page_of(client, export).content.decode()
    again = asked(client)
    assert again != export
    services.write(again.pk)
    assert len(rows_of(client, again)) == 5


def test_a_job_that_went_silent_is_told_and_does_not_stand_in_the_way(reader: Person, long: None) -> None:
    client = signed_in(reader)
    export = asked(client)
    Export.objects.filter(pk=export.pk).update(state="running", beat_at=clock.now() - timedelta(hours=1))
    assert "中断" in page_of(client, export).content.decode()
    assert asked(client) != export


def test_files_go_after_three_days(reader: Person, long: None) -> None:
    client = signed_in(reader)
    export = asked(client)
    services.write(export.pk)
    export.refresh_from_db()
    place = services.place_of(export)
    with clock_at(clock.now() + timedelta(days=2, hours=23)):
        assert services.clear() == 0
    assert place.exists()
    with clock_at(clock.now() + timedelta(days=3, hours=1)):
        assert services.clear() == 1
    assert not place.exists()
    assert page_of(client, export).status_code == 404


def test_the_job_asks_the_right_of_the_page_again(reader: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    duty = make.duty("supervision", reader)
    monkeypatch.setattr(services, "AT_ONCE", 0)
    client = signed_in(reader)
    ImportRun.objects.create(
        spec="x", file_name="x", file_sha256="0" * 64, rows_read=0, created=0, updated=0, unchanged=0
    )
    answer = client.get(reverse("imports"), {"format": "xlsx"})
    assert answer.status_code == 303
    duty.delete()
    export = Export.objects.get()
    with pytest.raises(Forbidden):
        services.write(export.pk)
    export.refresh_from_db()
    assert export.state == "failed"
