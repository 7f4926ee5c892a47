"""Addresses of meetings."""

from __future__ import annotations

from django.urls import path

from keguan.panels.meetings import minutes, pages, planning_pages

urlpatterns = [
    path("meetings/", planning_pages.meetings, name="meetings"),
    path("rounds/<slug:code>/decide/<slug:step>/meetings/new/", planning_pages.meeting_new, name="meeting_new"),
    path("meetings/<int:pk>/", pages.meeting, name="meeting"),
    path("meetings/<int:pk>/do/<slug:deed>/", pages.meeting_do, name="meeting_do"),
    path("meetings/<int:pk>/items/<int:item>/", pages.meeting_item, name="meeting_item"),
    path("meetings/<int:pk>/meeting.ics", planning_pages.meeting_calendar, name="meeting_calendar"),
    path("meetings/<int:pk>/minutes.pdf", minutes.minutes_pdf, name="minutes_pdf"),
]
