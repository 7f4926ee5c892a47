"""What a token may be made for. A scope only narrows: behind each stands a person, and what they may do themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from keguan.kernel.bilingual import Text

Scope = Literal["read:cases", "write:cases", "read:registers", "search", "webhooks"]

SCOPES: Final[Mapping[str, Text]] = {
    "read:cases": Text("读取办件和批次", "Read cases and rounds"),
    "write:cases": Text("建立办件、保存草稿、提交和办理", "Begin cases, save drafts, submit and act on cases"),
    "read:registers": Text("读取名录", "Read registers"),
    "search": Text("搜索本人可以查看的内容", "Search what one may read oneself"),
    "webhooks": Text("建立、修改和停用本人的事件推送", "Set up, change and end one's own webhooks"),
}
