"""Results in public: what the notices showed and nothing else, as list, charts and open data."""

from __future__ import annotations

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import referencing
from django.test import Client
from django.urls import reverse
from tests import make
from tests.make import cases
from tests.make import world as w

from keguan.casework.models import Case, Notice, Round
from keguan.insight import charts
from keguan.insight.awards import jobs
from keguan.insight.awards.pictures import tables
from keguan.insight.search import entries
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import clock_at
from keguan.kernel.money import Money
from keguan.registers.organisations.models import Organisation

pytestmark = pytest.mark.django_db

STANDARD = Path(__file__).parents[2] / "standards" / "360giving"


@dataclass
class Results:
    """Notices that ended in different ways, told by a word."""

    rounds: dict[str, Round] = field(default_factory=dict)
    hosts: dict[str, Organisation] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)

    def add(
        self, word: str, code: str, host: str, fen: int | None, *, outcome: str = "unopposed", end: str = "",
        year: int = 2026, principal: str = "", title: str = "",
    ) -> Notice:  # fmt: skip
        """A case whose notice ended on 12 May of the year. Its row knows more than the notice shows."""
        if code not in self.rounds:
            self.rounds[code] = cases.bare_round(cases.version(code))
        where = {"step": "", "step_kind": "", "end": end} if end else {"step": "agree", "step_kind": "agree"}
        case = cases.bare_case(
            self.rounds[code], host=self.hosts[host], amount_fen=60_000_000 if fen is None else fen, title="内部题目",
            principal=make.person(name="未公示的人"), **where,
        )  # fmt: skip
        shown = [
            ("proposal.title", "项目名称", title or f"题目{word}"),
            ("applicant.name", "单位", self.hosts[host].name),
        ]
        shown += [("principal.name", "负责人", principal)] if principal else []
        shown += [("decide.amount", "金额", Money(fen).said.zh)] if fen is not None else []
        self.notices[word] = Notice.objects.create(
            case=case, step="publish", attempt=1, outcome=outcome,
            since=w.moment(f"{year}-05-06", "00:00"), until=w.moment(f"{year}-05-13", "00:00"),
            shown=[{"name": name, "zh": zh, "en": zh, "value": value, "value_en": value} for name, zh, value in shown],
        )  # fmt: skip
        return self.notices[word]


@pytest.fixture
def results() -> Iterator[Results]:
    found = Results()
    found.hosts["a"] = make.organisation("天河大学", kind="university", region_code="650106")
    found.hosts["b"] = make.organisation("绿洲公司", kind="enterprise", region_code="653101")
    with clock_at(w.moment("2026-06-01")):
        found.add("one", "key-rd-project", "a", 60_000_050, principal="公示的人")
        found.add("two", "key-rd-project", "b", 40_000_000, year=2025, end="awarded")
        found.add("bare", "rd-post-subsidy", "b", None)
        found.add("upheld", "key-rd-project", "a", 1, outcome="upheld", end="struck_off")
        found.add("gave-up", "key-rd-project", "a", 1, end="declined")
        found.add("standing", "key-rd-project", "a", 1, outcome="")
        yield found


PUBLIC = ["题目one", "题目bare", "题目two"]


def test_only_results_whose_notice_stood_and_whose_case_did_not_end_badly_are_public(results: Results) -> None:
    client = Client()
    said = client.get(reverse("awards")).content.decode()
    assert re.findall("题目[a-z-]+", said) == ["题目bare", "题目one", "题目two"]
    for word, notice in results.notices.items():
        expected = 200 if f"题目{word}" in PUBLIC else 404
        assert client.get(reverse("award", args=[notice.pk])).status_code == expected, word


def test_a_later_bad_end_takes_a_result_back(results: Results) -> None:
    case = results.notices["one"].case
    Case.objects.filter(pk=case.pk).update(step="", step_kind="", end="withdrawn")
    assert "题目one" not in Client().get(reverse("awards")).content.decode()


def everything_said(results: Results) -> Iterator[tuple[str, str]]:
    client = Client()
    addresses = [reverse(name) for name in ("awards", "awards_statistics", "awards_data", "awards_csv")]
    addresses += [reverse("awards_360giving"), reverse("awards") + "?q=内部", reverse("awards") + "?q=未公示"]
    addresses += [reverse("award", args=[results.notices[word].pk]) for word in ("one", "two", "bare")]
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200, address
        content = b"".join(response) if response.streaming else response.content  # type: ignore[arg-type]
        yield address, content.decode()


def test_what_the_notice_did_not_show_is_told_nowhere(results: Results) -> None:
    number = results.notices["one"].case.number
    for address, said in everything_said(results):
        assert "未公示的人" not in said, address
        assert "内部题目" not in said, address
        assert number not in said, address
    said = Client().get(reverse("award", args=[results.notices["bare"].pk])).content.decode()
    assert "万元" not in said, "the notice of this programme shows no amount"


def test_an_outsider_finds_a_result_by_the_whole_number_of_its_case_which_no_page_shows(results: Results) -> None:
    entries.rebuild()
    client = Client()
    for word, notice in results.notices.items():
        number = notice.case.number
        is_public = f"题目{word}" in PUBLIC
        for typed in (number, f" {number.lower()} "):
            said = client.get(reverse("search"), {"q": typed}).content.decode()
            assert (reverse("award", args=[notice.pk]) in said) is is_public, word
        less = client.get(reverse("search"), {"q": number[:-1]}).content.decode()
        assert reverse("award", args=[notice.pk]) not in less
        named = client.get(reverse("search"), {"q": f"题目{word}"}).content.decode()
        assert number not in named
    one = results.notices["one"]
    elsewhere = client.get(reverse("search"), {"q": one.case.number, "year": "2025"}).content.decode()
    assert reverse("award", args=[one.pk]) not in elsewhere


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"programme": "rd-post-subsidy"}, ["题目bare"]),
        ({"year": "2025"}, ["题目two"]),
        ({"region": "653100"}, ["题目bare", "题目two"]),
        ({"region": "653100", "year": "2026"}, ["题目bare"]),
        ({"host": "天河大学"}, ["题目one"]),
        ({"q": "公示的人"}, ["题目one"]),
        ({"q": "绿洲 two"}, ["题目two"]),
        ({"q": "value_en"}, []),
        ({"sort": "amount"}, ["题目two", "题目one", "题目bare"]),
    ],
)  # fmt: skip
def test_results_are_narrowed_by_facets_that_say_how_many_they_would_leave(
    results: Results, asked: dict[str, str], found: list[str], django_assert_max_num_queries: Any
) -> None:
    client = Client()
    client.get(reverse("awards"))
    with django_assert_max_num_queries(9):
        said = client.get(reverse("awards"), asked).content.decode()
    assert re.findall("题目[a-z]+", said) == found
    for key in ("programme", "year", "region"):
        options = re.search(rf'<select id="field-{key}".*?</select>', said, re.DOTALL)
        assert options is not None
        for value, number in re.findall(r'<option value="([^"]+)"[^>]*>[^<]*（(\d+)）', options[0]):
            there = client.get(reverse("awards"), {**asked, key: value}).content.decode()
            assert len(re.findall("题目[a-z]+", there)) == int(number), (key, value)


def test_charts_show_the_numbers_of_the_table_beside_them_and_are_drawn_by_the_worker_once(
    results: Results, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    client = Client()
    with clock_at(w.moment("2026-06-01")):
        before = client.get(reverse("awards_statistics")).content.decode()
        assert "<img" not in before.split("<main")[1]
        assert "100 万元" in before, "a sum to the hundred yuan"
        assert "100.00005" not in before
        shown = {table.by: table for table in tables()}
        assert [(row.name.zh, row.count, row.fen) for row in shown["year"].rows] == [
            ("2025", 1, 40_000_000),
            ("2026", 2, 60_000_050),
        ]
        assert [(row.name.zh, row.count) for row in shown["region"].rows] == [("乌鲁木齐市", 1), ("喀什地区", 2)]
        for table in shown.values():
            for chart in table.charts:
                jobs.draw_chart(chart.source)
        after = client.get(reverse("awards_statistics")).content.decode()
    pictures = re.findall(r'<img src="([^"]+)" alt="([^"]+)"', after.split("<main")[1])
    assert len(pictures) == 5
    for address, alt in pictures:
        response = client.get(address)
        assert response["Content-Type"] == "image/svg+xml"
        drawn = b"".join(response).decode()  # type: ignore[arg-type]
        ElementTree.fromstring(drawn)  # noqa: S314 - ours
        assert "style=" not in drawn
        assert 'fill="white"' not in drawn.partition("<g")[0], "a white ground would stand out by night"
        assert re.search("[\u4e00-\u9fff]", drawn), "the picture speaks the language of its page"
        assert "项" in alt
    assert client.get(reverse("chart", args=["0" * 64])).status_code == 404
    assert charts.forget(w.moment("2026-06-01")) == 0
    results.add("more", "key-rd-project", "a", 10_000_000)
    with clock_at(w.moment("2026-06-01")):
        assert "<img" not in client.get(reverse("awards_statistics")).content.decode().split("<main")[1], (
            "a picture of other numbers than the table's is never shown"
        )


def test_a_chart_is_asked_of_the_worker_once_however_many_look(results: Results, settings: Any, tmp_path: Path) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    settings.MEDIA_ROOT = tmp_path
    for _ in range(3):
        Client().get(reverse("awards_statistics"))
    waiting = ProcrastinateJob.objects.filter(task_name="insight.draw_chart")
    assert waiting.count() == 5


def read_csv(asked: dict[str, str]) -> tuple[str, list[dict[str, str]]]:
    text = b"".join(Client().get(reverse("awards_csv"), asked)).decode()  # type: ignore[arg-type]
    return text, list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_csv_file_keeps_its_columns_and_says_exactly_what_was_published(results: Results) -> None:
    results.add("formula", "key-rd-project", "b", 5_000_000, title='=HYPERLINK("http://x"),"甲"\n乙', year=2024)
    text, rows = read_csv({})
    assert text.splitlines()[0] == (
        "id,title,title_en,host,principal,programme_code,programme,programme_en,round,year,notice_from,notice_until,"
        "amount_yuan,region_code,region,region_en,url"
    )
    assert [row["title"] for row in rows] == ['=HYPERLINK("http://x"),"甲"\n乙', "题目two", "题目one", "题目bare"]
    one = rows[2]
    assert (one["amount_yuan"], one["notice_until"], one["region"]) == ("600000.50", "2026-05-12", "乌鲁木齐市")
    assert (one["principal"], rows[1]["principal"], rows[3]["amount_yuan"]) == ("公示的人", "", "")
    assert one["url"] == f"http://testserver{reverse('award', args=[results.notices['one'].pk])}"
    marked, rows = read_csv({"for": "spreadsheets"})
    assert marked.startswith("\ufeff")
    assert rows[0]["title"].startswith("'=HYPERLINK")
    said = Client().get(reverse("awards_data")).content.decode()
    assert re.findall(r'<th scope="row"><code>(\w+)</code>', said) == list(rows[0])


def test_open_data_can_be_had_as_of_a_day(results: Results) -> None:
    for until, titles in (("2025-05-11", []), ("2025-05-12", ["题目two"]), ("2030-01-01", sorted(PUBLIC))):
        assert sorted(row["title"] for row in read_csv({"until": until})[1]) == titles, until
    assert Client().get(reverse("awards_csv"), {"until": "x"}).status_code == 404
    assert Client().get(reverse("awards_360giving"), {"until": "2025-05-11"}).status_code == 404
    answer = Client().get(reverse("awards_csv"), {"until": "2025-12-31"})
    assert 'filename="awards-2025-12-31.csv"' in answer["Content-Disposition"]


def validator() -> jsonschema.Validator:
    package, grant = (
        json.loads((STANDARD / name).read_text("utf-8"))
        for name in ("360-giving-package-schema.json", "360-giving-schema.json")
    )
    # The package of 1.4.3 still refers to the grants by the address of 1.4.2.
    known = referencing.Registry().with_resources(
        (address, referencing.jsonschema.DRAFT202012.create_resource(grant))
        for address in (grant["$id"], package["properties"]["grants"]["items"]["$ref"])
    )
    formats = jsonschema.FormatChecker()

    @formats.checks("date-time", raises=ValueError)
    def _is_moment(value: object) -> bool:
        return "T" in str(value) and datetime.fromisoformat(str(value)).utcoffset() is not None

    return jsonschema.Draft202012Validator(package, registry=known, format_checker=formats)


def test_the_360giving_package_is_valid_by_the_standards_own_schema(results: Results, settings: Any) -> None:
    from dataclasses import replace

    settings.PUBLISHER = replace(settings.PUBLISHER, licence="https://example.org/open", name=Text("甲厅", "A"))
    package = json.loads(b"".join(Client().get(reverse("awards_360giving"))))  # type: ignore[arg-type]
    assert [error.message for error in validator().iter_errors(package)] == []
    assert package["license"] == "https://example.org/open"
    assert [(one["title"], one["amountAwarded"]) for one in package["grants"]] == [
        ("题目two", 400_000),
        ("题目one", 600_000.5),
    ]
    assert list(validator().iter_errors(package | {"grants": [{"id": "x"}]})), (
        "the schema refuses a grant without an amount"
    )


def test_streaming_the_open_data_costs_the_same_statements_however_many_results(
    results: Results, django_assert_num_queries: Any
) -> None:
    def statements() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as caught:
            read_csv({})
        return len(caught)

    few = statements()
    for number in range(20):
        results.add(f"n{number}", "key-rd-project", "a", 100)
    assert statements() == few


def test_a_notice_that_ends_at_midnight_counts_in_the_year_of_its_last_day(results: Results) -> None:
    notice = results.notices["one"]
    notice.until = w.moment("2026-01-01", "00:00")
    notice.since = notice.until - timedelta(days=7)
    notice.save()
    assert read_csv({"until": "2025-12-31"})[1][-1]["year"] == "2025"
