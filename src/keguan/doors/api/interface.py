"""The interface as a whole: who comes in by which token, every no in one shape, and what OpenAPI says of both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.renderers import JSONRenderer
from ninja.security import HttpBearer

from keguan.components.access import Right, SignInNeeded
from keguan.doors.api import paces, tokens
from keguan.doors.api.request_problems import problems_in
from keguan.doors.api.scopes import SCOPES, Scope
from keguan.doors.api.shapes import ProblemDetails
from keguan.doors.web import refusals
from keguan.doors.web.problem_details import MEDIA_TYPE, STATUSES, problem_response
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Conflict, Forbidden, Problem, Refused

VERSION: Final = "1.0.0"

TOKEN = Right(
    Text("凭令牌访问", "come in by a token"),
    lambda actor: actor.is_known,
    Text("令牌在“我的账户”中建立。", "Tokens are made under “My account”."),
)
"""What the routes need that are not open to all; which scope, each says for itself (`needs`)."""


class Bearer(HttpBearer):
    """A token of a person, made for this scope among others. The person's own rights are asked all the same."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> tokens.Bearer | None:
        found = tokens.bearer_of(token)
        if found is None:
            # Guessing is held to the pace of its address.
            if seconds := paces.wait_before(request):
                raise Throttled(wait=seconds)
            return None
        request.actor = found.actor  # type: ignore[attr-defined]
        if self.scope not in found.scopes:
            scope = Text("令牌范围 {scope}（{said}）", "the scope {scope} ({said})")
            given = Text("请新建带这个范围的令牌。", "Make a token that has this scope.")
            named = scope.filled(scope=self.scope, said=SCOPES[self.scope])
            raise Right(named, lambda actor: False, given).refusal()
        return found


def needs(scope: Scope) -> dict[str, Any]:
    """For a route: only tokens with this scope open it, and OpenAPI says so."""
    return {"auth": Bearer(scope), "openapi_extra": {"x-scope": scope}}


class Plain(JSONRenderer):
    """JSON with Chinese as it is written."""

    json_dumps_params: Mapping[str, Any] = {"ensure_ascii": False}


class Interface(NinjaAPI):
    """An interface of the house: OpenAPI 3.1, every no as `application/problem+json`. root: the address it stands at."""

    def __init__(self, root: str, **given: Any) -> None:
        super().__init__(docs_url=None, renderer=Plain(), throttle=paces.AtAPace(), **given)
        self.root = root
        self._schema: OpenAPISchema | None = None
        for expected, answer in _ANSWERS.items():
            self.add_exception_handler(expected, answer)

    def get_root_path(self, path_params: Any) -> str:
        return self.root

    def get_openapi_schema(self, **given: Any) -> OpenAPISchema:
        """Worked out once: it takes longer than anything that it describes, and everybody may ask for it."""
        if self._schema is None:
            self._schema = self._worked_out(**given)
        return self._schema

    def _worked_out(self, **given: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**given)
        described = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
        schema["components"]["schemas"] |= described.pop("$defs") | {"ProblemDetails": described}
        for operations in schema["paths"].values():
            for operation in operations.values():
                _complete(operation)
        return schema


def _complete(operation: dict[str, Any]) -> None:
    """What every operation has in common: the scope that it needs, and the noes that it may say."""
    if scope := operation.pop("x-scope", None):
        operation["security"] = [{"Bearer": [scope]}]
    statuses = [400, 404, 405, 413, 422, 429, 500, *([401, 403] if scope else []), *operation.pop("x-statuses", [])]
    for status in sorted(statuses):
        operation["responses"][status] = {
            "description": STATUSES[status][0].en,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
        }
    seconds = {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
    operation["responses"][429]["headers"] = {"Retry-After": seconds}


def _refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    answer = refusals.answer(request, exception)
    assert isinstance(answer, HttpResponse)  # noqa: S101 - it knows all that are sent here
    return answer


def _unknown(request: HttpRequest, exception: Exception) -> HttpResponse:
    response = problem_response(request, 401)
    response["WWW-Authenticate"] = 'Bearer realm="keguan"'
    return response


def _misread(request: HttpRequest, exception: ValidationError) -> HttpResponse:
    return problem_response(request, 422, problems_in(exception.errors))


def _too_fast(request: HttpRequest, exception: Throttled) -> HttpResponse:
    who, per_minute = paces.limit_for(request)
    say = Text("每分钟最多 {n} 次请求，已用完。", "At most {n} requests a minute, and they are spent.")
    if who.startswith("token:"):
        say = Text(
            "每个令牌每分钟最多 {n} 次请求，已用完。", "Each token has {n} requests a minute, and these are spent."
        )
    fix = Text("请在 {s} 秒后再试。", "Try again in {s} s.").filled(s=exception.wait)
    problem = Problem("request.too_many", say.filled(n=per_minute), value=str(per_minute), fix=fix)
    response = problem_response(request, 429, [problem])
    response["Retry-After"] = str(exception.wait)
    return response


def _said_by_ninja(request: HttpRequest, exception: HttpError) -> HttpResponse:
    return problem_response(request, exception.status_code if exception.status_code in STATUSES else 400)


def _broken(request: HttpRequest, exception: Exception) -> HttpResponse:
    raise exception


_ANSWERS: Final[Mapping[type[Exception], Any]] = {
    **dict.fromkeys((SignInNeeded, Forbidden, PermissionDenied, Refused, Conflict, Http404), _refused),
    **dict.fromkeys((RequestDataTooBig, SuspiciousOperation, BadRequest), _refused),
    AuthenticationError: _unknown,
    ValidationError: _misread,
    Throttled: _too_fast,
    HttpError: _said_by_ninja,
    Exception: _broken,
}
