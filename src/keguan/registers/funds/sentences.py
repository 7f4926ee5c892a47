"""What the events of this register say to people."""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.registers.trace.sentences import sentences

sentences(
    {
        "funds:pool:opened": Text("设定资金总额 {said}", "set the pool to {said}"),
        "funds:payment:due": Text("登记第{tranche}笔应付款 {said}", "recorded tranche {tranche} of {said} as due"),
        "funds:payment:paid": Text("登记第{tranche}笔已付款 {said}", "recorded tranche {tranche} of {said} as paid"),
        "funds:payment:stopped": Text("停付第{tranche}笔：{reason}", "stopped tranche {tranche}: {reason}"),
    }
)
