from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OrganisationsConfig(AppConfig):
    name = "keguan.registers.organisations"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "单位"

    def ready(self) -> None:
        from keguan.registers.organisations import sentences  # noqa: F401 - tells its tags
        from keguan.registers.organisations.regions import after_migrating

        post_migrate.connect(after_migrating, sender=self)
