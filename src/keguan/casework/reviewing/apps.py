from __future__ import annotations

from django.apps import AppConfig


class ReviewingConfig(AppConfig):
    name = "keguan.casework.reviewing"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "评审席 / reviewing"

    def ready(self) -> None:
        from keguan.casework.reviewing import sentences  # noqa: F401 - tells its tags
