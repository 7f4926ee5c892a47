"""What the events of this register say to people."""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.registers.experts.models import STATUSES
from keguan.registers.trace.sentences import changes, sentences

sentences(
    {
        "experts:expert:nominated": Text("提名一位专家入库（{fields}）", "nominated an expert for the pool ({fields})"),
        "experts:expert:applied": Text("申请入库（{fields}）", "applied for the pool of experts ({fields})"),
        "experts:expert:returned": Text("退回入库申请：{reason}", "returned an application for the pool: {reason}"),
        "experts:expert:refused": Text("未予入库：{reason}", "refused an application for the pool: {reason}"),
        "experts:expert:verified": Text("核实专家，准予入库", "verified an expert, who may now be drawn"),
        "experts:expert:corrected": Text("更正专家信息", "corrected the entry of an expert"),
        "experts:expert:work-added": Text("登记成果“{title}”", "entered the work “{title}”"),
        "experts:expert:work-dropped": Text("删除成果“{title}”", "removed the work “{title}”"),
        "experts:expert:suspended": Text("暂停专家：{reason}", "suspended an expert: {reason}"),
        "experts:expert:left": Text("退出专家库 {reason}", "left the pool of experts {reason}"),
        "experts:expert:removed": Text("将专家移出专家库：{reason}", "took an expert out of the pool: {reason}"),
        "experts:expert:confirmed": Text("确认专家信息无变化", "confirmed that the entry as an expert is right"),
        "experts:expert:absence-added": Text("{since}至{until}不参加评审", "takes no reviews from {since} to {until}"),
        "experts:expert:absence-dropped": Text(
            "取消{since}至{until}不参加评审的登记", "takes reviews from {since} to {until} after all"
        ),
        "experts:merit:entered": Text(
            "评审组结束，{n}位专家的评审记录各增一条",
            "a panel was complete: {n} reviews were entered with their experts",
        ),
        "experts:merit:rated": Text("评价了一次评审", "rated a review"),
        "experts:merit:answered": Text("答复了本人的一条评审记录", "answered an entry of their own record of reviews"),
        "experts:pool:reminded": Text(
            "提醒{n}位专家确认信息（提前{days}天）",
            "reminded experts to confirm their entries: {n} (days before: {days})",
        ),
    }
)

changes(
    "db:expert:status", Text("专家（人员 {key} 号）", "the expert who is person {key}"), Text("状态", "state"), STATUSES
)
