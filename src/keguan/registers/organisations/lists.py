"""The list of organisations: its columns, filters and search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keguan.components.lists import Choice, Column, Filter, ListSpec, Rows, Search, choices_of, href_to
from keguan.components.status import Status, Tone
from keguan.kernel.bilingual import Text
from keguan.registers.organisations.models import KINDS, STATUSES, Organisation
from keguan.registers.organisations.queries import organisations, regions, regions_said

TONES: dict[str, Tone] = {"active": "good", "merged": "neutral", "closed": "bad"}
XINJIANG = "65"


def status_of(organisation: Organisation) -> Status:
    """The state of an organisation as pages show it."""
    return Status(STATUSES[organisation.status], TONES[organisation.status])


def href_of(organisation: Organisation | None) -> str:
    """The page of an organisation; "" for none."""
    return href_to("organisation", organisation.pk) if organisation is not None else ""


def say_regions(rows: Sequence[Any]) -> None:
    """Keep on each row what its region code says, as `region_said`."""
    said = regions_said(row.region_code for row in rows)
    for row in rows:
        row.region_said = said[row.region_code]


def _prefectures() -> list[Choice]:
    return [Choice(region.code[:4], region.name) for region in regions(XINJIANG) if region.code.endswith("00")]


def _search(rows: Rows, text: str) -> Rows:
    return rows.filter(pk__in=organisations(text=text, status="").order_by().values("pk"))


NAME = Column("name", Text("名称", "Name"), lambda o: o.name, sort=("pinyin",), link=href_of)
USCC = Column("uscc", Text("统一社会信用代码", "Credit code"), lambda o: o.uscc or "", sort=("uscc",))
KIND = Column("kind", Text("类别", "Kind"), lambda o: KINDS[o.kind], sort=("kind", "pinyin"))
STATUS = Column("status", Text("状态", "State"), status_of, "status", sort=("status", "pinyin"))

ORGANISATIONS = ListSpec(
    name="organisations",
    title=Text("单位", "Organisations"),
    columns=(
        NAME,
        USCC,
        KIND,
        Column("region", Text("行政区划", "Region"), lambda o: o.region_said, sort=("region_code", "pinyin")),
        Column("founded", Text("成立日期", "Founded"), lambda o: o.founded, "day", sort=("founded",)),
        STATUS,
        Column("name_en", Text("英文名称", "English name"), lambda o: o.name_en, sheet_only=True),
        Column("address", Text("地址", "Address"), lambda o: o.address, sheet_only=True),
        Column("origin", Text("来源", "Origin"), lambda o: o.origin, sheet_only=True),
    ),
    filters=(
        Filter("kind", Text("类别", "Kind"), lambda rows, kind: rows.filter(kind=kind), choices_of(KINDS)),
        Filter("status", Text("状态", "State"), lambda rows, word: rows.filter(status=word), choices_of(STATUSES)),
        Filter(
            "region",
            Text("地州市", "Prefecture"),
            lambda rows, code: rows.filter(region_code__startswith=code),
            _prefectures,
        ),
    ),
    search=Search(Text("现名、曾用名、英文名或代码", "a present, former or English name, or a code"), _search),
    default_sort="name",
    prepare=say_regions,
)
