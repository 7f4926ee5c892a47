"""What casework asks for, answered from here: who is near a single case, and where the desk of a round is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse

from keguan.casework.models import Case, Round
from keguan.casework.pages.rounds.places import Place, has_places
from keguan.casework.steps.review.suggestions import Suggestion, answered_by
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.language.definition import Definition
from keguan.language.schema import Review
from keguan.language.wording import step_title
from keguan.panels.matching.expertise import KINDS, application_of, pool_of
from keguan.panels.matching.models import BASES, WHOLE, ProposedCase
from keguan.registers.experts.models import Expert
from keguan.registers.experts.queries import ready

AT_ONCE = 1500
"""A pool of up to so many experts is compared while the officer waits; of a larger one, what the last proposal found is
shown."""
MOST = 30
DESK = Text("指派专家：{step}", "Assign reviewers: {step}")


@has_places
def desks(actor: Actor, of_round: Round, definition: Definition) -> Iterable[Place]:
    """The desk of each review, for those who assign its reviewers."""
    for step in definition.programme.steps:
        if not isinstance(step, Review) or step.panel.draw is not None:
            continue
        if actor.holds(step.assigned_by, programme=of_round.programme.code):
            yield DESK.filled(step=step_title(step)), reverse("panels", args=[of_round.code, step.id])


@answered_by
def near(case: Case) -> list[Suggestion]:
    """The experts near a case, the nearest first: compared now, or as the last proposal found them."""
    if Expert.objects.filter(status="active").count() > AT_ONCE:
        return _as_proposed(case)
    found = pool_of(ready(), clock.today())
    asked = application_of(case)
    (nearest,) = found.expertise.nearest([asked], MOST)
    reasons = found.expertise.reasons(asked, nearest.experts.tolist())
    shown = []
    for expert, fit in zip(nearest.experts.tolist(), nearest.fits.tolist(), strict=True):
        because = because_said(found.told(reasons[expert]), found.by(expert, reasons[expert], fit))
        shown.append(Suggestion(expert, fit, because))
    return shown


def _as_proposed(case: Case) -> list[Suggestion]:
    last = ProposedCase.objects.filter(case=case).order_by("-pk").prefetch_related("seats").first()
    if last is None:
        return []
    rows = [{"expert": one.expert_id, "fit": one.fit, "by": one.by, "reasons": one.reasons} for one in last.seats.all()]
    found = [
        Suggestion(one["expert"], one["fit"] / WHOLE, because_said(one["reasons"], one["by"]))
        for one in rows + last.others
    ]
    return sorted(found, key=lambda one: -one.fit)


def because_said(reasons: Iterable[Mapping[str, Any]], by: str) -> tuple[Text, ...]:
    """Why an expert is near, a sentence for each work; what else the fit rests on where there is no work."""
    said = [reason_said(one) for one in reasons]
    if by != "works":
        said.insert(0, BASES[by])
    return tuple(said)


def reason_said(reason: Mapping[str, Any]) -> Text:
    """One work and the words it shares; disciplines are called what the reader calls them."""
    kind = KINDS.get(reason["kind"], KINDS["other"])
    title = Text(reason["title"], reason.get("title_en") or reason["title"])
    year = "" if reason["year"] is None else f" {reason['year']}"
    return Text("{kind}“{title}”{year}：{zh}", "{kind} “{title}”{year}: {en}").filled(
        kind=kind, title=title, year=year, zh="、".join(reason["words"]), en=", ".join(reason["words"])
    )
