"""Where allauth asks the house: words in both languages, mail, addresses, sealing, and who may come in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.messages import ERROR
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import lazystr
from qrcode.image.svg import SvgPathFillImage

from keguan.components import reader
from keguan.components.notices import tell
from keguan.components.status import Tone
from keguan.doors.web.accounts import mail, mail_words, sealed
from keguan.doors.web.envelope import LANGUAGE_COOKIE, remember_language
from keguan.doors.web.who import sound_address_of
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.registers.parties import services
from keguan.registers.parties.access import actor_of
from keguan.registers.parties.models import Account

if TYPE_CHECKING:
    from allauth.mfa.models import Authenticator
    from allauth.socialaccount.models import SocialLogin


class _InReadersLanguage:
    """A Text that becomes a plain string only when a form shows it."""

    def __init__(self, text: Text) -> None:
        self.text = text

    def __str__(self) -> str:
        return reader.said(self.text)


def _words(texts: Mapping[str, Text]) -> dict[str, Any]:
    return {code: lazystr(_InReadersLanguage(text)) for code, text in texts.items()}


WRONG_CODE = Text("验证码不对，或已经用过。", "The code is wrong, or was used already.")
UNKNOWN_PASSKEY = Text(
    "这个通行密钥不能用于本平台：可能已从账户中移除，或页面停留过久。请再试，或改用其他方式。",
    "This passkey does not work here: it may have been removed from the account, or the page stood open too long. "
    "Try again, or use another way.",
)
WRONG_PASSWORD = Text("密码不对。", "This is not the password.")
TOO_OFTEN = Text("尝试次数过多，请稍后再试。", "Too many attempts; try again later.")
LINK_DEAD = Text("链接已失效或已使用过，请重新申请。", "The link has expired or was used already; ask for a new one.")

NOTICES: dict[str, tuple[Text, Tone]] = {
    "account/messages/password_changed.txt": (Text("密码已修改。", "The password is changed."), "good"),
    "account/messages/password_set.txt": (Text("密码已设置。", "The password is set."), "good"),
    "account/messages/email_confirmation_sent.txt": (
        Text("确认邮件已发出，请查收。", "A mail with a link was sent; open the link to confirm the address."), "info",
    ),
    "account/messages/email_confirmed.txt": (Text("电子邮箱已确认。", "The e-mail address is confirmed."), "good"),
    "account/messages/email_confirmation_failed.txt": (
        Text("无法确认：该邮箱已由他人确认。", "Not confirmed: somebody else has confirmed this address."), "bad",
    ),
    "account/messages/email_deleted.txt": (Text("电子邮箱已移除。", "The e-mail address is removed."), "good"),
    "mfa/messages/totp_activated.txt": (Text("动态口令已启用。", "The authenticator app is turned on."), "good"),
    "mfa/messages/totp_deactivated.txt": (Text("动态口令已停用。", "The authenticator app is turned off."), "good"),
    "mfa/messages/recovery_codes_generated.txt": (
        Text("已生成恢复码；以前的不再有效。", "Recovery codes are made; any earlier ones are void."), "good",
    ),
    "mfa/messages/webauthn_added.txt": (Text("通行密钥已添加。", "The passkey is added."), "good"),
    "mfa/messages/webauthn_removed.txt": (Text("通行密钥已移除。", "The passkey is removed."), "good"),
    "socialaccount/messages/account_connected.txt": (
        Text("已关联统一身份认证。", "The identity provider is connected."), "good",
    ),
    "socialaccount/messages/account_connected_other.txt": (
        Text("该身份已关联另一账户。", "This identity is connected to another account."), "bad",
    ),
    "socialaccount/messages/account_disconnected.txt": (
        Text("已解除关联。", "The identity provider is disconnected."), "good",
    ),
}  # fmt: skip


class AccountAdapter(DefaultAccountAdapter):
    """Accounts and passwords."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        **_words(
            {
                "account_inactive": Text("账户已停用。", "The account is closed."),
                "duplicate_email": Text("这已经是您的邮箱。", "This is your address already."),
                "incorrect_code": WRONG_CODE,
                "incorrect_password": WRONG_PASSWORD,
                "enter_current_password": WRONG_PASSWORD,
                "invalid_or_expired_key": LINK_DEAD,
                "invalid_password_reset": LINK_DEAD,
                "too_many_login_attempts": TOO_OFTEN,
                "rate_limited": TOO_OFTEN,
            }
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come from the registrar or by invitation."""
        return False

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        token = request.META.get("CSRF_COOKIE")
        super().login(request, user)
        if token:
            # Django renews the CSRF token here, which would void every form open in other tabs: after an expired session
            # nothing typed there could be sent any more. Keeping it is safe: the Origin of a POST is checked too.
            request.META["CSRF_COOKIE"] = token

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **how: Any) -> HttpResponse:
        response = super().post_login(request, user, **how)
        if isinstance(user, Account) and LANGUAGE_COOKIE not in request.COOKIES:
            remember_language(response, "en" if user.language == "en" else "zh")
        return response

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        tell(request, Text("账户已停用，请与登记员联系。", "The account is closed; ask the registrar."), "bad")
        return HttpResponseRedirect(reverse("account_login"))

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """By the register's own door, which traces it."""
        assert isinstance(user, Account)  # noqa: S101 - there is no other kind of user
        services.change_password(actor_of(user), user, password)
        user.refresh_from_db()

    def get_client_ip(self, request: HttpRequest) -> str:
        return sound_address_of(request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("profile")

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        return reverse("profile") if context.request.user.is_authenticated else reverse("account_login")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Both languages in one mail; a mail that has no words here is not sent."""
        user = context.get("user")
        values = {
            "username": user.get_username() if user else "",
            "when": reader.moment(clock.now()),
            "ip": context.get("ip", ""),
            "password_reset_url": context.get("password_reset_url", ""),
            "activate_url": context.get("activate_url", ""),
        }
        worded = mail_words.worded(template_prefix, values)
        if worded is not None:
            mail.send(email, *worded)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """allauth's notices in the words of the house; those without words say what the page shows anyway."""
        if message:
            tell(request, Text(message, message), "bad" if level >= ERROR else "info")
        elif message_template in NOTICES:
            tell(request, *NOTICES[message_template])


class SecondFactorAdapter(DefaultMFAAdapter):
    """Authenticator apps, recovery codes, passkeys."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        **_words(
            {
                "incorrect_code": WRONG_CODE,
                "unverified_email": Text(
                    "请先确认电子邮箱，再启用第二因素。", "Confirm your e-mail address before turning this on."
                ),
                "cannot_generate_recovery_codes": Text(
                    "请先启用动态口令或通行密钥。", "Turn on an authenticator app or a passkey first."
                ),
            }
        ),
    }

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """allauth calls a passkey that does not fit a wrong code, too."""
        if code == "incorrect_code" and "credential" in context.request.POST:
            return ValidationError(reader.said(UNKNOWN_PASSKEY), code="unknown_passkey")
        return super().validation_error(code, *args)

    def encrypt(self, text: str) -> str:
        return sealed.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealed.unseal(encrypted_text)

    def get_totp_issuer(self) -> str:
        return "Keguan"

    def build_totp_svg(self, url: str) -> str:
        """On white: a camera reads it in dark mode, too."""
        return qrcode.make(url, image_factory=SvgPathFillImage).to_string(encoding="unicode")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "科管 Keguan"}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:  # noqa: A002 - theirs
        number = user.authenticator_set.filter(type=type).count() + 1  # type: ignore[attr-defined]
        return reader.said(Text(f"通行密钥 {number}", f"Passkey {number}"))


class IdentityAdapter(DefaultSocialAccountAdapter):
    """The identity provider: it opens an account that exists and is connected, and never makes one."""

    error_messages = {
        **DefaultSocialAccountAdapter.error_messages,
        **_words(
            {
                "disconnect_last": Text("这是唯一的登录方式，不能解除。", "It is your only way to sign in."),
                "no_password": Text(
                    "请先设置密码，再解除关联。", "Set a password first; it would be your only way to sign in."
                ),
                "connected_other": Text("该身份已关联另一账户。", "This identity is connected to another account."),
            }
        ),
    }

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Somebody whom the provider knows and we do not is told how to come in."""
        if not sociallogin.is_existing and sociallogin.state.get("process") != "connect":
            raise ImmediateHttpResponse(render(request, "socialaccount/unknown.html", status=403))

    def on_authentication_error(self, request: HttpRequest, provider: Any, **what: Any) -> None:
        raise ImmediateHttpResponse(render(request, "socialaccount/authentication_error.html", status=403))

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("profile")


def sign_in_address(onward: str) -> str:
    """The sign-in page, leading on to `onward`."""
    return f"{reverse('sign_in')}?{urlencode({'next': onward})}"
