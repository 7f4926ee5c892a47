"""Delivered work is examined as an application is screened."""

from keguan.casework.steps.screen.content import read

__all__ = ["read"]
