"""What the events of this register say to people."""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.registers.integrity.models import STATUSES
from keguan.registers.trace.sentences import changes, sentences

sentences(
    {
        "integrity:sanction:imposed": Text(
            "依据 {source} 作出惩戒（{kind}）", "imposed a sanction ({kind}) under {source}"
        ),
        "integrity:sanction:lifted": Text(
            "解除依据 {source} 作出的惩戒：{reason}", "lifted the sanction under {source}: {reason}"
        ),
    }
)

changes(
    "db:sanction:status", Text("依据 {key} 作出的惩戒", "the sanction under {key}"), Text("状态", "state"), STATUSES
)
