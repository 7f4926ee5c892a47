"""For which cases a member was sent out of the room: told to casework, which keeps their papers closed, and the decision."""

from __future__ import annotations

from collections.abc import Collection

from keguan.casework.leaving import sent_out_by
from keguan.kernel.bilingual import Text
from keguan.panels.meetings.models import KeptOut


@sent_out_by
def from_meetings(person: int, cases: Collection[int] | None) -> dict[int, Text]:
    """The cases, among these or all, of which the person keeps out, each with the reason."""
    rows = KeptOut.objects.filter(person=person)
    if cases is not None:
        rows = rows.filter(case__in=cases)
    return {case: Text(zh, en) for case, zh, en in rows.values_list("case", "reason_zh", "reason_en")}
