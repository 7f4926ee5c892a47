"""The classifications that the register ships with, kept in step with their data files after each migration."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import connections, transaction
from ruamel.yaml import YAML

from keguan.registers.codes.models import CodeNode, CodeTree

_FOLDER = Path(__file__).with_name("trees")
_TREE = ("title_zh", "title_en", "since", "until", "source", "shape")


@lru_cache(maxsize=1)
def shipped() -> tuple[dict[str, Any], ...]:
    """The data files, one per edition; see `CodeTree` and `CodeNode` for the meaning of their words."""
    yaml = YAML(typ="safe")
    return tuple(yaml.load(file.read_text(encoding="utf-8")) for file in sorted(_FOLDER.glob("*.yaml")))


@transaction.atomic
def bring_up_to_date() -> None:
    """Write the data files into the register: new codes are added, changed names corrected, none removed. Like the tables
    they come with the release and are nobody's deed, so they have no trace."""
    for one in shipped():
        wanted = {key: one[key] for key in _TREE if key in one}
        tree, _ = CodeTree.objects.update_or_create(name=one["name"], version=one["version"], defaults=wanted)
        CodeNode.objects.bulk_create(
            [CodeNode(tree=tree, **node) for node in one["nodes"]],
            update_conflicts=True,
            unique_fields=["tree", "code"],
            update_fields=["title_zh", "title_en"],
        )


def after_migrating(*, using: str, **_: Any) -> None:
    """Bring the codes up to date once the tables stand (Django's post_migrate signal)."""
    # A migration may have stopped before this table (or gone back beyond it).
    if CodeNode._meta.db_table in connections[using].introspection.table_names():
        bring_up_to_date()
