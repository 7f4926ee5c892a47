"""A request that may come twice is carried out once: the header Idempotency-Key names it, its answer is kept for a day.

The answer is written in the transaction of the deed itself, so that there is never one without the other. What was
refused changed nothing and is not kept: put right, it may be sent under the same key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any, Final

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from ninja import Header

from keguan.casework.pages.answering import status_of_refusal
from keguan.doors.api.interface import Plain
from keguan.doors.api.models import KeptAnswer
from keguan.doors.web.problem_details import problem_response
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.kernel.canonical import digest
from keguan.kernel.problems import Conflict, Problem, Refusal, Refused

KEPT: Final = timedelta(hours=24)
HEADER: Final = "Idempotency-Key"

Key = Annotated[
    str,
    Header(
        alias=HEADER,
        min_length=8,
        max_length=100,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="a fresh one for each deed; a UUID will do · 每件事一个新的，可用 UUID",
    ),
]

_PLAIN: Final = Plain()

Do = Callable[[], Mapping[str, Any] | Refusal]
Besides = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def once(
    request: HttpRequest,
    key: str,
    asked: Mapping[str, Any],
    do: Do,
    *,
    status: int = 200,
    besides: Besides | None = None,
) -> HttpResponse:
    """Do it, or tell what came of it before. Raises Conflict while the same is being done, Refused for a key that was
    used for something else.

    asked: the body of the request. do: one deed; what it answers goes over the wire with this status. besides: what is
    told with it and kept with no answer, such as a key.
    """
    account = request.auth.account  # type: ignore[attr-defined]
    content_digest = digest({"path": request.path, "asked": dict(asked)})
    with transaction.atomic():
        _alone(f"api:{account.pk}:{key}")
        kept = KeptAnswer.objects.filter(account=account, key=key, at__gt=clock.now() - KEPT).first()
        if kept is not None:
            return _again(request, kept, content_digest, besides)
        answer = do()
        if isinstance(answer, Refusal):
            return problem_response(request, status_of_refusal(answer), answer.problems)
        KeptAnswer.objects.update_or_create(
            account=account,
            key=key,
            defaults={"asked": content_digest, "status": status, "content": _plain(request, answer), "at": clock.now()},
        )
    return told(request, status, _whole(answer, besides))


def _plain(request: HttpRequest, answer: Mapping[str, Any]) -> Any:
    return json.loads(_PLAIN.render(request, answer, response_status=0))


def _whole(answer: Mapping[str, Any], besides: Besides | None) -> Mapping[str, Any]:
    return {**answer, **besides(answer)} if besides else answer


def told(request: HttpRequest, status: int, content: Mapping[str, Any]) -> HttpResponse:
    """An answer over the wire."""
    body = _PLAIN.render(request, content, response_status=status)
    return HttpResponse(body, status=status, content_type=f"{_PLAIN.media_type}; charset=utf-8")


def _alone(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        row = cursor.fetchone()
    if not (row and row[0]):
        say = Text("同一请求正在办理。", "The same request is being carried out.")
        fix = Text("请稍候以同一编号再发。", "Wait a moment, and send it again under the same key.")
        raise Conflict(Problem("request.running", say, HEADER, fix=fix))


def _again(request: HttpRequest, kept: KeptAnswer, content_digest: str, besides: Besides | None) -> HttpResponse:
    if kept.asked != content_digest:
        say = Text("这个请求编号已用于另一内容。", "This key was used for another request.")
        fix = Text("每件事请用一个新的编号。", "Use a fresh key for each deed.")
        raise Refused.because(Problem("request.key_reused", say, HEADER, kept.key, fix=fix))
    response = told(request, kept.status, _whole(kept.content, besides))
    response["Idempotency-Replayed"] = "true"
    return response


def forget_old() -> int:
    """Delete answers that were kept long enough. Returns how many."""
    return KeptAnswer.objects.filter(at__lte=clock.now() - KEPT).delete()[0]
