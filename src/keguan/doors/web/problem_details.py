"""Every no as machines read it: one shape, `application/problem+json` (RFC 9457), whatever was asked and whoever said no."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.http import HttpRequest, JsonResponse

from keguan.components.reader import said
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem

MEDIA_TYPE: Final = "application/problem+json"

STATUSES: Final[Mapping[int, tuple[Text, Text]]] = {
    400: (
        Text("无法读懂这次请求", "This request could not be read"),
        Text("请求体须为 JSON，写法见接口说明。", "The body must be JSON, as the reference says."),
    ),
    401: (
        Text("需要令牌", "A token is needed"),
        Text(
            "请在请求头写 Authorization: Bearer 令牌；令牌在“我的账户”中建立，可能已到期或已撤销。",
            "Send the header Authorization: Bearer and a token; tokens are made under “My account”. "
            "This one may have ended or been revoked.",
        ),
    ),
    403: (
        Text("没有这项权限", "You do not have this right"),
        Text(
            "令牌的持有人或令牌的范围不允许。", "The person behind the token, or the token's scopes, do not allow it."
        ),
    ),
    404: (
        Text("没有这一项", "There is no such thing"),
        Text("地址写错了，或持有人无权知道它。", "The address is wrong, or the person may not know of it."),
    ),
    405: (
        Text("此地址不接受这种方法", "This address does not take this method"),
        Text("可用的方法见 Allow 头。", "The header Allow names the methods it takes."),
    ),
    409: (
        Text("已有变化，或正在办理", "It has changed, or is being done"),
        Text("请重新读取后再提交。", "Read it again, then send it again."),
    ),
    413: (Text("发送的内容过大", "Too much was sent"), Text("请缩小或拆分后再发。", "Make it smaller, or split it.")),
    415: (
        Text("不接受这种内容类型", "This type of content is not taken"),
        Text("请发送 application/json。", "Send application/json."),
    ),
    422: (
        Text("未能办理", "This was not done"),
        Text("没有任何改动；全部问题列在 problems。", "Nothing was changed; problems lists everything that is wrong."),
    ),
    429: (
        Text("请求过多", "Too many requests"),
        Text("请按 Retry-After 头所示时间后再试。", "Try again after the time in the header Retry-After."),
    ),
    500: (
        Text("系统出错", "Something broke"),
        Text("请把请求编号告诉管理员。", "Give the number of the request to the administrator."),
    ),
    503: (
        Text("系统暂时不能服务", "The service is away for a moment"),
        Text("请按 Retry-After 头所示时间后再试。", "Try again after the time in the header Retry-After."),
    ),
}
"""What each status means here, for every route; the reference page tells the same."""


class ProblemResponse(JsonResponse):
    """A no in the one shape."""


def problem_response(request: HttpRequest, status: int, problems: Iterable[Problem] = ()) -> ProblemResponse:
    """The no with this status, its title and detail in the reader's language and in both, and every single problem."""
    title, detail = STATUSES[status]
    found = list(problems)
    if len(found) == 1:
        detail = found[0].say
    request_id = getattr(request, "request_id", "")
    return ProblemResponse(
        {
            "type": f"/api/#problem-{status}",
            "title": said(title),
            "status": status,
            "detail": said(detail),
            "instance": f"urn:uuid:{request_id}" if request_id else "",
            "texts": {"title": both(title), "detail": both(detail)},
            "problems": [problem_as_json(one) for one in found],
        },
        status=status,
        content_type=MEDIA_TYPE,
    )


def both(text: Text) -> dict[str, str]:
    """A text in its two languages."""
    return {"zh": text.zh, "en": text.en}


def problem_as_json(problem: Problem) -> dict[str, Any]:
    """One problem: its stable code, what it says, where, what was found there, the source and the way out."""
    return {
        "code": problem.code,
        "say": both(problem.say),
        "where": problem.where,
        "value": said(problem.value),
        "source": problem.source,
        "fix": both(problem.fix) if problem.fix else None,
    }
