"""When a file that could not be read is tried again."""

import random

DEAD_AFTER = 3  # tries, for what won't pass by itself
FIRST_SECONDS = 30.0
LONGEST_SECONDS = 3600.0


def backoff(tries: int, first: float = FIRST_SECONDS, longest: float = LONGEST_SECONDS) -> float:
    """Seconds to wait after so many tries in vain: twice as long each time, spread by half either way."""
    return float(min(longest, first * 2 ** min(tries - 1, 20)) * random.uniform(0.5, 1.5))


def next_try(tries: int, *, retryable: bool, now: float) -> float | None:
    """The time of the next try in seconds since 1970, or None where the file is given up.

    What may pass (a lock, the network, a permission) is tried for ever, at most an hour apart; what won't
    (a broken file) three times, since now and then a reader or a copy stumbles once.
    """
    if not retryable and tries >= DEAD_AFTER:
        return None
    return now + backoff(tries)
