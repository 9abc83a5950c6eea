"""What `citewise serve` opens before it can answer: how far that is, and what is told to whoever asks."""

import math
import threading
import time
from collections.abc import Callable

from brain.errors import NotReadyYet

QUIET_SECONDS = 6.0  # most homes are open by then: until then whoever asks waits without being told
_SOONEST, _LATEST = 2.0, 15.0  # seconds until what was asked meanwhile is looked at again
_SURE_AFTER = 2.0  # seconds of progress from which a time left can be told

Clock = Callable[[], float]


class Opening:
    """How far the opening of a home is; safe to use from many threads."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._stage, self._first, self._since = "", 0, 0.0
        self._count = self._total = 0

    def report(self, what: str, done: int, total: int) -> None:
        """Take in how far something is, as any progress is told."""
        with self._lock:
            if what != self._stage:
                self._stage, self._first, self._since = what, done, self._clock()
            self._count, self._total = done, total

    def finish(self) -> None:
        """All is there."""
        self._done.set()

    def check(self) -> None:
        """Return where all is there; else raise NotReadyYet, not before most homes would be open."""
        if self._done.wait(max(0.0, self._began + QUIET_SECONDS - self._clock())):
            return
        left = self._seconds_left()
        pause = _LATEST if left is None else min(max(left / 4, _SOONEST), _LATEST)
        raise NotReadyYet(
            f"I'm not ready yet, since {self.state}. I'll come back to this as soon as I am: there is no "
            "need to ask again.",
            seconds=pause,
        )

    @property
    def state(self) -> str:
        """What is being done and how far it is, to go on a sentence with; empty once all is there."""
        if self._done.is_set():
            return ""
        with self._lock:
            share = self._count / self._total if self._total else None
        if share is None:
            return "the search index is being opened"
        told = f"the search index is being made: {math.floor(100 * share)} % is done"
        left = self._seconds_left()
        return told if left is None else f"{told}, about {_in_words(left)} left"

    def _seconds_left(self) -> float | None:
        with self._lock:
            done, passed = self._count - self._first, self._clock() - self._since
            if not self._total or done <= 0 or passed < _SURE_AFTER:
                return None
            return (self._total - self._count) * passed / done


def _in_words(seconds: float) -> str:
    minutes = math.ceil(seconds / 60)
    return "a minute is" if minutes < 2 else f"{minutes} minutes are"
