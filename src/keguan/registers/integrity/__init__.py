"""Sanctions against people and organisations: who imposed them, on what document, until when."""
