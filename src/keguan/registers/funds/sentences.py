"""What the events of this register say to people."""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.kernel.money import Money
from keguan.registers.funds.models import STATUSES
from keguan.registers.trace.models import Event
from keguan.registers.trace.sentences import changes, filled, sentence, sentences

_OF_AN_AMOUNT = {
    "funds:pool:opened": ("total_fen", Text("设定资金总额 {amount}", "set the pool to {amount}")),
    "funds:payment:due": (
        "amount_fen",
        Text("登记第{tranche}笔应付款 {amount}", "recorded tranche {tranche} of {amount} as due"),
    ),
    "funds:payment:paid": (
        "paid_fen",
        Text(
            "登记第{tranche}笔已付款 {amount}，凭证号 {voucher}",
            "recorded tranche {tranche} as paid: {amount}, voucher {voucher}",
        ),
    ),
    "funds:payment:taken-back": (
        "paid_fen",
        Text(
            "撤销第{tranche}笔的付款登记（{paid_day} 付 {amount}，凭证号 {voucher}）：{reason}",
            "took back the record of tranche {tranche} as paid ({amount} on {paid_day}, voucher {voucher}): {reason}",
        ),
    ),
    "funds:fee:owed": (
        "amount_fen",
        Text(
            "登记了批次 {round} 的一笔评审费 {amount}", "recorded a fee of {amount} for a review in the round {round}"
        ),
    ),
    "funds:fee:handed": (
        "amount_fen",
        Text(
            "将 {n} 笔评审费（共 {amount}）交付款，批次号 {batch}",
            "handed {n} fees for reviews ({amount} in all) to payment, batch {batch}",
        ),
    ),
}


@sentence("funds:fee:owed")
@sentence("funds:fee:handed")
@sentence("funds:pool:opened")
@sentence("funds:payment:due")
@sentence("funds:payment:paid")
@sentence("funds:payment:taken-back")
def _with_amount(event: Event) -> Text:
    of, text = _OF_AN_AMOUNT[event.tag]
    said = filled(text, event.payload, amount=Money(int(event.payload[of])).said)
    if not event.payload.get("met"):
        return said
    return filled(
        Text("{said}（付款条件已满足：{met}）", "{said} (its condition was held to be met: {met})"),
        event.payload,
        said=said,
    )


sentences({"funds:payment:stopped": Text("停付第{tranche}笔：{reason}", "stopped tranche {tranche}: {reason}")})

changes("db:payment:status", Text("拨付“{key}”", "the payment {key}"), Text("状态", "state"), STATUSES)
