"""What the events of similarity say to people."""

from __future__ import annotations

from keguan.insight.similarity.models import STATES
from keguan.kernel.bilingual import Text
from keguan.registers.trace.models import Event
from keguan.registers.trace.sentences import changes, sentence


@sentence("similarity:finding:decided")
def _decided(event: Event) -> Text:
    after = STATES.get(str(event.payload.get("after", "")), Text("……", "…"))
    said = Text(
        "对重复率 {p}% 的查重结果作出判定：{after}", "decided on text shared with another document ({p} %): {after}"
    )
    return said.filled(p=event.payload.get("percent", "…"), after=after)


changes(
    "db:similarity:state", Text("查重结果 {key} 号", "finding {key} of similarity"), Text("判定", "decision"), STATES
)
