"""What the events of saved views say to people."""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.registers.trace.sentences import sentences

sentences(
    {
        "list:view:shared": Text(
            "将列表 {path} 的一个视图与同职责人员（{role}）共享",
            "shared a view of the list {path} with holders of the duty {role}",
        ),
        "list:view:dropped": Text("删除了列表 {path} 的一个共享视图", "deleted a shared view of the list {path}"),
    }
)
