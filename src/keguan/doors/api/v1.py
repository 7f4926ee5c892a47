"""The interface, version 1: all its routes."""

from __future__ import annotations

from keguan.doors.api import calls, cases, files, list_routes, search, writing
from keguan.doors.api.interface import VERSION, Interface
from keguan.doors.api.webhooks import routes as webhooks

DESCRIPTION = """\
科管的接口。读写与页面同一套规则、同一套权限；列表与页面、表格同一份定义。
The interface of Keguan: the same rules and rights as its pages; lists from the same specification as pages and files.

Tokens are made under “My account” and sent as `Authorization: Bearer …`; a scope only narrows what the person may do.
Money is in fen. Every no is `application/problem+json` (RFC 9457) with all problems at once, in both languages.
Lists come in pieces; follow `next` until it is null.
"""

V1 = Interface("/api/v1/", title="科管 Keguan", version=VERSION, description=DESCRIPTION, urls_namespace="api")
V1.add_router("", list_routes.router)
V1.add_router("", calls.router)
V1.add_router("", cases.router)
V1.add_router("", search.router)
V1.add_router("", writing.router)
V1.add_router("", files.router)
V1.add_router("", webhooks.router)
