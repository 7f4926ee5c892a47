from __future__ import annotations

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "keguan.registers.projects"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "项目"

    def ready(self) -> None:
        from keguan.registers.projects import bodies, merging, sentences  # noqa: F401 - tell what passes on, and its tags
