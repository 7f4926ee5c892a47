from __future__ import annotations

from django.apps import AppConfig


class SubscriptionsConfig(AppConfig):
    name = "keguan.casework.subscriptions"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "订阅 / subscriptions"

    def ready(self) -> None:
        from keguan.casework.subscriptions import sentences  # noqa: F401 - tells its tags
