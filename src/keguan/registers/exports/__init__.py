"""Spreadsheets that take a while: asked for on the page of a list, written by a job, kept for their asker for some days."""
