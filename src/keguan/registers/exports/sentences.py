"""What the events of exports say to people."""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.registers.trace.sentences import sentences

sentences(
    {
        "list:sheet:exported": Text(
            "将列表“{key}”导出为表格：{rows} 行", "took the list “{key}” away as a spreadsheet, rows: {rows}"
        ),
    }
)
