from __future__ import annotations

from django.apps import AppConfig


class RoundsConfig(AppConfig):
    name = "keguan.insight.rounds"
    label = "round_insight"
    verbose_name = "批次总览 / rounds at a glance"
