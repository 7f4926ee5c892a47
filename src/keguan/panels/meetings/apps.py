from __future__ import annotations

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "keguan.panels.meetings"
    label = "meetings"
    verbose_name = "会议 / meetings"

    def ready(self) -> None:
        from keguan.panels.meetings import defences, kept_out, merging, outcomes, places, sentences  # noqa: F401 - tell what they know
