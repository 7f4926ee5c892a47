from __future__ import annotations

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "keguan.registers.documents"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "文件"

    def ready(self) -> None:
        from keguan.registers.documents import merging, sentences  # noqa: F401 - tell what follows a person, and its tags
