"""Telling other systems that something happened: signed, tried again, and never more than that it happened."""
