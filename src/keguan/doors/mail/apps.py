"""The mail door."""

from __future__ import annotations

from django.apps import AppConfig


class MailConfig(AppConfig):
    """Mails and text messages."""

    name = "keguan.doors.mail"
    label = "mail"
    verbose_name = "通知 / Notices by mail"

    def ready(self) -> None:
        from keguan.doors.mail import people, sentences  # noqa: F401 - tell their tags, follow merges
