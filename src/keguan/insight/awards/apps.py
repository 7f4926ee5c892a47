from __future__ import annotations

from django.apps import AppConfig


class AwardsConfig(AppConfig):
    name = "keguan.insight.awards"
    label = "awards"
    verbose_name = "结果 / awards"
