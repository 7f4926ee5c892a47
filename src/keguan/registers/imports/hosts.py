"""Organisations that lists name: thousands of names looked up at once, the unknown ones entered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from keguan.kernel.actors import Actor
from keguan.kernel.names import normal_name
from keguan.registers.organisations.services import hosts_from_names

# Longer and more telling endings first: 附属医院 of a university is a hospital.
_KINDS_BY_ENDING: tuple[tuple[tuple[str, ...], str], ...] = (
    (("医院", "疾病预防控制中心", "保健院"), "hospital"),
    (("公司", "集团", "厂"), "enterprise"),
    (("研究所", "研究院", "科学院", "研究中心", "实验室", "天文台", "植物园", "设计院"), "institute"),
    (("大学", "学院", "党校", "专科学校"), "university"),
)


def host_ids(names: Iterable[str], actor: Actor, *, origin: str) -> dict[str, int]:
    """The organisation each listed name stands for, by the name as given; unknown ones are entered with a kind.

    A few queries for any number of names. Present names, former names and mergers are followed by the register.
    """
    by_kind: dict[str, list[str]] = defaultdict(list)
    for name in set(names):
        by_kind[kind_by_name(name)].append(name)
    found: dict[str, int] = {}
    for kind in sorted(by_kind):
        rows = hosts_from_names(actor, sorted(by_kind[kind]), origin=origin, kind=kind)
        found |= {name: row.pk for name, row in rows.items()}
    return found


def kind_by_name(name: str) -> str:
    """The kind of organisation a Chinese name says it is; `other` where it does not say."""
    whole = normal_name(name)
    plain = whole.split("(")[0] or whole
    for endings, kind in _KINDS_BY_ENDING:
        if plain.endswith(endings) or whole.endswith(endings):
            return kind
    return "other"
