"""What the events of this register say to people."""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.registers.trace.sentences import sentences

sentences(
    {
        "documents:document:kept": Text(
            "上传文件“{name}”（{size_bytes} 字节）", "handed in the file “{name}” ({size_bytes} bytes)"
        ),
        "read:document:opened": Text("打开了文件（{key} 号）", "opened a file (number {key})"),
    }
)
