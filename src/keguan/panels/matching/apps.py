from __future__ import annotations

from django.apps import AppConfig


class MatchingConfig(AppConfig):
    """Experts for cases."""

    name = "keguan.panels.matching"
    label = "matching"
    verbose_name = "专家匹配 / matching"

    def ready(self) -> None:
        from keguan.panels.matching import ports, sentences  # noqa: F401 - fill what casework asks for, and tell their tags
