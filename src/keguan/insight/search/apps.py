from __future__ import annotations

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "keguan.insight.search"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "搜索 / search"
