"""Token counters that tell which process counts, in whichever that is."""

import os
import threading
from pathlib import Path

from brain.embedding.token_counting import TokenCounter


def words_here(text):
    raise AssertionError("counted in the process that asked")


def _noting(folder):
    def count(text):
        Path(folder, str(os.getpid())).touch()
        return len(text.split())

    return count


def _never_done(folder):
    def count(text):
        Path(folder, str(os.getpid())).touch()
        threading.Event().wait()

    return count


def noting(folder):
    """Words; leaves a file named after the process that counted them."""
    return TokenCounter(words_here, f"{__name__}:_noting", str(folder))


def never_done(folder):
    """Begins as `noting`, and comes to no end."""
    return TokenCounter(words_here, f"{__name__}:_never_done", str(folder))
