"""What the events of the door for machines say to people."""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.registers.trace.sentences import sentences

sentences(
    {
        "api:token:made": Text(
            "建立了令牌 {token} 号（{scopes}，至 {until}）", "made token {token} ({scopes}, until {until})"
        ),
        "api:webhook:made": Text("建立了推送 {webhook} 号（{kinds}）", "set up webhook {webhook} ({kinds})"),
        "api:webhook:changed": Text("修改了推送 {webhook} 号（{kinds}）", "changed webhook {webhook} ({kinds})"),
        "api:webhook:ended": Text("停用了推送 {webhook} 号", "ended webhook {webhook}"),
        "api:webhook:resent": Text(
            "重发了推送 {webhook} 号的第 {delivery} 条", "sent delivery {delivery} of webhook {webhook} again"
        ),
        "api:webhook:given-up": Text(
            "推送 {webhook} 号的第 {delivery} 条未能送达", "delivery {delivery} of webhook {webhook} did not arrive"
        ),
        "api:token:revoked": Text("撤销了令牌 {token} 号", "revoked token {token}"),
    }
)
