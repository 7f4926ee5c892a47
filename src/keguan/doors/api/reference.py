"""The reference of the interface, made from its own description: what it says is what the routes do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from keguan.components.access import PUBLIC, page
from keguan.doors.api.common_grants import COMMON_GRANTS
from keguan.doors.api.interface import Interface
from keguan.doors.api.scopes import SCOPES
from keguan.doors.api.v1 import V1
from keguan.doors.api.webhooks.kinds import KINDS
from keguan.doors.web.problem_details import STATUSES
from keguan.kernel.bilingual import Text

TITLE = Text("接口说明", "API reference")

_TAGS: Final[Mapping[str, Text]] = {
    "calls": Text("申报通知", "Calls"),
    "casework": Text("办件", "Casework"),
    "registers": Text("名录", "Registers"),
    "search": Text("搜索", "Search"),
    "webhooks": Text("事件推送", "Webhooks"),
    "CommonGrants": Text("CommonGrants（通用资助机会协议）", "CommonGrants"),
}
_PLACES: Final[Mapping[str, Text | str]] = {
    "path": Text("（地址中）", "(in the path)"),
    "query": "",
    "header": Text("（请求头）", "(header)"),
}


_IN_CHINESE: Final[Mapping[str, str]] = {
    "list_calls": "已发布的申报通知，最晚截止的在前；列出最近300项。",
    "read_call": "一项通知：条件、办理环节，以及需要填写的表单。",
    "read_case": "办件所处的环节，以及现在可以办理的事。",
    "search": "与搜索页面相同：以本人可以查看的内容为限，最相关的在前。",
    "read_answers": "表单提交时的内容；查看不公开的内容会留下痕迹。",
    "begin_case": "在一项通知中开始申报，表单随后作为草稿等待填写。",
    "do_deed": "办理办件 deeds 所列的一件事；不予受理时一次列出全部问题。",
    "object_to_notice": "对公示中的办件（编号见 list_notices）实名提出异议：建立一个关联办件，其表单随后等待填写。",
    "hand_in_file": "为开放填写的表单上传文件。把返回的编号填入草稿的文件项（save_draft）后才列入申报；同一文件再次上传视为同一个。",
    "read_file": "文件本身。阅读会留痕；评审专家得到的副本带有其姓名水印。",
    "withdraw_case": "建立撤回申请：一个关联办件，其表单随后等待填写。",
    "read_draft": "表单目前填写的内容。",
    "save_draft": "逐项保存填写的内容，未发送的各项不变；不完整或有误的也予保存。",
    "submit_draft": "按草稿现状提交；有问题时一次列出全部。",
    "list_webhooks": "令牌持有人的推送，包括已停用的。",
    "make_webhook": "建立推送，随即试发一条；签名密钥只在这次答复中告知。",
    "read_webhook": "本人的一个推送。",
    "change_webhook": "修改接收地址和事件；签名密钥不变，地址有变时试发一条。",
    "end_webhook": "停用后不再发送；已送达的仍可查看。",
    "list_deliveries": "已经送达、正在途中和未能送达的通知。",
    "send_again": "把已经结束的一次送达重新发出，webhook-id 不变。",
    "list_opportunities": "已发布的通知，最近有变化的在前。",
    "read_opportunity": "按协议中的编号读取一项通知，编号不变。",
    "search_opportunities": "按文字和条件检索已发布的通知。",
}
"""What the routes say of themselves, for readers of Chinese."""


@dataclass(frozen=True, slots=True)
class Member:
    """A parameter, or a member of an object."""

    name: str
    place: Text | str
    type: str
    schema: str
    is_required: bool
    said: Text


@dataclass(frozen=True, slots=True)
class Route:
    """One thing that can be asked. takes, gives: the names of the schemas of what is sent and told."""

    id: str
    method: str
    path: str
    title: Text
    said: Text
    scope: str
    parameters: tuple[Member, ...]
    takes: str
    gives: str


@dataclass(frozen=True, slots=True)
class Shape:
    """An object that goes over the wire."""

    name: str
    said: str
    members: tuple[Member, ...]


@page(PUBLIC)
def api_reference(request: HttpRequest) -> HttpResponseBase:
    """Everything that programs may ask, and what comes back."""
    context = {
        "title": TITLE,
        "groups": _groups(),
        "shapes": _shapes(),
        "scopes": SCOPES.items(),
        "problems": STATUSES.items(),
        "tokens": reverse("tokens"),
        "per_minute": (settings.API_TOKEN_PER_MINUTE or "∞", settings.API_ADDRESS_PER_MINUTE or "∞"),
        "webhooks": reverse("webhooks"),
        "kinds": KINDS.items(),
        "descriptions": [reverse(f"{space}:openapi-json") for space in ("api", "common_grants")],
    }
    return render(request, "api/reference.html", context)


_APART: Final = " · "
"""Between the English and the Chinese of a summary or a description."""


def _both(said: str) -> Text:
    en, _, zh = said.partition(_APART)
    return Text(zh or en, en)


@cache
def _described(interface: Interface) -> dict[str, Any]:
    return dict(interface.get_openapi_schema())


@cache
def _groups() -> list[tuple[Text, list[Route]]]:
    found: dict[str, list[Route]] = {tag: [] for tag in _TAGS}
    for interface in (V1, COMMON_GRANTS):
        for path, operations in _described(interface)["paths"].items():
            for method, one in operations.items():
                found[one["tags"][0]].append(_route(path, method, one))
    return [(_TAGS[tag], routes) for tag, routes in found.items()]


def _route(path: str, method: str, one: dict[str, Any]) -> Route:
    good = next(status for status in one["responses"] if int(status) < 300)
    return Route(
        id=one["operationId"],
        method=method.upper(),
        path=path,
        title=_both(one["summary"]),
        said=_said(one),
        scope=next((scope for way in one.get("security", ()) for scope in way["Bearer"]), ""),
        parameters=tuple(_parameter(each) for each in one["parameters"]),
        takes=_named(one.get("requestBody", {})),
        gives=_named(one["responses"][good]),
    )


def _said(one: dict[str, Any]) -> Text:
    both = _both(one.get("description", ""))
    return Text(_IN_CHINESE.get(one["operationId"], both.zh), both.en)


def _named(part: dict[str, Any]) -> str:
    """The name of the schema that a body has; "" for none."""
    for content in part.get("content", {}).values():
        return str(content["schema"].get("$ref", "")).rpartition("/")[2]
    return ""


def _parameter(one: dict[str, Any]) -> Member:
    type_, schema = _type(one["schema"])
    return Member(one["name"], _PLACES[one["in"]], type_, schema, one["required"], _both(one.get("description", "")))


@cache
def _shapes() -> list[Shape]:
    schemas = _described(V1)["components"]["schemas"] | _described(COMMON_GRANTS)["components"]["schemas"]
    return [_shape(name, schemas[name]) for name in sorted(schemas)]


def _shape(name: str, schema: dict[str, Any]) -> Shape:
    members = []
    for key, one in schema.get("properties", {}).items():
        type_, of = _type(one)
        said = _both(str(one.get("description", "")).replace("\n", " "))
        members.append(Member(key, "", type_, of, key in schema.get("required", ()), said))
    return Shape(name, schema.get("description", ""), tuple(members))


def _type(schema: dict[str, Any]) -> tuple[str, str]:
    """A type as programmers write it, and the name of the object in it, if there is one."""
    if ref := schema.get("$ref"):
        name = ref.rpartition("/")[2]
        return name, name
    if several := schema.get("anyOf"):
        parts = [_type(one) for one in several]
        return " | ".join(part for part, _ in parts), next((name for _, name in parts if name), "")
    if "const" in schema:
        return str(schema["const"]), ""
    if "enum" in schema:
        return " | ".join(str(value) or '""' for value in schema["enum"]), ""
    if schema.get("type") == "array":
        inner, name = _type(schema.get("items", {}))
        return f"[{inner}]", name
    return " ".join(_limits(schema)), ""


def _limits(schema: dict[str, Any]) -> Iterator[str]:
    yield str(schema.get("format") or schema.get("type") or "any")
    least = schema.get("minimum", schema.get("minLength"))
    most = schema.get("maximum", schema.get("maxLength"))
    if least is not None or most is not None:
        yield f"{'' if least is None else least}…{'' if most is None else most}"
