"""One's own webhooks by the interface: made, listed, changed, ended, their deliveries read and sent once more."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from keguan.casework.pages.answering import request_id
from keguan.components.access import actor_on
from keguan.components.keyset import piece_of
from keguan.doors.api.idempotency import Key, once
from keguan.doors.api.interface import needs
from keguan.doors.api.list_routes import MOST, next_page
from keguan.doors.api.models import Webhook, WebhookDelivery
from keguan.doors.api.webhooks import signing, subscribing
from keguan.doors.api.webhooks.addresses import LONGEST
from keguan.doors.api.webhooks.kinds import KINDS
from keguan.doors.api.writing import MOST_ID, Body
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Conflict, Problem, Refusal

router = Router(tags=["webhooks"])

Kind = Literal["case.submitted", "case.returned", "case.decided", "case.ended", "notice.published"]
State = Literal["waiting", "claimed", "sent", "given_up"]
assert set(Kind.__args__) == set(KINDS)  # type: ignore[attr-defined]  # noqa: S101 - said twice, so that OpenAPI names them

_Address = Field(max_length=LONGEST, description="begins with https:// · 以 https:// 开头")
_Organisation = Field(None, ge=1, le=MOST_ID)


class WebhookNew(Body):
    """An address, and what it is to hear of. organisation: the id of one that the person speaks for; all cases that the
    person may read unless given."""

    address: str = _Address
    kinds: list[Kind] = Field(min_length=1, max_length=len(KINDS))
    organisation: int | None = _Organisation


class WebhookChange(Body):
    """What is to be otherwise; what is not sent stays as it is."""

    address: str = Field("", max_length=LONGEST)
    kinds: list[Kind] = Field([], max_length=len(KINDS))
    organisation: int | None = _Organisation


class WebhookOne(Schema):
    """A webhook. ended: since when nothing goes there any more, null while it is in force."""

    id: int
    address: str
    kinds: list[Kind]
    organisation: int | None
    made: datetime
    ended: datetime | None


class WebhookMade(WebhookOne):
    """A new webhook. key: what signs its messages, for any library of Standard Webhooks; told only now."""

    key: str


class WebhookPage(Schema):
    """A piece of one's webhooks, the latest first."""

    items: list[WebhookOne]
    next: str | None


class Delivery(Schema):
    """One message on its way. number: of the case; outcome: the status that was answered last, or a word; tries: in vain
    so far; due: when it is tried next."""

    id: int
    kind: Kind | Literal["webhook.made"]
    number: str
    state: State
    outcome: str
    tries: int
    happened: datetime
    due: datetime | None


class DeliveryPage(Schema):
    """A piece of the deliveries of a webhook, the latest first. They are kept for 90 days."""

    items: list[Delivery]
    next: str | None


class Pieces(Schema):
    """Which piece of a list. cursor: from `next` of the answer before."""

    limit: int = Field(50, ge=1, le=MOST)
    cursor: str = Field("", max_length=4000)


def _route(operation_id: str, summary: str, *statuses: int) -> dict[str, Any]:
    guarded = needs("webhooks")
    guarded["openapi_extra"]["x-statuses"] = list(statuses)
    return {"operation_id": operation_id, "url_name": operation_id, "summary": summary, **guarded}


@router.get("/webhooks", response=WebhookPage, **_route("list_webhooks", "One's own webhooks · 本人的事件推送"))
def list_webhooks(request: HttpRequest, response: HttpResponse, asked: Query[Pieces]) -> dict[str, Any]:
    """Webhooks of the person behind the token, ended ones too."""
    piece = piece_of(_own(request).order_by("-id"), "webhooks", asked.cursor, asked.limit)
    return {"items": [_as_json(one) for one in piece.rows], "next": next_page(request, response, piece.next)}


@router.post("/webhooks", response={201: WebhookMade}, **_route("make_webhook", "Set up a webhook · 建立推送", 409))
def make_webhook(request: HttpRequest, key: Key, body: WebhookNew) -> HttpResponse:
    """Set up a webhook. A trial is sent to it at once; the signing key is told in this answer alone."""

    def do() -> dict[str, Any] | Refusal:
        made = subscribing.make(
            request.auth.account,  # type: ignore[attr-defined]
            actor_on(request),
            body.address,
            body.kinds,
            body.organisation,
            request_id=request_id(request),
        )
        return _as_json(made)

    return once(request, key, body.model_dump(), do, status=201, besides=lambda said: _key(request, said["id"]))


def _key(request: HttpRequest, pk: int) -> dict[str, Any]:
    """The signing key. It is worked out anew where the answer is told again, and kept with no answer."""
    return {"key": signing.shown(_one(request, pk))}


@router.get("/webhooks/{int:pk}", response=WebhookOne, **_route("read_webhook", "One webhook · 一个推送"))
def read_webhook(request: HttpRequest, pk: int) -> dict[str, Any]:
    """A webhook of one's own."""
    return _as_json(_one(request, pk))


@router.patch("/webhooks/{int:pk}", response=WebhookOne, **_route("change_webhook", "Change a webhook · 修改推送", 409))
def change_webhook(request: HttpRequest, pk: int, body: WebhookChange) -> dict[str, Any]:
    """Change where it goes and what it hears. The key stays; to a new address a trial is sent."""
    found = _one(request, pk)
    given = body.model_dump(exclude_unset=True)
    changed = subscribing.change(
        found,
        actor_on(request),
        given.get("address", found.address),
        given.get("kinds", found.kinds),
        given.get("organisation", found.organisation_id),
        request_id=request_id(request),
    )
    return _as_json(changed)


@router.delete("/webhooks/{int:pk}", response={204: None}, **_route("end_webhook", "End a webhook · 停用推送"))
def end_webhook(request: HttpRequest, pk: int) -> Status[None]:
    """Nothing more goes to it. What was delivered can still be read."""
    subscribing.end(_one(request, pk), actor_on(request), request_id=request_id(request))
    return Status(204, None)


@router.get(
    "/webhooks/{int:pk}/deliveries",
    response=DeliveryPage,
    **_route("list_deliveries", "Deliveries of a webhook · 推送的送达情况"),
)
def list_deliveries(request: HttpRequest, response: HttpResponse, pk: int, asked: Query[Pieces]) -> dict[str, Any]:
    """What was sent to it, what is on its way, and what did not arrive."""
    rows = _one(request, pk).deliveries.order_by("-id")
    piece = piece_of(rows, f"deliveries {pk}", asked.cursor, asked.limit)
    return {"items": [_delivery(one) for one in piece.rows], "next": next_page(request, response, piece.next)}


@router.post(
    "/webhooks/{int:pk}/deliveries/{int:delivery}/again",
    response=Delivery,
    **_route("send_again", "Send a delivery once more · 重发", 409),
)
def send_again(request: HttpRequest, pk: int, delivery: int, key: Key) -> HttpResponse:
    """Put a delivery that came to its end on its way once more, under the same message id."""
    if delivery > MOST_ID:
        raise Http404
    found = _one(request, pk).deliveries.filter(pk=delivery).first()
    if found is None:
        raise Http404

    def do() -> dict[str, Any] | Refusal:
        if not subscribing.send_again(found, actor_on(request), request_id=request_id(request)):
            say = Text("它正在发送途中，或推送已停用。", "It is on its way already, or the webhook was ended.")
            raise Conflict(Problem("webhook.on_its_way", say, value=str(delivery)))
        return _delivery(WebhookDelivery.objects.get(pk=delivery))

    return once(request, key, {}, do)


def _own(request: HttpRequest) -> QuerySet[Webhook]:
    return Webhook.objects.filter(account=request.auth.account)  # type: ignore[attr-defined]


def _one(request: HttpRequest, pk: int) -> Webhook:
    found = _own(request).filter(pk=pk).first() if pk <= MOST_ID else None
    if found is None:
        raise Http404
    return found


def _as_json(one: Webhook) -> dict[str, Any]:
    return {
        "id": one.pk,
        "address": one.address,
        "kinds": one.kinds,
        "organisation": one.organisation_id,
        "made": one.made_at,
        "ended": one.ended_at,
    }


def _delivery(one: WebhookDelivery) -> dict[str, Any]:
    return {
        "id": one.pk,
        "kind": one.kind,
        "number": one.number,
        "state": one.state,
        "outcome": one.outcome,
        "tries": one.tries,
        "happened": one.happened_at,
        "due": one.due_at if one.state == "waiting" else None,
    }
