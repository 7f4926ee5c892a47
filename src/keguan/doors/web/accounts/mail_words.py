"""What the mails about accounts say, by the name under which allauth sends each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keguan.kernel.bilingual import Text

_WHAT_IF_NOT_YOU = Text(
    "时间 {when}，网络地址 {ip}。如非本人操作，请立即修改密码并与平台登记员联系。",
    "At {when}, from {ip}. If this was not you, change your password at once and tell the registrar of the platform.",
)


def _changed(zh: str, en: str) -> tuple[Text, Text]:
    body = Text(f"{zh}。\n{_WHAT_IF_NOT_YOU.zh}", f"{en}.\n{_WHAT_IF_NOT_YOU.en}")
    return Text(f"账户安全提醒：{zh}", f"About your account: {en}"), body


MAILS: Mapping[str, tuple[Text, Text]] = {
    "account/email/password_reset_key": (
        Text("重设密码", "Set a new password"),
        Text(
            "有人（应是您本人）要求为账户“{username}”重设密码。请在 2 小时内打开：\n{password_reset_url}\n\n"
            "不是您本人的，不必理会，密码不会改变。",
            "Somebody, probably you, asked to set a new password for the account “{username}”. "
            "Open this within 2 hours:\n{password_reset_url}\n\nIf it was not you, do nothing: the password stays.",
        ),
    ),
    "account/email/email_confirmation": (
        Text("确认电子邮箱", "Confirm your e-mail address"),
        Text(
            "请打开下面的链接，确认这是您的电子邮箱（3 天内有效）：\n{activate_url}",
            "Open this link to confirm that the address is yours (valid for 3 days):\n{activate_url}",
        ),
    ),
    "account/email/password_changed": _changed("密码已修改", "the password was changed"),
    "account/email/password_set": _changed("已设置密码", "a password was set"),
    "account/email/password_reset": _changed("密码已重设", "the password was set anew"),
    "account/email/email_changed": _changed("账户的电子邮箱已更换", "the account's e-mail address was replaced"),
    "account/email/email_confirm": _changed("电子邮箱已确认", "the e-mail address was confirmed"),
    "account/email/email_deleted": _changed("电子邮箱已移除", "an e-mail address was removed"),
    "mfa/email/totp_activated": _changed("已启用动态口令", "the authenticator app was turned on"),
    "mfa/email/totp_deactivated": _changed("已停用动态口令", "the authenticator app was turned off"),
    "mfa/email/recovery_codes_generated": _changed("已生成新的恢复码", "new recovery codes were made"),
    "mfa/email/webauthn_added": _changed("已添加通行密钥", "a passkey was added"),
    "mfa/email/webauthn_removed": _changed("已移除通行密钥", "a passkey was removed"),
    "socialaccount/email/account_connected": _changed("已关联统一身份认证", "the identity provider was connected"),
    "socialaccount/email/account_disconnected": _changed(
        "已解除统一身份认证的关联", "the identity provider was disconnected"
    ),
}


def worded(name: str, values: Mapping[str, Any]) -> tuple[Text, Text] | None:
    """Subject and body of a mail; None for one that is not sent here (about accounts that do not exist)."""
    found = MAILS.get(name)
    if found is None:
        return None
    subject, body = found
    return subject, body.filled(**values)
