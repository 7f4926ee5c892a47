"""Grant finders read our calls with the protocol's own client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from common_grants_sdk.client import Client
from common_grants_sdk.client.config import Config
from common_grants_sdk.client.exceptions import APIError
from common_grants_sdk.schemas.pydantic.models import OpportunityDetails
from common_grants_sdk.schemas.pydantic.models.opp_status import OppStatusOptions
from common_grants_sdk.schemas.pydantic.responses import OpportunitiesSearchResponse
from tests import make
from tests.make import world as w
from tests.slices.api.machine import Machine

from keguan.casework.models import Round
from keguan.casework.rounds import services as rounds
from keguan.kernel.clock import clock_at
from keguan.registers.parties.access import actor_for

pytestmark = pytest.mark.django_db


def in_process(request: httpx.Request) -> httpx.Response:
    """What the client sends, answered by the application in the transaction of the test."""
    answer = Machine().generic(
        request.method,
        request.url.raw_path.decode(),
        request.content,
        content_type=request.headers.get("content-type", ""),
        headers={"accept-language": request.headers.get("accept-language", "en")},
    )
    return httpx.Response(answer.status_code, content=answer.content, headers=dict(answer.items()))


@pytest.fixture
def finder() -> Iterator[Client[Any, Any, Any, Any]]:
    with Client(Config(base_url="http://testserver", api_key="none", page_size=2)) as client:
        client.http.close()
        client.http = httpx.Client(transport=httpx.MockTransport(in_process))
        yield client


@pytest.fixture
def calls() -> Iterator[list[Round]]:
    world = w.world(0)
    with clock_at(w.moment("2026-03-02")):
        made = [
            w.call(world, "key-rd-project", opens=w.moment(opens), closes=w.moment(closes, at), budget_fen=fen)
            for opens, closes, at, fen in (
                ("2026-03-01", "2026-03-31", "18:00", 150_000_000),
                ("2026-02-01", "2026-02-20", "18:00", 250_050),
                ("2026-04-01", "2026-05-01", "00:00", 100),
            )
        ]
        yield made


def test_the_client_lists_every_published_call(finder: Client[Any, Any, Any, Any], calls: list[Round]) -> None:
    found = finder.opportunities.list()
    assert found.errors == []
    assert {one.custom_fields["callCode"].value for one in found.items} == {one.code for one in calls}
    by_code = {one.custom_fields["callCode"].value: one for one in found.items}
    open_call, past, coming = (by_code[one.code] for one in calls)
    assert [one.status.value for one in (open_call, past, coming)] == ["open", "closed", "forecasted"]
    assert past.funding.total_amount_available.amount == "2500.50"
    assert past.funding.total_amount_available.currency == "CNY"
    # What ends with a day is told as its last second.
    assert str(coming.key_dates.close_date.date) == "2026-04-30"
    assert str(open_call.key_dates.close_date.time) == "18:00:00"


def test_the_client_reads_one_by_an_id_that_stays(finder: Client[Any, Any, Any, Any], calls: list[Round]) -> None:
    first = finder.opportunities.list(page=1, page_size=1).items[0]
    one = finder.opportunities.get(first.id)
    assert isinstance(one, OpportunityDetails)
    assert one.title == first.title
    assert str(one.source).startswith("http://testserver/calls/")


def test_the_client_searches_by_words_status_dates_and_money(
    finder: Client[Any, Any, Any, Any], calls: list[Round]
) -> None:
    def found(**asked: Any) -> set[str]:
        return {one.custom_fields["callCode"].value for one in finder.opportunities.search(**asked).items}

    open_call, past, coming = (one.code for one in calls)
    assert found(search="测试批次") == {open_call, past, coming}
    assert found(search="nothing like it") == set()
    assert found(status=[OppStatusOptions.OPEN, OppStatusOptions.FORECASTED]) == {open_call, coming}
    assert found(filters={"status": {"operator": "notIn", "value": ["open"]}}) == {past, coming}
    march = {"operator": "between", "value": {"min": "2026-03-01", "max": "2026-03-31"}}
    assert found(filters={"closeDateRange": march}) == {open_call}
    money = {
        "min": {"amount": "2500.50", "currency": "CNY"},
        "max": {"amount": "9999", "currency": "CNY"},
    }
    between = {"operator": "between", "value": money}
    assert found(filters={"totalFundingAvailableRange": between}) == {past}


def test_what_calls_do_not_say_is_told_back_and_stops_nothing(
    finder: Client[Any, Any, Any, Any], calls: list[Round]
) -> None:
    money = {"min": {"amount": "1", "currency": "CNY"}, "max": {"amount": "2", "currency": "CNY"}}
    found = finder.opportunities.search(filters={"minAwardAmountRange": {"operator": "between", "value": money}})
    assert len(found.items) == 3
    assert found.filter_info.errors == ["minAwardAmountRange is not known of calls"]


def test_an_unknown_id_is_an_error_of_the_protocol(finder: Client[Any, Any, Any, Any]) -> None:
    with pytest.raises(APIError) as caught:
        finder.opportunities.get("00000000-0000-0000-0000-000000000000")
    assert caught.value.error.status == 404


def test_a_moved_deadline_is_a_change(finder: Client[Any, Any, Any, Any], calls: list[Round]) -> None:
    before = {one.id: one.last_modified_at for one in finder.opportunities.list().items}
    with clock_at(w.moment("2026-03-05")):
        planner = make.person()
        make.duty("planning", planner)
        moved = rounds.extend_round(calls[0].code, w.moment("2026-04-15"), "应申报单位请求", actor_for(planner))
        assert isinstance(moved, Round), moved
        after = {one.id: one.last_modified_at for one in finder.opportunities.list().items}
    assert sum(after[key] > before[key] for key in before) == 1


def test_the_answer_to_a_search_is_whole(calls: list[Round]) -> None:
    sent = {
        "search": None,
        "sorting": {"sortBy": "title", "sortOrder": "asc"},
        "pagination": {"page": 2, "pageSize": 2},
    }
    answer = Machine().post("/common-grants/opportunities/search", sent, content_type="application/json").json()
    read = OpportunitiesSearchResponse.model_validate(answer)
    assert (read.pagination_info.total_items, read.pagination_info.total_pages, len(read.items)) == (3, 2, 1)
