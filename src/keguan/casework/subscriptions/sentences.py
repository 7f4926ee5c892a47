"""What happened to subscriptions, as sentences. Whose address it is stands in none of them."""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.registers.trace.sentences import sentences

sentences(
    {
        "subscription:calls:asked": Text("申请订阅申报通知", "asked for calls by mail"),
        "subscription:calls:confirmed": Text("确认了订阅", "confirmed a subscription"),
        "subscription:calls:ended": Text("退订", "ended a subscription"),
        "subscription:calls:told": Text("向{mails}个订阅发送了新通知", "told {mails} subscriptions of new calls"),
    }
)
