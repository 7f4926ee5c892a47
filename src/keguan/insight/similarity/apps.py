from __future__ import annotations

from django.apps import AppConfig


class SimilarityConfig(AppConfig):
    name = "keguan.insight.similarity"
    label = "similarity"
    verbose_name = "查重 / similarity"

    def ready(self) -> None:
        from keguan.insight.similarity import facts, links, sentences  # noqa: F401 - tell their own
