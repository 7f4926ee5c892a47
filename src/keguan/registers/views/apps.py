from __future__ import annotations

from django.apps import AppConfig


class ViewsConfig(AppConfig):
    name = "keguan.registers.views"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "列表视图"

    def ready(self) -> None:
        from keguan.components import list_pages
        from keguan.registers.views import (
            queries,
            sentences,  # noqa: F401 - tells its tags
        )

        list_pages.views_by(queries.shelf_for)
