"""Delivered work is examined as an application is screened."""

from keguan.casework.steps.screen.panel import panel

__all__ = ["panel"]
