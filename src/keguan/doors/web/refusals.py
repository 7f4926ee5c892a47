"""Every no as a page that says why, and what to do about it; what was typed is shown again, never lost."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, OperationalError, transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.template import loader
from django.urls import Resolver404, resolve, reverse

from keguan.components.access import SignInNeeded, actor_on
from keguan.doors.web import whole_body
from keguan.doors.web.envelope import GetResponse
from keguan.doors.web.problem_details import problem_response
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Conflict, Forbidden, Problem, Refused
from keguan.registers.trace import services as trace

_SECRET_WORDS = ("password", "secret", "token")
_NOT_TYPED = ("key", "revision", "csrfmiddlewaretoken")
_MOST_SHOWN_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class Answer:
    """One kind of no: its status, its heading, and one sentence on what to do."""

    status: int
    title: Text
    advice: Text


BAD_REQUEST = Answer(
    400,
    Text("无法读懂这次请求", "This request could not be read"),
    Text(
        "请返回上一页重试；多次出现时，请把请求编号告诉管理员。",
        "Go back and try again; if it happens again, give the request number to the administrator.",
    ),
)
SIGNED_OUT = Answer(
    401,
    Text("登录已过期，您填写的内容还在", "You are signed out; what you typed is still here"),
    Text(
        "请在新标签页中登录，然后回到本页点“再次提交”。上传的文件需要重新选择。",
        "Sign in in a new tab, come back to this page and send it again. Files must be chosen again.",
    ),
)
NOT_ALLOWED = Answer(
    403, Text("您没有这项权限", "You do not have this right"), Text("这次尝试已记入痕迹。", "The attempt was recorded.")
)
NOT_FOUND = Answer(
    404,
    Text("没有这个页面", "There is no such page"),
    Text(
        "它可能已移动，地址也可能写错了。请从首页或列表查找。",
        "It may have moved, or the address may be mistyped. Look for it from the home page or a list.",
    ),
)
WRONG_METHOD = Answer(
    405,
    Text("不能以这种方式打开这个页面", "This page cannot be opened in this way"),
    Text("请从页面上的链接或按钮进入。", "Come to it by a link or button on a page."),
)
CONFLICT = Answer(
    409,
    Text("页面已经不是最新的", "This page is out of date"),
    Text(
        "在您填写时，别人已作了改动。请打开最新页面，核对后再提交；您填写的内容列在下面。",
        "Somebody changed it meanwhile. Open the page again, check, and send it from there; "
        "what you typed is listed below.",
    ),
)
TOO_BIG = Answer(
    413,
    Text("发送的内容过大", "Too much was sent"),
    Text("请返回上一页，缩小或拆分文件后再提交。", "Go back, make the file smaller or split it, and send it again."),
)
REFUSED = Answer(
    422,
    Text("未能办理，请按下面的说明处理", "This was not done; please see below"),
    Text(
        "没有任何改动。请返回修改后再提交；您填写的内容列在下面。",
        "Nothing was changed. Go back, put it right and send it again; what you typed is listed below.",
    ),
)
CSRF_FAILED = Answer(
    403,
    Text("未能确认这次提交来自本站页面", "It is not certain that this came from a page of this site"),
    Text(
        "可能是浏览器不保存 Cookie，或页面放置过久。请返回上一页刷新后再提交；您填写的内容列在下面，可以复制。",
        "Your browser may refuse cookies, or the page was open for too long. "
        "Go back, reload and send it again; what you typed is listed below, ready to copy.",
    ),
)


CUT_OFF = Answer(
    400,
    Text("上传中断，没有收到完整内容", "The sending was cut off: not everything arrived"),
    Text(
        "没有任何改动。请检查网络，返回上一页再提交；您填写的内容仍在那一页上。",
        "Nothing was changed. Check your connection, go back and send it again; what you typed is still on that page.",
    ),
)
BROKEN = Answer(
    500,
    Text("系统出错了", "Something broke"),
    Text(
        "这是系统的错误，不是您的。请返回上一页再试；仍然不行时，请把下面的请求编号告诉管理员。您提交的内容没有写入一半。",
        "This is our mistake, not yours. Go back and try again; if it still fails, give the number below to the "
        "administrator. Nothing was half-written.",
    ),
)
AWAY = Answer(
    503,
    Text("系统暂时不能服务", "The service is away for a moment"),
    Text(
        "通常几分钟内恢复。请不要关闭已打开的表单：它们会自己重试保存。稍后刷新本页；持续不行时，请把下面的请求编号告诉管理员。",
        "It is usually back within minutes. Keep open forms open: they try again by themselves. Reload this page later; if it "
        "lasts, give the number below to the administrator.",
    ),
)
RETRY_AFTER_SECONDS = 60


class Refusals:
    """Turns every expected no into its page: 401, 403, 404, 405, 409, 413 and 422."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            page = _page(request, WRONG_METHOD)
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        return answer(request, exception)


def answer(request: HttpRequest, exception: BaseException) -> HttpResponseBase | None:
    """The page for an expected no; None for anything else, which is a bug and becomes a 500."""
    match exception:
        case SignInNeeded():
            return _sign_in(request)
        case Forbidden():
            _trace_forbidden(request, exception)
            return _page(request, NOT_ALLOWED, exception.problems)
        case PermissionDenied():
            return _page(request, NOT_ALLOWED)
        case Refused():
            return _page(request, REFUSED, exception.refusal.problems)
        case Conflict():
            return _page(request, CONFLICT, (exception.problem,))
        case Http404():
            return _page(request, NOT_FOUND)
        case RequestDataTooBig() | TooManyFieldsSent() | TooManyFilesSent():
            return _page(request, TOO_BIG, readable=False)
        case SuspiciousOperation() | BadRequest():
            return _page(request, BAD_REQUEST, readable=False)
    return None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's door for 400, also for bodies that are too large."""
    return answer(request, exception) or _page(request, BAD_REQUEST, readable=False)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's door for 403."""
    return _page(request, NOT_ALLOWED)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's door for 404."""
    return _page(request, NOT_FOUND)


def broken(request: HttpRequest) -> HttpResponse:
    """Django's door for 500, and for 503 where the database is away: a page that needs neither database nor session, with
    the number of the request and what was typed."""
    said = AWAY if isinstance(sys.exception(), OperationalError | InterfaceError) else BROKEN
    request_id = getattr(request, "request_id", "")
    if wants_json(request):
        response: HttpResponse = problem_response(request, said.status)
    else:
        context = {"said": said, "request_id": request_id, "typed": _typed_if_readable(request)}
        response = HttpResponse(loader.render_to_string("web/broken.html", context), status=said.status)
    if said is AWAY:
        response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Django's door for a failed CSRF check; where not even the check could be read, the body was cut off."""
    return _page(request, CUT_OFF if whole_body.CUT_OFF in request.META else CSRF_FAILED)


def _typed_if_readable(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed, if the request could be read at all: the page that says so must not break."""
    try:
        return typed_on(request)
    except (OSError, SuspiciousOperation):
        return []


def wants_json(request: HttpRequest) -> bool:
    """Whether a machine asks."""
    accepted = request.headers.get("Accept", "")
    return request.path.startswith(("/api/", "/common-grants/")) or (
        "application/json" in accepted and "text/html" not in accepted
    )


def typed_on(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed into the form that was sent, by field name; no secrets, no empty fields."""
    if request.method != "POST":
        return []
    shown: list[tuple[str, str]] = []
    size = 0
    for name, values in request.POST.lists():
        if name in _NOT_TYPED or any(word in name.lower().split(".")[-1] for word in _SECRET_WORDS):
            continue
        for value in values:
            size += len(value)
            if value.strip() and size <= _MOST_SHOWN_CHARACTERS:
                shown.append((name, value))
    return shown


def _page(
    request: HttpRequest, said: Answer, problems: tuple[Problem, ...] = (), *, readable: bool = True, **more: Any
) -> HttpResponseBase:
    if wants_json(request):
        return problem_response(request, said.status, problems)
    context = {
        "said": said,
        "problems": problems,
        "typed": typed_on(request) if readable else [],
        "back": _page_to_open_again(request) if request.method == "POST" else "",
        "sent_to": request.get_full_path(),
        **more,
    }
    return render(request, "web/refused.html", context, status=said.status)


def _page_to_open_again(request: HttpRequest) -> str:
    """The page on which one can go on after a refused submission: this address, or where it only takes submissions the
    nearest above it that can be opened; empty where that is the home page."""
    if _opens(request.path):
        return request.get_full_path()
    above = request.path.rstrip("/")
    while above := above.rpartition("/")[0]:
        if _opens(f"{above}/"):
            return f"{above}/"
    return ""


def _opens(path: str) -> bool:
    try:
        return "GET" in getattr(resolve(path).func, "methods", ("GET",))
    except Resolver404:
        return False


def _sign_in(request: HttpRequest) -> HttpResponseBase:
    if wants_json(request):
        return _page(request, SIGNED_OUT)
    if request.method in ("GET", "HEAD"):
        address = reverse("sign_in")
        # Language is chosen by cookie by now; the address to return to is kept whole otherwise.
        return HttpResponseRedirect(f"{address}?{urlencode({'next': request.get_full_path()})}")
    again = [
        (name, value) for name, values in request.POST.lists() for value in values if name != "csrfmiddlewaretoken"
    ]
    return _page(request, SIGNED_OUT, again=again, sign_in=reverse("sign_in"))


def _trace_forbidden(request: HttpRequest, exception: Forbidden) -> None:
    actor = actor_on(request)
    if not actor.is_known:
        return
    with transaction.atomic():
        trace.write(
            "web:page:forbidden",
            actor,
            outcome="refused",
            request_id=getattr(request, "request_id", ""),
            payload={"right": exception.right, "path": request.path, "method": request.method or ""},
        )
