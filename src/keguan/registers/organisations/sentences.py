"""What the events of this register say to people."""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.registers.trace.sentences import sentences

sentences(
    {
        "organisations:organisation:registered": Text("登记了单位“{name}”", "registered the organisation “{name}”"),
        "organisations:organisation:corrected": Text(
            "更正了单位 {organisation} 号的信息", "corrected the entry of organisation {organisation}"
        ),
        "organisations:organisation:passed_on": Text(
            "单位 {organisation} 号在办的事项转由单位 {into} 号承接",
            "what runs at organisation {organisation} passed to organisation {into}",
        ),
        "organisations:organisation:renamed": Text(
            "将单位“{before}”更名为“{after}”，自 {on} 起", "renamed “{before}” to “{after}” from {on}"
        ),
        "organisations:organisation:attached": Text(
            "自 {since} 起将单位 {organisation} 号划归 {parent} 号",
            "put organisation {organisation} under {parent} from {since}",
        ),
        "organisations:organisation:detached": Text(
            "终止单位 {organisation} 号与 {parent} 号的隶属关系，截至 {until}",
            "ended that organisation {organisation} stands under {parent}, last day {until}",
        ),
        "organisations:organisation:merged": Text(
            "自 {on} 起将单位“{name}”并入“{into_name}”", "merged “{name}” into “{into_name}” from {on}"
        ),
        "organisations:organisation:closed": Text(
            "注销了单位 {organisation} 号：{reason}", "closed organisation {organisation}: {reason}"
        ),
        "organisations:organisation:hosts_entered": Text(
            "从“{origin}”登记了 {count} 个单位", "entered organisations from “{origin}”: {count}"
        ),
    }
)
