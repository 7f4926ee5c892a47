from __future__ import annotations

from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    name = "keguan.registers.certificates"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "证书"

    def ready(self) -> None:
        from keguan.registers.certificates import sentences  # noqa: F401 - tells its tags
