"""Slows down the guessing of passwords, without letting a stranger lock somebody else out for good."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Q

from keguan.doors.web.models import SignInAttempt
from keguan.kernel.clock import now

WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=1)
MOST_FOR_ONE_PERSON_HERE = 5
MOST_FOR_ONE_PERSON = 30
MOST_FROM_ONE_ADDRESS = 100
"""Whole institutions sit behind one address, so the last is generous."""


def begin(username: str, address: str) -> SignInAttempt | None:
    """Note an attempt before the password is looked at; None if there were too many in the last 15 minutes.

    Noted first, counted second: attempts sent all at once count each other.
    """
    moment = now()
    attempt = SignInAttempt.objects.create(username=username[:64], address=address, at=moment)
    recent = SignInAttempt.objects.filter(at__gt=moment - WINDOW).filter(
        Q(username=attempt.username) | Q(address=address)
    )
    counts = recent.aggregate(
        here=Count("pk", filter=Q(username=attempt.username, address=address)),
        person=Count("pk", filter=Q(username=attempt.username)),
        address=Count("pk", filter=Q(address=address)),
    )
    if (
        counts["here"] > MOST_FOR_ONE_PERSON_HERE
        or counts["person"] > MOST_FOR_ONE_PERSON
        or counts["address"] > MOST_FROM_ONE_ADDRESS
    ):
        # Not kept: knocking at a locked door must not keep it locked for ever.
        attempt.delete()
        return None
    return attempt


def succeeded(attempt: SignInAttempt) -> None:
    """Forget the attempts of somebody who knew the password, and everybody's old ones."""
    mine = Q(username=attempt.username, address=attempt.address)
    SignInAttempt.objects.filter(mine | Q(at__lt=now() - KEPT)).delete()
