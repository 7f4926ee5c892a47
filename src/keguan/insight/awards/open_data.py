"""Results as open data: a CSV file with columns that stay, and a package in the 360Giving Data Standard.

Nothing stands here that the notices did not show. Both are streamed, so that their length costs no memory.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings

from keguan.casework.models import Notice
from keguan.components.lists import CHUNK, Rows
from keguan.insight.awards.queries import Award, award_of
from keguan.kernel.bilingual import Text
from keguan.registers.organisations.models import Region

GIVING_VERSION = "1.4"
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Published:
    """One result with its address and the name of its region, ready to be written."""

    award: Award
    address: str
    region: Text


@dataclass(frozen=True, slots=True)
class DataColumn:
    """One column of the CSV file. name: never changed once published. meaning: for the data dictionary."""

    name: str
    meaning: Text
    value: Callable[[Published], str]


def _yuan(fen: int | None) -> str:
    return "" if fen is None else f"{fen // 100}.{fen % 100:02d}"


COLUMNS: tuple[DataColumn, ...] = (
    DataColumn("id", Text("结果编号，永不变更", "Id of the result; it never changes"), lambda one: str(one.award.pk)),
    DataColumn("title", Text("公示的名称", "Title as published"), lambda one: one.award.title.zh),
    DataColumn(
        "title_en", Text("公示名称的英文，没有则同中文", "Its English, or the same"), lambda one: one.award.title.en
    ),
    DataColumn("host", Text("公示的单位", "Organisation as published"), lambda one: one.award.host),
    DataColumn(
        "principal",
        Text("公示的项目负责人；未公示则为空", "Principal investigator as published; empty if not published"),
        lambda one: one.award.principal,
    ),
    DataColumn("programme_code", Text("计划代码", "Code of the programme"), lambda one: one.award.programme_code),
    DataColumn("programme", Text("计划名称", "Programme, in Chinese"), lambda one: one.award.programme.zh),
    DataColumn("programme_en", Text("计划英文名称", "Programme, in English"), lambda one: one.award.programme.en),
    DataColumn("round", Text("批次编号", "Code of the round"), lambda one: one.award.round_code),
    DataColumn("year", Text("公示期满的年度", "Year in which the notice ended"), lambda one: str(one.award.year)),
    DataColumn(
        "notice_from",
        Text("公示开始日，YYYY-MM-DD", "First day of the notice"),
        lambda one: one.award.since.isoformat(),
    ),
    DataColumn(
        "notice_until",
        Text("公示最后一日，YYYY-MM-DD", "Last day of the notice"),
        lambda one: one.award.until.isoformat(),
    ),
    DataColumn(
        "amount_yuan",
        Text(
            "批准金额，单位元，两位小数；未公示则为空", "Amount granted in yuan, two decimals; empty if not published"
        ),
        lambda one: _yuan(one.award.fen),
    ),
    DataColumn(
        "region_code",
        Text("单位所在地州市代码（GB/T 2260）", "Prefecture of the organisation, GB/T 2260"),
        lambda one: one.award.region,
    ),
    DataColumn("region", Text("地州市名称", "Its name, in Chinese"), lambda one: one.region.zh),
    DataColumn("region_en", Text("地州市英文名称", "Its name, in English"), lambda one: one.region.en),
    DataColumn("url", Text("结果页面地址", "Address of the result's page"), lambda one: one.address),
)


def published(rows: Iterable[Notice], address: Callable[[int], str]) -> Iterator[Published]:
    """Rows of `awards()` (streamed: give an iterator) with their addresses and the names of their regions."""
    # There are few divisions: all their names are one query, where a join would be one per row.
    regions = {row.code: Text(row.name, row.name_en or row.name) for row in Region.objects.filter(valid_to=None)}
    for row in rows:
        award = award_of(row)
        yield Published(award, address(award.pk), regions.get(award.region, Text("", "")))


class _Line:
    """What csv writes to: keeps the line that was written last."""

    text = ""

    def write(self, text: str) -> int:
        self.text = text
        return len(text)


def as_csv(rows: Iterable[Published], *, for_spreadsheets: bool = False) -> Iterator[str]:
    """The file line by line, RFC 4180.

    for_spreadsheets: with a byte order mark, without which some take the file for GBK, and an apostrophe before what they
    would take for a formula; the plain file is exactly what was published.
    """
    line = _Line()
    writer = csv.writer(line)
    writer.writerow([column.name for column in COLUMNS])
    yield ("\ufeff" if for_spreadsheets else "") + line.text
    for row in rows:
        cells = [column.value(row) for column in COLUMNS]
        if for_spreadsheets:
            cells = [f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell for cell in cells]
        writer.writerow(cells)
        yield line.text


def as_360giving(rows: Iterable[Published], *, page: str, download: str, now: datetime, until: date) -> Iterator[str]:
    """A package of the 360Giving Data Standard, grant by grant: results with a published amount and organisation only.

    page: where people read of the data; download: the address of this file.
    """
    publisher = settings.PUBLISHER
    package = {
        "version": GIVING_VERSION,
        "title": f"{publisher.name.zh} {until.isoformat()}",
        "issued": until.isoformat(),
        "modified": now.isoformat(),
        "identifier": f"{publisher.grant_prefix}-{until.isoformat()}",
        "license": publisher.licence,
        "publisher": {"identifier": publisher.identifier, "name": publisher.name.zh},
        "accessURL": page,
        "downloadURL": download,
    }
    yield json.dumps(package, ensure_ascii=False)[:-1] + ', "grants": ['
    before = ""
    for row in rows:
        if row.award.fen is not None and row.award.host:
            yield before + json.dumps(grant(row), ensure_ascii=False)
            before = ",\n"
    yield "]}\n"


def grant(row: Published) -> Mapping[str, Any]:
    """One result as a grant. The principal is a person, of whom the standard asks nothing here; their name stays out."""
    publisher, award = settings.PUBLISHER, row.award
    organisation: dict[str, Any] = {"id": f"{publisher.grant_prefix}-org-{award.host}", "name": award.host}
    found: dict[str, Any] = {
        "id": f"{publisher.grant_prefix}-{award.pk}",
        "title": award.title.zh,
        "description": f"{award.programme.zh} · {award.round.zh}" if award.round.zh else award.programme.zh,
        "currency": "CNY",
        "amountAwarded": _number(award.fen or 0),
        "awardDate": award.until.isoformat(),
        "url": row.address,
        "recipientOrganization": [organisation],
        "fundingOrganization": [{"id": publisher.identifier, "name": publisher.name.zh}],
        "grantProgramme": [{"code": award.programme_code, "title": award.programme.zh}],
        "fromOpenCall": "Yes",
    }
    if award.region:
        place = {"countryCode": "CN", "geoCode": award.region, "geoCodeType": "GB/T 2260", "name": row.region.zh}
        found["recipientOrganization"] = [organisation | {"location": [place]}]
    return found


def _number(fen: int) -> int | float:
    return fen // 100 if fen % 100 == 0 else fen / 100


def streamed(rows: Rows) -> Iterator[Notice]:
    """The rows a chunk at a time."""
    return rows.iterator(chunk_size=CHUNK)
