from __future__ import annotations

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "keguan.registers.exports"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "导出"

    def ready(self) -> None:
        from keguan.components import list_pages
        from keguan.registers.exports import (
            pages,
            sentences,  # noqa: F401 - tells its tags
        )

        list_pages.sheets_by(pages.hand_out)
