"""One specification gives page, spreadsheet and records; they agree, and a bad address never breaks them."""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import Any

import pytest
from django.db.models.functions import Length
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from keguan.components.list_pages import list_page
from keguan.components.lists import Choice, Column, Filter, Listing, ListSpec, Search
from keguan.components.sheets import as_xlsx
from keguan.components.status import Status
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import clock_at
from keguan.registers.imports.models import ImportRun
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
        ("columns=name,nothing", "columns"),
        ("place.name=first", "place.name"),
        ("place.name=", "columns"),
        ("find=类别:没有", "find"),
        ("find=编号:x", "find"),
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
@given(
    st.dictionaries(
        st.sampled_from(["kind", "id", "q", "sort", "page", "x", "find", "columns", "place.name"]), st.text(max_size=30)
    )
)
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


LENGTHS = ListSpec(
    "lengths",
    columns=(
        Column("name", Text("名称", "Name"), lambda o: o.name, sort=("name",)),
        Column("length", Text("长度", "Length"), lambda o: o.length, "number", sort=("length",), sheet_only=True),
    ),
    search=Search(Text("名称", "name"), lambda rows, q: rows.filter(name__contains=q)),
    default_sort="name",
)


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("", False),
        ("q=单位&page=2", False),
        ("find=单位", False),
        ("columns=name", False),
        ("columns=length,name", True),
        ("sort=length", True),
        ("sort=-length", True),
        ("find=length>3", True),
        ("find=-length>30", True),
    ],
)
def test_what_a_column_needs_besides_is_asked_only_where_it_is_used(
    twenty: list[Organisation], query: str, asked: bool
) -> None:
    given_ = {"length": lambda rows: rows.annotate(length=Length("name"))}
    listing = LENGTHS.listing(QueryDict(query), Organisation.objects.all(), given_)
    assert not listing.problems
    assert ("LENGTH(" in str(listing.queryset.query)) == asked
    assert len(listing.rows) == (0 if "page=2" in query else 20)
    if "columns=name" not in query:
        assert all(row.length == len(row.name) for row in listing.every_row(100))
        assert all(one["length"] == len(one["name"]) for one in listing.records())


def test_records_for_machines_carry_raw_values() -> None:
    Organisation.objects.create(name="单位", normal_name="x", kind="university", origin="o")
    assert ask("").records() == [
        {"name": "单位", "kind": {"zh": "高等学校", "en": "University"}, "money": 12_500_000, "origin": "o"}
    ]


def test_the_reader_chooses_columns_and_their_order_for_page_file_and_machines(twenty: list[Organisation]) -> None:
    listing = ask("columns=origin,name&kind=university")
    said = render_to_string("components/list.html", {"listing": listing})
    head = re.findall(r'<th scope="col" class="[^"]*"[^>]*>(?:<a [^>]*>)?([^<]*)', said)
    assert head == ["来源", "名称"]
    assert list(listing.records()[0]) == ["origin", "name"]
    response = as_xlsx(listing)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(response))).get_sheet_by_index(0).to_python()
    response.close()
    assert sheet[0] == ["来源", "名称"]
    assert len(sheet) == 11
    for href in (listing.next_href, listing.sheet_href, listing.query(sort="kind"), listing.plain_href):
        assert QueryDict(href.removeprefix("?"))["columns"] == "origin,name"
    assert "columns" not in listing.usual_columns_href


def test_the_form_of_columns_goes_by_its_numbers() -> None:
    assert [one.key for one in ask("place.name=2&place.money=1&place.kind=").columns] == ["money", "name"]
    shown = [(one.column.key, one.typed) for one in ask("columns=money,name").places]
    assert shown == [("money", "1"), ("name", "2"), ("kind", ""), ("origin", "")]


@pytest.mark.parametrize(
    ("find", "like"),
    [
        ("类别:高等学校", "kind=university"),
        ("kind:university", "kind=university"),
        ("高等学校", "kind=university"),
        ("单位07", "q=单位07"),
        ("类别:高等学校,企业", ""),
        ("-高等学校", "kind=enterprise"),
        ("-企业 -单位07 单位0", "kind=university&find=-单位07 单位0"),
    ],
)
def test_a_query_finds_what_the_filters_find_at_no_more_cost(
    twenty: list[Organisation], find: str, like: str, django_assert_max_num_queries: Any
) -> None:
    def found(query: str) -> list[str]:
        return [row.name for row in ask(query).queryset]

    assert found(f"find={find}") == found(like)
    assert found(f"find={find}")
    with django_assert_max_num_queries(2):
        render_to_string("components/list.html", {"listing": ask(f"find={find}")})


def test_numbers_and_days_are_compared_by_the_day_of_beijing() -> None:
    spec = ListSpec(
        "imports",
        (
            Column("rows", Text("行数", "Rows"), lambda r: r.rows_read, "number", sort=("rows_read",)),
            Column("at", Text("时间", "At"), lambda r: r.at, "moment", sort=("at",)),
            Column("until", Text("截止", "Until"), lambda r: r.at, "deadline", sort=("at",)),
        ),
    )
    for rows, at in ((1, "2026-04-01T00:00+08:00"), (2, "2026-04-01T23:59+08:00"), (3, "2026-04-02T00:00+08:00")):
        made = ImportRun.objects.create(
            spec="x", file_name="x", file_sha256="0" * 64, rows_read=rows, created=rows, updated=0, unchanged=0
        )
        ImportRun.objects.filter(pk=made.pk).update(at=datetime.fromisoformat(at))

    def found(find: str) -> list[int]:
        listing = spec.listing(QueryDict(mutable=True) | {"find": find}, ImportRun.objects.all())
        assert listing.problems == []
        return sorted(listing.queryset.values_list("rows_read", flat=True))

    asked = {
        "行数>1": [2, 3],
        "行数=1,3": [1, 3],
        "-行数>=2": [1],
        "时间:2026-04-01": [1, 2],
        "时间>2026-04-01": [3],
        "时间<=2026-04-01": [1, 2],
        "时间<2026-04-02": [1, 2],
        # What ends at midnight ends with the day before.
        "截止:2026-04-01": [2, 3],
        "截止<=2026-03-31": [1],
        "截止>2026年3月31日": [2, 3],
    }
    assert {find: found(find) for find in asked} == asked
    with clock_at(datetime.fromisoformat("2026-03-30T12:00+08:00")):
        assert found("截止<=今天+2") == [1, 2, 3]
        assert found("时间<today+2") == []


def test_a_query_with_a_mistake_narrows_nothing_and_hands_out_no_file(twenty: list[Organisation]) -> None:
    listing = ask("find=高等学校 类别>3")
    assert listing.queryset.count() == 20
    said = render_to_string("components/list.html", {"listing": listing})
    assert "类别" in said
    assert "未按它筛选" in said
    assert 'value="高等学校 类别&gt;3"' in said
    request = RequestFactory().get("/", {"find": "类别>3", "format": "xlsx"})
    answer = list_page(request, SPEC, Organisation.objects.all(), template="components/list.html")
    assert "spreadsheet" not in answer["Content-Type"]


def test_columns_chosen_in_the_form_go_on_into_the_address(twenty: list[Organisation]) -> None:
    request = RequestFactory().get("/x/", {"place.money": "2", "place.name": "3", "find": "高等学校"})
    answer = list_page(request, SPEC, Organisation.objects.all())
    assert answer.status_code == 302
    place, _, query = answer["Location"].partition("?")
    assert (place, QueryDict(query).dict()) == ("/x/", {"columns": "money,name", "find": "高等学校"})
