"""What the events of this register say to people."""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.registers.projects.models import STATUSES
from keguan.registers.trace.sentences import changes, sentences

sentences(
    {
        "projects:project:recorded": Text("登记项目 {number}", "entered the project {number}"),
        "projects:project:status-changed": Text(
            "将项目 {number} 由“{before}”改为“{after}”：{reason}",
            "moved the project {number} from “{before}” to “{after}”: {reason}",
        ),
        "projects:project:principal-linked": Text(
            "确认项目 {number} 的负责人", "linked the principal of project {number}"
        ),
    }
)

changes("db:project:status", Text("项目“{key}”", "the project {key}"), Text("状态", "state"), STATUSES)
