from __future__ import annotations

from django.apps import AppConfig


class ComponentsConfig(AppConfig):
    name = "keguan.components"
    label = "components"
    verbose_name = "页面组件 / Page components"
