"""How fast a model wrote its last answers: told by `citewise model status`."""

import statistics
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

KEPT = 20  # answers


@dataclass(frozen=True, slots=True)
class Pace:
    """Of the last answers: how many, and the medians of seconds to the first token and of tokens a second."""

    answers: int
    first_token_seconds: float | None
    tokens_per_second: float | None


class Stopwatch:
    """Times streams of text; a piece counts as a token, which it is for the models that run here."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._first: deque[float] = deque(maxlen=KEPT)
        self._rates: deque[float] = deque(maxlen=KEPT)

    def timed(self, pieces: Iterator[str]) -> Iterator[str]:
        """The same pieces; one that is left before its end still counts as far as it came."""
        began, count, first, last = time.monotonic(), 0, 0.0, 0.0
        try:
            for piece in pieces:
                last = time.monotonic()
                first = first or last
                count += 1
                yield piece
        finally:
            with self._lock:
                if count:
                    self._first.append(first - began)
                if count > 1 and last > first:
                    self._rates.append((count - 1) / (last - first))

    @property
    def pace(self) -> Pace:
        """So far."""
        with self._lock:
            first, rates = list(self._first), list(self._rates)
        return Pace(
            len(first),
            statistics.median(first) if first else None,
            statistics.median(rates) if rates else None,
        )
