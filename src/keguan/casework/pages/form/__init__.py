"""Filling in: the form that keeps itself, those who write it, its files, handing it in."""
