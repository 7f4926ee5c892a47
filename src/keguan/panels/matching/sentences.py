"""What the events of the assignment desk say to people."""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.registers.trace.sentences import sentences

sentences(
    {
        "matching:proposal:asked": Text(
            "要求为批次 {code} 的 {cases} 个办件拟定评审专家",
            "asked for panels to be proposed on {code}; cases: {cases}",
        ),
        "matching:proposal:made": Text(
            "为批次 {code} 的 {cases} 个办件拟定评审专家 {seats} 席，缺 {missing} 席",
            "proposed panels on {code}; cases: {cases}, reviewers: {seats}, seats that stay empty: {missing}",
        ),
        "matching:seat:replaced": Text(
            "在批次 {code} 的拟定方案中更换了办件 {case} 的一位专家",
            "replaced an expert proposed for the case {case} in {code}",
        ),
        "matching:proposal:confirmed": Text(
            "确认了批次 {code} {cases} 个办件的评审专家方案",
            "confirmed the panels proposed on {code}; cases: {cases}",
        ),
        "matching:proposal:done": Text(
            "批次 {code} 的方案办理完毕：已指派 {assigned} 席，未能指派 {refused} 席",
            "carried out the panels proposed for {code}; reviewers assigned: {assigned}, refused: {refused}",
        ),
    }
)
