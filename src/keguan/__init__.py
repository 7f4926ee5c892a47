"""Keguan 科管: an open platform on which a regional government runs its public science-and-technology programmes."""

__version__ = "0.1.0"
