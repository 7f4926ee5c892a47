from __future__ import annotations

from django.apps import AppConfig


class DrawsConfig(AppConfig):
    name = "keguan.panels.draws"
    label = "draws"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "抽取 / draws"

    def ready(self) -> None:
        from keguan.casework.reviewing.drawn import kept_by
        from keguan.panels.draws import places, sentences  # noqa: F401 - tell their tags and pages
        from keguan.panels.draws.queries import entitled

        kept_by(entitled)
