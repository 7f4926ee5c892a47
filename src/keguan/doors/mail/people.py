"""Two entries of one person become one: the wishes of the one who stays hold."""

from __future__ import annotations

from keguan.doors.mail.models import Wishes
from keguan.registers.parties.merging import Moving, follows


@follows("notice_wishes")
def wishes(moving: Moving) -> None:
    """How to be told passes over, unless the one who stays has chosen."""
    gone = Wishes.objects.filter(person=moving.gone)
    if Wishes.objects.filter(person=moving.kept).exists():
        for row in gone:
            moving.drop(row)
    else:
        moving.point(gone, "person")
