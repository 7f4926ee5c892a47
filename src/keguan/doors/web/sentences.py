"""What the events of the web door say to people."""

from __future__ import annotations

from keguan.kernel.bilingual import Text
from keguan.registers.trace.sentences import sentences

sentences(
    {
        "web:sign-in:done": Text("登录", "signed in"),
        "web:sign-in:failed": Text("登录未成功", "failed to sign in"),
        "web:second-factor:failed": Text("第二因素验证未成功", "failed at the second factor"),
        "web:second-factor:added": Text("添加了第二因素", "added a second factor"),
        "web:second-factor:removed": Text("移除了第二因素", "removed a second factor"),
        "web:second-factor:renewed": Text("更换了恢复码", "renewed the recovery codes"),
        "web:identity:connected": Text("关联了统一身份认证", "connected the identity provider"),
        "web:identity:disconnected": Text("解除了统一身份认证", "disconnected the identity provider"),
        "web:sessions:ended": Text("结束了其他设备上的登录", "signed out elsewhere"),
        "web:own-data:exported": Text("导出了本人数据", "exported their own data"),
        "demo:year:made": Text("生成了演示年度", "made the demo year"),
        "web:page:forbidden": Text("想打开没有权限的页面", "asked for a page without the right to it"),
    }
)
