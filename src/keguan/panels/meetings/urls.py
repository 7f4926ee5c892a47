"""Addresses of meetings."""

from __future__ import annotations

from django.urls import path

from keguan.panels.meetings import (
    defences,
    minutes,
    minutes_pages,
    pages,
    planning_pages,
    replanning_pages,
    schedule_pages,
)

urlpatterns = [
    path("meetings/", planning_pages.meetings, name="meetings"),
    path("rounds/<slug:code>/decide/<slug:step>/meetings/new/", planning_pages.meeting_new, name="meeting_new"),
    path("meetings/<int:pk>/", pages.meeting, name="meeting"),
    path("meetings/<int:pk>/change/", replanning_pages.meeting_change, name="meeting_change"),
    path("meetings/<int:pk>/cancel/", replanning_pages.meeting_cancel, name="meeting_cancel"),
    path("meetings/<int:pk>/do/<slug:deed>/", pages.meeting_do, name="meeting_do"),
    path("meetings/<int:pk>/items/<int:item>/", pages.meeting_item, name="meeting_item"),
    path("meetings/<int:pk>/items/<int:item>/recusal/", pages.meeting_recusal, name="meeting_recusal"),
    path("meetings/<int:pk>/meeting.ics", planning_pages.meeting_calendar, name="meeting_calendar"),
    path("meetings/<int:pk>/schedule/", schedule_pages.meeting_schedule, name="meeting_schedule"),
    path("meetings/<int:pk>/schedule/slots/", schedule_pages.meeting_slots, name="meeting_slots"),
    path("meetings/<int:pk>/schedule/do/<slug:deed>/", schedule_pages.meeting_schedule_do, name="meeting_schedule_do"),
    path("cases/<slug:number>/defence.ics", defences.defence_calendar, name="defence_calendar"),
    path("meetings/<int:pk>/minutes/", minutes_pages.meeting_minutes, name="meeting_minutes"),
    path("meetings/<int:pk>/minutes/sign/", minutes_pages.meeting_minutes_sign, name="meeting_minutes_sign"),
    path("meetings/<int:pk>/minutes.pdf", minutes.minutes_pdf, name="minutes_pdf"),
]
