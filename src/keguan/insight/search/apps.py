from __future__ import annotations

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "keguan.insight.search"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "搜索 / search"

    def ready(self) -> None:
        from keguan.insight.search import alerts, questions, sentences  # noqa: F401 - tells its tags
        from keguan.registers.views import services

        services.keep_also(questions.PATH, questions.SEARCH, alerts.tidied)
