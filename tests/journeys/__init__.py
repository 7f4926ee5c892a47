"""Journeys: a real browser, a real server, and everything by the words that stand on the page."""
