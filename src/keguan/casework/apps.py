"""The casework app."""

from __future__ import annotations

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """Rounds and cases."""

    name = "keguan.casework"
    label = "casework"
    verbose_name = "办件 / casework"

    def ready(self) -> None:
        from keguan.casework import bodies, people, sentences  # noqa: F401 - tell their tags, and what they wait for
        from keguan.casework.reviewing import (
            experts,  # noqa: F401 - tell their tags, and what they wait for
            rechecking,  # noqa: F401 - tell their tags, and what they wait for
        )
