"""What the events of the door for machines say to people."""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.registers.trace.sentences import sentences

sentences(
    {
        "api:token:made": Text(
            "建立了令牌 {token} 号（{scopes}，至 {until}）", "made token {token} ({scopes}, until {until})"
        ),
        "api:token:revoked": Text("撤销了令牌 {token} 号", "revoked token {token}"),
    }
)
