from __future__ import annotations

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "keguan.registers.projects"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "项目"
