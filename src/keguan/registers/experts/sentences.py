"""What the events of this register say to people."""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.registers.experts.models import STATUSES
from keguan.registers.trace.sentences import changes, sentences

sentences(
    {
        "experts:expert:nominated": Text("提名一位专家入库（{fields}）", "nominated an expert for the pool ({fields})"),
        "experts:expert:verified": Text("核实专家，准予入库", "verified an expert, who may now be drawn"),
        "experts:expert:corrected": Text("更正专家信息", "corrected the entry of an expert"),
        "experts:expert:work-added": Text("登记成果“{title}”", "entered the work “{title}”"),
        "experts:expert:work-dropped": Text("删除成果“{title}”", "removed the work “{title}”"),
        "experts:expert:suspended": Text("暂停专家：{reason}", "suspended an expert: {reason}"),
        "experts:expert:left": Text("将专家移出专家库：{reason}", "took an expert out of the pool: {reason}"),
    }
)

changes(
    "db:expert:status", Text("专家（人员 {key} 号）", "the expert who is person {key}"), Text("状态", "state"), STATUSES
)
