"""The mails of subscriptions. Every one says how to end it, for people and for mail programs (RFC 8058)."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from keguan.casework.models import Round
from keguan.casework.subscriptions.models import Subscription
from keguan.kernel.bilingual import Language, Text
from keguan.kernel.clock import BEIJING

_CONFIRM = Text(
    "有人用这个地址申请订阅“{site}”的新申报通知。如果是您，请打开下面的地址确认：\n\n{confirm}\n\n"
    "如果不是，请不必理会：不确认就不会再收到邮件，三天后申请自动删除。",
    "Somebody asked “{site}” to send new calls to this address. If it was you, confirm it here:\n\n{confirm}\n\n"
    "If it was not, leave it be: without that you get no more mail, and the request is deleted after three days.",
)
_CALL = Text("{title}\n截止：{closes}（北京时间）\n{address}", "{title}\nCloses: {closes}, Beijing time\n{address}")
_CHANGED = Text(
    "【变更】{title}\n{reason}\n截止：{closes}（北京时间）\n{address}",
    "Changed: {title}\n{reason}\nCloses: {closes}, Beijing time\n{address}",
)
_ONE_CHANGED = Text("变更：{title}", "Changed: {title}")
_SEVERAL = Text("{n}项新申报通知：{first}", "{n} new calls: {first}")
_SOME_CHANGED = Text("{n}项新发布或变更的申报通知：{first}", "{n} calls, new or changed: {first}")
_END = Text("不再接收：{end}", "To end this: {end}")


def token_of(subscription: Subscription) -> str:
    """What stands in the links of a subscription's mails; nobody else can make it."""
    return _signer().sign(str(subscription.pk))


def subscription_of(token: str) -> Subscription | None:
    """The subscription that a link is about; None where the link is not ours, or the subscription has ended."""
    try:
        pk = int(_signer().unsign(token))
    except (BadSignature, ValueError):
        return None
    return Subscription.objects.filter(pk=pk).first()


def _signer() -> Signer:
    return Signer(salt="keguan.subscription", sep=".")


def ask_to_confirm(subscription: Subscription) -> None:
    """Ask the address whether it wants this. Raises OSError if the mail cannot be handed over."""
    site = settings.PUBLISHER.name
    body = _CONFIRM.filled(site=site, confirm=_link("subscription_confirm", subscription))
    subject = Text("请确认订阅 · {site}", "Please confirm · {site}").filled(site=site)
    _send(subscription, subject, body)


def tell_of(subscription: Subscription, calls: Sequence[tuple[Round, str]]) -> None:
    """Tell a subscription of new calls, and of changed ones with why they were changed. Raises OSError if the mail cannot be
    handed over."""
    language = _language(subscription)
    told = [
        (_CHANGED if reason else _CALL).filled(
            title=one.title,
            reason=reason,
            closes=one.closes.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M"),
            address=f"{settings.PUBLISHER.address}{reverse('call', args=[one.code])}?lang={language}",
        )
        for one, reason in calls
    ]
    body = Text("\n\n".join(one.zh for one in told), "\n\n".join(one.en for one in told))
    first, is_changed = calls[0][0].title, any(reason for _, reason in calls)
    if len(calls) == 1:
        _send(subscription, _ONE_CHANGED.filled(title=first) if is_changed else first, body)
    else:
        _send(subscription, (_SOME_CHANGED if is_changed else _SEVERAL).filled(n=len(calls), first=first), body)


def _send(subscription: Subscription, subject: Text, body: Text) -> None:
    end = _link("subscription_end", subscription)
    text = f"{_said(subscription, body)}\n\n———\n{_said(subscription, _END.filled(end=end))}\n"
    headers = {"List-Unsubscribe": f"<{end}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    # A title with a line end in it would be refused as a second header.
    line = " ".join(_said(subscription, subject).split())
    EmailMessage(line, text, to=[subscription.address], headers=headers).send()


def _language(subscription: Subscription) -> Language:
    return "en" if subscription.language == "en" else "zh"


def _said(subscription: Subscription, text: Text) -> str:
    return text.said_in(subscription.language)


def _link(name: str, subscription: Subscription) -> str:
    path = reverse(name, args=[token_of(subscription)])
    return f"{settings.PUBLISHER.address}{path}?lang={_language(subscription)}"
