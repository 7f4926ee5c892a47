"""What the pool of experts asks of casework: which reviews still wait for somebody, and letting experts know."""

from __future__ import annotations

from django.urls import reverse

from keguan.casework.messages import send
from keguan.casework.models import Seat
from keguan.engine.steps.review import WAITS
from keguan.kernel import clock
from keguan.kernel.bilingual import Text
from keguan.registers.experts.freshness import take_due
from keguan.registers.experts.waiting import Waiting, told_by
from keguan.registers.parties.telling import tells

MOST = 200
_OWED = Text(
    "请在{days}天内确认或更正您在专家库的信息，逾期将不再列入新的评审。",
    "Confirm or correct your entry in the pool of experts within {days} days; after that you are left out of new panels.",
)
_TODAY = Text(
    "您在专家库的信息已到确认之日；确认或更正之前，不再列入新的评审。",
    "Your entry in the pool of experts is due for confirmation; until you confirm or correct it, you are left out of new"
    " panels.",
)


@told_by
def open_reviews(expert: int) -> list[Waiting]:
    """The seats that still ask something of this expert, each with the page where it is declined."""
    seats = Seat.objects.filter(holder__expert=expert, state__in=WAITS).order_by("case__number")
    found = seats.values_list("case__number", "recusal__is_hard")[:MOST]
    return [Waiting(number, reverse("seat_decline" if closed else "case", args=[number])) for number, closed in found]


@tells("expert")
def told(people: list[int], line: Text) -> None:
    """What happens to entries in the pool, in the messages of whom it concerns."""
    send("expert", people, None, line, clock.now())


def remind() -> int:
    """Remind experts 30 and 7 days before their yearly confirmation is owed, and on the day. Returns how many."""
    now = clock.now()
    due = take_due(clock.today())
    for days, people in due.items():
        send("expert", people, None, _OWED.filled(days=days) if days else _TODAY, now)
    return sum(len(people) for people in due.values())
