"""What the events of the reviewer's desk say to people."""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.registers.trace.sentences import sentences

sentences(
    {
        "review:sheet:taken": Text("下载评分表（{n}席）", "took a score sheet away (seats: {n})"),
        "review:sheet:read": Text("导入评分表（{n}席）为草稿", "read a score sheet in as drafts (seats: {n})"),
    }
)
