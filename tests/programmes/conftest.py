"""The programmes that the house ships, loaded once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import settings

from keguan.kernel.workdays import Workdays
from keguan.language.definition import Definition
from keguan.language.loader import load
from keguan.language.parameters import load_parameters
from keguan.language.schema import Parameter
from keguan.language.workdays import load_workdays

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(folder for folder in (ROOT / "programmes").glob("*/*") if folder.is_dir())


@pytest.fixture(scope="session")
def parameters() -> Mapping[str, Parameter]:
    """Every number of the house."""
    found = load_parameters(ROOT / "parameters")
    assert isinstance(found, Mapping), found
    return found


@pytest.fixture(scope="session")
def calendar() -> Workdays:
    """The working days, with those that the house declares."""
    found = load_workdays(ROOT / "parameters" / "workdays.yaml")
    assert isinstance(found, Workdays), found
    return found


@pytest.fixture(scope="session")
def definitions(parameters: Mapping[str, Parameter]) -> Mapping[str, Definition]:
    """Every programme by its code (the newest version)."""
    found = {}
    for folder in FOLDERS:
        definition = load(folder, parameters)
        assert isinstance(definition, Definition), definition
        found[folder.parent.name] = definition
    return found
