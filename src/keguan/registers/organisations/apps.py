from __future__ import annotations

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "keguan.registers.organisations"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "单位"
