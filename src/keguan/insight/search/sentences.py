"""What the events of search say to people."""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.registers.trace.sentences import sentences

sentences(
    {
        "search:alert:on": Text("打开了一项保存的搜索的提醒", "asked to be told what is new in a kept search"),
        "search:alert:off": Text("关闭了一项保存的搜索的提醒", "asked to be told no more of a kept search"),
    }
)
