"""What the events of the web door say to people."""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.registers.trace.sentences import sentences

sentences(
    {
        "web:sign-in:done": Text("登录", "signed in"),
        "web:sign-in:failed": Text("登录未成功", "failed to sign in"),
        "web:page:forbidden": Text("想打开没有权限的页面", "asked for a page without the right to it"),
    }
)
