"""Jobs of the assignment desk, run by the worker."""

from __future__ import annotations

from procrastinate.contrib.django import app


@app.task(name="matching.proposal")
def go_on_with_proposal(proposal: int) -> None:
    """Compute, or carry out, one long proposal."""
    # Imported when it runs: finding the jobs at start must not load the language.
    from keguan.panels.matching import services

    services.go_on(proposal)
