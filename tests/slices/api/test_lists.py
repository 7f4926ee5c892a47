"""Lists for machines: the rows, rights, filters and query of their pages, in pieces that neither repeat nor lose a row."""

from __future__ import annotations

from typing import Any

import pytest
from tests import make
from tests.slices.api.machine import Machine, token_of

from keguan.components.keyset import piece_of
from keguan.registers.funds.models import Payment
from keguan.registers.organisations.models import Organisation

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/registers/organisations"


@pytest.fixture
def machine() -> Machine:
    return Machine(token_of(make.person()))


def every_row(machine: Machine, address: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    following: str | None = address
    while following:
        response = machine.get(following)
        assert response.status_code == 200, response.content
        page = response.json()
        assert (f'<{page["next"]}>; rel="next"' == response["Link"]) if page["next"] else "Link" not in response
        rows += page["items"]
        following = page["next"]
    return rows


def test_the_pieces_hold_every_row_once_in_the_order_of_the_page(machine: Machine) -> None:
    for number in range(23):
        make.organisation(f"单位{number % 5}号{number}", kind="enterprise")
    for sort in ("name", "-name", "kind", "-founded", "region", "uscc"):
        rows = every_row(machine, f"{ADDRESS}?sort={sort}&limit=4")
        listing = machine.get(f"{ADDRESS}?sort={sort}&limit=200").json()["items"]
        assert len(rows) == Organisation.objects.count()
        assert rows == listing


def test_rows_that_come_or_go_meanwhile_shift_nothing(machine: Machine) -> None:
    for name in ("乙", "丁", "己"):
        make.organisation(f"{name}单位")
    first = machine.get(f"{ADDRESS}?sort=name&limit=2").json()
    shown = {row["name"] for row in first["items"]}
    make.organisation("一一单位")  # sorts before
    after = {row["name"] for row in every_row(machine, first["next"])}
    assert not shown & after


@pytest.mark.parametrize("sort", ["due_day", "-due_day"])
def test_what_is_missing_has_its_place_too(sort: str) -> None:
    for _ in range(3):
        make.payment()
    late = make.payment()
    Payment.objects.exclude(pk=late.pk).update(due_day=None)
    rows = Payment.objects.order_by(sort, "pk")
    found, after = [], ""
    while True:
        piece = piece_of(rows, "payments", after, 1)
        found += piece.rows
        if not (after := piece.next):
            break
    assert [one.pk for one in found] == list(rows.values_list("pk", flat=True))
    assert len(found) == 4


def test_filters_and_the_query_box_narrow_as_on_the_page(machine: Machine) -> None:
    make.organisation("天河大学", kind="university")
    make.organisation("天河化工", kind="enterprise")
    for asked in ("kind=enterprise&q=天河", "find=类别:企业 天河"):
        assert [row["name"] for row in machine.get(f"{ADDRESS}?{asked}").json()["items"]] == ["天河化工"]


def test_a_row_has_raw_values_both_languages_and_its_page(machine: Machine) -> None:
    made = make.organisation("天河大学", kind="university")
    row = machine.get(f"{ADDRESS}?q=天河大学&columns=name,kind").json()["items"][0]
    assert row == {
        "name": "天河大学",
        "kind": {"zh": "高等院校", "en": "university"} | row["kind"],
        "href": f"http://testserver/registers/organisations/{made.pk}/",
    }
    assert set(row["kind"]) == {"zh", "en"}


def test_whatever_is_wrong_is_told_at_once_and_nothing_is_handed_out(machine: Machine) -> None:
    response = machine.get(f"{ADDRESS}?knd=enterprise&kind=shop&sort=moon&limit=0&find=a:b")
    assert response.status_code == 422
    codes = {one["code"] for one in response.json()["problems"]}
    assert codes == {"list.parameter", "list.filter", "list.sort", "list.limit", "query.name"}


@pytest.mark.parametrize(
    "asked", ["limit=", "sort=", "cursor=", "columns=", "kind=", "q=", "q=a&q=b", "find=" + "x" * 501]
)
def test_what_is_empty_sent_twice_or_endless_is_a_slip(machine: Machine, asked: str) -> None:
    assert machine.get(f"{ADDRESS}?{asked}").status_code == 422


@pytest.mark.parametrize("typed", ["x", "W10", "eyJhIjoxfQ:1:2"])
def test_a_cursor_of_another_list_or_none_is_refused(machine: Machine, typed: str) -> None:
    make.organisation("天河大学")
    make.organisation("天河学院")
    following = machine.get(f"{ADDRESS}?limit=1").json()["next"].partition("cursor=")[2]
    for address in (
        f"{ADDRESS}?cursor={typed}",
        f"{ADDRESS}?sort=-name&cursor={following}",
        f"/api/v1/registers/projects?cursor={following}",
    ):
        response = machine.get(address)
        assert response.status_code == 422
        assert response.json()["problems"][0]["code"] == "list.cursor"


def test_public_lists_need_no_token() -> None:
    for name in ("calls", "notices", "awards"):
        assert Machine().get(f"/api/v1/{name}").status_code == 200


def test_a_piece_costs_few_queries_however_many_rows_it_has(
    machine: Machine, django_assert_max_num_queries: Any
) -> None:
    for number in range(40):
        make.organisation(f"单位{number}")
    machine.get(ADDRESS)  # notes the first use of the token
    with django_assert_max_num_queries(6):
        assert len(machine.get(f"{ADDRESS}?limit=40").json()["items"]) == 40
