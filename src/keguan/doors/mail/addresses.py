"""Where mails to a person go: one answer for every page that tells it."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.account.models import EmailAddress

from keguan.kernel.bilingual import Text
from keguan.registers.parties.models import Person


@dataclass(frozen=True, slots=True)
class Address:
    """Where mails to a person go. Notices go to `email`, the address that the register has, whoever entered it; mails by
    which a forgotten password is set anew go to `confirmed` alone, which its owner proved to be theirs. "" for none."""

    email: str
    confirmed: str

    @property
    def is_confirmed(self) -> bool:
        """Whether notices go to an address that its owner confirmed."""
        return bool(self.email) and self.email.casefold() == self.confirmed.casefold()

    @property
    def said(self) -> Text:
        """Which mails go where, in a line."""
        if self.is_confirmed:
            said = Text("{address}（已确认）", "{address} (confirmed)")
        elif not self.email and not self.confirmed:
            said = Text("没有；只有站内消息", "none; there are messages on your page only")
        elif not self.confirmed:
            said = Text(
                "{address}（名录登记，尚未经您确认：通知发到这里，重设密码的邮件不发）",
                "{address} (from the register, not confirmed by you: notices go there, mails to set a password anew do not)",
            )
        elif not self.email:
            said = Text(
                "通知：没有，只有站内消息；重设密码的邮件：{confirmed}",
                "notices: none, there are messages on your page only; mails to set a password anew: {confirmed}",
            )
        else:
            said = Text(
                "通知：{address}（名录登记，尚未经您确认）；重设密码的邮件：{confirmed}",
                "notices: {address} (from the register, not confirmed by you); mails to set a password anew: {confirmed}",
            )
        return said.filled(address=self.email, confirmed=self.confirmed)


def address_of(person: int) -> Address:
    """Where mails to this person go. Two queries."""
    email = Person.objects.values_list("email", flat=True).get(pk=person)
    owned = EmailAddress.objects.filter(user__person=person, verified=True).order_by("-primary", "pk")
    return Address(email, owned.values_list("email", flat=True).first() or "")
