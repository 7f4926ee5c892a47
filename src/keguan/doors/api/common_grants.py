"""Published calls as opportunities of CommonGrants, the open protocol of grant finders (commongrants.org, Core 0.5)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Final, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse
from ninja import Query, Router, Schema
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from keguan.casework.models import Round
from keguan.casework.pages.call_search import (
    COMING,
    OPEN,
    PAST,
    find_calls,
    news_at,
    published,
    state_of,
    who_may_apply,
)
from keguan.casework.versions import definition_of
from keguan.components.reader import said
from keguan.doors.api.interface import VERSION, Interface
from keguan.doors.web.problem_details import ProblemResponse
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.clock import BEIJING
from keguan.language.vocabulary import APPLICANT_KINDS

AT: Final = "/common-grants/"
MOST: Final = 100
"""Opportunities on one page."""

_STATUSES: Final[dict[Any, str]] = {OPEN: "open", COMING: "forecasted", PAST: "closed"}
_ORDER: Final = ("forecasted", "open", "custom", "closed")

router = Router(tags=["CommonGrants"], auth=None, by_alias=True, exclude_none=True)


class Wire(Schema):
    """Names as the protocol writes them."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Asked(BaseModel):
    """What is sent. Plain, so that nothing but an object is taken for one."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Money(Wire):
    """An amount as a decimal number in text."""

    amount: str = Field(pattern=r"^-?[0-9]+\.?[0-9]*$")
    currency: str


class SingleDate(Wire):
    """A day, and a time by Beijing clocks."""

    name: str
    event_type: Literal["singleDate"] = "singleDate"
    date: dt.date
    time: str | None = Field(None, pattern=r"^[0-9]{2}:[0-9]{2}:[0-9]{2}$")
    description: str | None = None


class OppStatus(Wire):
    value: Literal["forecasted", "open", "custom", "closed"]
    description: str


class Funding(Wire):
    total_amount_available: Money | None = None


class KeyDates(Wire):
    post_date: SingleDate
    close_date: SingleDate


class ApplicantType(Wire):
    value: Literal["custom", "unrestricted"]
    custom_value: str | None = None
    description: str | None = None


class CustomField(Wire):
    name: str
    field_type: Literal["string", "object", "array"]
    value: Any
    description: str


class Opportunity(Wire):
    """A published call."""

    id: UUID
    title: str
    status: OppStatus
    description: str
    funding: Funding | None = None
    key_dates: KeyDates
    source: str
    accepted_applicant_types: list[ApplicantType]
    custom_fields: dict[str, CustomField]
    created_at: dt.datetime
    last_modified_at: dt.datetime


class PaginationInfo(Wire):
    page: int
    page_size: int
    total_items: int
    total_pages: int


class Success(Wire):
    status: Literal[200] = 200
    message: str = "Success"


class OpportunityResponse(Success):
    """One opportunity."""

    data: Opportunity


class OpportunitiesPage(Success):
    """A page of opportunities."""

    items: list[Opportunity]
    pagination_info: PaginationInfo


class SortInfo(Wire):
    sort_by: str
    sort_order: Literal["asc", "desc"]
    errors: list[str]


class FilterInfo(Wire):
    filters: dict[str, Any]
    errors: list[str]


class OpportunitiesFound(OpportunitiesPage):
    """A page of what was searched for, with how it was sorted and filtered; errors: what could not be done, without
    stopping the rest."""

    sort_info: SortInfo
    filter_info: FilterInfo


Whole = Annotated[int, Field(ge=1, le=1_000_000)]


class PageAsked(Asked):
    page: Whole = 1
    page_size: Whole = 10


class SortAsked(Asked):
    sort_by: Literal[
        "lastModifiedAt",
        "createdAt",
        "title",
        "status.value",
        "keyDates.closeDate",
        "funding.maxAwardAmount",
        "funding.minAwardAmount",
        "funding.totalAmountAvailable",
        "funding.estimatedAwardCount",
        "custom",
    ] = "lastModifiedAt"
    sort_order: Literal["asc", "desc"] = "desc"
    custom_sort_by: str | None = None


class StatusFilter(Asked):
    operator: Literal["in", "notIn"]
    value: list[str]


class DateRange(Asked):
    min: dt.date
    max: dt.date


class DateFilter(Asked):
    operator: Literal["between", "outside"]
    value: DateRange


class MoneyAsked(Asked):
    amount: str = Field(pattern=r"^-?[0-9]+\.?[0-9]*$", max_length=40)
    currency: str


class MoneyRange(Asked):
    min: MoneyAsked
    max: MoneyAsked


class MoneyFilter(Asked):
    operator: Literal["between", "outside"]
    value: MoneyRange


class Filters(Asked):
    """The filters of the protocol; calls do not say what a single award is, so that those two are only told back."""

    status: StatusFilter | None = None
    close_date_range: DateFilter | None = None
    total_funding_available_range: MoneyFilter | None = None
    min_award_amount_range: MoneyFilter | None = None
    max_award_amount_range: MoneyFilter | None = None
    custom_filters: dict[str, dict[str, Any]] | None = None


class SearchAsked(Asked):
    """What is searched for."""

    search: str | None = Field(None, max_length=200)
    filters: Filters | None = None
    sorting: SortAsked = SortAsked()
    pagination: PageAsked = PageAsked()


@router.get(
    "/common-grants/opportunities",
    response=OpportunitiesPage,
    operation_id="list_opportunities",
    summary="Calls as CommonGrants opportunities · 以 CommonGrants 格式列出申报通知",
    url_name="list_opportunities",
)
def list_opportunities(request: HttpRequest, asked: Query[PageAsked]) -> dict[str, Any]:
    """Published calls, those changed last at the top."""
    found = sorted(_all(request), key=lambda one: (one.last_modified_at, one.id), reverse=True)
    return _page(found, asked)


@router.get(
    "/common-grants/opportunities/{uuid:opp_id}",
    response=OpportunityResponse,
    operation_id="read_opportunity",
    summary="One opportunity · 一项通知",
    url_name="read_opportunity",
)
def read_opportunity(request: HttpRequest, opp_id: UUID) -> dict[str, Any]:
    """One call by its id in the protocol, which never changes."""
    found = next((one for one in _all(request) if one.id == opp_id), None)
    if found is None:
        raise Http404
    return {"data": found}


@router.post(
    "/common-grants/opportunities/search",
    response=OpportunitiesFound,
    operation_id="search_opportunities",
    summary="Search opportunities · 检索通知",
    url_name="search_opportunities",
)
def search_opportunities(request: HttpRequest, asked: SearchAsked) -> dict[str, Any]:
    """Published calls that meet the words and the filters."""
    filters = asked.filters or Filters()
    found = [one for one in _all(request, asked.search or "") if _meets(one, filters)]
    sort_by, key = _sorting(asked.sorting.sort_by)
    found.sort(key=lambda one: (key(one), one.id), reverse=asked.sorting.sort_order == "desc")
    sort_errors = [] if sort_by == asked.sorting.sort_by else [f"cannot sort by {asked.sorting.sort_by}"]
    return _page(found, asked.pagination) | {
        "sort_info": {"sort_by": sort_by, "sort_order": asked.sorting.sort_order, "errors": sort_errors},
        "filter_info": {
            "filters": filters.model_dump(mode="json", by_alias=True, exclude_none=True),
            "errors": [f"{name} is not known of calls" for name in _untold(filters)],
        },
    }


def as_common_grants_error(response: ProblemResponse) -> None:
    """Let a no of the house be an error of the protocol, too, which wants `message` and `errors` besides."""
    said_by_us = json.loads(response.content)
    told = {"message": said_by_us["detail"], "errors": said_by_us["problems"]}
    response.content = json.dumps(said_by_us | told, ensure_ascii=False).encode()


def _all(request: HttpRequest, words: str = "") -> list[Opportunity]:
    asked = QueryDict(mutable=True)
    asked["q"] = words
    calls = find_calls(asked).narrowed.rows
    return [opportunity(request, one) for one in calls]


def opportunity(request: HttpRequest, one: Round) -> Opportunity:
    """A call in the words of the protocol, in the reader's language; what it has no word for stands in custom fields."""
    now = clock.now()
    title, opened, state = one.title, published(one), state_of(one)
    moments = [opened, *(moment for moment in (one.opens, one.closes) if moment <= now)]
    return Opportunity(
        id=uuid5(NAMESPACE_URL, f"urn:{settings.PUBLISHER.identifier}:call:{one.code}"),
        title=said(title),
        status=OppStatus(value=_STATUSES[state], description=said(state.text)),  # type: ignore[arg-type]
        description=said(one.summary) or said(definition_of(one.programme).programme.purpose),
        funding=Funding(total_amount_available=_money(one.budget_fen)) if one.budget_fen else None,
        key_dates=KeyDates(
            post_date=_day(Text("开始申报", "Applications open"), one.opens),
            close_date=_day(Text("申报截止", "Applications close"), one.closes, ends=True),
        ),
        source=request.build_absolute_uri(reverse("call", args=[one.code])),
        accepted_applicant_types=[
            ApplicantType(value="custom", custom_value=kind, description=said(APPLICANT_KINDS[kind]))
            for kind in who_may_apply(one)
        ],
        custom_fields={
            "callCode": CustomField(
                name="callCode", field_type="string", value=one.code, description="Code of the call"
            ),
            "programme": CustomField(
                name="programme",
                field_type="string",
                value=f"{one.programme.code} {one.programme.version}",
                description="Programme and version",
            ),
            "titles": CustomField(
                name="titles",
                field_type="object",
                value={"zh": title.zh, "en": title.en},
                description="Title in both languages",
            ),
            "topics": CustomField(
                name="topics",
                field_type="array",
                value=[said(Text(topic["zh"], topic["en"])) for topic in one.topics],
                description="Topics that the call supports",
            ),
        },
        created_at=opened,
        last_modified_at=max(*moments, news_at(one)),
    )


def _money(fen: int) -> Money:
    return Money(amount=str(Decimal(fen).scaleb(-2)), currency="CNY")


def _day(name: Text, at: dt.datetime, *, ends: bool = False) -> SingleDate:
    """A moment by Beijing clocks. What ends with a day ends before its midnight: the protocol has no 24:00."""
    local = at.astimezone(BEIJING)
    if ends and local.time() == dt.time(0):
        local -= dt.timedelta(seconds=1)
    return SingleDate(name=said(name), date=local.date(), time=f"{local:%H:%M:%S}")


# --------------------------------------------------------------------------------------------------- as asked


def _page(found: list[Opportunity], asked: PageAsked) -> dict[str, Any]:
    size = min(asked.page_size, MOST)
    begin = (asked.page - 1) * size
    return {
        "items": found[begin : begin + size],
        "pagination_info": {
            "page": asked.page,
            "page_size": size,
            "total_items": len(found),
            "total_pages": -(-len(found) // size),
        },
    }


def _fen(one: Opportunity) -> Decimal:
    money = one.funding.total_amount_available if one.funding else None
    return Decimal(money.amount) if money else Decimal(0)


_SORTS: Final[dict[str, Callable[[Opportunity], Any]]] = {
    "lastModifiedAt": lambda one: one.last_modified_at,
    "createdAt": lambda one: one.created_at,
    "title": lambda one: one.title,
    "status.value": lambda one: _ORDER.index(one.status.value),
    "keyDates.closeDate": lambda one: (one.key_dates.close_date.date, one.key_dates.close_date.time),
    "funding.totalAmountAvailable": _fen,
}


def _sorting(asked: str) -> tuple[str, Callable[[Opportunity], Any]]:
    by = asked if asked in _SORTS else "lastModifiedAt"
    return by, _SORTS[by]


def _meets(one: Opportunity, filters: Filters) -> bool:
    told: list[bool] = []
    if status := filters.status:
        told.append((one.status.value in status.value) is (status.operator == "in"))
    if closes := filters.close_date_range:
        inside = closes.value.min <= one.key_dates.close_date.date <= closes.value.max
        told.append(inside is (closes.operator == "between"))
    if funding := filters.total_funding_available_range:
        inside = Decimal(funding.value.min.amount) <= _fen(one) <= Decimal(funding.value.max.amount)
        told.append(one.funding is not None and inside is (funding.operator == "between"))
    return all(told)


def _untold(filters: Filters) -> list[str]:
    names = [to_camel(name) for name in ("min_award_amount_range", "max_award_amount_range") if getattr(filters, name)]
    return names + [f"customFilters.{name}" for name in filters.custom_filters or ()]


COMMON_GRANTS = Interface(
    "/",
    title="科管 Keguan: CommonGrants",
    version=VERSION,
    urls_namespace="common-grants",
    openapi_url="/common-grants/openapi.json",
)
COMMON_GRANTS.add_router("", router)
