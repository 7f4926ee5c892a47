"""One clock for the test and the server beside it."""

from __future__ import annotations

from datetime import datetime


class OneClock:
    """Stands where `keguan.kernel.clock` keeps the time of one thread, and holds it for all threads of the process.

    So `clock_at` in a journey sets the time of the server too. Only tests put it there.
    """

    def __init__(self) -> None:
        self.moment: datetime | None = None

    def get(self) -> datetime | None:
        """The moment at which the clock stands; None while it runs."""
        return self.moment

    def set(self, moment: datetime | None) -> datetime | None:
        """Let it stand there. Returns what `reset` wants."""
        before, self.moment = self.moment, moment
        return before

    def reset(self, before: datetime | None) -> None:
        """As it stood before."""
        self.moment = before
