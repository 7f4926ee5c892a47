"""Jobs of the desk of draws, run by the worker."""

from __future__ import annotations

from procrastinate.contrib.django import app


@app.task(name="draws.prepare")
def prepare_list(code: str, step: str, numbers: list[str], reason: str, person: int) -> None:
    """Put one long list together, with the duties that its officer holds now."""
    # Imported when it runs: finding the jobs at start must not load the language.
    from keguan.casework.models import Round
    from keguan.casework.versions import definition_of
    from keguan.language.schema import Review
    from keguan.panels.draws import services
    from keguan.registers.parties.access import actor_for

    of_round = Round.objects.select_related("programme").get(code=code)
    review = definition_of(of_round.programme).programme.step(step)
    assert isinstance(review, Review)  # noqa: S101 - a definition keeps its steps
    services.prepare(of_round, review, numbers, reason, actor_for(person))
