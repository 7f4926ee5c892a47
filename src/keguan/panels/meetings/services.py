"""What happens in a meeting, by one name for those who call it. Each deed is one transaction, traced."""

from __future__ import annotations

from keguan.panels.meetings.agenda import enter, take_up, vote_again
from keguan.panels.meetings.ballots import close_ballot, dissent, open_ballot, vote
from keguan.panels.meetings.deeds import LONGEST
from keguan.panels.meetings.opinions import give_opinion
from keguan.panels.meetings.room import adjourn, be_there, close, keep_out, open_

__all__ = [
    "LONGEST",
    "adjourn",
    "be_there",
    "close",
    "close_ballot",
    "dissent",
    "enter",
    "give_opinion",
    "keep_out",
    "open_",
    "open_ballot",
    "take_up",
    "vote",
    "vote_again",
]
