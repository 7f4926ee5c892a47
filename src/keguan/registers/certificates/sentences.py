"""What the events of this register say to people."""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.registers.certificates.models import STATUSES
from keguan.registers.trace.sentences import changes, sentences

sentences(
    {
        "certificates:certificate:issued": Text(
            "颁发证书 {number}（{register}），有效期至 {last_day}",
            "issued the certificate {number} ({register}), valid until {last_day}",
        ),
        "certificates:certificate:revoked": Text(
            "撤销证书 {number}：{reason}", "revoked the certificate {number}: {reason}"
        ),
        "certificates:certificate:replaced": Text(
            "换发证书 {number}：{reason}", "replaced the certificate {number}: {reason}"
        ),
        "certificates:certificate:expired": Text("证书 {number} 到期", "marked the certificate {number} as expired"),
    }
)

changes("db:certificate:status", Text("证书“{key}”", "the certificate {key}"), Text("状态", "state"), STATUSES)
