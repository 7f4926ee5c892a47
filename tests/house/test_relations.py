"""Foreign keys point downstairs: import-linter cannot see them, because Django names models by text."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

# Upstairs first, as in the contracts of pyproject.toml. Rooms on one floor do not point at each other.
FLOORS = [
    {"keguan.doors"},
    {"keguan.insight"},
    {"keguan.panels"},
    {"keguan.casework", "keguan.facilities"},
    {"keguan.registers.imports", "keguan.registers.exports", "keguan.registers.views"},
    {"keguan.registers.ties"},
    {
        "keguan.registers.experts",
        "keguan.registers.projects",
        "keguan.registers.documents",
        "keguan.registers.certificates",
        "keguan.registers.integrity",
        "keguan.registers.funds",
    },
    {"keguan.registers.parties"},
    {"keguan.registers.organisations", "keguan.registers.codes"},
    {"keguan.registers.trace"},
    {"keguan.components"},
]


def _room(model: type[models.Model]) -> tuple[int, str]:
    """The floor (0 is the top) and the room of a model; what is not ours lies under the cellar."""
    for number, floor in enumerate(FLOORS):
        for room in floor:
            if model.__module__ == room or model.__module__.startswith(room + "."):
                return number, room
    assert not model.__module__.startswith("keguan."), f"{model.__module__} stands on no floor"
    return len(FLOORS), ""


def _ours() -> list[type[models.Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if model.__module__.startswith("keguan.")]


@pytest.mark.parametrize("model", _ours(), ids=lambda model: model._meta.label)
def test_relations_point_downstairs(model: type[models.Model]) -> None:
    floor, room = _room(model)
    for field in model._meta.get_fields():
        if not field.is_relation or field.auto_created or field.related_model is None:
            continue
        below, target = _room(field.related_model)
        assert below > floor or target == room, f"{model._meta.label}.{field.name} points upstairs or sideways"


def test_there_are_models_to_look_at() -> None:
    assert len(_ours()) > 10


@pytest.mark.parametrize("model", _ours(), ids=lambda model: model._meta.label)
def test_money_is_whole_fen_and_keys_are_wide(model: type[models.Model]) -> None:
    for field in model._meta.get_fields():
        assert not isinstance(field, models.FloatField), f"{field} is a float"
        if field.name.endswith("_fen"):
            assert isinstance(field, models.BigIntegerField), f"{field} is not a bigint"
    key = model._meta.pk
    while isinstance(key, models.ForeignKey):
        key = key.target_field
    assert not isinstance(key, models.AutoField) or isinstance(key, models.BigAutoField), f"{key} is narrow"
