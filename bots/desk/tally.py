"""How questions came out and how long they took, counted since this process started: numbers, no words."""

import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum

from bots.desk.domain import Final, Part
from brain.domain import Answer
from brain.errors import NothingIndexed, NotReadyYet, UsageError

BOUNDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
"""Seconds. Extractive answers fall into the first ones, a language model's into the last."""


class CameOut(StrEnum):
    """What became of a question; FAILED is an error that nobody who asks could help."""

    ANSWERED = "answered"
    UNSURE = "unsure"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Times:
    """How long answers took: how many up to each of BOUNDS and one more for the rest, and seconds in all."""

    counts: tuple[int, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Counted:
    """The counts of one moment: questions by door and outcome, times by door."""

    questions: Mapping[tuple[str, CameOut], int]
    times: Mapping[str, Times]


class Tally:
    """Counts, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._questions: Counter[tuple[str, CameOut]] = Counter()
        self._counts: dict[str, list[int]] = {}
        self._seconds: dict[str, float] = {}

    async def counted(self, door: str, parts: AsyncGenerator[Part, None]) -> AsyncGenerator[Part, None]:
        """Pass on the parts of an answer, and count how it comes out.

        An error counts as failed, unless it tells the asker what to do otherwise. An asker who turns away,
        and words that ask nothing ("thanks"), do not count.
        """
        began = time.monotonic()
        try:
            async with aclosing(parts):
                async for part in parts:
                    if isinstance(part, Final) and (outcome := _outcome(part.answer)):
                        self._add(door, outcome, time.monotonic() - began)
                    yield part
        except (UsageError, NothingIndexed, NotReadyYet):
            raise
        except Exception:  # whatever it is, it is counted, and told by whoever asked for the parts
            self._add(door, CameOut.FAILED, time.monotonic() - began)
            raise

    def _add(self, door: str, outcome: CameOut, seconds: float) -> None:
        with self._lock:
            self._questions[door, outcome] += 1
            if outcome is not CameOut.FAILED:
                counts = self._counts.setdefault(door, [0] * (len(BOUNDS) + 1))
                counts[bisect_left(BOUNDS, seconds)] += 1
                self._seconds[door] = self._seconds.get(door, 0.0) + seconds

    def so_far(self) -> Counted:
        """The counts now; only answers and refusals are timed."""
        with self._lock:
            times = {door: Times(tuple(counts), self._seconds[door]) for door, counts in self._counts.items()}
            return Counted(dict(self._questions), times)


def _outcome(answer: Answer) -> CameOut | None:
    if answer.refused:
        return CameOut.REFUSED if answer.retrieved else None
    return CameOut.ANSWERED if answer.sure else CameOut.UNSURE
