"""One specification gives page, spreadsheet and records; they agree, and a bad address never breaks them."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from keguan.components.lists import Choice, Column, Filter, Listing, ListSpec, Search
from keguan.components.sheets import as_xlsx
from keguan.components.status import Status
from keguan.kernel.bilingual import Text
from keguan.registers.organisations.models import KINDS, Organisation

pytestmark = pytest.mark.django_db

CHOICES = [Choice(kind, text) for kind, text in KINDS.items()]
SPEC = ListSpec(
    "organisations",
    columns=(
        Column("name", Text("名称", "Name"), lambda o: o.name, sort=("pinyin", "name"), link=lambda o: f"/o/{o.pk}/"),
        Column("kind", Text("类别", "Kind"), lambda o: Status(KINDS[o.kind]), "status", sort=("kind",)),
        Column("money", Text("经费", "Money"), lambda o: 12_500_000, "money"),
        Column("origin", Text("来源", "Origin"), lambda o: o.origin, sheet_only=True),
    ),
    filters=(
        Filter(
            "kind", Text("类别", "Kind"), lambda rows, v: rows.filter(kind=v), [Choice(k, t) for k, t in KINDS.items()]
        ),
        Filter("id", Text("编号", "Number"), lambda rows, v: rows.filter(pk=int(v))),
    ),
    search=Search(Text("名称", "name"), lambda rows, q: rows.filter(name__contains=q)),
    default_sort="name",
    page_size=5,
    count_up_to=12,
)


def ask(query: str) -> Listing:
    return SPEC.listing(QueryDict(query), Organisation.objects.all())


@pytest.fixture
def twenty() -> list[Organisation]:
    rows = [
        Organisation(name=name, normal_name=name, pinyin="same", kind="university" if n % 2 else "enterprise")
        for n, name in enumerate(f"单位{n:02}" for n in range(20))
    ]
    return Organisation.objects.bulk_create(rows)


def test_turning_the_pages_shows_every_row_once_even_where_all_rank_equally(twenty: list[Organisation]) -> None:
    for sort in ("kind", "-kind"):
        seen: list[int] = []
        listing = ask(f"sort={sort}")
        while True:
            seen += [row.pk for row in listing.rows]
            if not listing.has_next:
                break
            listing = ask(listing.next_href.removeprefix("?"))
        assert sorted(seen) == sorted(row.pk for row in twenty)


def test_a_page_costs_two_queries_and_one_where_the_list_ends_on_it(
    twenty: list[Organisation], django_assert_num_queries: Any
) -> None:
    for query, cost in (("", 2), ("page=2&kind=university", 1), ("id=-1", 1), ("page=99", 1)):
        with django_assert_num_queries(cost):
            render_to_string("components/list.html", {"listing": ask(query)})


def test_counting_stops_early_and_says_so(twenty: list[Organisation]) -> None:
    said = render_to_string("components/list.html", {"listing": ask("")})
    assert "共 12 条以上" in said
    assert ask("page=4").count == 20
    assert "第 16–20 条，共 20 条" in render_to_string("components/list.html", {"listing": ask("page=4")})


def test_filters_stay_when_one_sorts_or_turns_the_page(twenty: list[Organisation]) -> None:
    listing = ask("kind=university&q=单位&sort=-name")
    assert len(listing.rows) == 5
    assert all(row.kind == "university" for row in listing.rows)
    for href in (listing.next_href, listing.sheet_href, listing.query(sort="kind")):
        again = QueryDict(href.removeprefix("?"))
        assert (again["kind"], again["q"]) == ("university", "单位")


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("kind=nothing", "kind"),
        ("id=x", "id"),
        ("sort=money", "sort"),
        ("sort=--name", "sort"),
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=x", "page"),
        ("page=99999999999999999999", "page"),
        ("q=" + "长" * 101, "q"),
    ],
)
def test_a_bad_address_is_a_problem_on_the_page_and_the_list_still_stands(
    twenty: list[Organisation], query: str, where: str
) -> None:
    listing = ask(query)
    assert [problem.where for problem in listing.problems] == [where]
    said = render_to_string("components/list.html", {"listing": listing})
    assert "单位00" in said


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(st.sampled_from(["kind", "id", "q", "sort", "page", "x"]), st.text(max_size=30)))
def test_no_address_whatever_breaks_a_list(asked: dict[str, str]) -> None:
    query = QueryDict(mutable=True)
    query.update(asked)
    listing = SPEC.listing(query, Organisation.objects.all())
    render_to_string("components/list.html", {"listing": listing})


def test_every_cell_is_escaped() -> None:
    Organisation.objects.create(name='<script>"', normal_name="x", origin="o")
    said = render_to_string("components/list.html", {"listing": ask("")})
    assert "<script" not in said
    assert "&lt;script&gt;&quot;" in said


def test_the_spreadsheet_has_every_row_and_column_of_the_list_and_its_filters(twenty: list[Organisation]) -> None:
    response = as_xlsx(ask("kind=university"))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response))).get_sheet_by_index(0).to_python()
    response.close()
    assert sheet[0] == ["名称", "类别", "经费（万元）", "来源"]
    assert [row[0] for row in sheet[1:]] == [f"单位{n:02}" for n in range(1, 20, 2)]
    assert {row[2] for row in sheet[1:]} == {12.5}
    assert re.fullmatch(r'attachment; filename="organisations-\d{8}-\d{4}\.xlsx"', response["Content-Disposition"])


@pytest.mark.parametrize(
    "name", ["=1+1", "+cmd|' /C calc'!A0", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "http://x.example"]
)
def test_what_looks_like_a_formula_or_a_link_stays_text(name: str) -> None:
    import zipfile

    Organisation.objects.create(name=name, normal_name="x")
    response = as_xlsx(ask(""))
    content = b"".join(response)
    response.close()
    assert CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[1][0] == name
    inside = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in inside
    assert "<hyperlink" not in inside


def test_records_for_machines_carry_raw_values() -> None:
    Organisation.objects.create(name="单位", normal_name="x", kind="university", origin="o")
    assert ask("").records() == [
        {"name": "单位", "kind": {"zh": "高等学校", "en": "University"}, "money": 12_500_000, "origin": "o"}
    ]
