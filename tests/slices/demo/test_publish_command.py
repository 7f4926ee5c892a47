"""`keguan publish`: what is published stands, and what changed under its number is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.conf import settings

from keguan.casework.models import ProgrammeVersion
from keguan.doors.cli import main

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder tree with one programme and its numbers."""
    shutil.copytree(settings.PARAMETERS, tmp_path / "parameters")
    shutil.copytree(Path(settings.PROGRAMMES) / "seminar-grant", tmp_path / "programmes" / "seminar-grant")
    return tmp_path


def test_a_programme_is_published_once_and_the_same_text_again_changes_nothing(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["publish", str(home / "programmes"), "--lang", "en"]) == 0
    version = ProgrammeVersion.objects.get()
    assert version.digest[:16] in capsys.readouterr().out
    assert main(["publish", str(home / "programmes"), "--lang", "en"]) == 0
    assert "published before" in capsys.readouterr().out
    assert ProgrammeVersion.objects.get() == version


def test_another_text_under_a_published_number_is_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["publish", str(home / "programmes")])
    file = next((home / "programmes").rglob("programme.yaml"))
    file.write_text(file.read_text().replace("en: Seminar grant", "en: Seminar grants"))
    assert main(["publish", str(home / "programmes"), "--lang", "en"]) == 1
    assert "programme.published" in capsys.readouterr().out
    assert ProgrammeVersion.objects.count() == 1


def test_a_programme_with_a_slip_is_not_published_and_the_place_is_named(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = next((home / "programmes").rglob("programme.yaml"))
    file.write_text(file.read_text().replace("amount: request.asked", "amount: request.askd"))
    assert main(["publish", str(home / "programmes"), "--lang", "zh"]) == 1
    said = capsys.readouterr().out
    assert "request.askd" in said
    assert "programme.yaml" in said
    assert not ProgrammeVersion.objects.exists()
