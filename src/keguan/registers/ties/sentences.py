"""What the events of this register say to people."""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.registers.trace.sentences import sentences

sentences(
    {
        "ties:tie:declared": Text("登记利害关系（人员 {person} 号）", "entered a tie of person {person}"),
        "ties:tie:ended": Text("截止利害关系（人员 {person} 号）", "ended a tie of person {person}"),
    }
)
