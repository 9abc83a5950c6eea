"""How long work goes on where no bar can be drawn: a line now and then, as for `nohup` or a unit's log."""

import time
from collections.abc import Callable

from bots.terminal.durations import clock_time

_EVERY_SECONDS = 30.0


class LogLines:
    """Call it with (what, done, total); it tells `say` so every half minute, with the time that is left.

    The time is reckoned from what was done since the line before: what was kept from an earlier run goes by
    at once, and says nothing about the rest.
    """

    def __init__(self, say: Callable[[str], object], clock: Callable[[], float] = time.monotonic) -> None:
        self._say, self._clock = say, clock
        self._what, self._at, self._done = "", 0.0, 0

    def __call__(self, what: str, done: int, total: int) -> None:
        """So much of it is done."""
        now = self._clock()
        if what != self._what:
            self._what, self._at, self._done = what, now, done
        elif total and done > self._done and now - self._at >= _EVERY_SECONDS:
            left = (now - self._at) / (done - self._done) * (total - done)
            self._say(f"{what}: {done:,} of {total:,}, {clock_time(left)} left")
            self._at, self._done = now, done
